//! `DeepFrozen` and `Confined`: every capture's binding must carry a guard that implies as much.
//!
//! So nothing the object holds can change, and nothing it reaches can. The value is not looked at: `def x := 1`
//! carries `FinalSlot[any]` and is refused, as E refuses it.

use crate::audition::{Audition, Captured};
use crate::guards::{Implication, Property};
use crate::verdict::{Objection, ObjectionKind, Place, Said, Verdict};
use syntax::kernel_e::Pattern;

pub(super) fn audit(wanted: Property, audition: &Audition<'_>) -> Verdict {
    let mut objections: Vec<Objection> = own_variable(wanted, audition).into_iter().collect();
    let mut missing = None;
    for it in audition.captures() {
        match it.guard.implies(wanted) {
            Implication::Yes => {}
            Implication::No => objections.push(capture(wanted, audition, it)),
            Implication::Unknown(why) => missing = missing.or(Some(why)),
        }
    }
    // One certain objection rejects, whatever else is unknown.
    match missing {
        Some(why) if objections.is_empty() => Verdict::Unknown(why),
        _ => Verdict::from_objections(objections),
    }
}

/// `def var counter implements DeepFrozen { … counter … }`
fn own_variable(wanted: Property, audition: &Audition<'_>) -> Option<Objection> {
    let used = audition.own_name()?;
    let Pattern::Var { noun, .. } = audition.program.pattern(audition.object().pattern) else { return None };
    Some(Objection {
        said: Said::Of((audition.name)()),
        kind: ObjectionKind::OwnVariable { noun: noun.clone(), wanted },
        place: Place::Use(used.first_use),
    })
}

pub(super) fn capture(wanted: Property, audition: &Audition<'_>, it: Captured<'_>) -> Objection {
    let noun = &it.capture.noun;
    Objection {
        said: Said::Of((audition.name)()),
        kind: ObjectionKind::Capture {
            noun: noun.clone(),
            binder: it.capture.binder.clone(),
            found: it.guard.clone(),
            wanted,
            further: None,
        },
        place: Place::Use(it.capture.first_use),
    }
}
