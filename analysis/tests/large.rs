//! Texts far larger than anybody writes are judged like small ones, and to their end.

use analysis::{AnalysisHost, Change, FileId, FileKind, Verdict};
use std::fmt::Write;

const FILE: FileId = FileId(0);

fn judged(text: &str) -> Vec<analysis::Judged> {
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    change.open(FILE, "large.e", FileKind::Program, text);
    host.apply_change(change);
    host.analysis().judgements(FILE).unwrap()
}

/// An object that closes over ten thousand names, of which `variable` is a variable.
fn captures(variable: Option<usize>) -> String {
    let mut text = String::new();
    for n in 0..10_000 {
        let word = if variable == Some(n) { "var" } else { "def" };
        let _ = writeln!(text, "{word} coin{n} :int := {n}");
    }
    text.push_str("def purse implements DeepFrozen { to all() {\n");
    for n in 0..10_000 {
        let _ = writeln!(text, "    coin{n}");
    }
    text.push_str("} }\n");
    text
}

#[test]
fn an_object_with_ten_thousand_captures() {
    let verdict = |text: &str| judged(text).into_iter().find(|it| it.asked).map(|it| it.verdict);
    assert_eq!(verdict(&captures(None)), Some(Verdict::Approved));
    let Some(Verdict::Rejected(objections)) = verdict(&captures(Some(7_777))) else {
        panic!("it was approved")
    };
    assert_eq!(objections.len(), 1);
    assert!(objections[0].message().contains("\"coin7777\""), "{}", objections[0].message());
}

#[test]
fn a_text_of_a_hundred_thousand_lines() {
    let mut text = String::from("var opened := 0\n");
    for n in 0..25_000 {
        let held = if n == 12_345 { "opened" } else { "coins" };
        let _ = write!(text, "def gate{n} as DeepFrozen {{\n    to enter(coins) {{ return {held} }}\n}}\n\n");
    }
    assert!(text.lines().count() > 100_000);
    let judged = judged(&text);
    let asked: Vec<_> = judged.iter().filter(|it| it.asked).collect();
    assert_eq!(asked.len(), 25_000);
    let refused: Vec<&str> =
        asked.iter().filter(|it| !it.verdict.is_approved()).map(|it| it.object.as_str()).collect();
    assert_eq!(refused, ["__main$gate12345"]);
}

/// What is broken changes no verdict that does not depend on it. At some places what is read of the broken end takes a
/// definition before it along; then a verdict is unknown, and never another one. That it is lost is wrong today.
#[test]
fn a_half_typed_end_changes_no_verdict_before_it() {
    let whole = "var n := 0\ndef counter implements DeepFrozen { to next() { return n += 1 } }\n\
        def gate implements DeepFrozen { to open() { return 1 } }\n";
    let verdicts = |text: &str| -> Vec<(String, Verdict)> {
        let asked = judged(text).into_iter().filter(|it| it.asked && !it.object.ends_with("door"));
        asked.map(|it| (it.object, it.verdict)).collect()
    };
    let before = verdicts(whole);
    assert_eq!(before.len(), 2);
    let rest =
        "def door implements DeepFrozen { to close(key) { if (key == gate) { return counter.next() } } }";
    let (mut kept, mut lost) = (0, 0);
    for end in 0..=rest.len() {
        let after = verdicts(&format!("{whole}{}", &rest[..end]));
        for it in &before {
            match after.iter().find(|(object, _)| *object == it.0) {
                Some(same) if same == it => kept += 1,
                Some((_, Verdict::Unknown(_))) | None => lost += 1,
                Some(other) => panic!("{}: {other:?}", &rest[..end]),
            }
        }
    }
    println!("{kept} verdicts were kept, {lost} were unknown meanwhile");
    assert!(lost * 20 < kept, "{kept} were kept, {lost} lost");
}
