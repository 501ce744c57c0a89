//! A request as a thing that can be tried, tried again after an edit, and given up.
//!
//! A job owns what was asked and where the answer goes. The pool hands it a snapshot; if an edit cuts the work
//! off, the job comes back to the main loop and is tried again on the new text, a few times. The snapshot is
//! dropped before the answer is sent, because a writer waits for every snapshot.

use crate::requests::{Answer, Stop};
use crate::state::Snapshot;
use tokio::sync::oneshot;

/// Why a request has no answer.
#[derive(Debug)]
pub enum Failure {
    /// Cut off by edits more often than [`MAX_TRIES`].
    ContentModified,
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

/// How often a request is tried again when edits keep cutting it off.
const MAX_TRIES: u32 = 8;

/// What became of one try.
pub enum Attempt {
    Done,
    /// An edit arrived; give the job back to the main loop.
    CutOff,
}

pub struct Job {
    tries: u32,
    work: Box<dyn Work>,
}

impl Job {
    pub fn new<P, R>(params: P, handler: fn(&Snapshot, &P) -> Answer<R>, reply: Reply<R>) -> Job
    where
        P: Send + 'static,
        R: Send + 'static,
    {
        Job { tries: 0, work: Box::new(Request { params, handler, reply: Some(reply) }) }
    }

    pub fn attempt(&mut self, snapshot: Snapshot) -> Attempt {
        self.tries += 1;
        match self.work.attempt(snapshot) {
            Attempt::CutOff if self.tries >= MAX_TRIES => {
                self.work.fail(Failure::ContentModified);
                Attempt::Done
            }
            other => other,
        }
    }

    pub fn fail(&mut self, why: Failure) {
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

impl<P: Send, R: Send> Work for Request<P, R> {
    fn attempt(&mut self, snapshot: Snapshot) -> Attempt {
        if self.reply.as_ref().is_none_or(|it| it.0.is_closed()) {
            return Attempt::Done;
        }
        let answer = (self.handler)(&snapshot, &self.params);
        drop(snapshot);
        let answer = match answer {
            Ok(value) => Ok(value),
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
