//! From an object that is captured to what keeps it from being frozen: capture by capture, the shortest way.
//!
//! Only what is written is followed, an object expression and the names it closes over. What a call may have given is
//! not; hover and the graph know more, and take longer.

use super::Related;
use crate::db::Db;
use crate::ide::FileRange;
use crate::ide::places::definition_range;
use crate::names::{Meaning, Site, names};
use crate::verdicts::verdicts;
use audit::as_written;
use audit::scopes::Authority;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use syntax::kernel_e::ObjectId;
use syntax::scope::DefinitionKind;

/// One step: who closes over what, and where that is to be seen.
struct Hop {
    from: Site,
    to: Option<Site>,
    at: FileRange,
    message: String,
}

/// A place for each hop from the object that `start` defines to a variable or a power. Nothing if `start` is no object,
/// or if all it closes over is frozen or not known.
pub(super) fn way(db: &dyn Db, start: Site) -> Vec<Related> {
    let mut came: FxHashMap<Site, Option<Hop>> = FxHashMap::from_iter([(start, None)]);
    let mut todo = VecDeque::from([start]);
    while let Some(site) = todo.pop_front() {
        let Some(object) = object(db, site) else { continue };
        for hop in hops(db, site, object) {
            let Some(to) = hop.to.filter(|to| object_that_is_not_frozen(db, *to)) else {
                return back(came, hop);
            };
            if let std::collections::hash_map::Entry::Vacant(it) = came.entry(to) {
                it.insert(Some(hop));
                todo.push_back(to);
            }
        }
    }
    Vec::new()
}

/// The hops that lead to the last, in their order.
fn back(mut came: FxHashMap<Site, Option<Hop>>, last: Hop) -> Vec<Related> {
    let mut hops = vec![last];
    while let Some(Some(before)) = hops.last().and_then(|it| came.remove(&it.from)) {
        hops.push(before);
    }
    hops.into_iter().rev().map(|it| Related { at: it.at, message: it.message }).collect()
}

fn object(db: &dyn Db, site: Site) -> Option<ObjectId> {
    match names(db, site.file).programs[site.program].scopes.definition(site.definition).kind {
        DefinitionKind::Object { object, .. } => Some(object),
        _ => None,
    }
}

fn object_that_is_not_frozen(db: &dyn Db, site: Site) -> bool {
    object(db, site).is_some()
        && verdicts(db, site.file).frozen[site.program].get(&site.definition) != Some(&true)
}

/// The captures of an object that matter: other objects, variables, powers.
fn hops(db: &dyn Db, from: Site, object: ObjectId) -> Vec<Hop> {
    let program = &names(db, from.file).programs[from.program];
    let holder = as_written(&program.scopes.definition(from.definition).noun).to_string();
    let captures = program.scopes.captures(object).iter().filter_map(|it| {
        let noun = as_written(&it.noun);
        let (to, what) = match names(db, from.file).meaning(from.program, &it.noun, &it.binder) {
            Meaning::Definition(to) if to == from => return None,
            Meaning::Definition(to) => {
                let kind = names(db, to.file).programs[to.program].scopes.definition(to.definition).kind;
                match kind {
                    DefinitionKind::Var { .. } => (Some(to), ", a variable".to_string()),
                    DefinitionKind::Object { .. } if object_that_is_not_frozen(db, to) => {
                        (Some(to), String::new())
                    }
                    _ => return None,
                }
            }
            Meaning::Scope(name) if name.authority != Authority::None => {
                (None, format!(", a power: {}", name.authority.describe()))
            }
            Meaning::Scope(_) | Meaning::Unbound => return None,
        };
        let at = definition_range(db, to.unwrap_or(from))?;
        Some(Hop { from, to, at, message: format!("`{holder}` closes over `{noun}`{what}.") })
    });
    captures.collect()
}
