//! `cargo xtask kills`: vats killed at random under load, for minutes instead of a moment.

use crate::python;
use anyhow::Context;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long, if nothing is said.
const MINUTES: u64 = 5;
/// How many vats are killed before the clock is looked at.
const AT_A_TIME: u64 = 1_000;

pub fn run_kills(args: &[String]) -> anyhow::Result<()> {
    let minutes = match args {
        [] => MINUTES,
        [flag, minutes] if flag == "--minutes" => minutes.parse().context("wanted --minutes N")?,
        _ => anyhow::bail!("wanted --minutes N"),
    };
    let (start, mut runs) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs(60 * minutes) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--quiet", "--package", "vat", "--test", "vats", "--", "kills::", "--nocapture"]);
        cargo.env("KILLS", AT_A_TIME.to_string()).env("SEED", (1 + runs * AT_A_TIME).to_string());
        python::run(cargo.current_dir(python::repository()))?;
        runs += 1;
    }
    println!(
        "{} vats killed in {} s, and nothing lost that was acknowledged",
        runs * AT_A_TIME,
        start.elapsed().as_secs()
    );
    Ok(())
}
