//! `<unsafe:org.erights.e.elang.interp.ScopeSetup>`: scopes for programs that are to have powers, with streams
//! and an interpreter of one's own choice.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Then};
use crate::natives;
use crate::value::Value;

pub static SCOPE_SETUP: Class = Class::new(
    "makeScopeSetup",
    "<makeScopeSetup>",
    natives!["privileged"(Text, Any, Any, Any, Any, Any) => privileged, "safe"(Text) => safe],
);

/// What is replaced in the privileged scope: `print` and `println` are the stream's own.
const REPLACED: [&str; 5] = ["stdout", "stderr", "interp", "print", "println"];

/// `privileged(prefix, stdout, stderr, properties, interp, vat)`. Properties are asked of `interp`, and a program
/// runs in the vat it is evaluated in, so neither is looked at.
fn privileged(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let &[prefix, stdout, stderr, _, interp, _] = args else { return safe(cx, Value::NULL, args) };
    let whole = crate::scope_object::make_privileged(cx);
    let mut values = vec![stdout, stderr, interp];
    for verb in ["print", "println"] {
        let verb = cx.heap.text(verb);
        values.push(crate::facet::calling(cx, stdout, verb));
    }
    values.reverse();
    cx.call_then(whole, "withPrefix", [prefix], Then::new(with_next, values))
}

/// Puts the next value into the scope so far.
fn with_next(cx: &mut Cx, mut then: Box<Then>, scope: Value) -> Outcome {
    let Some(value) = then.values.pop() else { return cx.call(scope, "nestOuter", []) };
    let name = cx.heap.text(REPLACED[REPLACED.len() - 1 - then.values.len()]);
    cx.call_then(scope, "with", [name, value], then)
}

/// `safe(prefix)`
fn safe(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let whole = crate::scope_object::make_safe(cx);
    cx.call(whole, "withPrefix", [args[0]])
}
