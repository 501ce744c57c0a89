//! The analysis pool: threads that do work which holds a snapshot, and no other work.
//!
//! Of the threads that have nothing to do, the one that worked last is woken: what it reads is still in its core's
//! cache, and memory that it has given back is there for it to take. A panic in a request answers that request with
//! an error and costs nothing else.

use crate::dispatch::{Attempt, Failure, Job};
use crate::main_loop::{Event, Mailbox};
use crate::state::Snapshot;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

type Work = Box<dyn FnOnce() + Send>;

pub struct Pool {
    desk: Arc<Mutex<Desk>>,
}

/// What is to be done, and who is free to do it. Only one of the lists has anything in it.
#[derive(Default)]
struct Desk {
    todo: VecDeque<Work>,
    /// The one that worked last is at the end.
    free: Vec<Way>,
    closed: bool,
}

/// The only way to a thread that waits. It comes back to the thread with the work, so that while the thread waits
/// nobody but the desk has it, and its end is the thread's.
struct Way(mpsc::SyncSender<(Work, Way)>);

/// Deep programs are walked recursively under `syntax`'s own bound; threads start with room for it.
const STACK_BYTES: usize = 8 << 20;

impl Pool {
    pub fn new(threads: usize) -> Pool {
        let desk = Arc::new(Mutex::new(Desk::default()));
        for number in 0..threads {
            let desk = desk.clone();
            let started = thread::Builder::new()
                .name(format!("analysis {number}"))
                .stack_size(STACK_BYTES)
                .spawn(move || {
                    let (way, handed) = mpsc::sync_channel(1);
                    let mut way = Way(way);
                    while let Some((work, back)) = next(&desk, way, &handed) {
                        way = back;
                        // What has a client waiting says so itself; see `run`.
                        let _ = catch_unwind(AssertUnwindSafe(work));
                    }
                });
            debug_assert!(started.is_ok(), "no thread for the analysis pool");
        }
        Pool { desk }
    }

    /// Tries `job` on `snapshot`; a job that an edit cuts off goes back into `mailbox`.
    pub fn run(&self, mut job: Job, snapshot: Snapshot, mailbox: Mailbox) {
        self.spawn(move || match catch_unwind(AssertUnwindSafe(|| job.attempt(snapshot))) {
            Ok(Attempt::Done) => {}
            Ok(Attempt::CutOff) => {
                let _ = mailbox.send(Event::Request(job));
            }
            Err(_) => job.fail(Failure::Internal(
                "a fault in walnut itself; the server goes on. Please report what you did".to_owned(),
            )),
        });
    }

    /// Runs `work`, which may hold a snapshot, on one of the threads.
    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        let mut desk = lock(&self.desk);
        match desk.free.pop() {
            // It waits for exactly one thing, so there is room for it.
            Some(way) => drop(way.0.clone().try_send((Box::new(work), way))),
            None => desk.todo.push_back(Box::new(work)),
        }
    }
}

impl Drop for Pool {
    /// Who waits for work is told that there will be none.
    fn drop(&mut self) {
        let mut desk = lock(&self.desk);
        desk.closed = true;
        desk.free.clear();
    }
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The oldest work there is; where there is none, what this thread is handed next.
fn next(desk: &Mutex<Desk>, way: Way, handed: &mpsc::Receiver<(Work, Way)>) -> Option<(Work, Way)> {
    {
        let mut desk = lock(desk);
        if let Some(work) = desk.todo.pop_front() {
            return Some((work, way));
        }
        if desk.closed {
            return None;
        }
        desk.free.push(way);
    }
    handed.recv().ok()
}
