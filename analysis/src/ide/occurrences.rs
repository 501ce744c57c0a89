//! Every noun that stands in a text, and whom it means.

use super::ReferenceKind;
use super::places::noun_range;
use crate::db::Db;
use crate::input::File;
use crate::names::{Meaning, Site, names};
use crate::program::{maps, programs};
use std::sync::Arc;
use syntax::kernel_e::{Expr, ExprId, Name};
use syntax::scope::DefinitionId;
use text_size::{TextRange, TextSize};

/// A noun in the text.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    /// In the file.
    pub range: TextRange,
    /// The program that it stands in.
    pub program: usize,
    pub noun: Name,
    pub meaning: Meaning,
    pub kind: ReferenceKind,
}

/// All of them, in order and without overlap.
#[salsa::tracked(returns(ref), no_eq, lru = 64)]
pub(crate) fn occurrences(db: &dyn Db, file: File) -> Arc<Vec<Occurrence>> {
    let mut found = Vec::new();
    for index in 0..programs(db, file).len() {
        db.unwind_if_revision_cancelled();
        definitions(db, file, index, &mut found);
        uses(db, file, index, &mut found);
    }
    // One noun may have become several nodes: a definition outweighs a write, a write a read.
    found.sort_by_key(|it| (it.range.start(), it.range.end(), weight(it.kind)));
    found.dedup_by(|later, earlier| later.range.start() < earlier.range.end());
    Arc::new(found)
}

/// The noun at a place; the one after it rather than the one before.
pub(crate) fn occurrence_at(db: &dyn Db, file: File, at: TextSize) -> Option<&Occurrence> {
    let all = occurrences(db, file);
    let after = all.partition_point(|it| it.range.start() <= at);
    all[..after].last().filter(|it| it.range.contains_inclusive(at))
}

fn weight(it: ReferenceKind) -> u8 {
    match it {
        ReferenceKind::Definition => 0,
        ReferenceKind::Write => 1,
        ReferenceKind::Slot => 2,
        ReferenceKind::Read => 3,
    }
}

fn definitions(db: &dyn Db, file: File, index: usize, found: &mut Vec<Occurrence>) {
    let map = &maps(db, file)[index];
    let program = &names(db, file).programs[index];
    for (id, it) in program.scopes.definitions.iter().enumerate() {
        let Some(range) = noun_range(map, it.pattern) else { continue };
        let definition = DefinitionId(id as u32);
        let site = Site { file, program: index, definition };
        if is_made_up(db, site) {
            continue;
        }
        found.push(Occurrence {
            range: map.in_file(range),
            program: index,
            noun: it.noun.clone(),
            meaning: Meaning::Definition(site),
            kind: ReferenceKind::Definition,
        });
    }
}

fn uses(db: &dyn Db, file: File, index: usize, found: &mut Vec<Occurrence>) {
    let map = &maps(db, file)[index];
    let program = &names(db, file).programs[index];
    for (id, it) in programs(db, file)[index].exprs.iter().enumerate() {
        let id = ExprId(id as u32);
        let (noun, kind) = match it {
            Expr::Noun(noun) => (noun, ReferenceKind::Read),
            Expr::Binding(noun) => (noun, ReferenceKind::Slot),
            Expr::Assign { noun, .. } => (noun, ReferenceKind::Write),
            _ => continue,
        };
        let Some(binder) = program.scopes.binders.get(&id) else { continue };
        let named = map.source.names.get(id.index()).copied().flatten();
        let range = map.in_file(named.unwrap_or_else(|| map.source.expr(id)));
        let meaning = names(db, file).meaning(index, noun, binder);
        let (noun, kind, meaning) = match meaning {
            Meaning::Definition(site) if is_made_up(db, site) => {
                let site = written_site(db, site);
                // The text has the resolver's noun only where `bind` gives a promise what it promised.
                let kind = if noun.ends_with("__Resolver") { ReferenceKind::Write } else { kind };
                (noun_of(db, site), kind, Meaning::Definition(site))
            }
            _ => (noun.clone(), kind, meaning),
        };
        let Some(range) = written(file.text(db), range, &noun) else { continue };
        found.push(Occurrence { range, program: index, noun, meaning, kind });
    }
}

/// Of a definition that expansion made up to hand on a noun, or to promise it, the one that somebody wrote.
fn written_site(db: &dyn Db, site: Site) -> Site {
    let stands_for = |site: Site| {
        let scopes = &names(db, site.file).programs.get(site.program)?.scopes;
        let made_up = scopes.definition(site.definition).pattern;
        let written = *maps(db, site.file).get(site.program)?.source.stands_for.get(made_up.index())?;
        scopes.by_pattern.get(&written?).copied()
    };
    Site { definition: stands_for(site).unwrap_or(site.definition), ..site }
}

fn is_made_up(db: &dyn Db, site: Site) -> bool {
    written_site(db, site) != site
}

fn noun_of(db: &dyn Db, site: Site) -> Name {
    names(db, site.file).programs[site.program].scopes.definition(site.definition).noun.clone()
}

/// The part of `range` that is the noun, if the user wrote it there. Expansion gives the nouns that it makes
/// up the range of the construct it made them for.
fn written(text: &str, range: TextRange, noun: &Name) -> Option<TextRange> {
    let shown = text.get(std::ops::Range::<usize>::from(range))?;
    let bare = shown.trim_start_matches('&');
    let skipped = TextSize::of(shown) - TextSize::of(bare);
    if let Some(scheme) = scheme(bare)
        && noun.strip_suffix("__uriGetter") == Some(&scheme.to_ascii_lowercase()[..])
    {
        let start = range.start() + skipped + TextSize::of('<');
        return Some(TextRange::at(start, TextSize::of(scheme)));
    }
    let quoted = |it: &str| {
        let inner = it.strip_prefix("::").map(|it| it.trim().trim_matches('"'));
        inner == Some(noun.as_str())
    };
    (bare == noun.as_str() || quoted(bare)).then(|| TextRange::new(range.start() + skipped, range.end()))
}

/// Of `<scheme>` and `<scheme:body>`.
fn scheme(text: &str) -> Option<&str> {
    text.strip_prefix('<')?.split([':', '>']).next()
}
