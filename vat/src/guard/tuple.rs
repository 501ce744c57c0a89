//! `Tuple[g, h]`: lists of just so many items, each with its guard.

use super::any::{MADE, uncall_list};
use super::each::{Become, coerce_each};
use super::{first, list::LIST};
use crate::cx::Cx;
use crate::data::list::{items, length, paid_items};
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, Then, done, method, variadic};
use crate::problem::Problem;
use crate::value::Value;

/// `Tuple`
pub static TUPLE: Class = Class::new(
    "Tuple",
    "Tuple",
    &[method("of", 1, of), method("match__of/1", 2, match_of), variadic("get", get)],
)
.fqn("org.erights.e.elib.slot.Tuple")
.stamps(Stamps::DEEP_FROZEN);

/// `Tuple[g, h]`. Field: the list of guards.
pub static TUPLE_OF: Class = Class::new(
    "TupleGuard",
    "TupleGuard",
    guard_methods![coerce; "getElementGuards"() => get_element_guards, "__optUncall"() => opt_uncall],
)
.fqn("Tuple")
.stamps(MADE);

/// `Tuple[any, String, List[any]]`
pub fn make_portrayal(cx: &mut Cx) -> Value {
    let any = Value::of(&super::any::ANY);
    let args = cx.heap.native(&super::list::LIST_OF, [any]);
    let guards = cx.heap.list([any, Value::of(&super::scalar::STRING), args]);
    cx.heap.native(&TUPLE_OF, [guards])
}

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guards = cx.heap.list(args);
    let guard = cx.heap.native(&TUPLE_OF, [guards]);
    done(guard)
}

fn of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&TUPLE_OF, [args[0]]);
    done(guard)
}

fn get_element_guards(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(first(cx, this, &TUPLE_OF).unwrap_or(Value::NULL))
}

/// `def Tuple.of([g, h]) := guard`
fn match_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match first(cx, args[0], &TUPLE_OF) {
        Some(guards) => {
            let list = cx.heap.list([guards]);
            done(list)
        }
        None => cx.eject(args[1], "Not stamped by org.erights.e.elib.slot.Tuple$TupleGuard__T"),
    }
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(sized, [this, args[1]]);
    cx.call_then(Value::of(&LIST), "coerce", [args[0], args[1]], then)
}

fn sized(cx: &mut Cx, then: Box<Then>, list: Value) -> Outcome {
    let guards = first(cx, then.values[0], &TUPLE_OF).map(|it| items(cx, it)).unwrap_or_else(|| [].into());
    if length(cx, list) != guards.len() {
        let problem = Problem::new(format!("Need {} element list: ", guards.len())).value(list);
        return cx.eject(then.values[1], problem);
    }
    let items = paid_items(cx, list)?;
    coerce_each(cx, list, items, guards.to_vec(), then.values[1], Become::List)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&TUPLE), "of")
}
