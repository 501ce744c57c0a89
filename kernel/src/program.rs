//! A cell's text made ready for its vat: parsed, expanded, its nouns resolved. What is wrong with it is told
//! before anything of it runs.

use crate::snippet;
use crate::trouble::Trouble;
use syntax::kernel_e::Expr;
use syntax::{Expansion, Outer, Pragmas, Scopes, SyntaxError, SyntaxErrorKind};
use text_size::TextRange;

/// How many faults of one cell are shown.
const SHOWN: usize = 5;

pub struct Program {
    pub expansion: Expansion,
    pub scopes: Scopes,
    /// In force at its end.
    pub pragmas: Pragmas,
}

/// Reads `text`, which is called `title` where it is pointed at. `outer` says what a noun means outside of it.
pub fn read(
    title: &str,
    text: &str,
    pragmas: &Pragmas,
    outer: &dyn Fn(&str) -> Option<Outer>,
) -> Result<Program, Trouble> {
    let parse = syntax::parse_with(text, pragmas);
    let expansion = syntax::expand(&parse.program);
    refuse("SyntaxError", title, text, parse.errors.iter().chain(&expansion.errors))?;
    let scopes = syntax::resolve(&expansion.program);
    refuse("ScopeError", title, text, syntax::static_errors(&expansion, &scopes, outer).iter())?;
    Ok(Program { expansion, scopes, pragmas: parse.pragmas })
}

impl Program {
    /// The noun that the call at `range` is made on, if it is made on a noun.
    pub fn called_noun(&self, range: TextRange) -> Option<&str> {
        let Expansion { program, source_map, .. } = &self.expansion;
        let mut at_range = program.exprs.iter().zip(&source_map.exprs).filter(|(_, it)| **it == range);
        at_range.find_map(|(it, _)| match it {
            Expr::Call { recipient, .. } => match program.expr(*recipient) {
                Expr::Noun(noun) => Some(noun.as_str()),
                _ => None,
            },
            _ => None,
        })
    }
}

fn refuse<'a>(
    name: &str,
    title: &str,
    text: &str,
    errors: impl Iterator<Item = &'a SyntaxError>,
) -> Result<(), Trouble> {
    let errors: Vec<_> = errors.filter(|it| it.kind != SyntaxErrorKind::Warning).collect();
    let Some(first) = errors.first() else { return Ok(()) };
    let mut trouble = Trouble::new(name, first.message.clone());
    for (at, it) in errors.iter().take(SHOWN).enumerate() {
        trouble.places.extend(snippet::draw(title, text, it.range.into()));
        if at > 0 {
            trouble.places.push(format!("    {}", it.message));
        }
    }
    if errors.len() > SHOWN {
        trouble.places.push(format!("  and {} more", errors.len() - SHOWN));
    }
    Err(trouble)
}
