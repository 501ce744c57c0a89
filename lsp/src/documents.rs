//! The open texts: what the editor shows, its version, and which file of the analysis it is.

use crate::framework::proto::{TextDocumentContentChangeEvent, Uri};
use crate::positions::{Encoding, Lines};
use analysis::FileId;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone)]
pub struct Document {
    pub file: FileId,
    pub uri: Uri,
    pub version: i32,
    pub lines: Lines,
}

/// Cheap to clone: a snapshot takes the whole map along.
#[derive(Clone, Default)]
pub struct Documents {
    by_uri: Arc<HashMap<String, Arc<Document>>>,
}

impl Documents {
    pub fn get(&self, uri: &Uri) -> Option<&Arc<Document>> {
        self.by_uri.get(uri.as_str())
    }

    pub fn by_file(&self, file: FileId) -> Option<&Arc<Document>> {
        self.by_uri.values().find(|it| it.file == file)
    }

    pub fn put(&mut self, document: Document) {
        let uri = document.uri.as_str().to_owned();
        Arc::make_mut(&mut self.by_uri).insert(uri, Arc::new(document));
    }

    pub fn remove(&mut self, uri: &Uri) -> Option<Arc<Document>> {
        Arc::make_mut(&mut self.by_uri).remove(uri.as_str())
    }
}

/// The text after `changes`, each applied to the result of the one before, as the protocol says.
///
/// A change without a range replaces everything; a range that does not fit is moved to the nearest that does.
pub fn apply(lines: &Lines, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) -> Lines {
    let mut lines = lines.clone();
    for change in changes {
        let text = match change.range {
            None => change.text,
            Some(range) => {
                let range = lines.text_range(range, encoding);
                let mut text = String::with_capacity(lines.text.len() + change.text.len());
                text.push_str(&lines.text[..usize::from(range.start())]);
                text.push_str(&change.text);
                text.push_str(&lines.text[usize::from(range.end())..]);
                text
            }
        };
        lines = Lines::new(text.into());
    }
    lines
}
