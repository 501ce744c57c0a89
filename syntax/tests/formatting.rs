//! What holds of every formatting: the Kernel-E is that of the text, comments are all there, and formatting what
//! was formatted changes nothing. On all E of the repository, and on what a clumsy hand makes of its blanks.

use std::path::{Path, PathBuf};
use syntax::format::{FormatError, format, replaced};

/// Every E file of the repository, every step of its transcripts and every `e` fence of its pages.
fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["tests", "examples", "grammar", "bench"].iter().map(|it| root.join(it)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            match path.extension().and_then(|it| it.to_str()) {
                Some("e" | "emaker") => texts.push(text),
                Some("updoc") => texts.extend(steps(&text)),
                Some("md") => texts.extend(text.split("\n```e").skip(1).filter_map(|it| {
                    let (_, rest) = it.split_once('\n')?;
                    Some(rest.split("\n```").next()?.to_string() + "\n")
                })),
                _ => {}
            }
        }
    }
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 500, "only {} texts were found", texts.len());
    texts
}

fn steps(text: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim_start) {
        match (line.strip_prefix('?'), line.strip_prefix('>'), steps.last_mut()) {
            (Some(line), _, _) => steps.push(format!("{}\n", line.trim_start())),
            (_, Some(line), Some(step)) => {
                step.push_str(&format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
            }
            _ => {}
        }
    }
    steps
}

/// All that may never change: the text without blanks, line ends, `;` and `,`.
fn characters(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace() && !";,\\".contains(*it)).collect()
}

/// Whether it could be formatted at all.
fn check(text: &str) -> bool {
    let edits = match format(text) {
        Ok(edits) => edits,
        Err(FormatError::Syntax(_)) => return false,
        Err(why) => panic!("{why}: {text:?}"),
    };
    let once = replaced(text, &edits);
    assert_eq!(characters(&once), characters(text));
    let twice = format(&once).unwrap_or_else(|why| panic!("{why}: {once:?}"));
    assert_eq!(replaced(&once, &twice), once, "from {text:?}");
    assert!(twice.is_empty(), "what is replaced by itself is no replacement");
    true
}

#[test]
fn all_e_of_the_repository() {
    let formatted = texts().iter().filter(|it| check(it)).count();
    assert!(formatted > 400, "only {formatted}");
}

/// The same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Puts something where a blank is, or takes a piece away.
fn mangled(text: &str, dice: &mut Dice) -> String {
    const INSTEAD: &[&str] =
        &["", "  ", "\n", " \\\n ", "\n\n\n\n", " # so\n", ";", "\n  ? 1\n  # value: 1\n", "\r\n", ", "];
    let mut result = String::with_capacity(text.len());
    let often = 2 + dice.below(30);
    for it in text.chars() {
        match it.is_whitespace() && dice.below(often) == 0 {
            true => result.push_str(INSTEAD[dice.below(INSTEAD.len())]),
            false => result.push(it),
        }
    }
    result
}

#[test]
fn whatever_the_blanks_are() {
    let mut dice = Dice(7);
    let mut formatted = 0;
    for text in texts() {
        for _ in 0..4 {
            formatted += usize::from(check(&mangled(&text, &mut dice)));
        }
    }
    assert!(formatted > 400, "only {formatted}");
}

#[test]
fn a_text_that_is_wrong_is_left_alone() {
    for text in ["def gate {", "purse)", "def x := := 3", "f(`open", "x = 3"] {
        assert!(matches!(format(text), Err(FormatError::Syntax(_))), "{text}");
    }
}

#[test]
fn deep_and_long_texts_end() {
    check(&format!("{}1{}", "(".repeat(3000), ")".repeat(3000)));
    check(&format!("{}1{}", "f(".repeat(2000), ")".repeat(2000)));
    check(&format!("[{}]", "purse, ".repeat(30_000)));
    check(&format!("def sum := {}1", "1 + ".repeat(3_000)));
    check(&format!("purse{}", ".open()".repeat(3_000)));
}
