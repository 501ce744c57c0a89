//! Questions to the person, one at a time, through the stdin channel: a line that a program reads, a power that a
//! cell asks for.

use crate::powers::Told;
use crate::voice::{Request, Voice};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use vat::powers::Reply;
use zeromq::ZmqMessage;

/// A line that a program waits for.
pub struct Line {
    /// Whose front end is asked.
    pub request: Arc<Request>,
    pub ticket: u64,
    pub told: Told,
}

impl Line {
    pub fn answer(self, answer: Result<Reply, String>) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push((self.ticket, answer));
    }
}

/// What an answer is for.
pub enum Wanted {
    Line(Line),
    /// The cell at the head of this lane asks for powers.
    Grant {
        lane: String,
    },
}

struct Question {
    request: Arc<Request>,
    prompt: String,
    wanted: Wanted,
}

/// The questions that are open; the first one has been put.
pub struct Asking {
    voice: Voice,
    out: UnboundedSender<ZmqMessage>,
    open: VecDeque<Question>,
}

impl Asking {
    pub fn new(voice: Voice, out: UnboundedSender<ZmqMessage>) -> Asking {
        Asking { voice, out, open: VecDeque::new() }
    }

    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub fn ask(&mut self, request: Arc<Request>, prompt: &str, wanted: Wanted) {
        self.open.push_back(Question { request, prompt: prompt.to_owned(), wanted });
        if self.open.len() == 1 {
            self.put();
        }
    }

    /// What the answer that has come in is for; nothing if nobody asked.
    pub fn answered(&mut self) -> Option<Wanted> {
        let question = self.open.pop_front()?;
        self.put();
        Some(question.wanted)
    }

    /// Nobody waits for the answers any more.
    pub fn give_up(&mut self) {
        for it in std::mem::take(&mut self.open) {
            if let Wanted::Line(line) = it.wanted {
                line.answer(Err("the question was taken back".to_owned()));
            }
        }
    }

    fn put(&self) {
        let Some(it) = self.open.front() else { return };
        let content = json!({ "prompt": it.prompt, "password": false });
        let (to, parent) = (&it.request.message.identities, it.request.header());
        let message = self.voice.wire.write(to, "input_request", parent, &json!({}), &content);
        let _ = self.out.send(message);
    }
}
