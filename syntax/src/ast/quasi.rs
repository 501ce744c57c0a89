//! Quasi-literals, the same as expression and as pattern.

use super::{ExprId, Ident, PatternId};
use std::sync::Arc;

/// A quasi-literal, as expression or as pattern.
#[derive(Clone, PartialEq, Debug)]
pub struct Quasi {
    pub parser: QuasiParser,
    pub parts: Vec<QuasiPart>,
}

/// What reads the template.
#[derive(Clone, PartialEq, Debug)]
pub enum QuasiParser {
    /// No prefix: `simple__quasiParser`.
    Default,
    /// `name` before the backquote: `name__quasiParser`.
    Named(Ident),
    /// `(expr)` before the backquote.
    Computed(ExprId),
}

/// A piece of a template.
#[derive(Clone, PartialEq, Debug)]
pub enum QuasiPart {
    /// Text as the quasi-parser gets it: doubled backquotes single, `$$` and `@@` still doubled, `$\n` read.
    Text(Arc<str>),
    /// `$name` or `${expr}`
    Value(ExprId),
    /// `@name`, `@_` or `@{pattern}`
    Pattern(PatternId),
}
