//! What happens to the texts that the editor shows.

use super::{MainLoop, Why};
use crate::documents::{self, Document, path_of};
use crate::framework::proto::*;
use crate::loader::Task;
use crate::positions::Lines;
use analysis::{Change, FileId, FileKind};

impl MainLoop {
    pub(super) fn open(&mut self, item: TextDocumentItem) {
        let kind = kind(&item.uri);
        self.set(item.uri.clone(), Some(item.version), Lines::new(item.text.into()), kind);
        self.look_back(&item.uri);
    }

    pub(super) fn change(
        &mut self,
        it: VersionedTextDocumentIdentifier,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) {
        let open = self.documents.get(&it.uri).filter(|it| it.version.is_some()).cloned();
        let Some(document) = open else {
            return self.log(format!("a change to {}, which is not open, was ignored", it.uri.as_str()));
        };
        let lines = documents::apply(&document.lines, changes, self.encoding);
        let kind = self.notebooks.kind_of(&it.uri).unwrap_or_else(|| kind(&it.uri));
        self.set(it.uri, Some(it.version), lines, kind);
    }

    pub(super) fn set(&mut self, uri: Uri, version: Option<i32>, lines: Lines, kind: FileKind) -> FileId {
        let mut change = Change::default();
        let file = self.put(&mut change, uri, version, lines, kind);
        let Some(version) = version else { return file };
        self.diagnose(file, version, Why::Edited);
        // What other texts say of themselves may rest on a module's or a cell's.
        if matches!(kind, FileKind::Module | FileKind::Cell) {
            self.diagnose_around(file);
        }
        file
    }

    pub(super) fn put(
        &mut self,
        change: &mut Change,
        uri: Uri,
        version: Option<i32>,
        lines: Lines,
        kind: FileKind,
    ) -> FileId {
        let known = self.documents.get(&uri).map(|it| it.file);
        let file = known.unwrap_or_else(|| {
            self.next_file += 1;
            FileId(self.next_file)
        });
        let text = Document::read(&lines.text);
        match known {
            Some(file) => change.set_text(file, text),
            None => change.open(file, &self.name(&uri), kind, text),
        }
        if known.is_none() && kind == FileKind::Notebook {
            let prelude = self.notebooks.begin(change);
            change.continues(file, Some(prelude));
        }
        // First the write, which waits for snapshots: then nobody shares the map of documents.
        self.host.apply_change(std::mem::take(change));
        self.edits += 1;
        self.documents.put(Document { file, uri, version, lines });
        file
    }

    /// What a file goes by: its path from the folder that the editor has open.
    pub(super) fn name(&self, uri: &Uri) -> String {
        let path = path_of(uri);
        let below =
            path.as_ref().and_then(|path| self.roots.iter().find_map(|it| path.strip_prefix(it).ok()));
        match below {
            Some(it) => it.to_string_lossy().into_owned(),
            None => uri.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
        }
    }

    /// A text that is on disk in one of the folders goes on as it is there.
    pub(super) fn close(&mut self, uri: &Uri) {
        let Some(document) = self.documents.get(uri).filter(|it| it.version.is_some()).cloned() else {
            return;
        };
        let path = path_of(uri).filter(|path| self.roots.iter().any(|it| path.starts_with(it)));
        self.forget_texts(document.file);
        self.forget_earlier(document.file);
        match path {
            Some(path) => {
                self.documents.put(Document { version: None, ..(*document).clone() });
                self.load(Task::Files(vec![path]));
            }
            None => self.remove(uri),
        }
        if !self.client.pulls_diagnostics {
            self.publish(uri.clone(), None, Vec::new());
        }
    }

    pub(super) fn forget_texts(&mut self, file: FileId) {
        self.published.remove(&file);
        self.shared.forget(file);
    }

    pub(super) fn remove(&mut self, uri: &Uri) {
        let Some(file) = self.documents.get(uri).map(|it| it.file) else { return };
        let mut change = Change::default();
        change.close(file);
        self.host.apply_change(change);
        self.documents.remove(uri);
        self.forget_texts(file);
    }
}

/// A notebook's cells have a scheme of their own, and JupyterLab joins them in a text that goes by the notebook's name; every other document is
/// told by the end of its own.
pub(super) fn kind(uri: &Uri) -> FileKind {
    if uri.as_str().starts_with("vscode-notebook-cell:") {
        FileKind::Cell
    } else if uri.as_str().ends_with(".ipynb") {
        FileKind::Notebook
    } else {
        FileKind::of_name(uri.as_str())
    }
}
