//! Where the name or message at the cursor is defined, of what guard or object it is, and who implements it.

use super::NavigationTarget;
use super::occurrences::{Occurrence, occurrence_at, occurrences};
use super::places::{name_of, object_name, target};
use crate::db::{Database, Db};
use crate::input::File;
use crate::messages::{MethodSite, ObjectSite, message_at, method_at, method_range, object_of_name};
use crate::names::{Meaning, Site, names};
use crate::program::{maps, programs};
use syntax::kernel_e::{Expr, ExprId, ObjectId, Program};
use syntax::scope::DefinitionKind;
use text_size::TextSize;

pub(crate) fn goto_definition(db: &dyn Db, file: File, at: TextSize) -> Vec<NavigationTarget> {
    match occurrence_at(db, file, at).map(|it| it.meaning) {
        Some(Meaning::Definition(site)) => target(db, site).into_iter().collect(),
        Some(Meaning::Scope(_) | Meaning::Unbound) => Vec::new(),
        None if super::links::module_at(db, file, at).is_some() => {
            super::links::module_at(db, file, at).into_iter().map(|it| module_target(db, it)).collect()
        }
        None => message_at(db, file, at).and_then(|it| method_target(db, it.to)).into_iter().collect(),
    }
}

/// A module as somewhere to go to: its beginning.
fn module_target(db: &dyn Db, module: File) -> NavigationTarget {
    let start = text_size::TextRange::empty(0.into());
    NavigationTarget { file: module.id(db), name: module.name(db).to_string(), full: start, focus: start }
}

/// A method as somewhere to go to.
pub(crate) fn method_target(db: &dyn Db, it: MethodSite) -> Option<NavigationTarget> {
    let ObjectSite { file, program, object } = it.object;
    let map = maps(db, file).get(program)?;
    let focus = method_range(db, it)?;
    let full = map.in_file(*map.source.object(object).methods.get(it.method)?).cover(focus);
    let verb = &method_at(db, it)?.verb;
    let name =
        if **verb == *"run" { name_of(&programs(db, file)[program], object) } else { verb.to_string() };
    Some(NavigationTarget { file: file.id(db), name, full, focus })
}

/// An object expression as somewhere to go to.
pub(crate) fn object_target(db: &dyn Db, it: ObjectSite) -> Option<NavigationTarget> {
    let map = maps(db, it.file).get(it.program)?;
    let focus = map.in_file(object_name(map, it.object));
    let full = map.in_file(map.source.object(it.object).whole).cover(focus);
    let name = name_of(&programs(db, it.file)[it.program], it.object);
    Some(NavigationTarget { file: it.file.id(db), name, full, focus })
}

/// Where the guard of the name at the cursor is defined; without a guard, the object expression that its value
/// comes from.
pub(crate) fn goto_type_definition(db: &dyn Db, file: File, at: TextSize) -> Vec<NavigationTarget> {
    let Some(Occurrence { meaning: Meaning::Definition(site), .. }) = occurrence_at(db, file, at) else {
        return Vec::new();
    };
    let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
    let guard = match definition.kind {
        DefinitionKind::Final { guard } | DefinitionKind::Var { guard } => guard,
        DefinitionKind::Object { .. } | DefinitionKind::Binding => None,
    };
    let guards = guard.map(|it| guard_sites(db, *site, it)).unwrap_or_default();
    if !guards.is_empty() {
        return guards.into_iter().filter_map(|it| target(db, it)).collect();
    }
    object_of_name(db, *site).and_then(|it| object_target(db, it)).into_iter().collect()
}

/// The definitions that a guard expression names: of `List[Purse]`, `Purse`.
fn guard_sites(db: &dyn Db, of: Site, guard: ExprId) -> Vec<Site> {
    let map = &maps(db, of.file)[of.program];
    let whole = map.in_file(map.source.expr(guard));
    let inside = occurrences(db, of.file).iter().filter(|it| whole.contains_range(it.range));
    let defined = inside.filter_map(|it| match it.meaning {
        Meaning::Definition(site) => Some(site),
        Meaning::Scope(_) | Meaning::Unbound => None,
    });
    defined.collect()
}

/// The objects of all texts that ask to be audited by what the cursor is on: an auditor, a guard, an interface.
pub(crate) fn goto_implementation(db: &Database, file: File, at: TextSize) -> Vec<NavigationTarget> {
    let Some(wanted) = occurrence_at(db, file, at).map(|it| it.meaning) else { return Vec::new() };
    let mut found = Vec::new();
    for file in db.files.values().copied().filter(|_| wanted != Meaning::Unbound) {
        for (index, program) in programs(db, file).iter().enumerate() {
            for object in (0..program.objects.len() as u32).map(ObjectId) {
                if asks(db, file, index, program, object, wanted) {
                    found.extend(object_target(db, ObjectSite { file, program: index, object }));
                }
            }
        }
    }
    found.sort_by_key(|it| (it.file, it.focus.start()));
    found
}

fn asks(db: &dyn Db, file: File, index: usize, program: &Program, object: ObjectId, wanted: Meaning) -> bool {
    let it = program.object(object);
    let names = names(db, file);
    it.as_auditor.iter().chain(&it.implements).any(|auditor| {
        // `DeepFrozen.optionally()` asks DeepFrozen.
        let noun = match program.expr(*auditor) {
            Expr::Call { recipient, .. } => *recipient,
            _ => *auditor,
        };
        let Expr::Noun(name) = program.expr(noun) else { return false };
        names.meaning(index, name, names.programs[index].scopes.binder(noun)) == wanted
    })
}
