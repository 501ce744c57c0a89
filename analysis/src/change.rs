//! A batch of edits, applied at once: readers see all of it or none.

use crate::input::{FileId, FileKind};
use std::sync::Arc;

/// What happened to the texts since the last change, in order.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub(crate) edits: Vec<Edit>,
}

#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Open { file: FileId, name: Arc<str>, kind: FileKind, text: Arc<str> },
    Text { file: FileId, text: Arc<str> },
    Continues { file: FileId, previous: Option<FileId> },
    Close { file: FileId },
    Earlier { file: FileId, text: Option<Arc<str>> },
}

impl Change {
    /// A text is there from now on. Opening an open one replaces its name, kind and text.
    /// `name` is shown to people and gives a module's objects their names; it need not be a path.
    pub fn open(&mut self, file: FileId, name: &str, kind: FileKind, text: impl AsRef<str>) {
        self.edits.push(Edit::Open { file, name: name.into(), kind, text: text.as_ref().into() });
    }
    /// The whole new text of an open file.
    pub fn set_text(&mut self, file: FileId, text: impl AsRef<str>) {
        self.edits.push(Edit::Text { file, text: text.as_ref().into() });
    }
    /// `file` sees the top-level names of `previous` and of what that continues: a notebook's cells in order.
    pub fn continues(&mut self, file: FileId, previous: Option<FileId>) {
        self.edits.push(Edit::Continues { file, previous });
    }
    /// What `file` said at an earlier time, to compare with; `None` if that is not known any more.
    pub fn set_earlier(&mut self, file: FileId, text: Option<&str>) {
        self.edits.push(Edit::Earlier { file, text: text.map(Arc::from) });
    }
    /// The text is gone. What continued it continues what it continued.
    pub fn close(&mut self, file: FileId) {
        self.edits.push(Edit::Close { file });
    }
}
