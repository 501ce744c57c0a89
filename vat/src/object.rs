//! Objects written in E, as the rest of the vat sees them: what they are called, what they understand.

use crate::code::ScriptCode;
use crate::cx::Cx;
use crate::heap::{Cell, Object};
use crate::machine::Loaded;
use crate::native::{Class, Outcome, Stamps, done, method};
use crate::problem::Problem;
use crate::selector::Selector;
use crate::value::Value;
use std::sync::Arc;

/// `the int 1 doesn't coerce to a boolean`; the article comes with `wanted`.
pub fn does_not_coerce(specimen: Value, wanted: &str) -> Problem {
    Problem::new("the ")
        .type_of(specimen)
        .text(" ")
        .value(specimen)
        .text(format!(" doesn't coerce to {wanted}"))
}

/// The script of an object written in E, and the module it is in.
pub fn script(cx: &Cx, value: Value) -> Option<(&Object, &Loaded, &ScriptCode)> {
    let Some(Cell::Object(object)) = cx.heap.get(value) else { return None };
    let loaded = cx.modules.get(object.module as usize)?;
    let script = loaded.module.scripts.get(object.script as usize)?;
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
        None => cx.class_of(value).is_some_and(|it| it.find(selector).is_some()),
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

/// `meta.context()`. Fields: its prefix, and the module and script it stands in.
static CONTEXT: Class = Class::new(
    "StaticContext",
    "<static context>",
    &[
        method("getFQNPrefix", 0, |cx, this, _| {
            done(cx.heap.fields(this, &CONTEXT).map_or(Value::NULL, |it| it[0]))
        }),
        method("getSource", 0, get_source),
        method("getOptSource", 0, |_, _, _| done(Value::NULL)),
        method("__printOn", 1, |cx, _, args| {
            let text = cx.heap.text("<static context>");
            cx.call(args[0], "write", [text])
        }),
    ],
)
.stamps(Stamps::DEEP_FROZEN.and(Stamps::PASS_BY_COPY));

/// The context object of code in a script.
pub(crate) fn context(cx: &mut Cx, prefix: Value, module: u32, script: u32) -> Value {
    cx.heap.native(&CONTEXT, [prefix, i64::from(module).into(), i64::from(script).into()])
}

fn get_source(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let prefix = cx.heap.fields(this, &CONTEXT).map_or(Value::NULL, |it| it[0]);
    let prefix = cx.heap.as_text(prefix).cloned().unwrap_or_else(|| "".into());
    let place = prefix.strip_suffix("__main$").map_or(prefix.trim_end_matches('$'), |_| &prefix);
    Err(cx.throw(format!("There is no enclosing object expression at {place}")))
}
