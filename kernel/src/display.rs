//! What a value looks like in the notebook, and how a promise's look is replaced once it settles.

use crate::cell::Cell;
use crate::notebook::{Notebook, Started};
use crate::voice::{Request, Voice};
use crate::widgets::Widgets;
use crate::wire::{Dict, fresh_id};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use vat::Handle;

/// How many cells' values are remembered, to be seen while the next one is pending.
const REMEMBERED: usize = 1000;
/// A page that changes more often is only restless.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// So many open promises are asked again and again whether they can still settle.
const FEW: usize = 8;

/// A value as it can be shown now.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shown {
    pub text: String,
    /// It is a promise, or has one in it that has not settled.
    pub is_pending: bool,
    /// It says that it will look different: a bar that fills.
    pub is_live: bool,
    /// It is `null`, which says nothing.
    pub is_null: bool,
    /// For a broken reference: where it was broken.
    pub places: Vec<String>,
    /// The cells it was broken in: titles, and what their front end calls them.
    pub cells: Vec<(String, String)>,
    /// Said beside the value.
    pub note: Option<String>,
    /// What it shows beside its text, by MIME type.
    pub rich: serde_json::Map<String, Value>,
    /// What this place showed when it was last settled.
    pub before: Option<String>,
}

impl Shown {
    pub fn with_note(mut self, note: &str) -> Shown {
        self.note = Some(note.to_owned());
        self
    }

    /// The value for every kind of front end.
    pub fn bundle(&self) -> Value {
        let mut data = self.rich.clone();
        let plain = self.plain();
        if !data.contains_key("text/html") && (self.is_pending || !self.places.is_empty()) {
            data.insert("text/html".to_owned(), self.html().into());
        }
        data.entry("text/plain").or_insert(plain.into());
        data.into()
    }

    fn plain(&self) -> String {
        let mut plain = self.text.clone();
        if let Some(note) = &self.note {
            plain += &format!(" ({note})");
        }
        for line in &self.places {
            plain += "\n";
            plain += line;
        }
        plain
    }

    /// The same as a page shows it: a promise is dimmed, a problem links to the cells it came through.
    pub fn html(&self) -> String {
        if let Some(Value::String(html)) = self.rich.get("text/html") {
            return html.clone();
        }
        let style = match () {
            () if self.is_pending => "opacity: 0.6",
            // Carets stand under what they mean only in lines that are not broken.
            () if !self.places.is_empty() => {
                "color: var(--jp-error-color1, #b00); white-space: pre; overflow-x: auto"
            }
            () => "margin: 0",
        };
        let mut html = format!("<pre style=\"{style}\">{}</pre>", linked(&self.plain(), &self.cells));
        if let Some(before) = self.before.as_ref().filter(|_| self.is_pending) {
            let before = escaped(before);
            html +=
                &format!("<pre style=\"opacity: 0.6; margin: 0\" title=\"what it was\">was {before}</pre>");
        }
        html
    }
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text for a page, each `cell 3` in it a link to that cell.
fn linked(text: &str, cells: &[(String, String)]) -> String {
    let mut html = escaped(text);
    for (title, id) in cells {
        let link = format!("<a href=\"#cell-id={}\">{title}</a>,", escaped(id));
        html = html.replace(&format!("{title},"), &link);
    }
    html
}

/// A place in a notebook that shows a value.
pub struct Display {
    /// One per promise and never used again: a cell that is run twice must not update its former output.
    id: String,
    /// The request that asked for the value.
    origin: Arc<Request>,
    /// What its front end calls the cell.
    cell: Option<String>,
    number: u64,
    started: Started,
    shown: Shown,
    /// Its state as the widget protocol keeps it.
    widget: Option<String>,
    /// Whether it was asked once why it is not settled.
    was_asked_about: bool,
}

impl Display {
    pub fn new(cell: &Cell, started: &Started, shown: Shown) -> Display {
        let (origin, number) = (cell.request.clone(), cell.number);
        let cell = cell.id().map(str::to_owned);
        let (id, started) = (fresh_id(), started.clone());
        Display { id, origin, cell, number, started, shown, widget: None, was_asked_about: false }
    }

    fn content(&self) -> Value {
        let mut data = self.shown.bundle();
        if let Some(id) = &self.widget {
            data["application/vnd.jupyter.widget-view+json"] =
                json!({ "version_major": 2, "version_minor": 0, "model_id": id });
        }
        json!({ "data": data, "metadata": {}, "transient": { "display_id": self.id } })
    }

    /// What a terminal is told.
    fn line(&self) -> Value {
        let text = format!("[{}] → {}\n", self.number, self.shown.plain());
        json!({ "name": "stdout", "text": text })
    }

    /// A terminal never renders updates: it gets a line.
    fn is_in_a_terminal(&self) -> bool {
        self.cell.is_none() && self.origin.can_be_asked()
    }
}

/// The displays whose values have not settled, and what has to be said again.
pub struct Displays {
    voice: Voice,
    open: Vec<Display>,
    /// Updates that were sent while no cell ran.
    repeats: Vec<Value>,
    pub widgets: Widgets,
    /// What cells showed when they were last settled.
    settled: HashMap<String, String>,
    oldest: VecDeque<String>,
    /// When the displays were last brought up to date.
    looked: Option<Instant>,
}

impl Displays {
    pub fn new(voice: Voice) -> Displays {
        Displays {
            voice,
            open: Vec::new(),
            repeats: Vec::new(),
            widgets: Widgets::default(),
            settled: HashMap::new(),
            oldest: VecDeque::new(),
            looked: None,
        }
    }

    /// Shows a value, and keeps the place if it can still change.
    pub fn open(&mut self, mut display: Display) {
        if !display.shown.is_pending && !display.shown.is_live {
            self.remember(display.cell.as_deref(), &display.shown.text);
            return self.voice.publish(display.origin.header(), "display_data", &display.content());
        }
        display.shown.before = display.cell.as_ref().and_then(|it| self.settled.get(it)).cloned();
        if display.shown.is_pending && display.cell.is_some() && display.origin.can_be_asked() {
            let (html, origin) = (display.shown.html(), display.origin.header());
            display.widget = self.widgets.open(&html, origin, &self.voice);
        }
        self.voice.publish(display.origin.header(), "display_data", &display.content());
        self.open.push(display);
    }

    /// A cell shows this, settled.
    pub fn remember(&mut self, cell: Option<&str>, text: &str) {
        let Some(cell) = cell else { return };
        if self.settled.insert(cell.to_owned(), text.to_owned()).is_none() {
            self.oldest.push_back(cell.to_owned());
        }
        if self.oldest.len() > REMEMBERED
            && let Some(it) = self.oldest.pop_front()
        {
            self.settled.remove(&it);
        }
    }

    /// The vats whose values are still to be shown.
    pub fn vats(&self) -> impl Iterator<Item = vat::VatId> + '_ {
        self.open.iter().map(|it| it.started.handle.vat)
    }

    /// Whether what is shown of something that changes was looked at long enough ago, while turns follow turns.
    pub fn is_due(&self) -> bool {
        let any = self.open.iter().any(|it| it.shown.is_live);
        any && self.looked.is_none_or(|it| it.elapsed() > BETWEEN_LOOKS)
    }

    /// Brings the displays up to date whose values have settled, and those that hold several promises.
    ///
    /// An update's parent is the request that is running: batch front ends listen to no other. If none is, it is
    /// the one that asked for the value, and the update is said again when the next one starts.
    pub fn update(&mut self, notebook: &mut Notebook, settled: &[Handle], running: Option<&Dict>) {
        self.looked = Some(Instant::now());
        let mut kept = Vec::with_capacity(self.open.len());
        for mut display in std::mem::take(&mut self.open) {
            let is_plain = display.shown.text == "<Promise>";
            if is_plain && !settled.contains(&display.started.handle) {
                kept.push(display);
                continue;
            }
            let mut now = notebook.look(&display.started);
            now.before = display.shown.before.take();
            if now.text != display.shown.text || now.is_pending != display.shown.is_pending {
                display.shown = now;
                self.say(&display, running);
            } else {
                display.shown.before = now.before;
            }
            if display.shown.is_pending || display.shown.is_live {
                kept.push(display);
            } else {
                self.remember(display.cell.as_deref(), &display.shown.text);
            }
        }
        self.open = kept;
    }

    /// All vats are at rest: a promise that can never settle says why, once. To see that, vats are looked through, so
    /// where many promises are open each is asked about only the first time.
    pub fn explain(&mut self, notebook: &mut Notebook) {
        let few = self.open.len() <= FEW;
        for display in self.open.iter_mut().filter(|it| it.shown.is_pending && it.shown.places.is_empty()) {
            if display.was_asked_about && !few {
                continue;
            }
            display.was_asked_about = true;
            let Some(why) = notebook.why_never(&display.started) else { continue };
            display.shown.places = why;
            let origin = display.origin.header();
            if let Some(id) = &display.widget {
                self.widgets.update(id, &display.shown.html(), origin, &self.voice);
            }
            self.voice.publish(origin, "update_display_data", &display.content());
            if display.is_in_a_terminal() {
                self.voice.publish(origin, "stream", &display.line());
            }
        }
    }

    fn say(&mut self, display: &Display, running: Option<&Dict>) {
        let content = display.content();
        let parent = running.unwrap_or(display.origin.header());
        if let Some(id) = &display.widget {
            self.widgets.update(id, &display.shown.html(), display.origin.header(), &self.voice);
        }
        self.voice.publish(parent, "update_display_data", &content);
        if running.is_none() {
            self.repeats.push(content);
        }
        if display.is_in_a_terminal() && !display.shown.is_pending && !display.shown.is_live {
            self.voice.publish(parent, "stream", &display.line());
        }
    }

    /// Says again, under the request that starts now, what no batch front end has heard.
    pub fn repeat_under(&mut self, parent: &Dict) {
        for content in std::mem::take(&mut self.repeats) {
            self.voice.publish(parent, "update_display_data", &content);
        }
    }
}
