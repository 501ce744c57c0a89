//! What holds of every formatting: the Kernel-E is that of the text, comments are all there, and formatting what
//! was formatted changes nothing. On all E of the repository, and on what a clumsy hand makes of its blanks.

use harness::texts::{Dice, Texts};
use syntax::format::{FormatError, format, replaced};

/// The folders that hold E of our own.
const FOLDERS: [&str; 5] = ["tests", "examples", "grammar", "bench", "vat/src/library"];

/// Every E file of the repository, every step of its transcripts and every `e` fence of its pages.
fn texts() -> Vec<String> {
    let one = |it: Texts| match it {
        Texts::File(_, text) => vec![text],
        Texts::Steps(texts) | Texts::Fences(texts) => texts,
    };
    let mut texts: Vec<String> = harness::texts::below(&FOLDERS).into_iter().flat_map(one).collect();
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 500, "only {} texts were found", texts.len());
    texts
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

/// `walnut fmt` has nothing to do in this repository.
#[test]
fn all_files_of_the_repository_are_formatted() {
    let mut seen = 0;
    for it in harness::texts::below(&FOLDERS) {
        let Texts::File(path, text) = it else { continue };
        // What the grammar's tests point at with carets stands where it stands.
        if path.components().any(|it| it.as_os_str() == "highlight") {
            continue;
        }
        let edits = format(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert!(edits.is_empty(), "{} is not formatted: walnut fmt does it", path.display());
        seen += 1;
    }
    assert!(seen > 60, "only {seen} files were found");
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
