//! The cells as the analysis sees them: what a name at the cursor is, and what could be written there.
//!
//! Only cells that define something which still means what they defined are kept, and the analysis hears of them
//! when it is asked: running cells costs nothing here.

use analysis::{Analysis, AnalysisHost, Cancellable, Change, CompletionItem, FileId, FileKind, FilePosition};
use analysis::{
    FileRange, Hover, InlayHint, InlayHintsConfig, NameAuthority, TextRange, TextSize, VerdictHints,
};
use std::sync::Arc;

/// The text that is being written; cells have higher numbers.
const DRAFT: FileId = FileId(0);

#[derive(Default)]
pub struct Pages {
    host: AnalysisHost,
    cells: Vec<Page>,
    /// How many of `cells` the analysis knows.
    known: usize,
    last: u32,
}

struct Page {
    title: Arc<str>,
    file: FileId,
    text: String,
}

impl Pages {
    /// With one page that all cells continue.
    pub fn with(title: &str, text: &str) -> Pages {
        let mut pages = Pages::default();
        pages.push(&title.into(), text);
        pages
    }

    /// A cell has come to its end and defined something.
    pub fn push(&mut self, title: &Arc<str>, text: &str) {
        self.last += 1;
        let file = FileId(self.last);
        self.cells.push(Page { title: title.clone(), file, text: text.to_owned() });
    }

    /// The names of this cell mean something else by now.
    pub fn forget(&mut self, title: &str) {
        let Some(at) = self.cells.iter().position(|it| *it.title == *title) else { return };
        let page = self.cells.remove(at);
        if at < self.known {
            self.known -= 1;
            let mut change = Change::default();
            change.close(page.file);
            self.host.apply_change(change);
        }
    }

    /// What is known of the name at a place of `text`, which continues all cells.
    pub fn hover(&mut self, text: &str, at: usize) -> Option<Hover> {
        let at = position(at);
        self.ask(text, |it| it.hover(at)).flatten()
    }

    /// What could be written there.
    pub fn completions(&mut self, text: &str, at: usize) -> Vec<CompletionItem> {
        let at = position(at);
        self.ask(text, |it| it.completions(at)).unwrap_or_default()
    }

    /// What auditors say of the objects in `text`.
    pub fn hints(&mut self, text: &str) -> Vec<InlayHint> {
        let Ok(end) = TextSize::try_from(text.len()) else { return Vec::new() };
        let range = FileRange { file: DRAFT, range: TextRange::up_to(end) };
        let verdicts = InlayHintsConfig { verdicts: VerdictHints::All, gains: false, implied_guards: false };
        self.ask(text, |it| it.inlay_hints(range, &verdicts)).unwrap_or_default()
    }

    /// What each name that a cell has defined reaches.
    pub fn authority(&mut self, title: &str) -> Vec<NameAuthority> {
        let Some(file) = self.cells.iter().find(|it| *it.title == *title).map(|it| it.file) else {
            return Vec::new();
        };
        self.ask("", |it| it.authority_seen_from(file, DRAFT)).unwrap_or_default()
    }

    fn ask<T>(&mut self, draft: &str, ask: impl FnOnce(&Analysis) -> Cancellable<T>) -> Option<T> {
        let mut change = Change::default();
        for at in self.known..self.cells.len() {
            let page = &self.cells[at];
            change.open(page.file, &page.title, FileKind::Cell, &page.text);
            let previous = at.checked_sub(1).map(|it| self.cells[it].file);
            change.continues(page.file, previous);
        }
        self.known = self.cells.len();
        change.open(DRAFT, "this cell", FileKind::Cell, draft);
        change.continues(DRAFT, self.cells.last().map(|it| it.file));
        self.host.apply_change(change);
        ask(&self.host.analysis()).ok()
    }
}

fn position(at: usize) -> FilePosition {
    FilePosition { file: DRAFT, offset: TextSize::try_from(at).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::Pages;

    #[test]
    fn a_cell_sees_the_names_of_those_before_it() {
        let mut pages = Pages::default();
        pages.push(&"cell 1".into(), "def makeGate() { def gate { to open() { return 1 } }\n return gate }");
        pages.push(&"cell 2".into(), "def gate := makeGate()");
        let labels = |pages: &mut Pages, text: &str| -> Vec<String> {
            pages.completions(text, text.len()).into_iter().map(|it| it.label).collect()
        };
        assert!(labels(&mut pages, "gat").contains(&"gate".to_owned()));
        assert_eq!(labels(&mut pages, "gate.o"), ["open"]);
        pages.forget("cell 2");
        assert!(!labels(&mut pages, "gat").contains(&"gate".to_owned()));
    }
}
