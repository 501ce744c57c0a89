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
use super::compare::{agree, is_failure};
use super::transcript::{Answer, Dialect, Step};
use crate::imports::Imports;
use crate::powers::{self, Console, Grants};
use crate::session::{Ended, Read, Session};
use std::collections::BTreeSet;
use syntax::{Expansion, SyntaxError, SyntaxErrorKind};
use vat::{Handle, Interrupt, Limits, ReferenceState, TurnReport};

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
    name: String,
    dialect: Dialect,
    /// A problem that nobody expected has ended the file.
    over: bool,
    /// The value of the last step, if that is a promise and somebody wants to know what becomes of it.
    keeps: bool,
    kept: Option<Handle>,
    /// Names that steps should have defined, and did not because they failed.
    missing: BTreeSet<String>,
    /// Whether steps that need such a name are skipped; a person at a prompt is told instead.
    skips: bool,
}

impl Runner {
    /// For a transcript: time jumps to whatever is due.
    pub fn new(name: &str, imports: &Imports, grants: Grants, limits: Limits, dialect: Dialect) -> Runner {
        Runner::of(Session::new(Console::captured(), imports.clone(), grants, limits), name, dialect)
    }

    fn of(session: Session, name: &str, dialect: Dialect) -> Runner {
        Runner {
            session,
            name: name.to_owned(),
            dialect,
            over: false,
            keeps: false,
            kept: None,
            missing: BTreeSet::new(),
            skips: true,
        }
    }

    /// For a person: time passes by itself.
    pub fn in_real_time(name: &str, imports: &Imports, limits: Limits) -> Runner {
        let console = Console::captured_in_real_time();
        let session = Session::new(console, imports.clone(), powers::own(), limits);
        Runner { skips: false, keeps: true, ..Runner::of(session, name, Dialect::Exact) }
    }

    /// What `interp.getProps()` gives from now on.
    pub fn set_properties(&self, properties: &[(String, String)]) {
        self.session.set_properties(properties);
    }

    /// Runs one step and compares. Nothing a step does keeps the next one from running, unless that one needs
    /// a name which should be there and is not: then it is skipped.
    pub fn step(&mut self, step: &Step) -> Done {
        self.session.enter(&step.vat, step.new_vat);
        let mut done = Done { status: Status::Skip, actual: Vec::new(), place: None, notes: Vec::new() };
        let read = self.session.read(&step.input);
        let defined: Vec<String> = read.defines().map(str::to_owned).collect();
        if self.over || self.skips && read.uses().any(|it| self.missing.contains(it)) {
            self.missing.extend(defined);
            return done;
        }
        let ended = self.run(step, read, &mut done);
        done.status = match ended {
            // A turn that was stopped says so: a step may expect it.
            Ended::Done | Ended::Exhausted if agree(self.dialect, &step.expected, &done.actual) => {
                Status::Pass
            }
            Ended::Done => Status::Fail,
            Ended::Stuck | Ended::Exhausted | Ended::Interrupted => Status::Timeout,
        };
        let failed = done.actual.iter().any(is_failure) && !step.expected.iter().any(is_failure);
        if failed {
            self.missing.extend(defined);
            self.over = self.dialect == Dialect::Loose && self.skips;
        } else {
            self.missing.retain(|it| !defined.contains(it));
        }
        done
    }

    /// The steps that the last one has asked for.
    pub fn pushed(&mut self, step: &Step) -> Vec<Step> {
        let made = |(program, answers): crate::powers::Pushed| {
            let answers = answers.into_iter().map(|(key, text)| Answer::new(key, text)).collect();
            Step::pushed(step.line, program, answers, step.vat.clone())
        };
        self.session.take_pushed().into_iter().map(made).collect()
    }

    fn run(&mut self, step: &Step, mut read: Read, done: &mut Done) -> Ended {
        // A text that cannot be run takes its turn all the same.
        let fault = if read.errors.is_empty() { None } else { Some(read.errors.swap_remove(0)) };
        let program = if fault.is_none() { read.expansion } else { Expansion::default() };
        let source = format!("{}:{}", self.name, step.line);
        let handle = self.session.queue(program, &source);
        let ended = self.session.until_evaluated(handle);
        self.streams(&mut done.actual);
        match fault {
            Some(fault) => {
                done.place = Some(fault.range.start().into()..fault.range.end().into());
                done.notes = self.session.meant(&fault, &read.scopes).into_iter().collect();
                let syntax = !fault.kind.is_of_meaning();
                let key = if syntax && self.dialect == Dialect::Loose { "syntax error" } else { "problem" };
                done.actual.push(Answer::new(key, placed(fault, &step.input)));
            }
            None => self.outcome(handle, &source, done),
        }
        if !agree(self.dialect, &step.expected, &done.actual)
            && done.actual.iter().any(|it| it.text == "<Promise>")
        {
            done.notes.extend(self.why(handle));
        }
        if self.keeps && self.session.is_pending(handle) {
            self.session.watch(handle);
            self.kept = Some(handle);
        } else {
            self.session.release(handle);
        }
        if ended != Ended::Done {
            return self.give_up(ended);
        }
        let closing = self.session.queue_reactor();
        let ended = self.session.until_settled(closing);
        self.streams(&mut done.actual);
        if ended == Ended::Stuck {
            done.notes.extend(self.why(closing));
        }
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

    /// What a promise waits for, if it is one.
    fn why(&mut self, handle: Handle) -> Option<String> {
        let why = self.session.why_pending(handle)?.to_string();
        Some(format!("the promise is not settled: {}", why.replace('\n', "\n            ")))
    }

    /// The next step starts with nothing to wait for.
    fn give_up(&mut self, ended: Ended) -> Ended {
        self.session.stop_waiting();
        ended
    }

    /// The value of a program, quoted, or its problem. Nothing for `null`.
    fn outcome(&mut self, program: Handle, source: &str, done: &mut Done) {
        if self.session.failed(program) {
            if let Some(it) = self.session.problem(program) {
                let here = it.trace.iter().find(|it| *it.source == *source);
                done.place = here.map(|it| it.range.start().into()..it.range.end().into());
                done.notes = it.notes;
                done.actual.push(problem(&it.printed));
            }
        } else if !self.session.is_null(program) {
            done.actual.push(Answer::new("value", self.printed(program)));
            if let Some(it) = self.session.problem(program) {
                done.notes = crate::trace::notes(&it);
            }
        }
    }

    fn printed(&mut self, handle: Handle) -> String {
        let (ReferenceState::Near(printed)
        | ReferenceState::Far(printed)
        | ReferenceState::Broken(printed)
        | ReferenceState::Promise(printed)) = self.session.state(handle);
        printed
    }

    fn streams(&mut self, answers: &mut Vec<Answer>) {
        let (stdout, stderr) = self.session.take_output();
        for (key, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                answers.push(Answer::new(key, text));
            }
        }
    }

    /// The value of the last step, where that is a promise: to be asked for later.
    pub fn take_kept(&mut self) -> Option<Handle> {
        self.kept.take()
    }

    pub fn is_pending(&self, promise: Handle) -> bool {
        self.session.is_pending(promise)
    }

    /// What a promise that was kept has become, and lets go of it.
    pub fn settled(&mut self, handle: Handle) -> String {
        let printed = self.printed(handle);
        self.session.release(handle);
        printed
    }

    /// A turn that no step waits for; what it writes comes back with what it did.
    pub fn idle(&mut self) -> (TurnReport, Vec<Answer>) {
        let report = self.session.turn();
        let mut written = Vec::new();
        self.streams(&mut written);
        (report, written)
    }

    pub fn messages(&mut self, noun: &str) -> Vec<(String, usize)> {
        self.session.messages(noun)
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
