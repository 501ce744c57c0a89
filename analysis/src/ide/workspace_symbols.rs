//! Objects, methods and top-level names of all texts, found by a few letters of their name.

use super::document_symbols::{DocumentSymbol, SymbolKind, document_symbols};
use super::{FileRange, NavigationTarget};
use crate::db::Database;
use salsa::Database as _;

/// A name somewhere in the workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkspaceSymbol {
    pub target: NavigationTarget,
    pub kind: SymbolKind,
    /// The object it stands in.
    pub container: Option<String>,
}

/// As many as an editor shows.
const MOST: usize = 256;

/// The names that have the letters of `query` in that order, whatever their case: whole names first, then those
/// that begin with it, then the shorter ones. An empty query is everything.
pub(crate) fn workspace_symbols(db: &Database, query: &str) -> Vec<WorkspaceSymbol> {
    let query = query.to_lowercase();
    let mut found = Vec::new();
    for (id, file) in db.files.iter() {
        db.unwind_if_revision_cancelled();
        let mut work: Vec<(Option<String>, DocumentSymbol)> =
            document_symbols(db, *file).into_iter().map(|it| (None, it)).collect();
        while let Some((container, it)) = work.pop() {
            work.extend(it.children.into_iter().map(|child| (Some(it.name.clone()), child)));
            if let Some(rank) = rank(&it.name.to_lowercase(), &query) {
                let at = FileRange { file: *id, range: it.focus };
                let target = NavigationTarget { file: *id, name: it.name, full: it.full, focus: it.focus };
                found.push((
                    (rank, at.file, at.range.start()),
                    WorkspaceSymbol { target, kind: it.kind, container },
                ));
            }
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(MOST);
    found.into_iter().map(|(_, it)| it).collect()
}

/// The smaller the better; `None`: not found.
fn rank(name: &str, query: &str) -> Option<(u8, usize)> {
    if name == query {
        return Some((0, 0));
    }
    if name.starts_with(query) {
        return Some((1, name.len()));
    }
    let mut letters = name.chars();
    query.chars().all(|it| letters.any(|letter| letter == it)).then_some((2, name.len()))
}
