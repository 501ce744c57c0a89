//! `PassByCopy` and `pbc`: the object travels as its portrayal.
//!
//! `pbc` only allows it to; one that then does not portray itself stays where it is. `PassByCopy` promises that it
//! can, so there must be a portrayal.

use super::Auditor;
use crate::audition::Audition;
use crate::verdict::{Objection, ObjectionKind, Place, Said, Verdict};
use syntax::kernel_e::{Method, Script};

pub(super) fn pass_by_copy(audition: &Audition<'_>) -> Verdict {
    match portrayal(&audition.object().script) {
        Some(_) => Verdict::Approved,
        None => Verdict::Rejected(vec![no_portrayal(Auditor::PassByCopy, audition)]),
    }
}

pub(super) fn pbc() -> Verdict {
    Verdict::Approved
}

/// The method `__optUncall()`, by which an object portrays itself.
pub(super) fn portrayal(script: &Script) -> Option<&Method> {
    let Script::Methods { methods, .. } = script else { return None };
    methods.iter().find(|it| &*it.verb == "__optUncall" && it.params.is_empty())
}

pub(super) fn no_portrayal(auditor: Auditor, audition: &Audition<'_>) -> Objection {
    Objection {
        said: Said::Text(
            format!("{} has no __optUncall/0 and is therefore not {}", (audition.name)(), auditor.name())
                .into(),
        ),
        kind: ObjectionKind::Method { wanted: "method `__optUncall()`".into() },
        place: Place::Object(audition.object),
    }
}
