//! Weak references: they give what they refer to as long as something else holds it.
//!
//! When a vat collects depends on what it has allocated and on nothing outside it, so a weak reference dies at
//! the same point of every run. `interp.gc()` asks for a collection before the next turn.

use crate::cx::Cx;
use crate::native::{Class, Outcome, done};
use crate::natives;
use crate::print::Piece;
use crate::value::Value;

/// `<unsafe:org.erights.e.elib.vat.makeWeakRef>(target, optReactor)`: `reactor <- run()` once the target is gone.
pub static MAKE_WEAK_REF: Class =
    Class::new("makeWeakRef", "<makeWeakRef>", natives!["run"(Any, Any) => make, "run"(Any) => make])
        .fqn("org.erights.e.elib.vat.makeWeakRef");

/// Field: the reactor, or null. What it refers to stands in the heap's table of weak references.
pub static WEAK_REF: Class =
    Class::new("WeakRef", "<dead weak ref>", natives!["get"() => get]).fqn("org.erights.e.elib.vat.WeakRef");

fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let reactor = args.get(1).copied().unwrap_or(Value::NULL);
    let weak = cx.heap.native(&WEAK_REF, [reactor]);
    cx.heap.refer_weakly(weak, args[0]);
    done(weak)
}

fn get(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.weak_target(this).unwrap_or(Value::NULL))
}

/// How one prints.
pub fn pieces(cx: &Cx, class: &'static Class, value: Value) -> Option<Vec<Piece>> {
    if !std::ptr::eq(class, &WEAK_REF) {
        return None;
    }
    let target = cx.heap.weak_target(value)?;
    Some(vec!["<weak:".into(), Piece::Quoted(target), ">".into()])
}

/// Tells the reactors of weak references that died.
pub(crate) fn tell(cx: &mut Cx) {
    for weak in cx.heap.take_dead() {
        let reactor = cx.heap.fields(weak, &WEAK_REF).map_or(Value::NULL, |it| it[0]);
        if !reactor.is_null() {
            cx.send_only(reactor, "run", []);
        }
    }
}
