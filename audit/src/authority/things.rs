//! What authority is made of, and the answers about it.

use crate::scopes::ScopeName;
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, ObjectId};
use syntax::scope::DefinitionId;

/// Something that matters when it is reachable.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Thing {
    /// A name of the privileged scope, and what part of it: `file`, and the path it was opened at.
    Power(&'static ScopeName, Option<Arc<str>>),
    /// A `var`, by its name; the definition where it is one of this program.
    Variable(Name, Option<DefinitionId>),
    /// A mutable collection, by the call that makes it.
    Collection(Option<ExprId>),
    /// What a caller hands over: symbolic until a call is known.
    Parameter(Name, Option<DefinitionId>),
    /// Another object of the program.
    Object(Name, Option<ObjectId>),
    /// What could not be followed.
    Unknown(Arc<str>),
}

/// A thing, and the names that lead to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    pub thing: Thing,
    /// From the object outwards; the first is a noun that the object closes over. The shortest there is.
    pub path: Vec<Name>,
    /// Which place of the heap each of these is a name of, where that is one; see [`super::Authority::thing`].
    pub hops: Vec<Option<u32>>,
    /// The first use of the first noun of the path.
    pub at: ExprId,
    /// Which place of the heap it is; see [`super::Authority::thing`].
    pub place: u32,
}

/// What one object expression reaches.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reach {
    /// The nearest first; each thing once.
    pub holds: Vec<Held>,
}

/// What one method of an object expression does with what it gets and gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MethodSummary {
    /// `deposit/1`, or `match` for a matcher.
    pub message: String,
    /// What its answer reaches.
    pub returns: Vec<Thing>,
    /// Parameters that stay behind in state which the object reaches, and in which.
    pub keeps: Vec<(Name, Thing)>,
    /// Parameters that are handed on, and to what.
    pub passes: Vec<(Name, Thing)>,
}

/// What an object expression holds, and what its methods do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// What it closes over that is more than data.
    pub captures: Vec<Thing>,
    pub methods: Vec<MethodSummary>,
}
