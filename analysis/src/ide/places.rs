//! Where things of a program stand in their file.

use crate::db::Db;
use crate::ide::{FileRange, NavigationTarget};
use crate::input::File;
use crate::names::{Site, names};
use crate::program::{Map, maps};
use audit::Place;
use syntax::kernel_e::{ObjectId, Pattern, PatternId, Program};
use syntax::scope::DefinitionKind;
use text_size::TextRange;

/// Where an objection points.
pub(crate) fn place_range(db: &dyn Db, file: File, index: usize, place: Place) -> TextRange {
    let map = &maps(db, file)[index];
    map.in_file(match place {
        // Of an assignment, its noun.
        Place::Use(at) => map.source.names[at.index()].unwrap_or_else(|| map.source.expr(at)),
        Place::Object(object) => object_name(map, object),
    })
}

/// The name of a definition that the user wrote; none for one that expansion made.
pub(crate) fn definition_range(db: &dyn Db, site: Site) -> Option<FileRange> {
    let map = maps(db, site.file).get(site.program)?;
    let definition = names(db, site.file).programs.get(site.program)?.scopes.definition(site.definition);
    let range = noun_range(map, definition.pattern)?;
    Some(FileRange { file: site.file.id(db), range: map.in_file(range) })
}

/// A definition as somewhere to go to.
pub(crate) fn target(db: &dyn Db, site: Site) -> Option<NavigationTarget> {
    let FileRange { file, range: focus } = definition_range(db, site)?;
    let map = &maps(db, site.file)[site.program];
    let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
    let full = match definition.kind {
        DefinitionKind::Object { object, .. } => map.source.object(object).whole,
        _ => map.source.pattern(definition.pattern),
    };
    let full = map.in_file(full).cover(focus);
    Some(NavigationTarget { file, name: definition.noun.to_string(), full, focus })
}

/// The noun a pattern introduces, where the user wrote it.
pub(crate) fn noun_range(map: &Map, pattern: PatternId) -> Option<TextRange> {
    map.source.nouns.get(pattern.index()).copied().flatten()
}

/// An object's name, or its header where it has none.
pub(crate) fn object_name(map: &Map, object: ObjectId) -> TextRange {
    let ranges = map.source.object(object);
    ranges.name.unwrap_or(ranges.header)
}

/// The name an object gives itself; `_` if none.
pub(crate) fn name_of(program: &Program, object: ObjectId) -> String {
    let mut it = program.object(object).pattern;
    // As many steps as there are patterns, so that no pattern can keep us.
    for _ in 0..program.patterns.len() {
        match program.pattern(it) {
            Pattern::Final { noun, .. } | Pattern::Var { noun, .. } | Pattern::Binding(noun) => {
                return noun.to_string();
            }
            Pattern::Via { pattern, .. } => it = *pattern,
            _ => break,
        }
    }
    "_".to_string()
}

/// Whether the user wrote the object expression, or expansion made it for a loop or a `when`.
pub(crate) fn is_written(db: &dyn Db, file: File, index: usize, object: ObjectId) -> bool {
    let map = &maps(db, file)[index];
    let Some(ranges) = map.source.objects.get(object.index()) else { return false };
    let text = &file.text(db)[map.in_file(ranges.header)];
    ["def", "var", "bind", "fn", "thunk", "interface"].iter().any(|it| starts_with_word(text, it))
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let rest = text.get(word.len()..).unwrap_or("");
    text.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
        && !rest.starts_with(|it: char| it.is_alphanumeric() || it == '_')
}
