//! `walnut updoc`: runs transcripts and compares what they say with what they should.
//!
//! One interpreter runs a file, one turn evaluates a step. How many turns lie between two steps decides in
//! which step late output is seen, so [`runner`] counts them as the transcripts of the E family expect.

pub mod runner;
pub mod transcript;

use crate::Outcome;
use crate::args;
use crate::imports::Imports;
use crate::report::many;
use crate::sources::{self, Source};
use runner::{Runner, Status};
use serde_json::json;
use std::io::{BufWriter, IsTerminal, Write};
use transcript::{Answer, Step};

/// What is looked for in a folder: transcripts, and code with steps in its comments.
const EXTENSIONS: &[&str] = &["updoc", "emaker", "e", "caplet"];

/// What a step came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    pub status: Status,
    pub actual: Vec<Answer>,
}

#[derive(Default)]
struct Summary {
    files: usize,
    steps: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
    unread: usize,
}

pub fn run(it: &args::Updoc) -> anyhow::Result<Outcome> {
    let imports = Imports::new(&it.imports.import)?;
    let found = sources::find(&it.paths, EXTENSIONS);
    let mut summary = Summary { unread: found.problems.len(), ..Summary::default() };
    for problem in &found.problems {
        eprintln!("walnut: {problem:#}");
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in &found.files {
        let source = match Source::read(path) {
            Ok(source) => source,
            Err(problem) => {
                summary.unread += 1;
                eprintln!("walnut: {problem:#}");
                continue;
            }
        };
        let steps = transcript::steps(&source.text);
        if steps.is_empty() && !it.paths.contains(path) {
            continue;
        }
        summary.files += 1;
        let mut runner = Runner::new(&source.name, &imports, it.budget.limits());
        let mut got = Vec::with_capacity(steps.len());
        for step in &steps {
            let done = runner.step(step);
            summary.count(done.status);
            if it.json {
                writeln!(out, "{}", json_line(&source, step, &done))?;
            } else if !matches!(done.status, Status::Pass | Status::Skip) && !it.bless {
                human(&source, step, &done, &mut out)?;
            }
            // What went wrong says where while the rest of the file runs.
            out.flush()?;
            let blessed = matches!(done.status, Status::Pass | Status::Fail);
            got.push(blessed.then_some(done.actual));
        }
        if it.bless {
            let text = transcript::with_answers(&source.text, &steps, &got);
            if text != source.text {
                std::fs::write(path, text)?;
                writeln!(out, "{}: answers written; read the difference before you believe it", source.name)?;
            }
        }
    }
    summary.write(it.json, &mut out)?;
    out.flush()?;
    let clean = summary.failed == 0 && summary.unread == 0;
    Ok(if clean || it.bless && summary.unread == 0 { Outcome::Clean } else { Outcome::Findings })
}

impl Summary {
    fn count(&mut self, status: Status) {
        self.steps += 1;
        match status {
            Status::Pass => self.passed += 1,
            Status::Fail | Status::Timeout => self.failed += 1,
            Status::Skip => self.skipped += 1,
        }
    }

    fn write(&self, json: bool, out: &mut impl Write) -> std::io::Result<()> {
        if json {
            let line = json!({
                "summary": true, "files": self.files, "steps": self.steps,
                "passed": self.passed, "failed": self.failed, "skipped": self.skipped,
            });
            return writeln!(out, "{line}");
        }
        let (files, steps) = (many(self.files, "file"), many(self.steps, "step"));
        let Summary { passed, failed, skipped, .. } = self;
        writeln!(out, "{files}, {steps}: {passed} passed, {failed} failed, {skipped} skipped")
    }
}

fn json_line(source: &Source, step: &Step, done: &Done) -> serde_json::Value {
    json!({
        "file": source.name, "line": step.line, "status": done.status.name(), "input": step.input,
        "expected": transcript::render(&step.expected, ""), "actual": transcript::render(&done.actual, ""),
    })
}

/// A step that did not say what it should: its program, then both answers, line by line.
fn human(source: &Source, step: &Step, done: &Done, out: &mut impl Write) -> std::io::Result<()> {
    let colour = std::io::stdout().is_terminal();
    let paint = |line: &str, code: &str| match colour {
        true => format!("\u{1b}[{code}m{line}\u{1b}[0m"),
        false => line.to_owned(),
    };
    writeln!(out, "{}:{}: {}", source.name, step.line, done.status.name())?;
    for (n, line) in step.input.split('\n').enumerate() {
        writeln!(out, "    {} {line}", if n == 0 { '?' } else { '>' })?;
    }
    let expected = transcript::render(&step.expected, "");
    let actual = transcript::render(&done.actual, "");
    for (mark, line) in difference(&expected, &actual) {
        let code = match mark {
            '-' => "31",
            '+' => "32",
            _ => "0",
        };
        writeln!(out, "{}", paint(&format!("  {mark} {line}"), code))?;
    }
    writeln!(out)
}

/// The lines of both texts: `-` stands only in the first, `+` only in the second. What is common at both ends
/// is common; between them all of the first stands before all of the second.
fn difference<'a>(expected: &'a str, actual: &'a str) -> Vec<(char, &'a str)> {
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let start = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let rest = expected.len().min(actual.len()) - start;
    let end = expected.iter().rev().zip(actual.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let same = |it: &&'a str| (' ', *it);
    let mut lines: Vec<(char, &str)> = expected[..start].iter().map(same).collect();
    lines.extend(expected[start..expected.len() - end].iter().map(|it| ('-', *it)));
    lines.extend(actual[start..actual.len() - end].iter().map(|it| ('+', *it)));
    lines.extend(expected[expected.len() - end..].iter().map(same));
    lines
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_differs_is_marked() {
        let lines = difference("# stdout: a\n\n# value: 1\n", "# stdout: b\n\n# value: 1\n");
        assert_eq!(lines, [('-', "# stdout: a"), ('+', "# stdout: b"), (' ', ""), (' ', "# value: 1")]);
        assert_eq!(difference("", "# value: 1\n"), [('+', "# value: 1")]);
    }
}
