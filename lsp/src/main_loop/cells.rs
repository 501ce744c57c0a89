//! What happens to notebooks: each cell is a text, each continues the one before.

use super::MainLoop;
use crate::framework::proto::*;
use crate::positions::Lines;
use analysis::{Change, FileId, FileKind};

impl MainLoop {
    pub(super) fn open_notebook(&mut self, it: DidOpenNotebookDocumentParams) {
        for cell in it.cell_text_documents {
            self.set(cell.uri, Some(cell.version), Lines::new(cell.text.into()), FileKind::Cell);
        }
        self.notebooks.open(it.notebook_document);
        self.chain_cells();
    }

    pub(super) fn change_notebook(&mut self, it: DidChangeNotebookDocumentParams) {
        let Some(cells) = it.change.cells else { return };
        if let Some(structure) = cells.structure {
            for cell in structure.did_open.unwrap_or_default() {
                self.set(cell.uri, Some(cell.version), Lines::new(cell.text.into()), FileKind::Cell);
            }
            self.notebooks.splice(&it.notebook_document.uri, structure.array);
            for cell in structure.did_close.unwrap_or_default() {
                self.close(&cell.uri);
            }
            self.chain_cells();
        }
        for text in cells.text_content.unwrap_or_default() {
            self.change(text.document, text.changes);
        }
    }

    pub(super) fn close_notebook(&mut self, it: &DidCloseNotebookDocumentParams) {
        self.notebooks.close(&it.notebook_document.uri);
        for cell in &it.cell_text_documents {
            self.close(&cell.uri);
        }
    }

    fn chain_cells(&mut self) {
        let mut change = Change::default();
        let prelude = self.notebooks.begin(&mut change);
        for cells in self.notebooks.in_order() {
            let files: Vec<FileId> =
                cells.iter().filter_map(|it| self.documents.get(it)).map(|it| it.file).collect();
            for (n, file) in files.iter().enumerate() {
                let previous = n.checked_sub(1).and_then(|it| files.get(it)).copied();
                change.continues(*file, previous.or(Some(prelude)));
            }
        }
        self.host.apply_change(change);
        self.diagnose_around(FileId(0));
    }
}
