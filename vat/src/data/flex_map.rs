//! Maps that change, and views of them that cannot.

use super::map;
use super::table::{Spot, Table};
use crate::cx::Cx;
use crate::guard;
use crate::native::{Class, Outcome, Payload, Stamps, Then, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// `[].asMap().diverge()`. Fields: the guards of its keys and of its values.
pub static FLEX_MAP: Class = Class::new(
    "FlexMap",
    "FlexMap",
    natives![
        "size"() => map::size,
        "get"(Key) => get,
        "fetch"(Key, Any) => fetch,
        "maps"(Key) => maps,
        "contains"(Key) => maps,
        "getKeys"() => map::get_keys,
        "getValues"() => map::get_values,
        "getPair"() => map::get_pair,
        "keyType"() => key_type,
        "valueType"() => value_type,
        "iterate"(Any) => map::iterate,
        "snapshot"() => snapshot,
        "readOnly"() => read_only,
        "diverge"() => diverge_any,
        "diverge"(Any, Any) => diverge,
        "put"(Key, Any) => put,
        "put"(Key, Any, Bool) => put_strict,
        "put"(Key, Any, Bool, Any) => put_eject,
        "putAll"(Any) => put_all,
        "putAll"(Any, Bool) => put_all_strict,
        "putAll"(Any, Bool, Any) => put_all_eject,
        "removeKey"(Key) => remove_key,
        "removeKey"(Key, Bool) => remove_key_strict,
        "removeKeys"(Any) => remove_keys,
        "removeAll"() => remove_all,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.tables.FlexMap")
.otherwise(by_snapshot);

/// What changes a FlexMap cannot make: reads another one. Field: that one.
pub static READ_ONLY_MAP: Class = Class::new("readOnlyMap", "readOnlyMap", &[]).otherwise(read_through);

/// Makes FlexMaps: `fromTypes(keyGuard, valueGuard)`.
pub static MAKE_FLEX_MAP: Class = Class::new(
    "makeFlexMap",
    "<makeFlexMap>",
    natives!["fromTypes"(Any, Any) => from_types, "make"() => make_empty],
)
.fqn("org.erights.e.elib.tables.makeFlexMap")
.stamps(Stamps::DEEP_FROZEN);

const ANY: Value = Value::of(&guard::any::ANY);

/// Changes the table of a map or set in place. The table is out of the heap meanwhile, so that its keys can
/// be compared.
pub fn change<R>(
    cx: &mut Cx,
    map: Value,
    f: impl FnOnce(&mut Cx, &mut Table) -> Result<R, Exit>,
) -> Result<R, Exit> {
    if !cx.heap.has_room(64) {
        cx.reserve(64)?;
    }
    let mut table = cx.heap.payload_mut::<Table>(map).map(std::mem::take).unwrap_or_default();
    let result = f(cx, &mut table);
    if let Some(place) = cx.heap.payload_mut::<Table>(map) {
        *place = table;
    }
    cx.heap.recount(map);
    result
}

fn from_types(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let map = cx.heap.native_with(&FLEX_MAP, [args[0], args[1]], Box::new(Table::default()));
    done(map)
}

fn make_empty(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    from_types(cx, this, &[ANY, ANY])
}

fn guards(cx: &Cx, map: Value) -> (Value, Value) {
    match cx.heap.as_native(map).map(|it| &it.fields[..]) {
        Some([key, value, ..]) => (*key, *value),
        Some([key]) => (*key, ANY),
        _ => (ANY, ANY),
    }
}

fn key_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(guards(cx, this).0)
}

fn value_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(guards(cx, this).1)
}

fn snapshot(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let table = map::copied(cx, this)?;
    let map = map::make(cx, table);
    done(map)
}

fn read_only(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let view = cx.heap.native(&READ_ONLY_MAP, [this]);
    done(view)
}

/// Passes reading verbs on to the map.
fn read_through(
    cx: &mut Cx,
    this: Value,
    selector: crate::selector::Selector,
    args: &[Value],
) -> Option<Outcome> {
    let verb = selector.verb();
    let target = *cx.heap.fields(this, &READ_ONLY_MAP)?.first()?;
    let changes = ["put", "putAll", "removeKey", "removeKeys", "removeAll", "readOnly", "__optUncall"]
        .contains(&&*verb);
    if &*verb == "readOnly" {
        return Some(done(this));
    }
    let known = FLEX_MAP.find(selector).is_some() || map::CONST_MAP.find(selector).is_some();
    if changes || verb.starts_with("__") || !known {
        return None;
    }
    Some(cx.call(target, &verb, args))
}

/// Verbs that only read work on a snapshot.
fn by_snapshot(
    cx: &mut Cx,
    this: Value,
    selector: crate::selector::Selector,
    args: &[Value],
) -> Option<Outcome> {
    map::CONST_MAP.find(selector)?;
    if selector.verb().starts_with("__") {
        return None;
    }
    Some(map::copied(cx, this).and_then(|table| {
        let snapshot = map::make(cx, table);
        cx.call(snapshot, &selector.verb(), args)
    }))
}

// Reading, with the key coerced.

/// Coerces `key` by the map's key guard, then calls `next` with `[map, coerced, rest…]`.
fn with_key(cx: &mut Cx, map: Value, key: Value, rest: &[Value], next: crate::native::ThenFn) -> Outcome {
    let guard = guards(cx, map).0;
    let mut values = vec![map, key];
    values.extend_from_slice(rest);
    let then = Then::new(next, values);
    cx.call_then(guard, "coerce", [key, Value::NULL], then)
}

/// Is the key one that the map's key guard takes as it is?
fn takes(cx: &Cx, map: Value, key: Value) -> bool {
    guard::accepts(&cx.heap, guards(cx, map).0, key)
}

pub fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if takes(cx, this, args[0]) {
        return map::get(cx, this, args);
    }
    with_key(cx, this, args[0], &[], |cx, then, key| map::get(cx, then.values[0], &[key]))
}

pub fn fetch(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if takes(cx, this, args[0]) {
        return map::fetch(cx, this, args);
    }
    with_key(cx, this, args[0], &args[1..], |cx, then, key| {
        map::fetch(cx, then.values[0], &[key, then.values[2]])
    })
}

pub fn maps(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if takes(cx, this, args[0]) {
        return map::maps(cx, this, args);
    }
    with_key(cx, this, args[0], &[], |cx, then, key| map::maps(cx, then.values[0], &[key]))
}

// Removing.

pub fn remove_key(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    remove_key_strict(cx, this, &[args[0], Value::FALSE])
}

pub fn remove_key_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if takes(cx, this, args[0]) {
        return remove_coerced(cx, this, args[0], args[1] == Value::TRUE);
    }
    with_key(cx, this, args[0], &args[1..], |cx, then, key| {
        remove_coerced(cx, then.values[0], key, then.values[2] == Value::TRUE)
    })
}

fn remove_coerced(cx: &mut Cx, map: Value, key: Value, strict: bool) -> Outcome {
    let was_there = change(cx, map, |cx, table| map::remove(cx, table, key))?;
    if strict && !was_there {
        return Err(cx.throw(Problem::default().value(key).text(" not in map")));
    }
    done(Value::NULL)
}

fn remove_keys(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let keys: Vec<Value> = map::pairs(cx, args[0]).into_iter().map(|it| it.0).collect();
    remove_each(cx, this, keys, false)
}

struct Removals {
    keys: Vec<Value>,
    at: usize,
    strict: bool,
}

impl Payload for Removals {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.keys.iter().for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        16 * self.keys.len() as u64
    }
}

/// Removes these keys one after the other, each coerced.
pub fn remove_each(cx: &mut Cx, map: Value, keys: Vec<Value>, strict: bool) -> Outcome {
    remove_next(
        cx,
        Then::new(removed, [map]).with_state(Box::new(Removals { keys, at: 0, strict })),
        Value::NULL,
    )
}

fn remove_next(cx: &mut Cx, mut then: Box<Then>, _: Value) -> Outcome {
    let map = then.values[0];
    let Some(state) = then.state::<Removals>() else { return Err(cx.throw("lost a removal")) };
    let Some(key) = state.keys.get(state.at).copied() else { return done(Value::NULL) };
    state.at += 1;
    let guard = guards(cx, map).0;
    cx.call_then(guard, "coerce", [key, Value::NULL], then.at(removed))
}

fn removed(cx: &mut Cx, mut then: Box<Then>, key: Value) -> Outcome {
    let map = then.values[0];
    let strict = then.state::<Removals>().is_some_and(|it| it.strict);
    remove_coerced(cx, map, key, strict)?;
    remove_next(cx, then, Value::NULL)
}

pub fn remove_all(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    change(cx, this, |_, table| {
        table.clear();
        Ok(())
    })?;
    done(Value::NULL)
}

// Putting.

/// Entries on their way into a map or set.
struct Puts {
    pairs: Vec<(Value, Value)>,
    at: usize,
    strict: bool,
}

impl Payload for Puts {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for (key, value) in &self.pairs {
            visit(*key);
            visit(*value);
        }
    }
    fn bytes(&self) -> u64 {
        32 * self.pairs.len() as u64
    }
}

/// Where a `Puts` keeps its values: the map, the ejector, the coerced key, what to answer, and the map that
/// is being diverged from (or null).
const MAP: usize = 0;
const EJECTOR: usize = 1;
const KEY: usize = 2;
const ANSWER: usize = 3;
const SOURCE: usize = 4;

/// Puts these pairs in order, keys and values coerced. `strict`: a key that is there already leaves through
/// `ejector`.
pub fn put_each(
    cx: &mut Cx,
    map: Value,
    pairs: Vec<(Value, Value)>,
    strict: bool,
    ejector: Value,
) -> Outcome {
    let state = Puts { pairs, at: 0, strict };
    let values = [map, ejector, Value::NULL, Value::NULL, Value::NULL];
    put_next(cx, Then::new(key_coerced, values).with_state(Box::new(state)))
}

fn put_next(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    loop {
        let map = then.values[MAP];
        let Some(state) = then.state::<Puts>() else { return Err(cx.throw("lost a put")) };
        let Some((key, value)) = state.pairs.get(state.at).copied() else { return done(then.values[ANSWER]) };
        let (key_guard, value_guard) = guards(cx, map);
        if !guard::accepts(&cx.heap, key_guard, key) {
            return cx.call_then(key_guard, "coerce", [key, Value::NULL], then.at(key_coerced));
        }
        then.values[KEY] = key;
        if !guard::accepts(&cx.heap, value_guard, value) {
            return cx.call_then(value_guard, "coerce", [value, Value::NULL], then.at(value_coerced));
        }
        if let Some(outcome) = put_one(cx, &mut then, value) {
            return outcome;
        }
    }
}

fn key_coerced(cx: &mut Cx, mut then: Box<Then>, key: Value) -> Outcome {
    then.values[KEY] = key;
    let map = then.values[MAP];
    let Some(state) = then.state::<Puts>() else { return Err(cx.throw("lost a put")) };
    let value = state.pairs.get(state.at).map_or(Value::NULL, |it| it.1);
    let guard = guards(cx, map).1;
    if guard::accepts(&cx.heap, guard, value) {
        return value_coerced(cx, then, value);
    }
    cx.call_then(guard, "coerce", [value, Value::NULL], then.at(value_coerced))
}

fn value_coerced(cx: &mut Cx, mut then: Box<Then>, value: Value) -> Outcome {
    match put_one(cx, &mut then, value) {
        Some(outcome) => outcome,
        None => put_next(cx, then),
    }
}

/// Puts the coerced value under the coerced key and steps on; an outcome ends it all.
fn put_one(cx: &mut Cx, then: &mut Then, value: Value) -> Option<Outcome> {
    let (map, ejector, key, source) =
        (then.values[MAP], then.values[EJECTOR], then.values[KEY], then.values[SOURCE]);
    let strict = match then.state::<Puts>() {
        Some(state) => {
            state.at += 1;
            state.strict
        }
        None => false,
    };
    if strict {
        match map::look_up(cx, map, key) {
            Ok(Some(_)) if !source.is_null() => {
                let what = if std::ptr::eq(cx.class_of(map)?, &FLEX_MAP) { "keys" } else { "elements" };
                let text = format!("duplicate {what} in ");
                let problem = Problem::new(text).print(source).text(" under ").print(guards(cx, map).0);
                return Some(Err(cx.throw(problem.text(" coercion"))));
            }
            Ok(Some(_)) => {
                return Some(cx.eject(ejector, Problem::default().value(key).text(" already in map")));
            }
            Ok(None) => {}
            Err(exit) => return Some(Err(exit)),
        }
    }
    change(cx, map, |cx, table| map::put(cx, table, key, value)).err().map(Err)
}

/// Puts without asking any guard; `None` if the key is not settled.
pub(super) fn put_plain(cx: &mut Cx, map: Value, key: Value, value: Value) -> Option<Value> {
    let spot = cx.heap.payload::<Table>(map)?.spot(&cx.heap, key).ok()?;
    cx.heap.payload_mut::<Table>(map)?.fill(spot, value);
    if matches!(spot, Spot::New { .. }) {
        cx.heap.recount(map);
    }
    Some(Value::NULL)
}

pub fn put(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (key_guard, value_guard) = guards(cx, this);
    if guard::accepts(&cx.heap, key_guard, args[0]) && guard::accepts(&cx.heap, value_guard, args[1]) {
        change(cx, this, |cx, table| map::put(cx, table, args[0], args[1]))?;
        return done(Value::NULL);
    }
    put_each(cx, this, vec![(args[0], args[1])], false, Value::NULL)
}

fn put_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    put_each(cx, this, vec![(args[0], args[1])], args[2] == Value::TRUE, Value::NULL)
}

fn put_eject(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    put_each(cx, this, vec![(args[0], args[1])], args[2] == Value::TRUE, args[3])
}

fn put_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    put_all_eject(cx, this, &[args[0], Value::FALSE, Value::NULL])
}

fn put_all_strict(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    put_all_eject(cx, this, &[args[0], args[1], Value::NULL])
}

fn put_all_eject(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (strict, ejector) = (args[1] == Value::TRUE, args[2]);
    if map::table(&cx.heap, args[0]).is_some() {
        let pairs = map::pairs(cx, args[0]);
        return put_each(cx, this, pairs, strict, ejector);
    }
    // Anything else that can go through its entries.
    let values = [this, Value::from(strict), ejector];
    cx.call_then(
        Value::of(&map::MAKE_MAP),
        "fromIteratable",
        [args[0], Value::FALSE],
        Then::new(
            |cx, then, all| {
                let pairs = map::pairs(cx, all);
                put_each(cx, then.values[0], pairs, then.values[1] == Value::TRUE, then.values[2])
            },
            values,
        ),
    )
}

/// `map.diverge()`
pub fn diverge_any(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let table = map::copied(cx, this)?;
    let map = cx.heap.native_with(&FLEX_MAP, [ANY, ANY], Box::new(table));
    done(map)
}

/// `map.diverge(keyGuard, valueGuard)`
pub fn diverge(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let flex = cx.heap.native_with(&FLEX_MAP, [args[0], args[1]], Box::new(Table::default()));
    diverge_into(cx, this, flex)
}

/// Fills a fresh map or set from `source`; duplicates after coercion are a problem.
pub fn diverge_into(cx: &mut Cx, source: Value, flex: Value) -> Outcome {
    let pairs = map::pairs(cx, source);
    cx.reserve(64 * pairs.len() as u64)?;
    let state = Puts { pairs, at: 0, strict: true };
    let values = [flex, Value::NULL, Value::NULL, flex, source];
    put_next(cx, Then::new(key_coerced, values).with_state(Box::new(state)))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (key, value) = guards(cx, this);
    let table = map::copied(cx, this)?;
    let snapshot = map::make(cx, table);
    super::list::portrayal(cx, snapshot, "diverge", &[key, value])
}
