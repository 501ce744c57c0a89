//! What can be done to a text at the cursor: mend what a diagnostic says, or say the same in another way.

use super::formatting::TextEdit;
use crate::db::{Database, Db};
use crate::diagnostics::{Code, audit_rejected, diagnostics, verdict_fixes};
use crate::input::File;
use crate::program::{maps, programs};
use syntax::kernel_e::Expr;
use text_size::{TextRange, TextSize};

/// One thing that can be done, by edits of the very text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assist {
    /// In a few words: ``Change `alise` to `alice` ``.
    pub title: String,
    pub kind: AssistKind,
    /// The diagnostic that goes away, by its rule and place.
    pub fixes: Option<(Code, TextRange)>,
    pub edits: Vec<TextEdit>,
}

/// What an editor's menu puts it under.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AssistKind {
    /// Mends a diagnostic.
    Fix,
    Rewrite,
    Extract,
    Inline,
}

pub(crate) fn assists(db: &Database, file: File, range: TextRange) -> Vec<Assist> {
    let mut found = Vec::new();
    for mut it in diagnostics(db, file) {
        if it.range.intersect(range).is_some() {
            if it.code == Code::AuditRejected {
                it.fixes = audit_rejected::fixes(db, file, it.range);
            }
            found.extend(it.fixes.into_iter().map(|fix| Assist {
                title: fix.title,
                kind: AssistKind::Fix,
                fixes: Some((it.code, it.range)),
                edits: fix.edits,
            }));
        }
    }
    found.extend(ask_for_deep_frozen(db, file, range.start()));
    // A diagnostic may have said so already.
    let other_way = other_way_of_sending(db, file, range.start());
    found.extend(
        other_way
            .filter(|it| found.iter().all(|known| known.edits != it.edits))
            .into_iter()
            .collect::<Vec<_>>(),
    );
    found.extend(super::refactor::refactorings(db, file, range));
    found
}

/// An object that would pass, and whose header the cursor is in, is made to ask.
fn ask_for_deep_frozen(db: &dyn Db, file: File, at: TextSize) -> Option<Assist> {
    let (index, object) = super::hover::header_at(db, file, at)?;
    let judgements = &crate::heard::heard(db, file).programs[index];
    let unasked = judgements.iter().find(|it| it.object == object && it.asked_at.is_none())?;
    if !unasked.verdict.is_approved() {
        return None;
    }
    let fix = verdict_fixes::ask(db, file, index, unasked)?;
    Some(Assist { title: fix.title, kind: AssistKind::Rewrite, fixes: None, edits: fix.edits })
}

/// `r.v(a)` is `r <- v(a)`, and the other way, for the message whose verb the cursor is on.
fn other_way_of_sending(db: &dyn Db, file: File, at: TextSize) -> Option<Assist> {
    let text = file.text(db);
    for (program, map) in programs(db, file).iter().zip(maps(db, file).iter()) {
        let Some(here) = map.in_program(at) else { continue };
        for (it, verb) in program.exprs.iter().zip(&map.source.names) {
            let Expr::Call { recipient, args, .. } = it else { continue };
            let Some(verb) = verb.filter(|it| it.contains_inclusive(here)) else { continue };
            let to_e = matches!(program.expr(*recipient), Expr::Noun(noun) if &**noun == "E");
            let receiver = match (to_e, args.as_slice()) {
                (true, [target, _, _]) => *target,
                _ => *recipient,
            };
            let between = TextRange::new(map.source.expr(receiver).end().min(verb.start()), verb.start());
            let between = map.in_file(between);
            let (title, text) = match text.get(std::ops::Range::<usize>::from(between))?.trim() {
                "." => ("Send it later, for a promise: `<-`", " <- "),
                "<-" => ("Call it at once: `.`", "."),
                _ => continue,
            };
            let edits = vec![TextEdit { range: between, text: text.to_string() }];
            return Some(Assist { title: title.to_string(), kind: AssistKind::Rewrite, fixes: None, edits });
        }
    }
    None
}
