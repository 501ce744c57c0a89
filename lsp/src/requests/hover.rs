//! `textDocument/hover`: what the name under the cursor is, and what it reaches.

use super::Answer;
use crate::framework::proto::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &HoverParams) -> Answer<Option<Hover>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let Some(found) = snapshot.analysis.hover(page.at(at.position))? else { return Ok(None) };
    Ok(Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: found.markdown }),
        range: Some(page.range(found.range)),
    }))
}
