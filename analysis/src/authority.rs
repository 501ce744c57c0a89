//! Queries: what the objects and the names of a file reach. Asked for by a hover, not by a key.

use crate::db::Db;
use crate::input::File;
use crate::knowledge::{Own, Surroundings, knowledge};
use crate::names::{Site, names};
use crate::program::programs;
use crate::verdicts::verdicts;
use audit::authority::{Authority, Held, Reach, Thing};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::kernel_e::{Name, ObjectId};
use syntax::scope::DefinitionId;

/// A thing, and the names that lead to it from a name of an earlier program.
pub(crate) type Further = (Thing, Vec<Name>);

/// By program: how its values hang together.
#[salsa::tracked(returns(ref))]
pub(crate) fn authority(db: &dyn Db, file: File) -> Arc<Vec<Authority>> {
    let graphs = programs(db, file).iter().enumerate().map(|(index, program)| {
        db.unwind_if_revision_cancelled();
        Authority::new(program, &names(db, file).programs[index].scopes, &knowledge(db, file).programs[index])
    });
    Arc::new(graphs.collect())
}

/// By program: what each of its top-level names reaches, for the programs that come after it.
#[salsa::tracked(returns(ref))]
pub(crate) fn reach_of_names(db: &dyn Db, file: File) -> Arc<Vec<FxHashMap<DefinitionId, Vec<Further>>>> {
    let mut all = Vec::new();
    for index in 0..programs(db, file).len() {
        db.unwind_if_revision_cancelled();
        let around = surroundings(db, file, index, &all);
        let scopes = &around.names.scopes;
        let mut reach = FxHashMap::default();
        for (id, it) in scopes.definitions.iter().enumerate().filter(|(_, it)| it.top_level) {
            let id = DefinitionId(id as u32);
            let found = authority(db, file)[index].of_definition(&around, &it.noun, id);
            // The path starts with the name itself, which whoever asks has already.
            let further = |it: Held| (foreign(it.thing), it.path.into_iter().skip(1).collect());
            reach.insert(id, found.holds.into_iter().map(further).collect());
        }
        all.push(reach);
    }
    Arc::new(all)
}

/// What one object expression reaches.
pub(crate) fn reach_of_object(db: &dyn Db, file: File, index: usize, object: ObjectId) -> Reach {
    // Only a file of several programs has names that its own later programs reach.
    let own = if index == 0 { &[] } else { reach_of_names(db, file).as_slice() };
    let around = surroundings(db, file, index, own);
    authority(db, file)[index].of_object(&around.names.scopes, &around, object)
}

/// What one name reaches.
pub(crate) fn reach_of_definition(db: &dyn Db, site: Site) -> Reach {
    let Site { file, program, definition } = site;
    let own = if program == 0 { &[] } else { reach_of_names(db, file).as_slice() };
    let around = surroundings(db, file, program, own);
    let noun = &around.names.scopes.definition(definition).noun;
    authority(db, file)[program].of_definition(&around, noun, definition)
}

fn surroundings<'a>(
    db: &'a dyn Db,
    file: File,
    index: usize,
    reach: &'a [FxHashMap<DefinitionId, Vec<Further>>],
) -> Surroundings<'a> {
    let own = Own { known: &knowledge(db, file).programs, frozen: &verdicts(db, file).frozen, reach };
    Surroundings::new(db, file, index, own)
}

/// A thing of another program, without that program's ids.
fn foreign(it: Thing) -> Thing {
    match it {
        Thing::Variable(noun, _) => Thing::Variable(noun, None),
        Thing::Collection(_) => Thing::Collection(None),
        Thing::Parameter(noun, _) => Thing::Parameter(noun, None),
        Thing::Object(noun, _) => Thing::Object(noun, None),
        Thing::Power(_) | Thing::Unknown(_) => it,
    }
}
