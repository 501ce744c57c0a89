//! `textDocument/inlayHint` and `inlayHint/resolve`: verdicts at the ends of lines, and at calls what is gained.
//!
//! The label is final and short, because an editor does not change it any more; what explains it comes when asked.
//! An editor has two kinds of hints: a verdict that the program asks for is a *type*, all else a *parameter*, so
//! that each can be coloured and switched by itself.

use super::{Answer, Stop};
use crate::framework::proto::{
    InlayHint, InlayHintKind, InlayHintLabel, InlayHintLabelPart, InlayHintParams, InlayHintTooltip,
    MarkupContent, MarkupKind, Uri,
};
use crate::state::{Page, Snapshot};
use serde::{Deserialize, Serialize};
use text_size::TextRange;

/// Enough to find a hint again.
#[derive(Serialize, Deserialize)]
struct Data {
    uri: Uri,
    label: String,
}

pub fn handle(snapshot: &Snapshot, params: &InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let hints = snapshot.analysis.inlay_hints(page.file_range(params.range), &snapshot.config.hints())?;
    Ok(Some(hints.into_iter().map(|it| hint(snapshot, &page, it)).collect()))
}

fn hint(snapshot: &Snapshot, page: &Page<'_>, it: analysis::InlayHint) -> InlayHint {
    let data = Data { uri: page.uri.clone(), label: it.label.clone() };
    // The part that names the culprit leads there.
    let location = it.target.and_then(|it| snapshot.location(it));
    let label = match (location, it.label.split_once(": ")) {
        (Some(location), Some((verdict, culprit))) => InlayHintLabel::LabelParts(vec![
            part(format!("{verdict}: ")),
            InlayHintLabelPart { location: Some(location), ..part(culprit.to_owned()) },
        ]),
        _ => InlayHintLabel::String(it.label),
    };
    InlayHint {
        position: page.position(it.at),
        label,
        kind: Some(if it.asked { InlayHintKind::TYPE } else { InlayHintKind::PARAMETER }),
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: serde_json::to_value(data).ok(),
    }
}

fn part(value: String) -> InlayHintLabelPart {
    InlayHintLabelPart { value, ..InlayHintLabelPart::default() }
}

/// The verdict in full. A hint whose text has moved on stays as it is.
pub fn resolve(snapshot: &Snapshot, hint: &InlayHint) -> Answer<InlayHint> {
    let data = hint.data.clone().and_then(|it| serde_json::from_value::<Data>(it).ok());
    let data =
        data.ok_or_else(|| Stop::Invalid("this hint is not one of ours: its data is missing".to_owned()))?;
    let page = snapshot.page(&data.uri)?;
    let at = page.at(hint.position);
    let range = analysis::FileRange { file: at.file, range: TextRange::empty(at.offset) };
    let found = snapshot.analysis.inlay_hints(range, &snapshot.config.hints())?;
    let tooltip = found.into_iter().find(|it| it.label == data.label).map(|it| {
        InlayHintTooltip::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: it.tooltip })
    });
    Ok(InlayHint { tooltip, ..hint.clone() })
}
