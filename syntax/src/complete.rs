//! Is this text a whole program yet? Prompts and notebooks ask after each line.

use crate::balance::{Opener, balance};
use crate::cst::Cst;
use text_size::TextSize;

/// What a prompt should do with the text so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    /// It can be run.
    Complete,
    /// It goes on: something is still open. `indent` is how many blanks the next line should start with.
    Incomplete { indent: usize },
    /// No continuation makes it E.
    Invalid,
}

/// Whether `text` is a whole program, the beginning of one, or neither. A program that is whole but refused
/// for another reason (an undefined variable, a pragma) is complete: running it says why.
pub fn completeness(text: &str) -> Completeness {
    let balance = balance(text);
    if balance.mismatch.is_some() {
        return Completeness::Invalid;
    }
    match (balance.unclosed.last(), balance.unfinished) {
        (Some((Opener::Quasi | Opener::String | Opener::DocComment, _)), _) => {
            Completeness::Incomplete { indent: 0 }
        }
        (Some((_, at)), _) => Completeness::Incomplete { indent: indent(text, at.start()) + 4 },
        (None, Some(at)) => Completeness::Incomplete { indent: indent(text, at.start()) + 4 },
        (None, None) if Cst::new(text).has_error() => Completeness::Invalid,
        (None, None) => Completeness::Complete,
    }
}

/// How far the line around `at` is indented.
fn indent(text: &str, at: TextSize) -> usize {
    let before = text.get(..usize::from(at)).unwrap_or_default();
    let line = before.rfind(['\n', '\r']).map_or(0, |it| it + 1);
    text[line..].chars().take_while(|it| *it == ' ').count()
}

#[cfg(test)]
mod tests {
    use super::Completeness::{Complete, Incomplete, Invalid};
    use super::completeness;

    #[test]
    fn a_prompt_asks_for_more_while_something_is_open() {
        assert_eq!(completeness("def mint := 3"), Complete);
        assert_eq!(completeness(""), Complete);
        assert_eq!(completeness("def purse {"), Incomplete { indent: 4 });
        assert_eq!(completeness("def purse {\n    to spend(n) {"), Incomplete { indent: 8 });
        assert_eq!(completeness("def note := `first line"), Incomplete { indent: 0 });
        assert_eq!(completeness("sum := 1 +"), Incomplete { indent: 4 });
        assert_eq!(completeness("if (open)"), Incomplete { indent: 4 });
        assert_eq!(completeness("purse)"), Invalid);
        assert_eq!(completeness("purse purse"), Invalid);
    }
}
