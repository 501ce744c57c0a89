//! `nullOk`, `nullOk[g]` and `notNull`.

use super::any::{MADE, uncall_list};
use super::first;
use crate::cx::Cx;
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, done};
use crate::value::Value;

/// `nullOk`: null and nothing else.
pub static NULL_OK: Class = Class::new(
    "nullOk",
    "nullOk",
    guard_methods![
        coerce;
        "get"(Any) => get,
        "match__get/1"(Any, Any) => match_get,
        "getTheTrivialValue"() => null,
    ],
)
.fqn("org.erights.e.elib.slot.nullOk")
.stamps(Stamps::DEEP_FROZEN);

/// `nullOk[g]`. Field: the guard of what is not null.
pub static NULL_OK_OF: Class = Class::new(
    "nullOk1",
    "nullOk1",
    guard_methods![
        coerce_of;
        "getSubGuard"() => get_sub_guard,
        "getTheTrivialValue"() => null,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("nullOk")
.stamps(MADE);

/// `notNull`: anything that is not known to be null.
pub static NOT_NULL: Class = Class::new("notNull", "notNull", guard_methods![coerce_not_null;])
    .fqn("org.erights.e.elang.interp.notNull")
    .stamps(Stamps::DEEP_FROZEN);

fn null(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::NULL)
}

fn coerce(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if cx.near(args[0]).is_null() { done(Value::NULL) } else { cx.eject(args[1], "must be null") }
}

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&NULL_OK_OF, [args[0]]);
    done(guard)
}

fn get_sub_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(first(cx, this, &NULL_OK_OF).unwrap_or(Value::NULL))
}

/// `def nullOk[g] := guard`
fn match_get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match first(cx, args[0], &NULL_OK_OF) {
        Some(guard) => {
            let list = cx.heap.list([guard]);
            done(list)
        }
        None => cx.eject(args[1], "Not a parameterized nullOk"),
    }
}

fn coerce_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if cx.near(args[0]).is_null() {
        return done(Value::NULL);
    }
    let guard = first(cx, this, &NULL_OK_OF).unwrap_or(Value::NULL);
    cx.call(guard, "coerce", [args[0], args[1]])
}

fn coerce_not_null(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if cx.near(args[0]).is_null() { cx.eject(args[1], "Must not be null") } else { done(args[0]) }
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&NULL_OK), "get")
}
