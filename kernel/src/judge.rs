//! Each top-level object definition of a cell is judged for DeepFrozen without being asked.
//!
//! One that passes becomes `def it as DeepFrozen { … }`, so that its binding says so and what captures it may
//! pass too. One that does not stays as it was written, and the objections are kept: they are why other vats will
//! have only a far reference to it.

use audit::guards::{Guard, Standard};
use audit::{Audition, Auditor, Objection, Verdict, audit};
use rustc_hash::FxHashMap;
use syntax::kernel_e::{Expr, ExprId, Name, ObjectId, Pattern};
use syntax::scope::{Binder, Capture, DefinitionKind};
use syntax::{Expansion, Scopes};

/// Judges them in the order of the text. `outer` is the guard on the binding of a name that the cell does not
/// define. Answers the first objection against each that was rejected.
pub fn judge(
    expansion: &mut Expansion,
    scopes: &Scopes,
    outer: &dyn Fn(&str) -> Guard,
) -> FxHashMap<Name, Objection> {
    let mut rejected = FxHashMap::default();
    // Who has defined a `DeepFrozen` of their own means something else by it.
    if scopes.definitions.iter().any(|it| &*it.noun == "DeepFrozen") {
        return rejected;
    }
    let mut approved = Vec::new();
    for definition in scopes.definitions.iter().filter(|it| it.top_level) {
        let DefinitionKind::Object { object, guard: None } = definition.kind else { continue };
        let pattern = expansion.program.pattern(expansion.program.object(object).pattern);
        if !matches!(pattern, Pattern::Final { .. }) {
            continue;
        }
        match verdict(expansion, scopes, object, &approved, outer) {
            Verdict::Approved => approved.push(object),
            Verdict::Rejected(objections) => {
                rejected.extend(objections.into_iter().next().map(|it| (definition.noun.clone(), it)));
            }
            Verdict::Unknown(_) => {}
        }
    }
    for object in approved {
        claim(expansion, object);
    }
    rejected
}

fn verdict(
    expansion: &Expansion,
    scopes: &Scopes,
    object: ObjectId,
    approved: &[ObjectId],
    outer: &dyn Fn(&str) -> Guard,
) -> Verdict {
    let program = &expansion.program;
    let guards: Vec<Guard> =
        scopes.captures(object).iter().map(|it| guard_of(it, expansion, scopes, approved, outer)).collect();
    let name = audit::audition::fully_qualified_name(program, scopes, object, "__main$");
    audit(Auditor::DeepFrozen, &Audition { program, scopes, object, name: &name, guards: &guards })
}

/// The guard that the vat will find on a capture's binding, as far as it can be told without running anything.
fn guard_of(
    capture: &Capture,
    expansion: &Expansion,
    scopes: &Scopes,
    approved: &[ObjectId],
    outer: &dyn Fn(&str) -> Guard,
) -> Guard {
    let Binder::Definition(id) = &capture.binder else { return outer(&capture.noun) };
    match scopes.definition(*id).kind {
        DefinitionKind::Object { object, .. } if approved.contains(&object) => {
            Guard::def(Guard::Standard(Standard::DeepFrozen))
        }
        DefinitionKind::Object { guard: None, .. } | DefinitionKind::Final { guard: None } => {
            Guard::plain_def()
        }
        DefinitionKind::Object { guard: Some(guard), .. } | DefinitionKind::Final { guard: Some(guard) } => {
            Guard::def(written(guard, expansion, scopes))
        }
        DefinitionKind::Var { guard: None } => Guard::VarSlot,
        DefinitionKind::Var { guard: Some(_) } => Guard::GuardedSlot,
        DefinitionKind::Binding => Guard::Unknown("the binding is known only at run time".into()),
    }
}

/// A guard that is written as a name of the safe scope; what any other expression comes to is for the vat to find.
fn written(guard: ExprId, expansion: &Expansion, scopes: &Scopes) -> Guard {
    let unknown = || Guard::Unknown("the guard is known only at run time".into());
    let Expr::Noun(noun) = expansion.program.expr(guard) else { return unknown() };
    match scopes.binder(guard) {
        Binder::Outer => Standard::by_name(noun).map_or_else(unknown, Guard::Standard),
        Binder::Definition(_) => unknown(),
    }
}

/// Writes `as DeepFrozen` into the definition, where a person would have written it.
fn claim(expansion: &mut Expansion, object: ObjectId) {
    let Expansion { program, source_map, .. } = expansion;
    let Some(ranges) = source_map.objects.get_mut(object.index()) else { return };
    let auditor = ExprId(program.exprs.len() as u32);
    program.exprs.push(Expr::Noun(Name::new("DeepFrozen")));
    source_map.exprs.push(ranges.header);
    source_map.names.push(None);
    ranges.auditors.insert(0, ranges.header);
    program.objects[object.index()].as_auditor = Some(auditor);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which objects of a cell are near everywhere, and why the others are not.
    fn judged(cell: &str) -> (Vec<String>, Vec<String>) {
        let mut expansion = syntax::expand(&syntax::parse(cell).program);
        let scopes = syntax::resolve(&expansion.program);
        let outer = |name: &str| audit::scopes::lookup(name).map_or(Guard::plain_def(), |it| it.guard());
        let rejected = judge(&mut expansion, &scopes, &outer);
        let mut reasons: Vec<String> =
            rejected.iter().map(|(noun, it)| format!("{noun}: {}", it.short())).collect();
        reasons.sort();
        let claimed = expansion.program.objects.iter().filter(|it| it.as_auditor.is_some());
        let names = claimed.map(|it| match expansion.program.pattern(it.pattern) {
            Pattern::Final { noun, .. } => noun.to_string(),
            _ => "_".to_owned(),
        });
        (names.collect(), reasons)
    }

    #[test]
    fn what_remembers_is_rejected_and_what_captures_the_approved_is_approved() {
        let (near, far) = judged(
            "def double(n :int) { return n * 2 }\ndef quadruple(n :int) { return double(double(n)) }\n\
             var passed := 0\ndef gate { to open() { return passed += 1 } }",
        );
        assert_eq!(near, ["double", "quadruple"]);
        assert_eq!(far, ["gate: `passed` is a var"]);
    }

    #[test]
    fn what_is_claimed_already_is_left_alone() {
        assert_eq!(judged("def double as Selfless { }").1, Vec::<String>::new());
    }

    #[test]
    fn a_deep_frozen_of_ones_own_is_not_ours_to_claim() {
        assert_eq!(judged("def DeepFrozen := any\ndef double(n) { return n * 2 }").0, Vec::<String>::new());
    }
}
