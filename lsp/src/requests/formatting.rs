//! `textDocument/formatting`: one layout for every text, so the client's options are not asked.

use super::Answer;
use crate::framework::proto::{DocumentFormattingParams, TextEdit};
use crate::state::Snapshot;

/// A text that is half typed is left alone, without a word: its diagnostics say what is wrong.
pub fn handle(snapshot: &Snapshot, params: &DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let edits = snapshot.analysis.format(page.file)?.ok();
    Ok(edits.map(|it| it.into_iter().map(|it| TextEdit::new(page.range(it.range), it.text)).collect()))
}
