//! `DeepFrozen."eventually"()`: an object whose parts need not be known yet, if it shows all of them to whoever
//! checks.
//!
//! It must answer the brand of the check, and nothing else, with its sealed state:
//!
//! ```e
//! method __optSealedDispatch(brand) :any {
//!     if (brand == EventuallyDeepFrozen.getPeekBrand()) {
//!         EventuallyDeepFrozen.getPeekSealer().seal(meta.getState())
//!     }
//! }
//! ```
//!
//! The method is read, never run: each of the nouns in it must carry a guard that says which object it is.

use crate::audition::Audition;
use crate::guards::Guard;
use crate::verdict::{Objection, ObjectionKind, Place, Said, Verdict};
use std::sync::Arc;
use syntax::kernel_e::{Expr, ExprId, Method, Name, Pattern, Program, Script};
use syntax::scope::Binder;

/// How the auditor prints, and so how a `Same[…]` of it is described.
pub const EVENTUALLY: &str = "<EventuallyDeepFrozen>";

/// Why not, or what would have to be known.
enum Refusal {
    Because(String),
    Missing(Arc<str>),
}

pub(super) fn audit(audition: &Audition<'_>) -> Verdict {
    match check(audition) {
        Ok(()) => Verdict::Approved,
        Err(Refusal::Missing(what)) => Verdict::Unknown(what),
        Err(Refusal::Because(why)) => Verdict::Rejected(vec![Objection {
            said: Said::Text(format!("EventuallyDeepFrozen: {}: {why}", (audition.name)()).into()),
            kind: ObjectionKind::Method {
                wanted: "method `__optSealedDispatch(brand)` that shows its sealed state".into(),
            },
            place: Place::Object(audition.object),
        }]),
    }
}

fn because<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Because(why.into()))
}

fn check(audition: &Audition<'_>) -> Result<(), Refusal> {
    let Script::Methods { methods, .. } = &audition.object().script else {
        return because("auditing plumbing not yet supported");
    };
    let is_it = |it: &&Method| &*it.verb == "__optSealedDispatch" && it.params.len() == 1;
    let Some(method) = methods.iter().find(is_it) else {
        return because("no __optSealedDispatch/1 method found");
    };
    result_guard(audition, method)?;
    let brand = parameter(audition.program, method)?;
    let (test, then) = branches(audition.program, method.body)?;
    let Some((equalizer, by_test)) = test_of_brand(audition, test, brand) else {
        return because("__optSealedDispatch if test does not compare the given brand to the peek brand");
    };
    must_be_born(audition, equalizer, "__equalizer")?;
    must_be_the_auditor(audition, by_test)?;
    let Some(by_body) = seal_of_state(audition, then) else {
        return because(
            "__optSealedDispatch if body is not EventuallyDeepFrozen.getPeekSealer().seal(meta.getState())",
        );
    };
    must_be_the_auditor(audition, by_body)
}

/// A guard on the result could put something else in the place of what was sealed.
fn result_guard(audition: &Audition<'_>, method: &Method) -> Result<(), Refusal> {
    let Some(guard) = method.result_guard else { return Ok(()) };
    let Expr::Noun(_) = audition.program.expr(guard) else {
        return because("__optSealedDispatch result guard is not any");
    };
    match must_be_born(audition, guard, "any") {
        Err(Refusal::Because(why)) => because(format!("__optSealedDispatch result guard is not any: {why}")),
        it => it,
    }
}

fn parameter<'a>(program: &'a Program, method: &Method) -> Result<&'a Name, Refusal> {
    match method.params.first().map(|it| program.pattern(*it)) {
        Some(Pattern::Final { noun, guard: None }) => Ok(noun),
        Some(Pattern::Final { .. }) => because("__optSealedDispatch argument pattern must not have a guard"),
        _ => because("__optSealedDispatch argument pattern is not simple"),
    }
}

fn branches(program: &Program, body: ExprId) -> Result<(ExprId, ExprId), Refusal> {
    let body = inner(program, body);
    match program.expr(body) {
        Expr::If { test, then, .. } => Ok((*test, *then)),
        it => because(format!(
            "__optSealedDispatch body is not an if, but the {} e`{}`",
            it.kind(),
            syntax::print_expr(program, body)
        )),
    }
}

/// Past blocks and sequences of just one expression.
fn inner(program: &Program, it: ExprId) -> ExprId {
    let mut it = it;
    for _ in 0..program.exprs.len() {
        match program.expr(it) {
            Expr::Hide(body) => it = *body,
            Expr::Seq(subs) if subs.len() == 1 => it = subs[0],
            _ => break,
        }
    }
    it
}

/// Recipient and arguments of a call of this verb.
fn call_of<'a>(program: &'a Program, it: ExprId, wanted: &str) -> Option<(ExprId, &'a [ExprId])> {
    match program.expr(inner(program, it)) {
        Expr::Call { recipient, verb, args } if &**verb == wanted => {
            Some((inner(program, *recipient), args.as_slice()))
        }
        _ => None,
    }
}

/// `__equalizer.sameEver(brand, auditor.getPeekBrand())`: the nouns of the equalizer and of the auditor.
fn test_of_brand(audition: &Audition<'_>, test: ExprId, brand: &Name) -> Option<(ExprId, ExprId)> {
    let program = audition.program;
    let (equalizer, args) = call_of(program, test, "sameEver")?;
    let [given, peek] = args else { return None };
    let is_given = matches!(program.expr(inner(program, *given)), Expr::Noun(it) if it == brand);
    let (auditor, none) = call_of(program, *peek, "getPeekBrand")?;
    let are_nouns = [equalizer, auditor].iter().all(|it| matches!(program.expr(*it), Expr::Noun(_)));
    (is_given && are_nouns && none.is_empty()).then_some((equalizer, auditor))
}

/// `auditor.getPeekSealer().seal(meta.getState())`: the noun of the auditor.
fn seal_of_state(audition: &Audition<'_>, then: ExprId) -> Option<ExprId> {
    let program = audition.program;
    let (sealer, args) = call_of(program, then, "seal")?;
    let [state] = args else { return None };
    let Expr::MetaState = program.expr(inner(program, *state)) else { return None };
    let (auditor, none) = call_of(program, sealer, "getPeekSealer")?;
    (none.is_empty() && matches!(program.expr(auditor), Expr::Noun(_))).then_some(auditor)
}

/// The guard on the binding that a noun of the script means; `None` if the script binds it itself.
fn guard_of<'a>(audition: &Audition<'a>, at: ExprId) -> Option<&'a Guard> {
    let Expr::Noun(noun) = audition.program.expr(at) else { return None };
    let binder = audition.scopes.binder(at);
    let captures = audition.scopes.captures(audition.object);
    let found = captures.iter().position(|it| it.noun == *noun && it.binder == *binder)?;
    audition.guards.get(found)
}

/// The noun must be the one that every program is born with.
fn must_be_born(audition: &Audition<'_>, at: ExprId, name: &str) -> Result<(), Refusal> {
    must_be(audition, at, &format!("<& {name}>"), |guard, wanted| match guard {
        Guard::Same(it, _) => **it == *wanted,
        _ => false,
    })
}

fn must_be_the_auditor(audition: &Audition<'_>, at: ExprId) -> Result<(), Refusal> {
    let held = |guard: &Guard, wanted: &str| match guard {
        Guard::FinalSlot(it) => matches!(&**it, Guard::Same(it, _) if **it == *wanted),
        _ => false,
    };
    match must_be(audition, at, EVENTUALLY, held) {
        Err(Refusal::Because(why)) => {
            because(format!("EventuallyDeepFrozen is not EventuallyDeepFrozen: {why}"))
        }
        it => it,
    }
}

fn must_be(
    audition: &Audition<'_>,
    at: ExprId,
    wanted: &str,
    is: impl Fn(&Guard, &str) -> bool,
) -> Result<(), Refusal> {
    // What the script binds for itself has no guard that anyone could rely on. A name of the outermost scope that
    // another definition stands before is not among the born ones.
    let binder = audition.scopes.binder(at);
    let guard = guard_of(audition, at);
    if let Some(why) = guard.and_then(missing) {
        return Err(Refusal::Missing(why));
    }
    match guard {
        Some(guard) if is(guard, wanted) => Ok(()),
        Some(guard) => because(format!("the guard {guard} does not give reason to expect {wanted}")),
        None if *binder == Binder::Outer => because(format!("nothing gives reason to expect {wanted}")),
        None => because(format!("its script defines what should be {wanted}")),
    }
}

/// What would have to be known of a guard to say what it lets through.
fn missing(guard: &Guard) -> Option<Arc<str>> {
    match guard {
        Guard::Unknown(why) => Some(why.clone()),
        Guard::FinalSlot(it) => missing(it),
        _ => None,
    }
}
