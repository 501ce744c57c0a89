//! Another name for a name, or another verb for a method and for every message that is known to arrive there.

use super::find_references::{messages_to, method_at_cursor, references};
use super::occurrences::occurrence_at;
use super::{FileRange, ReferenceKind};
use crate::db::Database;
use crate::input::File;
use crate::messages::{MethodSite, method_at, methods, object_at};
use crate::names::Meaning;
use crate::program::maps;
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
    let Some(it) = occurrence_at(db, file, at) else {
        let (to, range) = verb_at(db, file, at)?;
        return is_written(db, to).then_some(range);
    };
    matches!(it.meaning, Meaning::Definition(_)).then_some(it.range)
}

pub(crate) fn rename(
    db: &Database,
    file: File,
    at: TextSize,
    new_name: &str,
) -> Result<Vec<(FileRange, String)>, RenameError> {
    let Some(it) = occurrence_at(db, file, at) else {
        let (to, _) = verb_at(db, file, at).ok_or(RenameError::NoName)?;
        return rename_verb(db, to, new_name);
    };
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

/// The method whose verb is at the cursor, or to which a message there is known to go.
fn verb_at(db: &Database, file: File, at: TextSize) -> Option<(MethodSite, TextRange)> {
    let to = method_at_cursor(db, file, at)?;
    let places = messages_to(db, to).into_iter();
    let mut here = places.filter(|it| it.at.file == file.id(db) && it.at.range.contains_inclusive(at));
    here.next().map(|it| (to, it.at.range))
}

/// Whether the method has a verb of its own in the text: a function has its object's name.
fn is_written(db: &Database, to: MethodSite) -> bool {
    let object = to.object;
    let map = maps(db, object.file).get(object.program);
    map.is_some_and(|it| it.source.object(object.object).verbs.get(to.method).is_some_and(Option::is_some))
}

fn rename_verb(
    db: &Database,
    to: MethodSite,
    new_name: &str,
) -> Result<Vec<(FileRange, String)>, RenameError> {
    if !is_written(db, to) {
        return Err(RenameError::NoName);
    }
    if !is_name(new_name) {
        return Err(RenameError::NotAName(new_name.to_string()));
    }
    let method = method_at(db, to).ok_or(RenameError::NoName)?;
    let arity = method.params.len();
    let taken = |it: &syntax::kernel_e::Method| &*it.verb == new_name && it.params.len() == arity;
    if methods(object_at(db, to.object)).iter().any(taken) {
        return Err(RenameError::Taken(new_name.to_string()));
    }
    Ok(messages_to(db, to).into_iter().map(|it| (it.at, new_name.to_string())).collect())
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
