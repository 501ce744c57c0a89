//! `cargo xtask bench --actors`: vats against Erlang's processes, tokio's tasks and node's worker threads.
//!
//! Each program of `bench/actors` checks itself by what it prints: its name, its answer, and the milliseconds of
//! the part that counts, without the start of a process. Everybody runs in turns. Who is not installed, or has
//! nothing to run a program with, is left out.

use crate::bench::{Row, publish};
use crate::demo::release_walnut;
use crate::python::{repository, run, say};
use anyhow::{Context, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

const RUNS: usize = 3;

/// What is run, what it answers, and what one of the things it counts is.
struct Program {
    name: &'static str,
    args: &'static [&'static str],
    answer: &'static str,
    unit: &'static str,
    /// How many of those there are, in a thousandth of a millisecond or a millionth.
    count: f64,
    who: &'static [&'static str],
}

const ALL: &[&str] = &["walnut", "erlang", "erlang +S 1", "tokio", "tokio 2 threads", "node"];
const WITHOUT_NODE: &[&str] = &["walnut", "erlang", "erlang +S 1", "tokio", "tokio 2 threads"];

const PROGRAMS: &[Program] = &[
    Program {
        name: "ring",
        args: &["10000", "100"],
        answer: "1000000",
        unit: "ns a message",
        count: 1e6,
        who: WITHOUT_NODE,
    },
    Program {
        name: "pingpong",
        args: &["500000"],
        answer: "500000",
        unit: "ns a message",
        count: 1e6,
        who: ALL,
    },
    Program {
        name: "fanin",
        args: &["1000", "1000"],
        answer: "500500000",
        unit: "ns a message",
        count: 1e6,
        who: WITHOUT_NODE,
    },
    Program {
        name: "alive",
        args: &["100000"],
        answer: "99001000",
        unit: "ns to make one",
        count: 1e5,
        who: WITHOUT_NODE,
    },
    Program {
        name: "chain",
        args: &["250000"],
        answer: "250000",
        unit: "ns a send",
        count: 2.5e5,
        who: &["walnut"],
    },
    Program {
        name: "chain",
        args: &["1000000"],
        answer: "1000000",
        unit: "ns a send",
        count: 1e6,
        who: &["walnut"],
    },
];

/// All programs for everybody, and how much memory each of 100,000 takes.
pub fn run_actors(walnut: Option<&str>) -> anyhow::Result<()> {
    let walnut = walnut.map_or_else(release_walnut, |it| Ok(PathBuf::from(it).canonicalize()?))?;
    say("cargo build --release -p actors-tokio");
    run(Command::new(env!("CARGO")).args(["build", "--quiet", "--release", "-p", "actors-tokio"]))?;
    let mut rows = Vec::new();
    for it in PROGRAMS {
        say(&format!("{} {}", it.name, it.args.join(" ")));
        rows.extend(side_by_side(it, &walnut)?);
    }
    rows.extend(memory(&walnut)?);
    publish("actors", &rows)
}

fn side_by_side(program: &Program, walnut: &Path) -> anyhow::Result<Vec<Row>> {
    let row = |who: &&str| Row {
        bench: format!("{} {}", program.name, program.args.join(" ")),
        who: (*who).to_owned(),
        unit: program.unit,
        runs: Vec::new(),
    };
    let mut rows: Vec<Row> = program.who.iter().map(row).collect();
    for _ in 0..RUNS {
        for it in &mut rows {
            let Some(command) = command(&it.who, walnut, program.name, program.args)? else { continue };
            let (millis, _) = once(command, program)?;
            it.runs.push(millis * 1e6 / program.count);
        }
    }
    rows.retain(|it| !it.runs.is_empty());
    Ok(rows)
}

/// What one of 100,000 adds to the peak of a process.
fn memory(walnut: &Path) -> anyhow::Result<Vec<Row>> {
    let Some(alive) = PROGRAMS.iter().find(|it| it.name == "alive") else { bail!("there is no alive") };
    let few = Program { args: &["100"], answer: "99001", ..*alive };
    let mut rows = Vec::new();
    for who in alive.who.iter().filter(|it| !it.contains(['+', '2'])) {
        let mut peaks = Vec::new();
        for it in [&few, alive] {
            let Some(command) = command(who, walnut, it.name, it.args)? else { continue };
            peaks.extend(once(command, it)?.1);
        }
        if let [few, many] = peaks[..] {
            let bytes = (many - few) * 1024.0 / 99_900.0;
            let bench = "alive 100000".to_owned();
            rows.push(Row { bench, who: (*who).to_owned(), unit: "bytes each", runs: vec![bytes] });
        }
    }
    Ok(rows)
}

/// How somebody runs a program; `None`: it is not installed.
fn command(who: &str, walnut: &Path, name: &str, args: &[&str]) -> anyhow::Result<Option<Command>> {
    let folder = repository().join("bench/actors");
    let mut words: Vec<String> = Vec::new();
    let file = |it: &str| folder.join(it).display().to_string();
    match who {
        "walnut" => {
            words.extend([
                walnut.display().to_string(),
                "run".into(),
                file(&format!("{name}.e")),
                "--".into(),
            ]);
        }
        "erlang" | "erlang +S 1" if is_there("erl") => {
            words.extend(["erl".into(), "-noshell".into(), "+P".into(), "2000000".into()]);
            if who == "erlang +S 1" {
                words.extend(["+S".into(), "1".into()]);
            }
            let compiled = compiled_erlang(&folder)?;
            words.extend(["-pa".into(), compiled.display().to_string()]);
            words.extend(["-run".into(), "actors".into(), "start".into(), name.into()]);
        }
        "tokio" | "tokio 2 threads" => {
            words.push(repository().join("target/release/actors-tokio").display().to_string());
            if who == "tokio 2 threads" {
                words.extend(["--threads".into(), "2".into()]);
            }
            words.push(name.into());
        }
        "node" if is_there("node") => words.extend(["node".into(), file("actors.js"), name.into()]),
        _ => return Ok(None),
    }
    words.extend(args.iter().map(|it| (*it).to_owned()));
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M"]).args(words);
    Ok(Some(command))
}

fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|it| it.join(program).exists())
}

fn compiled_erlang(folder: &Path) -> anyhow::Result<PathBuf> {
    let out = repository().join("target/bench/erlang");
    if !out.join("actors.beam").exists() {
        std::fs::create_dir_all(&out)?;
        run(Command::new("erlc").arg("-o").arg(&out).arg(folder.join("actors.erl")))?;
    }
    Ok(out)
}

/// Milliseconds as the program says, and the peak of its process in kilobytes.
fn once(mut command: Command, program: &Program) -> anyhow::Result<(f64, Option<f64>)> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let words: Vec<&str> = said.split_whitespace().collect();
    let [name, answer, millis] = words[..] else {
        bail!("{command:?} says {said:?}: {errors}");
    };
    ensure!(name == program.name && answer == program.answer, "{command:?} says {said:?}: {errors}");
    let peak = errors.lines().last().and_then(|it| it.trim().parse().ok());
    Ok((millis.parse()?, peak))
}
