//! Above an object of the top level, how much it holds and what it keeps.
//!
//! Which objects have a lens is known at once; what it says rests on who reaches what, and is asked for when the
//! lens is in sight.

use super::authority::{NameAuthority, ReachedThing, authority_of};
use super::places::definition_range;
use crate::db::Db;
use crate::input::File;
use crate::names::{Site, names};
use std::collections::BTreeSet;
use syntax::scope::{DefinitionId, DefinitionKind};
use text_size::{TextRange, TextSize};

/// Where a lens goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lens {
    /// The object's name.
    pub range: TextRange,
    pub name: String,
}

/// What a lens says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LensTitle {
    /// `holds 2 · keeps 1`
    pub title: String,
    /// What it reaches, as a policy writes it.
    pub holds: Vec<String>,
    /// What stays behind of what callers hand over: parameter and state.
    pub keeps: Vec<String>,
}

pub(crate) fn lenses(db: &dyn Db, file: File) -> Vec<Lens> {
    let mut found: Vec<Lens> = objects(db, file)
        .filter_map(|site| {
            let range = definition_range(db, site)?.range;
            let noun = &names(db, file).programs[site.program].scopes.definition(site.definition).noun;
            Some(Lens { range, name: noun.to_string() })
        })
        .collect();
    found.sort_by_key(|it| it.range.start());
    found
}

/// What the lens on the object whose name is at `at` says.
pub(crate) fn lens_title(db: &dyn Db, file: File, at: TextSize) -> Option<LensTitle> {
    let site = objects(db, file)
        .find(|it| definition_range(db, *it).is_some_and(|it| it.range.contains_inclusive(at)))?;
    Some(title(authority_of(db, site)))
}

fn objects(db: &dyn Db, file: File) -> impl Iterator<Item = Site> {
    let all = names(db, file).programs.iter().enumerate();
    all.flat_map(move |(program, it)| {
        let objects = it.scopes.definitions.iter().enumerate();
        let objects = objects
            .filter(|(_, it)| it.top_level && matches!(it.kind, DefinitionKind::Object { .. }))
            .map(move |(id, _)| Site { file, program, definition: DefinitionId(id as u32) });
        objects.collect::<Vec<_>>()
    })
}

fn title(it: NameAuthority) -> LensTitle {
    let holds: BTreeSet<String> = it
        .reaches
        .iter()
        .filter(|it| !matches!(it.thing, ReachedThing::Object(_) | ReachedThing::Parameter(_)))
        .map(|it| it.thing.label())
        .collect();
    let keeps: BTreeSet<String> = it
        .methods
        .iter()
        .flat_map(|method| &method.keeps)
        .map(|(parameter, state)| format!("{parameter} in {}", state.label()))
        .collect();
    let title = match (holds.len(), keeps.len()) {
        (0, 0) => "holds nothing".to_string(),
        (holds, 0) => format!("holds {holds}"),
        (holds, keeps) => format!("holds {holds} · keeps {keeps}"),
    };
    LensTitle { title, holds: holds.into_iter().collect(), keeps: keeps.into_iter().collect() }
}
