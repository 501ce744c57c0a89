//! Constant maps, and `__makeMap` which makes them.

use super::flex_map;
use super::list::items;
use super::table::Table;
use crate::coerce::portrayed_first;
use crate::cx::Cx;
use crate::heap::Heap;
use crate::iterate::{Items, each};
use crate::native::{Class, Outcome, Payload, Stamps, Then, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::same::Unsettled;
use crate::value::Value;

/// What `["a" => 1]` answers to.
pub static CONST_MAP: Class = Class::new(
    "ConstMap",
    "ConstMap",
    natives![
        "size"() => size,
        "get"(Key) => get,
        "fetch"(Key, Any) => fetch,
        "maps"(Key) => maps,
        "contains"(Key) => maps,
        "with"(Key, Any) => with,
        "without"(Key) => without,
        "or"(Map) => or,
        "or"(Map, Bool) => or_strict,
        "or"(Map, Bool, Any) => or_eject,
        "and"(Map) => and,
        "butNot"(Map) => but_not,
        "getKeys"() => get_keys,
        "getValues"() => get_values,
        "getPair"() => get_pair,
        "keyType"() => any_guard,
        "valueType"() => any_guard,
        "sortKeys"() => sort_keys,
        "sortKeys"(Any) => sort_keys,
        "sortValues"() => sort_values,
        "sortValues"(Any) => sort_values,
        "iterate"(Any) => iterate,
        "op__cmp"(Map) => op_cmp,
        "snapshot"() => itself,
        "readOnly"() => itself,
        "diverge"() => flex_map::diverge_any,
        "diverge"(Any, Any) => flex_map::diverge,
        "printOn"(Text, Text, Text, Text, Any) => print_on,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.tables.ConstMap")
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE));

/// `__makeMap`
pub static MAKE_MAP: Class = Class::new(
    "makeConstMap",
    "__makeMap",
    natives![
        "fromPairs"(List) => make_from_pairs,
        "fromColumns"(List, List) => make_from_columns,
        "fromIteratable"(Any, Bool) => make_from_iteratable,
        "asType"() => as_type,
    ],
)
.fqn("org.erights.e.elib.tables.makeConstMap")
.stamps(Stamps::DEEP_FROZEN);

/// A constant map with `table`'s entries.
pub fn make(cx: &mut Cx, table: Table) -> Value {
    cx.heap.native_with(&CONST_MAP, [], Box::new(table))
}

/// A constant map of these pairs; of pairs with one key the last stays.
pub fn from_pairs(cx: &mut Cx, pairs: &[(Value, Value)]) -> Value {
    let mut table = Table::default();
    for (key, value) in pairs {
        // Keys that are not settled are left out: callers of this one have strings.
        let put = table.put(&cx.heap, *key, *value);
        debug_assert!(put.is_ok());
    }
    make(cx, table)
}

/// The table of any kind of map or set.
pub fn table(heap: &Heap, map: Value) -> Option<&Table> {
    heap.payload::<Table>(map)
}

/// What a map has under a string.
pub fn get_text(heap: &Heap, map: Value, key: &str) -> Option<Value> {
    let entries = table(heap, map)?.entries();
    entries.iter().find(|it| heap.as_text(it.key).is_some_and(|it| it == key)).map(|it| it.value)
}

/// The entries of any kind of map.
pub fn pairs(cx: &Cx, map: Value) -> Vec<(Value, Value)> {
    table(&cx.heap, map).map(Table::pairs).unwrap_or_default()
}

/// The exit for a key that is not settled.
pub fn unsettled(cx: &mut Cx, key: Value) -> Exit {
    cx.throw(Problem::typed("insufficientlySettledException", "not sufficiently settled: ").value(key))
}

/// Looks a key up in any kind of map.
pub fn look_up(cx: &mut Cx, map: Value, key: Value) -> Result<Option<Value>, Exit> {
    cx.charge(1)?;
    match table(&cx.heap, map).map(|it| it.get(&cx.heap, key)) {
        Some(Ok(found)) => Ok(found),
        Some(Err(Unsettled)) => Err(unsettled(cx, key)),
        None => Ok(None),
    }
}

/// A copy of a map's table to change, paid for.
pub fn copied(cx: &mut Cx, map: Value) -> Result<Table, Exit> {
    let bytes = table(&cx.heap, map).map_or(0, Payload::bytes);
    cx.reserve(bytes + 64)?;
    Ok(table(&cx.heap, map).cloned().unwrap_or_default())
}

/// Puts into a table under construction.
pub fn put(cx: &mut Cx, table: &mut Table, key: Value, value: Value) -> Result<bool, Exit> {
    cx.charge(1)?;
    table.put(&cx.heap, key, value).map_err(|Unsettled| unsettled(cx, key))
}

pub fn size(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(table(&cx.heap, this).map_or(0, Table::len) as i64)
}

pub fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match look_up(cx, this, args[0])? {
        Some(it) => done(it),
        None => Err(cx.throw(Problem::default().value(args[0]).text(" not found"))),
    }
}

pub fn fetch(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match look_up(cx, this, args[0])? {
        Some(it) => done(it),
        None => cx.call(args[1], "run", []),
    }
}

pub fn maps(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let found = look_up(cx, this, args[0])?;
    done(found.is_some())
}

fn with(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, this)?;
    put(cx, &mut table, args[0], args[1])?;
    let map = make(cx, table);
    done(map)
}

fn without(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, this)?;
    remove(cx, &mut table, args[0])?;
    let map = make(cx, table);
    done(map)
}

/// Removes a key from a table under construction; answers whether it was there.
pub fn remove(cx: &mut Cx, table: &mut Table, key: Value) -> Result<bool, Exit> {
    cx.charge(1)?;
    match table.find(&cx.heap, key) {
        Ok(Some(at)) => {
            table.remove_at(at);
            Ok(true)
        }
        Ok(None) => Ok(false),
        Err(Unsettled) => Err(unsettled(cx, key)),
    }
}

fn or(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    or_eject(cx, this, &[args[0], Value::FALSE, Value::NULL])
}

fn or_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    or_eject(cx, this, &[args[0], args[1], Value::NULL])
}

/// The other map's entries first, then those of this one; where both have a key, this one's value.
fn or_eject(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, args[0])?;
    let strict = args[1] == Value::TRUE;
    for (key, value) in pairs(cx, this) {
        let before = match table.get(&cx.heap, key) {
            Ok(it) => it,
            Err(Unsettled) => return Err(unsettled(cx, key)),
        };
        if strict && let Some(before) = before {
            return cx.eject(args[2], duplicate(key, before));
        }
        put(cx, &mut table, key, value)?;
    }
    let map = make(cx, table);
    done(map)
}

fn duplicate(key: Value, before: Value) -> Problem {
    Problem::default().value(key).text(" already in under-construction ConstMap as ").value(before)
}

/// Keeps this map's entries whose keys the other has.
fn and(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = Table::default();
    for (key, value) in pairs(cx, this) {
        if look_up(cx, args[0], key)?.is_some() {
            put(cx, &mut table, key, value)?;
        }
    }
    let map = make(cx, table);
    done(map)
}

fn but_not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut table = copied(cx, this)?;
    for (key, _) in pairs(cx, args[0]) {
        remove(cx, &mut table, key)?;
    }
    let map = make(cx, table);
    done(map)
}

fn keys_list(cx: &mut Cx, map: Value) -> Result<Value, Exit> {
    let keys: Vec<Value> = table(&cx.heap, map).map(|it| it.keys().collect()).unwrap_or_default();
    cx.reserve(16 * keys.len() as u64)?;
    Ok(cx.heap.list(keys))
}

fn values_list(cx: &mut Cx, map: Value) -> Result<Value, Exit> {
    let values: Vec<Value> = table(&cx.heap, map).map(|it| it.values().collect()).unwrap_or_default();
    cx.reserve(16 * values.len() as u64)?;
    Ok(cx.heap.list(values))
}

pub fn get_keys(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let keys = keys_list(cx, this)?;
    done(keys)
}

pub fn get_values(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let values = values_list(cx, this)?;
    done(values)
}

pub fn get_pair(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let pair = [keys_list(cx, this)?, values_list(cx, this)?];
    let pair = cx.heap.list(pair);
    done(pair)
}

fn any_guard(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::any::ANY))
}

fn itself(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}

fn sort_keys(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let keys = table(&cx.heap, this).map(|it| it.keys().collect()).unwrap_or_default();
    let compare = args.first().copied().unwrap_or(Value::NULL);
    crate::sort::sort(cx, this, keys, compare, sorted)
}

fn sort_values(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let values = table(&cx.heap, this).map(|it| it.values().collect()).unwrap_or_default();
    let compare = args.first().copied().unwrap_or(Value::NULL);
    crate::sort::sort(cx, this, values, compare, sorted)
}

fn sorted(cx: &mut Cx, this: Value, order: Vec<usize>) -> Outcome {
    let sorted = table(&cx.heap, this).map(|it| it.reordered(&order)).unwrap_or_default();
    let map = make(cx, sorted);
    done(map)
}

pub fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let pairs = pairs(cx, this);
    each(cx, Items::Pairs(pairs), args[0])
}

/// Maps are ordered by which keys they have: less if all of this one's are among the other's.
fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (mine, others) = (pairs(cx, this), pairs(cx, args[0]));
    let mut extra = false;
    for (key, _) in &mine {
        extra |= look_up(cx, args[0], *key)?.is_none();
    }
    let mut lacking = false;
    for (key, _) in &others {
        lacking |= look_up(cx, this, *key)?.is_none();
    }
    done(match (extra, lacking) {
        (false, false) => 0.0,
        (false, true) => -1.0,
        (true, false) => 1.0,
        (true, true) => f64::NAN,
    })
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let pairs = pairs(cx, this);
    let [left, arrow, separator, right, writer] = args else { return done(Value::NULL) };
    let mut pieces = vec![crate::print::Piece::Bare(*left)];
    for (at, (key, value)) in pairs.into_iter().enumerate() {
        if at > 0 {
            pieces.push(crate::print::Piece::Bare(*separator));
        }
        pieces.push(crate::print::Piece::Quoted(key));
        pieces.push(crate::print::Piece::Bare(*arrow));
        pieces.push(crate::print::Piece::Quoted(value));
    }
    pieces.push(crate::print::Piece::Bare(*right));
    crate::print::write_pieces(cx, *writer, pieces)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let args = [keys_list(cx, this)?, values_list(cx, this)?];
    super::list::portrayal(cx, Value::of(&MAKE_MAP), "fromColumns", &args)
}

// `__makeMap`

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::map::MAP))
}

fn put_new(cx: &mut Cx, table: &mut Table, key: Value, value: Value) -> Result<(), Exit> {
    match table.get(&cx.heap, key) {
        Ok(Some(before)) => Err(cx.throw(duplicate(key, before))),
        Ok(None) => put(cx, table, key, value).map(|_| ()),
        Err(Unsettled) => Err(unsettled(cx, key)),
    }
}

fn make_from_pairs(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, args[0], this, args, make_from_pairs) {
        return asked;
    }
    let pairs = items(cx, args[0]);
    cx.reserve(64 * pairs.len() as u64)?;
    let mut table = Table::default();
    for pair in &*pairs {
        match cx.heap.as_list(*pair).map(|it| &it[..]) {
            Some([key, value]) => {
                let (key, value) = (*key, *value);
                put_new(cx, &mut table, key, value)?;
            }
            _ => return Err(cx.throw(Problem::new("not a pair of key and value: ").value(*pair))),
        }
    }
    let map = make(cx, table);
    done(map)
}

fn make_from_columns(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, args[0], this, args, make_from_columns) {
        return asked;
    }
    let (keys, values) = (items(cx, args[0]), items(cx, args[1]));
    if keys.len() != values.len() {
        let text = format!("{} keys but {} values", keys.len(), values.len());
        return Err(cx.throw(text));
    }
    cx.reserve(64 * keys.len() as u64)?;
    let mut table = Table::default();
    for (key, value) in keys.iter().zip(&*values) {
        put_new(cx, &mut table, *key, *value)?;
    }
    let map = make(cx, table);
    done(map)
}

/// Takes the keys and values that `iterate` calls it with, until the map is made.
pub(crate) static COLLECTOR: Class =
    Class::new("mapCollector", "<mapCollector>", natives!["run"(Any, Any) => collect]);

fn make_from_iteratable(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let collector = cx.heap.native_with(&COLLECTOR, [args[1], Value::FALSE], Box::new(Table::default()));
    cx.call_then(args[0], "iterate", [collector], Then::new(collected, [collector]))
}

fn collect(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some([strict, finished]) = cx.heap.fields(this, &COLLECTOR).and_then(|it| it.first_chunk().copied())
    else {
        return done(Value::NULL);
    };
    if finished == Value::TRUE {
        return Err(cx.throw("ConstMap construction already finished"));
    }
    if strict == Value::TRUE
        && let Some(before) = look_up(cx, this, args[0])?
    {
        return Err(cx.throw(duplicate(args[0], before)));
    }
    flex_map::change(cx, this, |cx, table| put(cx, table, args[0], args[1]))?;
    done(Value::NULL)
}

fn collected(cx: &mut Cx, then: Box<Then>, _: Value) -> Outcome {
    let collector = then.values[0];
    if let Some([_, finished]) = cx.heap.fields_mut(collector, &COLLECTOR) {
        *finished = Value::TRUE;
    }
    let table = cx.heap.payload_mut::<Table>(collector).map(std::mem::take).unwrap_or_default();
    cx.heap.recount(collector);
    let map = make(cx, table);
    done(map)
}
