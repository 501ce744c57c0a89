//! `walnut run` and `walnut eval`: a program, from its text to its end.

use crate::Outcome;
use crate::args;
use crate::causeway::Causeway;
use crate::check;
use crate::imports::Imports;
use crate::paint::Paint;
use crate::powers::{self, Console, Grants};
use crate::replay;
use crate::report::{self, Finding};
use crate::session::{Ended, Session};
use crate::sources::Source;
use crate::trace;
use std::path::Path;
use vat::{Handle, Limits, ReferenceState};

/// Runs a program until its vats are quiet.
pub fn run(it: &args::Run) -> anyhow::Result<Outcome> {
    let grants = match powers::with(powers::usual(), &it.grant) {
        Ok(grants) => grants,
        Err(why) => return Ok(wrong_usage(&why)),
    };
    let source = Source::read(&it.file)?;
    let imports = Imports::new(&it.imports.import)?.of_program(&it.file);
    let recorder = match &it.record {
        Some(file) => Some(replay::recorder(file, &source.name, &source.text)?),
        None => None,
    };
    let console = Console::terminal().telling(&it.args);
    let mut session = Session::recorded(console, imports, grants, Limits::default(), recorder);
    session.set_properties(&it.prop);
    session.set_workers(it.workers.into());
    log_to(&mut session, it.causeway.as_deref())?;
    let Some(program) = start(&mut session, &source)? else { return Ok(Outcome::Findings) };
    stop_at_ctrl_c(&session)?;
    let ended = session.until_quiet();
    session.end_log()?;
    if let Some(problem) = problem(&mut session, program, &source) {
        eprint!("{problem}");
        return Ok(Outcome::Findings);
    }
    if ended == Ended::Done
        && let Some(it) = session.why_pending(program)
    {
        let why = if it.never { "that can never settle" } else { "that nothing is left to settle" };
        eprintln!("walnut: the program's value is a promise {why}");
        eprint!("{}", trace::why(&it, &source.name, &source.text));
        return Ok(Outcome::Findings);
    }
    Ok(quiet(ended))
}

/// Messages are logged, if that is wanted.
fn log_to(session: &mut Session, file: Option<&Path>) -> anyhow::Result<()> {
    if let Some(it) = file {
        session.log_to(Causeway::create(it)?);
    }
    Ok(())
}

/// Ctrl-C ends the running turn with a problem that says where it was; a second one, before that is said, ends the
/// process.
fn stop_at_ctrl_c(session: &Session) -> anyhow::Result<()> {
    let interrupt = session.interrupt();
    ctrlc::set_handler(move || {
        if interrupt.is_raised() {
            std::process::exit(130);
        }
        interrupt.raise();
    })?;
    Ok(())
}

fn wrong_usage(why: &str) -> Outcome {
    eprintln!("walnut: {why}");
    Outcome::WrongUsage
}

/// Prints the value of a program, once it has one.
pub fn eval(it: &args::Eval) -> anyhow::Result<Outcome> {
    let grants = match powers::with(powers::own(), &it.grant) {
        Ok(grants) => grants,
        Err(why) => return Ok(wrong_usage(&why)),
    };
    let source = Source::from_bytes(Path::new("<expr>"), it.expr.as_bytes());
    let mut session = session(Imports::new(&it.imports.import)?, grants, &[]);
    log_to(&mut session, it.causeway.as_deref())?;
    let Some(program) = start(&mut session, &source)? else { return Ok(Outcome::Findings) };
    stop_at_ctrl_c(&session)?;
    let ended = session.until_settled(program);
    session.end_log()?;
    if let Some(problem) = problem(&mut session, program, &source) {
        eprint!("{problem}");
        return Ok(Outcome::Findings);
    }
    if !session.is_null(program) {
        match session.state(program) {
            ReferenceState::Near(printed) | ReferenceState::Far(printed) => println!("{printed}"),
            ReferenceState::Broken(printed) | ReferenceState::Promise(printed) => {
                println!("{printed}");
                quiet(ended);
                if let Some(it) = session.why_pending(program) {
                    eprint!("{}", trace::why(&it, &source.name, &source.text));
                }
                return Ok(Outcome::Findings);
            }
        }
    }
    Ok(quiet(ended))
}

fn session(imports: Imports, grants: Grants, arguments: &[String]) -> Session {
    Session::new(Console::terminal().telling(arguments), imports, grants, Limits::default())
}

/// Queues the program, or shows why it is none.
fn start(session: &mut Session, source: &Source) -> anyhow::Result<Option<Handle>> {
    let read = session.read(&source.text);
    let faults = check::bytes(source);
    let errors = read.errors.iter().map(|it| {
        let mut finding = check::finding(it, |at| at);
        if let Some(meant) = session.meant(it, &read.scopes) {
            finding.message.push_str("; ");
            finding.message.push_str(&meant);
        }
        finding
    });
    let findings: Vec<_> = faults.into_iter().chain(errors).collect();
    if findings.is_empty() {
        return Ok(Some(session.queue_text(read.expansion, &source.name, &source.text)));
    }
    report::human(source, &findings, Paint::for_stderr(), &mut std::io::stderr().lock())?;
    Ok(None)
}

/// The problem of a program that has one, with where it came from.
fn problem(session: &mut Session, program: Handle, source: &Source) -> Option<String> {
    let report = session.problem(program)?;
    let here = report.trace.iter().find(|it| *it.source == *source.name);
    let mut shown = match here {
        Some(it) => {
            let said = report.printed.strip_prefix("problem: ").unwrap_or(&report.printed);
            format!(
                "{}\n",
                report::noted(source, &Finding::problem(it.range, said.to_owned()), &report.notes)
            )
        }
        None => format!("{}\n", report.printed),
    };
    shown.push_str(&trace::lines(&report, &source.name, &source.text));
    Some(shown)
}

/// Says why a program did not come to its end, if it did not.
fn quiet(ended: Ended) -> Outcome {
    let why = match ended {
        Ended::Done => return Outcome::Clean,
        Ended::Stuck => "nothing is left that could settle this promise",
        Ended::Exhausted => "a turn used up its budget or its memory and was stopped",
        Ended::Interrupted => "interrupted",
    };
    eprintln!("walnut: {why}");
    Outcome::Findings
}
