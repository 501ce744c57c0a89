//! A key pressed in a file of 2,000 lines, until the hints of the screen around it are there.
//!
//! Prints one JSON object per question on the last lines, in the form of `target/bench`; every run checks the
//! hints. `cargo bench -p analysis --bench keystroke`.

use analysis::{AnalysisHost, Change, FileId, FileKind, FileRange, InlayHintsConfig, TextRange, TextSize};
use std::hint::black_box;
use std::time::Instant;

const FILE: FileId = FileId(0);
const RUNS: usize = 30;

/// A desk of a bank: ten lines, two objects, one of which remembers.
fn desk(n: usize) -> String {
    format!(
        "def rate{n} :int := {n}\n\
         var served{n} := 0\n\
         def exchange{n} implements DeepFrozen {{\n    to of(amount :int) :int {{\n        return amount * rate{n}\n    }}\n}}\n\
         def clerk{n} {{\n    to serve(amount) {{ served{n} += 1; return exchange{n}.of(amount) }}\n}}\n"
    )
}

fn main() {
    let text: String = (0..200).map(desk).collect();
    assert_eq!(text.lines().count(), 2_000);
    let mut bench = Bench { host: AnalysisHost::default(), text, runs: Vec::new() };

    let cold = Instant::now();
    let mut change = Change::default();
    change.open(FILE, "desk.e", FileKind::Program, &bench.text);
    bench.host.apply_change(change);
    bench.hints("not DeepFrozen: `served100` is a var");
    report("keystroke/cold", &mut vec![cold.elapsed().as_secs_f64()]);

    // The value that line 1,001 multiplies by: changes the program, not what any object may promise.
    for run in 0..RUNS {
        bench.key("def rate100 :int := 100", &format!("def rate100 :int := {}", 101 + run), "100");
    }
    report("keystroke/program", &mut bench.runs);

    // A blank: nothing behind the program runs again.
    for run in 0..RUNS {
        bench.key(
            "def rate100 :int := 100",
            &format!("def rate100 :int :={} 100", " ".repeat(run + 1)),
            "100",
        );
    }
    report("keystroke/blank", &mut bench.runs);

    // Without its guard the exchange is refused: the hint must say so.
    for _ in 0..RUNS {
        bench.key("def rate100 :int := 100", "def rate100 := 100", "✗ DeepFrozen: `rate100` has no guard");
    }
    report("keystroke/verdict", &mut bench.runs);
}

struct Bench {
    host: AnalysisHost,
    text: String,
    runs: Vec<f64>,
}

impl Bench {
    /// Edits, asks, checks, and puts the text back.
    fn key(&mut self, from: &str, to: &str, expected: &str) {
        assert!(self.text.contains(from));
        let edited = self.text.replacen(from, to, 1);
        let start = Instant::now();
        let mut change = Change::default();
        change.set_text(FILE, &edited);
        self.host.apply_change(change);
        self.hints(expected);
        self.runs.push(start.elapsed().as_secs_f64());
        let mut change = Change::default();
        change.set_text(FILE, &self.text);
        self.host.apply_change(change);
        self.hints("not DeepFrozen: `served100` is a var");
    }

    /// The hints of the sixty lines around the edit, one of which must be as expected.
    fn hints(&self, expected: &str) {
        let at = self.text.find("def rate97 ").map_or(0, |it| it as u32);
        let range = TextRange::at(TextSize::new(at), TextSize::new(2_000));
        let analysis = self.host.analysis();
        let config = InlayHintsConfig::default();
        let hints = analysis.inlay_hints(FileRange { file: FILE, range }, &config).expect("nobody writes");
        assert!(hints.len() >= 10, "{} hints", hints.len());
        let found = hints.iter().any(|it| it.label.contains(expected));
        assert!(
            found,
            "no hint says `{expected}`: {:?}",
            hints.iter().map(|it| &it.label).collect::<Vec<_>>()
        );
        black_box(hints);
    }
}

fn report(bench: &str, runs: &mut Vec<f64>) {
    runs.sort_by(f64::total_cmp);
    let median = runs[runs.len() / 2];
    let all: Vec<String> = runs.iter().map(|it| format!("{:.3}", it * 1e3)).collect();
    println!(
        "{{\"bench\":\"{bench}\",\"who\":\"walnut\",\"unit\":\"ms\",\"median\":{:.3},\"runs\":[{}]}}",
        median * 1e3,
        all.join(",")
    );
    runs.clear();
}
