//! Above an object, how much it holds, what it keeps, and how that has changed since an earlier state of the text.
//!
//! Which objects have a lens is known at once; what it says rests on who reaches what, and is asked for when the
//! lens is in sight. An object is the same as an earlier one if it goes by the same qualified name.

use super::authority::{NameAuthority, ReachedThing, authority_of};
use super::places::definition_range;
use crate::db::{Database, Db};
use crate::input::File;
use crate::names::{Site, names, prefix};
use crate::program::{maps, programs};
use audit::audition::fully_qualified_name;
use std::collections::BTreeSet;
use syntax::kernel_e::ObjectId;
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
    /// How that differs from the earlier state of the text, if there is one.
    pub since: Option<Since>,
}

/// How an object differs from what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Since {
    /// There was no such object.
    New,
    /// What it holds or keeps now and did not then, and the other way round.
    Changed { gained: Vec<String>, lost: Vec<String> },
}

pub(crate) fn lenses(db: &dyn Db, file: File) -> Vec<Lens> {
    let mut found: Vec<Lens> = objects(db, file)
        .filter_map(|(site, _)| {
            let range = definition_range(db, site)?.range;
            let noun = &names(db, file).programs[site.program].scopes.definition(site.definition).noun;
            Some(Lens { range, name: noun.to_string() })
        })
        .collect();
    found.sort_by_key(|it| it.range.start());
    found
}

/// What the lens on the object whose name is at `at` says.
pub(crate) fn lens_title(db: &Database, file: File, at: TextSize) -> Option<LensTitle> {
    let (site, object) = objects(db, file)
        .find(|(it, _)| definition_range(db, *it).is_some_and(|it| it.range.contains_inclusive(at)))?;
    let it = title(&authority_of(db, site));
    let Some(earlier) = db.earlier.get(&file.id(db)).copied() else { return Some(it) };
    let name = qualified(db, site, object);
    let then = objects(db, earlier).find(|(site, object)| qualified(db, *site, *object) == name);
    let then = then.map(|(site, _)| title(&authority_of(db, site)));
    Some(LensTitle { since: Some(since(&it, then.as_ref())), ..it })
}

fn objects(db: &dyn Db, file: File) -> impl Iterator<Item = (Site, ObjectId)> {
    let all = names(db, file).programs.iter().enumerate();
    all.flat_map(move |(program, it)| {
        let objects = it.scopes.definitions.iter().enumerate();
        let objects = objects.filter_map(move |(id, it)| match it.kind {
            // Of a function that is written within an expression, the name is made up.
            DefinitionKind::Object { object, .. }
                if maps(db, file)[program].source.object(object).name.is_some() =>
            {
                Some((Site { file, program, definition: DefinitionId(id as u32) }, object))
            }
            _ => None,
        });
        objects.collect::<Vec<_>>()
    })
}

fn qualified(db: &dyn Db, site: Site, object: ObjectId) -> String {
    let prefix = prefix(site.file.name(db), site.file.kind(db));
    let scopes = &names(db, site.file).programs[site.program].scopes;
    fully_qualified_name(&programs(db, site.file)[site.program], scopes, object, &prefix)
}

fn title(it: &NameAuthority) -> LensTitle {
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
    LensTitle { title, holds: holds.into_iter().collect(), keeps: keeps.into_iter().collect(), since: None }
}

fn since(now: &LensTitle, then: Option<&LensTitle>) -> Since {
    let Some(then) = then else { return Since::New };
    let all = |it: &LensTitle| -> BTreeSet<String> {
        let keeps = it.keeps.iter().map(|it| format!("keeps {it}"));
        it.holds.iter().cloned().chain(keeps).collect()
    };
    let (now, then) = (all(now), all(then));
    Since::Changed {
        gained: now.difference(&then).cloned().collect(),
        lost: then.difference(&now).cloned().collect(),
    }
}
