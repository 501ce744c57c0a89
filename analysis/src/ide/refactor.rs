//! Ways to say the same otherwise, and patterns to begin from. Each is offered only where it can be done.

mod extract;
mod extract_object;
mod generate;
mod guard;
mod inline;
mod wrap;

use super::assists::{Assist, AssistKind};
use super::formatting::TextEdit;
use super::on_type::{indent_of, unclosed};
use crate::db::Database;
use crate::input::{File, FileKind};
use crate::program::{maps, programs};
use syntax::kernel_e::ExprId;
use text_size::{TextRange, TextSize};

pub(crate) fn refactorings(db: &Database, file: File, range: TextRange) -> Vec<Assist> {
    // A transcript's lines begin with what they are; new lines in it would need that too.
    if file.kind(db) == FileKind::Transcript {
        return Vec::new();
    }
    let mut found = Vec::new();
    if range.is_empty() {
        found.extend(inline::inline(db, file, range.start()));
        found.extend(guard::add_guard(db, file, range.start()));
        found.extend(wrap::in_when(db, file, range.start()));
        found.extend(generate::patterns(db, file, range.start()));
    } else {
        found.extend(extract::extract(db, file, range));
        found.extend(extract_object::extract_object(db, file, trimmed(file.text(db), range)));
    }
    found
}

fn assist(title: String, kind: AssistKind, mut edits: Vec<TextEdit>) -> Assist {
    edits.sort_by_key(|it| (it.range.start(), it.range.end()));
    Assist { title, kind, fixes: None, edits }
}

fn slice(text: &str, range: TextRange) -> &str {
    text.get(std::ops::Range::<usize>::from(range)).unwrap_or("")
}

/// The range without blanks at either end.
fn trimmed(text: &str, range: TextRange) -> TextRange {
    let shown = slice(text, range);
    let before = TextSize::of(shown) - TextSize::of(shown.trim_start());
    let after = TextSize::of(shown) - TextSize::of(shown.trim_end());
    if shown.trim().is_empty() { range } else { TextRange::new(range.start() + before, range.end() - after) }
}

/// The smallest expression around `range` that has its lines to itself: a statement, as it is laid out.
fn statement_around(db: &Database, file: File, range: TextRange) -> Option<TextRange> {
    let text = file.text(db);
    let mut around = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        let map = &maps(db, file)[index];
        let exprs = (0..program.exprs.len()).map(|id| map.source.expr(ExprId(id as u32)));
        let objects = map.source.objects.iter().map(|it| it.whole);
        around.extend(exprs.chain(objects).map(|it| map.in_file(it)).filter(|it| it.contains_range(range)));
    }
    around.sort_by_key(|it| (it.len(), it.start()));
    around.dedup();
    around.into_iter().find(|it| is_statement(text, *it))
}

fn is_statement(text: &str, it: TextRange) -> bool {
    let before = text.get(..usize::from(it.start())).unwrap_or("");
    let after = text.get(usize::from(it.end())..).unwrap_or("");
    let line = &before[before.rfind('\n').map_or(0, |it| it + 1)..];
    let rest = after.split('\n').next().unwrap_or("").trim();
    let alone = line.trim().is_empty() && (rest.is_empty() || rest.starts_with('#')) && !it.is_empty();
    // Counting brackets goes through all that stands before.
    alone && unclosed(before).last().is_none_or(|open| before[*open..].starts_with('{'))
}

/// As many blanks as the line of a place begins with.
fn margin(text: &str, at: TextSize) -> String {
    " ".repeat(indent_of(text, usize::from(at)))
}

/// A name like `wanted` that no text of the file has yet.
fn free_name(db: &Database, file: File, wanted: &str) -> String {
    let taken = |name: &str| super::occurrences::occurrences(db, file).iter().any(|it| &*it.noun == name);
    let mut numbered = (2..).map(|n| format!("{wanted}{n}"));
    if taken(wanted) { numbered.find(|it| !taken(it)).unwrap_or_default() } else { wanted.to_string() }
}
