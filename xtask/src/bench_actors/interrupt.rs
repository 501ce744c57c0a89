//! How soon a run of 1,000 vats that all work ends when somebody interrupts it.

use super::peers::Peers;
use super::{Line, row};
use crate::bench::Row;
use crate::python::{repository, say};
use anyhow::{Context, ensure};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TIMES: usize = 100;

/// From the signal to the end of the process: the 99th percentile, in milliseconds.
pub fn latency(peers: &Peers) -> anyhow::Result<Line> {
    say(&format!("busy 1000, interrupted {TIMES} times"));
    let mut runs = (0..TIMES).map(|at| once(peers, at)).collect::<anyhow::Result<Vec<f64>>>()?;
    runs.sort_by(f64::total_cmp);
    let what = "ms from Ctrl-C to the end, 1,000 vats at work, 99th percentile";
    let worst = runs[TIMES * 99 / 100 - 1];
    Ok(Line { what, wanted: "50", rows: vec![Row { runs: vec![worst], ..row(what, "walnut", "ms") }] })
}

fn once(peers: &Peers, at: usize) -> anyhow::Result<f64> {
    let program = repository().join("bench/actors/busy.e");
    let mut child = Command::new(&peers.walnut)
        .arg("run")
        .arg(program)
        .args(["--", "1000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = String::new();
    BufReader::new(child.stdout.take().context("walnut has no output")?).read_line(&mut said)?;
    ensure!(said == "busy\n", "walnut says {said:?} and not that it is busy");
    // Not always at the same point of a round of the vats.
    std::thread::sleep(Duration::from_micros(137 * at as u64));
    let signal = Instant::now();
    ensure!(
        Command::new("kill").args(["-INT", &child.id().to_string()]).status()?.success(),
        "nothing to stop"
    );
    let output = child.wait_with_output()?;
    let millis = signal.elapsed().as_secs_f64() * 1000.0;
    let why = String::from_utf8_lossy(&output.stderr);
    ensure!(why.contains("interrupted"), "walnut was interrupted and says {why:?}");
    Ok(millis)
}
