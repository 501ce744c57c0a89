//! `walnut/findLeak`: the shortest way from a name to a power, a variable or an object.

use super::{Answer, Stop};
use crate::ext::{CutAnswer, LeakAnswer, LeakParams};
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &LeakParams) -> Answer<Option<LeakAnswer>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let names = snapshot.analysis.authority(page.file)?;
    if !names.iter().any(|it| it.name == params.from) {
        return Err(Stop::Invalid(format!("no top-level name of the file is called {}", params.from)));
    }
    let found = snapshot.analysis.leak(page.file, &params.from, &params.to)?;
    Ok(found.map(|it| LeakAnswer {
        path: it.path,
        cuts: it.cuts.into_iter().map(|(object, capture)| CutAnswer { object, capture }).collect(),
    }))
}
