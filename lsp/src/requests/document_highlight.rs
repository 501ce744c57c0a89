//! `textDocument/documentHighlight`: the uses of the noun under the cursor, in this document.

use super::Answer;
use crate::framework::proto::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};
use crate::state::Snapshot;
use analysis::ReferenceKind;

pub fn handle(
    snapshot: &Snapshot,
    params: &DocumentHighlightParams,
) -> Answer<Option<Vec<DocumentHighlight>>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let found = snapshot.analysis.find_references(page.at(at.position), true)?;
    Ok(Some(
        found
            .into_iter()
            .filter(|it| it.at.file == page.file)
            .map(|it| DocumentHighlight {
                range: page.range(it.at.range),
                kind: Some(match it.kind {
                    ReferenceKind::Definition | ReferenceKind::Write => DocumentHighlightKind::WRITE,
                    ReferenceKind::Read | ReferenceKind::Slot => DocumentHighlightKind::READ,
                }),
            })
            .collect(),
    ))
}
