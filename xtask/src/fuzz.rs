//! `cargo xtask fuzz`: the vat's test of any text at all, for minutes instead of a moment.

use crate::python;
use std::process::Command;

/// How long, if nothing is said.
const MINUTES: &str = "10";

pub fn run_fuzz(args: &[String]) -> anyhow::Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--package", "vat", "--test", "fuzz", "--"]).args(args);
    if !args.iter().any(|it| it == "--minutes") {
        cargo.args(["--minutes", MINUTES]);
    }
    python::run(cargo.current_dir(python::repository()))
}
