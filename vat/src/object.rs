//! Objects written in E, as the rest of the vat sees them: what they are called, what they understand.

use crate::code::ScriptCode;
use crate::cx::Cx;
use crate::heap::Object;
use crate::machine::Loaded;
use crate::native::{Class, Outcome, Stamps, done, method};
use crate::problem::Problem;
use crate::selector::Selector;
use crate::value::Value;
use std::sync::Arc;
use syntax::kernel_e::{Expr, ExprId};

/// `the int 1 doesn't coerce to a boolean`; the article comes with `wanted`.
pub fn does_not_coerce(specimen: Value, wanted: &str) -> Problem {
    Problem::new("the ")
        .type_of(specimen)
        .text(" ")
        .value(specimen)
        .text(format!(" doesn't coerce to {wanted}"))
}

/// The script of an object written in E, and the module it is in.
pub fn script(cx: &Cx, value: Value) -> Option<(Object<'_>, &Loaded, &ScriptCode)> {
    let object = cx.heap.as_object(value)?;
    let placed = cx.scripts.get(object.script.index())?;
    let loaded = cx.modules.get(placed.module as usize)?;
    let script = loaded.module.scripts.get(placed.script as usize)?;
    Some((object, loaded, script))
}

/// The fully qualified name of an object written in E: `__main$mint$purse`.
pub fn fqn(cx: &Cx, value: Value) -> Option<Arc<str>> {
    script(cx, value).map(|(_, _, it)| it.fqn.clone())
}

/// Does the object have a method of its own for `selector`?
pub fn has_method(cx: &Cx, value: Value, selector: Selector) -> bool {
    match script(cx, value) {
        Some((_, _, it)) => it.methods.contains_key(&selector),
        None => cx
            .class_of(value)
            .is_some_and(|it| it.find(selector).is_some() || crate::node::has_getter(it, selector)),
    }
}

/// The part of a fully qualified name that people call it by: `purse` of `__main$mint$purse`; for something
/// anonymous `...mint$_`.
pub fn simple_name(fqn: &str) -> String {
    let parts: Vec<&str> = fqn.split(['$', '.']).collect();
    let named = parts.iter().rposition(|it| *it != "_").unwrap_or(0);
    let tail = parts[named..].join("$");
    match (named + 1 == parts.len(), named) {
        (true, _) | (false, 0) => tail,
        (false, _) => format!("...{tail}"),
    }
}

/// `meta.context()`. Fields: its prefix, and the object expression it stands in or null.
pub(crate) static CONTEXT: Class = Class::new(
    "StaticContext",
    "<static context>",
    &[
        method("getFQNPrefix", 0, |cx, this, _| {
            done(cx.heap.fields(this, &CONTEXT).map_or(Value::NULL, |it| it[0]))
        }),
        method("getSource", 0, get_source),
        method("getOptSource", 0, get_opt_source),
        method("__optUncall", 0, opt_uncall),
        method("__printOn", 1, |cx, _, args| {
            let text = cx.heap.text("<static context>");
            cx.call(args[0], "write", [text])
        }),
    ],
)
.stamps(Stamps::DEEP_FROZEN.and(Stamps::PASS_BY_COPY).and(Stamps::SELFLESS).and(Stamps::TRANSPARENT));

/// The context object of code in a script.
pub(crate) fn context(cx: &mut Cx, prefix: Value, module: u32, script: u32) -> Value {
    let source = object_node(cx, module as usize, script as usize);
    cx.heap.native(&CONTEXT, [prefix, source])
}

/// The object expression that a context stands in, as a node; null at the top level.
fn source(cx: &mut Cx, context: Value) -> Value {
    cx.heap.fields(context, &CONTEXT).and_then(|it| it.get(1).copied()).unwrap_or(Value::NULL)
}

/// The object expression of a script, as a node.
fn object_node(cx: &mut Cx, module: usize, script: usize) -> Value {
    let Some(loaded) = cx.modules.get(module) else { return Value::NULL };
    let object = loaded.module.scripts.get(script).and_then(|it| it.object);
    let program = loaded.module.program.clone();
    let is_object = |it: &Expr| matches!(it, Expr::Object(id) if Some(*id) == object);
    let Some(at) = program.exprs.iter().position(is_object) else { return Value::NULL };
    crate::node::of_kernel(cx, &program, ExprId(at as u32))
}

/// The object expression of an object written in E, as a node.
pub fn expr_of(cx: &mut Cx, object: Value) -> Value {
    let script = cx.heap.as_object(object).map(|it| it.script.index());
    match script.and_then(|it| cx.scripts.get(it)).copied() {
        Some(it) => object_node(cx, it.module as usize, it.script as usize),
        None => Value::NULL,
    }
}

fn get_opt_source(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(source(cx, this))
}

fn get_source(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let found = source(cx, this);
    if !found.is_null() {
        return done(found);
    }
    let prefix = cx.heap.fields(this, &CONTEXT).map_or(Value::NULL, |it| it[0]);
    Err(cx.throw(Problem::new("There is no enclosing object expression at ").print(prefix)))
}

/// `[makeStaticContext, "run", [prefix, source]]`
fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(fields) = cx.heap.fields(this, &CONTEXT).map(<[Value]>::to_vec) else {
        return done(Value::NULL);
    };
    let args = cx.heap.list(fields);
    let verb = cx.heap.text("run");
    done(cx.heap.list([Value::of(&MAKE_CONTEXT), verb, args]))
}

pub(crate) static MAKE_CONTEXT: Class = Class::new(
    "makeStaticContext",
    "<makeStaticContext>",
    &[method("run", 2, |cx, _, args| done(cx.heap.native(&CONTEXT, args)))],
)
.stamps(Stamps::DEEP_FROZEN);
