//! Every place that means the name, or sends the message, at the cursor.
//!
//! A name of a program is looked for in its file; a name of the outermost scope, too. What a later notebook
//! cell does with a name of an earlier one is found from either. A message is looked for in every text that has its
//! verb: modules are handed about.

use super::occurrences::{occurrence_at, occurrences};
use super::{FileRange, Reference, ReferenceKind};
use crate::db::Database;
use crate::input::File;
use crate::messages::{MethodSite, message_at, messages, method_at, method_range, method_written_at};
use crate::names::Meaning;
use text_size::TextSize;

pub(crate) fn find_references(
    db: &Database,
    file: File,
    at: TextSize,
    with_definition: bool,
) -> Vec<Reference> {
    let mut found = match occurrence_at(db, file, at) {
        Some(it) => references(db, file, it.meaning),
        None => method_at_cursor(db, file, at).map(|it| messages_to(db, it)).unwrap_or_default(),
    };
    found.retain(|it| with_definition || it.kind != ReferenceKind::Definition);
    found.sort_by_key(|it| (it.kind != ReferenceKind::Definition, it.at.file, it.at.range.start()));
    found
}

pub(crate) fn references(db: &Database, file: File, meaning: Meaning) -> Vec<Reference> {
    let mut files = vec![file];
    if let Meaning::Definition(site) = meaning {
        files = vec![site.file];
        files.extend(continuing(db, site.file));
    }
    let all = files.into_iter().flat_map(|it| {
        let id = it.id(db);
        occurrences(db, it).iter().map(move |found| (id, found))
    });
    let same = all.filter(|(_, it)| it.meaning == meaning && meaning != Meaning::Unbound);
    same.map(|(file, it)| Reference { at: FileRange { file, range: it.range }, kind: it.kind }).collect()
}

/// The method whose verb, or a message to which, is at the cursor.
pub(crate) fn method_at_cursor(db: &Database, file: File, at: TextSize) -> Option<MethodSite> {
    method_written_at(db, file, at).or_else(|| Some(message_at(db, file, at)?.to))
}

/// The verb of a method, and every message that is known to arrive there.
pub(crate) fn messages_to(db: &Database, to: MethodSite) -> Vec<Reference> {
    let home = to.object.file;
    let definition = method_range(db, to).map(|range| Reference {
        at: FileRange { file: home.id(db), range },
        kind: ReferenceKind::Definition,
    });
    let verb = method_at(db, to).map(|it| it.verb.to_string()).unwrap_or_default();
    let files = files_that_say(db, home, &verb);
    let sent = files.into_iter().flat_map(|file| {
        let id = file.id(db);
        let here = messages(db, file).iter().filter(move |it| it.to == to);
        here.map(move |it| Reference {
            at: FileRange { file: id, range: it.range },
            kind: ReferenceKind::Read,
        })
    });
    definition.into_iter().chain(sent).collect()
}

/// The texts in which a message with this verb may be written. A function's verb is written nowhere.
pub(crate) fn files_that_say(db: &Database, home: File, verb: &str) -> Vec<File> {
    let mut files = super::all_files(db);
    files.retain(|it| {
        db_cancelled(db);
        *it == home || verb == "run" || it.text(db).contains(verb)
    });
    files
}

/// The texts that see this one's names, directly or through others.
pub(crate) fn continuing(db: &Database, file: File) -> Vec<File> {
    let mut found = vec![file];
    let mut next = 0;
    while next < found.len() {
        db_cancelled(db);
        let before = found[next];
        next += 1;
        found.extend(db.files.values().filter(|it| it.previous(db) == Some(before)));
    }
    found.remove(0);
    found
}

fn db_cancelled(db: &Database) {
    use salsa::Database as _;
    db.unwind_if_revision_cancelled();
}
