//! What can reach E of an error: text, and no Rust error ever.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for it in fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path()) {
        if it.is_dir() {
            sources(&it, found);
        } else if it.extension().is_some_and(|it| it == "rs") {
            found.push(it);
        }
    }
}

fn vat() -> Vec<String> {
    let mut found = Vec::new();
    sources(&harness::repository().join("vat/src"), &mut found);
    assert!(found.len() > 100, "the vat's sources are there");
    found.iter().map(|it| fs::read_to_string(it).expect("text")).collect()
}

/// A problem is made of text and of values. Whatever else could become one is written down here, or the build fails.
#[test]
fn a33_every_rust_type_that_becomes_a_problem_is_on_the_list() {
    const MADE_OF: [&str; 2] = ["&str", "String"];
    let mut found = BTreeSet::new();
    for text in vat() {
        for line in text.lines() {
            let Some(rest) = line.trim().strip_prefix("impl From<") else { continue };
            let Some((from, to)) = rest.split_once("> for ") else { continue };
            let to = to.trim_end_matches(['{', ' ']);
            assert!(!["Exit", "Stop"].contains(&to), "{from} becomes a {to} by itself");
            if to == "Problem" {
                found.insert(from.to_string());
            }
        }
    }
    assert_eq!(found, MADE_OF.map(String::from).into());
}

/// What the world answers in vain is text, too.
#[test]
fn a33_every_power_fails_with_text() {
    let powers = fs::read_to_string(harness::repository().join("vat/src/powers.rs")).expect("text");
    let (_, body) = powers.split_once("pub trait Powers").expect("the trait");
    let body = &body[..body.find("\n}").expect("its end")];
    let fallible: Vec<&str> = body.split("Result<").skip(1).collect();
    assert!(fallible.len() > 2, "powers that can fail");
    for it in fallible {
        let (_, error) = it.split_once(", ").expect("an error type");
        assert!(error.starts_with("String>"), "Result<{}", it.lines().next().unwrap_or_default());
    }
}

/// The types that the vat's own problems have are those of docs/vats.md.
#[test]
fn a33_every_type_of_problem_is_in_the_docs() {
    let mut used = BTreeSet::new();
    for text in vat() {
        for it in text.split('"').skip(1).step_by(2) {
            let is_type = it.strip_suffix("Exception").is_some_and(|it| {
                it.starts_with(|it: char| it.is_ascii_lowercase()) && it.chars().all(char::is_alphanumeric)
            });
            if is_type && !it.starts_with("make") {
                used.insert(it.to_string());
            }
        }
    }
    let page = fs::read_to_string(harness::repository().join("docs/vats.md")).expect("the page");
    let told = page
        .lines()
        .filter_map(|it| it.strip_prefix("| `")?.split_once("Exception` |"))
        .map(|it| format!("{}Exception", it.0));
    assert_eq!(used, told.collect());
}
