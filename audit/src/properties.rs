//! The four properties of which an object may have some: what it can let out and what can reach it, of
//! capabilities and of bits.
//!
//! Nothing here says anything about covert channels: time, memory and heat tell tales that no auditor reads.

use crate::verdict::Verdict;

/// What the verdicts on an object expression amount to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Properties {
    /// It passes no capability to anybody but to who calls it.
    pub capability_confined: bool,
    /// No capability reaches it but from who calls it.
    pub capability_isolated: bool,
    /// It tells bits to nobody but to who calls it. Never claimed: whoever can be called can answer, and
    /// everybody has `traceln`.
    pub bit_confined: bool,
    /// It learns bits from nobody but from who calls it, so that it does the same when it is played again.
    pub bit_isolated: bool,
}

impl Properties {
    /// DeepFrozen gives the first two, Confined the last as well.
    pub fn of(deep_frozen: &Verdict, confined: &Verdict) -> Properties {
        let frozen = deep_frozen.is_approved();
        Properties {
            capability_confined: frozen,
            capability_isolated: frozen,
            bit_confined: false,
            bit_isolated: frozen && confined.is_approved(),
        }
    }

    /// Each property by its name.
    pub fn named(&self) -> [(&'static str, bool); 4] {
        [
            ("capability-confinement", self.capability_confined),
            ("capability-isolation", self.capability_isolated),
            ("bit-confinement", self.bit_confined),
            ("bit-isolation", self.bit_isolated),
        ]
    }
}
