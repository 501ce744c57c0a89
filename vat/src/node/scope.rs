//! What nodes read, set and define: `node.staticScope()` and its questions.

use super::read::noun;
use super::{kind, make, run};
use crate::coerce::failure;
use crate::cx::Cx;
use crate::data::list::portrayal;
use crate::data::map;
use crate::data::table::Table;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::Exit;
use crate::value::Value;
use syntax::StaticScope;
use syntax::kernel_e::Name;

/// Fields: the maps from names to the nodes that set, read, define and vary them; then whether there is a
/// `meta.getState()`, and whether it speaks of the object around.
pub static SCOPE: Class = Class::new(
    "StaticScope",
    "StaticScope",
    natives![
        "namesSet"() => names_set,
        "namesRead"() => names_read,
        "defNames"() => def_names,
        "varNames"() => var_names,
        "namesUsed"() => names_used,
        "outNames"() => out_names,
        "hasMetaStateExpr"() => has_meta_state,
        "hasOuterMetaStateExpr"() => has_outer_meta_state,
        "uses"(Text) => uses,
        "add"(Any) => add,
        "hide"() => hide,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elang.evm.StaticScope")
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE));

/// `<elang:evm.makeStaticScope>`
pub static MAKE_SCOPE: Class = Class::new(
    "makeStaticScope",
    "<makeStaticScope>",
    natives![
        "run"(Map, Map, Map, Map, Bool, Bool) => make_scope,
        "getEmptyScope"() => get_empty_scope,
        "scopeRead"(Any) => scope_read,
        "scopeAssign"(Any) => scope_assign,
        "scopeDef"(Any) => scope_def,
        "scopeVar"(Any) => scope_var,
        "scopeBinding"(Any) => scope_var,
        "scopeMeta"() => scope_meta,
        "asType"() => as_type,
    ],
)
.fqn("org.erights.e.elang.evm.makeStaticScope")
.stamps(Stamps::DEEP_FROZEN);

/// `<type:org.erights.e.elang.evm.StaticScope>`
pub static SCOPE_GUARD: Class = Class::new("Guard", "StaticScope", crate::guard_methods![coerce_scope;])
    .fqn("guard.StaticScope")
    .stamps(Stamps::DEEP_FROZEN);

const SETS: usize = 0;
const READS: usize = 1;
const FINALS: usize = 2;
const VARIABLES: usize = 3;
const META: usize = 4;
const OUTER_META: usize = 5;

/// How static scopes print: `<["set"] := ["read"] =~ ["final"] + var ["variable"]>`.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    if !std::ptr::eq(class, &SCOPE) {
        return None;
    }
    let names = |at: usize| -> Vec<Name> {
        let pairs = fields.get(at).map(|it| map::pairs(cx, *it)).unwrap_or_default();
        pairs.into_iter().map(|it| Name::new(&*text_of(cx, it.0))).collect()
    };
    let scope = StaticScope {
        sets: names(SETS),
        reads: names(READS),
        finals: names(FINALS),
        variables: names(VARIABLES),
        meta_state: fields.get(META)?.as_bool()?,
        outer_meta_state: fields.get(OUTER_META)?.as_bool()?,
        ..StaticScope::default()
    };
    Some(vec![scope.to_string().into()])
}

/// What a node uses and defines.
pub fn of_node(cx: &mut Cx, node: Value) -> Result<StaticScope, Exit> {
    Ok(analysed(cx, node)?.0)
}

fn analysed(cx: &mut Cx, node: Value) -> Result<(StaticScope, run::Expanded), Exit> {
    let wide = super::print::in_object(cx, node);
    let expanded = run::expand(cx, wide)?;
    let program = &expanded.expansion.program;
    let scope = match expanded.pattern {
        Some(it) => StaticScope::of_pattern(program, it),
        None => {
            let parts = program.body.iter().map(|it| StaticScope::of_expr(program, *it));
            parts.reduce(|before, next| before.then(&next)).unwrap_or_default()
        }
    };
    Ok((scope, expanded))
}

/// `node.staticScope()`
pub fn static_scope(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (scope, expanded) = analysed(cx, this)?;
    let nouns = |cx: &mut Cx, names: &[Name]| -> Result<Value, Exit> {
        let mut table = Table::default();
        for name in names {
            let (key, node) = (cx.heap.text(&**name), noun(cx, name));
            map::put(cx, &mut table, key, node)?;
        }
        Ok(map::make(cx, table))
    };
    let (sets, reads) = (nouns(cx, &scope.sets)?, nouns(cx, &scope.reads)?);
    let definers = |cx: &mut Cx, names: &[Name]| -> Result<Value, Exit> {
        let mut table = Table::default();
        for name in names {
            let definer = scope.definers.iter().rfind(|it| it.0 == *name);
            let node = definer.map_or(Value::NULL, |it| run::pattern_node(cx, &expanded, it.1));
            let key = cx.heap.text(&**name);
            map::put(cx, &mut table, key, node)?;
        }
        Ok(map::make(cx, table))
    };
    let (finals, variables) = (definers(cx, &scope.finals)?, definers(cx, &scope.variables)?);
    let fields = [sets, reads, finals, variables, scope.meta_state.into(), scope.outer_meta_state.into()];
    done(cx.heap.native(&SCOPE, fields))
}

fn field(cx: &Cx, scope: Value, at: usize) -> Value {
    cx.heap.fields(scope, &SCOPE).and_then(|it| it.get(at).copied()).unwrap_or(Value::NULL)
}

fn names_set(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, SETS))
}

fn names_read(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, READS))
}

fn def_names(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, FINALS))
}

fn var_names(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, VARIABLES))
}

/// The entries of `front`, then those of `back` with other keys.
fn over(cx: &mut Cx, front: Value, back: Value) -> Result<Value, Exit> {
    let mut table = map::copied(cx, front)?;
    for (key, value) in map::pairs(cx, back) {
        if map::look_up(cx, front, key)?.is_none() {
            map::put(cx, &mut table, key, value)?;
        }
    }
    Ok(map::make(cx, table))
}

/// The entries whose keys are not among `those`.
fn but_not(cx: &mut Cx, map: Value, those: Value) -> Result<Value, Exit> {
    let mut table = map::copied(cx, map)?;
    for (key, _) in map::pairs(cx, those) {
        map::remove(cx, &mut table, key)?;
    }
    Ok(map::make(cx, table))
}

fn names_used(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (sets, reads) = (field(cx, this, SETS), field(cx, this, READS));
    let used = over(cx, sets, reads)?;
    done(used)
}

fn out(cx: &mut Cx, this: Value) -> Result<Value, Exit> {
    let (variables, finals) = (field(cx, this, VARIABLES), field(cx, this, FINALS));
    over(cx, variables, finals)
}

fn out_names(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let names = out(cx, this)?;
    done(names)
}

fn has_meta_state(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, META))
}

fn has_outer_meta_state(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, OUTER_META))
}

/// Whether evaluation could notice what a noun is.
fn uses(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if field(cx, this, OUTER_META).as_bool() == Some(true) {
        return done(true);
    }
    for at in [SETS, READS] {
        let names = field(cx, this, at);
        if map::look_up(cx, names, args[0])?.is_some() {
            return done(true);
        }
    }
    done(false)
}

/// As seen from outside a box.
fn hide(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let none = map::make(cx, Table::default());
    let mut fields = cx.heap.fields(this, &SCOPE).map(<[Value]>::to_vec).unwrap_or_default();
    for at in [FINALS, VARIABLES] {
        if let Some(it) = fields.get_mut(at) {
            *it = none;
        }
    }
    done(cx.heap.native(&SCOPE, fields))
}

/// What one is asked to be added as a scope, in this order; what is no scope of ours may answer as well.
const ASKED: [&str; 6] =
    ["defNames", "varNames", "namesSet", "namesRead", "hasMetaStateExpr", "hasOuterMetaStateExpr"];

/// `before + next`: `next` sees what `before` defines.
fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let next = cx.near(args[0]);
    ask(cx, Then::new(answered, [this, next]))
}

fn ask(cx: &mut Cx, then: Box<Then>) -> Outcome {
    match ASKED.get(then.values.len() - 2) {
        Some(verb) => cx.call_then(then.values[1], verb, [], then),
        None => sum(cx, &then.values),
    }
}

fn answered(cx: &mut Cx, mut then: Box<Then>, answer: Value) -> Outcome {
    let maps = then.values.len() - 2 < 4;
    if maps && crate::coerce::Ty::Map.check(&cx.heap, answer).is_none() {
        let problem = failure(cx, answer, "Map");
        return Err(cx.throw(problem));
    }
    then.values.push(answer);
    ask(cx, then)
}

fn sum(cx: &mut Cx, values: &[Value]) -> Outcome {
    let &[this, _, finals, variables, sets, reads, meta, outer] = values else { return done(Value::NULL) };
    let defined = out(cx, this)?;
    let (sets, reads) = (but_not(cx, sets, defined)?, but_not(cx, reads, defined)?);
    let mut fields = Vec::new();
    for (at, it) in [sets, reads, finals, variables].into_iter().enumerate() {
        let before = field(cx, this, at);
        fields.push(over(cx, it, before)?);
    }
    for (at, it) in [(META, meta), (OUTER_META, outer)] {
        let before = field(cx, this, at).as_bool() == Some(true);
        fields.push((before || it.as_bool() == Some(true)).into());
    }
    done(cx.heap.native(&SCOPE, fields))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields = cx.heap.fields(this, &SCOPE).map(<[Value]>::to_vec).unwrap_or_default();
    portrayal(cx, Value::of(&MAKE_SCOPE), "run", &fields)
}

// `makeStaticScope`

fn make_scope(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&SCOPE, args))
}

/// A scope with one name in one of its maps, or with none at all.
fn scope_of(cx: &mut Cx, place: Option<(usize, Value, Value)>, meta: bool) -> Outcome {
    let none = map::make(cx, Table::default());
    let mut fields = vec![none, none, none, none, meta.into(), meta.into()];
    if let Some((at, name, node)) = place {
        fields[at] = map::from_pairs(cx, &[(name, node)]);
    }
    done(cx.heap.native(&SCOPE, fields))
}

fn get_empty_scope(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    scope_of(cx, None, false)
}

fn scope_meta(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    scope_of(cx, None, true)
}

/// The scope of a noun that is read or set.
fn scope_of_noun(cx: &mut Cx, at: usize, node: Value) -> Outcome {
    if !make::is_a(cx, node, "NounExpr") {
        let problem = failure(cx, node, "NounExpr");
        return Err(cx.throw(problem));
    }
    let name = cx.heap.as_native(cx.near(node)).and_then(|it| it.fields.get(1).copied());
    scope_of(cx, Some((at, name.unwrap_or(Value::NULL), node)), false)
}

/// The scope of a pattern that defines its noun.
fn scope_of_pattern(cx: &mut Cx, at: usize, node: Value) -> Outcome {
    let noun = cx.heap.as_native(cx.near(node)).and_then(|it| it.fields.get(1).copied());
    let noun = noun.filter(|_| make::is_a(cx, node, "NounPattern")).unwrap_or(Value::NULL);
    if kind::of(cx, noun).is_none_or(|it| it.k != kind::K::NounExpr) {
        let problem = failure(cx, node, "NounPattern");
        return Err(cx.throw(problem));
    }
    let name = cx.heap.as_native(cx.near(noun)).and_then(|it| it.fields.get(1).copied());
    scope_of(cx, Some((at, name.unwrap_or(Value::NULL), node)), false)
}

fn scope_read(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    scope_of_noun(cx, READS, args[0])
}

fn scope_assign(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    scope_of_noun(cx, SETS, args[0])
}

fn scope_def(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    scope_of_pattern(cx, FINALS, args[0])
}

fn scope_var(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    scope_of_pattern(cx, VARIABLES, args[0])
}

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&SCOPE_GUARD))
}

fn coerce_scope(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    crate::guard::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, _, specimen| cx.heap.fields(specimen, &SCOPE).map(|_| specimen),
        |cx, _, specimen| failure(cx, specimen, "StaticScope"),
    )
}
