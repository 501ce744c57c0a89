//! Verdicts at the ends of lines, for a page that opens a comm for them: it sends the text of a cell, and gets what auditors say of
//! the objects in it.

use crate::directive;
use crate::notebook::Notebook;
use crate::voice::{Request, Voice};
use crate::wire::text;
use analysis::{InlayHint, InlayHintKind};
use serde_json::{Value, json};

/// What such a comm is opened for.
pub const TARGET: &str = "walnut.hints";

/// `{"cell": …, "code": …}` is answered by `{"cell": …, "hints": [{"line": …, "kind": …, "label": …, "tooltip": …}]}`, lines
/// counted from 0.
pub fn answer(notebook: &mut Notebook, request: &Request, voice: &Voice) {
    let content = &request.message.content;
    voice.busy(request);
    if let Some(data) = content.get("data").and_then(Value::as_object) {
        let code = text(data, "code");
        let hints = notebook.hints(&directive::read(code).program);
        let hints: Vec<Value> = hints.iter().map(|it| hint(code, it)).collect();
        let data = json!({ "cell": data.get("cell"), "hints": hints });
        let content = json!({ "comm_id": text(content, "comm_id"), "data": data });
        voice.publish(request.header(), "comm_msg", &content);
    }
    voice.idle(request);
}

fn hint(code: &str, it: &InlayHint) -> Value {
    let before = code.get(..usize::from(it.at)).unwrap_or_default();
    let line = before.bytes().filter(|it| *it == b'\n').count();
    let kind = match it.kind {
        InlayHintKind::Approved => "approved",
        InlayHintKind::Rejected => "rejected",
        _ => "unknown",
    };
    json!({ "line": line, "kind": kind, "asked": it.asked, "label": it.label, "tooltip": it.tooltip })
}
