//! Queries: what the objects and the names of a file reach. Asked for by a hover or a report, not by a key.

use crate::db::Db;
use crate::input::{File, FileKind, modules};
use crate::knowledge::knowledge;
use crate::names::{Meaning, Site, level, names};
use crate::program::{Expanded, maps, programs};
use audit::as_written;
use audit::authority::{Authority, From, Outer, Outline, Parts, Programs, Reach, outline};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Literal, ObjectId, Program};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};
use text_size::TextRange;

/// A program of a file.
pub(crate) type Key = (File, usize);

/// How the values of a file's programs hang together with those of all that they lead into: earlier steps and cells,
/// and imported modules. One fixpoint for all of them, of which only what holds what is kept, without positions.
pub(crate) fn authority(db: &dyn Db, file: File) -> &Arc<Authority<Key>> {
    group_authority(db, representative(db, file))
}

/// The same, to be asked about any of the texts that `file` continues.
#[salsa::tracked(returns(ref), no_eq, lru = 4)]
pub(crate) fn authority_of_chain(db: &dyn Db, file: File) -> Arc<Authority<Key>> {
    Arc::new(Authority::new(&AllPrograms { db }, &roots(db, file)))
}

/// Modules that import each other are solved together, once.
#[salsa::tracked(returns(ref), no_eq)]
fn group_authority(db: &dyn Db, representative: File) -> Arc<Authority<Key>> {
    let group = group(db, representative);
    let all: Vec<Key> = group.iter().flat_map(|it| roots(db, *it)).collect();
    let kept: Vec<Key> = group.iter().flat_map(|it| keys(db, *it)).collect();
    Arc::new(Authority::about(&AllPrograms { db }, &all, &kept))
}

/// The programs of the file and of those before it: what they do with their names counts, used here or not.
fn roots(db: &dyn Db, file: File) -> Vec<Key> {
    let mut chain = vec![file];
    while let Some(before) = chain.last().and_then(|it| it.previous(db)) {
        chain.push(before);
    }
    chain.iter().rev().flat_map(|it| keys(db, *it)).collect()
}

fn keys(db: &dyn Db, file: File) -> impl Iterator<Item = Key> {
    (0..outlines(db, file).len()).map(move |index| (file, index))
}

/// What a file tells the world about: the value of a module, and its top-level names, each with the program it is of.
pub(crate) fn told_of(db: &dyn Db, file: File) -> Vec<(usize, From)> {
    let mut all = Vec::new();
    if file.kind(db) == FileKind::Module && !programs(db, file).is_empty() {
        all.push((0, From::Value));
    }
    for index in 0..programs(db, file).len() {
        all.extend(top_level(db, file, index).map(|(id, _)| (index, From::Name(id))));
    }
    all
}

/// The names that a person wrote at top level, in their order, each with the object expression that it names.
pub(crate) fn top_level(
    db: &dyn Db,
    file: File,
    index: usize,
) -> impl Iterator<Item = (DefinitionId, Option<ObjectId>)> {
    let definitions = names(db, file).programs[index].scopes.definitions.iter().enumerate();
    definitions
        .filter(|(_, it)| it.top_level && as_written(&it.noun) == &*it.noun && !it.noun.contains("__"))
        .map(|(id, it)| {
            let object = match it.kind {
                DefinitionKind::Object { object, .. } => Some(object),
                _ => None,
            };
            (DefinitionId(id as u32), object)
        })
}

/// The modules that a file imports and that are there.
#[salsa::tracked(returns(ref))]
pub(crate) fn imported_files(db: &dyn Db, file: File) -> Arc<Vec<File>> {
    let all = modules(db);
    let mut found: Vec<File> =
        imports(db, file).iter().filter_map(|it| all?.get(it.as_str()).copied()).collect();
    found.sort_by_key(|it| it.id(db));
    found.dedup();
    Arc::new(found)
}

/// The modules that `file` leads to and that lead to it, itself among them.
fn group(db: &dyn Db, file: File) -> Vec<File> {
    let mut importers: FxHashMap<File, Vec<File>> = FxHashMap::default();
    let (mut seen, mut todo) = (FxHashSet::from_iter([file]), vec![file]);
    while let Some(it) = todo.pop() {
        db.unwind_if_revision_cancelled();
        for next in imported_files(db, it).iter() {
            importers.entry(*next).or_default().push(it);
            if seen.insert(*next) {
                todo.push(*next);
            }
        }
    }
    let (mut group, mut todo) = (FxHashSet::from_iter([file]), vec![file]);
    while let Some(it) = todo.pop() {
        let before = importers.get(&it).into_iter().flatten();
        todo.extend(before.copied().filter(|it| group.insert(*it)));
    }
    let mut group: Vec<File> = group.into_iter().collect();
    group.sort_by_key(|it| it.id(db));
    group
}

/// One of the modules that import each other, the same for all of them.
#[salsa::tracked(returns(copy))]
pub(crate) fn representative(db: &dyn Db, file: File) -> File {
    group(db, file).first().copied().unwrap_or(file)
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

/// The same, each with the place where it stands.
pub(crate) fn import_places(db: &dyn Db, file: File) -> Vec<(String, TextRange)> {
    let mut found = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        let map = &maps(db, file)[index];
        let scopes = &names(db, file).programs[index].scopes;
        for (at, name) in each_import(program, scopes) {
            found.push((name.to_string(), map.in_file(map.source.expr(at))));
        }
    }
    found
}

/// The modules that some expressions of a program import by a name that stands there.
pub(crate) fn imported(program: &Program, scopes: &Scopes, among: impl Fn(usize) -> bool) -> Vec<String> {
    let chosen = each_import(program, scopes).filter(|(at, _)| among(at.index()));
    chosen.map(|(_, name)| name.to_string()).collect()
}

fn each_import<'a>(program: &'a Program, scopes: &'a Scopes) -> impl Iterator<Item = (ExprId, &'a str)> {
    program.exprs.iter().enumerate().filter_map(|(at, it)| {
        let Expr::Call { recipient, verb, args } = it else { return None };
        let (Expr::Noun(noun), [only]) = (program.expr(*recipient), args.as_slice()) else { return None };
        let Expr::Literal(Literal::Str(name)) = program.expr(*only) else { return None };
        let is_import = &**verb == "get" && &**noun == "import__uriGetter";
        (is_import && *scopes.binder(*recipient) == Binder::Outer).then_some((ExprId(at as u32), &**name))
    })
}

/// The programs of a file as authority sees them, and for each expression which one of the program it is.
#[salsa::tracked(returns(ref), no_eq)]
fn outlined(db: &dyn Db, file: File) -> (Arc<Vec<Outline>>, Arc<Vec<Vec<ExprId>>>) {
    let known = &knowledge(db, file).programs;
    let level = level(file.kind(db));
    let of = |(index, program): (usize, &Expanded)| {
        db.unwind_if_revision_cancelled();
        let is_born = |noun: &str| match names(db, file).outer(index, noun) {
            Meaning::Scope(it) => audit::scopes::lookup_in(level, noun) == Some(it),
            Meaning::Definition(_) | Meaning::Unbound => false,
        };
        outline(program, &names(db, file).programs[index].scopes, &known[index], &is_born)
    };
    let (outlines, origins) = programs(db, file).iter().enumerate().map(of).unzip();
    (Arc::new(outlines), Arc::new(origins))
}

/// The first half of it, which is the same after most edits of a method's body. Whoever follows values reads this of a
/// file, and nothing else but guards.
#[salsa::tracked(returns(ref))]
fn outlines(db: &dyn Db, file: File) -> Arc<Vec<Outline>> {
    outlined(db, file).0.clone()
}

/// Which expression of its program an expression of an outline is.
pub(crate) fn origin(db: &dyn Db, (file, index): Key, it: ExprId) -> Option<ExprId> {
    outlined(db, file).1.get(index)?.get(it.index()).copied()
}

/// The programs of all files.
struct AllPrograms<'a> {
    db: &'a dyn Db,
}

impl Programs for AllPrograms<'_> {
    type Key = Key;

    fn parts(&self, (file, index): Key) -> Option<Parts<'_>> {
        let Outline { program, scopes } = outlines(self.db, file).get(index)?;
        Some(Parts { program, scopes, known: knowledge(self.db, file).programs.get(index)? })
    }

    fn outer(&self, (file, index): Key, noun: &str) -> Outer<Key> {
        // A module continues nothing.
        if file.kind(self.db) == FileKind::Module {
            return match audit::scopes::lookup_in(level(FileKind::Module), noun) {
                Some(name) => Outer::Scope(name),
                None => Outer::Nobody,
            };
        }
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
