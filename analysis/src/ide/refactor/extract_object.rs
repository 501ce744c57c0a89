//! Selected methods as an object of their own, to which the old one passes their messages on.
//!
//! The new object closes over what these methods need and nothing else, so it can be handed out where the old one
//! would be too much.

use super::extract::parameters;
use super::{assist, free_name, margin, slice, statement_around};
use crate::db::Database;
use crate::ide::assists::{Assist, AssistKind};
use crate::ide::formatting::TextEdit;
use crate::ide::occurrences::occurrences;
use crate::ide::places::{definition_range, name_of};
use crate::input::File;
use crate::names::Meaning;
use crate::program::{Map, maps, programs};
use syntax::kernel_e::{Method, ObjectId, Program, Script};
use text_size::{TextRange, TextSize};

pub(super) fn extract_object(db: &Database, file: File, range: TextRange) -> Option<Assist> {
    let text = file.text(db);
    let Selected { index, object, methods, whole } = selected(db, file, range)?;
    let program = &programs(db, file)[index];
    let map = &maps(db, file)[index];
    let old = name_of(program, object);
    let around = map.in_file(map.source.object(object).whole);
    let statement = statement_around(db, file, around)?;
    // Before the object stand neither its own name nor what is defined between it and its statement's beginning.
    if names_itself(db, file, map, object, whole) || !parameters(db, file, whole, statement)?.is_empty() {
        return None;
    }
    let name = free_name(db, file, &format!("{}Part", if old == "_" { "object" } else { &old }));
    let at = margin(text, statement.start());
    let inner = margin(text, whole.start());
    let body = slice(text, whole).replace(&format!("\n{inner}"), &format!("\n{at}    "));
    let new = format!("def {name} {{\n{at}    {body}\n{at}}}\n{at}");
    let passed: Option<Vec<String>> =
        methods.iter().map(|it| passed_on(text, map, program, object, *it, &name)).collect();
    let edits = vec![
        TextEdit { range: TextRange::empty(statement.start()), text: new },
        TextEdit { range: whole, text: passed?.join(&format!("\n{inner}")) },
    ];
    Some(assist(format!("Extract into an object, `{name}`"), AssistKind::Extract, edits))
}

/// Methods that a selection holds whole, and nothing else.
struct Selected {
    index: usize,
    object: ObjectId,
    methods: Vec<usize>,
    whole: TextRange,
}

fn selected(db: &Database, file: File, range: TextRange) -> Option<Selected> {
    let text = file.text(db);
    for (index, program) in programs(db, file).iter().enumerate() {
        let map = &maps(db, file)[index];
        for (id, it) in map.source.objects.iter().enumerate() {
            let object = ObjectId(id as u32);
            let Script::Methods { methods, .. } = &program.object(object).script else { continue };
            let ranges = it.methods.iter().take(methods.len()).map(|it| map.in_file(*it)).enumerate();
            let inside: Vec<(usize, TextRange)> =
                ranges.filter(|(_, it)| range.contains_range(bare(text, *it))).collect();
            // With the comment before the first, or without.
            let all = inside.iter().map(|(_, it)| *it).reduce(TextRange::cover);
            let whole = inside.iter().map(|(_, it)| bare(text, *it)).reduce(TextRange::cover);
            let is_whole = [all, whole].contains(&Some(range));
            let are_written = inside.iter().all(|(_, it)| is_written(text, bare(text, *it)));
            if !is_whole || !are_written || inside.len() == it.methods.len() {
                continue;
            }
            let methods = inside.into_iter().map(|(at, _)| at).collect();
            return Some(Selected { index, object, methods, whole: range });
        }
    }
    None
}

/// A method without the comment before it.
fn bare(text: &str, method: TextRange) -> TextRange {
    let shown = slice(text, method);
    let rest = shown.starts_with("/**").then(|| shown.split_once("*/")).flatten();
    let rest = rest.map_or(shown, |(_, rest)| rest.trim_start());
    TextRange::new(method.end() - TextSize::of(rest), method.end())
}

/// `to` and `method`, not the one method of a function.
fn is_written(text: &str, method: TextRange) -> bool {
    ["to ", "method "].iter().any(|it| slice(text, method).starts_with(it))
}

/// Whether something in `range` means the object itself.
fn names_itself(db: &Database, file: File, map: &Map, object: ObjectId, range: TextRange) -> bool {
    let Some(name) = map.source.object(object).name.map(|it| map.in_file(it)) else { return false };
    occurrences(db, file).iter().any(|it| match it.meaning {
        Meaning::Definition(site) if range.contains_range(it.range) => {
            definition_range(db, site).is_some_and(|at| at.file == file.id(db) && at.range == name)
        }
        _ => false,
    })
}

/// The method that sends its message on to `name`.
fn passed_on(
    text: &str,
    map: &Map,
    program: &Program,
    object: ObjectId,
    method: usize,
    name: &str,
) -> Option<String> {
    let Script::Methods { methods, .. } = &program.object(object).script else { return None };
    let verb = map.source.object(object).verbs.get(method).copied().flatten()?;
    let verb = slice(text, map.in_file(verb));
    let list = arguments(text, map, methods.get(method)?).join(", ");
    Some(format!("to {verb}({list}) {{ return {name}.{verb}({list}) }}"))
}

/// A name for each parameter: its own, where it is one.
fn arguments(text: &str, map: &Map, method: &Method) -> Vec<String> {
    let named = method.params.iter().enumerate().map(|(n, it)| {
        let noun = map.source.nouns[it.index()].map(|it| slice(text, map.in_file(it)));
        noun.map_or_else(|| format!("arg{}", n + 1), str::to_string)
    });
    named.collect()
}
