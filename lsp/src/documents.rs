//! The texts that are known: those open in the editor, and those of its folders as they are on disk.

use crate::framework::proto::{TextDocumentContentChangeEvent, Uri};
use crate::positions::{Encoding, Lines};
use analysis::FileId;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A longer text is no program that somebody wrote: it is known, and not looked into.
pub const MAX_BYTES: usize = 2 << 20;

#[derive(Clone)]
pub struct Document {
    pub file: FileId,
    pub uri: Uri,
    /// The editor's number for an open text; none for one that was read from disk.
    pub version: Option<i32>,
    pub lines: Lines,
}

impl Document {
    /// What the analysis is given of a text.
    pub fn read(text: &str) -> &str {
        if text.len() > MAX_BYTES { "" } else { text }
    }

    /// Why a text is not looked into, if it is not.
    pub fn too_long(&self) -> Option<String> {
        let length = self.lines.text.len();
        (length > MAX_BYTES).then(|| {
            format!("{} MB of text are more than Walnut reads: at most {} MB", length >> 20, MAX_BYTES >> 20)
        })
    }
}

/// Cheap to clone: a snapshot takes both maps along.
#[derive(Clone, Default)]
pub struct Documents {
    by_place: Arc<HashMap<String, FileId>>,
    by_file: Arc<HashMap<FileId, Arc<Document>>>,
}

impl Documents {
    pub fn get(&self, uri: &Uri) -> Option<&Arc<Document>> {
        self.by_file.get(self.by_place.get(&place(uri))?)
    }

    pub fn by_file(&self, file: FileId) -> Option<&Arc<Document>> {
        self.by_file.get(&file)
    }

    /// Every text, in the order in which they became known.
    pub fn all(&self) -> Vec<&Arc<Document>> {
        let mut all: Vec<_> = self.by_file.values().collect();
        all.sort_by_key(|it| it.file);
        all
    }

    /// The open ones.
    pub fn open(&self) -> Vec<&Arc<Document>> {
        self.all().into_iter().filter(|it| it.version.is_some()).collect()
    }

    /// Everything at `path` and below.
    pub fn below(&self, path: &Path) -> Vec<Arc<Document>> {
        let inside = |it: &&Arc<Document>| path_of(&it.uri).is_some_and(|it| it.starts_with(path));
        self.by_file.values().filter(inside).cloned().collect()
    }

    pub fn put(&mut self, document: Document) {
        let place = place(&document.uri);
        if self.by_place.get(&place) != Some(&document.file) {
            Arc::make_mut(&mut self.by_place).insert(place, document.file);
        }
        Arc::make_mut(&mut self.by_file).insert(document.file, Arc::new(document));
    }

    pub fn remove(&mut self, uri: &Uri) -> Option<Arc<Document>> {
        let file = Arc::make_mut(&mut self.by_place).remove(&place(uri))?;
        Arc::make_mut(&mut self.by_file).remove(&file)
    }
}

/// The same for all ways to write an address: editors differ in what they escape.
fn place(uri: &Uri) -> String {
    match path_of(uri) {
        Some(path) => path.to_string_lossy().into_owned(),
        None => uri.as_str().to_owned(),
    }
}

/// Where a `file:` address leads.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    uri.as_str().starts_with("file:").then(|| uri.to_file_path().map(|it| it.into_owned()))?
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
