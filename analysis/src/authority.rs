//! Queries: what the objects and the names of a file reach. Asked for by a hover or a report, not by a key.

use crate::db::Db;
use crate::input::{File, modules};
use crate::knowledge::knowledge;
use crate::names::{Meaning, Site, names};
use crate::program::programs;
use audit::authority::{Authority, Outer, Parts, Programs, Reach};
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::{Expr, Literal, ObjectId, Program};

/// A program of a file.
pub(crate) type Key = (File, usize);

/// How the values of a file's programs hang together, with those of all that they lead into: earlier steps and
/// cells, and imported modules. One fixpoint for all of them.
#[salsa::tracked(returns(ref), no_eq)]
pub(crate) fn authority(db: &dyn Db, file: File) -> Arc<Authority<Key>> {
    // What the texts before this one do with their names counts, used here or not.
    let mut chain = vec![file];
    while let Some(before) = chain.last().and_then(|it| it.previous(db)) {
        chain.push(before);
    }
    let programs = chain.iter().rev().flat_map(|it| (0..programs(db, *it).len()).map(|index| (*it, index)));
    let roots: Vec<Key> = programs.collect();
    Arc::new(Authority::new(&AllPrograms { db }, &roots))
}

/// What one object expression reaches.
pub(crate) fn reach_of_object(db: &dyn Db, file: File, index: usize, object: ObjectId) -> Reach {
    authority(db, file).of_object((file, index), object)
}

/// What one name reaches.
pub(crate) fn reach_of_name(db: &dyn Db, site: Site) -> Reach {
    authority(db, site.file).of_name((site.file, site.program), site.definition)
}

/// The modules that a file imports by a name that stands there.
pub(crate) fn imports(db: &dyn Db, file: File) -> Vec<String> {
    let mut found = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        found.extend(imported(program, &names(db, file).programs[index].scopes, |_| true));
    }
    found.sort();
    found.dedup();
    found
}

/// The modules that some expressions of a program import by a name that stands there.
pub(crate) fn imported(program: &Program, scopes: &Scopes, among: impl Fn(usize) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (at, it) in program.exprs.iter().enumerate() {
        if among(at)
            && let Expr::Call { recipient, verb, args } = it
            && &**verb == "get"
            && let Expr::Noun(noun) = program.expr(*recipient)
            && &**noun == "import__uriGetter"
            && *scopes.binder(*recipient) == syntax::scope::Binder::Outer
            && let [only] = args.as_slice()
            && let Expr::Literal(Literal::Str(name)) = program.expr(*only)
        {
            found.push(name.to_string());
        }
    }
    found
}

/// The programs of all files.
struct AllPrograms<'a> {
    db: &'a dyn Db,
}

impl Programs for AllPrograms<'_> {
    type Key = Key;

    fn parts(&self, (file, index): Key) -> Option<Parts<'_>> {
        Some(Parts {
            program: programs(self.db, file).get(index)?,
            scopes: &names(self.db, file).programs.get(index)?.scopes,
            known: knowledge(self.db, file).programs.get(index)?,
        })
    }

    fn outer(&self, (file, index): Key, noun: &str) -> Outer<Key> {
        match names(self.db, file).outer(index, noun) {
            Meaning::Definition(it) => Outer::Definition((it.file, it.program), it.definition),
            Meaning::Scope(name) => Outer::Scope(name),
            Meaning::Unbound => Outer::Nobody,
        }
    }

    fn module(&self, _: Key, name: &str) -> Option<Key> {
        modules(self.db)?.get(name).map(|file| (*file, 0))
    }

    fn checkpoint(&self) {
        self.db.unwind_if_revision_cancelled();
    }
}
