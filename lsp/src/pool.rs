//! The analysis pool: threads that do work which holds a snapshot, and no other work.
//!
//! A panic in a request answers that request with an error and costs nothing else.

use crate::dispatch::{Attempt, Failure, Job};
use crate::main_loop::{Event, Mailbox};
use crate::state::Snapshot;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

pub struct Pool {
    work: mpsc::Sender<Box<dyn FnOnce() + Send>>,
}

/// Deep programs are walked recursively under `syntax`'s own bound; threads start with room for it.
const STACK_BYTES: usize = 8 << 20;

impl Pool {
    pub fn new(threads: usize) -> Pool {
        let (work, queue) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads {
            let queue = queue.clone();
            let started = thread::Builder::new()
                .name(format!("analysis {number}"))
                .stack_size(STACK_BYTES)
                .spawn(move || {
                    while let Some(work) = next(&queue) {
                        // What has a client waiting says so itself; see `run`.
                        let _ = catch_unwind(AssertUnwindSafe(work));
                    }
                });
            debug_assert!(started.is_ok(), "no thread for the analysis pool");
        }
        Pool { work }
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
        let _ = self.work.send(Box::new(work));
    }
}

fn next(queue: &Mutex<mpsc::Receiver<Box<dyn FnOnce() + Send>>>) -> Option<Box<dyn FnOnce() + Send>> {
    queue.lock().ok()?.recv().ok()
}
