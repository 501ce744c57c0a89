//! A workspace of 500 modules and 50,000 lines: all verdicts and all authority from cold, and after a key pressed in
//! its program of 2,000 lines.
//!
//! Prints one JSON object per figure, in the form of `target/bench`; every run checks its answers.
//! `cargo bench -p analysis --bench workspace`.

#[path = "workspace/made_up.rs"]
mod made_up;

use analysis::{Analysis, AnalysisHost, Change, FileId, FileKind, ReachedThing};
use made_up::{CLOCK, MIDDLE, PROGRAM_LINES, SHOPS, module, program};
use std::time::Instant;

/// As in `walnut` itself.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The program of 2,000 lines; the modules are numbered from one.
const DESK: FileId = FileId(0);
const KEYS: usize = 400;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let number = |at: usize| arguments.get(at).map(|it| it.parse().expect("a number of modules"));
    match arguments.first().map(String::as_str) {
        // One cold run by itself, or keys after one, for a profiler, or to see how much memory it takes.
        Some("keys") => {
            keys_among(number(1).unwrap_or(50), number(2).unwrap_or(KEYS));
        }
        Some(_) => one(number(0).unwrap_or(500)),
        None => everything(),
    }
}

fn everything() {
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
    let keys = [50, 500, 5_000].map(|count| keys_among(count, KEYS));
    println!("from 50 to 5,000 modules a key takes {:.2} times as much processor time", keys[2] / keys[0]);
}

/// So many keys in a workspace of so many modules; how much processor time one takes.
fn keys_among(count: usize, keys: usize) -> f64 {
    let mut host = opened(count);
    all(&host, count);
    // The first one also frees what reading everything has left behind.
    pressed(&mut host, 1);
    let used = processor_time();
    let runs = pressed(&mut host, keys);
    let each = (processor_time() - used) / keys as f64;
    report(&format!("workspace/key/{count}"), &runs);
    report(&format!("workspace/key-processor/{count}"), &[each]);
    each
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
    change.open(DESK, "desk.e", FileKind::Program, program());
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
        lines + desk(&host.analysis(), Clock::Number)
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

/// The program's verdicts and authority; the ledger of the last shop prints.
fn desk(analysis: &Analysis, clock: Clock) -> usize {
    let judged = analysis.judgements(DESK).expect("nobody writes");
    let authorities = analysis.authorities(DESK).expect("nobody writes").expect("the file is there");
    let names = authorities.names();
    let at = |name: &str| names.iter().position(|it| it.name == name).expect("it is defined");
    if clock == Clock::Half {
        // What a half-typed method takes along is not told here; what stands before it is judged as it was.
        assert!(judged.len() >= 100, "{} verdicts", judged.len());
        assert!(authorities.things(at("shop7")).any(|it| it.label() == "stdout"));
        return PROGRAM_LINES;
    }
    assert_eq!(judged.len(), 200);
    for n in 0..SHOPS {
        let ends = |name: &str| {
            let mut found = (0, 0, 0);
            for it in authorities.things(at(name)) {
                match it {
                    ReachedThing::Power { name, .. } if name == "timer" => found.0 += 1,
                    ReachedThing::Power { .. } => found.1 += 1,
                    ReachedThing::Unknown(_) => found.2 += 1,
                    _ => {}
                }
            }
            found
        };
        // The timer, standard output, what nobody knows.
        let here = usize::from(n == MIDDLE);
        let expected = match clock {
            Clock::Timer => (here, 1, 0),
            Clock::Nobody => (0, 1, here),
            Clock::Number | Clock::Half => (0, 1, 0),
        };
        assert_eq!(ends(&format!("shop{n}")), expected, "shop{n}, {clock:?}");
        assert_eq!(ends(&format!("rate{n}")), (0, 0, 0));
    }
    // What is on the screen, with every way.
    for n in MIDDLE - 2..MIDDLE + 2 {
        for name in [format!("shop{n}"), format!("account{n}")] {
            let whole = authorities.whole(at(&name)).expect("it is defined");
            let sold = whole.reaches.iter().find(|it| it.thing.label() == format!("var sold{n}"));
            assert_eq!(
                sold.map(|it| it.path.first().map(String::as_str)),
                Some(Some(&*match name.starts_with('s') {
                    true => format!("sold{n}"),
                    false => name,
                }))
            );
        }
    }
    PROGRAM_LINES
}

/// What the middle shop reads its clock from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Clock {
    /// The number that it began with.
    Number,
    /// A name that nobody defines, on the way to `timer`.
    Nobody,
    Timer,
    /// A parenthesis is open.
    Half,
}

/// What stands in the middle of the program, key after key: a power is typed and called, and taken out again; a
/// number grows a digit and loses it; a comment gets a letter.
const TYPED: &[(&str, Clock)] = &[
    ("00", Clock::Number),
    ("0", Clock::Number),
    ("", Clock::Number),
    ("t", Clock::Nobody),
    ("ti", Clock::Nobody),
    ("tim", Clock::Nobody),
    ("time", Clock::Nobody),
    ("timer", Clock::Timer),
    ("timer ", Clock::Timer),
    ("timer", Clock::Timer),
    ("timer.", Clock::Half),
    ("timer.n", Clock::Timer),
    ("timer.no", Clock::Timer),
    ("timer.now", Clock::Timer),
    ("timer.now(", Clock::Half),
    ("timer.now()", Clock::Timer),
    ("timer.now() ", Clock::Timer),
    ("timer.now() #", Clock::Timer),
    ("timer.now() # s", Clock::Timer),
    ("0", Clock::Number),
];

/// How long each key took.
fn pressed(host: &mut AnalysisHost, keys: usize) -> Vec<f64> {
    let text = program();
    let (before, after) = text.split_once(CLOCK).expect("there is a clock");
    let mut runs = Vec::new();
    for (typed, clock) in TYPED.iter().cycle().take(keys) {
        let text = format!("{before}{typed}{after}");
        let start = Instant::now();
        let mut change = Change::default();
        change.set_text(DESK, &text);
        host.apply_change(change);
        desk(&host.analysis(), *clock);
        runs.push(start.elapsed().as_secs_f64());
    }
    runs
}

/// How long this thread has had a processor, in seconds; 0 where that cannot be asked. On a machine with other work
/// it says more than the time.
fn processor_time() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|it| it.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn report(bench: &str, runs: &[f64]) {
    let mut sorted: Vec<f64> = runs.iter().map(|it| it * 1e3).collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let high = sorted[(sorted.len() * 99 / 100).min(sorted.len() - 1)];
    let all: Vec<String> = sorted.iter().map(|it| format!("{it:.3}")).collect();
    println!(
        "{{\"bench\":\"{bench}\",\"who\":\"walnut\",\"unit\":\"ms\",\"median\":{median:.3},\"p99\":{high:.3},\"runs\":[{}]}}",
        all.join(",")
    );
}

/// The most memory that this process had, in MB; 0 where that cannot be asked.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
