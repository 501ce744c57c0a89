//! `walnut repl`: a prompt whose print-out is a transcript.
//!
//! A line that starts with `?` or `>` is taken as a transcript has it, so that steps can be pasted; anything
//! else is read until it is a whole program. Each program is a step of one [`Runner`], as in a file. Without a
//! terminal the same is read from a pipe.

mod editor;
mod late;
mod record;

use crate::Outcome;
use crate::args;
use crate::imports::Imports;
use crate::paint::Paint;
use crate::updoc::Done;
use crate::updoc::runner::{Runner, Status};
use crate::updoc::transcript::{self, Dialect};
use editor::{Editor, Typed};
use late::Late;
use record::Record;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use syntax::Completeness;

pub fn run(it: &args::Repl) -> anyhow::Result<Outcome> {
    let imports = Imports::new(&it.imports.import)?;
    let runner = Runner::in_real_time("prompt", &imports, it.budget.limits());
    // Ctrl-C stops the turn that runs; while something is typed, the line editor hears it first.
    let interrupt = runner.interrupt();
    ctrlc::set_handler(move || interrupt.raise())?;
    let record = Record::new(imports.clone(), it.budget.limits());
    let record = if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        interactive(runner, record, &imports)?
    } else {
        piped(runner, record)?
    };
    if let Some(file) = &it.save {
        println!("{}", record.save(file)?);
    }
    Ok(Outcome::Clean)
}

fn interactive(runner: Runner, mut record: Record, imports: &Imports) -> anyhow::Result<Record> {
    println!("Walnut {}. :help says what can be typed beside E.", env!("CARGO_PKG_VERSION"));
    let late = Late::new(runner);
    let mut editor = Editor::new(&late, imports);
    loop {
        let text = match late.idle_while(|| editor.read())? {
            Typed::Program(text) => text,
            Typed::Interrupt => {
                late.interrupt();
                continue;
            }
            Typed::End => break,
        };
        match text.trim().split_once(' ').unwrap_or((text.trim(), "")) {
            ("", _) => {}
            (":quit" | ":q", _) => break,
            (":help", _) => println!("{HELP}"),
            (":save", file) if !file.is_empty() => match record.save(Path::new(file.trim())) {
                Ok(said) => println!("{said}"),
                Err(problem) => println!("{problem:#}"),
            },
            (":save", _) => println!("where to? :save FILE"),
            (command, _) if command.starts_with(':') => {
                println!("there is no {command}; :help lists what there is")
            }
            _ => {
                for program in programs(&text) {
                    let (done, settled) = late.step(&program, record.next());
                    show(&program, &done, false)?;
                    print!("{settled}");
                    record.add(&program, done);
                }
                editor.learn(late.names());
            }
        }
    }
    Ok(record)
}

fn piped(mut runner: Runner, mut record: Record) -> anyhow::Result<Record> {
    let mut all = |text: &str| -> anyhow::Result<()> {
        for program in programs(text) {
            let done = runner.step(&record::step(&program, record.next()));
            show(&program, &done, true)?;
            record.add(&program, done);
        }
        Ok(())
    };
    let mut pending = String::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let starts = line.trim_start().starts_with('?');
        let continues = line.trim_start().starts_with('>') && pending.trim_start().starts_with('?');
        if starts && !pending.is_empty() {
            all(&std::mem::take(&mut pending))?;
        }
        pending.push_str(&line);
        pending.push('\n');
        if !starts && !continues && !pending.trim_start().starts_with('?') {
            match syntax::completeness(&pending) {
                Completeness::Incomplete { .. } => {}
                _ if pending.trim().is_empty() => pending.clear(),
                _ => all(&std::mem::take(&mut pending))?,
            }
        }
    }
    all(&pending)?;
    Ok(record)
}

/// What was typed, as programs: the steps of a transcript, or one program.
fn programs(text: &str) -> Vec<String> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    if text.trim_start().starts_with('?') {
        return transcript::steps(text, Dialect::Exact).into_iter().map(|it| it.input).collect();
    }
    vec![text.trim_end().to_owned()]
}

/// A program as a transcript asks it.
fn question(program: &str) -> String {
    format!("? {}\n", program.replace('\n', "\n> "))
}

/// What a step said; for a person also where it went wrong, and what to try.
fn show(program: &str, done: &Done, echo: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if echo {
        write!(out, "{}", question(program))?;
    } else if let Some(place) = &done.place {
        let paint = Paint::for_stdout();
        writeln!(out, "  {}", paint.red(&caret(program, place)))?;
    }
    write!(out, "{}", transcript::render(&done.actual, ""))?;
    if !echo {
        done.notes.iter().try_for_each(|it| writeln!(out, "  ({it})"))?;
        if done.status == Status::Timeout && !done.actual.iter().any(crate::updoc::compare::is_failure) {
            writeln!(out, "  (interrupted; what it had not done is not done)")?;
        }
    }
    writeln!(out)?;
    out.flush()
}

/// The line a problem is on, if the program has several, and carets under the place.
fn caret(program: &str, place: &std::ops::Range<usize>) -> String {
    let start = place.start.min(program.len());
    let before = program.get(..start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |it| it + 1);
    let end = program[line..].find('\n').map_or(program.len(), |it| line + it);
    let blanks = before[line..].chars().count();
    let under = program.get(start..place.end.clamp(start, end)).map_or(1, |it| it.chars().count().max(1));
    let carets = format!("{}{}", " ".repeat(blanks), "^".repeat(under));
    if program.contains('\n') { format!("{}\n  {carets}", &program[line..end]) } else { carets }
}

const HELP: &str = "\
help(x)      says what x answers to
:save FILE   writes the session as a transcript, which walnut updoc can run
:quit        ends it (so does Ctrl-D)
Ctrl-C       leaves the line; while a program runs, stops its turn
Tab          completes names, verbs after a dot, and modules after <import:
A program may have several lines: it is run when it is whole, or after an empty line.";
