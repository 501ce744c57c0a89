//! Queries: what the objects and the names of a file reach. Asked for by a hover, not by a key.

use crate::db::Db;
use crate::input::File;
use crate::knowledge::knowledge;
use crate::names::{Meaning, Site, names};
use crate::program::programs;
use audit::authority::{self as audited, Authority, Outer, Programs, Reach};
use std::sync::Arc;
use syntax::kernel_e::ObjectId;

/// By program: how its values hang together.
#[salsa::tracked(returns(ref))]
pub(crate) fn authority(db: &dyn Db, file: File) -> Arc<Vec<Authority>> {
    let graphs = programs(db, file).iter().enumerate().map(|(index, program)| {
        db.unwind_if_revision_cancelled();
        Authority::new(program, &names(db, file).programs[index].scopes, &knowledge(db, file).programs[index])
    });
    Arc::new(graphs.collect())
}

/// What one object expression reaches.
pub(crate) fn reach_of_object(db: &dyn Db, file: File, index: usize, object: ObjectId) -> Reach {
    let scopes = &names(db, file).programs[index].scopes;
    audited::reach_of_object(&AllPrograms { db }, (file, index), scopes, object)
}

/// What one name reaches.
pub(crate) fn reach_of_name(db: &dyn Db, site: Site) -> Reach {
    let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
    audited::reach_of_name(&AllPrograms { db }, (site.file, site.program), &definition.noun, site.definition)
}

/// The programs of all files. A way from one into another is followed when it is asked for, not kept.
struct AllPrograms<'a> {
    db: &'a dyn Db,
}

impl Programs for AllPrograms<'_> {
    type Key = (File, usize);

    fn authority(&self, (file, index): (File, usize)) -> Option<&Authority> {
        self.db.unwind_if_revision_cancelled();
        authority(self.db, file).get(index)
    }

    fn outer(&self, (file, index): (File, usize), noun: &str) -> Outer<(File, usize)> {
        match names(self.db, file).outer(index, noun) {
            Meaning::Definition(it) => Outer::Definition((it.file, it.program), it.definition),
            Meaning::Scope(name) => Outer::Scope(name),
            Meaning::Unbound => Outer::Nobody,
        }
    }
}
