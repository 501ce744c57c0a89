//! From the smallest thing at the cursor outwards.

use super::occurrences::occurrence_at;
use crate::db::Db;
use crate::input::File;
use crate::program::{maps, trees};
use text_size::{TextRange, TextSize};

pub(crate) fn selection_ranges(db: &dyn Db, file: File, at: TextSize) -> Vec<TextRange> {
    let whole = TextRange::up_to(TextSize::of(file.text(db)));
    let mut ranges: Vec<TextRange> = occurrence_at(db, file, at).map(|it| it.range).into_iter().collect();
    for (tree, map) in trees(db, file).iter().zip(maps(db, file).iter()) {
        if map.in_program(at).is_none() {
            continue;
        }
        let source = &map.source;
        let objects = source.objects.iter().flat_map(|it| it.methods.iter().copied().chain([it.whole]));
        let all = source.exprs.iter().chain(&source.patterns).copied().chain(objects);
        ranges.extend(all.map(|it| map.in_file(it)).filter(|it| it.contains_inclusive(at)));
        ranges.push(TextRange::at(tree.piece.offset, TextSize::of(&*tree.piece.text)));
    }
    ranges.push(whole);
    ranges.retain(|it| !it.is_empty());
    ranges.sort_by_key(|it| (it.len(), it.start()));
    // Each must hold the one before; what merely overlaps is left out.
    let mut nested: Vec<TextRange> = Vec::new();
    for it in ranges {
        if nested.last().is_none_or(|last| it != *last && it.contains_range(*last)) {
            nested.push(it);
        }
    }
    nested
}
