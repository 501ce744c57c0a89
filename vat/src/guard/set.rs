//! `Set` and `Set[g]`.

use super::any::{ANY, MADE, uncall_list};
use super::each::{Become, coerce_each};
use super::first;
use crate::coerce::Ty;
use crate::cx::Cx;
use crate::data::set::{elements, make};
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::problem::Problem;
use crate::value::Value;

/// `Set`: constant sets.
pub static SET: Class = Class::new(
    "ConstSetGuard",
    "<ConstSet>",
    guard_methods![
        coerce_set;
        "get"(Any) => get,
        "match__get/1"(Any, Any) => match_get,
        "getValueGuard"() => any_guard,
        "getTheTrivialValue"() => empty,
    ],
)
.fqn("org.erights.e.elib.slot.Set")
.stamps(Stamps::DEEP_FROZEN);

/// `Set[g]`. Field: the guard of the elements.
pub static SET_OF: Class = Class::new(
    "ConstSetGuard",
    "ConstSetGuard",
    guard_methods![
        coerce;
        "getValueGuard"() => get_value_guard,
        "getTheTrivialValue"() => empty,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("Set")
.stamps(MADE);

fn coerce_set(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, _, specimen| Ty::Set.check(&cx.heap, specimen),
        |_, _, specimen| Problem::new("not a ConstSet: ").value(specimen),
    )
}

fn empty(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let set = make(cx, Default::default());
    done(set)
}

fn any_guard(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&ANY))
}

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&SET_OF, [args[0]]);
    done(guard)
}

fn get_value_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(first(cx, this, &SET_OF).unwrap_or(Value::NULL))
}

/// `def Set[g] := guard`
fn match_get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = if args[0].is(&SET) { Some(Value::of(&ANY)) } else { first(cx, args[0], &SET_OF) };
    match guard {
        Some(guard) => {
            let list = cx.heap.list([guard]);
            done(list)
        }
        None => {
            let text = "Not stamped by org.erights.e.elib.tables.makeConstSetAuthor$makeConstSetAuthor$ConstSetGuard__T";
            cx.eject(args[1], text)
        }
    }
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, then, set| {
            let guard = first(cx, then.values[0], &SET_OF).unwrap_or(Value::NULL);
            let items = elements(cx, set);
            coerce_each(cx, set, items.into(), vec![guard], then.values[1], Become::Set)
        },
        [this, args[1]],
    );
    cx.call_then(Value::of(&SET), "coerce", [args[0], args[1]], then)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&SET), "get")
}
