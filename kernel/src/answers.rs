//! Answers that need no vat: who we are, what is complete, and the shapes of what we do not keep.

use crate::wire::{Dict, text};
use jupyter_protocol::{HelpLink, KernelInfoReply, LanguageInfo, ReplyStatus};
use serde_json::{Value, json};
use syntax::Completeness;

pub fn kernel_info() -> Value {
    let language_info = LanguageInfo {
        name: "e".to_owned(),
        version: "0.9".to_owned(),
        mimetype: Some("text/x-e".to_owned()),
        file_extension: Some(".e".to_owned()),
        pygments_lexer: Some("e".to_owned()),
        codemirror_mode: Some(jupyter_protocol::CodeMirrorMode::Simple("e".to_owned())),
        nbconvert_exporter: None,
    };
    let help = HelpLink {
        text: "E in a Walnut".to_owned(),
        url: "http://www.skyhunter.com/marcs/ewalnut.html".to_owned(),
    };
    let reply = KernelInfoReply {
        status: ReplyStatus::Ok,
        protocol_version: "5.3".to_owned(),
        implementation: "walnut".to_owned(),
        implementation_version: env!("CARGO_PKG_VERSION").to_owned(),
        language_info,
        banner: format!(
            "Walnut {}: E, in which an object can do only what it was handed",
            env!("CARGO_PKG_VERSION")
        ),
        help_links: vec![help],
        debugger: false,
        error: None,
    };
    let mut reply = serde_json::to_value(reply).unwrap_or_default();
    reply["supported_features"] = json!(["kernel subshells", "iopub_welcome"]);
    reply
}

/// A `debug_request`: there is no debugger, and the debug adapter protocol has its own way to say so.
pub fn debug(content: &Dict) -> Value {
    let command = text(content, "command");
    let is_info = command == "debugInfo";
    let info = json!({
        "isStarted": false, "hashMethod": "Murmur2", "hashSeed": 0, "tmpFilePrefix": "", "tmpFileSuffix": ".e",
        "breakpoints": [], "stoppedThreads": [], "richRendering": false, "exceptionPaths": [], "copyToGlobals": false,
    });
    let mut response = json!({
        "type": "response", "seq": 0, "request_seq": content.get("seq").cloned().unwrap_or_else(|| json!(0)),
        "command": command, "success": is_info, "body": if is_info { info } else { json!({}) },
    });
    if !is_info {
        response["message"] = json!("this kernel has no debugger: see %messages, and `walnut replay`");
    }
    response
}

/// Is this text a whole program yet? Directives are no E and always whole.
pub fn is_complete(content: &Dict) -> Value {
    match syntax::completeness(&crate::directive::read(text(content, "code")).program) {
        Completeness::Complete => json!({ "status": "complete" }),
        Completeness::Invalid => json!({ "status": "invalid" }),
        Completeness::Incomplete { indent } => {
            json!({ "status": "incomplete", "indent": " ".repeat(indent) })
        }
    }
}
