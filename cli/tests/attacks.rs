//! Attacks on auditors, each refused by the editor and by the run, in the same words.
//!
//! The programs are the pages `attacks.md` and `more_attacks.md` of `tests/suite/audit/auditors`; a heading is
//! `NUMBER, KIND: what is tried`. `cargo test -p walnut --test attacks -- --nocapture` prints how many of each kind.

use analysis::{AnalysisHost, Change, Code, FileId, FileKind};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Auditors, Evaluated, Limits};

struct Attack {
    heading: String,
    kind: String,
    program: String,
}

fn attacks() -> Vec<Attack> {
    let folder = harness::suite_folder().join("audit/auditors");
    let mut all = Vec::new();
    for page in ["attacks.md", "more_attacks.md"] {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        for chapter in text.split("\n## ").skip(1) {
            let (heading, rest) = chapter.split_once('\n').unwrap();
            let (_, program) = rest.split_once("```e\n").unwrap();
            let (program, _) = program.split_once("```").unwrap();
            let kind = heading.split([',', ':']).nth(1).unwrap().trim().to_string();
            let program = harness::Marked::read(program).text;
            all.push(Attack { heading: heading.to_string(), kind, program });
        }
    }
    all
}

/// What the editor has against the program: an auditor's refusal, or what its own auditor does wrong.
fn in_the_editor(program: &str) -> Vec<String> {
    let mut host = AnalysisHost::with_auditors(Arc::new(Auditors::default()));
    let mut change = Change::default();
    change.open(FileId(0), "attack.e", FileKind::Program, program);
    host.apply_change(change);
    let found = host.analysis().diagnostics(FileId(0)).unwrap();
    let refusals =
        found.into_iter().filter(|it| matches!(it.code, Code::AuditRejected | Code::AuditorFailed));
    refusals.map(|it| it.message).collect()
}

/// A module that one of them listens with.
fn modules() -> BTreeMap<String, String> {
    let ear = "def ear as DeepFrozen { to run() { return <shared:board> } }";
    BTreeMap::from([("bank.ear".to_string(), ear.to_string())])
}

/// What the run throws.
fn at_run_time(program: &str) -> Option<String> {
    let expansion = syntax::expand(&syntax::parse(program).program);
    let mut world = World::new(Limits::default());
    let vat = world.make_vat("attack", Box::new(Still::with_modules(modules())));
    let handle = world.eval(vat, Evaluation::new(expansion, "attack"));
    while world.evaluated(handle).is_none() {
        if let Outcome::Quiet { .. } = world.run_turn().outcome {
            break;
        }
    }
    match world.evaluated(handle) {
        Some(Evaluated::Threw) => world.problem(handle).map(|it| it.printed),
        _ => None,
    }
}

#[test]
fn every_attack_is_refused_by_the_editor_and_by_the_run() {
    let attacks = attacks();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut through = Vec::new();
    for it in &attacks {
        let (editor, run) = (in_the_editor(&it.program), at_run_time(&it.program));
        let plain = run.as_deref().map(|it| it.strip_prefix("problem: ").unwrap_or(it));
        // A guard that is asked to audit says its full name when it runs.
        let same = |said: &String| {
            plain.is_some_and(|it| said.ends_with(it) || it.replace(" guard.", " ").contains(said))
        };
        if editor.iter().any(same) {
            *kinds.entry(&it.kind).or_default() += 1;
        } else {
            through.push(format!("{}: the editor says {editor:?}, the run {run:?}", it.heading));
        }
    }
    let mut table = String::new();
    for (kind, count) in &kinds {
        let _ = writeln!(table, "{count:4} {kind}");
    }
    let refused: usize = kinds.values().sum();
    println!("{table}{refused:4} of {} refused in the editor and at run time", attacks.len());
    assert!(through.is_empty(), "{}", through.join("\n"));
    assert!(refused >= 80, "only {refused}");
}
