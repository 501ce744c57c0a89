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
    file: File,
    pub level: Level,
    pub programs: Vec<ProgramNames>,
    /// Every top-level definition by name, in the order of the programs.
    top_level: FxHashMap<Name, Vec<(usize, DefinitionId)>>,
    /// What the texts before this one define.
    before: Visible,
}

#[derive(PartialEq, Eq, Debug)]
pub(crate) struct ProgramNames {
    pub scopes: Scopes,
}

/// Top-level definitions by name, the latest of each.
pub(crate) type Visible = Arc<FxHashMap<Name, Site>>;

/// Resolves every program of the file; again only when one of them means something else.
#[salsa::tracked(returns(ref))]
pub(crate) fn names(db: &dyn Db, file: File) -> Arc<Names> {
    let mut all = Vec::new();
    let mut top_level: FxHashMap<Name, Vec<(usize, DefinitionId)>> = FxHashMap::default();
    for (index, program) in programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let scopes = syntax::resolve(program);
        for (id, it) in scopes.definitions.iter().enumerate().filter(|(_, it)| it.top_level) {
            top_level.entry(it.noun.clone()).or_default().push((index, DefinitionId(id as u32)));
        }
        all.push(ProgramNames { scopes });
    }
    let before = file.previous(db).map(|it| visible(db, it).clone()).unwrap_or_default();
    Arc::new(Names { file, level: level(file.kind(db)), programs: all, top_level, before })
}

/// The names that a text which continues this one sees.
#[salsa::tracked(returns(ref))]
fn visible(db: &dyn Db, file: File) -> Visible {
    let names = names(db, file);
    let mut visible = names.before.clone();
    if !names.top_level.is_empty() {
        let table = Arc::make_mut(&mut visible);
        table.extend(names.last_before(usize::MAX).map(|(noun, site)| (noun.clone(), site)));
    }
    visible
}

impl Names {
    /// Whom a noun of program `index` means, given how the program binds it.
    pub fn meaning(&self, index: usize, noun: &Name, binder: &Binder) -> Meaning {
        match binder {
            Binder::Definition(definition) => {
                Meaning::Definition(Site { file: self.file, program: index, definition: *definition })
            }
            Binder::Outer => self.outer(index, noun),
        }
    }

    /// Whom a noun means that program `index` does not define.
    pub fn outer(&self, index: usize, noun: &str) -> Meaning {
        let here = self.top_level.get(noun).and_then(|it| self.last(it, index));
        if let Some(site) = here.or_else(|| self.before.get(noun).copied()) {
            return Meaning::Definition(site);
        }
        match audit::scopes::lookup_in(self.level, noun) {
            Some(name) => Meaning::Scope(name),
            None => Meaning::Unbound,
        }
    }

    /// What program `index` sees of the programs and texts before it.
    pub fn earlier(&self, index: usize) -> impl Iterator<Item = (&Name, Site)> {
        let before = self.before.iter().map(|(noun, site)| (noun, *site));
        before.chain(self.last_before(index))
    }

    fn last_before(&self, index: usize) -> impl Iterator<Item = (&Name, Site)> {
        self.top_level.iter().filter_map(move |(noun, all)| Some((noun, self.last(all, index)?)))
    }

    /// The latest of `all` in a program before `index`.
    fn last(&self, all: &[(usize, DefinitionId)], index: usize) -> Option<Site> {
        let earlier = all.partition_point(|(program, _)| *program < index);
        let (program, definition) = *all[..earlier].last()?;
        Some(Site { file: self.file, program, definition })
    }
}

/// Which names a file of this kind is born with.
pub(crate) fn level(kind: FileKind) -> Level {
    match kind {
        FileKind::Module => Level::Module,
        FileKind::Program | FileKind::Transcript | FileKind::Cell | FileKind::Notebook => Level::Privileged,
    }
}

/// The prefix of the fully qualified names of the file's objects.
pub(crate) fn prefix(name: &str, kind: FileKind) -> String {
    match kind {
        FileKind::Module => {
            let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
            format!("{}$", last.strip_suffix(".emaker").unwrap_or(last))
        }
        FileKind::Program | FileKind::Transcript | FileKind::Cell | FileKind::Notebook => {
            "__main$".to_string()
        }
    }
}
