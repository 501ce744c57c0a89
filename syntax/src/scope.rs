//! Who binds each noun of a Kernel-E program: definitions, uses, captures.

mod resolver;
#[cfg(test)]
mod tests;

pub use resolver::resolve;

use crate::by_id::ById;
use crate::kernel_e::{ExprId, Name, ObjectId, PatternId};

/// A definition of one [`Scopes`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DefinitionId(pub u32);

/// A noun that a pattern of the program introduces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Definition {
    pub noun: Name,
    /// The `Final`, `Var` or `Binding` pattern that introduces it.
    pub pattern: PatternId,
    pub kind: DefinitionKind,
    /// The innermost object expression whose *script* the definition stands in. `None` is top level.
    pub owner: Option<ObjectId>,
    /// Defined by the top-level box, hence visible to the text that follows this program.
    pub top_level: bool,
}

/// How a noun was defined, and what guards it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DefinitionKind {
    /// `def x` with the guard expression if one is written
    Final { guard: Option<ExprId> },
    /// `var x`
    Var { guard: Option<ExprId> },
    /// `&&x`: whatever binding the specimen is
    Binding,
    /// The name of an object expression (its pattern is `Final`); `guard` is its `as` auditor
    Object { object: ObjectId, guard: Option<ExprId> },
}

/// Who a noun refers to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Binder {
    Definition(DefinitionId),
    /// Nothing in this program: the scope it is evaluated in decides.
    Outer,
}

/// How an object expression uses a noun that its script does not define.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Capture {
    pub noun: Name,
    pub binder: Binder,
    pub reads: bool,
    pub assigns: bool,
    /// `&&x` (and so `&x`): the binding itself is taken
    pub binds: bool,
    /// The first `Noun`, `Assign` or `Binding` expression that uses it
    pub first_use: ExprId,
}

/// The answer of [`resolve`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scopes {
    pub definitions: Vec<Definition>,
    /// Every `Noun`, `Assign` and `Binding` expression, and whom it means.
    pub binders: ById<ExprId, Binder>,
    /// The definition that a `Final`, `Var` or `Binding` pattern makes.
    pub by_pattern: ById<PatternId, DefinitionId>,
    /// By `ObjectId`: free nouns of the script (its own name included, if used), in order of first use.
    /// An outer object captures what its inner ones capture from outside it.
    pub captures: Vec<Vec<Capture>>,
    /// By `ObjectId`: the object expression whose script it stands in.
    pub parents: Vec<Option<ObjectId>>,
    /// Nouns of the program that nothing in it defines, in order of first use, with whether one is assigned.
    pub free: Vec<(Name, ExprId, bool)>,
    /// Patterns that define a noun a second time in one box, each with the definition before it.
    pub redefinitions: Vec<(PatternId, DefinitionId)>,
    /// `Final` and `Var` patterns whose guard uses the very noun they define: `x :x`.
    pub own_guards: Vec<PatternId>,
}

impl Scopes {
    /// The definition with this id.
    pub fn definition(&self, id: DefinitionId) -> &Definition {
        &self.definitions[id.0 as usize]
    }
    /// Whom a `Noun`, `Assign` or `Binding` expression means.
    pub fn binder(&self, use_of: ExprId) -> &Binder {
        self.binders.get(&use_of).unwrap_or(&Binder::Outer)
    }
    /// What an object expression closes over.
    pub fn captures(&self, object: ObjectId) -> &[Capture] {
        &self.captures[object.index()]
    }
}
