//! The texts that were read last, so that after a key only what it touched is read again.
//!
//! No answer depends on what is in here: an edited text reads as it does when it is read at once.

use crate::input::FileId;
use std::sync::{Arc, Mutex, PoisonError};
use syntax::{Pragmas, Reading};

/// More texts than anybody types in at a time.
const MOST: usize = 4;

/// The last readings without mistakes, the latest at the end.
#[derive(Default)]
pub(crate) struct Recent(Mutex<Vec<(FileId, Arc<Reading>)>>);

impl Recent {
    /// Reads a text, from an earlier one of the same file if it is there. Where there is a mistake in it, the next is
    /// read from the one before the mistake.
    pub fn read(&self, file: FileId, text: &str) -> Arc<Reading> {
        let reading = match self.earlier(file) {
            Some(it) if it.text() == text => it,
            Some(it) => {
                // Whoever is edited once will be edited again.
                let ready = it.in_fragments().map(Arc::new);
                ready.iter().for_each(|it| self.keep(file, it.clone()));
                Arc::new(ready.unwrap_or(it).again(text))
            }
            None => Arc::new(Reading::new(text, &Pragmas::default())),
        };
        if !reading.has_error() {
            self.keep(file, reading.clone());
        }
        // The tree is kept here for the next time, and nowhere else: there may be thousands of texts.
        Arc::new(reading.without_tree())
    }

    fn keep(&self, file: FileId, it: Arc<Reading>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(other, _)| *other != file);
        if all.len() == MOST {
            all.remove(0);
        }
        all.push((file, it));
    }

    fn earlier(&self, file: FileId) -> Option<Arc<Reading>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(other, _)| *other == file).map(|it| it.1.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::{expand, parse};

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
                let reading = recent.read(file, &edited);
                let once = parse(&edited);
                assert_eq!(*reading.expansion, expand(&once.program), "{edited}");
                assert_eq!(reading.errors, once.errors, "{edited}");
                text = edited;
            }
        }
        assert_eq!(text, page);
    }
}
