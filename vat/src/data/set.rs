//! Constant sets, and `makeConstSet` which makes them. A set is the keys of a map.

use super::flex_set;
use super::list::portrayal;
use super::map::{self, copied, look_up, put, remove, table};
use super::table::Table;
use crate::cx::Cx;
use crate::iterate::{Items, each};
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// What `[1, 2].asSet()` answers to.
pub static CONST_SET: Class = Class::new(
    "ConstSet",
    "ConstSet",
    natives![
        "size"() => map::size,
        "contains"(Key) => map::maps,
        "getElements"() => map::get_keys,
        "elementType"() => super::list::any_guard,
        "with"(Key) => with,
        "without"(Key) => without,
        "and"(Set) => and,
        "or"(Set) => or,
        "or"(Set, Bool) => or_strict,
        "butNot"(Set) => but_not,
        "subtract"(Set) => but_not,
        "op__cmp"(Set) => op_cmp,
        "iterate"(Any) => iterate,
        "sort"() => sort,
        "sort"(Any) => sort,
        "snapshot"() => itself,
        "readOnly"() => itself,
        "diverge"() => flex_set::diverge_any,
        "diverge"(Any) => flex_set::diverge,
        "printOn"(Text, Text, Text, Any) => print_on,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.tables.ConstSet")
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE));

/// Makes sets of the keys of maps.
pub static MAKE_SET: Class = Class::new(
    "makeConstSet",
    "<makeConstSet>",
    natives!["fromKeysOf"(Map) => from_keys_of, "getEmptySet"() => get_empty_set, "asType"() => as_type],
)
.fqn("org.erights.e.elib.tables.makeConstSet")
.stamps(Stamps::DEEP_FROZEN);

/// A constant set of a table's keys.
pub fn make(cx: &mut Cx, table: Table) -> Value {
    cx.heap.native_with(&CONST_SET, [], Box::new(table))
}

/// The elements of any kind of set.
pub fn elements(cx: &Cx, set: Value) -> Vec<Value> {
    table(&cx.heap, set).map(|it| it.keys().collect()).unwrap_or_default()
}

fn with(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, this)?;
    put(cx, &mut table, args[0], Value::NULL)?;
    let set = make(cx, table);
    done(set)
}

fn without(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, this)?;
    remove(cx, &mut table, args[0])?;
    let set = make(cx, table);
    done(set)
}

fn and(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = Table::default();
    for it in elements(cx, this) {
        if look_up(cx, args[0], it)?.is_some() {
            put(cx, &mut table, it, Value::NULL)?;
        }
    }
    let set = make(cx, table);
    done(set)
}

fn or(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    or_strict(cx, this, &[args[0], Value::FALSE])
}

/// The other set's elements, then those of this one that it lacks.
fn or_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, args[0])?;
    for it in elements(cx, this) {
        let was_there = put(cx, &mut table, it, Value::NULL)?;
        if was_there && args[1] == Value::TRUE {
            let problem =
                Problem::new("both sets contain ").value(it).text(", in strict union of ").value(this);
            return Err(cx.throw(problem.text(" and ").value(args[0])));
        }
    }
    let set = make(cx, table);
    done(set)
}

fn but_not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, this)?;
    for it in elements(cx, args[0]) {
        remove(cx, &mut table, it)?;
    }
    let set = make(cx, table);
    done(set)
}

/// Sets are ordered by inclusion.
fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let extra = lacks_one(cx, args[0], this)?;
    let lacking = lacks_one(cx, this, args[0])?;
    done(match (extra, lacking) {
        (false, false) => 0.0,
        (false, true) => -1.0,
        (true, false) => 1.0,
        (true, true) => f64::NAN,
    })
}

fn lacks_one(cx: &mut Cx, set: Value, of: Value) -> Result<bool, Exit> {
    for it in elements(cx, of) {
        if look_up(cx, set, it)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Calls `f(index, element)`.
pub fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let elements = elements(cx, this);
    each(cx, Items::List(elements.into()), args[0])
}

fn sort(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let compare = args.first().copied().unwrap_or(Value::NULL);
    let elements = elements(cx, this);
    crate::sort::sort(cx, this, elements, compare, |cx, this, order| {
        let sorted = table(&cx.heap, this).map(|it| it.reordered(&order)).unwrap_or_default();
        let set = make(cx, sorted);
        done(set)
    })
}

fn itself(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let elements = elements(cx, this);
    let list = cx.heap.list(elements);
    super::list::print_on(cx, list, args)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let elements = elements(cx, this);
    let list = cx.heap.list(elements);
    portrayal(cx, list, "asSet", &[])
}

fn from_keys_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let mut keys = Table::default();
    for (key, _) in map::pairs(cx, args[0]) {
        put(cx, &mut keys, key, Value::NULL)?;
    }
    let set = make(cx, keys);
    done(set)
}

fn get_empty_set(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let set = make(cx, Table::default());
    done(set)
}

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::set::SET))
}
