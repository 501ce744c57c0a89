//! What can be folded: blocks, objects, long lists, runs of comment lines, steps of a transcript.

use crate::db::Db;
use crate::ide::line_index;
use crate::input::{File, FileKind};
use crate::program::{maps, trees};
use rustc_hash::FxHashMap;
use syntax::ast;
use text_size::{TextRange, TextSize};

/// Lines that may be hidden behind their first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FoldingRange {
    pub range: TextRange,
    pub kind: FoldingKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FoldingKind {
    Block,
    Comment,
    Step,
}

pub(crate) fn folding_ranges(db: &dyn Db, file: File) -> Vec<FoldingRange> {
    let text = file.text(db);
    let lines = line_index(db, file);
    let line = |at: TextSize| lines.try_line_col(at).map_or(0, |it| it.line);
    let mut longest: FxHashMap<u32, FoldingRange> = FxHashMap::default();
    for mut it in blocks(db, file).into_iter().chain(comments(text)).chain(steps(db, file)) {
        if it.kind == FoldingKind::Block {
            it.range = but_closing_line(text, it.range);
        }
        let (first, last) = (line(it.range.start()), line(it.range.end()));
        if first == last {
            continue;
        }
        // An editor folds one range a line: the largest.
        let slot = longest.entry(first).or_insert(it);
        if it.range.len() > slot.range.len() {
            *slot = it;
        }
    }
    let mut found: Vec<FoldingRange> = longest.into_values().collect();
    found.sort_by_key(|it| (it.range.start(), it.range.end()));
    found
}

fn blocks(db: &dyn Db, file: File) -> Vec<FoldingRange> {
    let mut found = Vec::new();
    for (tree, map) in trees(db, file).iter().zip(maps(db, file).iter()) {
        db.unwind_if_revision_cancelled();
        let exprs = tree.reading.surface().into_iter().flat_map(|(at, program)| {
            let folds = program.all_exprs().flat_map(|(id, it)| folds(it, program.expr_range(id)));
            folds.map(move |it| it + at)
        });
        let methods = map.source.objects.iter().flat_map(|it| it.methods.iter().copied());
        found.extend(exprs.chain(methods).map(|it| map.in_file(it)));
    }
    found.into_iter().map(|range| FoldingRange { range, kind: FoldingKind::Block }).collect()
}

/// The blocks of a construct, or all of it where it has none.
fn folds(it: &ast::Expr, whole: TextRange) -> Vec<TextRange> {
    use ast::Expr::*;
    let caught = |it: &ast::Catch| it.body.range;
    match it {
        Block(it) => vec![it.range],
        If { then, otherwise, .. } => {
            let otherwise = otherwise.as_ref().and_then(|it| match it {
                ast::Else::Block(it) => Some(it.range),
                ast::Else::If(_) => None,
            });
            [then.range].into_iter().chain(otherwise).collect()
        }
        For { body, catch, .. } | While { body, catch, .. } | Escape { body, catch, .. } => {
            [body.range].into_iter().chain(catch.as_ref().map(caught)).collect()
        }
        Try { body, catches, finally } => {
            let catches = catches.iter().map(caught);
            [body.range].into_iter().chain(catches).chain(finally.as_ref().map(|it| it.range)).collect()
        }
        When(it) => {
            let catches = it.catches.iter().map(caught);
            [it.body.range].into_iter().chain(catches).chain(it.finally.as_ref().map(|it| it.range)).collect()
        }
        Switch { cases, .. } => cases.iter().map(|it| it.range).chain([whole]).collect(),
        Fn { body, .. } | Thunk { body, .. } => vec![body.range],
        Accum { .. } | Object(_) | Interface(_) | List(_) | Map(_) | Quasi(_) => vec![whole],
        _ => Vec::new(),
    }
}

/// A line that starts with the closing bracket stays in sight: `} else {` belongs to two blocks.
fn but_closing_line(text: &str, range: TextRange) -> TextRange {
    let Some(shown) = text.get(std::ops::Range::<usize>::from(range)) else { return range };
    match shown.rsplit_once('\n') {
        Some((before, last)) if last.trim_start().starts_with(['}', ']', ')']) => {
            TextRange::at(range.start(), TextSize::of(before.trim_end()))
        }
        _ => range,
    }
}

/// Two lines or more that start with `#`.
fn comments(text: &str) -> Vec<FoldingRange> {
    let mut found: Vec<FoldingRange> = Vec::new();
    let mut run: Option<(TextRange, u32)> = None;
    let mut at = TextSize::new(0);
    let mut close = |run: Option<(TextRange, u32)>| {
        if let Some((range, 2..)) = run {
            found.push(FoldingRange { range, kind: FoldingKind::Comment });
        }
    };
    for line in text.split_inclusive('\n') {
        let here = TextRange::at(at, TextSize::of(line.trim_end()));
        at += TextSize::of(line);
        if line.trim_start().starts_with('#') {
            run = Some(run.map_or((here, 1), |(range, count)| (range.cover(here), count + 1)));
        } else {
            close(run.take());
        }
    }
    close(run);
    found
}

fn steps(db: &dyn Db, file: File) -> Vec<FoldingRange> {
    if file.kind(db) != FileKind::Transcript {
        return Vec::new();
    }
    let ranges = maps(db, file).iter().map(|it| TextRange::at(it.offset, it.len));
    ranges.map(|range| FoldingRange { range, kind: FoldingKind::Step }).collect()
}
