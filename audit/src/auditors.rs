//! The built-in auditors, by name.

mod data;
mod deep_frozen;
mod eventually;
mod pass_by_construction;
mod selfless;
mod throwable;
mod transparent;

use crate::audition::Audition;
use crate::guards::Property;
use crate::verdict::Verdict;
pub use eventually::EVENTUALLY;

/// A built-in auditor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Auditor {
    /// `DeepFrozen`: immutable, and reaches nothing that is not.
    DeepFrozen,
    /// `DeepFrozen.optionally()`: gives the stamp if it can and says nothing if not.
    OptionallyDeepFrozen,
    /// `DeepFrozen."eventually"()`: shows its state to whoever checks whether it is DeepFrozen.
    EventuallyDeepFrozen,
    /// `Selfless`: compared by its portrayal.
    Selfless,
    /// `Transparent`: its portrayal says all there is to know.
    Transparent,
    /// `PassByCopy`: Selfless and passed by construction.
    PassByCopy,
    /// `pbc`: passed by construction.
    Pbc,
    /// `Data`: its portrayal tells all of it, and all of it is data.
    Data,
    /// `Confined`: DeepFrozen, and deaf to everything but its callers.
    Confined,
    /// `Throwable`: DeepFrozen, and travels as its portrayal.
    Throwable,
    /// `DeepFrozenStamp` of the privileged scope: claims without being asked for reasons.
    DeepFrozenStamp,
    /// `TransparentStamp` of the privileged scope.
    TransparentStamp,
}

impl Auditor {
    /// The auditor a name of the safe or privileged scope stands for.
    pub fn by_name(name: &str) -> Option<Auditor> {
        Some(match name {
            "DeepFrozen" => Auditor::DeepFrozen,
            "Selfless" => Auditor::Selfless,
            "Transparent" => Auditor::Transparent,
            "PassByCopy" => Auditor::PassByCopy,
            "pbc" => Auditor::Pbc,
            "Data" | "DeepPassByCopy" => Auditor::Data,
            "Confined" => Auditor::Confined,
            "Throwable" => Auditor::Throwable,
            "DeepFrozenStamp" => Auditor::DeepFrozenStamp,
            "TransparentStamp" => Auditor::TransparentStamp,
            _ => return None,
        })
    }

    /// As a program writes it.
    pub fn name(self) -> &'static str {
        match self {
            Auditor::DeepFrozen => "DeepFrozen",
            Auditor::OptionallyDeepFrozen => "DeepFrozen.optionally()",
            Auditor::EventuallyDeepFrozen => "DeepFrozen.\"eventually\"()",
            Auditor::Selfless => "Selfless",
            Auditor::Transparent => "Transparent",
            Auditor::PassByCopy => "PassByCopy",
            Auditor::Pbc => "pbc",
            Auditor::Data => "Data",
            Auditor::Confined => "Confined",
            Auditor::Throwable => "Throwable",
            Auditor::DeepFrozenStamp => "DeepFrozenStamp",
            Auditor::TransparentStamp => "TransparentStamp",
        }
    }

    /// Whether a rejection stops the program. `DeepFrozen.optionally()` lets the object through unstamped.
    pub fn insists(self) -> bool {
        self != Auditor::OptionallyDeepFrozen
    }
}

/// The one judge. What it answers in the editor it answers in the vat.
pub fn audit(auditor: Auditor, audition: &Audition<'_>) -> Verdict {
    match auditor {
        Auditor::DeepFrozen | Auditor::OptionallyDeepFrozen => {
            deep_frozen::audit(Property::DeepFrozen, audition)
        }
        Auditor::Confined => deep_frozen::audit(Property::Confined, audition),
        Auditor::Data => data::audit(audition),
        Auditor::Throwable => throwable::audit(audition),
        Auditor::EventuallyDeepFrozen => eventually::audit(audition),
        Auditor::Selfless => selfless::audit(audition),
        Auditor::Transparent => transparent::audit(audition),
        Auditor::PassByCopy => pass_by_construction::pass_by_copy(audition),
        Auditor::Pbc => pass_by_construction::pbc(),
        // Whoever holds a stamp may claim anything; that is why stamps are not in the safe scope.
        Auditor::DeepFrozenStamp | Auditor::TransparentStamp => Verdict::Approved,
    }
}
