//! Constant lists, and `__makeList` which makes them.
//!
//! The verbs that only read their receiver's items serve strings as well: a string is the list of its
//! characters.

use super::flex_list;
use super::map;
use super::number::int_of;
use super::table::Table;
use crate::coerce::portrayed_first;
use crate::cx::Cx;
use crate::heap::{Cell, Letters};
use crate::iterate::{Items, each};
use crate::native::{Class, Outcome, Payload, Stamps, Then, ThenFn, done, method, variadic};
use crate::natives;
use crate::print::{Piece, write_pieces};
use crate::problem::{Exit, Problem};
use crate::same::same_yet;
use crate::value::Value;
use std::sync::Arc;

/// What `[1, 2]` answers to.
pub static LIST: Class = Class::new(
    "ConstList",
    "ConstList",
    natives![
        "size"() => size,
        "get"(Int) => get,
        "fetch"(Any, Any) => fetch,
        "run"(Int) => run_from,
        "run"(Int, Int) => run,
        "last"() => last,
        "with"(Any) => with,
        "with"(Int, Any) => with_at,
        "add"(List) => add,
        "multiply"(Int) => multiply,
        "contains"(Key) => contains,
        "includes"(List) => includes,
        "indexOf1"(Key) => index_of,
        "indexOf1"(Key, Int) => index_of_from,
        "lastIndexOf1"(Key) => last_index_of,
        "startOf"(List) => start_of,
        "startOf"(List, Int) => start_of_from,
        "lastStartOf"(List) => last_start_of,
        "asMap"() => as_map,
        "asKeys"() => as_keys,
        "asSet"() => as_set,
        "sort"() => sort,
        "sort"(Any) => sort,
        "reverse"() => reverse,
        "iterate"(Any) => iterate,
        "asStream"() => crate::library::list_stream::as_stream,
        "snapshot"() => itself,
        "readOnly"() => itself,
        "diverge"() => flex_list::diverge_any,
        "diverge"(Any) => flex_list::diverge,
        "printOn"(Text, Text, Text, Any) => print_on,
        "valueType"() => any_guard,
        "op__cmp"(List) => op_cmp,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.tables.ConstList")
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE));

/// `__makeList`
pub static MAKE_LIST: Class = Class::new(
    "makeConstList",
    "<makeConstList>",
    &[variadic("run", make_list), method("fromValuesOf", 1, from_values_of), method("asType", 0, as_type)],
)
.fqn("org.erights.e.elib.tables.makeConstList")
.stamps(Stamps::DEEP_FROZEN);

/// The items of a constant list, or the characters of a string.
pub fn items(cx: &Cx, list: Value) -> Arc<[Value]> {
    match cx.heap.get(list) {
        Some(Cell::List(it)) => it.clone(),
        _ => cx.heap.as_text(list).unwrap_or_default().chars().map(Value::from).collect(),
    }
}

/// The same, paid for when characters have to be laid out.
pub fn paid_items(cx: &mut Cx, list: Value) -> Result<Arc<[Value]>, Exit> {
    if let Some(text) = cx.heap.as_text(list) {
        let bytes = 16 * text.len() as u64;
        cx.reserve(bytes)?;
    }
    Ok(items(cx, list))
}

/// Answers `[maker, verb, args]`.
pub fn portrayal(cx: &mut Cx, maker: Value, verb: &str, args: &[Value]) -> Outcome {
    let verb = cx.heap.text(verb);
    let args = cx.heap.list(args);
    let portrayal = cx.heap.list([maker, verb, args]);
    done(portrayal)
}

/// How many items: of any list or string.
pub fn length(cx: &Cx, list: Value) -> usize {
    match cx.heap.get(list) {
        Some(Cell::List(it)) => it.len(),
        Some(Cell::Short(it)) => super::text::length(it),
        Some(Cell::Long(it, Letters::Ascii)) => it.bytes(),
        Some(it) if it.is_text() => super::text::length(cx.heap.as_text(list).unwrap_or_default()),
        _ => flex_list::length(cx, list),
    }
}

/// The exit for an index no item has.
pub fn out_of_range(cx: &mut Cx, list: Value, index: Value) -> Exit {
    let size = length(cx, list);
    let problem = Problem::new("list index ").value(index);
    cx.throw(problem.text(format!(" is out of range for size {size} list ")).value(list))
}

fn size(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(length(cx, this) as i64)
}

fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let found = args[0].as_int().and_then(|it| usize::try_from(it).ok());
    let items = cx.heap.as_list(this);
    match items.zip(found).and_then(|(items, at)| items.get(at).copied()) {
        Some(it) => done(it),
        None => Err(out_of_range(cx, this, args[0])),
    }
}

/// `list.fetch(index, absentThunk)`
pub fn fetch(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let at = args[0].as_int().and_then(|it| usize::try_from(it).ok());
    let items = paid_items(cx, this)?;
    match at.and_then(|at| items.get(at)) {
        Some(it) => done(*it),
        None => cx.call(args[1], "run", []),
    }
}

/// `start..!bound` as places in a list, or a problem that says what is wrong with it.
pub fn bounds(cx: &mut Cx, list: Value, start: Value, bound: Value) -> Result<(usize, usize), Exit> {
    let size = length(cx, list);
    let at = |it: Value| it.as_int().and_then(|it| usize::try_from(it).ok());
    match (at(start), at(bound)) {
        (Some(start), Some(bound)) if start <= bound && bound <= size => Ok((start, bound)),
        _ => {
            let problem = Problem::new("list run ").value(start).text("..!").value(bound);
            Err(cx.throw(problem.text(format!(" is out of range for size {size} list ")).value(list)))
        }
    }
}

fn run_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this) as i64;
    run(cx, this, &[args[0], size.into()])
}

fn run(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (start, bound) = bounds(cx, this, args[0], args[1])?;
    let items = items(cx, this);
    cx.reserve(16 * (bound - start) as u64)?;
    let list = cx.heap.list(&items[start..bound]);
    done(list)
}

pub fn last(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match items(cx, this).last() {
        Some(it) => done(*it),
        None => Err(cx.throw(Problem::default().value(this).text(" has no last element"))),
    }
}

pub fn with(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let items = paid_items(cx, this)?;
    cx.reserve(16 * items.len() as u64)?;
    let mut grown = Vec::with_capacity(items.len() + 1);
    grown.extend_from_slice(&items);
    grown.push(args[0]);
    let list = cx.heap.list(grown);
    done(list)
}

/// The list with another item at an index, or one more at its end.
pub fn with_at(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut items = paid_items(cx, this)?.to_vec();
    cx.reserve(16 * items.len() as u64)?;
    match args[0].as_int().and_then(|it| usize::try_from(it).ok()) {
        Some(at) if at < items.len() => items[at] = args[1],
        Some(at) if at == items.len() => items.push(args[1]),
        _ => return Err(out_of_range(cx, this, args[0])),
    }
    let list = cx.heap.list(items);
    done(list)
}

pub fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (left, right) = (paid_items(cx, this)?, paid_items(cx, args[0])?);
    cx.reserve(16 * (left.len() + right.len()) as u64)?;
    let list = cx.heap.list([&*left, &*right].concat());
    done(list)
}

/// `times` as a count, and room for as many times `bytes`.
pub fn times(cx: &mut Cx, times: Value, bytes: u64) -> Result<usize, Exit> {
    let count = match int_of(&cx.heap, times) {
        Some(it) if it.is_negative() => {
            return Err(cx.throw(Problem::new("cannot repeat ").value(times).text(" times")));
        }
        Some(super::integer::Int::Small(it)) => it as u64,
        _ => u64::MAX,
    };
    cx.reserve(bytes.max(1).saturating_mul(count).min(u64::MAX / 2))?;
    Ok(count as usize)
}

pub fn multiply(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let items = paid_items(cx, this)?;
    if items.is_empty() {
        return done(this);
    }
    let count = times(cx, args[0], 16 * items.len() as u64)?;
    let list = cx.heap.list(items.repeat(count));
    done(list)
}

/// Are these two the same? What cannot be said yet is a problem.
pub fn same(cx: &mut Cx, a: Value, b: Value) -> Result<bool, Exit> {
    match same_yet(&cx.heap, a, b) {
        Some(it) => Ok(it),
        None => {
            let problem = Problem::typed("insufficientlySettledException", "not sufficiently settled: ");
            Err(cx.throw(problem.value(a).text(" == ").value(b)))
        }
    }
}

fn position(cx: &mut Cx, items: &[Value], wanted: Value, from: usize) -> Result<Option<usize>, Exit> {
    cx.charge(items.len().saturating_sub(from) as u64)?;
    for (at, it) in items.iter().enumerate().skip(from) {
        if same(cx, *it, wanted)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn place(it: Option<usize>) -> Outcome {
    done(it.map_or(-1, |it| it as i64))
}

pub fn contains(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, this, this, args, contains) {
        return asked;
    }
    let items = items(cx, this);
    let found = position(cx, &items, args[0], 0)?;
    done(found.is_some())
}

pub fn index_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, this, this, args, index_of) {
        return asked;
    }
    let items = items(cx, this);
    let found = position(cx, &items, args[0], 0)?;
    place(found)
}

pub fn index_of_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, this, this, args, index_of_from) {
        return asked;
    }
    let items = items(cx, this);
    let from = args[1].as_int().map_or(0, |it| it.max(0)) as usize;
    let found = position(cx, &items, args[0], from)?;
    place(found)
}

pub fn last_index_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, this, this, args, last_index_of) {
        return asked;
    }
    let items = items(cx, this);
    cx.charge(items.len() as u64)?;
    for (at, it) in items.iter().enumerate().rev() {
        if same(cx, *it, args[0])? {
            return place(Some(at));
        }
    }
    place(None)
}

fn is_at(cx: &mut Cx, items: &[Value], wanted: &[Value], at: usize) -> Result<bool, Exit> {
    cx.charge(1)?;
    for (it, wanted) in items[at..].iter().zip(wanted) {
        if !same(cx, *it, *wanted)? {
            return Ok(false);
        }
        cx.charge(1)?;
    }
    Ok(true)
}

pub fn includes(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (items, wanted) = (items(cx, this), items(cx, args[0]));
    let found = find_run(cx, &items, &wanted, 0)?;
    done(found.is_some())
}

pub fn start_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    start_of_from(cx, this, &[args[0], 0.into()])
}

pub fn start_of_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (items, wanted) = (items(cx, this), items(cx, args[0]));
    let from = args[1].as_int().map_or(0, |it| it.max(0)) as usize;
    let found = find_run(cx, &items, &wanted, from)?;
    place(found)
}

fn find_run(cx: &mut Cx, items: &[Value], wanted: &[Value], from: usize) -> Result<Option<usize>, Exit> {
    let Some(last) = items.len().checked_sub(wanted.len()) else { return Ok(None) };
    for at in from..=last {
        if is_at(cx, items, wanted, at)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

pub fn last_start_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (items, wanted) = (items(cx, this), items(cx, args[0]));
    let Some(last) = items.len().checked_sub(wanted.len()) else { return place(None) };
    for at in (0..=last).rev() {
        if is_at(cx, &items, &wanted, at)? {
            return place(Some(at));
        }
    }
    place(None)
}

pub fn as_map(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let items = paid_items(cx, this)?;
    cx.reserve(64 * items.len() as u64)?;
    let pairs: Vec<_> = items.iter().enumerate().map(|(at, it)| (Value::from(at as i64), *it)).collect();
    let map = map::from_pairs(cx, &pairs);
    done(map)
}

fn keyed(cx: &mut Cx, this: Value) -> Result<Table, Exit> {
    let items = paid_items(cx, this)?;
    cx.reserve(64 * items.len() as u64)?;
    let mut table = Table::default();
    for it in &*items {
        map::put(cx, &mut table, *it, Value::NULL)?;
    }
    Ok(table)
}

pub fn as_keys(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, this, this, args, as_keys) {
        return asked;
    }
    let table = keyed(cx, this)?;
    let map = map::make(cx, table);
    done(map)
}

pub fn as_set(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(asked) = portrayed_first(cx, this, this, args, as_set) {
        return asked;
    }
    let table = keyed(cx, this)?;
    let set = super::set::make(cx, table);
    done(set)
}

pub fn sort(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let keys = paid_items(cx, this)?.to_vec();
    let compare = args.first().copied().unwrap_or(Value::NULL);
    crate::sort::sort(cx, this, keys, compare, |cx, this, order| {
        let items = items(cx, this);
        crate::sort::finish_list(cx, &items, &order)
    })
}

pub fn reverse(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let items = paid_items(cx, this)?;
    cx.reserve(16 * items.len() as u64)?;
    let reversed: Vec<Value> = items.iter().rev().copied().collect();
    let list = cx.heap.list(reversed);
    done(list)
}

fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let items = items(cx, this);
    each(cx, Items::List(items), args[0])
}

fn itself(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}

pub fn any_guard(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::any::ANY))
}

/// `list.printOn("[", ", ", "]", out)`
pub fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let items = flex_list::any_items(cx, this);
    let [left, separator, right, writer] = args else { return done(Value::NULL) };
    let mut pieces = vec![Piece::Bare(*left)];
    for (at, it) in items.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::Bare(*separator));
        }
        pieces.push(Piece::Quoted(*it));
    }
    pieces.push(Piece::Bare(*right));
    write_pieces(cx, *writer, pieces)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let run = cx.heap.text("run");
    let portrayal = cx.heap.list([Value::of(&MAKE_LIST), run, this]);
    done(portrayal)
}

/// Two lists being compared, item by item.
struct Pairwise {
    left: Arc<[Value]>,
    right: Arc<[Value]>,
    at: usize,
}

impl Payload for Pairwise {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.left.iter().chain(&*self.right).for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        64
    }
}

/// The order of the first items that differ; a list is less than a longer one that starts with it.
fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let state = Pairwise { left: items(cx, this), right: items(cx, args[0]), at: 0 };
    compare_next(cx, Then::new(compared, []).with_state(Box::new(state)))
}

fn compare_next(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    cx.charge(1)?;
    let Some(state) = then.state::<Pairwise>() else { return Err(cx.throw("lost a comparison")) };
    match (state.left.get(state.at).copied(), state.right.get(state.at).copied()) {
        (Some(a), Some(b)) => {
            state.at += 1;
            cx.call_then(a, "op__cmp", [b], then)
        }
        _ => done(state.left.len().cmp(&state.right.len()) as i64),
    }
}

fn compared(cx: &mut Cx, then: Box<Then>, answer: Value) -> Outcome {
    match super::number::compare(&cx.heap, answer, 0.into()) {
        Some(Some(std::cmp::Ordering::Equal)) => compare_next(cx, then),
        _ => done(answer),
    }
}

// `__makeList`

fn make_list(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    cx.charge(args.len() as u64 / 4)?;
    let list = cx.heap.list(args);
    done(list)
}

/// Takes the values that `iterate` calls it with. Field: whether the list has been made.
pub(crate) static COLLECTOR: Class =
    Class::new("listCollector", "<listCollector>", natives!["run"(Any, Any) => collect]);

#[derive(Default)]
pub(crate) struct Collected(Vec<Value>);

impl Payload for Collected {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.0.iter().for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        16 * self.0.len() as u64
    }
}

impl crate::store::Saved for Collected {
    fn save(&self, out: &mut crate::store::Writer) {
        out.values(&self.0);
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        Ok(Collected(from.values()?))
    }
}

/// The values of anything that can go through its items.
fn from_values_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    collect_values_then(cx, args[0], &[], |cx, then, _| {
        let items = collected(cx, then.values[0]);
        let list = cx.heap.list(items);
        done(list)
    })
}

/// Goes through `source`'s items, then on with `finish`, whose values are the collector and `kept`.
pub fn collect_values_then(cx: &mut Cx, source: Value, kept: &[Value], finish: ThenFn) -> Outcome {
    let collector = cx.heap.native_with(&COLLECTOR, [Value::FALSE], Box::<Collected>::default());
    let mut values = vec![collector];
    values.extend_from_slice(kept);
    cx.call_then(source, "iterate", [collector], Then::new(finish, values))
}

/// What a collector got; it takes no more.
pub fn collected(cx: &mut Cx, collector: Value) -> Vec<Value> {
    if let Some([finished]) = cx.heap.fields_mut(collector, &COLLECTOR) {
        *finished = Value::TRUE;
    }
    let items = cx.heap.payload_mut::<Collected>(collector).map(std::mem::take).unwrap_or_default();
    cx.heap.recount(collector);
    items.0
}

fn collect(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if cx.heap.fields(this, &COLLECTOR).is_some_and(|it| it[0] == Value::TRUE) {
        return Err(cx.throw("vector accumulation iterator called too late"));
    }
    cx.reserve(16)?;
    if let Some(items) = cx.heap.payload_mut::<Collected>(this) {
        items.0.push(args[1]);
    }
    cx.heap.recount(this);
    done(Value::NULL)
}

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::scalar::CONST_LIST))
}
