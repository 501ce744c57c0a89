//! Between the sockets and the vats, on a thread of its own: jobs come in, turns are run, events go out.

use crate::session::Session;
use crate::voice::Request;
use crate::wire::Message;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::time::Duration;
use vat::powers::host::Bell;

/// How long the bell is listened to at a time.
const LONG: Duration = Duration::from_secs(3600);

/// What the other threads ask of the worker.
pub enum Job {
    /// A request on shell.
    Asked(Box<Request>),
    /// The person has answered a question.
    Entered(Box<Message>),
    /// The world has answered a vat; once that is seen to, this is told so.
    Rung(Sender<()>),
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
    while step(&mut session) {}
}

/// Takes in a job or lets the cells go on by a turn, waiting if there is nothing to do; `false`: nobody can ask any
/// more.
pub fn step(session: &mut Session) -> bool {
    match next(&session.inbox, session.patience()) {
        Next::Job(job) => session.take_in(job),
        Next::Nothing => session.advance(),
        Next::End => return false,
    }
    session.leave();
    true
}

/// Tells the worker whenever the world has answered a vat.
pub fn listen_to(bell: Bell, jobs: Sender<Job>) -> anyhow::Result<()> {
    let listen = move || {
        loop {
            if bell.wait(LONG) {
                // Until the answer is fetched the bell goes on ringing: once is enough for each fetch.
                let (heard, is_heard) = channel();
                if jobs.send(Job::Rung(heard)).is_err() || is_heard.recv().is_err() {
                    return;
                }
            }
        }
    };
    std::thread::Builder::new().name("bell".to_owned()).spawn(listen)?;
    Ok(())
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
