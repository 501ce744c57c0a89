//! Offsets in a text to positions in the editor's encoding, and back.
//!
//! The analysis counts in bytes; an editor counts in UTF-8, UTF-16 or UTF-32 units from the start of a line, as
//! agreed in `initialize`. A position past the end of its line or text is moved to that end, as the protocol
//! asks, so every position has an offset.

use crate::framework::proto::{Position, PositionEncodingKind, Range};
use line_index::{LineCol, LineIndex, WideEncoding, WideLineCol};
use std::sync::{Arc, OnceLock};
use text_size::{TextRange, TextSize};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    Utf8,
    Wide(WideEncoding),
}

impl Encoding {
    /// UTF-8 if the client offers it, because then nothing needs converting; otherwise what it likes best.
    pub fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Encoding {
        let offered = offered.unwrap_or(&[]);
        if offered.contains(&PositionEncodingKind::UTF8) {
            Encoding::Utf8
        } else if offered.first() == Some(&PositionEncodingKind::UTF32) {
            Encoding::Wide(WideEncoding::Utf32)
        } else {
            Encoding::Wide(WideEncoding::Utf16)
        }
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Wide(WideEncoding::Utf32) => PositionEncodingKind::UTF32,
            Encoding::Wide(_) => PositionEncodingKind::UTF16,
        }
    }

    /// The length of `text` in units of this encoding.
    pub fn measure(self, text: &str) -> u32 {
        match self {
            Encoding::Utf8 => text.len() as u32,
            Encoding::Wide(wide) => wide.measure(text) as u32,
        }
    }
}

/// A text and where its lines begin, which is found out when somebody asks: of most files on disk nobody does.
#[derive(Clone)]
pub struct Lines {
    pub text: Arc<str>,
    index: Arc<OnceLock<LineIndex>>,
}

impl Lines {
    pub fn new(text: Arc<str>) -> Lines {
        Lines { text, index: Arc::default() }
    }

    fn index(&self) -> &LineIndex {
        self.index.get_or_init(|| LineIndex::new(&self.text))
    }

    pub fn position(&self, offset: TextSize, encoding: Encoding) -> Position {
        let offset = offset.min(TextSize::of(&*self.text));
        let at = self.index().try_line_col(offset).unwrap_or(LineCol { line: 0, col: 0 });
        match encoding {
            Encoding::Utf8 => Position::new(at.line, at.col),
            Encoding::Wide(wide) => {
                let wide =
                    self.index().to_wide(wide, at).unwrap_or(WideLineCol { line: at.line, col: at.col });
                Position::new(wide.line, wide.col)
            }
        }
    }

    pub fn range(&self, range: TextRange, encoding: Encoding) -> Range {
        Range::new(self.position(range.start(), encoding), self.position(range.end(), encoding))
    }

    pub fn offset(&self, position: Position, encoding: Encoding) -> TextSize {
        let Some(line) = self.index().line(position.line) else { return TextSize::of(&*self.text) };
        let line_text = &self.text[line];
        let line_text = line_text.trim_end_matches(['\n', '\r']);
        let wanted = position.character as usize;
        let mut units = 0;
        let mut bytes = 0;
        for c in line_text.chars() {
            if units >= wanted {
                break;
            }
            units += match encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Wide(WideEncoding::Utf32) => 1,
                Encoding::Wide(_) => c.len_utf16(),
            };
            bytes += c.len_utf8();
        }
        line.start() + TextSize::new(bytes as u32)
    }

    pub fn text_range(&self, range: Range, encoding: Encoding) -> TextRange {
        let start = self.offset(range.start, encoding);
        TextRange::new(start, self.offset(range.end, encoding).max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURSE: &str = "def purse := \"💰 é\"\r\npurse";

    fn each(encoding: Encoding) {
        let lines = Lines::new(PURSE.into());
        for (offset, _) in PURSE.char_indices().filter(|(_, c)| *c != '\n') {
            let offset = TextSize::new(offset as u32);
            let there = lines.position(offset, encoding);
            assert_eq!(lines.offset(there, encoding), offset, "{there:?} in {encoding:?}");
        }
    }

    #[test]
    fn positions_come_back_to_their_offsets_in_every_encoding() {
        each(Encoding::Utf8);
        each(Encoding::Wide(WideEncoding::Utf16));
        each(Encoding::Wide(WideEncoding::Utf32));
    }

    #[test]
    fn an_astral_character_counts_two_in_utf_16_and_one_in_utf_32() {
        let lines = Lines::new(PURSE.into());
        let after = TextSize::new(PURSE.find(" é").unwrap_or(0) as u32);
        assert_eq!(lines.position(after, Encoding::Wide(WideEncoding::Utf16)).character, 16);
        assert_eq!(lines.position(after, Encoding::Wide(WideEncoding::Utf32)).character, 15);
        assert_eq!(lines.position(after, Encoding::Utf8).character, 18);
    }

    #[test]
    fn a_position_past_the_end_is_the_end() {
        let lines = Lines::new(PURSE.into());
        let end_of_first = TextSize::new(PURSE.find('\r').unwrap_or(0) as u32);
        assert_eq!(lines.offset(Position::new(0, 999), Encoding::Utf8), end_of_first);
        assert_eq!(lines.offset(Position::new(99, 0), Encoding::Utf8), TextSize::of(PURSE));
    }
}
