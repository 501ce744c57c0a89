//! What holds the value of a module is as frozen as that module's own verdict says.

use analysis::{AnalysisHost, Change, FileId, FileKind, Verdict};

const DESK: FileId = FileId(0);

/// What DeepFrozen would say of `clerk`, whom nobody asked, beside these modules.
fn clerk(desk: &str, modules: &[(&str, &str)]) -> Verdict {
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    change.open(DESK, "desk.e", FileKind::Program, desk);
    for (at, (name, text)) in modules.iter().enumerate() {
        change.open(FileId(at as u32 + 1), name, FileKind::Module, text);
    }
    host.apply_change(change);
    let judged = host.analysis().judgements(DESK).unwrap();
    judged.into_iter().find(|it| it.object.ends_with("clerk") && it.auditor == "DeepFrozen").unwrap().verdict
}

const CLERK: &str = "def board := <import:board>\ndef clerk { to note(text) { board.pin(text) } }\n";

#[test]
fn a_module_that_remembers_is_evaluated_afresh_and_may_change() {
    for text in [
        "var notes := []\ndef board { to pin(note) { notes with= note } }",
        "def notes := [].diverge()\ndef pin(note) { notes.push(note) }\ndef board { to pin(note) { pin(note) } }",
        "var notes := []\ndef pin(note) { notes with= note }\ndef board { to pin(_) {} }\n[board, pin]",
    ] {
        let verdict = clerk(CLERK, &[("board.emaker", text)]);
        assert!(matches!(verdict, Verdict::Rejected(_)), "{text}\n{verdict:?}");
    }
}

#[test]
fn one_that_holds_nothing_that_changes_is_frozen() {
    for text in [
        "def board { to pin(note) { return [note] } }",
        "def board as DeepFrozen { to pin(note) { return [note] } }",
        "def limit :int := 3\ndef board { to pin(note) { return note.size() < limit } }",
        "def pin(note) { return [note] }\ndef board { to pin(note) { return pin(note) } }\n[board, pin, \"board\"]",
        "def makeBrand := <elib:sealing.makeBrand>\ndef board { to pin(note) { return makeBrand(note) } }",
    ] {
        assert_eq!(clerk(CLERK, &[("board.emaker", text)]), Verdict::Approved, "{text}");
    }
}

/// Through another module that is asked the same.
#[test]
fn a_module_is_as_frozen_as_what_it_imports() {
    let board = "def wall := <import:wall>\ndef board { to pin(note) { wall.pin(note) } }";
    let frozen = ("wall.emaker", "def wall { to pin(note) { return [note] } }");
    let remembers = ("wall.emaker", "var last := null\ndef wall { to pin(note) { last := note } }");
    assert_eq!(clerk(CLERK, &[("board.emaker", board), frozen]), Verdict::Approved);
    let verdict = clerk(CLERK, &[("board.emaker", board), remembers]);
    assert!(matches!(verdict, Verdict::Rejected(_)), "{verdict:?}");
}

#[test]
fn what_is_not_there_or_cannot_be_known_is_unknown() {
    let missing = clerk(CLERK, &[]);
    assert!(matches!(&missing, Verdict::Unknown(it) if it.contains("a module `board`")), "{missing:?}");
    let computed = "def make() { return [] }\nmake()";
    let unknown = clerk(CLERK, &[("board.emaker", computed)]);
    assert!(matches!(unknown, Verdict::Unknown(_)), "{unknown:?}");
    // Two that import each other see promises of each other.
    let round = [
        ("board.emaker", "def wall := <import:wall>\ndef board { to pin(note) { wall.pin(note) } }"),
        ("wall.emaker", "def board := <import:board>\ndef wall { to pin(note) { board.pin(note) } }"),
    ];
    let verdict = clerk(CLERK, &round);
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
}
