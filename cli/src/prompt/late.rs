//! What goes on while somebody types: turns that are still to be taken, timers, promises that settle.
//!
//! The session belongs to whoever holds its lock: a step that was typed, or a thread of its own that takes the
//! turns in between and prints what comes of them above the line that is being typed.

use super::record;
use crate::updoc::Done;
use crate::updoc::runner::Runner;
use crate::updoc::transcript;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use vat::{Handle, Interrupt, Outcome};

#[derive(Clone)]
pub struct Late {
    shared: Arc<Shared>,
    interrupt: Interrupt,
}

struct Shared {
    session: Mutex<Session>,
    phase: Mutex<Phase>,
    changed: Condvar,
    /// A turn is being taken in between.
    turning: AtomicBool,
}

struct Session {
    runner: Runner,
    /// Promises that steps have had as their values, with the number of the step.
    pending: Vec<(Handle, usize)>,
    printer: Option<SyncSender<String>>,
}

impl Session {
    /// What the promises have become that are none any more.
    fn settled(&mut self) -> String {
        let runner = &self.runner;
        let (pending, settled): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|it| runner.is_pending(it.0));
        self.pending = pending;
        let mut text = String::new();
        for (promise, number) in settled {
            let printed = self.runner.settled(promise).replace('\n', "\n#     ");
            text.push_str(&format!("# the promise of step {number} became {printed}\n"));
        }
        text
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Somebody types.
    Idle,
    /// A step runs.
    Busy,
}

impl Shared {
    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(|it| it.into_inner())
    }
    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(|it| it.into_inner())
    }
    fn set(&self, phase: Phase) {
        *self.phase() = phase;
        self.changed.notify_all();
    }
}

impl Late {
    pub fn new(runner: Runner) -> Late {
        let interrupt = runner.interrupt();
        let shared = Arc::new(Shared {
            session: Mutex::new(Session { runner, pending: Vec::new(), printer: None }),
            phase: Mutex::new(Phase::Busy),
            changed: Condvar::new(),
            turning: AtomicBool::new(false),
        });
        let taking = shared.clone();
        std::thread::spawn(move || take_turns(&taking));
        Late { shared, interrupt }
    }

    /// Where what comes late is printed.
    pub fn print_to(&self, printer: SyncSender<String>) {
        self.shared.session().printer = Some(printer);
    }

    /// Lets turns be taken while `typing`.
    pub fn idle_while<T>(&self, typing: impl FnOnce() -> T) -> T {
        self.shared.set(Phase::Idle);
        let typed = typing();
        self.shared.set(Phase::Busy);
        typed
    }

    /// Runs a step that was typed: what it came to, and what has settled on the way.
    pub fn step(&self, program: &str, number: usize) -> (Done, String) {
        let mut session = self.shared.session();
        // What was raised for a turn that is over is not meant for this one.
        self.interrupt.take();
        let done = session.runner.step(&record::step(program, number));
        if let Some(promise) = session.runner.take_kept() {
            session.pending.push((promise, number));
        }
        (done, session.settled())
    }

    /// Stops what is going on in between, if anything is.
    pub fn interrupt(&self) {
        if self.shared.turning.load(Ordering::Relaxed) {
            self.interrupt.raise();
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.shared.session().runner.names()
    }

    /// What the thing of this name answers to, unless a turn is going on.
    pub fn messages(&self, noun: &str) -> Vec<(String, usize)> {
        let session = self.shared.session.try_lock();
        session.map(|mut it| it.runner.messages(noun)).unwrap_or_default()
    }
}

fn take_turns(shared: &Shared) -> ! {
    let mut phase = shared.phase();
    loop {
        match *phase {
            Phase::Busy => phase = shared.changed.wait(phase).unwrap_or_else(|it| it.into_inner()),
            Phase::Idle => {
                drop(phase);
                let (outcome, text, printer) = one_turn(shared);
                if let Some(printer) = printer.filter(|_| !text.is_empty()) {
                    // Nobody reads any more: the session ends.
                    let _gone = printer.send(text);
                }
                phase = shared.phase();
                let Outcome::Quiet { wake_in } = outcome else { continue };
                if *phase != Phase::Idle {
                    continue;
                }
                phase = match wake_in {
                    Some(left) => shared
                        .changed
                        .wait_timeout(phase, left)
                        .map_or_else(|it| it.into_inner().0, |it| it.0),
                    None => shared.changed.wait(phase).unwrap_or_else(|it| it.into_inner()),
                };
            }
        }
    }
}

/// Takes a turn, if there is anything to do: what it did, what is to be printed, and where.
fn one_turn(shared: &Shared) -> (Outcome, String, Option<SyncSender<String>>) {
    let mut session = shared.session();
    shared.turning.store(true, Ordering::Relaxed);
    let (report, written) = session.runner.idle();
    shared.turning.store(false, Ordering::Relaxed);
    let mut text = transcript::render(&written, "");
    // Each look goes through what a promise holds, so only a turn that settled something is looked after.
    if !report.settled.is_empty() {
        text.push_str(&session.settled());
    }
    if let Outcome::Stopped(stop) = report.outcome {
        text.push_str(&format!("# a turn was stopped: {stop:?}\n"));
    }
    (report.outcome, text.trim_end().to_owned(), session.printer.clone())
}
