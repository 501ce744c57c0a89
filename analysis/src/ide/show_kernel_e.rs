//! What a file says in the core language.

use crate::db::Db;
use crate::input::File;
use crate::program::{maps, programs};
use syntax::kernel_e::ExprId;
use text_size::TextRange;

pub(crate) fn show_kernel_e(db: &dyn Db, file: File) -> String {
    let printed: Vec<String> = programs(db, file)
        .iter()
        .map(|it| {
            db.unwind_if_revision_cancelled();
            syntax::print_kernel(it)
        })
        .collect();
    printed.join("\n")
}

/// Of the largest expressions that lie in `range`; without any, of the smallest that it lies in.
pub(crate) fn show_kernel_e_of(db: &dyn Db, file: File, range: TextRange) -> String {
    let mut printed = Vec::new();
    for (program, map) in programs(db, file).iter().zip(maps(db, file).iter()) {
        db.unwind_if_revision_cancelled();
        let all: Vec<(ExprId, TextRange)> = (0..program.exprs.len())
            .map(|id| ExprId(id as u32))
            .map(|id| (id, map.in_file(map.source.expr(id))))
            .collect();
        let mut inside: Vec<_> =
            all.iter().filter(|(_, it)| range.contains_range(*it) && !it.is_empty()).collect();
        // Of several expressions with one place, what was written is the last made.
        inside.sort_by_key(|(id, it)| (it.start(), std::cmp::Reverse(it.len()), std::cmp::Reverse(*id)));
        let mut end = range.start();
        for (id, it) in &inside {
            if it.start() >= end {
                printed.push(syntax::print_expr(program, *id));
                end = it.end();
            }
        }
        if inside.is_empty() {
            let around = all.iter().filter(|(_, it)| it.contains_range(range));
            let smallest = around.min_by_key(|(id, it)| (it.len(), std::cmp::Reverse(*id)));
            printed.extend(smallest.map(|(id, _)| syntax::print_expr(program, *id)));
        }
    }
    printed.join("\n")
}
