//! What a text costs on its way to Kernel-E and scopes: from cold, and after one key.
//!
//! Two thousand lines of E, the page of the grammar's own benchmark over and over, each copy in a box of its
//! own. What is timed is checked: no errors, as many objects as the page has, the same program after the key
//! as from cold.

use std::time::{Duration, Instant};
use syntax::cst::{Cst, Edit};
use syntax::kernel_e::ObjectId;
use syntax::{Outer, Pragmas, Reading, expand, lower, parse, resolve, static_errors};
use text_size::{TextRange, TextSize};

const PAGE: &str = include_str!("../../grammar/benches/page.e");
const LINES: usize = 2_000;
const ROUNDS: usize = 40;

fn main() {
    let text = two_thousand_lines();
    let mut rows = [
        ("cold text to AST", vec![]),
        ("AST to Kernel-E", vec![]),
        ("scopes", vec![]),
        ("one key to AST", vec![]),
        ("one key to Kernel-E", vec![]),
        ("a key too many", vec![]),
    ];
    let objects = parse_checked(PAGE).objects.len();
    for _ in 0..ROUNDS {
        let (parse, time) = timed(|| parse(&text));
        assert!(parse.errors.is_empty(), "{:?}", parse.errors);
        rows[0].1.push(time);
        let (expansion, time) = timed(|| expand(&parse.program));
        assert_eq!(expansion.program.objects.len(), objects * copies());
        rows[1].1.push(time);
        let (scopes, time) = timed(|| resolve(&expansion.program));
        let all = |_: &str| Some(Outer { assignable: true });
        assert!(static_errors(&expansion, &scopes, &all).is_empty());
        assert!(scopes.captures(ObjectId(0)).len() < 100);
        rows[2].1.push(time);
        rows[3].1.push(one_key(&text));
        let (key, mistake) = keys_read_again(&text);
        rows[4].1.push(key);
        rows[5].1.push(mistake);
    }
    println!("{} lines, {} KB of E", text.lines().count(), text.len() / 1024);
    for (name, mut times) in rows {
        times.sort();
        let median = times[times.len() / 2];
        let speed = text.len() as f64 / 1e6 / median.as_secs_f64();
        println!("{name:<20} {:>9.3} ms   {speed:>7.1} MB/s", median.as_secs_f64() * 1e3);
    }
}

fn copies() -> usize {
    LINES.div_ceil(PAGE.lines().count() + 2)
}

fn two_thousand_lines() -> String {
    // A pragma may stand at the top only.
    let page: String = PAGE.split_inclusive('\n').filter(|it| !it.starts_with("pragma")).collect();
    format!("{{\n{page}}}\n").repeat(copies())
}

fn parse_checked(text: &str) -> syntax::kernel_e::Program {
    let parse = parse(text);
    assert!(parse.errors.is_empty(), "{:?}", parse.errors);
    expand(&parse.program).program
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let answer = run();
    (answer, start.elapsed())
}

/// The end of a name in the middle of the text.
fn middle(cst: &Cst) -> TextSize {
    let names = cst.nodes().filter(|it| it.kind() == syntax::cst::Kind::Identifier);
    let ends: Vec<TextSize> = names.map(|it| it.range().end()).collect();
    ends[ends.len() / 2]
}

/// Types a letter there; what it touches is parsed again, and all is lowered.
fn one_key(text: &str) -> Duration {
    let cst = Cst::new(text);
    let at = middle(&cst);
    let mut typed = text.to_string();
    typed.insert(at.into(), 's');
    let edit = Edit { range: TextRange::empty(at), new_len: TextSize::new(1) };
    let (parse, time) = timed(|| lower(&cst.edited(&[edit], &typed), &Pragmas::default()));
    assert_eq!(parse, lower(&Cst::new(&typed), &Pragmas::default()));
    time
}

/// Types a letter there, and a bracket that fits nowhere: what each touches is read again.
fn keys_read_again(text: &str) -> (Duration, Duration) {
    let at = middle(&Cst::new(text)).into();
    let typed = |key: char| {
        let mut typed = text.to_string();
        typed.insert(at, key);
        typed
    };
    // The second reading of a text is the first one in fragments.
    let reading = Reading::new(&typed('e'), &Pragmas::default()).again(text);
    let timed_again = |text: &str| {
        let (again, time) = timed(|| reading.again(text));
        let once = parse(text);
        assert_eq!(again.errors, once.errors);
        assert_eq!(again.expansion.program, expand(&once.program).program);
        time
    };
    (timed_again(&typed('s')), timed_again(&typed('[')))
}
