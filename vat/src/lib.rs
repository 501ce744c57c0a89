//! What happens when E runs: heap, turns, promises.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod audition;
pub mod code;
pub mod compile;
pub mod core_scope;
pub mod cx;
pub mod data;
pub mod e;
pub mod ejector;
mod far;
pub mod fuel;
pub mod heap;
mod import;
mod interp;
mod load;
mod machine;
mod miranda;
pub mod native;
pub mod object;
pub mod powers;
pub mod problem;
pub mod reference;
pub mod resolver;
mod scope;
pub mod scopes;
pub mod selector;
mod send;
pub mod slot;
pub mod throw;
mod turn;
pub mod value;
mod when;
pub mod world;

pub mod coerce;

pub mod facet;

pub mod guard;

pub mod iterate;

pub mod pattern;

pub mod print;

pub mod quasi;

pub mod same;

pub mod sealing;

pub mod sort;

pub mod desc;

pub use cx::Cx;
pub use fuel::Interrupt;
pub use powers::Powers;
pub use turn::{Evaluated, Limits};
pub use value::Value;
pub use world::{
    Evaluation, Handle, Outcome, ProblemReport, ReferenceState, Sharing, TurnReport, VatId, World,
};
