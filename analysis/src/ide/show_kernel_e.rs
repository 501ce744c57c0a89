//! What a file says in the core language.

use crate::db::Db;
use crate::input::File;
use crate::program::programs;

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
