//! `textDocument/completion` and `completionItem/resolve`: the names in scope; what is said of one, when it is looked at.

use super::{Answer, Stop};
use crate::framework::proto::{
    CompletionItem, CompletionList, CompletionParams, CompletionResponse, Documentation, MarkupContent,
    MarkupKind, Position, Uri,
};
use crate::state::Snapshot;
use crate::to_proto;
use analysis::CompletionKind;
use serde::{Deserialize, Serialize};

/// Where the list was asked for.
#[derive(Serialize, Deserialize)]
struct Data {
    uri: Uri,
    at: Position,
}

/// A longer list is read by nobody: the next letter shortens it.
const MOST: usize = 100;

pub fn handle(snapshot: &Snapshot, params: &CompletionParams) -> Answer<Option<CompletionResponse>> {
    let at = &params.text_document_position;
    let page = snapshot.page(&at.text_document.uri)?;
    let mut found = snapshot.analysis.completions(page.at(at.position))?;
    let is_incomplete = found.len() > MOST;
    if is_incomplete {
        found.sort_by_key(|it| (!it.begins, rank(it.kind)));
        found.truncate(MOST);
    }
    let data = serde_json::to_value(Data { uri: page.uri.clone(), at: at.position }).ok();
    let items = found.into_iter().map(|it| CompletionItem {
        documentation: None,
        data: data.clone(),
        ..to_proto::completion(&page, it, snapshot.snippets)
    });
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete, items: items.collect() })))
}

/// What is nearer goes first where there is no room for all.
fn rank(it: CompletionKind) -> u8 {
    match it {
        CompletionKind::Parameter | CompletionKind::Keyword => 0,
        CompletionKind::Variable => 1,
        CompletionKind::Object | CompletionKind::Constant | CompletionKind::Method => 2,
        CompletionKind::Guard | CompletionKind::Power | CompletionKind::Builtin => 3,
    }
}

/// What the item's definition says of it, and how it is called. A text that has moved on says nothing.
pub fn resolve(snapshot: &Snapshot, item: &CompletionItem) -> Answer<CompletionItem> {
    let data = item.data.clone().and_then(|it| serde_json::from_value::<Data>(it).ok());
    let data =
        data.ok_or_else(|| Stop::Invalid("this item is not one of ours: its data is missing".to_owned()))?;
    let page = snapshot.page(&data.uri)?;
    let found = snapshot.analysis.completions(page.at(data.at))?;
    let same =
        found.into_iter().find(|it| it.label == item.label && Some(&it.detail) == item.detail.as_ref());
    let said = match same {
        Some(analysis::CompletionItem { doc: Some(doc), .. }) => Some(doc),
        Some(it) => snapshot.analysis.completion_doc(page.at(data.at), &it.label)?,
        None => None,
    };
    let documentation =
        said.map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
    Ok(CompletionItem { documentation, ..item.clone() })
}
