//! `textDocument/selectionRange`: from the word at the cursor outwards.

use super::Answer;
use crate::framework::proto::{SelectionRange, SelectionRangeParams};
use crate::state::Snapshot;

/// The protocol nests each range in the next, and its readers recurse: more than this helps nobody.
const MAX_RANGES: usize = 256;

pub fn handle(snapshot: &Snapshot, params: &SelectionRangeParams) -> Answer<Option<Vec<SelectionRange>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let mut found = Vec::with_capacity(params.positions.len());
    for position in &params.positions {
        let ranges = snapshot.analysis.selection_ranges(page.at(*position))?;
        let mut nested: Option<SelectionRange> = None;
        for range in ranges.into_iter().take(MAX_RANGES).rev() {
            nested = Some(SelectionRange { range: page.range(range), parent: nested.map(Box::new) });
        }
        let here = crate::framework::proto::Range::new(*position, *position);
        found.push(nested.unwrap_or(SelectionRange { range: here, parent: None }));
    }
    Ok(Some(found))
}
