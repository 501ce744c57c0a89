//! `textDocument/inlayHint`: the verdict of each object expression at the end of its header.

use super::Answer;
use crate::framework::proto::{
    InlayHint, InlayHintLabel, InlayHintParams, InlayHintTooltip, MarkupContent, MarkupKind,
};
use crate::state::Snapshot;
use analysis::InlayHintsConfig;

pub fn handle(snapshot: &Snapshot, params: &InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let hints = snapshot.analysis.inlay_hints(page.file_range(params.range), &InlayHintsConfig::default())?;
    Ok(Some(
        hints
            .into_iter()
            .map(|it| InlayHint {
                position: page.position(it.at),
                label: InlayHintLabel::String(it.label),
                kind: None,
                text_edits: None,
                tooltip: Some(InlayHintTooltip::MarkupContent(MarkupContent {
                    kind: MarkupKind::Markdown,
                    value: it.tooltip,
                })),
                padding_left: Some(true),
                padding_right: None,
                data: None,
            })
            .collect(),
    ))
}
