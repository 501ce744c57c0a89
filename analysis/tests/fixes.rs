//! Every fix that is offered for a verdict makes it approved: each is applied, and the object judged again.

use analysis::{AnalysisHost, Change, Code, FileId, FileKind, FileRange, TextEdit, TextRange};
use std::collections::BTreeMap;

const FILE: FileId = FileId(0);

fn opened(text: &str) -> AnalysisHost {
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    change.open(FILE, "page.e", FileKind::Program, text);
    host.apply_change(change);
    host
}

/// The programs of the pages on auditors, and some that need each of the fixes.
fn programs() -> Vec<String> {
    let mut programs: Vec<String> = [
        "def gate { to open() { return 1 } }",
        "def fee := 2\ndef gate { to enter(coins) { return coins >= fee } }",
        "var opened := 0\ndef gate implements DeepFrozen { to count() { return opened } }\nopened += 1",
        "def coins := [].diverge()\ndef gate implements DeepFrozen {\n    to count(of) { return coins.size() }\n    to open() {}\n}",
        "var fee := 2\ndef gate implements DeepFrozen { to enter(coins) { return coins >= fee } }",
        "def press { to name() { return 1 } }\ndef mint implements DeepFrozen { to name() { return press.name() } }",
    ]
    .map(String::from)
    .into();
    let folder = harness::suite_folder().join("audit/auditors");
    for page in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(page.unwrap().path()).unwrap();
        let blocks = text.split("```e\n").skip(1).filter_map(|it| it.split_once("```"));
        programs.extend(blocks.map(|(it, _)| harness::Marked::read(it).text));
    }
    programs
}

fn applied(text: &str, edits: &[TextEdit]) -> String {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|it| std::cmp::Reverse((it.range.start(), it.range.end())));
    let mut text = text.to_string();
    for it in edits {
        text.replace_range(std::ops::Range::<usize>::from(it.range), &it.text);
    }
    text
}

/// How many auditors that are asked refuse, and how many approve.
fn verdicts(text: &str) -> (usize, usize) {
    let judged = opened(text).analysis().judgements(FILE).unwrap();
    let asked = || judged.iter().filter(|it| it.asked);
    let refused = asked().filter(|it| matches!(it.verdict, analysis::Verdict::Rejected(_))).count();
    (refused, asked().filter(|it| it.verdict.is_approved()).count())
}

#[test]
fn every_fix_that_is_offered_makes_the_verdict_approved() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for text in programs() {
        let analysis = opened(&text).analysis();
        let before = verdicts(&text);
        let diagnostics = analysis.diagnostics(FILE).unwrap();
        let rejected = diagnostics.iter().filter(|it| it.code == Code::AuditRejected);
        let mends = rejected.flat_map(|it| {
            let here = analysis.assists(FileRange { file: FILE, range: it.range }).unwrap();
            here.into_iter().filter(|fix| fix.fixes == Some((it.code, it.range)))
        });
        for fix in mends {
            let after = verdicts(&applied(&text, &fix.edits));
            assert!(after.0 < before.0 && after.1 > before.1, "{}: {before:?}, {after:?}\n{text}", fix.title);
            *kinds.entry(kind(&fix.title)).or_default() += 1;
        }
        for judged in
            analysis.judgements(FILE).unwrap().iter().filter(|it| !it.asked && it.auditor == "DeepFrozen")
        {
            let range = FileRange { file: FILE, range: TextRange::empty(judged.range.start()) };
            let asks =
                analysis.assists(range).unwrap().into_iter().filter(|it| it.title.starts_with("Ask for "));
            for fix in asks {
                let after = verdicts(&applied(&text, &fix.edits));
                assert!(
                    after.0 <= before.0 && after.1 > before.1,
                    "{}: {before:?}, {after:?}\n{text}",
                    fix.title
                );
                *kinds.entry(kind(&fix.title)).or_default() += 1;
            }
        }
    }
    println!("{kinds:#?}");
    let all: Vec<&str> = kinds.keys().map(String::as_str).collect();
    assert_eq!(all, ["Ask", "Define", "Guard", "Make", "Take as a parameter", "Take only if"]);
}

fn kind(title: &str) -> String {
    match title.split(' ').next().unwrap_or_default() {
        "Take" if title.contains("as a parameter") => "Take as a parameter",
        "Take" => "Take only if",
        it => it,
    }
    .to_string()
}
