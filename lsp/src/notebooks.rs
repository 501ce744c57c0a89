//! Which cells a notebook has, in their order. Their texts are documents like others; what all of them come after is none.

use crate::framework::proto::{
    NotebookCell, NotebookCellArrayChange, NotebookCellKind, NotebookDocument, Uri,
};
use analysis::{Change, FileId, FileKind};
use std::collections::HashMap;

/// The text before the first cell of each notebook; documents have higher numbers.
const PRELUDE: FileId = FileId(0);

pub struct Notebooks {
    prelude: &'static str,
    has_begun: bool,
    cells: HashMap<String, Vec<NotebookCell>>,
}

impl Notebooks {
    pub fn new(prelude: &'static str) -> Notebooks {
        Notebooks { prelude, has_begun: false, cells: HashMap::new() }
    }

    /// What a first cell continues. It is read when there is one.
    pub fn begin(&mut self, change: &mut Change) -> FileId {
        if !std::mem::replace(&mut self.has_begun, true) {
            change.open(PRELUDE, "walnut", FileKind::Cell, self.prelude);
        }
        PRELUDE
    }

    pub fn open(&mut self, it: NotebookDocument) {
        self.cells.insert(it.uri.as_str().to_owned(), it.cells);
    }

    pub fn close(&mut self, uri: &Uri) {
        self.cells.remove(uri.as_str());
    }

    /// Replaces some cells by others; what does not fit is moved to where it does.
    pub fn splice(&mut self, uri: &Uri, it: NotebookCellArrayChange) {
        let Some(cells) = self.cells.get_mut(uri.as_str()) else { return };
        let start = (it.start as usize).min(cells.len());
        let end = start.saturating_add(it.delete_count as usize).min(cells.len());
        cells.splice(start..end, it.cells.unwrap_or_default());
    }

    /// The cells that are programs, notebook by notebook.
    pub fn in_order(&self) -> Vec<Vec<Uri>> {
        let programs = |cells: &Vec<NotebookCell>| {
            let code = cells.iter().filter(|it| it.kind == NotebookCellKind::CODE);
            code.map(|it| it.document.clone()).collect()
        };
        self.cells.values().map(programs).collect()
    }

    /// A document that is a cell of a notebook is a cell, whatever it is called.
    pub fn kind_of(&self, uri: &Uri) -> Option<FileKind> {
        let is_cell = self.cells.values().flatten().any(|it| it.document.as_str() == uri.as_str());
        is_cell.then_some(FileKind::Cell)
    }
}
