//! `any`, `void`, and the guards that combine others: `any[…]`, `all[…]`, `Not[…]`.

use super::{close_ejector, first, fresh_ejector, left_through};
use crate::cx::Cx;
use crate::data::list::items;
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, Then, done, method, variadic};
use crate::problem::{Exit, Problem};
use crate::value::Value;

const FROZEN: Stamps = Stamps::DEEP_FROZEN;
/// A guard made of other guards.
pub(super) const MADE: Stamps =
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE);

/// `any`: everything as it is.
pub static ANY: Class = Class::new(
    "any",
    "any",
    &[
        method("coerce", 2, pass),
        method("coerce", 1, pass),
        method("accepts", 1, yes),
        method("of", 1, union_of),
        method("match__of", 1, match_of),
        method("match__of/1", 2, match_of),
        method("getTheTrivialValue", 0, null),
        variadic("get", union),
    ],
)
.stamps(FROZEN);

/// `void`: null, whatever comes.
pub static VOID: Class =
    Class::new("void", "void", guard_methods![null; "getTheTrivialValue"() => null]).stamps(FROZEN);

/// `any[g, h]`. Field: the list of guards.
pub static UNION: Class = Class::new(
    "UnionGuard",
    "UnionGuard",
    guard_methods![coerce_union; "getChoices"() => parts, "__optUncall"() => uncall_union],
)
.fqn("any")
.stamps(MADE);

/// `all`
pub static MAKE_ALL: Class =
    Class::new("makeIntersectionGuard", "all", &[method("run", 1, all_of), variadic("get", all)])
        .stamps(FROZEN);

/// `all[g, h]`. Field: the list of guards.
pub static ALL: Class = Class::new(
    "IntersectionGuard",
    "IntersectionGuard",
    guard_methods![coerce_all; "getParts"() => parts, "audit"(Any) => audit, "__optUncall"() => uncall_all],
)
.fqn("all")
.stamps(MADE);

/// `Not`
pub static MAKE_NOT: Class =
    Class::new("makeNegatedGuard", "Not", crate::natives!["run"(Any) => negated, "get"(Any) => negated])
        .stamps(FROZEN);

/// `Not[g]`. Field: the guard.
pub static NOT: Class = Class::new(
    "NegatedGuard",
    "NegatedGuard",
    guard_methods![coerce_not; "getSubGuard"() => parts, "__optUncall"() => uncall_not],
)
.fqn("Not")
.stamps(MADE);

fn pass(_: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(args[0])
}

fn yes(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(true)
}

fn null(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::NULL)
}

fn parts(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.as_native(this).and_then(|it| it.fields.first().copied()).unwrap_or(Value::NULL))
}

fn union(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let choices = cx.heap.list(args);
    let guard = cx.heap.native(&UNION, [choices]);
    done(guard)
}

fn union_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&UNION, [args[0]]);
    done(guard)
}

/// `def any.of([g, h]) := guard`
fn match_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match first(cx, args[0], &UNION) {
        Some(choices) => {
            let list = cx.heap.list([choices]);
            done(list)
        }
        None => cx.eject(args.get(1).copied().unwrap_or(Value::NULL), "not a UnionGuard"),
    }
}

fn uncall_union(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&ANY), "of")
}

fn uncall_all(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&MAKE_ALL), "run")
}

fn uncall_not(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&MAKE_NOT), "run")
}

/// `[maker, verb, [field]]`
pub(super) fn uncall_list(cx: &mut Cx, this: Value, maker: Value, verb: &str) -> Outcome {
    let fields: Vec<Value> = cx.heap.as_native(this).map(|it| it.fields.clone()).unwrap_or_default();
    crate::data::list::portrayal(cx, maker, verb, &fields)
}

// Union: values are the guard, the specimen, the ejector, and an ejector of ours for the guard being tried.

fn coerce_union(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    try_choice(cx, Then::new(chosen, [this, args[0], args[1], Value::NULL, 0.into()]).on_exit(not_chosen))
}

fn try_choice(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    cx.charge(1)?;
    let (this, specimen, ejector) = (then.values[0], then.values[1], then.values[2]);
    let choices = first(cx, this, &UNION).map(|it| items(cx, it)).unwrap_or_else(|| [].into());
    let at = then.values[4].as_int().unwrap_or(0);
    let Some(guard) = choices.get(at as usize).copied() else {
        return cx.eject(ejector, Problem::new("doesn't match any of ").value(cx_list(cx, this)));
    };
    let ours = fresh_ejector(cx);
    then.values[3] = ours;
    then.values[4] = (at + 1).into();
    cx.call_then(guard, "coerce", [specimen, ours], then)
}

fn cx_list(cx: &Cx, this: Value) -> Value {
    first(cx, this, &UNION).unwrap_or(Value::NULL)
}

fn chosen(cx: &mut Cx, then: Box<Then>, coerced: Value) -> Outcome {
    close_ejector(cx, then.values[3]);
    done(coerced)
}

fn not_chosen(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    close_ejector(cx, then.values[3]);
    if left_through(&exit, then.values[3]) { try_choice(cx, then) } else { Err(exit) }
}

// Intersection.

fn all(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let parts = cx.heap.list(args);
    let guard = cx.heap.native(&ALL, [parts]);
    done(guard)
}

fn all_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&ALL, [args[0]]);
    done(guard)
}

fn coerce_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    all_next(cx, Then::new(all_next, [this, args[1], 0.into()]), args[0])
}

fn all_next(cx: &mut Cx, mut then: Box<Then>, specimen: Value) -> Outcome {
    cx.charge(1)?;
    let parts = first(cx, then.values[0], &ALL).map(|it| items(cx, it)).unwrap_or_else(|| [].into());
    let at = then.values[2].as_int().unwrap_or(0);
    let Some(guard) = parts.get(at as usize).copied() else { return done(specimen) };
    then.values[2] = (at + 1).into();
    let ejector = then.values[1];
    cx.call_then(guard, "coerce", [specimen, ejector], then)
}

/// As an auditor: asks each of its parts.
fn audit(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    ask_next(cx, Then::new(ask_next, [this, args[0], 0.into()]), Value::NULL)
}

fn ask_next(cx: &mut Cx, mut then: Box<Then>, _: Value) -> Outcome {
    let parts = first(cx, then.values[0], &ALL).map(|it| items(cx, it)).unwrap_or_else(|| [].into());
    let at = then.values[2].as_int().unwrap_or(0);
    let Some(auditor) = parts.get(at as usize).copied() else { return done(false) };
    then.values[2] = (at + 1).into();
    let audition = then.values[1];
    cx.call_then(audition, "ask", [auditor], then)
}

// Negation.

fn negated(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&NOT, [args[0]]);
    done(guard)
}

fn coerce_not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let guard = first(cx, this, &NOT).unwrap_or(Value::NULL);
    let ours = fresh_ejector(cx);
    let then = Then::new(accepted, [guard, args[0], args[1], ours]).on_exit(not_accepted);
    cx.call_then(guard, "coerce", [args[0], ours], then)
}

fn accepted(cx: &mut Cx, then: Box<Then>, _: Value) -> Outcome {
    close_ejector(cx, then.values[3]);
    let problem = Problem::default().value(then.values[1]).text(" must not be a ").value(then.values[0]);
    cx.eject(then.values[2], problem)
}

fn not_accepted(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    close_ejector(cx, then.values[3]);
    if left_through(&exit, then.values[3]) { done(then.values[1]) } else { Err(exit) }
}
