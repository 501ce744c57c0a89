//! Another name for a name.

use super::find_references::references;
use super::occurrences::occurrence_at;
use super::{FileRange, ReferenceKind};
use crate::db::Database;
use crate::input::File;
use crate::names::Meaning;
use std::fmt;
use text_size::{TextRange, TextSize};

/// Why a name cannot be changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RenameError {
    /// There is no name at the cursor.
    NoName,
    /// The name belongs to the outermost scope.
    NotYours(String),
    /// The new name cannot be written as a noun.
    NotAName(String),
    /// The new name already means something where the old one is used.
    Taken(String),
}

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenameError::NoName => f.write_str("there is no name here that could be renamed"),
            RenameError::NotYours(name) => {
                write!(f, "`{name}` belongs to the scope every program is born with")
            }
            RenameError::NotAName(name) => write!(f, "`{name}` is not a name: use letters, digits and `_`"),
            RenameError::Taken(name) => write!(f, "`{name}` already means something in this file"),
        }
    }
}

pub(crate) fn prepare(db: &Database, file: File, at: TextSize) -> Option<TextRange> {
    let it = occurrence_at(db, file, at)?;
    matches!(it.meaning, Meaning::Definition(_)).then_some(it.range)
}

pub(crate) fn rename(
    db: &Database,
    file: File,
    at: TextSize,
    new_name: &str,
) -> Result<Vec<(FileRange, String)>, RenameError> {
    let it = occurrence_at(db, file, at).ok_or(RenameError::NoName)?;
    let Meaning::Definition(_) = it.meaning else { return Err(RenameError::NotYours(it.noun.to_string())) };
    if !is_name(new_name) {
        return Err(RenameError::NotAName(new_name.to_string()));
    }
    let places = references(db, file, it.meaning);
    if !places.iter().any(|it| it.kind == ReferenceKind::Definition) {
        return Err(RenameError::NoName);
    }
    let all = super::occurrences::occurrences(db, file);
    if all.iter().any(|it| &*it.noun == new_name) {
        return Err(RenameError::Taken(new_name.to_string()));
    }
    Ok(places.into_iter().map(|it| (it.at, new_name.to_string())).collect())
}

/// A noun that can be written without quotes and is no keyword.
fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|it| it.is_alphabetic() || it == '_');
    let reads_back = || {
        let parse = syntax::parse(text);
        let only = match parse.program.body.as_slice() {
            [only] => matches!(parse.program.expr(*only), syntax::ast::Expr::Noun(_)),
            _ => false,
        };
        only && parse.errors.is_empty()
    };
    starts && chars.all(|it| it.is_alphanumeric() || it == '_') && reads_back()
}
