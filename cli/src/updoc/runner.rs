//! One file's interpreter, step after step.
//!
//! The vat's queue around a step, in turns:
//!
//! 1. the step's program;
//! 2. whatever it sent, then the *closing* reaction, which waits for what `interp.waitAtTop` was given. What was
//!    written until the closing turn belongs to the step;
//! 3. two turns more, in which deliveries sent from later turns go on: what they write is seen in the next step,
//!    before its value.

use super::Done;
use super::transcript::{Answer, Step};
use crate::imports::Imports;
use crate::powers::Grants;
use crate::session::{Budget, Ended, Session, State};

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

pub struct Runner {
    session: Session,
    fuel: u64,
}

impl Runner {
    pub fn new(file: &str, imports: &Imports, fuel: u64) -> Runner {
        Runner { session: Session::captured(file, imports, Grants::own()), fuel }
    }

    /// Runs one step and compares. Nothing a step does keeps the next one from running.
    pub fn step(&mut self, step: &Step) -> Done {
        let mut budget = Budget::new(self.fuel);
        let mut actual = Vec::new();
        let ended = self.run(step, &mut budget, &mut actual);
        let status = match ended {
            Ended::Done if actual == step.expected => Status::Pass,
            Ended::Done => Status::Fail,
            Ended::Stuck | Ended::OutOfFuel => Status::Timeout,
        };
        Done { status, actual }
    }

    fn run(&mut self, step: &Step, budget: &mut Budget, answers: &mut Vec<Answer>) -> Ended {
        let read = self.session.read(&step.input);
        let broken = read.as_ref().err().cloned();
        let program = self.session.queue(read.unwrap_or_default());
        let closing = self.session.queue_closing();
        let ended = self.session.turns_until_run(&program, budget);
        self.streams(answers);
        match broken {
            Some(problem) => answers.push(self.problem(&problem)),
            None => match self.session.state(&program) {
                State::Null | State::Pending => {}
                State::Value(printed) => answers.push(Answer::new("value", printed)),
                State::Broken(printed) => answers.push(self.problem(&printed)),
            },
        }
        if ended != Ended::Done {
            return self.give_up(ended);
        }
        let ended = self.session.turns_until_settled(&closing, budget);
        self.streams(answers);
        if ended != Ended::Done {
            return self.give_up(ended);
        }
        for _ in 0..2 {
            let between = self.session.queue(Default::default());
            self.session.turns_until_run(&between, budget);
        }
        Ended::Done
    }

    /// The next step starts with nothing to wait for.
    fn give_up(&mut self, ended: Ended) -> Ended {
        self.session.abandon();
        ended
    }

    fn streams(&mut self, answers: &mut Vec<Answer>) {
        let (stdout, stderr) = self.session.take_output();
        for (key, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                answers.push(Answer::new(key, text));
            }
        }
    }

    /// `problem: too late` is the key `problem` and the text `too late`.
    fn problem(&self, printed: &str) -> Answer {
        match printed.split_once(':') {
            Some((key, text)) => Answer::new(key, text.strip_prefix(' ').unwrap_or(text)),
            None => Answer::new("problem", printed),
        }
    }
}
