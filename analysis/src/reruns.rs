//! What must not run again after an edit, and what must stop when one comes.

use crate::db::Database;
use crate::{Analysis, AnalysisHost, Change, FileId, FileKind, FilePosition, FileRange, InlayHintsConfig};
use audit::{Answer, Answered, AuditorHost, LookedAt, Question};
use std::sync::{Arc, Mutex};
use text_size::{TextRange, TextSize};

const TILL: &str =
    "var total := 0\ndef till implements DeepFrozen {\n    to pay(amount) { total += amount }\n}\n";
const FILE: FileId = FileId(0);

/// A host that writes down every query it runs.
struct Watched {
    host: AnalysisHost,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    fn new(text: &str) -> Watched {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = seen.clone();
        let db = Database::watched(move |query| log.lock().unwrap().push(query.to_string()));
        let mut it = Watched { host: AnalysisHost { db }, seen };
        let mut change = Change::default();
        change.open(FILE, "till.e", FileKind::Program, text);
        it.host.apply_change(change);
        it
    }

    fn edit(&mut self, text: &str) {
        let mut change = Change::default();
        change.set_text(FILE, text);
        self.host.apply_change(change);
    }

    /// The queries that ran, by name, while `ask` was answered.
    fn ran<T>(&self, ask: impl Fn(&Analysis) -> T) -> Vec<String> {
        self.seen.lock().unwrap().clear();
        ask(&self.host.analysis());
        let mut seen: Vec<String> = self.seen.lock().unwrap().clone();
        seen.iter_mut().for_each(|it| it.truncate(it.find('(').unwrap_or(it.len())));
        seen.sort();
        seen
    }
}

fn hints(analysis: &Analysis) -> usize {
    let range = TextRange::up_to(TextSize::new(1_000));
    let config = InlayHintsConfig::default();
    analysis.inlay_hints(FileRange { file: FILE, range }, &config).unwrap().len()
}

#[test]
fn a_blank_stops_before_names_and_verdicts() {
    let mut it = Watched::new(TILL);
    assert_eq!(it.ran(hints), ["heard", "knowledge", "maps", "names", "programs", "trees", "verdicts"]);
    it.edit(&TILL.replace("total :=", "total   :="));
    assert_eq!(it.ran(hints), ["maps", "programs", "trees"]);
}

#[test]
fn a_comment_stops_before_names_and_verdicts() {
    let mut it = Watched::new(TILL);
    it.ran(hints);
    it.edit(&format!("# a till\n{TILL}"));
    assert_eq!(it.ran(hints), ["maps", "programs", "trees"]);
}

#[test]
fn another_number_does_not_reach_the_verdicts() {
    let mut it = Watched::new(TILL);
    it.ran(hints);
    it.edit(&TILL.replace("total := 0", "total := 17"));
    // The program is another one, so it is resolved and judged again; that is as far as it goes.
    assert_eq!(it.ran(hints), ["knowledge", "maps", "names", "programs", "trees", "verdicts"]);
    assert_eq!(it.ran(|it| it.diagnostics(FILE)), ["all", "nearnesses"]);
}

#[test]
fn nothing_runs_twice_without_an_edit() {
    let it = Watched::new(TILL);
    it.ran(hints);
    assert!(it.ran(hints).is_empty());
}

#[test]
fn authority_is_not_computed_for_hints() {
    let it = Watched::new(TILL);
    assert!(!it.ran(hints).contains(&"group_authority".to_string()));
    let at = FilePosition { file: FILE, offset: TextSize::new(20) };
    assert!(it.ran(|it| it.hover(at)).contains(&"group_authority".to_string()));
}

#[test]
fn an_edit_of_one_cell_leaves_the_earlier_ones_alone() {
    let mut it = Watched::new("def mint := 1\n");
    let mut change = Change::default();
    change.open(FileId(1), "cell 2", FileKind::Cell, "mint + 1\n");
    change.continues(FileId(1), Some(FILE));
    it.host.apply_change(change);
    let second = |it: &Analysis| it.diagnostics(FileId(1)).unwrap();
    assert!(second(&it.host.analysis()).is_empty());
    let mut change = Change::default();
    change.set_text(FileId(1), "mint + 2\n");
    it.host.apply_change(change);
    let ran = it.ran(second);
    assert_eq!(ran.iter().filter(|it| *it == "trees").count(), 1, "{ran:?}");
}

#[test]
fn a_question_that_is_taken_back_answers_cancelled() {
    let it = Watched::new(TILL);
    let analysis = it.host.analysis();
    analysis.cancel_one().cancel();
    assert_eq!(analysis.diagnostics(FILE), Err(crate::Cancelled));
    assert!(it.host.analysis().diagnostics(FILE).is_ok());
}

#[test]
fn a_write_stops_a_reader() {
    let long: String = (0..400).map(|n| format!("def gate{n} {{ to open() {{ return {n} }} }}\n")).collect();
    let mut it = Watched::new(&long);
    let analysis = it.host.analysis();
    let range = TextRange::up_to(TextSize::new(10));
    let (started, wait) = std::sync::mpsc::channel();
    std::thread::scope(|both| {
        both.spawn(move || {
            started.send(()).unwrap();
            // Asks until it is stopped, as an editor would.
            let config = InlayHintsConfig::default();
            while analysis.inlay_hints(FileRange { file: FILE, range }, &config).is_ok() {}
        });
        wait.recv().unwrap();
        it.edit("def gate {}\n");
    });
    assert_eq!(hints(&it.host.analysis()), 1);
}

#[test]
fn two_thousand_cells_do_not_go_deep() {
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    for n in 0..2_000 {
        change.open(
            FileId(n),
            "cell",
            FileKind::Cell,
            format!(
                "def coin{n} := {}\n",
                if n == 0 { "1".to_string() } else { format!("coin{} + 1", n - 1) }
            ),
        );
        change.continues(FileId(n), n.checked_sub(1).map(FileId));
    }
    host.apply_change(change);
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let last = small.spawn(move || host.analysis().diagnostics(FileId(1_999)).unwrap()).unwrap();
    assert!(last.join().unwrap().is_empty());
}

/// Three modules in a row and one by itself: the shop imports the bank, the bank the mint.
const MODULES: [(&str, &str); 4] = [
    ("mint.emaker", "def mint as DeepFrozen { to coin(n :int) { return [n] } }\n"),
    (
        "bank.emaker",
        "def mint :DeepFrozen := <import:mint>\ndef bank as DeepFrozen { to open(n :int) { return mint.coin(n) } }\n",
    ),
    (
        "shop.emaker",
        "def bank :DeepFrozen := <import:bank>\ndef shop as DeepFrozen { to sell(n :int) { return bank.open(n) } }\n",
    ),
    ("toys.emaker", "def toy as DeepFrozen { to name() { return \"bear\" } }\n"),
];

fn modules() -> Watched {
    let mut it = Watched::new("def shop := <import:shop>\ndef toys := <import:toys>\n");
    let mut change = Change::default();
    for (at, (name, text)) in MODULES.iter().enumerate() {
        change.open(FileId(at as u32 + 1), name, FileKind::Module, text);
    }
    it.host.apply_change(change);
    it
}

fn all_authority(analysis: &Analysis) -> usize {
    (0..5).map(|it| analysis.authority(FileId(it)).unwrap().len()).sum()
}

fn edit_module(it: &mut Watched, at: u32, text: &str) {
    let mut change = Change::default();
    change.set_text(FileId(at), text);
    it.host.apply_change(change);
}

fn count(ran: &[String], query: &str) -> usize {
    ran.iter().filter(|it| *it == query).count()
}

#[test]
fn authority_is_solved_once_for_each_module() {
    let it = modules();
    assert_eq!(count(&it.ran(all_authority), "group_authority"), 5);
    assert!(it.ran(all_authority).is_empty());
}

#[test]
fn blanks_and_comments_rerun_nothing_of_authority() {
    let mut it = modules();
    it.ran(all_authority);
    edit_module(&mut it, 1, &format!("# A mint.\n\n{}", MODULES[0].1.replace("to coin", "to   coin")));
    assert_eq!(it.ran(all_authority), ["maps", "programs", "trees"]);
}

fn all_verdicts(analysis: &Analysis) -> usize {
    (0..5).map(|it| analysis.judgements(FileId(it)).unwrap().len()).sum()
}

/// Importers ask of a module whether its value can change, and nothing else.
#[test]
fn a_method_body_reruns_the_verdicts_of_its_module_and_no_others() {
    let mut it = modules();
    it.ran(all_verdicts);
    edit_module(&mut it, 1, &MODULES[0].1.replace("[n]", "[n, n]"));
    let ran = it.ran(all_verdicts);
    assert_eq!(count(&ran, "verdicts"), 1, "{ran:?}");
    // One that may change is told to who imports it without a guard: the program.
    edit_module(&mut it, 3, "var sold := 0\ndef shop { to sell(n :int) { return sold += n } }\n");
    let ran = it.ran(all_verdicts);
    assert_eq!(count(&ran, "verdicts"), 1, "nobody relies on it: {ran:?}");
    it.edit("def shop := <import:shop>\ndef desk { to buy() { return shop.sell(1) } }\n");
    it.ran(all_verdicts);
    edit_module(&mut it, 3, MODULES[2].1);
    assert_eq!(count(&it.ran(all_verdicts), "verdicts"), 2);
    // It is still one that does not change.
    edit_module(&mut it, 3, &MODULES[2].1.replace("bank.open(n)", "bank.open(n + 1)"));
    let ran = it.ran(all_verdicts);
    assert_eq!((count(&ran, "verdicts"), count(&ran, "module_value")), (1, 1), "{ran:?}");
}

/// What the mint is made of and hands out is as it was: its importers are not followed again, nor is it.
#[test]
fn another_sum_in_a_method_body_reruns_nobodys_authority() {
    let mut it = modules();
    it.ran(all_authority);
    edit_module(&mut it, 1, &MODULES[0].1.replace("[n]", "[n * 2 + 1, n]"));
    let ran = it.ran(all_authority);
    let read = ["imported_files", "knowledge", "maps", "names", "outlined", "outlines", "programs", "trees"];
    assert_eq!(ran, read);
}

#[test]
fn a_method_body_that_does_something_else_reruns_its_module_and_those_who_import_it() {
    let mut it = modules();
    it.ran(all_authority);
    edit_module(&mut it, 1, &MODULES[0].1.replace("[n]", "[n].diverge()"));
    let ran = it.ran(all_authority);
    // The program, the shop, the bank and the mint; not the toys. Only the mint is read and resolved again.
    assert_eq!(count(&ran, "group_authority"), 4, "{ran:?}");
    for query in ["trees", "programs", "names", "knowledge", "outlines"] {
        assert_eq!(count(&ran, query), 1, "{query}: {ran:?}");
    }
    edit_module(&mut it, 3, &MODULES[2].1.replace("bank.open(n)", "[bank, bank.open(n)]"));
    assert_eq!(count(&it.ran(all_authority), "group_authority"), 2);
}

/// A module that forty others import: an edit of what one of its methods computes runs nothing again in any of them.
#[test]
fn many_importers_of_one_module_are_left_alone() {
    let mut it = modules();
    let mut change = Change::default();
    for n in 0..40 {
        let text = format!(
            "def mint :DeepFrozen := <import:mint>\ndef till{n} {{ to pay() {{ return mint.coin({n}) }} }}\n"
        );
        change.open(FileId(100 + n), &format!("till{n}.emaker"), FileKind::Module, text);
    }
    it.host.apply_change(change);
    let all = |analysis: &Analysis| {
        (100..140).map(|it| analysis.authority(FileId(it)).unwrap().len()).sum::<usize>()
    };
    assert_eq!(count(&it.ran(all), "group_authority"), 40);
    edit_module(&mut it, 1, &MODULES[0].1.replace("return [n]", "return [if (n > 3) { n } else { 3 }]"));
    let ran = it.ran(all);
    assert_eq!((count(&ran, "group_authority"), count(&ran, "trees")), (0, 1), "{ran:?}");
    // What reaches more is told to all of them.
    edit_module(&mut it, 1, "var minted := 0\ndef mint { to coin(n :int) { minted += n; return [n] } }\n");
    assert_eq!(count(&it.ran(all), "group_authority"), 40);
    let reached = it.host.analysis().authority(FileId(120)).unwrap();
    assert!(reached.iter().any(|it| it.reaches.iter().any(|it| it.thing.label() == "var minted")));
}

#[test]
fn modules_that_import_each_other_are_solved_together() {
    let mut it = modules();
    it.ran(all_authority);
    let back = MODULES[0].1.replace("return [n]", "return [n, <import:shop>]");
    edit_module(&mut it, 1, &back);
    // The mint, the bank and the shop are one group now; the program is another.
    assert_eq!(count(&it.ran(all_authority), "group_authority"), 2);
    let analysis = it.host.analysis();
    for file in 1..=3 {
        assert_eq!(analysis.authority(FileId(file)).unwrap()[0].name, "(value)");
    }
}

#[test]
fn a_module_that_is_missing_is_unknown_until_it_is_there() {
    let mut it = modules();
    let mut change = Change::default();
    change.close(FileId(2));
    it.host.apply_change(change);
    let reaches = |it: &Watched| {
        let all = it.host.analysis().authority(FileId(3)).unwrap();
        let labels = all[0].reaches.iter().map(|it| (it.thing.kind(), it.thing.label()));
        labels.collect::<Vec<_>>()
    };
    assert!(reaches(&it).contains(&("unknown", "module `bank`".to_string())), "{:?}", reaches(&it));
    let mut change = Change::default();
    change.open(FileId(2), MODULES[1].0, FileKind::Module, MODULES[1].1);
    it.host.apply_change(change);
    assert!(reaches(&it).iter().all(|it| it.0 != "unknown"), "{:?}", reaches(&it));
}

#[test]
fn ten_thousand_captures_are_followed() {
    let names: String = (0..10_000).map(|n| format!("var coin{n} := {n}\n")).collect();
    let uses: String = (0..10_000).map(|n| format!("        coin{n}\n")).collect();
    let it = Watched::new(&format!("{names}def hoard {{\n    to all() {{\n{uses}    }}\n}}\n"));
    let all = it.host.analysis().authority(FILE).unwrap();
    let hoard = all.iter().find(|it| it.name == "hoard").unwrap();
    let state = hoard.reaches.iter().filter(|it| it.thing.kind() == "state").count();
    assert_eq!(state, 10_000);
}

#[test]
fn a_hundred_thousand_lines_are_followed() {
    let gate = |n: usize| format!("def gate{n} {{\n    to open() {{\n        println({n})\n    }}\n}}\n");
    let it = Watched::new(&(0..20_000).map(gate).collect::<String>());
    let all = it.host.analysis().authority(FILE).unwrap();
    assert_eq!(all.len(), 20_000);
    assert!(all.iter().all(|it| it.reaches.iter().any(|it| it.thing.label() == "stdout")));
}

/// Each step holds the one before: what a name reaches must not be written down again for each.
#[test]
fn a_long_transcript_is_followed_in_little_room() {
    let step = |n: u32| match n {
        0 => "  ? def bell0() { println(\"ding\") }\n".to_string(),
        n => format!("  ? def bell{n}() {{ bell{}() }}\n", n - 1),
    };
    let text: String = (0..1_500).map(step).collect();
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    change.open(FILE, "bells.updoc", FileKind::Transcript, &text);
    host.apply_change(change);
    let offset = TextSize::new(text.rfind("def bell").unwrap() as u32 + 5);
    let hover = host.analysis().hover(FilePosition { file: FILE, offset }).unwrap().unwrap();
    assert!(hover.markdown.contains("power `println`"), "{}", hover.markdown);
    assert!(hover.markdown.len() < 2_000, "{}", hover.markdown.len());
}

/// A host that writes down what it is asked, and approves.
#[derive(Default)]
struct Lenient {
    asked: Mutex<Vec<String>>,
    looked_at: LookedAt,
}

impl AuditorHost for Lenient {
    fn ask(&self, question: &Question) -> Option<Answered> {
        self.asked.lock().unwrap().push(question.name.to_string());
        Some(Answered { answer: Answer::Approved, looked_at: self.looked_at.clone() })
    }
    fn stop(&self) {}
}

const GATES: &str = "def strict implements DeepFrozen { to audit(_) { return true } }\n\
    def fee :int := 2\n\
    def gate implements strict { to enter(coins) { return coins >= fee } }\n\
    def door implements strict { to open() { return fee } }\n";

fn judged_by(host: &Arc<Lenient>, text: &str) -> AnalysisHost {
    let mut analysis = AnalysisHost::with_auditors(host.clone());
    let mut change = Change::default();
    change.open(FILE, "gate.e", FileKind::Program, text);
    analysis.apply_change(change);
    assert_eq!(verdicts_of(&analysis), 3);
    analysis
}

/// How many objects are approved by the auditor they ask.
fn verdicts_of(host: &AnalysisHost) -> usize {
    let judged = host.analysis().judgements(FILE).unwrap();
    judged.iter().filter(|it| it.asked && it.verdict.is_approved()).count()
}

fn asked_after(host: &Arc<Lenient>, analysis: &mut AnalysisHost, text: &str) -> Vec<String> {
    host.asked.lock().unwrap().clear();
    let mut change = Change::default();
    change.set_text(FILE, text);
    analysis.apply_change(change);
    verdicts_of(analysis);
    host.asked.lock().unwrap().clone()
}

/// Each auditor written in E is asked once about each thing that it looks at.
#[test]
fn an_auditor_is_asked_again_only_if_what_it_looked_at_is_another() {
    let guards = vec!["fee".into()];
    let looked_at = LookedAt { tree: true, guards, ..LookedAt::default() };
    let host = Arc::new(Lenient { looked_at, ..Lenient::default() });
    let mut it = judged_by(&host, GATES);
    assert_eq!(*host.asked.lock().unwrap(), ["__main$gate", "__main$door"]);
    let nobody: [&str; 0] = [];
    // Blanks, comments, and what stands elsewhere.
    assert_eq!(asked_after(&host, &mut it, &format!("# gates\n{GATES}\n\n")), nobody);
    assert_eq!(asked_after(&host, &mut it, &format!("{GATES}\ndef wall {{}}\n")), nobody);
    assert_eq!(asked_after(&host, &mut it, &format!("def wall {{}}\n{GATES}")), nobody);
    // The value of what is closed over is nothing that an auditor sees.
    assert_eq!(asked_after(&host, &mut it, &GATES.replace(":= 2", ":= 3")), nobody);
    // The tree of one object.
    assert_eq!(asked_after(&host, &mut it, &GATES.replace("coins >= fee", "coins > fee")), ["__main$gate"]);
    // The guard of what both close over.
    let float = GATES.replace(":int := 2", ":float64 := 2.0");
    assert_eq!(asked_after(&host, &mut it, &float), ["__main$gate", "__main$door"]);
    // What was asked before is remembered.
    assert_eq!(asked_after(&host, &mut it, GATES), nobody);
    // The auditor itself.
    let other = GATES.replace("return true", "return 3 > 2");
    assert_eq!(asked_after(&host, &mut it, &other), ["__main$gate", "__main$door"]);
}

/// An auditor that looks at nothing of the object says the same of all.
#[test]
fn an_auditor_that_looks_at_nothing_is_asked_once() {
    let host = Arc::new(Lenient::default());
    let mut it = judged_by(&host, GATES);
    assert_eq!(*host.asked.lock().unwrap(), ["__main$gate"]);
    assert!(asked_after(&host, &mut it, &GATES.replace("coins >= fee", "coins > fee")).is_empty());
}

/// A host that thinks until it is stopped, the first time it is asked.
struct Thinking {
    started: std::sync::mpsc::SyncSender<()>,
    stopped: Mutex<bool>,
    bell: std::sync::Condvar,
}

impl AuditorHost for Thinking {
    fn ask(&self, _: &Question) -> Option<Answered> {
        let mut stopped = self.stopped.lock().unwrap();
        if *stopped {
            return Some(Answered { answer: Answer::Approved, looked_at: LookedAt::default() });
        }
        self.started.send(()).unwrap();
        while !*stopped {
            stopped = self.bell.wait(stopped).unwrap();
        }
        None
    }
    fn stop(&self) {
        *self.stopped.lock().unwrap() = true;
        self.bell.notify_all();
    }
}

#[test]
fn an_edit_stops_an_auditor_that_thinks() {
    let mut host = AnalysisHost::default();
    let (started, wait) = std::sync::mpsc::sync_channel(8);
    let thinking = Arc::new(Thinking { started, stopped: Mutex::default(), bell: std::sync::Condvar::new() });
    let mut change = Change::default();
    change.open(FILE, "gate.e", FileKind::Program, GATES);
    host.apply_change(change);
    // From here on: the change above is to stop nobody.
    host.db.auditions = Arc::new(crate::auditions::Auditions::of(thinking));
    let analysis = host.analysis();
    std::thread::scope(|both| {
        let asks = both.spawn(move || analysis.judgements(FILE).map(|it| it.len()));
        wait.recv().unwrap();
        let mut change = Change::default();
        change.open(FileId(1), "other.e", FileKind::Program, "def wall {}\n");
        host.apply_change(change);
        // Cut off, or answered without the auditor; but not with a verdict that stays.
        let _ = asks.join().unwrap();
        assert_eq!(verdicts_of(&host), 3);
    });
}
