//! `Transparent`: the portrayal may be shown to anyone, so it must tell all that the object holds.
//!
//! Approved is an `__optUncall()` whose body ends in a list that names every capture. What is written there is
//! read, never run.

use super::Auditor;
use super::pass_by_construction::{no_portrayal, portrayal};
use crate::audition::{Audition, Captured};
use crate::guards::Guard;
use crate::verdict::{Objection, ObjectionKind, Place, Said, Verdict};
use rustc_hash::FxHashSet;
use syntax::kernel_e::{Expr, ExprId, Method, Name, Program};

pub(super) fn audit(audition: &Audition<'_>) -> Verdict {
    let Some(method) = portrayal(&audition.object().script) else {
        return Verdict::Rejected(vec![no_portrayal(Auditor::Transparent, audition)]);
    };
    let shown = nouns_shown(audition.program, method);
    let hidden = audition.captures().filter(|it| !is_shown(it, &shown));
    Verdict::from_objections(hidden.map(|it| hidden_capture(audition, it)).collect())
}

/// The nouns read in the body of the portrayal.
pub(super) fn nouns_shown<'a>(program: &'a Program, method: &Method) -> FxHashSet<&'a Name> {
    let mut shown = FxHashSet::default();
    let mut todo: Vec<ExprId> = vec![method.body];
    while let Some(it) = todo.pop() {
        match program.expr(it) {
            Expr::Noun(noun) => {
                shown.insert(noun);
            }
            Expr::Call { recipient, args, .. } => {
                todo.push(*recipient);
                todo.extend(args);
            }
            Expr::Escape { body, catch: None, .. } | Expr::Hide(body) => todo.push(*body),
            Expr::Seq(subs) => todo.extend(subs),
            _ => {}
        }
    }
    shown
}

/// A name everybody has (`__makeList`, `int`) need not be shown.
pub(super) fn is_shown(it: &Captured<'_>, shown: &FxHashSet<&Name>) -> bool {
    matches!(it.guard, Guard::Same(_, true)) || (shown.contains(&it.capture.noun) && !it.capture.assigns)
}

pub(super) fn hidden_capture(audition: &Audition<'_>, it: Captured<'_>) -> Objection {
    let noun = &it.capture.noun;
    Objection {
        said: Said::Text(
            format!("\"{noun}\" in the lexical scope of {} is not in its portrayal", (audition.name)())
                .into(),
        ),
        kind: ObjectionKind::Method { wanted: format!("`{noun}` in its portrayal").into() },
        place: Place::Use(it.capture.first_use),
    }
}
