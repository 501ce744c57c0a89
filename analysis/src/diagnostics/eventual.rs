//! Near and far: immediate calls of what is not near, and promises, `when`s and ejectors that come to nothing.

use super::{Code, Diagnostic, Fix, Severity};
use crate::db::Db;
use crate::ide::formatting::TextEdit;
use crate::input::{File, FileKind};
use crate::knowledge::{Own, Surroundings, knowledge};
use crate::names::names;
use crate::program::{Map, maps, programs};
use audit::as_written;
use audit::nearness::{Mistake, Nearnesses, nearness};
use std::sync::Arc;
use syntax::kernel_e::{Expr, ExprId};
use text_size::{TextRange, TextSize};

/// What is known of the references in each program of a file.
#[salsa::tracked(returns(ref))]
pub(crate) fn nearnesses(db: &dyn Db, file: File) -> Arc<Vec<Nearnesses>> {
    let kind = file.kind(db);
    let goes_on = kind == FileKind::Transcript || kind.is_of_cells();
    let mut found = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let own = Own { known: &knowledge(db, file).programs, ..Own::default() };
        let around = Surroundings::new(db, file, index, own);
        found.push(nearness(program, &names(db, file).programs[index].scopes, &around, goes_on));
    }
    Arc::new(found)
}

pub(super) fn eventual(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let each = nearnesses(db, file).iter().enumerate();
    let told =
        each.flat_map(|(index, it)| it.mistakes.iter().filter_map(move |it| told(db, file, index, it)));
    told.collect()
}

fn told(db: &dyn Db, file: File, index: usize, it: &Mistake) -> Option<Diagnostic> {
    let map = &maps(db, file)[index];
    let warning = |range: TextRange, code: Code, message: String| Diagnostic {
        range: map.in_file(range),
        severity: Severity::Warning,
        code,
        message,
        related: Vec::new(),
        fixes: Vec::new(),
    };
    Some(match it {
        Mistake::ImmediateCall { at, recipient, verb, is } => {
            let what = said(db, file, index, *recipient);
            let message = format!(
                "{what} is {is} here, and only what is near can be called at once: send with `<-`, or wait in a `when`."
            );
            let range = map.source.names[at.index()].unwrap_or(map.source.expr(*recipient));
            let fixes = sends(db, file, map, *at, *recipient, verb).into_iter().collect();
            Diagnostic { fixes, ..warning(range, Code::ImmediateCall, message) }
        }
        Mistake::DroppedResolver { resolver, promise } => {
            // `def x` has no resolver to point at; the name stands for it.
            let range = map.source.nouns[resolver.index()].unwrap_or_else(|| map.source.pattern(*resolver));
            let message = format!(
                "`{}` stays a promise for ever: nothing uses its resolver. Resolve it, or `bind` the name.",
                as_written(promise)
            );
            warning(range, Code::DroppedResolver, message)
        }
        Mistake::LostWhen { at } => {
            let message =
                "the value of this `when` goes nowhere: `return` it, or give it a name.".to_string();
            let whole = map.source.expr(*at);
            let keyword = TextRange::at(whole.start(), TextSize::of("when").min(whole.len()));
            warning(keyword, Code::LostWhen, message)
        }
        Mistake::DeadEjector { at, noun } => {
            let what = match &**noun {
                "__return" => "`return` leaves a method that has answered by then".to_string(),
                "__break" | "__continue" => "this leaves a loop that is over by then".to_string(),
                noun => format!("the `escape` of `{}` is over by then", as_written(noun)),
            };
            let advice = "what runs in a later turn answers with its last value.";
            warning(map.source.expr(*at), Code::DeadEjector, format!("{what}: {advice}"))
        }
    })
}

/// A recipient in words.
fn said(db: &dyn Db, file: File, index: usize, it: ExprId) -> String {
    match programs(db, file)[index].expr(it) {
        Expr::Noun(noun) => format!("`{}`", as_written(noun)),
        _ => "this".to_string(),
    }
}

/// `p.v(x)` to `p <- v(x)`, `f(x)` to `f <- (x)`. Operators are left to their writer.
fn sends(db: &dyn Db, file: File, map: &Map, at: ExprId, recipient: ExprId, verb: &str) -> Option<Fix> {
    let (call, before) = (map.source.expr(at), map.source.expr(recipient));
    let text = |range: TextRange| file.text(db).get(std::ops::Range::<usize>::from(map.in_file(range)));
    let (from, written) = match map.source.names[at.index()] {
        Some(verb) => (TextRange::new(before.end(), verb.start()), text(verb)?),
        None if verb == "run" && call.start() == before.start() && before.end() < call.end() => {
            (TextRange::empty(before.end()), "")
        }
        None => return None,
    };
    let is_call = match map.source.names[at.index()] {
        Some(_) => text(from)?.trim() == "." && written == verb,
        None => text(TextRange::at(before.end(), TextSize::of('(')))? == "(",
    };
    is_call.then(|| Fix {
        title: "Send it with `<-`".to_string(),
        edits: vec![TextEdit { range: map.in_file(from), text: " <- ".to_string() }],
    })
}
