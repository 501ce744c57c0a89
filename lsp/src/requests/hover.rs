//! `textDocument/hover`: what the name under the cursor is, and what it reaches, with links to where that is.

use super::Answer;
use crate::framework::proto::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use crate::state::Snapshot;
use analysis::FileRange;

pub fn handle(snapshot: &Snapshot, params: &HoverParams) -> Answer<Option<Hover>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let Some(found) = snapshot.analysis.hover(page.at(at.position))? else { return Ok(None) };
    // Editors follow the line and column behind an address, which people count from one.
    let address = |it: FileRange| {
        let place = snapshot.location(it)?;
        let start = place.range.start;
        Some(format!("{}#L{},{}", place.uri.as_str(), start.line + 1, start.character + 1))
    };
    Ok(Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: MarkupKind::Markdown,
            value: found.linked(address),
        }),
        range: Some(page.range(found.range)),
    }))
}
