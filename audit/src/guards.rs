//! Guards as an auditor sees them, and what each standard guard implies.
//!
//! A guard on a *binding* describes the slot (`FinalSlot[int]`, `VarSlot`), a guard in a pattern describes the
//! value (`int`). E uses one kind of object for both, and so does [`Guard`]. It says nothing about how a guard
//! coerces; that is the vat's.

mod implies;

pub use implies::{Implication, Property};

use std::fmt;
use std::sync::{Arc, LazyLock};

/// The deepest nesting of `List[List[…]]` that is described; anything deeper is [`Guard::Unknown`].
pub const DEEPEST: usize = 64;

/// A guard, described by what it implies rather than by what it does.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Guard {
    /// A guard of the safe scope without parameters.
    Standard(Standard),
    /// `FinalSlot[g]`: what `def x :g` puts on the binding of `x`.
    FinalSlot(Arc<Guard>),
    /// What `var x` puts on the binding.
    VarSlot,
    /// What `var x :g` puts on the binding.
    GuardedSlot,
    /// `List[g]`
    List(Arc<Guard>),
    /// `Set[g]`
    Set(Arc<Guard>),
    /// `Map[k, v]`
    Map(Arc<Guard>, Arc<Guard>),
    /// `Tuple[g, h]`
    Tuple(Vec<Guard>),
    /// `nullOk[g]`
    NullOk(Arc<Guard>),
    /// `any[g, h]`: one of them
    Union(Vec<Guard>),
    /// `all[g, h]`: all of them
    Intersection(Vec<Guard>),
    /// A region of an ordered space, `int > 3` or `'a'..'z'`: the space, and how the region prints.
    Region(Standard, Arc<str>),
    /// `Same[v]`: only `v`; how `v` prints, and whether it is DeepFrozen.
    Same(Arc<str>, bool),
    /// A guard that no standard auditor knows: how it prints.
    Other(Arc<str>),
    /// Nothing is known yet: what would have to be. Never made by a vat.
    Unknown(Arc<str>),
}

/// The guards of the safe scope that take no parameters (or are written without).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Standard {
    Any,
    Void,
    Boolean,
    Int,
    Float64,
    Char,
    String,
    Twine,
    List,
    Map,
    Set,
    Tuple,
    NullOk,
    NotNull,
    Near,
    Vow,
    Rcvr,
    Guard,
    All,
    Not,
    DeepFrozen,
    Data,
    PassByCopy,
    Pbc,
    Selfless,
    Transparent,
    Confined,
    Throwable,
    TextWriter,
    EAudition,
    StandardGraphExit,
}

impl Standard {
    /// Every standard guard, in the order of the safe scope.
    pub const ALL: &'static [Standard] = &[
        Standard::Any,
        Standard::Void,
        Standard::Boolean,
        Standard::Int,
        Standard::Float64,
        Standard::Char,
        Standard::String,
        Standard::Twine,
        Standard::List,
        Standard::Map,
        Standard::Set,
        Standard::Tuple,
        Standard::NullOk,
        Standard::NotNull,
        Standard::Near,
        Standard::Vow,
        Standard::Rcvr,
        Standard::Guard,
        Standard::All,
        Standard::Not,
        Standard::DeepFrozen,
        Standard::Data,
        Standard::PassByCopy,
        Standard::Pbc,
        Standard::Selfless,
        Standard::Transparent,
        Standard::Confined,
        Standard::Throwable,
        Standard::TextWriter,
        Standard::EAudition,
        Standard::StandardGraphExit,
    ];

    /// Its name in the safe scope, which is also how it prints.
    pub fn name(self) -> &'static str {
        match self {
            Standard::Any => "any",
            Standard::Void => "void",
            Standard::Boolean => "boolean",
            Standard::Int => "int",
            Standard::Float64 => "float64",
            Standard::Char => "char",
            Standard::String => "String",
            Standard::Twine => "Twine",
            Standard::List => "List",
            Standard::Map => "Map",
            Standard::Set => "Set",
            Standard::Tuple => "Tuple",
            Standard::NullOk => "nullOk",
            Standard::NotNull => "notNull",
            Standard::Near => "near",
            Standard::Vow => "vow",
            Standard::Rcvr => "rcvr",
            Standard::Guard => "Guard",
            Standard::All => "all",
            Standard::Not => "Not",
            Standard::DeepFrozen => "DeepFrozen",
            Standard::Data => "Data",
            Standard::PassByCopy => "PassByCopy",
            Standard::Pbc => "pbc",
            Standard::Selfless => "Selfless",
            Standard::Transparent => "Transparent",
            Standard::Confined => "Confined",
            Standard::Throwable => "Throwable",
            Standard::TextWriter => "TextWriter",
            Standard::EAudition => "EAudition",
            Standard::StandardGraphExit => "StandardGraphExit",
        }
    }

    /// The standard guard of that name.
    pub fn by_name(name: &str) -> Option<Standard> {
        Standard::ALL.iter().copied().find(|it| it.name() == name)
    }

    /// Whether it only ever checks values: one that has no `audit`.
    pub fn never_audits(self) -> bool {
        use Standard::*;
        matches!(
            self,
            Any | Void | Boolean | Int | Float64 | Char | String | List | Map | Set | NullOk | NotNull | Near
        )
    }
}

impl Guard {
    /// `FinalSlot[any]`: what a plain `def x` puts on its binding.
    pub fn plain_def() -> Guard {
        static ANYTHING: LazyLock<Arc<Guard>> = LazyLock::new(|| Arc::new(Guard::ANY));
        Guard::FinalSlot(ANYTHING.clone())
    }
    /// Whether it is [`Guard::plain_def`].
    pub fn is_plain_def(&self) -> bool {
        matches!(self, Guard::FinalSlot(it) if **it == Guard::ANY)
    }
    /// `FinalSlot[g]`: what `def x :g` puts on its binding, and `def x as g` for an auditor.
    pub fn def(value: Guard) -> Guard {
        Guard::FinalSlot(Arc::new(value))
    }
    /// `any`: lets everything through, implies nothing.
    pub const ANY: Guard = Guard::Standard(Standard::Any);

    /// Whether it only ever checks values. `all[g, h]` audits by asking both.
    pub fn never_audits(&self) -> bool {
        match self {
            Guard::Standard(it) => it.never_audits(),
            Guard::List(_) | Guard::Set(_) | Guard::Map(..) | Guard::NullOk(_) | Guard::Region(..) => true,
            _ => false,
        }
    }
}

/// As E prints it in an auditor's refusal.
impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Guard::Standard(it) => f.write_str(it.name()),
            Guard::FinalSlot(g) => write!(f, "FinalSlot[{g}]"),
            Guard::VarSlot => f.write_str("VarSlot"),
            Guard::GuardedSlot => f.write_str("GuardedSlot"),
            Guard::List(g) => write!(f, "List[{g}]"),
            Guard::Set(g) => write!(f, "Set[{g}]"),
            Guard::Map(k, v) => write!(f, "Map[{k}, {v}]"),
            Guard::Tuple(parts) => list(f, "Tuple", parts),
            Guard::NullOk(g) => write!(f, "nullOk[{g}]"),
            Guard::Union(parts) => list(f, "any", parts),
            Guard::Intersection(parts) => list(f, "all", parts),
            Guard::Region(_, printed) | Guard::Other(printed) => f.write_str(printed),
            Guard::Same(printed, _) => write!(f, "Same[{printed}]"),
            Guard::Unknown(_) => f.write_str("a guard not known yet"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, name: &str, parts: &[Guard]) -> fmt::Result {
    write!(f, "{name}[")?;
    for (i, it) in parts.iter().enumerate() {
        write!(f, "{}{it}", if i == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn implies(guard: Guard) -> bool {
        guard.implies_deep_frozen() == Implication::Yes
    }

    #[test]
    fn data_guards_imply_deep_frozen() {
        for it in [Standard::Int, Standard::String, Standard::Char, Standard::Float64, Standard::Boolean] {
            assert!(implies(Guard::def(Guard::Standard(it))), "{}", it.name());
        }
        assert!(implies(Guard::List(Arc::new(Guard::Standard(Standard::Int)))));
        assert!(implies(Guard::def(Guard::Same("<mint>".into(), true))));
    }

    #[test]
    fn what_lets_anything_through_implies_nothing() {
        assert!(!implies(Guard::plain_def()));
        assert!(!implies(Guard::VarSlot));
        assert!(!implies(Guard::List(Arc::new(Guard::ANY))));
        assert!(!implies(Guard::Same("[].diverge()".into(), false)));
        assert!(!implies(Guard::Other("<Foo>".into())));
    }

    #[test]
    fn a_union_is_as_weak_as_its_weakest_and_an_intersection_as_strong_as_its_strongest() {
        let int = Guard::Standard(Standard::Int);
        assert!(!implies(Guard::Union(vec![int.clone(), Guard::ANY])));
        assert!(implies(Guard::Intersection(vec![int, Guard::ANY])));
    }

    #[test]
    fn a_guard_prints_as_e_prints_it() {
        let pairs = Guard::Map(Arc::new(Guard::Standard(Standard::String)), Arc::new(Guard::ANY));
        assert_eq!(Guard::def(pairs).to_string(), "FinalSlot[Map[String, any]]");
    }
}
