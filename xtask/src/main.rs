//! The project's own chores, run as `cargo xtask <chore>`.
//!
//! A chore starts other programs (cargo, node, python, the built `walnut`) and reports what they said. It
//! imports nothing of the product, so that it measures and tests what a user gets.

mod bench;
mod bench_actors;
mod bench_kernel;
mod bench_lsp;
mod bench_peers;
mod demo;
mod fuzz;
mod grammar;
mod kills;
mod language_client;
mod outside;
mod python;
mod test;

use std::process::ExitCode;

const CHORES: &[(&str, &str)] = &[
    (
        "demo [--headless]",
        "builds Walnut, executes the tour in a private JupyterLab, and opens it (or prints it)",
    ),
    ("test [--rust]", "installs what the tests need, runs all of them and says how many passed"),
    (
        "bench [--startup|--peers|--memory|--actors|--grammar|--parse|--analysis|--workspace|--turns|--kernel|--lsp] [--walnut=FILE]",
        "figures, printed as tables and written to target/bench",
    ),
    ("fuzz [--minutes N] [--seed N]", "texts by a clumsy hand, parsed, expanded and run: nothing may panic"),
    (
        "kills [--minutes N]",
        "vats killed at random under load: what was acknowledged is there, once and in order",
    ),
    ("grammar", "generates both parsers anew from their grammar.js"),
    ("corpus DIR…", "how much of a folder of E parses: files, and steps of transcripts"),
    (
        "outside DIR [--files|--failing|--emakers]",
        "how many steps of another checkout's transcripts agree; which of its modules load",
    ),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (chore, rest) = match args.split_first() {
        Some((chore, rest)) => (chore.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome: anyhow::Result<()> = match chore {
        "help" | "--help" | "-h" => {
            println!("cargo xtask <chore>\n");
            for (name, does) in CHORES {
                println!("  {name:<56} {does}");
            }
            Ok(())
        }
        "demo" => demo::run_demo(rest),
        "test" => test::run_test(rest),
        "bench" => bench::run_bench(rest),
        "fuzz" => fuzz::run_fuzz(rest),
        "kills" => kills::run_kills(rest),
        "grammar" => grammar::run_grammar(),
        "corpus" => grammar::run_corpus(rest),
        "outside" => outside::run_outside(rest),
        other => Err(anyhow::anyhow!("no chore is called `{other}`; `cargo xtask help` lists them")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem:#}");
            ExitCode::FAILURE
        }
    }
}
