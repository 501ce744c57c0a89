//! What was written, and what it says in Kernel-E.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod ast;
pub mod error;
pub mod kernel_e;
pub mod scope;
pub mod source_map;

pub use error::{SyntaxError, SyntaxErrorKind};
pub use scope::{Scopes, resolve};
pub use source_map::SourceMap;

/// What [`parse`] answers: always a program, with what is wrong beside it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parse {
    pub program: ast::Program,
    pub errors: Vec<SyntaxError>,
    /// The pragmas in force at the end of the text, for the text that follows it.
    pub pragmas: Pragmas,
}

/// Which optional syntaxes are on. Copied from one updoc step or cell to the next.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Pragmas {}

/// What [`expand`] answers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Expansion {
    pub program: kernel_e::Program,
    pub source_map: SourceMap,
    pub errors: Vec<SyntaxError>,
}
