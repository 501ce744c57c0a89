//! `textDocument/foldingRange`

use super::Answer;
use crate::framework::proto::{FoldingRange, FoldingRangeKind, FoldingRangeParams};
use crate::state::Snapshot;
use analysis::FoldingKind;

pub fn handle(snapshot: &Snapshot, params: &FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let folds = snapshot.analysis.folding_ranges(page.file)?;
    Ok(Some(
        folds
            .into_iter()
            .map(|it| {
                let range = page.range(it.range);
                FoldingRange {
                    start_line: range.start.line,
                    start_character: Some(range.start.character),
                    end_line: range.end.line,
                    end_character: Some(range.end.character),
                    kind: match it.kind {
                        FoldingKind::Comment => Some(FoldingRangeKind::Comment),
                        FoldingKind::Step => Some(FoldingRangeKind::Region),
                        FoldingKind::Block => None,
                    },
                    collapsed_text: None,
                }
            })
            .collect(),
    ))
}
