//! `walnut`: opens the doors of the rooms below for a person at a terminal.
//!
//! Reads arguments and files, prints what the rooms answer, and turns it into an exit code. What E means is
//! decided below; a program that is wrong is an answer here, and only a world that fails is an error.

mod args;
mod audit;
mod authority;
mod causeway;
mod check;
mod convert;
mod expand;
mod fmt;
mod imports;
mod notebook;
mod paint;
mod parse;
mod places;
mod policy;
mod powers;
mod prompt;
mod replay;
mod report;
mod run;
mod session;
mod sources;
mod trace;
mod updoc;

use args::{Cli, Command, Install, Kernel};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

/// A vat is many small pieces: with this allocator one is made in two thirds of the time.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What a command says when it has run: did it find something?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Exit code 0.
    Clean,
    /// Exit code 1: findings or failures, already shown.
    Findings,
    /// Exit code 2: what was asked for makes no sense, as was said.
    WrongUsage,
}

fn main() -> ExitCode {
    match open(Cli::parse().command) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::WrongUsage) => ExitCode::from(2),
        // Whoever read the output has seen enough.
        Err(problem) if is_broken_pipe(&problem) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("walnut: {problem:#}");
            ExitCode::from(1)
        }
    }
}

fn is_broken_pipe(problem: &anyhow::Error) -> bool {
    let io = problem.downcast_ref::<std::io::Error>();
    io.is_some_and(|it| it.kind() == std::io::ErrorKind::BrokenPipe)
}

fn open(command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Kernel(Kernel::Install(it)) => kernel_install(it),
        Command::Kernel(Kernel::Run { connection }) => kernel::serve(&connection).map(|()| Outcome::Clean),
        Command::Kernel(Kernel::Pipe) => kernel::serve_pipe().map(|()| Outcome::Clean),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "walnut", &mut std::io::stdout());
            Ok(Outcome::Clean)
        }
        Command::Lsp => lsp::serve(check::auditors(), kernel::text::PRELUDE).map(|()| Outcome::Clean),
        Command::Parse(it) => parse::run(&it),
        Command::Check(it) => check::run(&it),
        Command::Expand(it) => expand::run(&it),
        Command::Audit(it) => audit::run(&it),
        Command::Authority(it) => authority::run(&it),
        Command::Fmt(it) => fmt::run(&it),
        Command::Convert(it) => convert::run(&it),
        Command::Replay(it) => replay::run(&it),
        Command::VatHost => match vat::powers::host::serve_vat() {
            Ok(()) => Ok(Outcome::Clean),
            Err(why) => {
                eprintln!("walnut: {why}");
                Ok(Outcome::WrongUsage)
            }
        },
        Command::Bench(_) => {
            anyhow::bail!("`walnut bench` is not there yet; `cargo xtask bench` runs what there is")
        }
        Command::Run(it) => run::run(&it),
        Command::Eval(it) => run::eval(&it),
        Command::Repl(it) => prompt::run(&it),
        Command::Updoc(it) => updoc::run(&it),
    }
}

fn kernel_install(it: Install) -> anyhow::Result<Outcome> {
    let place = match it.prefix {
        Some(folder) => kernel::Place::Prefix(folder),
        None if it.sys_prefix => kernel::Place::SysPrefix,
        None => kernel::Place::User,
    };
    let written = kernel::install(&place)?;
    println!("installed {}", written.display());
    Ok(Outcome::Clean)
}
