//! `cargo xtask bench --peers` and `--memory`: the programs of `bench/`, in E and in other languages.
//!
//! Everybody runs the same algorithm as a whole process, in turns so that a noisy minute is everybody's, and
//! every answer is compared with `bench/answers.txt`. Who is not installed is left out.

use crate::bench::{Row, publish, record};
use crate::demo::release_walnut;
use crate::python::{repository, say};
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const RUNS: usize = 5;

/// A program of `bench/` and what it prints.
struct Program {
    name: String,
    answer: String,
}

/// Somebody who runs programs: a name, how its files end, and the command that comes before the file.
struct Peer {
    name: &'static str,
    extension: &'static str,
    command: Vec<PathBuf>,
}

/// The programs under `bench/`, against whoever is installed.
pub fn run_peers(walnut: Option<&str>) -> anyhow::Result<()> {
    let peers = peers(walnut)?;
    let mut rows = Vec::new();
    for program in programs()?.iter().filter(|it| !it.name.contains('/')) {
        say(&format!("bench/{}", program.name));
        rows.extend(side_by_side(program, &peers, RUNS)?);
    }
    let comparisons = comparisons(&rows);
    print_table(&rows, &peers);
    for it in &comparisons {
        println!("{}, {}: {:.2}", it.bench, it.who, it.median());
    }
    rows.extend(comparisons);
    record("peers", &rows)
}

/// The programs under `bench/memory`: how much memory a process takes at most.
pub fn run_memory(walnut: Option<&str>) -> anyhow::Result<()> {
    let walnut = Peer { name: "walnut", extension: "e", command: vec![walnut_binary(walnut)?, "run".into()] };
    let mut rows = Vec::new();
    for program in programs()?.iter().filter(|it| it.name.contains('/')) {
        rows.extend(side_by_side(program, std::slice::from_ref(&walnut), 3)?);
    }
    publish("memory", &rows)
}

/// A binary that was built before, or the release build of this tree.
fn walnut_binary(given: Option<&str>) -> anyhow::Result<PathBuf> {
    given.map_or_else(release_walnut, |it| Ok(PathBuf::from(it).canonicalize()?))
}

fn programs() -> anyhow::Result<Vec<Program>> {
    let path = repository().join("bench/answers.txt");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let lines = text.lines().filter(|it| !it.starts_with('#'));
    Ok(lines
        .filter_map(|it| {
            let mut columns = it.split('|').map(str::trim);
            Some(Program { name: columns.next()?.to_owned(), answer: columns.next()?.to_owned() })
        })
        .collect())
}

fn peers(walnut: Option<&str>) -> anyhow::Result<Vec<Peer>> {
    let mut found =
        vec![Peer { name: "walnut", extension: "e", command: vec![walnut_binary(walnut)?, "run".into()] }];
    // What stands on the path may only be a script that looks for the interpreter.
    let asked = [
        ("python3", "py", vec!["-c", "import sys; print(sys.executable)"]),
        ("lua5.4", "lua", vec!["-e", "print('lua5.4')"]),
        ("luajit", "lua", vec!["-e", "print('luajit')"]),
        ("node", "js", vec!["-p", "process.execPath"]),
        ("qjs", "js", vec!["-e", "print('qjs')"]),
    ];
    for (name, extension, question) in asked {
        let Ok(output) = Command::new(name).args(question).output() else { continue };
        let command = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        if output.status.success() {
            found.push(Peer { name, extension, command: vec![command] });
        }
    }
    Ok(found)
}

/// Rows of time and of memory for everybody who has the program.
fn side_by_side(program: &Program, peers: &[Peer], runs: usize) -> anyhow::Result<Vec<Row>> {
    let file = |it: &Peer| repository().join("bench").join(&program.name).with_extension(it.extension);
    let runners: Vec<&Peer> = peers.iter().filter(|it| file(it).exists()).collect();
    let row = |who: &Peer, unit| Row {
        bench: program.name.clone(),
        who: who.name.to_owned(),
        unit,
        runs: Vec::new(),
    };
    let mut times: Vec<Row> = runners.iter().map(|it| row(it, "ms")).collect();
    let mut peaks: Vec<Row> = runners.iter().map(|it| row(it, "MB")).collect();
    for _ in 0..runs {
        for (at, who) in runners.iter().enumerate() {
            let (millis, megabytes) = once(who, &file(who), &program.answer)?;
            times[at].runs.push(millis);
            peaks[at].runs.extend(megabytes);
        }
    }
    times.extend(peaks.into_iter().filter(|it| !it.runs.is_empty()));
    Ok(times)
}

/// One process from its start to its end: milliseconds, and at most how many megabytes were resident.
fn once(who: &Peer, file: &Path, answer: &str) -> anyhow::Result<(f64, Option<f64>)> {
    let watch = Path::new("/usr/bin/time");
    let mut command = match watch.exists() {
        true => {
            let mut it = Command::new(watch);
            it.args(["-f", "%M"]).args(&who.command);
            it
        }
        false => {
            let mut it = Command::new(&who.command[0]);
            it.args(&who.command[1..]);
            it
        }
    };
    let start = Instant::now();
    let output = command.arg(file).output().with_context(|| who.name.to_owned())?;
    let millis = start.elapsed().as_secs_f64() * 1000.0;
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(said.trim() == answer, "{} says {said:?} to {}: {errors}", who.name, file.display());
    let kilobytes = errors.lines().last().and_then(|it| it.trim().parse::<f64>().ok());
    Ok((millis, kilobytes.map(|it| it / 1024.0)))
}

fn median_of(rows: &[Row], bench: &str, who: &str, unit: &str) -> Option<f64> {
    rows.iter().find(|it| it.bench == bench && it.who == who && it.unit == unit).map(Row::median)
}

fn benches(rows: &[Row]) -> Vec<&str> {
    let mut names: Vec<&str> = rows.iter().map(|it| it.bench.as_str()).collect();
    names.dedup();
    names
}

/// How the times of walnut compare with those of each peer: the geometric mean over the programs both have.
fn comparisons(rows: &[Row]) -> Vec<Row> {
    ["python3", "lua5.4", "luajit", "node", "qjs"]
        .into_iter()
        .filter_map(|who| {
            let ratios: Vec<f64> = benches(rows)
                .into_iter()
                .filter_map(|it| Some(median_of(rows, it, "walnut", "ms")? / median_of(rows, it, who, "ms")?))
                .collect();
            if ratios.is_empty() {
                return None;
            }
            let mean = (ratios.iter().map(|it| it.ln()).sum::<f64>() / ratios.len() as f64).exp();
            Some(Row {
                bench: "geometric mean of time".to_owned(),
                who: format!("walnut / {who}"),
                unit: "ratio",
                runs: vec![mean],
            })
        })
        .collect()
}

fn print_table(rows: &[Row], peers: &[Peer]) {
    let names: Vec<&str> = peers.iter().map(|it| it.name).collect();
    println!("| ms | {} | / python3 | / lua5.4 | walnut, MB |", names.join(" | "));
    println!("|---|{}--:|--:|--:|", "--:|".repeat(names.len()));
    for bench in benches(rows) {
        let time = |who: &str| median_of(rows, bench, who, "ms");
        let cell = |it: Option<f64>, digits: usize| it.map_or(String::new(), |it| format!("{it:.digits$}"));
        let times: Vec<String> = names.iter().map(|it| cell(time(it), 0)).collect();
        let ratio = |who: &str| Some(time("walnut")? / time(who)?);
        println!(
            "| {bench} | {} | {} | {} | {} |",
            times.join(" | "),
            cell(ratio("python3"), 2),
            cell(ratio("lua5.4"), 2),
            cell(median_of(rows, bench, "walnut", "MB"), 0)
        );
    }
    println!();
}
