//! What an editor asks, one file per feature, and what the features share.

pub mod assists;
pub mod authority;
pub mod authority_hierarchy;
pub mod call_hierarchy;
pub mod completion;
pub mod document_symbols;
pub(crate) mod find_references;
pub mod folding_ranges;
pub mod formatting;
pub(crate) mod gains;
pub(crate) mod goto_definition;
pub mod hover;
pub mod inlay_hints;
pub mod judgements;
pub mod lenses;
pub(crate) mod linked_editing;
pub mod links;
pub(crate) mod occurrences;
pub(crate) mod on_type;
pub(crate) mod places;
pub(crate) mod refactor;
pub mod rename;
pub(crate) mod scope;
pub(crate) mod selection_ranges;
pub mod semantic_tokens;
pub(crate) mod show_kernel_e;
pub mod signature;
pub mod workspace_symbols;

use crate::db::Db;
use crate::input::{File, FileId};
use line_index::LineIndex;
use std::sync::Arc;
use text_size::{TextRange, TextSize};

/// A part of a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FileRange {
    pub file: FileId,
    pub range: TextRange,
}

/// A place between two characters of a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FilePosition {
    pub file: FileId,
    pub offset: TextSize,
}

/// Somewhere to go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NavigationTarget {
    pub file: FileId,
    pub name: String,
    /// All of what is defined there.
    pub full: TextRange,
    /// Its name: where the cursor goes.
    pub focus: TextRange,
}

/// A place that means a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    pub at: FileRange,
    pub kind: ReferenceKind,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReferenceKind {
    Definition,
    Read,
    Write,
    /// `&x` or `&&x`
    Slot,
}

#[salsa::tracked(returns(ref), no_eq, lru = 256)]
fn index(db: &dyn Db, file: File) -> Arc<LineIndex> {
    Arc::new(LineIndex::new(file.text(db)))
}

/// Every file, in the order of their numbers.
pub(crate) fn all_files(db: &crate::db::Database) -> Vec<File> {
    let mut all: Vec<File> = db.files.values().copied().collect();
    all.sort_by_key(|it| it.id(db));
    all
}

pub(crate) fn line_index(db: &dyn Db, file: File) -> Arc<LineIndex> {
    index(db, file).clone()
}
