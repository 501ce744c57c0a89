//! `Map` and `Map[k, v]`.

use super::any::{ANY, MADE, uncall_list};
use super::coerce_to;
use super::each::{Become, coerce_each};
use crate::cx::Cx;
use crate::data::map::{make, pairs};
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::value::Value;

/// `Map`: constant maps.
pub static MAP: Class = Class::new(
    "MapGuard",
    "Map",
    guard_methods![
        coerce_to;
        "get"(Any, Any) => get,
        "match__get/2"(Any, Any) => match_get,
        "getKeyGuard"() => any_guard,
        "getValueGuard"() => any_guard,
        "getTheTrivialValue"() => empty,
    ],
)
.fqn("org.erights.e.elib.slot.Map")
.stamps(Stamps::DEEP_FROZEN);

/// `Map[k, v]`. Fields: the guards of keys and of values.
pub static MAP_OF: Class = Class::new(
    "MapGuard",
    "MapGuard",
    guard_methods![
        coerce;
        "getKeyGuard"() => get_key_guard,
        "getValueGuard"() => get_value_guard,
        "getTheTrivialValue"() => empty,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("Map")
.stamps(MADE);

fn empty(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let map = make(cx, Default::default());
    done(map)
}

fn any_guard(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&ANY))
}

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&MAP_OF, [args[0], args[1]]);
    done(guard)
}

fn guards(cx: &Cx, this: Value) -> Option<[Value; 2]> {
    if this.is(&MAP) {
        return Some([Value::of(&ANY); 2]);
    }
    cx.heap.fields(this, &MAP_OF)?.first_chunk().copied()
}

fn get_key_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(guards(cx, this).map_or(Value::NULL, |it| it[0]))
}

fn get_value_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(guards(cx, this).map_or(Value::NULL, |it| it[1]))
}

/// `def Map[k, v] := guard`
fn match_get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match guards(cx, args[0]) {
        Some(guards) => {
            let list = cx.heap.list(guards);
            done(list)
        }
        None => cx.eject(args[1], "Not stamped by org.erights.e.elib.slot.Map$MapGuard__T"),
    }
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, then, map| {
            let guards = guards(cx, then.values[0]).unwrap_or([Value::NULL; 2]);
            let items: Vec<Value> =
                pairs(cx, map).into_iter().flat_map(|(key, value)| [key, value]).collect();
            cx.reserve(16 * items.len() as u64)?;
            coerce_each(cx, map, items.into(), guards.to_vec(), then.values[1], Become::Map)
        },
        [this, args[1]],
    );
    cx.call_then(Value::of(&MAP), "coerce", [args[0], args[1]], then)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&MAP), "get")
}
