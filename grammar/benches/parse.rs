//! How fast E is read, beside a parser everyone knows.
//!
//! The same program in E and in JavaScript is repeated to the same size and parsed from cold by each parser in
//! turn, so that a loaded machine slows both. Then one key is typed in the middle of 2,000 lines of E. The
//! trees are checked as well: free of errors, as large as the text says, and after the keystroke the same as a
//! fresh one.

use std::time::{Duration, Instant};
use tree_sitter::{InputEdit, Language, Parser, Point, Tree};

const E: &str = include_str!("page.e");
const JAVASCRIPT: &str = include_str!("page.js");
const SIZE: usize = 256 * 1024;
const ROUNDS: usize = 30;
const KEYSTROKES: usize = 200;

fn main() {
    let e = tree_sitter_e::LANGUAGE.into();
    let javascript = tree_sitter_javascript::LANGUAGE.into();
    let e_text = pages(E, SIZE);
    let javascript_text = pages(JAVASCRIPT, SIZE);

    let mut e_times = Vec::new();
    let mut javascript_times = Vec::new();
    for _ in 0..ROUNDS {
        e_times.push(cold(&e, &e_text, E));
        javascript_times.push(cold(&javascript, &javascript_text, JAVASCRIPT));
    }
    let e_speed = speed(&e_text, &mut e_times);
    let javascript_speed = speed(&javascript_text, &mut javascript_times);

    println!("cold parse, E            {e_speed:8.2} MB/s  ({} bytes, median of {ROUNDS})", e_text.len());
    println!("cold parse, JavaScript   {javascript_speed:8.2} MB/s  ({} bytes)", javascript_text.len());
    println!("E / JavaScript           {:8.2}", e_speed / javascript_speed);

    let mut keys = keystrokes(&e);
    keys.sort();
    println!(
        "one key, 2,000 lines     {:8.3} ms    (median of {KEYSTROKES}; worst {:.3} ms)",
        ms(keys[keys.len() / 2]),
        ms(keys[keys.len() - 1])
    );
}

/// The page again and again, whole, until `size` bytes are reached.
fn pages(page: &str, size: usize) -> String {
    page.repeat(size.div_ceil(page.len()))
}

fn cold(language: &Language, text: &str, page: &str) -> Duration {
    let mut parser = Parser::new();
    parser.set_language(language).expect("the parser fits the library");
    let start = Instant::now();
    let tree = parser.parse(text, None).expect("parsing always ends");
    let taken = start.elapsed();
    let root = tree.root_node();
    assert!(!root.has_error(), "the benchmark's own page must parse");
    let one = parser.parse(page, None).expect("parsing always ends").root_node().named_child_count();
    assert_eq!(root.named_child_count(), one * (text.len() / page.len()), "every page gives the same nodes");
    taken
}

fn speed(text: &str, times: &mut [Duration]) -> f64 {
    times.sort();
    text.len() as f64 / 1e6 / times[times.len() / 2].as_secs_f64()
}

fn keystrokes(language: &Language) -> Vec<Duration> {
    let mut parser = Parser::new();
    parser.set_language(language).expect("the parser fits the library");
    let lines = E.lines().count();
    let mut text = E.repeat(2_000_usize.div_ceil(lines));
    let mut tree = parser.parse(&text, None).expect("parsing always ends");
    let mut times = Vec::new();
    for stroke in 0..KEYSTROKES {
        // The name of the purse maker in a page near the middle; a letter more each time.
        let page = (10 + stroke % 8) * E.len();
        let within =
            text[page..].find("def makeMint").expect("every page makes mints") + "def makeMint".len();
        let at = page + within;
        let row = text[..at].matches('\n').count();
        let column = at - text[..at].rfind('\n').map_or(0, |it| it + 1);
        text.insert(at, 'a');
        let start = Instant::now();
        tree.edit(&InputEdit {
            start_byte: at,
            old_end_byte: at,
            new_end_byte: at + 1,
            start_position: Point::new(row, column),
            old_end_position: Point::new(row, column),
            new_end_position: Point::new(row, column + 1),
        });
        let next = parser.parse(&text, Some(&tree)).expect("parsing always ends");
        times.push(start.elapsed());
        tree = next;
        if stroke % 50 == 0 {
            assert_same(&tree, &parser.parse(&text, None).expect("parsing always ends"));
        }
    }
    times
}

fn assert_same(edited: &Tree, fresh: &Tree) {
    assert_eq!(edited.root_node().to_sexp(), fresh.root_node().to_sexp(), "an edited tree is the fresh one");
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
