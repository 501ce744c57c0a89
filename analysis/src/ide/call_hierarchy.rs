//! Who sends a message to the method at the cursor, and to whom that method sends messages.

use super::find_references::messages_to;
use super::goto_definition::method_target;
use super::occurrences::occurrence_at;
use super::places::name_of;
use super::{NavigationTarget, ReferenceKind};
use crate::db::Database;
use crate::input::File;
use crate::messages::{
    Message, MethodSite, ObjectSite, message_at, messages, method_written_at, methods, object_at,
    object_of_name,
};
use crate::names::Meaning;
use crate::program::{maps, programs};
use syntax::kernel_e::ObjectId;
use text_size::{TextRange, TextSize};

/// A method, or the outermost program of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Callable {
    pub target: NavigationTarget,
    /// The object whose method it is, or what else there is to say.
    pub detail: String,
    pub kind: CallableKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallableKind {
    Function,
    Method,
    Program,
}

/// One end of a call, and where in the caller's text it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    pub other: Callable,
    pub at: Vec<TextRange>,
}

/// The method that the cursor is on: its verb, a message to it, or the name of a function.
pub(crate) fn callable_at(db: &Database, file: File, at: TextSize) -> Option<Callable> {
    callable(db, method_site(db, file, at)?)
}

fn method_site(db: &Database, file: File, at: TextSize) -> Option<MethodSite> {
    if let Some(it) = occurrence_at(db, file, at) {
        let Meaning::Definition(site) = it.meaning else { return None };
        let object = object_of_name(db, site)?;
        let is_function = |it: &[syntax::kernel_e::Method]| it.len() == 1 && &*it[0].verb == "run";
        return is_function(methods(object_at(db, object))).then_some(MethodSite { object, method: 0 });
    }
    method_written_at(db, file, at).or_else(|| Some(message_at(db, file, at)?.to))
}

fn callable(db: &Database, it: MethodSite) -> Option<Callable> {
    let target = method_target(db, it)?;
    let object = name_of(&programs(db, it.object.file)[it.object.program], it.object.object);
    let kind = if target.name == object { CallableKind::Function } else { CallableKind::Method };
    let detail = if kind == CallableKind::Function { "function".to_string() } else { format!("of {object}") };
    Some(Callable { target, detail, kind })
}

/// Who sends to the method at the cursor, each with the places where it does.
pub(crate) fn incoming(db: &Database, file: File, at: TextSize) -> Vec<Call> {
    let Some(to) = method_site(db, file, at) else { return Vec::new() };
    let mut found: Vec<Call> = Vec::new();
    let files = super::all_files(db);
    for it in messages_to(db, to).into_iter().filter(|it| it.kind != ReferenceKind::Definition) {
        let Some(caller) = files.iter().copied().find(|file| file.id(db) == it.at.file) else { continue };
        let from = match method_around(db, caller, it.at.range) {
            Some(method) => callable(db, method),
            None => Some(program(db, caller)),
        };
        add(&mut found, from, it.at.range);
    }
    found
}

/// To whom the method at the cursor sends, each with the places where it does.
pub(crate) fn outgoing(db: &Database, file: File, at: TextSize) -> Vec<Call> {
    let Some(from) = method_site(db, file, at) else { return Vec::new() };
    let home = from.object.file;
    let Some(whole) = maps(db, home)
        .get(from.object.program)
        .and_then(|map| Some(map.in_file(*map.source.object(from.object.object).methods.get(from.method)?)))
    else {
        return Vec::new();
    };
    let inside =
        |it: &&Message| whole.contains_range(it.range) && method_around(db, home, it.range) == Some(from);
    let mut found = Vec::new();
    for it in messages(db, home).iter().filter(inside) {
        add(&mut found, callable(db, it.to), it.range);
    }
    found
}

fn add(found: &mut Vec<Call>, other: Option<Callable>, at: TextRange) {
    let Some(other) = other else { return };
    match found.iter_mut().find(|it| it.other == other) {
        Some(it) => it.at.push(at),
        None => found.push(Call { other, at: vec![at] }),
    }
}

/// The innermost method that a place is in.
fn method_around(db: &Database, file: File, at: TextRange) -> Option<MethodSite> {
    let mut found: Option<(TextSize, MethodSite)> = None;
    for (program, map) in maps(db, file).iter().enumerate() {
        for (object, ranges) in map.source.objects.iter().enumerate() {
            for (method, range) in ranges.methods.iter().enumerate() {
                let range = map.in_file(*range);
                let object = ObjectSite { file, program, object: ObjectId(object as u32) };
                // Matchers come after the methods, and are nobody's to call by name.
                let is_method = method < methods(object_at(db, object)).len();
                let inner = found.is_none_or(|(len, _)| range.len() <= len);
                if is_method && inner && range.contains_range(at) {
                    found = Some((range.len(), MethodSite { object, method }));
                }
            }
        }
    }
    found.map(|(_, it)| it)
}

fn program(db: &Database, file: File) -> Callable {
    let whole = TextRange::up_to(TextSize::of(file.text(db)));
    let target = NavigationTarget {
        file: file.id(db),
        name: file.name(db).to_string(),
        full: whole,
        focus: TextRange::empty(whole.start()),
    };
    Callable { target, detail: "top level".to_string(), kind: CallableKind::Program }
}
