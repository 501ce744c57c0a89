//! What programs print, on its way to iopub: gathered, so that a thousand small prints are a few messages, and sent
//! in the order it was printed.

use crate::voice::{Request, Voice};
use crate::wire::Dict;
use serde_json::json;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// More than this is not kept waiting.
const MUCH: usize = 16 * 1024;
/// Nor is anything kept longer, whatever the program does next.
const LONG: Duration = Duration::from_millis(30);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// What one request may print before the rest goes to a file: a page with more in it is slow, and nobody reads it.
const READ: usize = 512 * 1024;
/// How many requests are kept count of.
const COUNTED: usize = 100;

/// The way from all vats to iopub. One for the kernel, shared by the powers of every vat.
#[derive(Clone)]
pub struct Streams(Arc<Mutex<Gathered>>);

struct Gathered {
    voice: Voice,
    stream: Stream,
    parent: Option<Arc<Request>>,
    text: String,
    /// Told when something begins to be kept.
    kept: UnboundedSender<()>,
    /// How much each of the last requests has printed.
    counts: VecDeque<Count>,
    /// Where the notebook lies.
    folder: Arc<Path>,
}

struct Count {
    request: String,
    bytes: usize,
    /// Where the rest goes, once there is a rest; none if no file could be made.
    rest: Option<Option<File>>,
}

impl Streams {
    /// The streams, and what [`Streams::flush_in_time`] listens to.
    pub fn new(voice: Voice, folder: Arc<Path>) -> (Streams, UnboundedReceiver<()>) {
        let (kept, is_kept) = unbounded_channel();
        let gathered = Gathered {
            voice,
            stream: Stream::Stdout,
            parent: None,
            text: String::new(),
            kept,
            counts: VecDeque::new(),
            folder,
        };
        (Streams(Arc::new(Mutex::new(gathered))), is_kept)
    }

    /// Sends what was printed by a turn that goes on and prints no more.
    pub async fn flush_in_time(self, mut is_kept: UnboundedReceiver<()>) {
        while is_kept.recv().await.is_some() {
            tokio::time::sleep(LONG).await;
            self.flush();
        }
    }

    /// `text` was printed for the request `parent`.
    pub fn print(&self, parent: Option<Arc<Request>>, stream: Stream, text: &str) {
        let mut it = self.lock();
        let id = |it: &Option<Arc<Request>>| it.as_ref().map(|it| it.id().to_owned());
        if it.stream != stream || id(&it.parent) != id(&parent) {
            it.flush();
            it.stream = stream;
            it.parent = parent;
        }
        if it.text.is_empty() {
            let _ = it.kept.send(());
        }
        it.text.push_str(text);
        if it.text.len() > MUCH {
            it.flush();
        }
    }

    /// Sends what was gathered. Called before anything else is said that must come after it.
    pub fn flush(&self) {
        self.lock().flush();
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gathered {
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let nobody = Dict::new();
        let parent = self.parent.clone();
        let header = parent.as_ref().map_or(&nobody, |it| it.header());
        let id = parent.as_ref().map_or("", |it| it.id());
        let count = self.count(id);
        if let Some(rest) = &mut self.counts[count].rest {
            // A disk that is full loses what nobody would have seen on the page.
            let _ = rest.as_mut().map(|it| it.write_all(text.as_bytes()));
            return;
        }
        let name = if self.stream == Stream::Stdout { "stdout" } else { "stderr" };
        self.counts[count].bytes += text.len();
        self.voice.publish(header, "stream", &json!({ "name": name, "text": text }));
        if self.counts[count].bytes > READ {
            let name = format!("walnut-output-{}.txt", id.chars().take(8).collect::<String>());
            let file = File::create(self.folder.join(&name)).ok();
            let (plain, html) = match &file {
                Some(_) => (
                    format!("… what else it prints is in {name}"),
                    format!(
                        "<p>… what else it prints is in <a href=\"{name}\" target=\"_blank\">{name}</a></p>"
                    ),
                ),
                None => (
                    "… and more, which is not kept".to_owned(),
                    "<p>… and more, which is not kept</p>".to_owned(),
                ),
            };
            let data = json!({ "text/plain": plain, "text/html": html });
            let content = json!({ "data": data, "metadata": {}, "transient": {} });
            self.voice.publish(header, "display_data", &content);
            self.counts[count].rest = Some(file);
        }
    }

    /// Where the count of this request stands.
    fn count(&mut self, id: &str) -> usize {
        if let Some(at) = self.counts.iter().position(|it| it.request == id) {
            return at;
        }
        if self.counts.len() == COUNTED {
            self.counts.pop_front();
        }
        self.counts.push_back(Count { request: id.to_owned(), bytes: 0, rest: None });
        self.counts.len() - 1
    }
}
