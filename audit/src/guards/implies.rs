//! What each guard implies: whether only such values pass as an auditor wants behind a name.

use super::{Guard, Standard};
use std::sync::Arc;

/// What an auditor wants of everything behind a captured name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Property {
    /// Immutable through and through.
    DeepFrozen,
    /// DeepFrozen, and deaf: nothing from outside the program reaches it but what its callers say.
    Confined,
    /// Made of nothing but values that travel as copies.
    Data,
}

/// Whether a guard lets only such values through as an auditor needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Implication {
    Yes,
    /// No, or the auditor does not know the guard; E refuses in both cases.
    No,
    /// Not before more is known.
    Unknown(Arc<str>),
}

impl Property {
    /// The auditor of that name.
    pub fn name(self) -> &'static str {
        match self {
            Property::DeepFrozen => "DeepFrozen",
            Property::Confined => "Confined",
            Property::Data => "Data",
        }
    }
}

impl Standard {
    /// Whether only values with the property pass. `nullOk` alone accepts nothing but null, `void` makes null of
    /// all, and a DeepFrozen value may still listen to the world.
    pub fn implies(self, wanted: Property) -> bool {
        use Standard::*;
        match self {
            Void | Boolean | Int | Float64 | Char | String | Twine | NullOk => true,
            DeepFrozen | Throwable => wanted == Property::DeepFrozen,
            Confined => matches!(wanted, Property::DeepFrozen | Property::Confined),
            Data => wanted == Property::Data,
            _ => false,
        }
    }
}

impl Guard {
    /// E's `DeepFrozen.rangeSupersetOf(guard)`: whether every value that passes is DeepFrozen; `None` where
    /// that depends on a guard that DeepFrozen does not know.
    pub fn is_within_deep_frozen(&self) -> Option<bool> {
        let all = |parts: &[&Guard]| {
            let known: Vec<Option<bool>> = parts.iter().map(|it| it.is_within_deep_frozen()).collect();
            match known.contains(&Some(false)) {
                true => Some(false),
                false => (!known.contains(&None)).then_some(true),
            }
        };
        match self {
            Guard::Other(_) | Guard::Unknown(_) => None,
            Guard::FinalSlot(g) | Guard::List(g) | Guard::Set(g) | Guard::NullOk(g) => {
                g.is_within_deep_frozen()
            }
            Guard::Map(k, v) => all(&[k, v]),
            Guard::Tuple(parts) | Guard::Union(parts) => all(&parts.iter().collect::<Vec<_>>()),
            it => Some(it.implies_deep_frozen() == Implication::Yes),
        }
    }

    /// Whether every value that passes is known to be DeepFrozen.
    pub fn implies_deep_frozen(&self) -> Implication {
        self.implies(Property::DeepFrozen)
    }

    /// Whether every value that passes is known to have the property.
    pub fn implies(&self, wanted: Property) -> Implication {
        use Implication::*;
        match self {
            Guard::Standard(it) if it.implies(wanted) => Yes,
            Guard::FinalSlot(g) | Guard::List(g) | Guard::Set(g) | Guard::NullOk(g) => g.implies(wanted),
            Guard::Map(k, v) => k.implies(wanted).and(v.implies(wanted)),
            Guard::Tuple(parts) | Guard::Union(parts) => {
                parts.iter().fold(Yes, |so_far, it| so_far.and(it.implies(wanted)))
            }
            Guard::Intersection(parts) => parts.iter().fold(No, |so_far, it| so_far.or(it.implies(wanted))),
            Guard::Region(space, _) if space.implies(wanted) => Yes,
            Guard::Same(printed, frozen) if same_implies(printed, *frozen, wanted) => Yes,
            Guard::Unknown(why) => Unknown(why.clone()),
            Guard::Standard(_)
            | Guard::VarSlot
            | Guard::GuardedSlot
            | Guard::Region(..)
            | Guard::Same(..)
            | Guard::Other(_) => No,
        }
    }
}

/// One value, by how it prints. What has no name that every program is born with is known to be DeepFrozen at
/// most.
fn same_implies(printed: &str, frozen: bool, wanted: Property) -> bool {
    let born = || {
        let name = printed.strip_prefix("<& ").and_then(|it| it.strip_suffix('>'));
        name.and_then(crate::scopes::lookup)
    };
    match wanted {
        Property::DeepFrozen => frozen,
        Property::Confined => frozen && born().is_some_and(|it| !it.listens()),
        Property::Data => {
            born().is_some_and(|it| matches!(it.name, "null" | "true" | "false" | "NaN" | "Infinity"))
        }
    }
}

impl Implication {
    pub(crate) fn and(self, other: Implication) -> Implication {
        use Implication::*;
        match (self, other) {
            (No, _) | (_, No) => No,
            (Unknown(why), _) | (_, Unknown(why)) => Unknown(why),
            (Yes, Yes) => Yes,
        }
    }
    pub(crate) fn or(self, other: Implication) -> Implication {
        use Implication::*;
        match (self, other) {
            (Yes, _) | (_, Yes) => Yes,
            (Unknown(why), _) | (_, Unknown(why)) => Unknown(why),
            (No, No) => No,
        }
    }
}
