//! `makeBaseGuard(guard)`: what every guard answers besides `coerce(specimen, ejector)`, for guards written in E
//! to extend.

use super::any::{ALL, MADE, NOT, UNION, uncall_list};
use super::{first, protocol};
use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::Problem;
use crate::value::Value;

/// `<elib:slot.makeBaseGuard>`
pub static MAKE_BASE_GUARD: Class =
    Class::new("makeBaseGuard", "<makeBaseGuard>", natives!["run"(Any) => make])
        .fqn("org.erights.e.elib.slot.makeBaseGuard")
        .stamps(Stamps::DEEP_FROZEN);

/// Field: the guard that extends it.
pub static BASE_GUARD: Class = Class::new(
    "BaseGuard",
    "BaseGuard",
    natives![
        "coerce"(Any, Any) => coerce,
        "coerce"(Any) => coerce_or_throw,
        "accepts"(Any) => accepts,
        "get"() => lists,
        "or"(Any) => or,
        "and"(Any) => and,
        "not"() => not,
        "butNot"(Any) => but_not,
        "xor"(Any) => xor,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.slot.makeBaseGuard$baseGuard")
.stamps(MADE);

fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&BASE_GUARD, [args[0]]))
}

/// The guard that extends this.
fn whole(cx: &Cx, this: Value) -> Value {
    first(cx, this, &BASE_GUARD).unwrap_or(Value::NULL)
}

/// Whoever extends this has to coerce by itself.
fn coerce(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let problem = Problem::default().value(whole(cx, this)).text(" failed to implement coerce/2");
    Err(cx.throw(problem))
}

fn coerce_or_throw(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    protocol::coerce_or_throw(cx, whole(cx, this), args)
}

fn accepts(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    protocol::accepts(cx, whole(cx, this), args)
}

fn lists(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    protocol::lists(cx, whole(cx, this), args)
}

fn or(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    protocol::or(cx, whole(cx, this), args)
}

fn and(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    protocol::and(cx, whole(cx, this), args)
}

fn not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    protocol::not(cx, whole(cx, this), args)
}

fn but_not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    protocol::but_not(cx, whole(cx, this), args)
}

/// What exactly one of the two accepts.
fn xor(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (one, other) = (whole(cx, this), args[0]);
    let without = |cx: &mut Cx, a: Value, b: Value| {
        let not = cx.heap.native(&NOT, [b]);
        let parts = cx.heap.list([a, not]);
        cx.heap.native(&ALL, [parts])
    };
    let choices = [without(cx, one, other), without(cx, other, one)];
    let choices = cx.heap.list(choices);
    done(cx.heap.native(&UNION, [choices]))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&MAKE_BASE_GUARD), "run")
}
