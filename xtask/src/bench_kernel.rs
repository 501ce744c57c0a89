//! `cargo xtask bench --kernel`: how soon the notebook's kernel is ready, how fast it answers, what it weighs.

use crate::demo::release_walnut;
use crate::python::{self, repository, run, say};
use std::fs;

/// Runs `tests/clients/jupyter/bench.py` on a release build, or on `walnut`; it prints the table and writes
/// `target/bench/kernel.json`.
pub fn run_bench(walnut: Option<&str>) -> anyhow::Result<()> {
    let walnut = match walnut {
        Some(it) => fs::canonicalize(it)?,
        None => release_walnut()?,
    };
    let home = python::environment()?;
    python::install_kernel(&home, &walnut)?;
    say("measuring the kernel");
    let folder = repository().join("target").join("bench");
    fs::create_dir_all(&folder)?;
    let mut bench = std::process::Command::new(python::python(&home));
    bench
        .arg(repository().join("tests/clients/jupyter/bench.py"))
        .arg(&walnut)
        .arg(folder.join("kernel.json"));
    run(&mut bench)
}
