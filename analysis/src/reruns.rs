//! What must not run again after an edit, and what must stop when one comes.

use crate::db::Database;
use crate::{Analysis, AnalysisHost, Change, FileId, FileKind, FilePosition, FileRange, InlayHintsConfig};
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
    assert_eq!(it.ran(hints), ["knowledge", "maps", "names", "programs", "trees", "verdicts"]);
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
    assert_eq!(it.ran(|it| it.diagnostics(FILE)), ["all"]);
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
    assert!(!it.ran(hints).contains(&"authority".to_string()));
    let at = FilePosition { file: FILE, offset: TextSize::new(20) };
    assert!(it.ran(|it| it.hover(at)).contains(&"authority".to_string()));
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
