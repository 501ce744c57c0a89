//! Where each node of a Kernel-E program came from, kept apart from the program itself.
//!
//! Ranges are byte offsets into the text that was parsed. A node that expansion made up has the range of the
//! surface construct it was made for.

use crate::kernel_e::{ExprId, ObjectId, PatternId};
use text_size::TextRange;

/// Ids of one [`crate::kernel_e::Program`] to ranges of the text it was expanded from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SourceMap {
    /// By `ExprId`.
    pub exprs: Vec<TextRange>,
    /// By `PatternId`: the whole pattern, its guard included.
    pub patterns: Vec<TextRange>,
    /// By `PatternId`: just the noun, where the pattern binds one that the user wrote.
    pub nouns: Vec<Option<TextRange>>,
    /// By `PatternId`: of a pattern that expansion made up to hand on a noun, or to promise it, the one that defines
    /// it: in `(def x := 1) && y`, of the `&&x` that makes `x` known afterwards; in `def f := fn { f() }`, of the
    /// promise that stands for `f` inside.
    pub stands_for: Vec<Option<PatternId>>,
    /// By `ExprId`: just the noun of a `Noun`, `Binding` or `Assign`, the verb of a `Call`, where the user wrote it.
    pub names: Vec<Option<TextRange>>,
    /// By `ObjectId`.
    pub objects: Vec<ObjectRanges>,
}

/// The parts of an object expression an editor points at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectRanges {
    /// The whole expression, doc comment excluded.
    pub whole: TextRange,
    /// From `def` to just before the body's `{`: where a verdict is shown.
    pub header: TextRange,
    /// The object's name, where it has one.
    pub name: Option<TextRange>,
    /// `as` auditor (if any), then the `implements` list, in order.
    pub auditors: Vec<TextRange>,
    /// Each method, whole, then each matcher.
    pub methods: Vec<TextRange>,
    /// The verb of each method, where the user wrote one.
    pub verbs: Vec<Option<TextRange>>,
}

impl SourceMap {
    /// Where an expression came from.
    pub fn expr(&self, id: ExprId) -> TextRange {
        self.exprs[id.index()]
    }
    /// Where a pattern came from.
    pub fn pattern(&self, id: PatternId) -> TextRange {
        self.patterns[id.index()]
    }
    /// Where the parts of an object expression came from.
    pub fn object(&self, id: ObjectId) -> &ObjectRanges {
        &self.objects[id.index()]
    }
}
