//! The trees of the texts that were read last, so that after a key only what it touched is parsed again.
//!
//! No answer depends on what is in here: the tree of an edited text is the one that reading it anew gives.

use crate::input::FileId;
use std::sync::{Arc, Mutex, PoisonError};
use syntax::cst::{Cst, Edit};
use text_size::{TextRange, TextSize};

/// More texts than anybody types in at a time.
const MOST: usize = 4;

/// The last trees without mistakes, the latest at the end.
#[derive(Default)]
pub(crate) struct Recent(Mutex<Vec<(FileId, Arc<Cst>)>>);

impl Recent {
    /// The tree of a text, from that of an earlier one of the same file if it is there. What a mistake makes of the
    /// rest of a text may depend on what was there before, so a text with one is always read anew.
    pub fn parse(&self, file: FileId, text: &str) -> Arc<Cst> {
        let earlier = self.earlier(file);
        let edited = earlier.map(|it| it.edited(&[difference(it.text(), text)], text));
        Arc::new(edited.filter(|it| !it.has_error()).unwrap_or_else(|| Cst::new(text)))
    }

    /// Keeps the tree for the next time; where there is a mistake in it, the one before it will do.
    pub fn keep(&self, file: FileId, it: Arc<Cst>) {
        if it.has_error() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(other, _)| *other != file);
        if all.len() == MOST {
            all.remove(0);
        }
        all.push((file, it));
    }

    fn earlier(&self, file: FileId) -> Option<Arc<Cst>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(other, _)| *other == file).map(|it| it.1.clone())
    }
}

/// What lies between the part that both texts begin with and the part that both end with.
fn difference(before: &str, after: &str) -> Edit {
    let same = |(a, b): &(u8, u8)| a == b;
    let mut start = before.bytes().zip(after.bytes()).take_while(same).count();
    while !before.is_char_boundary(start) || !after.is_char_boundary(start) {
        start -= 1;
    }
    let (left, right) = (&before[start..], &after[start..]);
    let mut end = left.bytes().rev().zip(right.bytes().rev()).take_while(same).count();
    while !left.is_char_boundary(left.len() - end) || !right.is_char_boundary(right.len() - end) {
        end -= 1;
    }
    let range = TextRange::at(TextSize::new(start as u32), TextSize::new((left.len() - end) as u32));
    Edit { range, new_len: TextSize::new((right.len() - end) as u32) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::{Pragmas, lower};

    #[test]
    fn what_was_typed_is_found() {
        let found = |before, after| {
            let it = difference(before, after);
            (u32::from(it.range.start()), u32::from(it.range.len()), u32::from(it.new_len))
        };
        assert_eq!(found("def mint", "def mints"), (8, 0, 1));
        assert_eq!(found("aaaa", "aaa"), (3, 1, 0));
        assert_eq!(found("é", "è"), (0, 2, 2));
        assert_eq!(found("same", "same"), (4, 0, 0));
        assert_eq!(found("", "é"), (0, 0, 2));
    }

    /// Typed letter by letter, mistakes and all, a program is the one that it is when it is read at once.
    #[test]
    fn a_text_that_was_typed_is_the_text() {
        let page = "# Tills\nvar total := 0\ndef till {\n    to pay(amount :int) {\n        total += amount\n        println(`${amount} é`)\n    }\n}\n";
        let recent = Recent::default();
        let file = FileId(0);
        let mut text = page.to_string();
        for (at, it) in page.char_indices().filter(|(_, it)| !it.is_whitespace()) {
            let texts = [format!("{}{}", &page[..at], &page[at + it.len_utf8()..]), page.to_string()];
            for edited in texts {
                let cst = recent.parse(file, &edited);
                let once = lower(&Cst::new(&edited), &Pragmas::default());
                assert_eq!(lower(&cst, &Pragmas::default()), once, "{edited}");
                recent.keep(file, cst);
                text = edited;
            }
        }
        assert_eq!(text, page);
    }
}
