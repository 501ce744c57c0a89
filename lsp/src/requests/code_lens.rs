//! `textDocument/codeLens` and `codeLens/resolve`: above an object, how much it holds and what it keeps.

use super::{Answer, Stop};
use crate::framework::proto::{CodeLens, CodeLensParams, Command, Position, Uri};
use crate::state::Snapshot;
use analysis::{LensTitle, Since};
use serde::{Deserialize, Serialize};

/// The editor's command that shows what a lens counts; it gets the document and the position.
const COMMAND: &str = "walnut.showAuthority";

#[derive(Serialize, Deserialize)]
struct Data {
    uri: Uri,
    at: Position,
}

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
        let range = page.range(it.range);
        let data = Data { uri: page.uri.clone(), at: range.start };
        CodeLens { range, command: None, data: serde_json::to_value(data).ok() }
    });
    Ok(Some(lenses.collect()))
}

pub fn resolve(snapshot: &Snapshot, lens: &CodeLens) -> Answer<CodeLens> {
    let data = lens.data.clone().and_then(|it| serde_json::from_value::<Data>(it).ok());
    let data =
        data.ok_or_else(|| Stop::Invalid("this lens is not one of ours: its data is missing".to_owned()))?;
    let page = snapshot.page(&data.uri)?;
    let found = snapshot.analysis.lens_title(page.at(data.at))?;
    let looks_back = snapshot.config.lenses.since_head;
    let found = found.map(|it| LensTitle { since: it.since.filter(|_| looks_back), ..it });
    let (title, said) = found.map_or_else(|| ("gone".to_owned(), Said::default()), said);
    let arguments =
        [serde_json::to_value(&data.uri), serde_json::to_value(data.at), serde_json::to_value(said)];
    let command = Command {
        title,
        command: COMMAND.to_owned(),
        arguments: Some(arguments.into_iter().flatten().collect()),
    };
    Ok(CodeLens { command: Some(command), ..lens.clone() })
}
