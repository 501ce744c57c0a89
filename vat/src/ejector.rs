//! Ejectors: `escape ej { … ej(1) … }`.

use crate::cx::Cx;
use crate::heap::Cell;
use crate::native::{Class, Outcome, method};
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// What the noun of an `escape` holds.
pub static EJECTOR: Class = Class::new(
    "\"org.erights.e.elib.base$ejector\"",
    "<Ejector>",
    &[method("run", 0, leave_with_null), method("run", 1, leave)],
)
.fqn("org.erights.e.elib.base$ejector");

fn leave_with_null(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    leave(cx, this, &[Value::NULL])
}

fn leave(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match cx.heap.get(this) {
        Some(Cell::Ejector { live: true, .. }) => Err(Exit::Ejected { ejector: this, value: args[0] }),
        Some(Cell::Ejector { name, .. }) => {
            let name = cx.heap.as_text(*name).unwrap_or_default();
            let text = format!("ejector \"{name}\" no longer in scope");
            Err(cx.throw(Problem::typed("ejector-extent-error", text)))
        }
        _ => Err(cx.throw("not an ejector")),
    }
}
