//! What was typed and said, to be saved as a transcript that passes when it is run.
//!
//! Time goes by itself at a prompt and jumps in a transcript, so what a step says there may differ from what
//! was seen. Saving runs the steps once more, as a transcript would, and writes what that says.

use super::question;
use crate::imports::Imports;
use crate::powers;
use crate::updoc::Done;
use crate::updoc::runner::{Runner, Status};
use crate::updoc::transcript::{self, Answer, Dialect, Step};
use anyhow::Context;
use std::path::Path;
use vat::Limits;

pub struct Record {
    imports: Imports,
    limits: Limits,
    steps: Vec<Typed>,
}

struct Typed {
    program: String,
    said: Vec<Answer>,
    /// It was stopped, or would never have ended: it does not run again.
    stopped: bool,
}

/// A program as step `number` of a session.
pub fn step(program: &str, number: usize) -> Step {
    Step::pushed(number, program.to_owned(), Vec::new(), String::new())
}

impl Record {
    pub fn new(imports: Imports, limits: Limits) -> Record {
        Record { imports, limits, steps: Vec::new() }
    }

    /// The number of the next step.
    pub fn next(&self) -> usize {
        self.steps.len() + 1
    }

    pub fn add(&mut self, program: &str, done: Done) {
        let stopped = done.status == Status::Timeout;
        self.steps.push(Typed { program: program.to_owned(), said: done.actual, stopped });
    }

    /// Writes the transcript; says what there is to say of it.
    pub fn save(&self, file: &Path) -> anyhow::Result<String> {
        let mut runner =
            Runner::new("session", &self.imports, powers::own(), self.limits.clone(), Dialect::Exact);
        let (mut page, mut others) = (String::new(), 0);
        for (number, it) in self.steps.iter().enumerate() {
            if it.stopped {
                // A step behind a word is prose.
                page.push_str(&format!(
                    "stopped {}\n",
                    question(&it.program).replace("\n> ", "\nstopped > ")
                ));
                continue;
            }
            let said = runner.step(&step(&it.program, number + 1)).actual;
            others += usize::from(said != it.said);
            page.push_str(&question(&it.program));
            page.push_str(&transcript::render(&said, ""));
            page.push('\n');
        }
        std::fs::write(file, page).with_context(|| file.display().to_string())?;
        let steps = crate::report::many(self.steps.len(), "step");
        let mut said = format!("saved {steps} in {}", file.display());
        if others > 0 {
            said.push_str(&format!("; run again, {others} of them said something else than here"));
        }
        Ok(said)
    }
}
