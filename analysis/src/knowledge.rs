//! Query: what is known of each binding before anything runs, its guard first of all.

use crate::cells::is_apart;
use crate::db::Db;
use crate::input::File;
use crate::module_value::module_frozen;
use crate::names::{Meaning, Names, ProgramNames, Site, level, names};
use crate::program::programs;
use crate::verdicts::verdicts;
use audit::scopes::Level;
use audit::{Around, Born, Guard, Known, Worth};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::scope::DefinitionId;

/// What is known of the programs of one file.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Knowledge {
    pub programs: Vec<Known>,
}

#[salsa::tracked(returns(ref))]
pub(crate) fn knowledge(db: &dyn Db, file: File) -> Arc<Knowledge> {
    let mut so_far = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let around = Surroundings::new(db, file, index, Own { known: &so_far, ..Own::default() });
        let known = audit::known(program, &around.names.scopes, &around);
        so_far.push(known);
    }
    Arc::new(Knowledge { programs: so_far })
}

/// The scope around one program: the programs before it, and what all programs are born with.
pub(crate) struct Surroundings<'a> {
    db: &'a dyn Db,
    file: File,
    /// Which program of the file.
    index: usize,
    pub names: &'a ProgramNames,
    /// Those of the whole file.
    all: &'a Names,
    level: Level,
    own: Own<'a>,
}

/// What has been found out about the earlier programs of the very file, as far as the asker has come.
/// A query that is still at work on a file cannot ask for itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Own<'a> {
    pub known: &'a [Known],
    /// Names of objects, and whether they are DeepFrozen.
    pub frozen: &'a [FxHashMap<DefinitionId, bool>],
}

impl<'a> Surroundings<'a> {
    /// Around program `index` of `file`.
    pub fn new(db: &'a dyn Db, file: File, index: usize, own: Own<'a>) -> Surroundings<'a> {
        let all = names(db, file);
        Surroundings { db, file, index, names: &all.programs[index], all, level: level(file.kind(db)), own }
    }

    fn known(&self, site: Site) -> Option<&Known> {
        if site.file == self.file {
            return self.own.known.get(site.program);
        }
        knowledge(self.db, site.file).programs.get(site.program)
    }

    /// What comes from another vat is there as a copy, shared, or far.
    fn comes_from_another_vat(&self, site: Site) -> bool {
        is_apart(self.db, self.file, self.index, site)
    }

    /// Whether what the name holds is DeepFrozen, if that is known.
    pub fn is_frozen(&self, site: Site) -> Option<bool> {
        let index = site.definition.0 as usize;
        let known = self.known(site)?;
        if known.bindings[index].implies_deep_frozen() == audit::Implication::Yes {
            return Some(true);
        }
        if !known.bindings[index].is_plain_def() {
            return None;
        }
        match &known.values[index] {
            Worth::Data | Worth::Guard(_) => Some(true),
            Worth::Module(name) => self.module_of(site.file, name.as_deref()?),
            Worth::Scope(it) => Some(it.guard().implies_deep_frozen() == audit::Implication::Yes),
            Worth::Object(_) => {
                let frozen = if site.file == self.file {
                    self.own.frozen.get(site.program)
                } else {
                    verdicts(self.db, site.file).frozen.get(site.program)
                };
                frozen.and_then(|it| it.get(&site.definition)).copied()
            }
            Worth::Auditor(_) | Worth::Unknown => None,
        }
    }
}

impl Surroundings<'_> {
    /// What goes from a cell to others is decided before its vat has imported anything but the library.
    fn module_of(&self, file: File, name: &str) -> Option<bool> {
        if file.kind(self.db).is_of_cells() {
            return audit::library::is_library(name).then_some(true);
        }
        module_frozen(self.db, file, name)
    }
}

impl Around for Surroundings<'_> {
    fn binding(&self, noun: &str) -> Guard {
        match self.all.outer(self.index, noun) {
            Meaning::Definition(site) if self.comes_from_another_vat(site) => {
                if self.is_frozen(site) == Some(true) {
                    Guard::Same(format!("<{noun}>").into(), true)
                } else {
                    Guard::Unknown(
                        format!("whether `{noun}` comes from its vat as a copy or as a far reference").into(),
                    )
                }
            }
            Meaning::Definition(site) => match self.known(site) {
                Some(known) => known.bindings[site.definition.0 as usize].clone(),
                None => Guard::Unknown(format!("what the step that defines `{noun}` does").into()),
            },
            Meaning::Scope(_) | Meaning::Unbound => Born(self.level).binding(noun),
        }
    }

    fn value(&self, noun: &str) -> Worth {
        match self.all.outer(self.index, noun) {
            Meaning::Definition(site) => match self.known(site) {
                Some(known) => known.values[site.definition.0 as usize].clone(),
                None => Worth::Unknown,
            },
            Meaning::Scope(_) | Meaning::Unbound => Born(self.level).value(noun),
        }
    }

    fn frozen(&self, noun: &str) -> Option<bool> {
        match self.all.outer(self.index, noun) {
            Meaning::Definition(site) => self.is_frozen(site),
            Meaning::Scope(_) | Meaning::Unbound => Born(self.level).frozen(noun),
        }
    }

    fn module(&self, name: &str) -> Option<bool> {
        self.module_of(self.file, name)
    }
}
