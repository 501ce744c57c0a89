//! `walnut repl`: a prompt whose print-out is a transcript.
//!
//! A line that starts with `?` or `>` is taken as a transcript has it, so that steps can be pasted; anything
//! else is read until it is a whole program. Each program is a step of one [`Runner`], as in a file.

mod editor;

use crate::Outcome;
use crate::args;
use crate::imports::Imports;
use crate::updoc::runner::Runner;
use crate::updoc::transcript;
use editor::Editor;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use syntax::Completeness;

pub fn run(it: &args::Repl) -> anyhow::Result<Outcome> {
    let imports = Imports::new(&it.imports.import)?;
    let runner = Runner::in_real_time("prompt", &imports, it.budget.limits());
    // Ctrl-C stops the turn that runs; between turns the line editor hears it first.
    let interrupt = runner.interrupt();
    ctrlc::set_handler(move || interrupt.raise())?;
    let mut session = Prompt { runner, page: String::new() };
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        session.interactive()?;
    } else {
        session.piped()?;
    }
    if let Some(file) = &it.save {
        save(file, &session.page)?;
    }
    Ok(Outcome::Clean)
}

struct Prompt {
    runner: Runner,
    /// The session so far, as a transcript.
    page: String,
}

impl Prompt {
    /// Runs a step, shows what it says, and keeps both.
    fn step(&mut self, input: &str, echo: bool) -> std::io::Result<()> {
        let question = question(input);
        if echo {
            print!("{question}");
        }
        let Some(step) = transcript::steps(&question).pop() else { return Ok(()) };
        let answers = transcript::render(&self.runner.step(&step).actual, "");
        println!("{answers}");
        std::io::stdout().flush()?;
        self.page.push_str(&question);
        self.page.push_str(&answers);
        self.page.push('\n');
        Ok(())
    }

    fn interactive(&mut self) -> anyhow::Result<()> {
        println!("Walnut {}. :help says what can be typed beside E.", env!("CARGO_PKG_VERSION"));
        let mut editor = Editor::new();
        while let Some(text) = editor.read()? {
            match text.trim().split_once(' ').unwrap_or((text.trim(), "")) {
                ("", _) => {}
                (":quit" | ":q", _) => break,
                (":help", _) => println!("{HELP}"),
                (":save", file) if !file.is_empty() => match save(Path::new(file.trim()), &self.page) {
                    Ok(()) => println!("saved {}", file.trim()),
                    Err(problem) => println!("{problem:#}"),
                },
                (command, _) if command.starts_with(':') => {
                    println!("there is no {command}; :help lists what there is")
                }
                _ => {
                    for program in programs(&text) {
                        self.step(&program, false)?;
                    }
                    editor.learn(self.runner.names());
                }
            }
        }
        Ok(())
    }

    fn piped(&mut self) -> std::io::Result<()> {
        let mut pending = String::new();
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            let starts = line.trim_start().starts_with('?');
            let continues = line.trim_start().starts_with('>') && pending.trim_start().starts_with('?');
            if starts && !pending.is_empty() {
                self.all(&std::mem::take(&mut pending))?;
            }
            pending.push_str(&line);
            pending.push('\n');
            if !starts && !continues && !pending.trim_start().starts_with('?') {
                match syntax::completeness(&pending) {
                    Completeness::Incomplete { .. } => {}
                    _ if pending.trim().is_empty() => pending.clear(),
                    _ => self.all(&std::mem::take(&mut pending))?,
                }
            }
        }
        self.all(&pending)
    }

    fn all(&mut self, text: &str) -> std::io::Result<()> {
        programs(text).iter().try_for_each(|it| self.step(it, true))
    }
}

/// What was typed, as programs: the steps of a transcript, or one program.
fn programs(text: &str) -> Vec<String> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    if text.trim_start().starts_with('?') {
        return transcript::steps(text).into_iter().map(|it| it.input).collect();
    }
    vec![text.trim_end().to_owned()]
}

/// A program as a transcript asks it.
fn question(program: &str) -> String {
    format!("? {}\n", program.replace('\n', "\n> "))
}

fn save(file: &Path, page: &str) -> anyhow::Result<()> {
    use anyhow::Context;
    std::fs::write(file, page).with_context(|| file.display().to_string())
}

const HELP: &str = "\
:save FILE   writes the session as a transcript, which walnut updoc can run
:quit        ends it (so does Ctrl-D)
Ctrl-C       leaves the line; while a program runs, stops its turn
A program may have several lines: it is run when it is whole.";
