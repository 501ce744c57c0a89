//! What the main loop holds, and the snapshot of it that a request handler gets.

use crate::documents::Documents;
use crate::framework::proto::{Position, Range, Uri};
use crate::positions::{Encoding, Lines};
use crate::requests::Stop;
use analysis::{Analysis, FileId, FilePosition, FileRange};
use text_size::{TextRange, TextSize};

/// All that a request handler may look at: the program as it was at one moment.
pub struct Snapshot {
    pub analysis: Analysis,
    pub documents: Documents,
    pub encoding: Encoding,
}

/// An open document seen from a handler: its file, and its positions in the editor's encoding.
pub struct Page<'a> {
    pub file: FileId,
    pub uri: &'a Uri,
    pub lines: &'a Lines,
    encoding: Encoding,
}

impl Snapshot {
    /// The open document at `uri`; a request about any other is answered with an error that says so.
    pub fn page(&self, uri: &Uri) -> Result<Page<'_>, Stop> {
        let document = self.documents.get(uri).ok_or_else(|| {
            Stop::Invalid(format!("{} is not open; send textDocument/didOpen first", uri.as_str()))
        })?;
        Ok(Page { file: document.file, uri: &document.uri, lines: &document.lines, encoding: self.encoding })
    }

    /// The open document of `file`, if it is open.
    pub fn page_of(&self, file: FileId) -> Option<Page<'_>> {
        let document = self.documents.by_file(file)?;
        Some(Page { file, uri: &document.uri, lines: &document.lines, encoding: self.encoding })
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
