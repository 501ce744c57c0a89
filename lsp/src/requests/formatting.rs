//! `textDocument/formatting`, `rangeFormatting` and `onTypeFormatting`: one layout for every text, so the client's
//! options are not asked.

use super::Answer;
use crate::framework::proto::{
    DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, TextEdit,
};
use crate::state::{Page, Snapshot};

/// A text that is half typed is left alone, without a word: its diagnostics say what is wrong.
pub fn handle(snapshot: &Snapshot, params: &DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let found = snapshot.analysis.format(page.file)?.ok();
    Ok(found.map(|it| edits(&page, it)))
}

pub fn range(snapshot: &Snapshot, params: &DocumentRangeFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let found = snapshot.analysis.format_range(page.file_range(params.range))?;
    Ok(Some(edits(&page, found)))
}

pub fn on_type(
    snapshot: &Snapshot,
    params: &DocumentOnTypeFormattingParams,
) -> Answer<Option<Vec<TextEdit>>> {
    let at = &params.text_document_position;
    let page = snapshot.page(&at.text_document.uri)?;
    let Some(typed) = params.ch.chars().next() else { return Ok(None) };
    let found = snapshot.analysis.on_type(page.at(at.position), typed)?;
    Ok(Some(edits(&page, found)))
}

fn edits(page: &Page<'_>, found: Vec<analysis::TextEdit>) -> Vec<TextEdit> {
    found.into_iter().map(|it| TextEdit::new(page.range(it.range), it.text)).collect()
}
