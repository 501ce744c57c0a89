//! Which names are in scope at a place, as far as places tell.

use super::semantic_tokens::parameters;
use crate::db::Db;
use crate::input::File;
use crate::names::{Site, names};
use crate::program::{Map, maps};
use syntax::kernel_e::{Name, ObjectId};
use syntax::scope::DefinitionId;
use text_size::{TextRange, TextSize};

/// A definition that can be named at some place.
pub(crate) struct InScope {
    pub noun: Name,
    pub site: Site,
    pub is_parameter: bool,
    /// In the program that the place is in, and not before it.
    pub is_here: bool,
}

/// The definitions whose scope the place is in: those of the enclosing scripts and methods, and what the
/// programs before this one define.
/// Only those whose noun is wanted.
pub(crate) fn in_scope_if(
    db: &dyn Db,
    file: File,
    at: TextSize,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<InScope> {
    let mut found = Vec::new();
    for (index, map) in maps(db, file).iter().enumerate() {
        if map.in_program(at).is_none() {
            continue;
        }
        let program = &names(db, file).programs[index];
        let parameters = parameters(db, file, index);
        for (id, it) in program.scopes.definitions.iter().enumerate().filter(|(_, it)| is_wanted(&it.noun)) {
            let Some(noun) = map.source.nouns.get(it.pattern.index()).copied().flatten() else { continue };
            let noun = map.in_file(noun);
            let object = it.owner.map(|owner| map.in_file(map.source.object(owner).whole));
            let visible =
                object.is_none_or(|whole| whole.contains_inclusive(at)) && !noun.contains_inclusive(at);
            if !visible || !in_same_method(map, it.owner, noun, at) {
                continue;
            }
            let definition = DefinitionId(id as u32);
            found.push(InScope {
                noun: it.noun.clone(),
                site: Site { file, program: index, definition },
                is_parameter: parameters.contains(&definition),
                is_here: true,
            });
        }
        let earlier = names(db, file).earlier(index).filter(|(noun, _)| is_wanted(noun));
        found.extend(earlier.map(|(noun, site)| InScope {
            noun: noun.clone(),
            site,
            is_parameter: false,
            is_here: false,
        }));
    }
    found
}

/// The definition that a noun means at a place, in a text that may be half typed: the last one before it, or else
/// the first.
pub(crate) fn visible(db: &dyn Db, file: File, noun: &str, at: TextSize) -> Option<Site> {
    let all = in_scope_if(db, file, at, |it| it == noun);
    let start = |it: &InScope| {
        let here = super::places::definition_range(db, it.site).filter(|_| it.is_here);
        here.map_or(TextSize::new(0), |it| it.range.start())
    };
    let before = all.iter().filter(|it| start(it) < at).max_by_key(|it| (it.is_here, start(it)));
    before.or_else(|| all.first()).map(|it| it.site)
}

/// What a method defines is seen in that method only.
fn in_same_method(map: &Map, owner: Option<ObjectId>, noun: TextRange, at: TextSize) -> bool {
    let Some(owner) = owner else { return true };
    let methods = map.source.object(owner).methods.iter().map(|it| map.in_file(*it));
    let mut home = methods.filter(|it| it.contains_range(noun));
    home.next().is_none_or(|it| it.contains_inclusive(at))
}
