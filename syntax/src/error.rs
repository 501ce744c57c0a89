//! What is wrong with a text: where, and what would have fitted there.

use text_size::TextRange;

/// One fault in a program's text. A list of these stands beside every result; it is never instead of one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SyntaxError {
    pub range: TextRange,
    /// What was found, what was wanted, and what to try; one sentence or two, no trailing newline.
    pub message: String,
    pub kind: SyntaxErrorKind,
    /// Other places of the text that have to do with it.
    pub related: Vec<Related>,
}

/// A place that explains a fault somewhere else.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Related {
    pub range: TextRange,
    /// What is there, in a few words.
    pub message: String,
}

/// What sort of fault it is, for those who treat them differently.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SyntaxErrorKind {
    /// The text is not E.
    Syntax,
    /// The text ends before the program does: a prompt may ask for more.
    Incomplete,
    /// Correct E that a pragma has switched off, or an unknown pragma.
    Pragma,
    /// Found while expanding: a misleading use, a bad assignment target.
    Expansion,
    /// A noun without a definition.
    Unbound,
    /// An assignment to a final noun, a name defined twice.
    Scope,
    /// Works, but is deprecated or surely not what was meant.
    Warning,
}

impl SyntaxErrorKind {
    /// Whether what was written could be read, and is wrong in what it says.
    pub fn is_of_meaning(self) -> bool {
        matches!(self, SyntaxErrorKind::Expansion | SyntaxErrorKind::Scope | SyntaxErrorKind::Unbound)
    }
}

impl SyntaxError {
    pub(crate) fn new(range: TextRange, kind: SyntaxErrorKind, message: impl Into<String>) -> SyntaxError {
        SyntaxError { range, message: message.into(), kind, related: Vec::new() }
    }

    /// The same, with one more place that explains it.
    pub(crate) fn related_to(mut self, range: TextRange, message: impl Into<String>) -> SyntaxError {
        self.related.push(Related { range, message: message.into() });
        self
    }

    /// What E says of it: what is wrong with how `text` is written comes with its place, the line and the column
    /// of the last word or mark of it, as in `(line 1)@31: …`; what is wrong with its nouns goes without.
    pub fn placed(&self, text: &str) -> String {
        if self.kind.is_of_meaning() {
            return self.message.clone();
        }
        let whole = text.get(std::ops::Range::<usize>::from(self.range)).unwrap_or_default();
        let end = usize::from(self.range.end())
            - last_word(whole).chars().skip(1).map(char::len_utf8).sum::<usize>();
        let before = text.get(..end).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |it| it.chars().count());
        format!("(line {line})@{column}: {}", self.message)
    }
}

/// The word, with the mark that makes a hole of it, or the mark that ends this.
fn last_word(text: &str) -> &str {
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let rest = text.trim_end_matches(is_word);
    let rest = match rest.len() < text.len() {
        true => rest.strip_suffix(['$', '@']).unwrap_or(rest),
        false => rest.strip_suffix("::").or_else(|| rest.strip_suffix(":=")).unwrap_or(rest),
    };
    let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
    &text[rest.len().min(last)..]
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_fault_says_where_it_is() {
        let text = "mint\naccum 0 for x in 1..4 { _ + x }";
        let parse = crate::parse(text);
        let said = "(line 2)@31: The optional \"accumulator\" syntax is currently off.";
        assert_eq!(parse.errors[0].placed(text), said);
    }
}
