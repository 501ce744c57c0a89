//! Queries: who is meant by each noun, across the steps of a transcript and the cells of a notebook.

use crate::db::Db;
use crate::input::{File, FileKind};
use crate::program::programs;
use audit::scopes::{Level, ScopeName};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::Name;
use syntax::scope::{Binder, DefinitionId};

/// A definition anywhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Site {
    pub file: File,
    /// Which program of the file.
    pub program: usize,
    pub definition: DefinitionId,
}

/// Whom a noun means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Meaning {
    Definition(Site),
    /// A name that the program is born with.
    Scope(&'static ScopeName),
    /// Nobody.
    Unbound,
}

/// The names of one file.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Names {
    pub programs: Vec<ProgramNames>,
    /// The names that a text which continues this one sees.
    pub visible: Visible,
}

#[derive(PartialEq, Eq, Debug)]
pub(crate) struct ProgramNames {
    pub scopes: Scopes,
    /// What the programs before it define.
    pub before: Visible,
}

/// Top-level definitions by name, the latest of each.
pub(crate) type Visible = Arc<FxHashMap<Name, Site>>;

/// Resolves every program of the file; again only when one of them means something else.
#[salsa::tracked(returns(ref))]
pub(crate) fn names(db: &dyn Db, file: File) -> Arc<Names> {
    let mut visible = match file.previous(db) {
        Some(previous) => names(db, previous).visible.clone(),
        None => Visible::default(),
    };
    let mut all = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let scopes = syntax::resolve(program);
        let before = visible.clone();
        let defines = scopes.definitions.iter().enumerate().filter(|(_, it)| it.top_level);
        let mut defines = defines.peekable();
        if defines.peek().is_some() {
            let table = Arc::make_mut(&mut visible);
            for (id, it) in defines {
                let definition = DefinitionId(id as u32);
                table.insert(it.noun.clone(), Site { file, program: index, definition });
            }
        }
        all.push(ProgramNames { scopes, before });
    }
    Arc::new(Names { programs: all, visible })
}

impl ProgramNames {
    /// Whom a noun of this program means, given how the program binds it.
    pub fn meaning(&self, file: File, program: usize, level: Level, noun: &str, binder: &Binder) -> Meaning {
        match binder {
            Binder::Definition(definition) => {
                Meaning::Definition(Site { file, program, definition: *definition })
            }
            Binder::Outer => self.outer(level, noun),
        }
    }

    /// Whom a noun means that this program does not define.
    pub fn outer(&self, level: Level, noun: &str) -> Meaning {
        match self.before.get(&Name::new(noun)) {
            Some(site) => Meaning::Definition(*site),
            None => match audit::scopes::lookup_in(level, noun) {
                Some(name) => Meaning::Scope(name),
                None => Meaning::Unbound,
            },
        }
    }
}

/// Which names a file of this kind is born with.
pub(crate) fn level(kind: FileKind) -> Level {
    match kind {
        FileKind::Module => Level::Module,
        FileKind::Program | FileKind::Transcript | FileKind::Cell => Level::Privileged,
    }
}

/// The prefix of the fully qualified names of the file's objects.
pub(crate) fn prefix(name: &str, kind: FileKind) -> String {
    match kind {
        FileKind::Module => {
            let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
            format!("{}$", last.strip_suffix(".emaker").unwrap_or(last))
        }
        FileKind::Program | FileKind::Transcript | FileKind::Cell => "__main$".to_string(),
    }
}
