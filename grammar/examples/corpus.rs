//! How much of a folder of E parses: whole files, and the steps of its transcripts.
//!
//! `cargo xtask corpus DIR…` prints the first error of every rejected file and step, and the counts.

use std::path::{Path, PathBuf};
use tree_sitter::{Node, Parser};

const PROGRAMS: [&str; 5] = ["emaker", "e", "e-awt", "e-swt", "caplet"];

#[derive(Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
}

fn main() {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_e::LANGUAGE.into()).expect("the parser fits the library");
    let mut updoc = Parser::new();
    updoc.set_language(&tree_sitter_e::LANGUAGE_UPDOC.into()).expect("the parser fits the library");
    let mut files = Tally::default();
    let mut transcripts = Tally::default();
    let mut steps = Tally::default();
    for folder in std::env::args().skip(1) {
        for path in programs_and_transcripts(Path::new(&folder)) {
            let bytes = std::fs::read(&path).expect("a listed file can be read");
            let text = String::from_utf8_lossy(&bytes);
            let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            if PROGRAMS.contains(&extension.as_str()) {
                check(&mut parser, &text, &path, 1, &mut files);
            }
            if extension == "updoc" {
                check(&mut updoc, &text, &path, 1, &mut transcripts);
            }
            for (line, source) in steps_of(&text) {
                check(&mut parser, &source, &path, line, &mut steps);
            }
        }
    }
    println!("files: {} accepted, {} rejected", files.accepted, files.rejected);
    println!("transcripts: {} accepted, {} rejected", transcripts.accepted, transcripts.rejected);
    println!("steps: {} accepted, {} rejected", steps.accepted, steps.rejected);
}

fn check(parser: &mut Parser, text: &str, path: &Path, first_line: usize, tally: &mut Tally) {
    let tree = parser.parse(text, None).expect("parsing always ends");
    match first_error(tree.root_node()) {
        None => tally.accepted += 1,
        Some(error) => {
            tally.rejected += 1;
            let row = error.start_position().row;
            let line = text.lines().nth(row).unwrap_or_default();
            println!(
                "{}:{}:{}: {}",
                path.display(),
                first_line + row,
                error.start_position().column + 1,
                line.trim()
            );
        }
    }
}

/// The deepest error first met, walking without recursion.
fn first_error(root: Node<'_>) -> Option<Node<'_>> {
    if !root.has_error() {
        return None;
    }
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return Some(node);
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(root);
            }
        }
    }
}

/// Non-empty steps: the source after `?`, continued by `>`, and the line it starts on.
fn steps_of(text: &str) -> Vec<(usize, String)> {
    let mut steps: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let source = |rest: &str| rest.strip_prefix(' ').unwrap_or(rest).to_owned();
        if let Some(rest) = line.strip_prefix('?') {
            steps.push((index + 1, source(rest)));
        } else if let Some(rest) = line.strip_prefix('>')
            && let Some((_, step)) = steps.last_mut()
        {
            step.push('\n');
            step.push_str(&source(rest));
        }
    }
    steps.retain(|(_, source)| !source.trim().is_empty());
    steps
}

fn programs_and_transcripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a listed folder can be read");
            pending.extend(entries.filter_map(|entry| entry.ok().map(|it| it.path())));
        } else if let Some(extension) = path.extension() {
            let extension = extension.to_string_lossy();
            if PROGRAMS.contains(&extension.as_ref()) || extension == "updoc" {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
