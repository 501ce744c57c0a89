//! What a value looks like in the notebook, and how a promise's look is replaced once it settles.

use crate::cell::Cell;
use crate::notebook::{Notebook, Started};
use crate::voice::Voice;
use crate::wire::{Dict, fresh_id};
use serde_json::{Value, json};

/// A value as it can be shown now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    pub text: String,
    /// It is a promise, or has one in it that has not settled.
    pub is_pending: bool,
    /// It is `null`, which says nothing.
    pub is_null: bool,
    /// For a broken reference: where it was broken.
    pub places: Vec<String>,
    /// Said beside the value.
    pub note: Option<String>,
}

impl Shown {
    pub fn with_note(mut self, note: &str) -> Shown {
        self.note = Some(note.to_owned());
        self
    }

    /// The value for every kind of front end.
    pub fn bundle(&self) -> Value {
        let mut plain = self.text.clone();
        if let Some(note) = &self.note {
            plain += &format!(" ({note})");
        }
        for line in &self.places {
            plain += "\n";
            plain += line;
        }
        if !self.is_pending && self.places.is_empty() {
            return json!({ "text/plain": plain });
        }
        let style = if self.is_pending { "opacity: 0.6" } else { "color: var(--jp-error-color1, #b00)" };
        let html = format!("<pre style=\"{style}\">{}</pre>", escaped(&plain));
        json!({ "text/plain": plain, "text/html": html })
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A place in a notebook that shows a value.
pub struct Display {
    /// One per promise and never used again: a cell that is run twice must not update its former output.
    id: String,
    /// The request that asked for the value.
    origin: Dict,
    started: Started,
    shown: Shown,
}

impl Display {
    pub fn new(cell: &Cell, started: &Started, shown: Shown) -> Display {
        let origin = cell.request.header().clone();
        Display { id: fresh_id(), origin, started: started.clone(), shown }
    }

    fn content(&self) -> Value {
        json!({ "data": self.shown.bundle(), "metadata": {}, "transient": { "display_id": self.id } })
    }
}

/// The displays whose values have not settled, and what has to be said again.
pub struct Displays {
    voice: Voice,
    open: Vec<Display>,
    /// Updates that were sent while no cell ran.
    repeats: Vec<Value>,
}

impl Displays {
    pub fn new(voice: Voice) -> Displays {
        Displays { voice, open: Vec::new(), repeats: Vec::new() }
    }

    /// Shows a value, and keeps the place if it can still change.
    pub fn open(&mut self, display: Display) {
        self.voice.publish(&display.origin, "display_data", &display.content());
        if display.shown.is_pending {
            self.open.push(display);
        }
    }

    /// Brings every display up to date whose value looks different now.
    ///
    /// An update's parent is the request that is running: batch front ends listen to no other. If none is, it is
    /// the one that asked for the value, and the update is said again when the next one starts.
    pub fn update(&mut self, notebook: &mut Notebook, running: Option<&Dict>) {
        let Displays { voice, open, repeats } = self;
        open.retain_mut(|display| {
            let now = notebook.look(&display.started);
            if now.text != display.shown.text || now.is_pending != display.shown.is_pending {
                display.shown = now;
                let content = display.content();
                voice.publish(running.unwrap_or(&display.origin), "update_display_data", &content);
                if running.is_none() {
                    repeats.push(content);
                }
            }
            display.shown.is_pending
        });
    }

    /// Says again, under the request that starts now, what no batch front end has heard.
    pub fn repeat_under(&mut self, parent: &Dict) {
        for content in std::mem::take(&mut self.repeats) {
            self.voice.publish(parent, "update_display_data", &content);
        }
    }
}
