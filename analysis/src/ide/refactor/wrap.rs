//! A call that must wait for its receiver: the statement inside a `when`.

use super::{assist, margin, slice, statement_around};
use crate::db::Database;
use crate::ide::assists::{Assist, AssistKind};
use crate::ide::formatting::TextEdit;
use crate::input::File;
use crate::program::{maps, programs};
use syntax::kernel_e::Expr;
use text_size::{TextRange, TextSize};

/// For the call whose verb the cursor is on, if its receiver is a name.
pub(super) fn in_when(db: &Database, file: File, at: TextSize) -> Option<Assist> {
    let text = file.text(db);
    for (program, map) in programs(db, file).iter().zip(maps(db, file).iter()) {
        let Some(here) = map.in_program(at) else { continue };
        for (it, verb) in program.exprs.iter().zip(&map.source.names) {
            let Expr::Call { recipient, .. } = it else { continue };
            let Some(verb) = verb.filter(|it| it.contains_inclusive(here)) else { continue };
            let Expr::Noun(noun) = program.expr(*recipient) else { continue };
            let receiver = map.in_file(map.source.expr(*recipient));
            let between =
                TextRange::new(receiver.end().min(map.in_file(verb).start()), map.in_file(verb).start());
            if slice(text, receiver) != &**noun || slice(text, between).trim() != "." {
                continue;
            }
            let statement = statement_around(db, file, map.in_file(verb))?;
            let margin = margin(text, statement.start());
            let inside = slice(text, statement).replace('\n', "\n    ");
            let wrapped = format!("when ({noun}) -> {{\n{margin}    {inside}\n{margin}}}");
            let edits = vec![TextEdit { range: statement, text: wrapped }];
            return Some(assist(format!("Wait for `{noun}`: wrap in `when`"), AssistKind::Rewrite, edits));
        }
    }
    None
}
