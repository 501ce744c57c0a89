//! The places that are to be typed into at once: a name that no other text sees, wherever it stands.

use super::ReferenceKind;
use super::find_references::{continuing, references};
use super::occurrences::occurrence_at;
use crate::db::Database;
use crate::input::{File, FileKind};
use crate::names::{Meaning, names};
use text_size::{TextRange, TextSize};

/// Nothing if the cursor is on no such name, or if it stands there once only.
pub(crate) fn linked_editing(db: &Database, file: File, at: TextSize) -> Vec<TextRange> {
    let Some(it) = occurrence_at(db, file, at) else { return Vec::new() };
    let Meaning::Definition(site) = it.meaning else { return Vec::new() };
    if site.file != file || is_seen_elsewhere(db, site) {
        return Vec::new();
    }
    let places = references(db, file, it.meaning);
    let defined = places.iter().any(|it| it.kind == ReferenceKind::Definition);
    // What is written otherwise, as `::"name"`, would not stay a name.
    let text = file.text(db);
    let same =
        places.iter().all(|place| text.get(std::ops::Range::<usize>::from(place.at.range)) == Some(&it.noun));
    if !defined || !same || places.len() < 2 {
        return Vec::new();
    }
    places.into_iter().map(|it| it.at.range).collect()
}

fn is_seen_elsewhere(db: &Database, site: crate::names::Site) -> bool {
    let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
    definition.top_level && site.file.kind(db) == FileKind::Cell && !continuing(db, site.file).is_empty()
}
