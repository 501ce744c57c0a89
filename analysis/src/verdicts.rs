//! Query: what every auditor says of every object expression of a file.

use crate::db::Db;
use crate::input::File;
use crate::knowledge::{Own, Surroundings, knowledge};
use crate::names::{names, prefix};
use crate::program::programs;
use audit::{Judgement, judge};
use std::sync::Arc;
use syntax::Scopes;
use syntax::scope::{DefinitionId, DefinitionKind};

#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Verdicts {
    /// By program: the judgements of its object expressions, in order.
    pub programs: Vec<Vec<Judgement>>,
    /// By program: the names of objects that are DeepFrozen, asked or not.
    pub frozen: Vec<Vec<DefinitionId>>,
}

#[salsa::tracked(returns(ref))]
pub(crate) fn verdicts(db: &dyn Db, file: File) -> Arc<Verdicts> {
    let prefix = prefix(file.name(db), file.kind(db));
    let known = &knowledge(db, file).programs;
    let mut verdicts = Verdicts::default();
    for (index, program) in programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let own = Own { known, frozen: &verdicts.frozen, ..Own::default() };
        let around = Surroundings::new(db, file, index, own);
        let scopes = &names(db, file).programs[index].scopes;
        let judgements = judge(program, scopes, &around, &known[index], &prefix);
        verdicts.frozen.push(frozen(scopes, &judgements));
        verdicts.programs.push(judgements);
    }
    Arc::new(verdicts)
}

fn frozen(scopes: &Scopes, judgements: &[Judgement]) -> Vec<DefinitionId> {
    let approves = |it: &Judgement| it.auditor.starts_with("DeepFrozen") && it.verdict.is_approved();
    let mut frozen = vec![false; scopes.parents.len()];
    for it in judgements.iter().filter(|it| approves(it)) {
        frozen[it.object.index()] = true;
    }
    let names = scopes.definitions.iter().enumerate().filter(|(_, it)| match it.kind {
        DefinitionKind::Object { object, .. } => frozen[object.index()],
        _ => false,
    });
    names.map(|(id, _)| DefinitionId(id as u32)).collect()
}
