//! One file's interpreter, step after step.
//!
//! The vat's queue around a step, in turns:
//!
//! 1. the step's program;
//! 2. whatever it sent, then the *closing* reaction, which waits for what `interp.waitAtTop` was given. What was
//!    written until the closing turn belongs to the step;
//! 3. three turns more, which the loop of steps takes to come round, and in which deliveries sent from later
//!    turns go on: what they write is seen in the next step, before its value.

use super::Done;
use super::transcript::{Answer, Step};
use crate::imports::Imports;
use crate::powers::{Console, Grants};
use crate::session::{Ended, Read, Session};
use std::collections::BTreeSet;
use syntax::{Expansion, SyntaxError, SyntaxErrorKind};
use vat::{Interrupt, Limits, ReferenceState};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Pass,
    Fail,
    Skip,
    Timeout,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Skip => "skip",
            Status::Timeout => "timeout",
        }
    }
}

/// How many turns lie between a step's closing and the next step's program.
const TURNS_BETWEEN: usize = 3;

pub struct Runner {
    session: Session,
    /// Names that steps should have defined, and did not because they failed.
    missing: BTreeSet<String>,
    /// Whether steps that need such a name are skipped; a person at a prompt is told instead.
    skips: bool,
}

impl Runner {
    /// For a transcript: time jumps to whatever is due.
    pub fn new(name: &str, imports: &Imports, limits: Limits) -> Runner {
        Runner::on(Console::captured(), name, imports, limits, true)
    }

    /// For a person: time passes by itself.
    pub fn in_real_time(name: &str, imports: &Imports, limits: Limits) -> Runner {
        Runner::on(Console::captured_in_real_time(), name, imports, limits, false)
    }

    fn on(console: Console, name: &str, imports: &Imports, limits: Limits, skips: bool) -> Runner {
        let session = Session::new(name, console, imports.clone(), Grants::own(), limits);
        Runner { session, missing: BTreeSet::new(), skips }
    }

    /// Runs one step and compares. Nothing a step does keeps the next one from running, unless that one needs
    /// a name which should be there and is not: then it is skipped.
    pub fn step(&mut self, step: &Step) -> Done {
        let mut actual = Vec::new();
        let read = self.session.read(&step.input);
        let defined: Vec<String> = read.defines().map(str::to_owned).collect();
        if self.skips && read.uses().any(|it| self.missing.contains(it)) {
            self.missing.extend(defined);
            return Done { status: Status::Skip, actual };
        }
        let ended = self.run(&step.input, read, &mut actual);
        let status = match ended {
            // A turn that was stopped says so: a step may expect it.
            Ended::Done | Ended::Exhausted if actual == step.expected => Status::Pass,
            Ended::Done => Status::Fail,
            Ended::Stuck | Ended::Exhausted | Ended::Interrupted => Status::Timeout,
        };
        let failed = |it: &[Answer]| it.iter().any(|it| !["value", "stdout", "stderr"].contains(&&*it.key));
        if failed(&actual) && !failed(&step.expected) {
            self.missing.extend(defined);
        } else {
            self.missing.retain(|it| !defined.contains(it));
        }
        Done { status, actual }
    }

    fn run(&mut self, input: &str, mut read: Read, answers: &mut Vec<Answer>) -> Ended {
        // A text that cannot be run takes its turn all the same.
        let fault = if read.errors.is_empty() { None } else { Some(read.errors.swap_remove(0)) };
        let program = if fault.is_none() { read.expansion } else { Expansion::default() };
        let handle = self.session.queue(program);
        let ended = self.session.until_evaluated(handle);
        self.streams(answers);
        match fault {
            Some(fault) => answers.push(Answer::new("problem", placed(fault, input))),
            None => answers.extend(self.outcome(handle)),
        }
        self.session.release(handle);
        if ended != Ended::Done {
            return self.give_up(ended);
        }
        let closing = self.session.queue_reactor();
        let ended = self.session.until_settled(closing);
        self.streams(answers);
        self.session.release(closing);
        if ended != Ended::Done {
            return self.give_up(ended);
        }
        for _ in 0..TURNS_BETWEEN {
            let between = self.session.queue_nothing();
            self.session.until_evaluated(between);
            self.session.release(between);
        }
        Ended::Done
    }

    /// The next step starts with nothing to wait for.
    fn give_up(&mut self, ended: Ended) -> Ended {
        self.session.stop_waiting();
        ended
    }

    /// The value of a program, quoted, or its problem. Nothing for `null`.
    fn outcome(&mut self, program: vat::Handle) -> Option<Answer> {
        if self.session.failed(program) {
            return self.session.problem(program).map(|it| problem(&it.printed));
        }
        if self.session.is_null(program) {
            return None;
        }
        let (ReferenceState::Near(printed)
        | ReferenceState::Far(printed)
        | ReferenceState::Broken(printed)
        | ReferenceState::Promise(printed)) = self.session.state(program);
        Some(Answer::new("value", printed))
    }

    fn streams(&mut self, answers: &mut Vec<Answer>) {
        let (stdout, stderr) = self.session.take_output();
        for (key, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                answers.push(Answer::new(key, text));
            }
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.session.names()
    }

    pub fn interrupt(&self) -> Interrupt {
        self.session.interrupt()
    }
}

/// `problem: too late` is the key `problem` and the text `too late`.
fn problem(printed: &str) -> Answer {
    match printed.split_once(':') {
        Some((key, text)) => Answer::new(key, text.strip_prefix(' ').unwrap_or(text)),
        None => Answer::new("problem", printed),
    }
}

/// What a text is refused for. A pragma's refusal says where the construct ends, as transcripts expect it.
fn placed(fault: SyntaxError, input: &str) -> String {
    if fault.kind == SyntaxErrorKind::Pragma { fault.placed(input) } else { fault.message }
}
