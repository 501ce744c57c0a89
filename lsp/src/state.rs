//! What the main loop holds, and the snapshot of it that a request handler gets.

use crate::config::Config;
use crate::documents::Documents;
use crate::framework::proto::{Location, Position, Range, SemanticToken, Uri};
use crate::framing::Ahead;
use crate::history::Committed;
use crate::positions::{Encoding, Lines};
use crate::requests::Stop;
use analysis::{Analysis, FileId, FilePosition, FileRange};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use text_size::{TextRange, TextSize};

/// All that a request handler may look at: the program as it was at one moment.
pub struct Snapshot {
    pub analysis: Analysis,
    pub documents: Documents,
    pub encoding: Encoding,
    pub config: Arc<Config>,
    pub shared: Arc<Shared>,
    pub roots: Arc<Vec<PathBuf>>,
    /// How often the editor has changed a text.
    pub edits: u64,
    /// Where parts of an answer go ahead of it.
    pub ahead: Ahead,
    /// Whether the editor lets gaps be filled in what it inserts.
    pub snippets: bool,
}

/// What handlers remember from one request to the next: the tokens that a client has, under the number they went
/// by, and what the last commit says of the texts that are open. Nothing that an answer rests on but a delta and
/// `walnut/status`.
#[derive(Default)]
pub struct Shared {
    tokens: Mutex<Sent>,
    earlier: Mutex<HashMap<FileId, Committed>>,
}

#[derive(Default)]
struct Sent {
    count: u64,
    by_file: HashMap<FileId, (String, Vec<SemanticToken>)>,
}

impl Shared {
    /// Keeps what is about to be sent, and gives it a number.
    pub fn keep_tokens(&self, file: FileId, tokens: &[SemanticToken]) -> String {
        let mut sent = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        sent.count += 1;
        let id = sent.count.to_string();
        sent.by_file.insert(file, (id.clone(), tokens.to_vec()));
        id
    }

    /// What was sent under this number, if it was the last.
    pub fn tokens(&self, file: FileId, id: &str) -> Option<Vec<SemanticToken>> {
        let sent = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        sent.by_file.get(&file).filter(|(last, _)| last == id).map(|(_, tokens)| tokens.clone())
    }

    /// What was found of a file in the last commit; nothing before that was looked for.
    pub fn earlier(&self, file: FileId) -> Option<Committed> {
        self.earlier.lock().unwrap_or_else(PoisonError::into_inner).get(&file).cloned()
    }

    pub fn keep_earlier(&self, file: FileId, said: Committed) {
        self.earlier.lock().unwrap_or_else(PoisonError::into_inner).insert(file, said);
    }

    pub fn forget_earlier(&self, file: FileId) -> Option<Committed> {
        self.earlier.lock().unwrap_or_else(PoisonError::into_inner).remove(&file)
    }

    pub fn forget(&self, file: FileId) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).by_file.remove(&file);
    }
}

/// A document seen from a handler: its file, and its positions in the editor's encoding.
pub struct Page<'a> {
    pub file: FileId,
    pub uri: &'a Uri,
    pub lines: &'a Lines,
    encoding: Encoding,
}

impl Snapshot {
    /// The document at `uri`, open or in one of the folders; a request about any other is answered with an error
    /// that says so.
    pub fn page(&self, uri: &Uri) -> Result<Page<'_>, Stop> {
        let document = self.documents.get(uri).ok_or_else(|| {
            Stop::Invalid(format!(
                "{} is neither open nor a file of the workspace; send textDocument/didOpen first",
                uri.as_str()
            ))
        })?;
        if let Some(why) = document.too_long() {
            return Err(Stop::Invalid(why));
        }
        Ok(Page { file: document.file, uri: &document.uri, lines: &document.lines, encoding: self.encoding })
    }

    /// The document of `file`.
    pub fn page_of(&self, file: FileId) -> Option<Page<'_>> {
        let document = self.documents.by_file(file)?;
        Some(Page { file, uri: &document.uri, lines: &document.lines, encoding: self.encoding })
    }

    /// What a file at `path` would go by: its path from the folder that the editor has open.
    pub fn name_of(&self, path: &Path) -> String {
        let below = self.roots.iter().find_map(|it| path.strip_prefix(it).ok());
        below.unwrap_or(path).to_string_lossy().into_owned()
    }

    /// A place of the analysis as a place of the editor.
    pub fn location(&self, it: FileRange) -> Option<Location> {
        let page = self.page_of(it.file)?;
        Some(Location::new(page.uri.clone(), page.range(it.range)))
    }
}

impl Page<'_> {
    /// Where `position` is, for a question to the analysis.
    pub fn at(&self, position: Position) -> FilePosition {
        FilePosition { file: self.file, offset: self.lines.offset(position, self.encoding) }
    }

    pub fn text_range(&self, range: Range) -> TextRange {
        self.lines.text_range(range, self.encoding)
    }

    /// `range` of this document, for a question to the analysis.
    pub fn file_range(&self, range: Range) -> FileRange {
        FileRange { file: self.file, range: self.text_range(range) }
    }

    pub fn position(&self, offset: TextSize) -> Position {
        self.lines.position(offset, self.encoding)
    }

    pub fn range(&self, range: TextRange) -> Range {
        self.lines.range(range, self.encoding)
    }

    /// The length of the text in `range`, in the editor's units.
    pub fn width(&self, range: TextRange) -> u32 {
        self.encoding.measure(self.lines.text.get(std::ops::Range::<usize>::from(range)).unwrap_or(""))
    }
}
