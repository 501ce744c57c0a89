//! What each token of a text looks like to somebody who only colours it.

use crate::cst::{Cst, Kind};
use text_size::TextRange;

/// How a token may be coloured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Word {
    Keyword,
    /// Strings, characters, quasi-literals, URIs.
    Text,
    Number,
    Comment,
    Name,
    Punctuation,
}

/// The tokens of a text in their order, whole or half typed.
pub fn words(text: &str) -> Vec<(TextRange, Word)> {
    let cst = Cst::new(text);
    let tokens = cst.tokens();
    let word = |it: &crate::cst::Leaf| match it.kind {
        Kind::Token if it.word.starts_with(|it: char| it.is_ascii_alphabetic()) => Word::Keyword,
        Kind::Comment | Kind::Updoc | Kind::DocComment => Word::Comment,
        Kind::String | Kind::Quasi | Kind::Char | Kind::Uri | Kind::UriGetter => Word::Text,
        Kind::Integer | Kind::Float => Word::Number,
        Kind::Identifier => Word::Name,
        _ => Word::Punctuation,
    };
    tokens.leaves.iter().map(|it| (TextRange::new(it.start.into(), it.end.into()), word(it))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Word, words};

    #[test]
    fn a_line_half_typed_has_colours_too() {
        let text = "def purse := mint.makePurse(10, \"alice\" # so";
        let keyword = words(text).iter().filter(|it| it.1 == Word::Keyword).count();
        assert_eq!(keyword, 1);
        assert!(words(text).iter().any(|it| it.1 == Word::Number));
        assert!(words("").is_empty());
    }
}
