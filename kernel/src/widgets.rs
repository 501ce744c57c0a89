//! Promises as widgets: an HTML model each, whose state lies here, so that a page which is reloaded asks for it and
//! shows what is true by then. Front ends without widgets show the MIME bundle beside it.

use crate::voice::Voice;
use crate::wire::{Dict, fresh_id};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A model keeps its state until the kernel ends: a page may come back at any time. No more than this.
const MOST: usize = 10_000;

/// What `jupyter.widget` comms are opened with.
const PROTOCOL: &str = "2.1.0";

#[derive(Default)]
pub struct Widgets {
    states: BTreeMap<String, Value>,
    /// Shared by all: how wide and how styled they are.
    common: Option<(String, String)>,
}

impl Widgets {
    /// A model that shows `html`: its id.
    pub fn open(&mut self, html: &str, parent: &Dict, voice: &Voice) -> Option<String> {
        if self.states.len() >= MOST {
            return None;
        }
        let (layout, style) = match &self.common {
            Some(it) => it.clone(),
            None => {
                let layout = self.announce(model("@jupyter-widgets/base", "2.0.0", "Layout"), parent, voice);
                let style =
                    self.announce(model("@jupyter-widgets/controls", "2.0.0", "HTMLStyle"), parent, voice);
                self.common.insert((layout, style)).clone()
            }
        };
        let mut state = model("@jupyter-widgets/controls", "2.0.0", "HTML");
        state["layout"] = json!(format!("IPY_MODEL_{layout}"));
        state["style"] = json!(format!("IPY_MODEL_{style}"));
        state["value"] = json!(html);
        state["description"] = json!("");
        Some(self.announce(state, parent, voice))
    }

    /// The model shows something else from now on.
    pub fn update(&mut self, id: &str, html: &str, parent: &Dict, voice: &Voice) {
        let Some(state) = self.states.get_mut(id) else { return };
        state["value"] = json!(html);
        let data = json!({ "method": "update", "state": { "value": html }, "buffer_paths": [] });
        voice.publish(parent, "comm_msg", &json!({ "comm_id": id, "data": data }));
    }

    pub fn state(&self, id: &str) -> Option<&Value> {
        self.states.get(id)
    }

    pub fn ids(&self) -> impl Iterator<Item = String> + '_ {
        self.states.keys().cloned()
    }

    /// All models, as the widget control protocol lists them.
    pub fn states(&self) -> Value {
        let entry = |state: &Value| {
            json!({
                "model_name": state["_model_name"],
                "model_module": state["_model_module"],
                "model_module_version": state["_model_module_version"],
                "state": state,
            })
        };
        self.states.iter().map(|(id, it)| (id.clone(), entry(it))).collect::<serde_json::Map<_, _>>().into()
    }

    fn announce(&mut self, state: Value, parent: &Dict, voice: &Voice) -> String {
        let id = fresh_id();
        let content = json!({
            "comm_id": id,
            "target_name": "jupyter.widget",
            "data": { "state": state, "buffer_paths": [] },
        });
        voice.publish_with(parent, "comm_open", &json!({ "version": PROTOCOL }), &content);
        self.states.insert(id.clone(), state);
        id
    }
}

fn model(module: &str, version: &str, name: &str) -> Value {
    let view = if name == "Layout" { "LayoutView".to_owned() } else { format!("{name}View") };
    let view = if name == "HTMLStyle" { "StyleView".to_owned() } else { view };
    let (view_module, view_version) =
        if name == "HTMLStyle" { ("@jupyter-widgets/base", "2.0.0") } else { (module, version) };
    json!({
        "_model_module": module,
        "_model_module_version": version,
        "_model_name": format!("{name}Model"),
        "_view_module": view_module,
        "_view_module_version": view_version,
        "_view_name": view,
        "_view_count": null,
    })
}
