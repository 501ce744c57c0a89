//! The vats as a live view: the last `%vats` that a person has asked for follows what becomes of the vats, and so does what
//! front ends open a comm for (JupyterLab's panel). As a widget the one in a cell outlives a reload of the page.

use crate::cell::Cell;
use crate::comms::Comms;
use crate::notebook::Notebook;
use crate::voice::{Request, Voice};
use crate::widgets::Widgets;
use crate::wire::{Dict, fresh_id};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a front end opens a comm for if it shows the vats beside the notebook.
pub const TARGET: &str = "walnut.vats";
/// Views are brought up to date at most so often.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

#[derive(Default)]
pub struct Panel {
    /// Where a cell shows them.
    spot: Option<Spot>,
    shown: Value,
    looked: Option<Instant>,
    /// Something may have changed since.
    is_stale: bool,
}

struct Spot {
    display: String,
    /// Who asked for it.
    origin: Arc<Request>,
    widget: Option<String>,
}

impl Panel {
    /// Shows the vats in a cell, to be followed from now on.
    pub fn open(&mut self, cell: &Cell, shown: Value, widgets: &mut Widgets, voice: &Voice) {
        let origin = cell.request.clone();
        let widget = widgets.open(html(&shown), origin.header(), voice);
        let spot = Spot { display: fresh_id(), origin, widget };
        voice.publish(spot.origin.header(), "display_data", &spot.content(&shown));
        (self.spot, self.shown, self.looked) = (Some(spot), shown, Some(Instant::now()));
    }

    /// Turns were taken.
    pub fn touch(&mut self) {
        self.is_stale = true;
    }

    /// Somebody new is watching, who has seen nothing.
    pub fn show_again(&mut self) {
        (self.is_stale, self.looked, self.shown) = (true, None, Value::Null);
    }

    /// How long it may wait until it is looked at again; none if nothing has happened or nobody watches.
    pub fn due(&self, comms: &Comms) -> Option<Duration> {
        let is_watched = self.spot.is_some() || comms.of(TARGET).next().is_some();
        let since = self.looked.map_or(BETWEEN_LOOKS, |it| it.elapsed());
        (self.is_stale && is_watched).then(|| BETWEEN_LOOKS.saturating_sub(since))
    }

    /// Shows what there is now, if it is time to.
    pub fn follow(&mut self, notebook: &mut Notebook, widgets: &mut Widgets, comms: &Comms, voice: &Voice) {
        if self.due(comms) != Some(Duration::ZERO) {
            return;
        }
        (self.is_stale, self.looked) = (false, Some(Instant::now()));
        let now = notebook.vats();
        if now == self.shown {
            return;
        }
        self.shown = now;
        if let Some(spot) = &self.spot {
            if let Some(id) = &spot.widget {
                widgets.update(id, html(&self.shown), spot.origin.header(), voice);
            }
            voice.publish(spot.origin.header(), "update_display_data", &spot.content(&self.shown));
        }
        for id in comms.of(TARGET) {
            let content = json!({ "comm_id": id, "data": self.shown });
            voice.publish(&Dict::new(), "comm_msg", &content);
        }
    }
}

impl Spot {
    fn content(&self, shown: &Value) -> Value {
        let mut data = shown.clone();
        if let Some(id) = &self.widget {
            data["application/vnd.jupyter.widget-view+json"] =
                json!({ "version_major": 2, "version_minor": 0, "model_id": id });
        }
        json!({ "data": data, "metadata": {}, "transient": { "display_id": self.display } })
    }
}

fn html(shown: &Value) -> &str {
    shown["text/html"].as_str().unwrap_or_default()
}
