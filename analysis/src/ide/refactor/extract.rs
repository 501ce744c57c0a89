//! A selected expression as a name, as a function, or as a method of the object around it.

use super::{assist, free_name, margin, slice, statement_around, trimmed};
use crate::db::Database;
use crate::ide::ReferenceKind;
use crate::ide::assists::{Assist, AssistKind};
use crate::ide::formatting::TextEdit;
use crate::ide::occurrences::occurrences;
use crate::ide::places::{definition_range, name_of};
use crate::input::File;
use crate::names::Meaning;
use crate::program::{maps, programs};
use syntax::kernel_e::{ExprId, ObjectId};
use text_size::TextRange;

pub(super) fn extract(db: &Database, file: File, range: TextRange) -> Vec<Assist> {
    let text = file.text(db);
    let range = trimmed(text, range);
    if !is_expression(db, file, range) {
        return Vec::new();
    }
    let Some(statement) = statement_around(db, file, range) else { return Vec::new() };
    let mut found = Vec::new();
    let shown = slice(text, range);
    let before = |text: String| TextEdit { range: TextRange::empty(statement.start()), text };
    let instead = |text: String| TextEdit { range, text };
    let margin_here = margin(text, statement.start());
    // What the statement itself defines around the selection is not there yet before it.
    let Some(parameters) = parameters(db, file, range, statement) else { return found };
    if parameters.is_empty() && range != statement {
        let name = free_name(db, file, "extracted");
        let edits = vec![before(format!("def {name} := {shown}\n{margin_here}")), instead(name.clone())];
        found.push(assist(format!("Extract into a name, `{name}`"), AssistKind::Extract, edits));
    }
    let name = free_name(db, file, "extracted");
    let list = parameters.join(", ");
    let function =
        format!("def {name}({list}) {{\n{margin_here}    return {shown}\n{margin_here}}}\n{margin_here}");
    let edits = vec![before(function), instead(format!("{name}({list})"))];
    found.push(assist(format!("Extract into a function, `{name}`"), AssistKind::Extract, edits));
    found.extend(method(db, file, range));
    found
}

/// As a method of the object whose method it stands in, which is then sent to the object itself.
fn method(db: &Database, file: File, range: TextRange) -> Option<Assist> {
    let text = file.text(db);
    let (object, whole) = method_around(db, file, range)?;
    let parameters = parameters(db, file, range, whole)?;
    let name = free_name(db, file, "extracted");
    let list = parameters.join(", ");
    let margin = margin(text, whole.start());
    let shown = slice(text, range);
    let new = format!("to {name}({list}) {{\n{margin}    return {shown}\n{margin}}}\n{margin}");
    let edits = vec![
        TextEdit { range: TextRange::empty(whole.start()), text: new },
        TextEdit { range, text: format!("{object}.{name}({list})") },
    ];
    Some(assist(format!("Extract into a method of `{object}`, `{name}`"), AssistKind::Extract, edits))
}

/// The innermost method around a place that is written as one, and the name of its object.
fn method_around(db: &Database, file: File, range: TextRange) -> Option<(String, TextRange)> {
    let text = file.text(db);
    let mut found: Option<(String, TextRange)> = None;
    for (index, program) in programs(db, file).iter().enumerate() {
        let map = &maps(db, file)[index];
        for (id, it) in map.source.objects.iter().enumerate() {
            let name = name_of(program, ObjectId(id as u32));
            for method in it.methods.iter().map(|it| map.in_file(*it)) {
                let smaller = found.as_ref().is_none_or(|(_, found)| method.len() < found.len());
                let written = ["to ", "method "].iter().any(|it| slice(text, method).starts_with(it));
                if method.contains_range(range) && smaller && written && it.name.is_some() && name != "_" {
                    found = Some((name.clone(), method));
                }
            }
        }
    }
    found
}

/// Whether a range is exactly what was written of one expression.
fn is_expression(db: &Database, file: File, range: TextRange) -> bool {
    programs(db, file).iter().zip(maps(db, file).iter()).any(|(program, map)| {
        // What a method does may have been given its place.
        let mut methods = map.source.objects.iter().flat_map(|it| &it.methods);
        if methods.any(|it| map.in_file(*it) == range) {
            return false;
        }
        let mut exprs = (0..program.exprs.len()).map(|id| map.in_file(map.source.expr(ExprId(id as u32))));
        exprs.any(|it| it == range)
    })
}

/// The names in `range` that are defined in `around` outside of `range`; nothing if one of them is assigned, or if
/// `range` defines what others use.
pub(super) fn parameters(
    db: &Database,
    file: File,
    range: TextRange,
    around: TextRange,
) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for it in occurrences(db, file).iter() {
        let Meaning::Definition(site) = it.meaning else { continue };
        let Some(at) = definition_range(db, site).filter(|it| it.file == file.id(db)) else { continue };
        let defined_inside = range.contains_range(at.range);
        if !range.contains_range(it.range) {
            if defined_inside {
                return None;
            }
            continue;
        }
        if defined_inside || !around.contains_range(at.range) {
            continue;
        }
        if it.kind != ReferenceKind::Read {
            return None;
        }
        if !found.iter().any(|name| *name == *it.noun) {
            found.push(it.noun.to_string());
        }
    }
    Some(found)
}
