//! E expressions and patterns as values: ``e`a + b` ``, ``epatt`[x, y]` ``, what they are made of, and their
//! quasi-parsers.
//!
//! A node is immutable data: a native of the class of its kind (`NounExpr`, `CallExpr` … [`kind`]) whose fields
//! are other nodes, lists of nodes, strings and numbers. So a part costs nothing to ask for, parts are shared,
//! nodes of the same parts are the same, and any vat can read one. What was written as sugar stays sugar until
//! someone asks for `asKernelE()`.
//!
//! [`read`] makes nodes from syntax, [`write`] syntax from nodes; the rest is said by what `syntax` knows.

pub(crate) mod check;
pub(crate) mod e_printer;
mod fill;
mod kernel;
pub mod kind;
mod make;
mod methods;
pub(crate) mod parser;
mod print;
mod read;
pub(crate) mod run;
pub(crate) mod scope;
pub(crate) mod walk;
mod write;

pub use e_printer::E_PRINTER;
pub use methods::has_getter;
pub use parser::{E_PARSER, EPATT_PARSER, MAKE_LEXER};
pub use print::{pieces as print_pieces, text as source};
pub use run::EVAL;
pub use scope::MAKE_SCOPE;

use crate::cx::Cx;
use crate::native::Class;
use crate::print::Piece;
use crate::value::Value;
use syntax::kernel_e::{ExprId, Program};

/// How static scopes and visitors print.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    scope::pieces(cx, class, fields).or_else(|| e_printer::pieces(cx, class, fields))
}

/// An expression of a Kernel-E program as a node.
pub fn of_kernel(cx: &mut Cx, program: &Program, id: ExprId) -> Value {
    let source_map = syntax::SourceMap::default();
    let mut reader = kernel::Kernel { cx, program, source_map: &source_map, spans: &|_| Value::NULL };
    reader.expr(id)
}

/// What `<import:org.erights.e.elang.…>` finds among the nodes, by the part of the name after `elang.`.
pub fn module(name: &str) -> Option<&'static Class> {
    Some(match name {
        "syntax.makeEParser" => &E_PARSER,
        "syntax.makeELexer" => &MAKE_LEXER,
        "syntax.epatt__quasiParser" => &EPATT_PARSER,
        "syntax.ePrinter" => &E_PRINTER,
        "evm.makeStaticScope" => &MAKE_SCOPE,
        "evm.type.StaticScope" => &scope::SCOPE_GUARD,
        _ => {
            let evm = name.strip_prefix("evm.")?;
            return kind::maker(evm).or_else(|| evm.strip_prefix("type.").and_then(kind::guard));
        }
    })
}
