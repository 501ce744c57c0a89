//! Is this text a whole program yet? Prompts and notebooks ask after each line.

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

/// Whether `text` is a whole program, the beginning of one, or neither.
pub fn completeness(text: &str) -> Completeness {
    let parse = crate::parse(text);
    if parse.errors.is_empty() { Completeness::Complete } else { Completeness::Invalid }
}
