//! `SubrangeGuard[g]`: an auditor of guards whose `coerce` gives nothing that `g` would not accept, and the guard
//! for such guards.
//!
//! An object written in E is approved by the result guard of its `coerce(specimen, ejector)`. Of native guards
//! it is known: a region of a space, or the space itself.

use super::any::{MADE, uncall_list};
use super::{coerce_by, first, region};
use crate::cx::Cx;
use crate::guard_methods;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::problem::{Exit, Problem};
use crate::same::same_yet;
use crate::selector::Selector;
use crate::value::Value;
use std::sync::Arc;
use syntax::kernel_e::{Expr, Script};

/// `<elib:slot.SubrangeGuard>`
pub static SUBRANGE_GUARD: Class =
    Class::new("SubrangeGuard", "SubrangeGuard", crate::natives!["get"(Any) => get])
        .fqn("org.erights.e.elib.slot.SubrangeGuard")
        .stamps(Stamps::DEEP_FROZEN);

/// `SubrangeGuard[g]`. Field: `g`.
pub static SUBRANGE_OF: Class = Class::new(
    "SubrangeGuard1",
    "SubrangeGuard1",
    guard_methods![
        coerce;
        "passes"(Any) => passes,
        "audit"(Any) => audit,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.slot.SubrangeGuard1")
.stamps(MADE);

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&SUBRANGE_OF, [args[0]]))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&SUBRANGE_GUARD), "get")
}

fn whole(cx: &Cx, this: Value) -> Value {
    first(cx, this, &SUBRANGE_OF).unwrap_or(Value::NULL)
}

/// Is a guard known to give nothing that `whole` would not accept, without asking anyone?
fn is_within(cx: &Cx, guard: Value, whole: Value) -> bool {
    if same_yet(&cx.heap, guard, whole) == Some(true) {
        return true;
    }
    if whole.is(&crate::audition::DEEP_FROZEN) {
        return crate::audition::implies_deep_frozen(cx, guard) == Some(true);
    }
    region::space_of_region(cx, guard).is_some_and(|space| same_yet(&cx.heap, space, whole) == Some(true))
}

fn is_approved(cx: &Cx, this: Value, specimen: Value) -> bool {
    match cx.class_of(specimen) {
        None => crate::audition::approved(&cx.heap, this, specimen),
        Some(_) => is_within(cx, specimen, whole(cx, this)),
    }
}

fn passes(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(is_approved(cx, this, cx.near(args[0])))
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, this, specimen| is_approved(cx, this, specimen).then_some(specimen),
        |cx, this, specimen| {
            let whole = whole(cx, this);
            Problem::default()
                .value(specimen)
                .text(" isn't approved as a SubrangeGuard[")
                .value(whole)
                .text("]")
                .refused(specimen, this)
        },
    )
}

/// The result guard of `coerce/2`, if it is a noun; without one it is `any`.
fn result_guard(cx: &mut Cx, object: Value) -> Result<Option<Arc<str>>, Exit> {
    let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
    let method = crate::object::script(cx, object).and_then(|(_, loaded, script)| {
        let program = &loaded.module.program;
        let Script::Methods { methods, .. } = &program.object(script.object?).script else { return None };
        let coerce = methods.iter().find(|it| &*it.verb == "coerce" && it.params.len() == 2)?;
        Some(coerce.result_guard.map(|it| program.expr(it).clone()))
    });
    match method {
        None => Err(cx.throw(format!("{fqn} has no coerce/2 method"))),
        Some(None) => Ok(Some("any".into())),
        Some(Some(Expr::Noun(noun))) => Ok(Some(noun.as_ref().into())),
        Some(Some(_)) => Ok(None),
    }
}

/// `SubrangeGuard[g].audit(audition)`
fn audit(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let object = crate::audition::open(cx, args[0])?;
    let Some(noun) = result_guard(cx, object)? else {
        let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
        return Err(cx.throw(format!("{fqn} does not have a determinable result guard")));
    };
    let name = cx.heap.text(noun.clone());
    if &*noun == "any" {
        let slot = cx.heap.alloc(Cell::FinalSlot(Value::of(&super::any::ANY)));
        let guard = cx.heap.native(&super::same::SAME_AS, [slot.into()]);
        return Err(undetermined(cx, object, name, guard));
    }
    cx.call_then(args[0], "getGuard", [name], Then::new(decide, [this, object, name]))
}

/// `Gate does not have a determinable result guard, but <& g> :any`
fn undetermined(cx: &mut Cx, object: Value, noun: Value, slot_guard: Value) -> Exit {
    let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
    let problem =
        Problem::new(format!("{fqn} does not have a determinable result guard, but <& ")).print(noun);
    cx.throw(problem.text("> :").value(slot_guard))
}

/// What a noun holds, if the guard of its slot says so: `FinalSlot[Same[g]]`, or `Same` of a final slot.
fn determined(cx: &Cx, slot_guard: Value) -> Option<Value> {
    if let Some(inner) = first(cx, slot_guard, &super::slot::FINAL_SLOT_OF) {
        return first(cx, inner, &super::same::SAME_AS);
    }
    match cx.heap.get(first(cx, slot_guard, &super::same::SAME_AS)?) {
        Some(Cell::FinalSlot(it)) => Some(*it),
        _ => None,
    }
}

fn decide(cx: &mut Cx, then: Box<Then>, slot_guard: Value) -> Outcome {
    let [this, object, noun] = then.values[..] else { return done(false) };
    let whole = whole(cx, this);
    let Some(result) = determined(cx, slot_guard) else {
        return Err(undetermined(cx, object, noun, slot_guard));
    };
    if is_within(cx, result, whole) {
        return done(true);
    }
    let answer = |cx: &mut Cx, then: Box<Then>, answer: Value| {
        let [object, whole, result] = then.values[..] else { return done(false) };
        if cx.near(answer) == Value::TRUE {
            return done(true);
        }
        let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
        let problem = Problem::new(format!("{fqn} does not have a result guard implying ")).value(whole);
        Err(cx.throw(problem.text(", but ").value(result)))
    };
    let then = Then::new(answer, [object, whole, result]);
    if crate::object::has_method(cx, whole, Selector::new("rangeSupersetOf", 1)) {
        return cx.call_then(whole, "rangeSupersetOf", [result], then);
    }
    answer(cx, then, Value::FALSE)
}
