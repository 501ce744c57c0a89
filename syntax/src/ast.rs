//! Surface E as it was written: an owned arena of nodes with their ranges.
//!
//! [`crate::parse`] makes it from text and always succeeds; [`crate::expand`] turns it into Kernel-E. Every
//! node knows its byte range. Nodes name each other by id, so that dropping and comparing a tree of any depth
//! does not recurse. What is sugar stays sugar here: each surface construct has a node of its own.

mod control;
mod expr;
mod object;
mod pattern;
mod quasi;

pub use control::*;
pub use expr::*;
pub use object::*;
pub use pattern::*;
pub use quasi::*;

use crate::kernel_e::Name;
use text_size::TextRange;

/// An expression of one [`Program`].

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExprId(pub u32);

/// A pattern of one [`Program`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PatternId(pub u32);

/// A name together with where it stands. `range` excludes `::"` and the like only where nothing was written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ident {
    pub name: Name,
    pub range: TextRange,
}

/// A whole text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Program {
    pub body: Vec<ExprId>,
    exprs: Vec<Expr>,
    expr_ranges: Vec<TextRange>,
    patterns: Vec<Pattern>,
    pattern_ranges: Vec<TextRange>,
}

impl Program {
    /// The expression with this id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }
    /// The pattern with this id.
    pub fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[id.0 as usize]
    }
    /// Every expression there is, in the order they were read.
    pub fn all_exprs(&self) -> impl Iterator<Item = (ExprId, &Expr)> {
        self.exprs.iter().enumerate().map(|(index, it)| (ExprId(index as u32), it))
    }
    /// Every pattern there is, in the order they were read.
    pub fn all_patterns(&self) -> impl Iterator<Item = (PatternId, &Pattern)> {
        self.patterns.iter().enumerate().map(|(index, it)| (PatternId(index as u32), it))
    }
    /// Where an expression was written.
    pub fn expr_range(&self, id: ExprId) -> TextRange {
        self.expr_ranges[id.0 as usize]
    }
    /// Where a pattern was written.
    pub fn pattern_range(&self, id: PatternId) -> TextRange {
        self.pattern_ranges[id.0 as usize]
    }
    /// Moves every node, as where the text turns out to be a part of another.
    pub(crate) fn map_ranges(&mut self, map: impl Fn(TextRange) -> TextRange) {
        self.expr_ranges.iter_mut().chain(&mut self.pattern_ranges).for_each(|it| *it = map(*it));
    }
    /// Takes in an expression; what it is made of has come before.
    pub fn add_expr(&mut self, it: Expr, range: TextRange) -> ExprId {
        self.exprs.push(it);
        self.expr_ranges.push(range);
        ExprId(self.exprs.len() as u32 - 1)
    }
    /// Takes in a pattern; what it is made of has come before.
    pub fn add_pattern(&mut self, it: Pattern, range: TextRange) -> PatternId {
        self.patterns.push(it);
        self.pattern_ranges.push(range);
        PatternId(self.patterns.len() as u32 - 1)
    }
}

/// A block `{ … }`: its expressions in order; empty is null.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    pub body: Vec<ExprId>,
    pub range: TextRange,
}
