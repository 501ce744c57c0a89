//! One formatting of a text, without options: what to replace so that it is laid out as every E text is.
//!
//! Only blanks, line ends, `;` at the end of a line and a comma before a closing bracket ever change; words,
//! comments and what stands within quotes keep their characters. [`page`] reads the tokens of the concrete
//! tree and what may happen between two of them, [`layout`] decides what does. A line end that the author made
//! where one may be stays; a line of more than a hundred columns is broken where that helps.
//!
//! The Kernel-E of the result is compared with that of the text, every time. Formatting what was formatted
//! changes nothing.

mod layout;
mod page;
mod spacing;

use crate::cst::Cst;
use crate::{Pragmas, SyntaxError, SyntaxErrorKind, expand, lower, parse_with};
use page::Page;
use text_size::TextRange;

/// How long a line may be, in characters.
const WIDTH: usize = 100;

/// A part of the text, and what stands there in the formatted one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replacement {
    pub range: TextRange,
    pub text: String,
}

/// Why a text is left as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormatError {
    /// It is not E.
    Syntax(Vec<SyntaxError>),
    /// It would have meant something else afterwards. That is a fault of this room.
    Meaning,
}

impl std::fmt::Display for FormatError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FormatError::Syntax(_) => "it has syntax errors, and only whole programs are formatted",
            FormatError::Meaning => {
                "formatting it would change its meaning, so it is left as it is; please report this text"
            }
        })
    }
}

/// What a text is laid out as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// A file: one expression per line.
    File,
    /// A step of a transcript: one that was written on one line stays there.
    Step,
}

/// The replacements that format a program, in the order of the text.
pub fn format(text: &str) -> Result<Vec<Replacement>, FormatError> {
    formatted(text, &Pragmas::default(), Shape::File, WIDTH).map(|(edits, _)| edits)
}

/// A step of a transcript, formatted, with the optional syntaxes that are on where it stands and `room` columns
/// for each line.
pub fn format_step(text: &str, pragmas: &Pragmas, room: usize) -> Result<String, FormatError> {
    formatted(text, pragmas, Shape::Step, room).map(|(_, text)| text)
}

/// The text with its replacements made.
pub fn replaced(text: &str, edits: &[Replacement]) -> String {
    let mut result = String::with_capacity(text.len() + edits.len());
    let mut at = 0;
    for it in edits {
        result.push_str(text.get(at..it.range.start().into()).unwrap_or_default());
        result.push_str(&it.text);
        at = it.range.end().into();
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

fn formatted(
    text: &str,
    pragmas: &Pragmas,
    shape: Shape,
    room: usize,
) -> Result<(Vec<Replacement>, String), FormatError> {
    let cst = Cst::new(text);
    let parse = lower(&cst, pragmas);
    let refused = |it: &SyntaxError| matches!(it.kind, SyntaxErrorKind::Syntax | SyntaxErrorKind::Incomplete);
    if cst.has_error() || parse.errors.iter().any(refused) {
        return Err(FormatError::Syntax(parse.errors.into_iter().filter(refused).collect()));
    }
    let edits = layout::layout(&Page::new(&cst, shape), shape, room);
    let result = replaced(text, &edits);
    let after = parse_with(&result, pragmas);
    let same = expand(&parse.program).program == expand(&after.program).program
        && parse.pragmas == after.pragmas
        && parse.errors.len() == after.errors.len();
    if same { Ok((edits, result)) } else { Err(FormatError::Meaning) }
}
