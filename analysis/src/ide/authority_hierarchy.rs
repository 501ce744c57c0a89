//! Who can reach a thing, and what it reaches, one step at a time: as an editor shows who calls whom.

use super::authority::{NameAuthority, Reached, authority, authority_of_place};
use super::occurrences::occurrence_at;
use super::places::target;
use super::{FileRange, NavigationTarget};
use crate::db::Db;
use crate::input::File;
use crate::names::Meaning;
use text_size::{TextRange, TextSize};

/// Something that reaches or is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    pub target: NavigationTarget,
    /// What kind of thing it is, or by which way it is reached.
    pub detail: String,
}

/// The name or the power at the cursor.
pub(crate) fn holder(db: &dyn Db, file: File, at: TextSize) -> Option<Holder> {
    let it = occurrence_at(db, file, at)?;
    match it.meaning {
        Meaning::Definition(site) => {
            Some(Holder { target: target(db, site)?, detail: "authority".to_string() })
        }
        Meaning::Scope(name) if name.authority != audit::scopes::Authority::None => {
            let detail = format!("power: {}", name.authority.describe());
            Some(Holder { target: here(db, file, &it.noun, it.range), detail })
        }
        Meaning::Scope(_) | Meaning::Unbound => None,
    }
}

/// What the name at the cursor reaches, each thing with the way that leads there.
pub(crate) fn reached_from(db: &dyn Db, file: File, at: TextSize) -> Vec<Holder> {
    let Some(it) = authority_of_place(db, file, at) else { return Vec::new() };
    let fallback = it.at;
    it.reaches.into_iter().map(|it| thing(it, fallback)).collect()
}

/// The top-level names of the text that reach what is at the cursor.
pub(crate) fn reached_by(db: &dyn Db, file: File, at: TextSize) -> Vec<Holder> {
    let Some(it) = occurrence_at(db, file, at) else { return Vec::new() };
    let noun = it.noun.to_string();
    let place = match it.meaning {
        Meaning::Definition(site) => target(db, site),
        Meaning::Scope(_) | Meaning::Unbound => None,
    };
    let is_it = |it: &Reached| match (&place, it.at) {
        (Some(place), Some(at)) => place.file == at.file && place.full.contains_range(at.range),
        (None, _) => it.thing.is_meant_by(&noun),
        (Some(_), None) => false,
    };
    let mut found = Vec::new();
    for NameAuthority { name, at, reaches, .. } in authority(db, file, file) {
        if place.as_ref().is_some_and(|it| it.file == at.file && it.focus == at.range) {
            continue;
        }
        if let Some(way) = reaches.iter().find(|it| is_it(it)) {
            let target = NavigationTarget { file: at.file, name, full: at.range, focus: at.range };
            found.push(Holder { target, detail: way.path.join(" → ") });
        }
    }
    found
}

fn thing(it: Reached, fallback: FileRange) -> Holder {
    let at = it.at.unwrap_or(fallback);
    let target = NavigationTarget { file: at.file, name: it.thing.label(), full: at.range, focus: at.range };
    Holder { target, detail: it.path.join(" → ") }
}

fn here(db: &dyn Db, file: File, noun: &str, range: TextRange) -> NavigationTarget {
    NavigationTarget { file: file.id(db), name: noun.to_string(), full: range, focus: range }
}
