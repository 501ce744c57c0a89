//! What a name stands for, wherever it stands; the definition goes away.

use super::{assist, slice, statement_around};
use crate::db::Database;
use crate::ide::ReferenceKind;
use crate::ide::assists::{Assist, AssistKind};
use crate::ide::find_references::references;
use crate::ide::formatting::TextEdit;
use crate::ide::occurrences::occurrence_at;
use crate::ide::places::definition_range;
use crate::input::File;
use crate::names::{Meaning, Site, names};
use crate::program::{maps, programs};
use syntax::kernel_e::{Expr, ExprId, Program};
use syntax::scope::DefinitionKind;
use text_size::{TextRange, TextSize};

pub(super) fn inline(db: &Database, file: File, at: TextSize) -> Option<Assist> {
    let it = occurrence_at(db, file, at)?;
    let Meaning::Definition(site) = it.meaning else { return None };
    let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
    if site.file != file || definition.kind != (DefinitionKind::Final { guard: None }) {
        return None;
    }
    let text = file.text(db);
    let value = value(db, site)?;
    let program = &programs(db, file)[site.program];
    // A value that is made, or asked for, once may be inlined where it is used once, next to its definition's
    // place in no method that runs later or more often; what is the same each time may be anywhere.
    if !is_steady(program, value) {
        return None;
    }
    let map = &maps(db, file)[site.program];
    let written = map.in_file(map.source.expr(value));
    let statement = statement_around(db, file, definition_range(db, site)?.range)?;
    // `def purse := …` and nothing else on its lines.
    let head = slice(text, TextRange::new(statement.start(), written.start()));
    if head.split_whitespace().collect::<Vec<_>>() != ["def", &*definition.noun, ":="]
        || written.end() != statement.end()
    {
        return None;
    }
    let uses = references(db, file, it.meaning);
    let reads: Vec<TextRange> =
        uses.iter().filter(|it| it.kind == ReferenceKind::Read).map(|it| it.at.range).collect();
    let others = uses.iter().any(|it| matches!(it.kind, ReferenceKind::Write | ReferenceKind::Slot));
    let elsewhere = uses.iter().any(|it| it.at.file != file.id(db));
    if others || elsewhere || reads.is_empty() {
        return None;
    }
    let shown = slice(text, written);
    let mut edits: Vec<TextEdit> =
        reads.into_iter().map(|range| TextEdit { range, text: shown.to_string() }).collect();
    edits.push(TextEdit { range: whole_lines(text, statement), text: String::new() });
    Some(assist(format!("Inline `{}`", definition.noun), AssistKind::Inline, edits))
}

fn value(db: &Database, site: Site) -> Option<ExprId> {
    let program = &programs(db, site.file)[site.program];
    let scopes = &names(db, site.file).programs[site.program].scopes;
    program.exprs.iter().find_map(|it| match it {
        Expr::Define { pattern, value, ejector: None }
            if scopes.by_pattern.get(pattern) == Some(&site.definition) =>
        {
            Some(*value)
        }
        _ => None,
    })
}

/// The same value each time it is asked for: a literal.
fn is_steady(program: &Program, it: ExprId) -> bool {
    matches!(program.expr(it), Expr::Literal(_))
}

/// With the line end after it, and the blanks before it.
fn whole_lines(text: &str, it: TextRange) -> TextRange {
    let start = text[..usize::from(it.start())].rfind('\n').map_or(0, |it| it + 1);
    let end =
        text[usize::from(it.end())..].find('\n').map_or(text.len(), |at| usize::from(it.end()) + at + 1);
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}
