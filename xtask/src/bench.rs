//! `cargo xtask bench`: figures of whole processes, with the peers of the same machine in the same call.
//!
//! Every figure checks the answer it timed. A table is printed, and `target/bench/NAME.json` has the runs.

use crate::demo::release_walnut;
use crate::language_client::Client;
use crate::python::{repository, run, say};
use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const RUNS: usize = 31;

const BENCHES: &[&str] = &[
    "--startup",
    "--peers",
    "--memory",
    "--actors",
    "--grammar",
    "--parse",
    "--analysis",
    "--workspace",
    "--turns",
    "--kernel",
    "--lsp",
];

/// Each `--name` is one bench; nothing said is all of them. `--walnut=FILE` is a binary to take instead of
/// building one.
pub fn run_bench(args: &[String]) -> anyhow::Result<()> {
    let (binaries, names): (Vec<&str>, Vec<&str>) =
        args.iter().map(String::as_str).partition(|it| it.starts_with("--walnut="));
    let walnut = binaries.last().and_then(|it| it.strip_prefix("--walnut="));
    for name in &names {
        ensure!(BENCHES.contains(name), "no bench is called {name}: {}", BENCHES.join(", "));
    }
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    if wanted("--startup") {
        startup()?;
    }
    if wanted("--peers") {
        crate::bench_peers::run_peers(walnut)?;
    }
    if wanted("--memory") {
        crate::bench_peers::run_memory(walnut)?;
    }
    if wanted("--actors") {
        crate::bench_actors::run_actors(walnut)?;
    }
    for (name, folder, room, bench) in [
        ("--grammar", "grammar", "tree-sitter-e", "parse"),
        ("--parse", "syntax", "syntax", "parse"),
        ("--analysis", "analysis", "analysis", "keystroke"),
        ("--workspace", "analysis", "analysis", "workspace"),
        ("--turns", "vat", "vat", "turns"),
    ] {
        if !wanted(name) {
            continue;
        }
        if repository().join(folder).join("benches").join(format!("{bench}.rs")).exists() {
            say(&format!("cargo bench -p {room} --bench {bench}"));
            run(Command::new(env!("CARGO")).args(["bench", "--quiet", "-p", room, "--bench", bench]))?;
        } else if !names.is_empty() {
            bail!("{folder}/benches/{bench}.rs is not there yet");
        }
    }
    if wanted("--lsp") {
        crate::bench_lsp::run_lsp(walnut)?;
    }
    if wanted("--kernel") {
        crate::bench_kernel::run_bench(walnut)?;
    }
    Ok(())
}

/// One line of a table.
pub struct Row {
    pub bench: String,
    pub who: String,
    pub unit: &'static str,
    pub runs: Vec<f64>,
}

impl Row {
    pub fn median(&self) -> f64 {
        let mut sorted = self.runs.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
    fn json(&self) -> Value {
        json!({"bench": self.bench, "who": self.who, "unit": self.unit, "median": self.median(), "runs": self.runs})
    }
}

/// Prints the rows as a table and writes them to `target/bench/<name>.json`.
pub fn publish(name: &str, rows: &[Row]) -> anyhow::Result<()> {
    println!("| bench | who | median | fastest | slowest |");
    println!("|---|---|--:|--:|--:|");
    for row in rows {
        let fastest = row.runs.iter().copied().fold(f64::INFINITY, f64::min);
        let slowest = row.runs.iter().copied().fold(0.0, f64::max);
        let (unit, median) = (row.unit, row.median());
        println!(
            "| {} | {} | {median:.2} {unit} | {fastest:.2} {unit} | {slowest:.2} {unit} |",
            row.bench, row.who
        );
    }
    record(name, rows)
}

/// Writes the rows to `target/bench/<name>.json`, and says so.
pub fn record(name: &str, rows: &[Row]) -> anyhow::Result<()> {
    let path = store(name, rows)?;
    println!("(wrote {})\n", path.strip_prefix(repository()).unwrap_or(&path).display());
    Ok(())
}

/// Writes the rows to `target/bench/<name>.json`.
pub fn store(name: &str, rows: &[Row]) -> anyhow::Result<PathBuf> {
    let folder = repository().join("target/bench");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.json"));
    let rows: Vec<Value> = rows.iter().map(Row::json).collect();
    std::fs::write(&path, format!("{:#}\n", Value::Array(rows)))?;
    Ok(path)
}

/// `walnut eval '1 + 1'` and `walnut lsp`'s answer to `initialize`, each in a fresh process.
fn startup() -> anyhow::Result<()> {
    let walnut = release_walnut()?;
    say("measuring how soon walnut answers");
    let mut rows = vec![whole("eval 1 + 1", "walnut", &walnut, &["eval", "1 + 1"])?];
    for (who, program, args) in
        [("python3", "python3", ["-c", "print(1 + 1)"]), ("node", "node", ["-e", "console.log(1 + 1)"])]
    {
        // A peer that is not installed is left out of the table.
        rows.extend(whole("eval 1 + 1", who, Path::new(program), &args).ok());
    }
    rows.push(initialize(&walnut)?);
    publish("startup", &rows)
}

/// A process that prints `2`, from its start to its end.
fn whole(bench: &str, who: &str, program: &Path, args: &[&str]) -> anyhow::Result<Row> {
    let once = || -> anyhow::Result<f64> {
        let start = Instant::now();
        let output = Command::new(program).args(args).output().context(program.display().to_string())?;
        let taken = millis(start.elapsed());
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(said.trim().trim_start_matches("# value: ") == "2", "{who} says {said:?} to 1 + 1");
        Ok(taken)
    };
    once()?;
    let runs = (0..RUNS).map(|_| once()).collect::<anyhow::Result<Vec<f64>>>()?;
    Ok(Row { bench: bench.to_owned(), who: who.to_owned(), unit: "ms", runs })
}

/// From starting `walnut lsp` to having its answer to `initialize`.
fn initialize(walnut: &Path) -> anyhow::Result<Row> {
    let command = [walnut.display().to_string(), "lsp".to_owned()];
    let once = || -> anyhow::Result<f64> {
        let (client, taken) = Client::start(&command, &repository().join("examples"))?;
        client.stop()?;
        Ok(taken)
    };
    once()?;
    let runs = (0..RUNS).map(|_| once()).collect::<anyhow::Result<Vec<f64>>>()?;
    Ok(Row { bench: "lsp initialize".to_owned(), who: "walnut".to_owned(), unit: "ms", runs })
}

pub fn millis(it: Duration) -> f64 {
    it.as_secs_f64() * 1000.0
}
