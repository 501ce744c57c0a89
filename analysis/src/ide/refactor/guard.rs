//! A guard for a name that has none, as its value suggests.

use super::assist;
use crate::db::Database;
use crate::ide::assists::{Assist, AssistKind};
use crate::ide::formatting::TextEdit;
use crate::ide::occurrences::occurrence_at;
use crate::ide::places::definition_range;
use crate::input::File;
use crate::names::{Meaning, Site, names};
use crate::program::programs;
use syntax::kernel_e::{Expr, Literal};
use syntax::scope::DefinitionKind;
use text_size::{TextRange, TextSize};

pub(super) fn add_guard(db: &Database, file: File, at: TextSize) -> Option<Assist> {
    let it = occurrence_at(db, file, at)?;
    let Meaning::Definition(site) = it.meaning else { return None };
    let place = definition_range(db, site).filter(|place| place.range == it.range && site.file == file)?;
    let definition = names(db, file).programs[site.program].scopes.definition(site.definition);
    let guard = match definition.kind {
        DefinitionKind::Final { guard: None } | DefinitionKind::Var { guard: None } => suggested(db, site)?,
        _ => return None,
    };
    let edit = TextEdit { range: TextRange::empty(place.range.end()), text: format!(" :{guard}") };
    let title = format!("Guard `{}` with `{guard}`", definition.noun);
    Some(assist(title, AssistKind::Rewrite, vec![edit]))
}

/// By what the definition gives it: a literal's own guard, a list's, a map's.
fn suggested(db: &Database, site: Site) -> Option<&'static str> {
    let program = &programs(db, site.file)[site.program];
    let scopes = &names(db, site.file).programs[site.program].scopes;
    let value = program.exprs.iter().find_map(|it| match it {
        Expr::Define { pattern, value, .. } if scopes.by_pattern.get(pattern) == Some(&site.definition) => {
            Some(*value)
        }
        _ => None,
    })?;
    match program.expr(value) {
        Expr::Literal(Literal::Int(_)) => Some("int"),
        Expr::Literal(Literal::Float(_)) => Some("float64"),
        Expr::Literal(Literal::Char(_)) => Some("char"),
        Expr::Literal(Literal::Str(_)) => Some("String"),
        Expr::Noun(noun) if matches!(&**noun, "true" | "false") => Some("boolean"),
        Expr::Call { recipient, verb, .. } => match program.expr(*recipient) {
            Expr::Noun(noun) if &**noun == "__makeList" && &**verb == "run" => Some("List"),
            Expr::Noun(noun) if &**noun == "__makeMap" && &**verb == "fromPairs" => Some("Map"),
            _ => None,
        },
        _ => None,
    }
}
