//! `Selfless`: any object may ask to be compared by its portrayal.
//!
//! One that then does not portray itself is the same as nothing but itself, and harms nobody.

use crate::audition::Audition;
use crate::verdict::Verdict;

pub(super) fn audit(_audition: &Audition<'_>) -> Verdict {
    Verdict::Approved
}
