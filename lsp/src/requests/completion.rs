//! `textDocument/completion`: the names in scope.

use super::Answer;
use crate::framework::proto::{CompletionParams, CompletionResponse};
use crate::state::Snapshot;
use crate::to_proto;

pub fn handle(snapshot: &Snapshot, params: &CompletionParams) -> Answer<Option<CompletionResponse>> {
    let at = &params.text_document_position;
    let page = snapshot.page(&at.text_document.uri)?;
    let found = snapshot.analysis.completions(page.at(at.position))?;
    Ok(Some(CompletionResponse::Array(found.into_iter().map(|it| to_proto::completion(&page, it)).collect())))
}
