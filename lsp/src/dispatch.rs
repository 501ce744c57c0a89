//! A request as a thing that can be tried, tried again, and given up.
//!
//! A job owns what was asked and where the answer goes. The pool hands it a snapshot; if a change cuts the work off,
//! the job comes back to the main loop. It is tried again a few times while the editor's texts are those it was asked
//! about, as when files are read from disk; on other texts its answer would be about something else, so it gets none. The snapshot is
//! dropped before the answer is sent, because a writer waits for every snapshot. When the client takes a request
//! back, the work that is done for it stops at once.

use crate::requests::{Answer, Stop};
use crate::state::Snapshot;
use analysis::CancelOne;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Why a request has no answer.
#[derive(Debug)]
pub enum Failure {
    /// Cut off by an edit, or by other changes more often than [`MAX_TRIES`].
    ContentModified,
    /// Cut off by an edit; the client should ask again.
    AskAgain,
    /// What was asked makes no sense: which part, and why.
    Invalid(String),
    /// A fault of ours; the session goes on.
    Internal(String),
}

/// Where an answer goes.
pub struct Reply<R>(oneshot::Sender<Result<R, Failure>>);

impl<R> Reply<R> {
    pub fn pair() -> (Reply<R>, oneshot::Receiver<Result<R, Failure>>) {
        let (sender, receiver) = oneshot::channel();
        (Reply(sender), receiver)
    }

    pub fn send(self, answer: Result<R, Failure>) {
        // The client may have cancelled the request; then nobody listens, and that is fine.
        let _ = self.0.send(answer);
    }
}

/// How often a request is tried again when changes keep cutting it off.
const MAX_TRIES: u32 = 8;

/// What became of one try.
pub enum Attempt {
    Done,
    /// An edit arrived; give the job back to the main loop.
    CutOff,
}

/// What is done when an edit arrives while a request is worked on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WhenCutOff {
    TryAgain,
    /// Answer `ServerCancelled`: the client is to ask again when it likes.
    GiveBack,
}

/// The way from a client that takes its request back to the work that is done for it.
#[derive(Clone, Default)]
pub struct Recall(Arc<Mutex<Option<CancelOne>>>);

impl Recall {
    /// Stops the work, if it is going on.
    pub fn now(&self) {
        if let Some(running) = self.set(None) {
            running.cancel();
        }
    }

    fn set(&self, running: Option<CancelOne>) -> Option<CancelOne> {
        std::mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), running)
    }
}

pub struct Job {
    tries: u32,
    /// The count of edits when it was first tried.
    asked_at: Option<u64>,
    when_cut_off: WhenCutOff,
    recall: Recall,
    work: Box<dyn Work>,
}

impl Job {
    pub fn new<P, R>(
        params: P,
        handler: fn(&Snapshot, &P) -> Answer<R>,
        reply: Reply<R>,
        when_cut_off: WhenCutOff,
        recall: Recall,
    ) -> Job
    where
        P: Send + 'static,
        R: Send + 'static,
    {
        Job {
            tries: 0,
            asked_at: None,
            when_cut_off,
            recall,
            work: Box::new(Request { params, handler, reply: Some(reply) }),
        }
    }

    pub fn attempt(&mut self, snapshot: Snapshot) -> Attempt {
        self.tries += 1;
        let edits = snapshot.edits;
        if *self.asked_at.get_or_insert(edits) != edits {
            drop(snapshot);
            self.work.fail(if self.when_cut_off == WhenCutOff::GiveBack {
                Failure::AskAgain
            } else {
                Failure::ContentModified
            });
            return Attempt::Done;
        }
        self.recall.set(Some(snapshot.analysis.cancel_one()));
        let outcome = self.work.attempt(snapshot);
        self.recall.set(None);
        match outcome {
            Attempt::CutOff if self.when_cut_off == WhenCutOff::GiveBack => {
                self.work.fail(Failure::AskAgain);
                Attempt::Done
            }
            Attempt::CutOff if self.tries >= MAX_TRIES => {
                self.work.fail(Failure::ContentModified);
                Attempt::Done
            }
            other => other,
        }
    }

    pub fn fail(&mut self, why: Failure) {
        self.recall.set(None);
        self.work.fail(why);
    }
}

trait Work: Send {
    fn attempt(&mut self, snapshot: Snapshot) -> Attempt;
    fn fail(&mut self, why: Failure);
}

struct Request<P, R> {
    params: P,
    handler: fn(&Snapshot, &P) -> Answer<R>,
    reply: Option<Reply<R>>,
}

impl<P, R> Request<P, R> {
    /// Whether the client has taken the request back.
    fn is_unwanted(&self) -> bool {
        self.reply.as_ref().is_none_or(|it| it.0.is_closed())
    }
}

impl<P: Send, R: Send> Work for Request<P, R> {
    fn attempt(&mut self, snapshot: Snapshot) -> Attempt {
        if self.is_unwanted() {
            return Attempt::Done;
        }
        let answer = (self.handler)(&snapshot, &self.params);
        drop(snapshot);
        let answer = match answer {
            Ok(value) => Ok(value),
            Err(Stop::Cancelled) if self.is_unwanted() => return Attempt::Done,
            Err(Stop::Cancelled) => return Attempt::CutOff,
            Err(Stop::Invalid(why)) => Err(Failure::Invalid(why)),
        };
        if let Some(reply) = self.reply.take() {
            reply.send(answer);
        }
        Attempt::Done
    }

    fn fail(&mut self, why: Failure) {
        if let Some(reply) = self.reply.take() {
            reply.send(Err(why));
        }
    }
}
