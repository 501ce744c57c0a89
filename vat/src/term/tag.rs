//! Tags: what labels a term. A tag is a name, perhaps a code, and the guard of the data it goes with.

use super::MADE;
use crate::cx::Cx;
use crate::data::list::portrayal;
use crate::guard::{nullable, scalar};
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::print::Piece;
use crate::value::{Value, View};
use std::sync::Arc;

/// `<import:org.quasiliteral.astro.makeAstroTag>`
pub static MAKE_TAG: Class = Class::new(
    "makeAstroTag",
    "<makeAstroTag>",
    natives!["run"(Any, Text, Any) => make_tag, "asType"() => as_type],
)
.fqn("org.quasiliteral.astro.makeAstroTag")
.stamps(Stamps::DEEP_FROZEN);

/// Fields: code or null, name, guard of the data.
pub static TAG: Class = Class::new(
    "AstroTag",
    "AstroTag",
    natives![
        "getTagName"() => get_name,
        "getOptTagCode"() => get_code,
        "getDataGuard"() => get_guard,
        "isTagForData"(Any) => is_for_data,
        "op__cmp"(Any) => op_cmp,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.quasiliteral.astro.makeAstroTag$astroTag")
.stamps(MADE);

/// `AstroTag`: the guard.
pub static ASTRO_TAG: Class = Class::new("AstroTagGuard", "AstroTag", guard_methods![coerce;])
    .fqn("org.quasiliteral.astro.AstroTag")
    .stamps(Stamps::DEEP_FROZEN);

/// A tag's parts.
pub struct Tag {
    pub name: Arc<str>,
    pub guard: Value,
}

/// The parts of a tag, if it is one.
pub fn parts(cx: &Cx, tag: Value) -> Option<Tag> {
    let &[_, name, guard] = cx.heap.fields(cx.near(tag), &TAG)? else { return None };
    Some(Tag { name: cx.heap.as_text(name)?.into(), guard })
}

/// Its name; empty if it is no tag.
pub fn name(cx: &Cx, tag: Value) -> Arc<str> {
    parts(cx, tag).map_or_else(|| "".into(), |it| it.name)
}

/// The name of the tag of a term.
pub fn name_of_term(cx: &Cx, term: Value) -> Arc<str> {
    super::parts(cx, term).map_or_else(|| "".into(), |it| name(cx, it.tag))
}

/// A tag that goes with no data.
pub fn plain(cx: &mut Cx, name: &str) -> Value {
    tag(cx, name, Value::of(&nullable::NULL_OK))
}

fn tag(cx: &mut Cx, name: &str, guard: Value) -> Value {
    let name = cx.heap.text(name);
    cx.heap.native(&TAG, [Value::NULL, name, guard])
}

fn type_of(cx: &Cx, data: Value) -> Option<(&'static str, &'static Class)> {
    let data = cx.near(data);
    Some(match data.view() {
        View::Int(_) => (".int.", &scalar::INT),
        View::Float(_) => (".float64.", &scalar::FLOAT64),
        View::Char(_) => (".char.", &scalar::CHAR),
        _ if cx.heap.as_big(data).is_some() => (".int.", &scalar::INT),
        _ if cx.heap.as_text(data).is_some() => (".String.", &scalar::STRING),
        _ => return None,
    })
}

/// The name of the tag that literal data goes under.
pub fn name_for(cx: &Cx, data: Value) -> Option<&'static str> {
    type_of(cx, data).map(|(name, _)| name)
}

/// The tag of literal data; `None`: there is no literal for it.
pub fn of_data(cx: &mut Cx, data: Value) -> Option<Value> {
    let (name, guard) = type_of(cx, data)?;
    Some(tag(cx, name, Value::of(guard)))
}

/// `<foo>`
pub fn pieces(cx: &Cx, tag: Value) -> Option<Vec<Piece>> {
    Some(vec![format!("<{}>", parts(cx, tag)?.name).into()])
}

fn make_tag(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let &[code, name, guard] = args else { return done(Value::NULL) };
    let code = cx.near(code);
    match code.view() {
        View::Null => {}
        View::Int(it) if it >= 0 => {}
        _ => return Err(cx.throw(crate::problem::Problem::new("not a tag code: ").value(code))),
    }
    let tag = cx.heap.native(&TAG, [code, name, guard]);
    done(tag)
}

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&ASTRO_TAG))
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    crate::guard::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, _, specimen| cx.heap.fields(specimen, &TAG).is_some().then_some(specimen),
        |cx, _, specimen| crate::coerce::failure(cx, specimen, "AstroTag"),
    )
}

fn field(cx: &Cx, this: Value, at: usize) -> Value {
    cx.heap.fields(this, &TAG).and_then(|it| it.get(at).copied()).unwrap_or(Value::NULL)
}

fn get_code(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

fn get_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 1))
}

fn get_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 2))
}

/// Would the guard of its data take this?
fn is_for_data(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let guard = field(cx, this, 2);
    cx.call(guard, "accepts", [args[0]])
}

/// Tags are ordered by their names.
fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(other) = parts(cx, args[0]) else {
        let problem = crate::coerce::failure(cx, args[0], "AstroTag");
        return Err(cx.throw(problem));
    };
    cx.charge(other.name.len() as u64 / 16)?;
    done(name(cx, this).cmp(&other.name) as i64)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields: Vec<Value> = cx.heap.fields(this, &TAG).unwrap_or_default().to_vec();
    portrayal(cx, Value::of(&MAKE_TAG), "run", &fields)
}
