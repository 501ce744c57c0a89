//! Makers of nodes, `<elang:evm.makeCallExpr>(null, recipient, "add", [argument], null)`, and the guards that
//! want them. A maker takes the source span, the fields of its kind, and a scope layout that is not kept.

use super::kind::{self, K, Kind, Shape};
use super::read::node;
use crate::coerce::failure;
use crate::cx::Cx;
use crate::data::list::{items, portrayal};
use crate::guard::protocol::no_trivial_value;
use crate::guard_methods;
use crate::native::{Method, Outcome, done, method, variadic};
use crate::problem::Exit;
use crate::selector::Selector;
use crate::value::{Value, View};

/// What a maker answers to.
pub const MAKER: &[Method] = &[
    variadic("run", run),
    method("asType", 0, as_type),
    method("getParameterSubnodeFlags", 0, subnode_flags),
    method("__optUncall", 0, opt_uncall),
];

/// What the guard of a kind answers to.
pub const GUARD: &[Method] = guard_methods![coerce; "getTheTrivialValue"() => no_trivial_value];

fn kind_of_maker(cx: &Cx, maker: Value) -> Option<&'static Kind> {
    kind::of_class(cx.class_of(maker)?)
}

fn run(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(kind) = kind_of_maker(cx, this) else { return done(Value::NULL) };
    if args.len() != kind.fields.len() + 2 {
        let count = args.len();
        return Err(cx.throw(format!("no such method: {}#run/{count}", kind.maker.fqn)));
    }
    let mut fields = Vec::with_capacity(kind.fields.len());
    for ((_, shape), value) in kind.fields.iter().zip(&args[1..]) {
        fields.push(fitting(cx, *shape, *value)?);
    }
    if kind.k == K::SeqExpr && items(cx, fields[0]).is_empty() {
        return Err(cx.throw("SeqExpr must have at least one subexpression"));
    }
    let span = cx.near(args[0]);
    let made = node(cx, kind.k, span, &fields);
    done(made)
}

/// The value as what a field holds.
fn fitting(cx: &mut Cx, shape: Shape, value: Value) -> Result<Value, Exit> {
    let value = cx.near(value);
    let is_text = cx.heap.as_text(value).is_some();
    let (fits, wanted) = match shape {
        Shape::One(wanted) => (is_a(cx, value, wanted), wanted),
        Shape::Opt(wanted) => (value.is_null() || is_a(cx, value, wanted), wanted),
        Shape::Many(wanted) => return list_of(cx, value, wanted),
        Shape::Text => (is_text, "String"),
        Shape::OptText => (is_text || value.is_null(), "any[Null, String]"),
        Shape::Doc => {
            let doc = cx.heap.as_text(value).is_some_and(|it| !it.contains("*/"));
            (doc || value.is_null(), "DocComment")
        }
        Shape::Int => (value.as_int().is_some_and(|it| it >= 0), "int"),
        Shape::Bool => (value.as_bool().is_some(), "boolean"),
        Shape::Char => (matches!(value.view(), View::Char(_)), "char"),
        Shape::Literal => {
            let plain = matches!(value.view(), View::Char(_) | View::Int(_) | View::Float(_));
            (plain || is_text || cx.heap.as_big(value).is_some(), "literal")
        }
    };
    if fits {
        return Ok(value);
    }
    let problem = failure(cx, value, wanted);
    Err(cx.throw(problem))
}

fn list_of(cx: &mut Cx, list: Value, wanted: &str) -> Result<Value, Exit> {
    if cx.heap.as_list(list).is_none() {
        let problem = failure(cx, list, "ConstList");
        return Err(cx.throw(problem));
    }
    let all = items(cx, list);
    cx.charge(all.len() as u64)?;
    let nodes: Vec<Value> = all.iter().map(|it| cx.near(*it)).collect();
    if let Some(it) = nodes.iter().find(|it| !is_a(cx, **it, wanted)) {
        let problem = failure(cx, *it, wanted);
        return Err(cx.throw(problem));
    }
    Ok(cx.heap.list(nodes))
}

/// Is it a node of that type?
pub fn is_a(cx: &Cx, value: Value, wanted: &str) -> bool {
    kind::of(cx, value).is_some_and(|it| it.is_a(wanted))
}

/// `def makeCallExpr(span, recipient, verb, args, layout) := node`
pub fn match_run(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    let kind = kind_of_maker(cx, this)?;
    let count = selector.verb().strip_prefix("match__run/")?.parse::<usize>().ok()?;
    if args.len() != 2 || count != kind.fields.len() + 2 {
        return None;
    }
    let specimen = cx.near(args[0]);
    if !is_a(cx, specimen, kind.name) {
        let problem = failure(cx, specimen, kind.name);
        return Some(cx.eject(args[1], problem));
    }
    let parts = parts(cx, specimen);
    Some(done(cx.heap.list(parts)))
}

/// What a maker is given for a node: its span, its fields, and no scope layout.
pub fn parts(cx: &Cx, node: Value) -> Vec<Value> {
    let mut parts = cx.heap.as_native(node).map(|it| it.fields.clone()).unwrap_or_default();
    parts.push(Value::NULL);
    parts
}

fn as_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(kind_of_maker(cx, this).map_or(Value::NULL, |it| Value::of(&it.guard)))
}

/// For each field, whether there are nodes in it.
fn subnode_flags(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields = kind_of_maker(cx, this).map_or(&[][..], |it| it.fields);
    let flags: Vec<Value> = fields.iter().map(|it| it.1.is_subnode().into()).collect();
    done(cx.heap.list(flags))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let name = kind_of_maker(cx, this).map_or("", |it| it.maker.fqn);
    let name = cx.heap.text(name);
    portrayal(cx, Value::of(&crate::import::other::SHARED), "get", &[name])
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    fn wanted(cx: &Cx, guard: Value) -> &'static str {
        cx.class_of(guard).and_then(kind::type_of_guard).unwrap_or("ENode")
    }
    crate::guard::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, guard, specimen| is_a(cx, specimen, wanted(cx, guard)).then_some(specimen),
        |cx, guard, specimen| failure(cx, specimen, wanted(cx, guard)),
    )
}
