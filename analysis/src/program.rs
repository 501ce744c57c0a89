//! Queries from a text to its Kernel-E: first with positions, then without.
//!
//! [`trees`] changes with every key. What follows from it is split: [`programs`] has no positions and compares
//! equal when only blanks and comments moved, so nothing behind it runs again; [`maps`] has the positions and
//! is asked only when something is drawn.

use crate::cells;
use crate::db::Db;
use crate::input::{File, FileKind};
use crate::transcript::{self, Piece};
use std::ops::Deref;
use std::sync::Arc;
use syntax::kernel_e::Program;
use syntax::{Expansion, Pragmas, Reading, SourceMap};
use text_size::{TextRange, TextSize};

/// A program of a file with everything that was found while reading it.
pub(crate) struct Tree {
    pub piece: Piece,
    pub reading: Arc<Reading>,
}

/// The Kernel-E of an expansion, shared with it: two are equal that say the same.
#[derive(Clone, Debug)]
pub(crate) struct Expanded(Arc<Expansion>);

impl Deref for Expanded {
    type Target = Program;
    fn deref(&self) -> &Program {
        &self.0.program
    }
}

impl PartialEq for Expanded {
    fn eq(&self, other: &Expanded) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.program == other.0.program
    }
}

/// The source map of an expansion, shared with it.
#[derive(Clone, Debug)]
pub(crate) struct Source(Arc<Expansion>);

impl Deref for Source {
    type Target = SourceMap;
    fn deref(&self) -> &SourceMap {
        &self.0.source_map
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.source_map == other.0.source_map
    }
}

impl Eq for Source {}

/// Where the nodes of a program stand in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Map {
    /// Where the program's text starts; ranges of `source` count from here.
    pub offset: TextSize,
    /// The end of the program's text, counted from `offset`.
    pub len: TextSize,
    pub source: Source,
}

impl Map {
    /// A range of the source map as a range of the file.
    pub fn in_file(&self, range: TextRange) -> TextRange {
        range + self.offset
    }
    /// A position of the file as a position of the program's text, if it is in there.
    pub fn in_program(&self, at: TextSize) -> Option<TextSize> {
        at.checked_sub(self.offset).filter(|it| *it <= self.len)
    }
}

/// The programs of a file: one, or one for each step of a transcript and each cell of a notebook. Forgotten first when
/// memory is short: nothing but its projections is needed again.
#[salsa::tracked(returns(ref), no_eq, lru = 64)]
pub(crate) fn trees(db: &dyn Db, file: File) -> Arc<Vec<Tree>> {
    let mut pragmas = Pragmas::default();
    let mut trees = Vec::new();
    for piece in pieces(file.kind(db), file.text(db)) {
        db.unwind_if_revision_cancelled();
        let reading = read(db, file, &piece, &pragmas);
        pragmas = reading.pragmas;
        trees.push(Tree { piece, reading });
    }
    Arc::new(trees)
}

/// A step of a transcript is short, and so is a cell; of the others only what a key has touched is read again.
fn read(db: &dyn Db, file: File, piece: &Piece, pragmas: &Pragmas) -> Arc<Reading> {
    match file.kind(db) {
        FileKind::Transcript => Arc::new(Reading::new(&piece.text, pragmas).without_tree()),
        FileKind::Notebook => Arc::new(Reading::new(&piece.text, &Pragmas::default()).without_tree()),
        _ => db.recent().read(file.id(db), &piece.text),
    }
}

/// The Kernel-E of each program of the file, without positions.
#[salsa::tracked(returns(ref))]
pub(crate) fn programs(db: &dyn Db, file: File) -> Arc<Vec<Expanded>> {
    Arc::new(trees(db, file).iter().map(|it| Expanded(it.reading.expansion.clone())).collect())
}

/// The positions that [`programs`] leaves out.
#[salsa::tracked(returns(ref))]
pub(crate) fn maps(db: &dyn Db, file: File) -> Arc<Vec<Map>> {
    let map = |it: &Tree| Map {
        offset: it.piece.offset,
        len: TextSize::of(&*it.piece.text),
        source: Source(it.reading.expansion.clone()),
    };
    Arc::new(trees(db, file).iter().map(map).collect())
}

fn pieces(kind: FileKind, text: &str) -> Vec<Piece> {
    match kind {
        FileKind::Transcript => transcript::steps(text),
        FileKind::Cell | FileKind::Notebook => cells::programs(kind, text),
        FileKind::Program | FileKind::Module => {
            vec![Piece { offset: TextSize::new(0), text: text.into() }]
        }
    }
}
