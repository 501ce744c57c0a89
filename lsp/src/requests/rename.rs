//! `textDocument/prepareRename` and `textDocument/rename`: a name, everywhere it means the same.

use super::{Answer, Stop};
use crate::framework::proto::{
    PrepareRenameResponse, RenameParams, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};
use crate::state::Snapshot;
use std::collections::HashMap;

pub fn prepare(
    snapshot: &Snapshot,
    params: &TextDocumentPositionParams,
) -> Answer<Option<PrepareRenameResponse>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let range = snapshot.analysis.prepare_rename(page.at(params.position))?;
    Ok(range.map(|it| PrepareRenameResponse::Range(page.range(it))))
}

pub fn handle(snapshot: &Snapshot, params: &RenameParams) -> Answer<Option<WorkspaceEdit>> {
    let at = &params.text_document_position;
    let page = snapshot.page(&at.text_document.uri)?;
    let edits = snapshot.analysis.rename(page.at(at.position), &params.new_name)?;
    let edits = edits.map_err(|why| Stop::Invalid(why.to_string()))?;
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (place, text) in edits {
        let Some(page) = snapshot.page_of(place.file) else { continue };
        changes.entry(page.uri.clone()).or_default().push(TextEdit::new(page.range(place.range), text));
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}
