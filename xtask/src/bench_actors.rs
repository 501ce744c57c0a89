//! `cargo xtask bench --actors`: vats against Erlang's processes, tokio's tasks and node.
//!
//! Each program of `bench/actors` checks itself by what it prints: its name, its answer, and the milliseconds of
//! the part that counts, without the start of a process. Everybody runs in turns. Who is not installed, or has
//! nothing to run a program with, is left out.

mod interrupt;
mod peers;

use crate::bench::{Row, record};
use crate::demo::release_walnut;
use crate::python::{run, say};
use anyhow::{Context, bail, ensure};
use peers::Peers;
use std::path::PathBuf;
use std::process::Command;

const RUNS: usize = 3;

/// What is run, what it answers, and what one of the things it counts is.
struct Program {
    name: &'static str,
    args: &'static [&'static str],
    answer: &'static str,
    unit: &'static str,
    /// How many of those there are.
    count: f64,
    wanted: &'static str,
    who: &'static [&'static str],
}

const WALNUT: &[&str] = &["walnut"];
const ACTORS: &[&str] = &["walnut", "erlang", "erlang +S 1", "tokio", "tokio 2 threads"];

/// Whoever has columns of the table.
const ALL: &[&str] = &["walnut", "erlang", "erlang +S 1", "tokio", "tokio 2 threads", "node"];

const PROGRAMS: &[Program] = &[
    Program {
        name: "within",
        args: &["1000", "1000"],
        answer: "500500000",
        unit: "ns a send, promise and answer within a vat",
        count: 1e6,
        wanted: "100",
        who: &["walnut", "node"],
    },
    Program {
        name: "pingpong",
        args: &["500000"],
        answer: "500000",
        unit: "ns a message, ping-pong",
        count: 1e6,
        wanted: "150",
        who: ACTORS,
    },
    // A thousandth of that: worker threads take as long for a message as vats for hundreds.
    Program {
        name: "pingpong",
        args: &["5000"],
        answer: "5000",
        unit: "ns a message, ping-pong 100 times shorter",
        count: 1e4,
        wanted: "",
        who: &["walnut", "node"],
    },
    Program {
        name: "fanin",
        args: &["1000", "1000"],
        answer: "500500000",
        unit: "ns a message, 1,000 to one",
        count: 1e6,
        wanted: "150",
        who: ACTORS,
    },
    Program {
        name: "ring",
        args: &["10000", "100"],
        answer: "1000000",
        unit: "ns a message, ring of 10,000",
        count: 1e6,
        wanted: "150",
        who: ACTORS,
    },
    Program {
        name: "alive",
        args: &["100000"],
        answer: "99001000",
        unit: "ns to make one of 100,000",
        count: 1e5,
        wanted: "2,000",
        who: ACTORS,
    },
    Program {
        name: "idle",
        args: &["100000"],
        answer: "100000",
        unit: "ns to make one of 100,000 and no more",
        count: 1e5,
        wanted: "2,000",
        who: ACTORS,
    },
    Program {
        name: "alive",
        args: &["1000000"],
        answer: "990010000",
        unit: "ns to make one of a million",
        count: 1e6,
        wanted: "",
        who: WALNUT,
    },
    Program {
        name: "chain",
        args: &["250000"],
        answer: "250000",
        unit: "ns a send, chain of 250,000",
        count: 2.5e5,
        wanted: "",
        who: WALNUT,
    },
    Program {
        name: "chain",
        args: &["500000"],
        answer: "500000",
        unit: "ns a send, chain of 500,000",
        count: 5e5,
        wanted: "",
        who: WALNUT,
    },
    Program {
        name: "chain",
        args: &["1000000"],
        answer: "1000000",
        unit: "ns a send, chain of a million",
        count: 1e6,
        wanted: "",
        who: WALNUT,
    },
];

/// All programs for everybody; what one of many takes in memory; how soon what is busy can be stopped.
pub fn run_actors(walnut: Option<&str>) -> anyhow::Result<()> {
    let walnut = walnut.map_or_else(release_walnut, |it| Ok(PathBuf::from(it).canonicalize()?))?;
    say("cargo build --release -p actors-tokio");
    run(Command::new(env!("CARGO")).args(["build", "--quiet", "--release", "-p", "actors-tokio"]))?;
    let peers = Peers::new(walnut)?;
    let mut lines = Vec::new();
    for it in PROGRAMS {
        say(&format!("{} {}", it.name, it.args.join(" ")));
        lines.push(side_by_side(it, &peers)?);
    }
    lines.push(memory(
        "idle",
        "bytes each of 100,000 that are idle",
        "1,024",
        (100, 100_000),
        ACTORS,
        &peers,
    )?);
    lines.push(memory(
        "idle",
        "bytes each of a million that are idle",
        "",
        (100, 1_000_000),
        WALNUT,
        &peers,
    )?);
    lines.push(memory(
        "alive",
        "bytes each of 100,000 that are all asked",
        "",
        (100, 100_000),
        ACTORS,
        &peers,
    )?);
    for (what, n) in [
        ("bytes a send, chain of 250,000", 250_000),
        ("bytes a send, chain of 500,000", 500_000),
        ("bytes a send, chain of a million", 1_000_000),
    ] {
        lines.push(memory("chain", what, "", (100, n), WALNUT, &peers)?);
    }
    lines.push(interrupt::latency(&peers)?);
    table(&lines);
    let rows: Vec<Row> = lines.into_iter().flat_map(|it| it.rows).collect();
    record("actors", &rows)
}

/// A line of the table: a row for everybody who is in it.
struct Line {
    what: &'static str,
    wanted: &'static str,
    rows: Vec<Row>,
}

fn table(lines: &[Line]) {
    println!("| medians | {} | wanted |", ALL.join(" | "));
    println!("|---|{}--:|", "--:|".repeat(ALL.len()));
    for it in lines {
        let cell = |who: &&str| {
            let row = it.rows.iter().find(|it| it.who == **who);
            row.map_or_else(String::new, |it| format!("{:.0}", it.median()))
        };
        let cells: Vec<String> = ALL.iter().map(cell).collect();
        println!("| {} | {} | {} |", it.what, cells.join(" | "), it.wanted);
    }
}

fn row(what: &str, who: &str, unit: &'static str) -> Row {
    Row { bench: what.to_owned(), who: who.to_owned(), unit, runs: Vec::new() }
}

fn side_by_side(program: &Program, peers: &Peers) -> anyhow::Result<Line> {
    let mut rows: Vec<Row> = program.who.iter().map(|who| row(program.unit, who, "ns")).collect();
    for _ in 0..RUNS {
        for it in &mut rows {
            let Some(command) = peers.command(&it.who, program.name, program.args) else { continue };
            let (millis, _) = once(command, program.name, program.answer)?;
            it.runs.push(millis * 1e6 / program.count);
        }
    }
    rows.retain(|it| !it.runs.is_empty());
    Ok(Line { what: program.unit, wanted: program.wanted, rows })
}

/// What one of many adds to the peak of a process.
fn memory(
    name: &str,
    what: &'static str,
    wanted: &'static str,
    (few, many): (u64, u64),
    who: &[&str],
    peers: &Peers,
) -> anyhow::Result<Line> {
    let mut rows = Vec::new();
    for who in who.iter().filter(|it| !it.contains(['+', '2'])) {
        let mut peaks = Vec::new();
        for n in [few, many] {
            let Some(command) = peers.command(who, name, &[&n.to_string()]) else { continue };
            let answer = if name == "alive" { n / 100 * 99 * 1000 + n / 100 } else { n };
            peaks.push(once(command, name, &answer.to_string())?.1);
        }
        if let [few_peak, many_peak] = peaks[..] {
            let bytes = (many_peak - few_peak) * 1024.0 / (many - few) as f64;
            rows.push(Row { runs: vec![bytes], ..row(what, who, "bytes") });
        }
    }
    Ok(Line { what, wanted, rows })
}

/// Milliseconds as the program says, and the peak of its process in kilobytes.
fn once(mut command: Command, name: &str, answer: &str) -> anyhow::Result<(f64, f64)> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let words: Vec<&str> = said.split_whitespace().collect();
    let [its_name, its_answer, millis] = words[..] else {
        bail!("{command:?} says {said:?}: {errors}");
    };
    ensure!(its_name == name && its_answer == answer, "{command:?} says {said:?}, not {answer}: {errors}");
    let peak = errors.lines().last().and_then(|it| it.trim().parse().ok());
    Ok((millis.parse()?, peak.with_context(|| format!("{command:?} does not say its peak: {errors}"))?))
}
