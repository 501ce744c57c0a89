//! A workspace of 500 modules and 50,000 lines: all verdicts and all authority from cold, and after a key pressed in
//! its program of 2,000 lines.
//!
//! Prints one JSON object per figure, in the form of `target/bench`; every run checks its answers.
//! `cargo bench -p analysis --bench workspace`.

#[path = "workspace/made_up.rs"]
mod made_up;

use analysis::{Analysis, AnalysisHost, Change, FileId, FileKind};
use made_up::{PROGRAM_LINES, module, program};
use std::time::Instant;

/// The program of 2,000 lines; the modules are numbered from one.
const DESK: FileId = FileId(0);
const KEYS: usize = 200;

fn main() {
    if let Some(name) = std::env::args().nth(1).filter(|it| !it.starts_with("--")) {
        // One cold run by itself, for a profiler, or to see how much memory it takes.
        return one(name.parse().expect("a number of modules"));
    }
    let mut cold = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let host = opened(500);
        let lines = all(&host, 500);
        cold.push(start.elapsed().as_secs_f64());
        assert!(lines >= 50_000, "{lines} lines");
    }
    report("workspace/cold/500", &cold);
    println!(
        "{{\"bench\":\"workspace/memory/500\",\"who\":\"walnut\",\"unit\":\"MB\",\"median\":{}}}",
        peak()
    );
    let mut medians = Vec::new();
    for count in [50, 500, 5_000] {
        let mut host = opened(count);
        all(&host, count);
        let keys = keys(&mut host);
        medians.push(report(&format!("workspace/key/{count}"), &keys));
    }
    println!("from 50 to 5,000 modules a key takes {:.2} times as long", medians[2] / medians[0]);
}

fn one(count: usize) {
    let start = Instant::now();
    let host = opened(count);
    let lines = all(&host, count);
    println!("{lines} lines in {:.0} ms, {} MB at most", start.elapsed().as_secs_f64() * 1e3, peak());
}

fn opened(count: usize) -> AnalysisHost {
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    change.open(DESK, "desk.e", FileKind::Program, program(0));
    for n in 1..=count {
        let name = format!("bank/m{n}.emaker");
        change.open(FileId(n as u32), &name, FileKind::Module, module(n));
    }
    host.apply_change(change);
    host
}

/// Asks for everything, on as many threads as there are cores, as a server's pool would; checks it, and says how many
/// lines there were.
fn all(host: &AnalysisHost, count: usize) -> usize {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let part = |from: usize| {
            let analysis = host.analysis();
            scope.spawn(move || {
                (from..=count).step_by(threads).map(|n| one_module(&analysis, n)).sum::<usize>()
            })
        };
        let parts: Vec<_> = (1..=threads).map(part).collect();
        let lines: usize = parts.into_iter().map(|it| it.join().expect("its answers are right")).sum();
        lines + desk(&host.analysis(), 0)
    })
}

fn one_module(analysis: &Analysis, n: usize) -> usize {
    let file = FileId(n as u32);
    let judged = analysis.judgements(file).expect("nobody writes");
    let approved = judged.iter().filter(|it| it.asked && it.verdict.is_approved()).count();
    assert_eq!(approved, made_up::ASKED, "m{n}");
    let authority = analysis.authority(file).expect("nobody writes");
    let value = authority.iter().find(|it| it.name == "(value)").expect("a module has a value");
    // What a module is made of was given to it by nobody.
    assert!(value.reaches.iter().all(|it| it.thing.kind() != "power"), "m{n}: {:?}", value.reaches);
    let purse = authority.iter().find(|it| it.name == "makePurse").expect("every module has one");
    let run = purse.methods.first().expect("it makes purses");
    // A purse is handed out with its own variable, and with whoever it is for.
    assert!(run.returns.iter().any(|it| it.label() == "var balance"), "m{n}: {run:?}");
    analysis.text(file).expect("nobody writes").lines().count()
}

/// The program's verdicts and authority after `edit` edits; the ledger of the last shop prints.
fn desk(analysis: &Analysis, edit: usize) -> usize {
    let judged = analysis.judgements(DESK).expect("nobody writes");
    assert_eq!(judged.len(), 200);
    let authority = analysis.authority(DESK).expect("nobody writes");
    let reaches = |name: &str, what: &str| {
        let it = authority.iter().find(|it| it.name == name).expect("it is defined");
        it.reaches.iter().any(|it| it.thing.label() == what)
    };
    assert!(reaches("shop7", "stdout"));
    assert!(reaches("shop7", "var sold7"));
    assert!(!reaches("rate7", "stdout"));
    // Each other key puts the timer into the middle shop, or takes it out.
    assert_eq!(reaches("shop50", "timer"), edit % 2 == 1, "after {edit} keys");
    PROGRAM_LINES
}

fn keys(host: &mut AnalysisHost) -> Vec<f64> {
    let mut runs = Vec::new();
    for edit in 1..=KEYS {
        let text = program(edit);
        let start = Instant::now();
        let mut change = Change::default();
        change.set_text(DESK, &text);
        host.apply_change(change);
        desk(&host.analysis(), edit);
        runs.push(start.elapsed().as_secs_f64());
    }
    runs
}

/// Prints the figure, and gives its median.
fn report(bench: &str, runs: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = runs.iter().map(|it| it * 1e3).collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let high = sorted[(sorted.len() * 99 / 100).min(sorted.len() - 1)];
    let all: Vec<String> = sorted.iter().map(|it| format!("{it:.3}")).collect();
    println!(
        "{{\"bench\":\"{bench}\",\"who\":\"walnut\",\"unit\":\"ms\",\"median\":{median:.3},\"p99\":{high:.3},\"runs\":[{}]}}",
        all.join(",")
    );
    median
}

/// The most memory that this process had, in MB; 0 where that cannot be asked.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
