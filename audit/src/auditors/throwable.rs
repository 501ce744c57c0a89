//! `Throwable`: what may leave through `throw`. It must carry no capability out and be readable in another vat, so
//! it is DeepFrozen and portrays itself.

use super::pass_by_construction::{no_portrayal, portrayal};
use super::{Auditor, deep_frozen};
use crate::audition::Audition;
use crate::guards::Property;
use crate::verdict::Verdict;

pub(super) fn audit(audition: &Audition<'_>) -> Verdict {
    let frozen = deep_frozen::audit(Property::DeepFrozen, audition);
    if portrayal(&audition.object().script).is_some() {
        return frozen;
    }
    let mut objections = vec![no_portrayal(Auditor::Throwable, audition)];
    objections.extend(frozen.objections().iter().cloned());
    Verdict::Rejected(objections)
}
