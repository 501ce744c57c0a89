//! What programs print, on its way to iopub: gathered, so that a thousand small prints are a few messages, and sent
//! in the order it was printed.

use crate::voice::Voice;
use crate::wire::Dict;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More than this is not kept waiting.
const MUCH: usize = 16 * 1024;
/// Nor is anything kept longer while a turn runs.
const LONG: Duration = Duration::from_millis(40);

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
    parent: Arc<Dict>,
    text: String,
    sent: Instant,
}

impl Streams {
    pub fn new(voice: Voice) -> Streams {
        let parent = Arc::new(Dict::new());
        let gathered = Gathered { voice, stream: Stream::Stdout, parent, text: String::new(), sent: Instant::now() };
        Streams(Arc::new(Mutex::new(gathered)))
    }

    /// `text` was printed for the request `parent`.
    pub fn print(&self, parent: &Arc<Dict>, stream: Stream, text: &str) {
        let mut it = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if it.stream != stream || !Arc::ptr_eq(&it.parent, parent) {
            it.flush();
            it.stream = stream;
            it.parent = parent.clone();
        }
        it.text.push_str(text);
        if it.text.len() > MUCH || it.sent.elapsed() > LONG {
            it.flush();
        }
    }

    /// Sends what was gathered. Called before anything else is said that must come after it.
    pub fn flush(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush();
    }
}

impl Gathered {
    fn flush(&mut self) {
        if !self.text.is_empty() {
            let name = if self.stream == Stream::Stdout { "stdout" } else { "stderr" };
            self.voice.publish(&self.parent, "stream", &json!({ "name": name, "text": self.text }));
            self.text.clear();
        }
        self.sent = Instant::now();
    }
}
