//! Scopes as objects: `safeScope`, `privilegedScope`, and what `with` makes of them.
//!
//! A scope is a set of names a program is born with, two maps of bindings over it (the box being filled, and
//! those around it), and the prefix its objects are called by.

use crate::code::Held;
use crate::coerce::failure;
use crate::cx::Cx;
use crate::data::list::portrayal;
use crate::data::map;
use crate::data::table::Table;
use crate::data::text::text_of;
use crate::heap::Cell;
use crate::iterate::{Items, each};
use crate::native::{Class, Outcome, Stamps, Step, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::{Exit, Problem};
use crate::scope::Named;
use crate::value::Value;

/// Fields: prefix, what it is born with, the bindings around, the bindings of the box.
pub static SCOPE: Class = Class::new(
    "Scope",
    "Scope",
    natives![
        "get"(Text) => get,
        "put"(Text, Any) => put,
        "fetch"(Text, Any) => fetch,
        "getSlot"(Text) => get_slot,
        "fetchSlot"(Text, Any) => fetch_slot,
        "fetchBinding"(Text, Any) => fetch_binding,
        "maps"(Text) => maps,
        "with"(Text, Any) => with,
        "withSlot"(Text, Any) => with_slot,
        "withBinding"(Text, Any) => with_binding,
        "without"(Text) => without,
        "withPrefix"(Text) => with_prefix,
        "nestOuter"() => nest_outer,
        "or"(Any) => or,
        "iterate"(Any) => iterate,
        "getState"() => get_state,
        "slots"() => slots,
        "bindings"() => bindings,
        "getFQNPrefix"() => get_fqn_prefix,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elang.scope.Scope")
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE));

/// Makes scopes: `makeScope(prefix, outerBindings, innerBindings)`, `makeScope.fromState(slots, prefix)`.
pub static MAKE_SCOPE: Class = Class::new(
    "makeScope",
    "<makeScope>",
    natives!["run"(Text, Map, Map) => make_scope, "fromState"(Map, Text) => from_state, "asType"() => as_type],
)
.fqn("org.erights.e.elang.scope.makeScope")
.stamps(Stamps::DEEP_FROZEN);

/// `<type:org.erights.e.elang.scope.Scope>`
pub static SCOPE_GUARD: Class = Class::new("Guard", "Scope", crate::guard_methods![coerce;])
    .fqn("guard.Scope")
    .stamps(Stamps::DEEP_FROZEN);

/// How scopes print.
pub fn pieces(_: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    std::ptr::eq(class, &SCOPE).then(|| vec!["<scope ".into(), Piece::Bare(fields[0]), ">".into()])
}

/// What a scope has besides its bindings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Born {
    Nothing,
    Safe,
    Privileged,
}

impl Born {
    fn of(value: Value) -> Born {
        match value.as_bool() {
            None => Born::Nothing,
            Some(true) => Born::Safe,
            Some(false) => Born::Privileged,
        }
    }
    fn value(self) -> Value {
        match self {
            Born::Nothing => Value::NULL,
            Born::Safe => Value::TRUE,
            Born::Privileged => Value::FALSE,
        }
    }
}

/// `safeScope`
pub fn make_safe(cx: &mut Cx) -> Value {
    make(cx, "__safe$", Born::Safe)
}

/// `privilegedScope`
pub fn make_privileged(cx: &mut Cx) -> Value {
    make(cx, "__privileged$", Born::Privileged)
}

fn make(cx: &mut Cx, prefix: &str, born: Born) -> Value {
    let (prefix, outer, inner) = (cx.heap.text(prefix), empty(cx), empty(cx));
    cx.heap.native(&SCOPE, [prefix, born.value(), outer, inner])
}

fn empty(cx: &mut Cx) -> Value {
    map::make(cx, Table::default())
}

fn field(cx: &Cx, scope: Value, at: usize) -> Value {
    cx.heap.fields(scope, &SCOPE).and_then(|it| it.get(at).copied()).unwrap_or(Value::NULL)
}

/// The prefix of a scope.
pub fn prefix(cx: &Cx, scope: Value) -> std::sync::Arc<str> {
    text_of(cx, field(cx, scope, 0)).into()
}

/// What a scope is born with.
pub fn born(cx: &Cx, scope: Value) -> Born {
    Born::of(field(cx, scope, 1))
}

/// Every binding of a scope over those it is born with, the innermost first.
pub fn own_bindings(cx: &Cx, scope: Value) -> Vec<(Value, Value)> {
    let (outer, inner) = (field(cx, scope, 2), field(cx, scope, 3));
    let mut all = map::pairs(cx, inner);
    for (name, binding) in map::pairs(cx, outer) {
        if !all.iter().any(|it| cx.heap.as_text(it.0) == cx.heap.as_text(name)) {
            all.push((name, binding));
        }
    }
    all
}

/// The binding of a name; the born ones are guarded by `Same` of their slot.
fn binding(cx: &mut Cx, scope: Value, name: Value) -> Option<Value> {
    for at in [3, 2] {
        let bindings = field(cx, scope, at);
        if let Some(it) = map::get_text(&cx.heap, bindings, &text_of(cx, name)) {
            return Some(it);
        }
    }
    let value = born_value(cx, scope, &text_of(cx, name))?;
    let slot = cx.heap.alloc(Cell::FinalSlot(value)).into();
    let guard = cx.heap.native(&crate::guard::same::SAME_AS, [slot]);
    Some(bind(cx, slot, guard))
}

fn bind(cx: &mut Cx, slot: Value, guard: Value) -> Value {
    cx.heap.binding(slot, guard, true)
}

fn slot_of(cx: &Cx, binding: Value) -> Value {
    match cx.heap.get(binding) {
        Some(Cell::Binding(it)) => it.slot,
        _ => Value::NULL,
    }
}

fn not_there(cx: &mut Cx, name: Value) -> Exit {
    let name = text_of(cx, name);
    cx.throw(format!("undefined variable: {name}"))
}

fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match binding(cx, this, args[0]) {
        Some(it) => {
            let slot = slot_of(cx, it);
            cx.call(slot, "get", [])
        }
        None => Err(not_there(cx, args[0])),
    }
}

fn put(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match binding(cx, this, args[0]) {
        Some(it) => {
            let slot = slot_of(cx, it);
            cx.call(slot, "put", [args[1]])
        }
        None => Err(not_there(cx, args[0])),
    }
}

fn fetch(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match binding(cx, this, args[0]) {
        Some(it) => {
            let slot = slot_of(cx, it);
            cx.call(slot, "get", [])
        }
        None => cx.call(args[1], "run", []),
    }
}

fn get_slot(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match binding(cx, this, args[0]) {
        Some(it) => done(slot_of(cx, it)),
        None => Err(not_there(cx, args[0])),
    }
}

fn fetch_slot(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match binding(cx, this, args[0]) {
        Some(it) => done(slot_of(cx, it)),
        None => cx.call(args[1], "run", []),
    }
}

fn fetch_binding(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match binding(cx, this, args[0]) {
        Some(it) => done(it),
        None => cx.call(args[1], "run", []),
    }
}

fn maps(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(binding(cx, this, args[0]).is_some())
}

/// The scope with one more binding in its box.
fn extended(cx: &mut Cx, this: Value, name: Value, binding: Value) -> Outcome {
    let inner = field(cx, this, 3);
    if map::look_up(cx, inner, name)?.is_some() {
        return Err(cx.throw(Problem::default().value(name).text(" already in scope")));
    }
    let mut table = map::copied(cx, inner)?;
    map::put(cx, &mut table, name, binding)?;
    let inner = map::make(cx, table);
    let fields = [field(cx, this, 0), field(cx, this, 1), field(cx, this, 2), inner];
    let scope = cx.heap.native(&SCOPE, fields);
    done(scope)
}

const ANY: Value = Value::of(&crate::guard::any::ANY);

fn with(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let slot = cx.heap.alloc(Cell::FinalSlot(args[1])).into();
    let binding = bind(cx, slot, ANY);
    extended(cx, this, args[0], binding)
}

fn with_slot(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let binding = bind(cx, args[1], ANY);
    extended(cx, this, args[0], binding)
}

fn with_binding(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    is_binding(cx, args[1])?;
    extended(cx, this, args[0], args[1])
}

fn is_binding(cx: &mut Cx, binding: Value) -> Result<(), Exit> {
    match cx.heap.get(binding) {
        Some(Cell::Binding(_)) => Ok(()),
        _ => {
            let problem = failure(cx, binding, "CoercedSlot");
            Err(cx.throw(problem))
        }
    }
}

fn without(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut fields = [field(cx, this, 0), field(cx, this, 1), field(cx, this, 2), field(cx, this, 3)];
    for it in &mut fields[2..] {
        let mut table = map::copied(cx, *it)?;
        map::remove(cx, &mut table, args[0])?;
        *it = map::make(cx, table);
    }
    let scope = cx.heap.native(&SCOPE, fields);
    done(scope)
}

fn with_prefix(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let fields = [args[0], field(cx, this, 1), field(cx, this, 2), field(cx, this, 3)];
    let scope = cx.heap.native(&SCOPE, fields);
    done(scope)
}

/// The same names, all of them outside a new box.
fn nest_outer(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let mut table = Table::default();
    for (name, binding) in own_bindings(cx, this) {
        map::put(cx, &mut table, name, binding)?;
    }
    let (outer, inner) = (map::make(cx, table), empty(cx));
    let fields = [field(cx, this, 0), field(cx, this, 1), outer, inner];
    let scope = cx.heap.native(&SCOPE, fields);
    done(scope)
}

/// This scope's names over another's.
fn or(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if cx.heap.fields(args[0], &SCOPE).is_none() {
        let problem = failure(cx, args[0], "Scope");
        return Err(cx.throw(problem));
    }
    let mut table = Table::default();
    for (name, binding) in own_bindings(cx, args[0]).into_iter().chain(own_bindings(cx, this)) {
        map::put(cx, &mut table, name, binding)?;
    }
    let (outer, inner) = (map::make(cx, table), empty(cx));
    let born = match (born(cx, this), born(cx, args[0])) {
        (Born::Privileged, _) | (_, Born::Privileged) => Born::Privileged,
        (Born::Safe, _) | (_, Born::Safe) => Born::Safe,
        _ => Born::Nothing,
    };
    let fields = [field(cx, this, 0), born.value(), outer, inner];
    let scope = cx.heap.native(&SCOPE, fields);
    done(scope)
}

/// All bindings, those it is born with at the end.
fn all_bindings(cx: &mut Cx, scope: Value) -> Result<Vec<(Value, Value)>, Exit> {
    let mut all = own_bindings(cx, scope);
    let names = born_names(born(cx, scope));
    cx.reserve(64 * (all.len() + names.len()) as u64)?;
    for name in names {
        if all.iter().any(|it| cx.heap.as_text(it.0).is_some_and(|it| *it == *name)) {
            continue;
        }
        let name = cx.heap.text(name);
        if let Some(it) = binding(cx, scope, name) {
            all.push((name, it));
        }
    }
    Ok(all)
}

fn state(cx: &mut Cx, scope: Value) -> Result<Vec<(Value, Value)>, Exit> {
    let mut pairs = Vec::new();
    for (name, binding) in all_bindings(cx, scope)? {
        let key = format!("&{}", text_of(cx, name));
        let key = cx.heap.text(key);
        pairs.push((key, slot_of(cx, binding)));
    }
    Ok(pairs)
}

/// Calls `f("&name", slot)`.
fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let pairs = state(cx, this)?;
    each(cx, Items::Pairs(pairs), args[0])
}

fn get_state(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let pairs = state(cx, this)?;
    let map = map::from_pairs(cx, &pairs);
    done(map)
}

/// The slots by name.
fn slots(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let bindings = all_bindings(cx, this)?;
    let pairs: Vec<(Value, Value)> = bindings.into_iter().map(|(name, it)| (name, slot_of(cx, it))).collect();
    let map = map::from_pairs(cx, &pairs);
    done(map)
}

/// The bindings by name.
fn bindings(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let pairs = all_bindings(cx, this)?;
    let map = map::from_pairs(cx, &pairs);
    done(map)
}

fn get_fqn_prefix(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    if born(cx, this) != Born::Nothing {
        return done(Value::NULL);
    }
    let args = [field(cx, this, 0), field(cx, this, 2), field(cx, this, 3)];
    portrayal(cx, Value::of(&MAKE_SCOPE), "run", &args)
}

// `makeScope`

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&SCOPE_GUARD))
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    crate::guard::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, _, specimen| cx.heap.fields(specimen, &SCOPE).map(|_| specimen),
        |cx, _, specimen| failure(cx, specimen, "Scope"),
    )
}

fn make_scope(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    for bindings in &args[1..] {
        for (_, binding) in map::pairs(cx, *bindings) {
            is_binding(cx, binding)?;
        }
    }
    let scope = cx.heap.native(&SCOPE, [args[0], Value::NULL, args[1], args[2]]);
    done(scope)
}

/// From a map of `"&name"` to slot, or of a name to a value.
fn from_state(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let mut table = Table::default();
    for (name, value) in map::pairs(cx, args[0]) {
        let text = text_of(cx, name);
        let (name, slot) = match text.strip_prefix('&') {
            Some(name) => (cx.heap.text(name), value),
            None => (name, cx.heap.alloc(Cell::FinalSlot(value)).into()),
        };
        let binding = bind(cx, slot, ANY);
        map::put(cx, &mut table, name, binding)?;
    }
    let (outer, inner) = (map::make(cx, table), empty(cx));
    let scope = cx.heap.native(&SCOPE, [args[1], Value::NULL, outer, inner]);
    done(scope)
}

// What a scope is born with, and evaluating in one.

fn born_value(cx: &mut Cx, scope: Value, name: &str) -> Option<Value> {
    match born(cx, scope) {
        Born::Nothing => None,
        it => crate::scope::born_value(cx, name, it == Born::Safe),
    }
}

fn born_names(born: Born) -> Vec<&'static str> {
    match born {
        Born::Nothing => Vec::new(),
        Born::Safe => audit::scopes::safe().map(|it| it.name).collect(),
        Born::Privileged => audit::scopes::privileged().map(|it| it.name).collect(),
    }
}

/// Is it a scope of this kind?
pub fn is_scope(cx: &Cx, value: Value) -> bool {
    cx.heap.fields(value, &SCOPE).is_some()
}

/// What a scope knows of each noun, as far as that can be told before anything runs.
pub fn outer(cx: &Cx, scope: Value) -> impl Fn(&str) -> Option<syntax::Outer> + 'static {
    let names = named(cx, scope);
    let safe_only = born(cx, scope) != Born::Privileged;
    let empty = born(cx, scope) == Born::Nothing;
    let known: rustc_hash::FxHashMap<std::sync::Arc<str>, Option<syntax::Outer>> = {
        let view = crate::scope::View { names: Some(&names), safe_only };
        names.keys().map(|it| (it.clone(), view.static_outer(it))).collect()
    };
    move |noun| match known.get(noun) {
        Some(it) => *it,
        None if empty => None,
        None => crate::scope::View { names: None, safe_only }.static_outer(noun),
    }
}

/// A noun that no program can write: where a program's value and bindings are put in a list.
pub const COLLECTOR: &str = "\u{0}collect";

/// A scope with these bindings in its box as well.
pub fn with_bindings(cx: &mut Cx, scope: Value, names: &[Value], bindings: &[Value]) -> Result<Value, Exit> {
    let inner = field(cx, scope, 3);
    let mut table = map::copied(cx, inner)?;
    for (name, binding) in names.iter().zip(bindings) {
        map::put(cx, &mut table, *name, *binding)?;
    }
    let inner = map::make(cx, table);
    let fields = [field(cx, scope, 0), field(cx, scope, 1), field(cx, scope, 2), inner];
    Ok(cx.heap.native(&SCOPE, fields))
}

fn named(cx: &Cx, scope: Value) -> crate::scope::Names {
    let bindings = own_bindings(cx, scope).into_iter();
    bindings.map(|(name, value)| (text_of(cx, name).into(), Named { held: Held::Binding, value })).collect()
}

/// Evaluates a program in a scope; what it defines is its own.
pub fn eval(cx: &mut Cx, expansion: &syntax::Expansion, scope: Value) -> Outcome {
    if cx.heap.fields(scope, &SCOPE).is_none() {
        let problem = failure(cx, scope, "Scope");
        return Err(cx.throw(problem));
    }
    let mut names = named(cx, scope);
    let slot = cx.heap.alloc(Cell::FinalSlot(Value::of(&crate::data::list::MAKE_LIST))).into();
    let collector = bind(cx, slot, ANY);
    names.insert(COLLECTOR.into(), Named { held: Held::Binding, value: collector });
    let safe_only = born(cx, scope) != Born::Privileged;
    let prefix = prefix(cx, scope);
    let run = crate::load::in_names(cx, expansion, &names, safe_only, &prefix, "an expression")?;
    Ok(Step::Run(Box::new(run), None))
}
