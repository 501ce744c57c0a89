//! What E refuses before it runs, as far as nouns go.

use crate::{Expansion, Scopes, SyntaxError, SyntaxErrorKind};

/// What the scope around a program knows of a noun.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Outer {
    /// Whether `noun := value` may be written.
    pub assignable: bool,
}

/// Undefined variables, assignments to what is not a variable, names defined twice in one box. `outer` answers
/// for the nouns that the program does not define; `None` is undefined.
pub fn static_errors(
    expansion: &Expansion,
    scopes: &Scopes,
    outer: &dyn Fn(&str) -> Option<Outer>,
) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    for (noun, first_use, _) in &scopes.free {
        if outer(noun).is_none() {
            let range = expansion.source_map.expr(*first_use);
            let message = format!("undefined variable: {noun}");
            errors.push(SyntaxError { range, message, kind: SyntaxErrorKind::Scope });
        }
    }
    errors
}
