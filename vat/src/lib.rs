//! What happens when E runs: heap, turns, promises.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod cx;
pub mod data;
pub mod desc;
pub mod ejector;
pub mod fuel;
pub mod heap;
pub mod native;
pub mod powers;
pub mod problem;
pub mod reference;
pub mod resolver;
pub mod scopes;
pub mod selector;
pub mod send;
pub mod slot;
pub mod throw;
pub mod value;

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

pub use cx::Cx;
pub use fuel::Interrupt;
pub use powers::Powers;
pub use value::Value;
