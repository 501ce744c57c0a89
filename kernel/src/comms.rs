//! Comms: what front ends and the kernel tell each other beside cells. The kernel has models of its own (see
//! `widgets.rs`), and closes what a front end opens for a target it does not know.

use crate::hints;
use crate::panel;
use crate::voice::{Request, Voice};
use crate::widgets::Widgets;
use crate::wire::text;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The target by which widget managers fetch the state of all models at once.
const CONTROL: &str = "jupyter.widget.control";

#[derive(Default)]
pub struct Comms {
    /// Those that front ends have opened, and for what.
    open: BTreeMap<String, String>,
}

impl Comms {
    pub fn hear(&mut self, request: &Request, widgets: &Widgets, voice: &Voice) {
        let content = &request.message.content;
        let id = text(content, "comm_id");
        voice.busy(request);
        match request.message.msg_type() {
            "comm_open"
                if [CONTROL, panel::TARGET, hints::TARGET].contains(&text(content, "target_name")) =>
            {
                self.open.insert(id.to_owned(), text(content, "target_name").to_owned());
            }
            // The protocol's way to say that there is no such target.
            "comm_open" => {
                voice.publish(request.header(), "comm_close", &json!({ "comm_id": id, "data": {} }))
            }
            "comm_close" => drop(self.open.remove(id)),
            "comm_msg" if self.open.get(id).is_some_and(|it| it == CONTROL) => {
                let data = content.get("data").and_then(Value::as_object);
                if data.is_some_and(|it| text(it, "method") == "request_states") {
                    let data = json!({
                        "method": "update_states", "states": widgets.states(), "buffer_paths": [],
                    });
                    voice.publish(request.header(), "comm_msg", &json!({ "comm_id": id, "data": data }));
                }
            }
            "comm_msg" => {
                let data = content.get("data").and_then(Value::as_object);
                if data.is_some_and(|it| text(it, "method") == "request_state")
                    && let Some(state) = widgets.state(id)
                {
                    let data = json!({ "method": "update", "state": state, "buffer_paths": [] });
                    voice.publish(request.header(), "comm_msg", &json!({ "comm_id": id, "data": data }));
                }
            }
            _ => {}
        }
        voice.idle(request);
    }

    /// Those that front ends have opened for a target.
    pub fn of(&self, target: &str) -> impl Iterator<Item = &str> {
        self.open.iter().filter(move |it| it.1 == target).map(|it| it.0.as_str())
    }

    /// Whether a front end has opened this one for a target.
    pub fn is_of(&self, id: &str, target: &str) -> bool {
        self.open.get(id).is_some_and(|it| it == target)
    }

    /// What is open, of one target or of all.
    pub fn info(&self, request: &Request, widgets: &Widgets) -> Value {
        let target = request.message.content.get("target_name").and_then(Value::as_str);
        let theirs = self.open.iter().map(|(id, target)| (id.clone(), target.as_str()));
        let all = theirs.chain(widgets.ids().map(|id| (id, "jupyter.widget")));
        let comms: serde_json::Map<String, Value> = all
            .filter(|(_, it)| target.is_none_or(|target| target == *it))
            .map(|(id, target)| (id, json!({ "target_name": target })))
            .collect();
        json!({ "status": "ok", "comms": comms })
    }
}
