//! Patterns.

use super::{ExprId, Ident, PatternId, Quasi};
use crate::kernel_e::Name;

/// Surface patterns, sugar and all.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// What could not be read; it expands to `_`.
    Error,
    /// `_` or `_ :G` or `:G`
    Ignore {
        guard: Option<ExprId>,
    },
    /// `x :G`
    Final {
        noun: Ident,
        guard: Option<ExprId>,
    },
    /// `var x :G`
    Var {
        noun: Ident,
        guard: Option<ExprId>,
    },
    /// `bind x :G`
    Bind {
        noun: Ident,
        guard: Option<ExprId>,
    },
    /// `&x :G`
    Slot {
        noun: Ident,
        guard: Option<ExprId>,
    },
    /// `&&x`
    Binding {
        noun: Ident,
    },
    /// `[p, q] + rest`
    List {
        subs: Vec<PatternId>,
        rest: Option<PatternId>,
    },
    /// `["a" => p, => b] | rest`
    Map {
        entries: Vec<MapPatternEntry>,
        rest: Option<PatternId>,
    },
    /// `==e`, or with `negated` `!=e`
    Same {
        value: ExprId,
        negated: bool,
    },
    /// `p ? e`
    SuchThat {
        pattern: PatternId,
        test: ExprId,
    },
    /// `via (f) p`
    Via {
        function: ExprId,
        pattern: PatternId,
    },
    Quasi(Quasi),
    /// `m(p…)`, `m[p…]`, `m.v(p…)` (call-pattern). The first two have the verbs `run` and `get`.
    Call {
        recipient: ExprId,
        verb: Name,
        args: Vec<PatternId>,
    },
    QuasiLiteral(u32),
    QuasiPattern(u32),
}

/// One entry of a map pattern: `key => p := default`.
#[derive(Clone, PartialEq, Debug)]
pub struct MapPatternEntry {
    pub key: MapPatternKey,
    pub default: Option<ExprId>,
}

/// What a map pattern looks for, and what it does with what it finds.
#[derive(Clone, PartialEq, Debug)]
pub enum MapPatternKey {
    /// `key => p`
    Pair { key: ExprId, value: PatternId },
    /// `=> x`, `=> &x`, `=> var x :G` …: the pattern is one that names a noun.
    Import(PatternId),
}
