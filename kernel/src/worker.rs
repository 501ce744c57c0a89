//! Between the sockets and the vats, on a thread of its own: jobs come in, turns are run, events go out.

use crate::session::Session;
use crate::voice::Request;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

/// What the other threads ask of the worker.
pub enum Job {
    /// A request on shell.
    Asked(Request),
    /// The interrupt flag was raised.
    Interrupted,
}

/// How long the worker may wait for a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// There are turns to run.
    None,
    /// Until a timer rings.
    Until(Duration),
    /// There is nothing else to do.
    Endless,
}

/// Starts the thread. It ends when nobody can ask any more.
pub fn start(session: Session) -> anyhow::Result<()> {
    std::thread::Builder::new().name("worker".to_owned()).spawn(move || run(session))?;
    Ok(())
}

fn run(mut session: Session) {
    loop {
        match next(&session.inbox, session.patience()) {
            Next::Job(Job::Asked(request)) => session.hear(request),
            Next::Job(Job::Interrupted) => session.interrupted(),
            Next::Nothing => session.advance(),
            Next::End => return,
        }
    }
}

enum Next {
    Job(Job),
    Nothing,
    End,
}

/// Jobs go before turns, so that a cell which runs for ever does not keep the others from being heard.
fn next(inbox: &Receiver<Job>, patience: Patience) -> Next {
    match patience {
        Patience::None => match inbox.try_recv() {
            Ok(job) => Next::Job(job),
            Err(TryRecvError::Empty) => Next::Nothing,
            Err(TryRecvError::Disconnected) => Next::End,
        },
        Patience::Until(duration) => match inbox.recv_timeout(duration) {
            Ok(job) => Next::Job(job),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        },
        Patience::Endless => inbox.recv().map_or(Next::End, Next::Job),
    }
}
