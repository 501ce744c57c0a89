//! `textDocument/linkedEditingRange`: a name's places that are typed into at once.

use super::Answer;
use crate::framework::proto::{LinkedEditingRangeParams, LinkedEditingRanges};
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &LinkedEditingRangeParams) -> Answer<Option<LinkedEditingRanges>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let ranges = snapshot.analysis.linked_editing(page.at(at.position))?;
    Ok((!ranges.is_empty()).then(|| LinkedEditingRanges {
        ranges: ranges.into_iter().map(|it| page.range(it)).collect(),
        word_pattern: Some("[A-Za-z_][A-Za-z0-9_]*".to_owned()),
    }))
}
