//! `walnut updoc`: runs transcripts and compares what they say with what they should.
//!
//! One interpreter runs a file, one turn evaluates a step. How many turns lie between two steps decides in
//! which step late output is seen, so [`runner`] counts them as the transcripts of the E family expect.

pub mod compare;
mod notebook;
mod progress;
pub mod runner;
mod show;
pub mod transcript;
mod watchdog;

use crate::Outcome;
use crate::args;
use crate::imports::Imports;
use crate::notebook::Notebook;
use crate::powers::{self, Grants};
use crate::report::many;
use crate::sources::{self, Source};
use progress::Progress;
use runner::{Runner, Status};
use serde_json::json;
use std::collections::VecDeque;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::time::Duration;
use transcript::{Answer, Dialect, Step};
use watchdog::Watchdog;

/// What is looked for in a folder: transcripts, and code with steps in its comments.
const EXTENSIONS: &[&str] = &["updoc", "ipynb", "emaker", "e", "caplet", "e-awt", "e-swt", "txt"];

/// What a step came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    pub status: Status,
    pub actual: Vec<Answer>,
    /// Where in its program it went wrong, if it did.
    pub place: Option<Range<usize>>,
    /// What to try, in a sentence each.
    pub notes: Vec<String>,
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
    let own = if it.confine { powers::confined() } else { powers::own() };
    let grants = match powers::with(own, &it.grant) {
        Ok(grants) => grants,
        Err(why) => {
            eprintln!("walnut: {why}");
            return Ok(Outcome::WrongUsage);
        }
    };
    let mut run = Run {
        it,
        grants,
        imports: Imports::new(&it.imports.import)?,
        watchdog: Watchdog::start(),
        progress: Progress::on_stderr(),
        summary: Summary::default(),
        out: BufWriter::new(std::io::stdout().lock()),
    };
    let found = sources::find(&it.paths, EXTENSIONS);
    for problem in &found.problems {
        run.unread(problem);
    }
    for (number, path) in found.files.iter().enumerate() {
        match Source::read(path) {
            Ok(source) if path.extension().is_some_and(|it| it == "ipynb") => run.notebook(&source)?,
            Ok(source) => run.file(&source, (number + 1, found.files.len()))?,
            Err(problem) => run.unread(&problem),
        }
    }
    run.progress.clear();
    let Run { summary, mut out, .. } = run;
    // Who could not read anything has said so, and "0 files" would be no news.
    if it.json || summary.files > 0 || summary.unread == 0 {
        summary.write(it.json, &mut out)?;
    }
    out.flush()?;
    let clean = summary.failed == 0 && summary.unread == 0;
    Ok(if clean || it.bless && summary.unread == 0 { Outcome::Clean } else { Outcome::Findings })
}

struct Run<'a, W: Write> {
    it: &'a args::Updoc,
    grants: Grants,
    imports: Imports,
    watchdog: Watchdog,
    progress: Progress,
    summary: Summary,
    out: W,
}

impl<W: Write> Run<'_, W> {
    fn unread(&mut self, problem: &anyhow::Error) {
        self.summary.unread += 1;
        self.progress.clear();
        eprintln!("walnut: {problem:#}");
    }

    fn file(&mut self, source: &Source, (number, files): (usize, usize)) -> anyhow::Result<()> {
        let given = if self.it.loose { Dialect::Loose } else { Dialect::Exact };
        let dialect = transcript::dialect(&source.text).unwrap_or(given);
        let steps = transcript::steps(&source.text, dialect);
        let wanted: Vec<bool> = steps.iter().map(|it| self.is_wanted(source, it)).collect();
        // What stands before a step that is wanted runs too: it may need it.
        let Some(last) = wanted.iter().rposition(|it| *it) else {
            self.summary.files += usize::from(steps.is_empty() && self.it.paths.contains(&source.path));
            return Ok(());
        };
        self.summary.files += 1;
        let grants = self.grants.clone();
        let imports = self.imports.of_program(&source.path);
        let mut runner = Runner::new(&source.name, &imports, grants, self.it.budget.limits(), dialect);
        runner.set_properties(&self.it.prop);
        let mut got = Vec::with_capacity(steps.len());
        for (at, step) in steps[..=last].iter().enumerate() {
            self.progress.at(|| {
                let (name, steps) = (&source.name, steps.len());
                format!("{number} of {files}: {name}, step {} of {steps}", at + 1)
            });
            let done = self.step(&mut runner, source, step, wanted[at])?;
            got.push((done.status == Status::Fail && wanted[at]).then_some(done.actual));
        }
        if self.it.bless {
            let text = transcript::with_answers(&source.text, &steps, &got);
            if text != source.text {
                std::fs::write(&source.path, text)?;
                let changed = many(got.iter().flatten().count(), "step");
                writeln!(
                    self.out,
                    "{}: answers of {changed} written; read the difference before you believe it",
                    source.name
                )?;
            }
        }
        Ok(())
    }

    fn notebook(&mut self, source: &Source) -> anyhow::Result<()> {
        let read = match Notebook::parse(&source.text) {
            Ok(read) => read,
            Err(problem) => {
                self.unread(&problem.context(source.name.clone()));
                return Ok(());
            }
        };
        if !notebook::is_ours(&read) {
            return Ok(());
        }
        self.summary.files += 1;
        self.progress.at(|| format!("{}: its cells", source.name));
        let limit = Duration::from_secs(self.it.timeout);
        let watchdog = &self.watchdog;
        let grants = notebook::grants(&source.path, &self.it.grant);
        let done = notebook::execute(&source.path, read, &grants, |batch, cell| {
            watchdog.limit(limit, batch.interrupt(), || batch.execute(cell));
        })?;
        for (step, done) in &done.steps {
            if !self.is_wanted(source, step) {
                continue;
            }
            self.summary.count(done.status);
            self.show(source, step, done)?;
        }
        let text = done.notebook.write();
        if self.it.bless && text != source.text {
            std::fs::write(&source.path, text)?;
            writeln!(
                self.out,
                "{}: outputs written; read the difference before you believe it",
                source.name
            )?;
        }
        Ok(())
    }

    fn is_wanted(&self, source: &Source, step: &Step) -> bool {
        let Some(filter) = &self.it.filter else { return true };
        step.input.contains(filter.as_str())
            || format!("{}:{}", source.name, step.line).contains(filter.as_str())
    }

    /// Runs a step, and those that it asks for; answers what became of itself.
    fn step(
        &mut self,
        runner: &mut Runner,
        source: &Source,
        step: &Step,
        wanted: bool,
    ) -> anyhow::Result<Done> {
        let limit = Duration::from_secs(self.it.timeout);
        let mut own = None;
        let mut todo = VecDeque::from([step.clone()]);
        while let Some(step) = todo.pop_front() {
            let done = self.watchdog.limit(limit, runner.interrupt(), || runner.step(&step));
            todo.extend(runner.pushed(&step));
            if wanted {
                self.summary.count(done.status);
                self.show(source, &step, &done)?;
            }
            own.get_or_insert(done);
        }
        own.ok_or_else(|| anyhow::anyhow!("a step was not run"))
    }

    fn show(&mut self, source: &Source, step: &Step, done: &Done) -> std::io::Result<()> {
        if self.it.json {
            writeln!(self.out, "{}", json_line(source, step, done))?;
        } else if !matches!(done.status, Status::Pass | Status::Skip) && !self.it.bless {
            self.progress.clear();
            show::step(source, step, done, &mut self.out)?;
        }
        // What went wrong says where while the rest of the file runs.
        self.out.flush()
    }
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
