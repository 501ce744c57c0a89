//! Sets that change, and views of them that cannot.

use super::flex_map::{self, diverge_into, put_each, remove_each};
use super::list::portrayal;
use super::map::{self, copied};
use super::set;
use super::table::Table;
use crate::cx::Cx;
use crate::guard;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::selector::Selector;
use crate::value::Value;

/// `[].asSet().diverge()`. Field: the guard of its elements.
pub static FLEX_SET: Class = Class::new(
    "FlexSet",
    "FlexSet",
    natives![
        "size"() => map::size,
        "contains"(Key) => flex_map::maps,
        "getElements"() => map::get_keys,
        "elementType"() => element_type,
        "addElement"(Key) => add_element,
        "addElement"(Key, Bool) => add_strict,
        "addAll"(Any) => add_all,
        "addAll"(Any, Bool) => add_all_strict,
        "addAll"(Any, Bool, Any) => add_all_eject,
        "remove"(Key) => flex_map::remove_key,
        "remove"(Key, Bool) => flex_map::remove_key_strict,
        "removeAll"() => flex_map::remove_all,
        "removeAll"(Any) => remove_these,
        "removeAll"(Any, Bool) => remove_these_strict,
        "iterate"(Any) => set::iterate,
        "snapshot"() => snapshot,
        "readOnly"() => read_only,
        "diverge"() => diverge_any,
        "diverge"(Any) => diverge,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.tables.FlexSet")
.otherwise(by_snapshot);

/// What changes a FlexSet cannot make: reads another one. Field: that one.
pub static READ_ONLY_SET: Class = Class::new("readOnlySet", "readOnlySet", &[]).otherwise(read_through);

/// Makes FlexSets: `make()`, `fromType(guard)`.
pub static MAKE_FLEX_SET: Class = Class::new(
    "makeFlexSet",
    "<makeFlexSet>",
    natives!["make"() => make_empty, "fromType"(Any) => from_type, "asType"() => as_type],
)
.fqn("org.erights.e.elib.tables.makeFlexSet")
.stamps(Stamps::DEEP_FROZEN);

const ANY: Value = Value::of(&guard::any::ANY);

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&guard::scalar::FLEX_SET))
}

fn make_empty(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    from_type(cx, this, &[ANY])
}

fn from_type(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let set = cx.heap.native_with(&FLEX_SET, [args[0]], Box::new(Table::default()));
    done(set)
}

/// The guard a FlexSet coerces its elements with.
pub fn guard_of(cx: &Cx, set: Value) -> Value {
    cx.heap.fields(set, &FLEX_SET).map_or(ANY, |it| it[0])
}

fn element_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(guard_of(cx, this))
}

fn add_element(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    put_each(cx, this, vec![(args[0], Value::NULL)], false, Value::NULL)
}

fn add_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    put_each(cx, this, vec![(args[0], Value::NULL)], args[1] == Value::TRUE, Value::NULL)
}

fn add_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    add_all_eject(cx, this, &[args[0], Value::FALSE, Value::NULL])
}

fn add_all_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    add_all_eject(cx, this, &[args[0], args[1], Value::NULL])
}

fn add_all_eject(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::list::collect_values_then(cx, args[0], &[this, args[1], args[2]], |cx, then, _| {
        let items = super::list::collected(cx, then.values[0]);
        let pairs = items.into_iter().map(|it| (it, Value::NULL)).collect();
        put_each(cx, then.values[1], pairs, then.values[2] == Value::TRUE, then.values[3])
    })
}

fn remove_these(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    remove_these_strict(cx, this, &[args[0], Value::FALSE])
}

fn remove_these_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::list::collect_values_then(cx, args[0], &[this, args[1]], |cx, then, _| {
        let items = super::list::collected(cx, then.values[0]);
        remove_each(cx, then.values[1], items, then.values[2] == Value::TRUE)
    })
}

fn snapshot_of(cx: &mut Cx, this: Value) -> Result<Value, crate::problem::Exit> {
    let table = copied(cx, this)?;
    Ok(set::make(cx, table))
}

fn snapshot(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let set = snapshot_of(cx, this)?;
    done(set)
}

fn read_only(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let view = cx.heap.native(&READ_ONLY_SET, [this]);
    done(view)
}

fn by_snapshot(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    set::CONST_SET.find(selector)?;
    if selector.verb().starts_with("__") {
        return None;
    }
    Some(snapshot_of(cx, this).and_then(|snapshot| cx.call(snapshot, &selector.verb(), args)))
}

fn read_through(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    let verb = selector.verb();
    let target = *cx.heap.fields(this, &READ_ONLY_SET)?.first()?;
    if &*verb == "readOnly" {
        return Some(done(this));
    }
    if set::CONST_SET.find(selector).is_none() || verb.starts_with("__") {
        return None;
    }
    Some(cx.call(target, &verb, args))
}

/// `set.diverge()`
pub fn diverge_any(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let table = copied(cx, this)?;
    let set = cx.heap.native_with(&FLEX_SET, [ANY], Box::new(table));
    done(set)
}

/// `set.diverge(guard)`
pub fn diverge(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let flex = cx.heap.native_with(&FLEX_SET, [args[0]], Box::new(Table::default()));
    diverge_into(cx, this, flex)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let guard = guard_of(cx, this);
    let snapshot = snapshot_of(cx, this)?;
    portrayal(cx, snapshot, "diverge", &[guard])
}
