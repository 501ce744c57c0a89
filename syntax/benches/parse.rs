//! What a text costs on its way to Kernel-E and scopes: from cold, and after one key.
//!
//! Two thousand lines of E, the page of the grammar's own benchmark over and over, each copy in a box of its
//! own. What is timed is checked: no errors, as many objects as the page has, the same program after the key
//! as from cold.

use std::time::{Duration, Instant};
use syntax::cst::{Cst, Edit};
use syntax::kernel_e::ObjectId;
use syntax::{Outer, Pragmas, expand, lower, parse, resolve, static_errors};
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

/// Types a letter at the end of a name in the middle of the text.
fn one_key(text: &str) -> Duration {
    let cst = Cst::new(text);
    let middle =
        cst.nodes().filter(|it| it.kind() == syntax::cst::Kind::Identifier).map(|it| it.range().end());
    let middle: Vec<TextSize> = middle.collect();
    let at = middle[middle.len() / 2];
    let mut typed = text.to_string();
    typed.insert(at.into(), 's');
    let edit = Edit { range: TextRange::empty(at), new_len: TextSize::new(1) };
    let (parse, time) = timed(|| lower(&cst.edited(&[edit], &typed), &Pragmas::default()));
    assert_eq!(parse, lower(&Cst::new(&typed), &Pragmas::default()));
    time
}
