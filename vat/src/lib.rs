//! What happens when E runs: heap, turns, promises.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]
#![allow(clippy::boxed_local, reason = "a continuation is handed on in the box it came in")]
#![allow(
    clippy::mutable_key_type,
    reason = "a value hashes by its class's name, never by the table inside it"
)]

pub mod audition;
pub mod bank;
pub mod causality;
pub mod code;
pub mod coerce;
pub mod compile;
pub mod core_scope;
pub mod cx;
pub mod data;
pub mod desc;
pub mod e;
pub mod ejector;
pub mod exception;
pub mod facet;
mod far;
pub mod fuel;
pub mod guard;
pub mod heap;
pub mod help;
mod import;
mod interp;
pub mod iterate;
pub mod lazy;
pub mod library;
mod load;
mod machine;
pub mod memoize;
mod miranda;
pub mod native;
pub mod node;
pub mod object;
pub mod pattern;
pub mod powers;
pub mod print;
pub mod problem;
pub mod protocol;
pub mod proxy;
pub mod quasi;
mod queue;
pub mod rare;
pub mod reference;
pub mod regex_quasi;
pub mod resolver;
mod rest;
mod row;
pub mod rune;
pub mod same;
mod scope;
pub mod scope_object;
mod scope_setup;
pub mod scopes;
pub mod sealing;
pub mod selector;
mod send;
pub mod slot;
pub mod sort;
pub mod store;
mod sturdy;
mod suggest;
pub mod term;
pub mod throw;
pub mod timer;
pub mod transcript;
mod turn;
pub mod value;
pub mod weak;
mod when;
pub mod world;

pub use cx::Cx;
pub use fuel::Interrupt;
pub use powers::Powers;
pub use store::SnapshotError;
pub use turn::{Evaluated, Limits};
pub use value::Value;
pub use world::{
    Auditors, Evaluation, Handle, Outcome, ProblemReport, ReferenceState, Sharing, TurnReport, VatId, World,
};
