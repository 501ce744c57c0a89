//! `textDocument/codeLens` and `codeLens/resolve`: above an object, how much it holds and what it keeps.

use super::{Answer, Stop};
use crate::framework::proto::{CodeLens, CodeLensParams, Command};
use crate::state::Snapshot;
use analysis::{FileId, LensTitle, Since};
use serde::Serialize;

/// The editor's command that shows what a lens counts; it gets the document and the position.
const COMMAND: &str = "walnut.showAuthority";

/// What the title counts.
#[derive(Default, Serialize)]
struct Said {
    holds: Vec<String>,
    keeps: Vec<String>,
    gained: Vec<String>,
    lost: Vec<String>,
}

/// `holds 2 · keeps 1 · Δ +1 since HEAD`, and what that is.
fn said(it: LensTitle) -> (String, Said) {
    let LensTitle { mut title, holds, keeps, since } = it;
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    match since {
        None => {}
        Some(Since::New) => title.push_str(" · new since HEAD"),
        Some(Since::Changed { gained: more, lost: less }) => {
            (gained, lost) = (more, less);
            let counted =
                [('+', gained.len()), ('−', lost.len())].into_iter().filter(|(_, count)| *count > 0);
            let counted: Vec<String> = counted.map(|(sign, count)| format!("{sign}{count}")).collect();
            if !counted.is_empty() {
                title.push_str(&format!(" · Δ {} since HEAD", counted.join(" ")));
            }
        }
    }
    (title, Said { holds, keeps, gained, lost })
}

pub fn handle(snapshot: &Snapshot, params: &CodeLensParams) -> Answer<Option<Vec<CodeLens>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    if !snapshot.config.lenses.authority {
        return Ok(Some(Vec::new()));
    }
    let lenses = snapshot.analysis.lenses(page.file)?.into_iter().map(|it| {
        // A page may have a thousand of them, so each carries no more than it must: which text it is of.
        CodeLens { range: page.range(it.range), command: None, data: Some(page.file.0.into()) }
    });
    Ok(Some(lenses.collect()))
}

pub fn resolve(snapshot: &Snapshot, lens: &CodeLens) -> Answer<CodeLens> {
    let data = lens.data.as_ref().and_then(serde_json::Value::as_u64).and_then(|it| it.try_into().ok());
    let page = data.and_then(|it| snapshot.page_of(FileId(it)));
    let page =
        page.ok_or_else(|| Stop::Invalid("this lens is not one of ours: its data is missing".to_owned()))?;
    let found = snapshot.analysis.lens_title(page.at(lens.range.start))?;
    let looks_back = snapshot.config.lenses.since_head;
    let found = found.map(|it| LensTitle { since: it.since.filter(|_| looks_back), ..it });
    let (title, said) = found.map_or_else(|| ("gone".to_owned(), Said::default()), said);
    let arguments =
        [serde_json::to_value(page.uri), serde_json::to_value(lens.range.start), serde_json::to_value(said)];
    let command = Command {
        title,
        command: COMMAND.to_owned(),
        arguments: Some(arguments.into_iter().flatten().collect()),
    };
    Ok(CodeLens { command: Some(command), ..lens.clone() })
}
