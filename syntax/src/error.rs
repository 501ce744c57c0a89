//! What is wrong with a text: where, and what would have fitted there.

use text_size::TextRange;

/// One fault in a program's text. A list of these stands beside every result; it is never instead of one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SyntaxError {
    pub range: TextRange,
    /// What was found, what was wanted, and what to try; one sentence or two, no trailing newline.
    pub message: String,
    pub kind: SyntaxErrorKind,
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
    /// A noun without a definition, an assignment to a final noun, a name defined twice.
    Scope,
    /// Works, but is deprecated or surely not what was meant.
    Warning,
}
