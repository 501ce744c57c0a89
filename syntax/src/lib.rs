//! What was written, and what it says in Kernel-E.
//!
//! [`parse`] reads a text into the surface tree of [`ast`] and always succeeds, errors beside the tree;
//! [`expand`] turns that into Kernel-E; [`resolve`] says who binds each noun, and [`static_errors`] what E
//! refuses before it runs. [`print_surface`] and [`print_kernel`] write both trees back as E.
//!
//! ```
//! use syntax::kernel_e::ObjectId;
//!
//! let parse = syntax::parse("var sum := 0; def counter { to add(n) { sum += n } }");
//! assert!(parse.errors.is_empty());
//!
//! let expansion = syntax::expand(&parse.program);
//! assert!(syntax::print_kernel(&expansion.program).contains("sum := sum.add(n)"));
//!
//! let scopes = syntax::resolve(&expansion.program);
//! let captures = scopes.captures(ObjectId(0));
//! assert_eq!(captures[0].noun.as_str(), "sum");
//! assert!(captures[0].reads && captures[0].assigns);
//!
//! // Nothing but `null` is known outside of this program.
//! let outer = |noun: &str| (noun == "null").then_some(syntax::Outer { assignable: false });
//! assert!(syntax::static_errors(&expansion, &scopes, &outer).is_empty());
//! ```

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod ast;
mod balance;
pub mod by_id;
pub mod complete;
pub mod cst;
mod deep;
pub mod error;
pub mod excerpt;
pub mod expand;
pub mod format;
pub mod kernel_e;
mod lower;
mod parts;
pub mod pragmas;
pub mod print;
mod reading;
pub mod scope;
pub mod source_map;
mod static_errors;
pub mod static_scope;
pub mod suggest;
pub mod words;

pub use balance::{OpenParenthesis, open_parenthesis};
pub use complete::{Completeness, completeness};
pub use deep::{NESTING_LIMIT, deep};
pub use error::{Related, SyntaxError, SyntaxErrorKind};
pub use excerpt::excerpt;
pub use expand::{Misuse, PatternExpansion, expand, expand_pattern, misuses, property_getter};
pub use format::{FormatError, Replacement, format, format_step};
pub use lower::{PatternParse, Tree, lower, parse, parse_quasi, parse_quasi_pattern, parse_with, tree};
pub use parts::{Node, parts};
pub use pragmas::Pragmas;
pub use print::{print_expr, print_kernel, print_pattern, print_surface};
pub use reading::Reading;
pub use scope::{Scopes, resolve};
pub use source_map::SourceMap;
pub use static_errors::{Outer, static_errors};
pub use static_scope::StaticScope;

/// What [`parse`] answers: always a program, with what is wrong beside it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parse {
    pub program: ast::Program,
    pub errors: Vec<SyntaxError>,
    /// The pragmas in force at the end of the text, for the text that follows it.
    pub pragmas: Pragmas,
}

/// What `expand` answers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Expansion {
    pub program: kernel_e::Program,
    pub source_map: SourceMap,
    pub errors: Vec<SyntaxError>,
}
