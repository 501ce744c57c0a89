//! `Data`: an object that is nothing but what its portrayal says, all of which is data.
//!
//! Every capture must be named in `__optUncall()` and carry a guard that implies Data. The maker, which the
//! portrayal names first, is code rather than data: it need only be DeepFrozen.

use super::Auditor;
use super::deep_frozen::capture;
use super::pass_by_construction::{no_portrayal, portrayal};
use super::transparent::{hidden_capture, is_shown, nouns_shown};
use crate::audition::{Audition, Captured};
use crate::guards::{Guard, Implication, Property};
use crate::verdict::Verdict;
use syntax::kernel_e::{Expr, Name, Program};

pub(super) fn audit(audition: &Audition<'_>) -> Verdict {
    let Some(method) = portrayal(&audition.object().script) else {
        return Verdict::Rejected(vec![no_portrayal(Auditor::Data, audition)]);
    };
    let shown = nouns_shown(audition.program, method);
    let maker = maker(audition.program, method.body);
    let mut objections = Vec::new();
    let mut missing = None;
    for it in audition.captures() {
        if !is_shown(&it, &shown) {
            objections.push(hidden_capture(audition, it));
            continue;
        }
        match implication(it, maker) {
            Implication::Yes => {}
            Implication::No if maker == Some(&it.capture.noun) => {
                objections.push(capture(Property::DeepFrozen, audition, it));
            }
            Implication::No => objections.push(capture(Property::Data, audition, it)),
            Implication::Unknown(why) => missing = missing.or(Some(why)),
        }
    }
    match missing {
        Some(why) if objections.is_empty() => Verdict::Unknown(why),
        _ => Verdict::from_objections(objections),
    }
}

fn implication(it: Captured<'_>, maker: Option<&Name>) -> Implication {
    match it.guard {
        // What everybody has is not part of the object.
        Guard::Same(_, true) => Implication::Yes,
        guard if maker == Some(&it.capture.noun) => guard.implies(Property::DeepFrozen),
        guard => guard.implies(Property::Data),
    }
}

/// The noun that comes first in the list which the body answers.
fn maker(program: &Program, body: syntax::kernel_e::ExprId) -> Option<&Name> {
    let mut it = body;
    for _ in 0..program.exprs.len() {
        match program.expr(it) {
            Expr::Hide(body) | Expr::Escape { body, catch: None, .. } => it = *body,
            Expr::Seq(subs) => {
                // `return` leaves early: what stands after it is the null of a method without one.
                it = *subs.iter().find(|it| returned(program, **it).is_some()).or(subs.last())?;
            }
            Expr::Call { recipient, args, .. } => match program.expr(*recipient) {
                Expr::Noun(noun) if &**noun == "__return" => it = *args.first()?,
                Expr::Noun(noun) if &**noun == "__makeList" => match program.expr(*args.first()?) {
                    Expr::Noun(maker) => return Some(maker),
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}

fn returned(program: &Program, it: syntax::kernel_e::ExprId) -> Option<()> {
    let Expr::Call { recipient, .. } = program.expr(it) else { return None };
    matches!(program.expr(*recipient), Expr::Noun(noun) if &**noun == "__return").then_some(())
}
