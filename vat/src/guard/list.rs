//! `List` and `List[g]`.

use super::any::{ANY, MADE, uncall_list};
use super::each::{Become, coerce_each};
use super::{coerce_to, first};
use crate::cx::Cx;
use crate::data::list::paid_items;
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::value::Value;

/// `List`: constant lists; a string stays a string.
pub static LIST: Class = Class::new(
    "ListGuard",
    "List",
    guard_methods![
        coerce_to;
        "get"(Any) => get,
        "match__get/1"(Any, Any) => match_get,
        "getValueGuard"() => any_guard,
        "getTheTrivialValue"() => empty,
    ],
)
.fqn("org.erights.e.elib.slot.List")
.stamps(Stamps::DEEP_FROZEN);

/// `List[g]`. Field: the guard of the items.
pub static LIST_OF: Class = Class::new(
    "ListGuard",
    "ListGuard",
    guard_methods![
        coerce;
        "getValueGuard"() => get_value_guard,
        "getTheTrivialValue"() => empty,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("List")
.stamps(MADE);

/// `[]`
pub fn empty(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let list = cx.heap.list([]);
    done(list)
}

fn any_guard(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&ANY))
}

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&LIST_OF, [args[0]]);
    done(guard)
}

fn get_value_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(first(cx, this, &LIST_OF).unwrap_or(Value::NULL))
}

/// `def List[g] := guard`
fn match_get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = if args[0].is(&LIST) { Some(Value::of(&ANY)) } else { first(cx, args[0], &LIST_OF) };
    match guard {
        Some(guard) => {
            let list = cx.heap.list([guard]);
            done(list)
        }
        None => cx.eject(args[1], "not a ListGuard"),
    }
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, then, list| {
            let guard = first(cx, then.values[0], &LIST_OF).unwrap_or(Value::NULL);
            let items = paid_items(cx, list)?;
            if guard.is(&ANY) {
                return done(list);
            }
            coerce_each(cx, list, items, vec![guard], then.values[1], Become::List)
        },
        [this, args[1]],
    );
    cx.call_then(Value::of(&LIST), "coerce", [args[0], args[1]], then)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&LIST), "get")
}
