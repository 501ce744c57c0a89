//! Query: what every auditor says of every object expression of a file.

use crate::db::Db;
use crate::input::File;
use crate::knowledge::{Own, Surroundings, knowledge};
use crate::names::{names, prefix};
use audit::{Judgement, Properties, Property, Verdict, infer, judge};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::ObjectId;
use syntax::scope::{DefinitionId, DefinitionKind};

#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Verdicts {
    /// By program: the judgements of its object expressions, in order.
    pub programs: Arc<Vec<Vec<Judgement>>>,
    /// By program: of which names of objects it is known whether they are DeepFrozen, asked or not.
    pub frozen: Vec<FxHashMap<DefinitionId, bool>>,
}

#[salsa::tracked(returns(ref))]
pub(crate) fn verdicts(db: &dyn Db, file: File) -> Arc<Verdicts> {
    let prefix = prefix(file.name(db), file.kind(db));
    let known = &knowledge(db, file).programs;
    let (mut verdicts, mut programs) = (Verdicts::default(), Vec::new());
    for (index, program) in crate::program::programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let own = Own { known, frozen: &verdicts.frozen };
        let around = Surroundings::new(db, file, index, own);
        let scopes = &names(db, file).programs[index].scopes;
        let judgements = judge(program, scopes, &around, &known[index], &prefix);
        verdicts.frozen.push(frozen(scopes, &judgements));
        programs.push(judgements);
    }
    verdicts.programs = Arc::new(programs);
    Arc::new(verdicts)
}

/// An approval by one of these says that the object is DeepFrozen.
fn is_about_frozen(it: &Judgement) -> bool {
    it.auditor.starts_with("DeepFrozen") || matches!(&*it.auditor, "Confined" | "Throwable")
}

/// By program: what Confined would say of each object expression that does not ask for it. Asked for by a hover or a
/// report, not by a key.
#[salsa::tracked(returns(ref))]
pub(crate) fn confined(db: &dyn Db, file: File) -> Arc<Vec<Vec<Judgement>>> {
    let prefix = prefix(file.name(db), file.kind(db));
    let known = &knowledge(db, file).programs;
    let verdicts = verdicts(db, file);
    let of = |(index, program): (usize, &crate::program::Expanded)| {
        db.unwind_if_revision_cancelled();
        let around = Surroundings::new(db, file, index, Own { known, frozen: &verdicts.frozen });
        let scopes = &names(db, file).programs[index].scopes;
        let judged = &verdicts.programs[index];
        infer(Property::Confined, program, scopes, &around, &known[index], judged, &prefix)
    };
    Arc::new(crate::program::programs(db, file).iter().enumerate().map(of).collect())
}

/// The four properties of an object expression.
pub(crate) fn properties(db: &dyn Db, file: File, program: usize, object: ObjectId) -> Properties {
    let about = |all: &[Judgement], is: &dyn Fn(&Judgement) -> bool| {
        let mut of = all.iter().filter(|it| it.object == object && is(it));
        of.find(|it| it.verdict.is_approved()).map(|it| it.verdict.clone())
    };
    let unknown = || Verdict::Unknown("not judged".into());
    let asked = &verdicts(db, file).programs[program];
    let frozen = about(asked, &is_about_frozen);
    let is_confined = |it: &Judgement| &*it.auditor == "Confined";
    // What is Confined is DeepFrozen.
    let inferred = || frozen.as_ref().and_then(|_| about(&confined(db, file)[program], &is_confined));
    let of_confined = about(asked, &is_confined).or_else(inferred);
    Properties::of(&frozen.unwrap_or_else(unknown), &of_confined.unwrap_or_else(unknown))
}

fn frozen(scopes: &Scopes, judgements: &[Judgement]) -> FxHashMap<DefinitionId, bool> {
    let mut frozen = vec![None; scopes.parents.len()];
    for it in judgements.iter().filter(|it| is_about_frozen(it)) {
        frozen[it.object.index()] = match it.verdict {
            Verdict::Approved => Some(true),
            Verdict::Rejected(_) => Some(false),
            Verdict::Unknown(_) => None,
        };
    }
    let names = scopes.definitions.iter().enumerate().filter_map(|(id, it)| match it.kind {
        DefinitionKind::Object { object, .. } => Some((DefinitionId(id as u32), frozen[object.index()]?)),
        _ => None,
    });
    names.collect()
}
