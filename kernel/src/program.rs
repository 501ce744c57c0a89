//! A cell's text made ready for its vat: parsed, expanded, its nouns resolved, its objects judged. What is wrong
//! with it is told before anything of it runs.

use crate::judge::judge;
use crate::snippet;
use crate::trouble::Trouble;
use audit::{Guard, Objection};
use rustc_hash::FxHashMap;
use syntax::kernel_e::Name;
use syntax::{Expansion, Outer, Pragmas, Scopes, SyntaxError, SyntaxErrorKind};

/// How many faults of one cell are shown.
const SHOWN: usize = 5;

/// What a cell's names mean outside of it.
pub trait Surroundings {
    fn outer(&self, noun: &str) -> Option<Outer>;
    fn guard(&self, noun: &str) -> Guard;
}

pub struct Program {
    pub expansion: Expansion,
    pub scopes: Scopes,
    pub pragmas: Pragmas,
    /// Why each object of the top level that is not DeepFrozen is not.
    pub rejected: FxHashMap<Name, Objection>,
}

/// Reads `text`, which is called `title` where it is pointed at.
pub fn read(
    title: &str,
    text: &str,
    pragmas: &Pragmas,
    around: &dyn Surroundings,
) -> Result<Program, Trouble> {
    let parse = syntax::parse_with(text, pragmas);
    let mut expansion = syntax::expand(&parse.program);
    refuse("SyntaxError", title, text, parse.errors.iter().chain(&expansion.errors))?;
    let scopes = syntax::resolve(&expansion.program);
    let errors = syntax::static_errors(&expansion, &scopes, &|noun| around.outer(noun));
    refuse("ScopeError", title, text, errors.iter())?;
    let rejected = judge(&mut expansion, &scopes, &|noun| around.guard(noun));
    let scopes = syntax::resolve(&expansion.program);
    Ok(Program { expansion, scopes, pragmas: parse.pragmas, rejected })
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
