//! What programs print, on its way to iopub: gathered, so that a thousand small prints are a few messages, and sent
//! in the order it was printed.

use crate::voice::{Request, Voice};
use crate::wire::Dict;
use serde_json::json;
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
}

impl Streams {
    /// The streams, and what [`Streams::flush_in_time`] listens to.
    pub fn new(voice: Voice) -> (Streams, UnboundedReceiver<()>) {
        let (kept, is_kept) = unbounded_channel();
        let gathered = Gathered { voice, stream: Stream::Stdout, parent: None, text: String::new(), kept };
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
        if !self.text.is_empty() {
            let name = if self.stream == Stream::Stdout { "stdout" } else { "stderr" };
            let nobody = Dict::new();
            let parent = self.parent.as_ref().map_or(&nobody, |it| it.header());
            self.voice.publish(parent, "stream", &json!({ "name": name, "text": self.text }));
            self.text.clear();
        }
    }
}
