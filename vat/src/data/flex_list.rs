//! Lists that change, and views of them that cannot.

use super::list::{self, items};
use super::number::int_of;
use crate::cx::Cx;
use crate::guard;
use crate::heap::{Cell, Heap};
use crate::iterate::{Items as Walk, each};
use crate::native::{Class, Outcome, Payload, Stamps, Then, done, variadic};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::selector::Selector;
use crate::value::Value;
use std::sync::Arc;

/// `[].diverge()`. Field: the guard of its items.
pub static FLEX_LIST: Class = Class::new(
    "FlexList",
    "FlexList",
    natives![
        "size"() => size,
        "get"(Int) => get,
        "put"(Int, Any) => put,
        "push"(Any) => push,
        "pop"() => pop,
        "last"() => last,
        "append"(List) => append,
        "insert"(Int, Any) => insert,
        "replace"(Int, Int, List, Int, Int) => replace,
        "setRun"(Int, List) => set_run_from,
        "setRun"(Int, Int, List) => set_run,
        "removeRun"(Int) => remove_run_from,
        "removeRun"(Int, Int) => remove_run,
        "setSize"(Int) => set_size,
        "ensureSize"(Int) => ensure_size,
        "sortInPlace"() => sort_in_place,
        "sortInPlace"(Any) => sort_in_place,
        "valueType"() => value_type,
        "snapshot"() => snapshot,
        "readOnly"() => read_only,
        "diverge"() => diverge_any,
        "diverge"(Any) => diverge,
        "iterate"(Any) => iterate,
        "printOn"(Text, Text, Text, Any) => list::print_on,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.tables.FlexList")
.otherwise(by_snapshot);

/// What changes a FlexList cannot make: reads another one. Field: that one.
pub static READ_ONLY_LIST: Class = Class::new("readOnlyList", "readOnlyList", &[]).otherwise(read_through);

/// Makes FlexLists: `fromType(guard)`, `make()`, `run(items…)`, `diverge(list, guard)`.
pub static MAKE_FLEX_LIST: Class = Class::new(
    "makeFlexList",
    "<makeFlexList>",
    &[
        crate::native::method("fromType", 1, from_type),
        crate::native::method("make", 0, make_empty),
        crate::native::method("diverge", 2, |cx, _, args| cx.call(args[0], "diverge", [args[1]])),
        crate::native::method("asType", 0, |_, _, _| done(Value::of(&guard::scalar::FLEX_LIST))),
        variadic("run", make_of),
    ],
)
.fqn("org.erights.e.elib.tables.makeFlexList")
.stamps(Stamps::DEEP_FROZEN);

const ANY: Value = Value::of(&guard::any::ANY);

/// The items of a FlexList. Who goes through them shares them; the list takes a copy if it changes meanwhile.
#[derive(Default)]
pub struct Items {
    own: Vec<Value>,
    /// The items, in place of `own`, if they are shared or were.
    shared: Option<Arc<Vec<Value>>>,
}

impl Items {
    pub fn new(own: Vec<Value>) -> Items {
        Items { own, shared: None }
    }
    #[inline]
    pub fn get(&self) -> &[Value] {
        match &self.shared {
            None => &self.own,
            Some(it) => it,
        }
    }
    #[inline]
    pub fn change(&mut self) -> &mut Vec<Value> {
        if self.shared.is_some() {
            self.take_back();
        }
        &mut self.own
    }
    #[cold]
    fn take_back(&mut self) {
        if let Some(it) = self.shared.take() {
            self.own = Arc::unwrap_or_clone(it);
        }
    }
    /// The items as they are now.
    pub fn share(&mut self) -> Arc<Vec<Value>> {
        let own = &mut self.own;
        self.shared.get_or_insert_with(|| Arc::new(std::mem::take(own))).clone()
    }
}

fn flex(cx: &mut Cx, guard: Value, items: Vec<Value>) -> Value {
    cx.heap.flex(guard, items)
}

fn from_type(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let list = flex(cx, args[0], Vec::new());
    done(list)
}

fn make_empty(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let list = flex(cx, ANY, Vec::new());
    done(list)
}

fn make_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let list = flex(cx, ANY, args.to_vec());
    done(list)
}

fn flex_items(cx: &Cx, list: Value) -> &[Value] {
    cx.heap.as_flex(list).map_or(&[], |it| it.items.get())
}

/// A FlexList's items as they are now.
pub(crate) fn shared(heap: &mut Heap, list: Value) -> Option<Arc<Vec<Value>>> {
    match heap.cell_mut(list.as_obj()?) {
        Cell::Flex(it) => Some(it.items.share()),
        _ => None,
    }
}

/// The items of any list: constant, flexible, or a view of one.
pub fn any_items(cx: &Cx, list: Value) -> Vec<Value> {
    if let Some(it) = cx.heap.as_flex(list) {
        return it.items.get().to_vec();
    }
    match cx.heap.fields(list, &READ_ONLY_LIST) {
        Some(fields) => flex_items(cx, fields[0]).to_vec(),
        None => items(cx, list).to_vec(),
    }
}

/// How many items a FlexList has.
pub fn length(cx: &Cx, list: Value) -> usize {
    flex_items(cx, list).len()
}

/// Changes the items in place, with room for `more` bytes.
pub fn change<R>(
    cx: &mut Cx,
    list: Value,
    more: u64,
    f: impl FnOnce(&mut Vec<Value>) -> R,
) -> Result<Option<R>, Exit> {
    cx.reserve(more)?;
    Ok(cx.heap.change_flex(list, f))
}

fn guard_of(cx: &Cx, list: Value) -> Value {
    cx.heap.as_flex(list).map_or(ANY, |it| it.guard)
}

fn size(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(length(cx, this) as i64)
}

fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let at = args[0].as_int().and_then(|it| usize::try_from(it).ok());
    match at.and_then(|at| flex_items(cx, this).get(at).copied()) {
        Some(it) => done(it),
        None => Err(list::out_of_range(cx, this, args[0])),
    }
}

fn last(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match flex_items(cx, this).last() {
        Some(it) => done(*it),
        None => Err(cx.throw(Problem::default().value(this).text(" has no last element"))),
    }
}

fn value_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(guard_of(cx, this))
}

fn snapshot_of(cx: &mut Cx, this: Value) -> Result<Value, Exit> {
    cx.reserve(16 * length(cx, this) as u64)?;
    let items: Arc<[Value]> = flex_items(cx, this).into();
    Ok(cx.heap.list(items))
}

fn snapshot(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let list = snapshot_of(cx, this)?;
    done(list)
}

fn read_only(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let view = cx.heap.native(&READ_ONLY_LIST, [this]);
    done(view)
}

/// Goes through the items as they are now.
fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let items = shared(&mut cx.heap, this).unwrap_or_default();
    each(cx, Walk::Flex(items), args[0])
}

fn by_snapshot(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    list::LIST.find(selector)?;
    if selector.verb().starts_with("__") {
        return None;
    }
    Some(snapshot_of(cx, this).and_then(|snapshot| cx.call(snapshot, &selector.verb(), args)))
}

fn read_through(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    let verb = selector.verb();
    let target = *cx.heap.fields(this, &READ_ONLY_LIST)?.first()?;
    if &*verb == "readOnly" {
        return Some(done(this));
    }
    let reads =
        ["size", "get", "last", "valueType", "snapshot", "diverge", "iterate", "printOn"].contains(&&*verb);
    let known = list::LIST.find(selector).is_some() && !verb.starts_with("__");
    if !reads && !known {
        return None;
    }
    Some(cx.call(target, &verb, args))
}

// Changing. Whatever goes in is coerced first, all of it before anything is changed.

/// Items on their way in, in the place of `start..!bound`.
struct Pending {
    incoming: Vec<Value>,
    at: usize,
    start: usize,
    bound: usize,
}

impl Payload for Pending {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.incoming.iter().for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        16 * self.incoming.len() as u64
    }
}

/// Coerces `incoming`, then puts it in the place of `start..!bound`, then answers `answer`.
fn splice(
    cx: &mut Cx,
    this: Value,
    (start, bound): (usize, usize),
    incoming: Vec<Value>,
    answer: Value,
) -> Outcome {
    let guard = guard_of(cx, this);
    let incoming = match incoming.iter().all(|it| guard::accepts(&cx.heap, guard, *it)) {
        true => {
            cx.charge(incoming.len() as u64)?;
            change(cx, this, 16 * incoming.len() as u64, |items| {
                items.splice(start..bound, incoming);
            })?;
            return done(answer);
        }
        false => incoming,
    };
    let state = Pending { incoming, at: 0, start, bound };
    let then = Then::new(coerced, [this, answer]).with_state(Box::new(state));
    coerce_on(cx, then)
}

fn coerce_on(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let (this, answer) = (then.values[0], then.values[1]);
    let guard = guard_of(cx, this);
    loop {
        cx.charge(1)?;
        let Some(state) = then.state::<Pending>() else { return Err(cx.throw("lost a change")) };
        let Some(it) = state.incoming.get(state.at).copied() else { break };
        if !guard::accepts(&cx.heap, guard, it) {
            return cx.call_then(guard, "coerce", [it, Value::NULL], then);
        }
        state.at += 1;
    }
    let Some(Pending { incoming, start, bound, .. }) = then.state::<Pending>() else { return done(answer) };
    let (incoming, start, bound) = (std::mem::take(incoming), *start, *bound);
    change(cx, this, 16 * incoming.len() as u64, |items| {
        // A guard's own code may have changed the list meanwhile.
        let bound = bound.min(items.len());
        items.splice(start.min(bound)..bound, incoming);
    })?;
    done(answer)
}

fn coerced(cx: &mut Cx, mut then: Box<Then>, item: Value) -> Outcome {
    if let Some(state) = then.state::<Pending>()
        && let Some(place) = state.incoming.get_mut(state.at)
    {
        *place = item;
        state.at += 1;
    }
    coerce_on(cx, then)
}

fn put(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this);
    let at = args[0].as_int().and_then(|it| usize::try_from(it).ok());
    if let Some(at) = at
        && at < size
        && guard::accepts(&cx.heap, guard_of(cx, this), args[1])
    {
        cx.heap.change_flex(this, |items| items[at] = args[1]);
        return done(Value::NULL);
    }
    match at {
        Some(at) if at <= size => splice(cx, this, (at, (at + 1).min(size)), vec![args[1]], Value::NULL),
        _ => {
            let problem = Problem::new("put index out of bounds: ").value(args[0]);
            Err(cx.throw(problem.text(format!(" > {size}"))))
        }
    }
}

fn push(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if guard::accepts(&cx.heap, guard_of(cx, this), args[0]) {
        change(cx, this, 16, |items| items.push(args[0]))?;
        return done(Value::NULL);
    }
    let size = length(cx, this);
    splice(cx, this, (size, size), vec![args[0]], Value::NULL)
}

fn pop(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match change(cx, this, 0, Vec::pop)?.flatten() {
        Some(it) => done(it),
        None => Err(cx.throw(Problem::default().value(this).text(" has no last element"))),
    }
}

fn append(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this);
    let incoming = list::paid_items(cx, args[0])?.to_vec();
    splice(cx, this, (size, size), incoming, Value::NULL)
}

/// Checks a run against a size, naming what it is a run of.
fn checked(cx: &mut Cx, what: &str, start: Value, bound: Value, size: usize) -> Result<(usize, usize), Exit> {
    let place = |it: Value| it.as_int().and_then(|it| usize::try_from(it).ok());
    let negative = |it: Value| int_of(&cx.heap, it).is_some_and(|it| it.is_negative());
    if negative(start) {
        return Err(cx.throw(Problem::new(format!("replace {what} start < 0: ")).value(start)));
    }
    let Some(end) = place(bound).filter(|it| *it <= size) else {
        if negative(bound) {
            let problem = Problem::new(format!("replace {what} range has negative length: ")).value(start);
            return Err(cx.throw(problem.text("..!").value(bound)));
        }
        return Err(cx.throw(Problem::new(format!("replace {what} bound > {size}: ")).value(bound)));
    };
    match place(start).filter(|it| *it <= end) {
        Some(start) => Ok((start, end)),
        None => {
            let problem = Problem::new(format!("replace {what} range has negative length: ")).value(start);
            Err(cx.throw(problem.text("..!").value(bound)))
        }
    }
}

/// `list.replace(start, bound, source, sourceStart, sourceBound)`
fn replace(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let [start, bound, source, from, to] = args else { return done(Value::NULL) };
    let size = length(cx, this);
    let target = checked(cx, "target", *start, *bound, size)?;
    let incoming = list::paid_items(cx, *source)?;
    let (from, to) = checked(cx, "source", *from, *to, incoming.len())?;
    splice(cx, this, target, incoming[from..to].to_vec(), Value::NULL)
}

fn set_run_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this) as i64;
    set_run(cx, this, &[args[0], size.into(), args[1]])
}

fn set_run(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this);
    let target = checked(cx, "target", args[0], args[1], size)?;
    let incoming = list::paid_items(cx, args[2])?.to_vec();
    splice(cx, this, target, incoming, Value::NULL)
}

fn insert(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this);
    let target = checked(cx, "target", args[0], args[0], size)?;
    splice(cx, this, target, vec![args[1]], Value::NULL)
}

fn remove_run_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this) as i64;
    remove_run(cx, this, &[args[0], size.into()])
}

fn remove_run(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this);
    let (start, bound) = checked(cx, "target", args[0], args[1], size)?;
    let removed = change(cx, this, 0, |items| items.drain(start..bound).collect::<Vec<_>>())?;
    let list = cx.heap.list(removed.unwrap_or_default());
    done(list)
}

/// Cuts the list, or fills it with its guard's trivial value.
fn set_size(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this);
    let Some(wanted) = args[0].as_int().and_then(|it| usize::try_from(it).ok()) else {
        return Err(cx.throw(Problem::new("not a size: ").value(args[0])));
    };
    if wanted <= size {
        change(cx, this, 0, |items| items.truncate(wanted))?;
        return done(Value::NULL);
    }
    cx.reserve(16 * (wanted - size) as u64)?;
    let guard = guard_of(cx, this);
    cx.call_then(guard, "getTheTrivialValue", [], Then::new(grow, [this, args[0]]))
}

fn grow(cx: &mut Cx, then: Box<Then>, filling: Value) -> Outcome {
    let wanted = then.values[1].as_int().unwrap_or(0) as usize;
    let more = wanted.saturating_sub(length(cx, then.values[0])) as u64;
    change(cx, then.values[0], 16 * more, |items| {
        if items.len() < wanted {
            items.resize(wanted, filling);
        }
    })?;
    done(Value::NULL)
}

fn ensure_size(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(cx, this) as i64;
    if args[0].as_int().is_some_and(|it| it <= size) {
        return done(Value::NULL);
    }
    set_size(cx, this, args)
}

fn sort_in_place(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let snapshot = snapshot_of(cx, this)?;
    let compare: Vec<Value> = args.to_vec();
    cx.call_then(
        snapshot,
        "sort",
        compare,
        Then::new(
            |cx, then, sorted| {
                let sorted = items(cx, sorted).to_vec();
                change(cx, then.values[0], 0, |items| *items = sorted)?;
                done(Value::NULL)
            },
            [this],
        ),
    )
}

/// `list.diverge()`
pub fn diverge_any(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let items = any_items(cx, this);
    cx.reserve(16 * items.len() as u64)?;
    let list = flex(cx, ANY, items);
    done(list)
}

/// `list.diverge(guard)`
pub fn diverge(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let incoming = any_items(cx, this);
    cx.reserve(16 * incoming.len() as u64)?;
    let list = flex(cx, args[0], Vec::new());
    splice(cx, list, (0, 0), incoming, list)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let snapshot = snapshot_of(cx, this)?;
    let guard = guard_of(cx, this);
    list::portrayal(cx, snapshot, "diverge", &[guard])
}
