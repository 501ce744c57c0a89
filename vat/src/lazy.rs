//! A slot that makes its value when it is first asked for it.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::problem::Exit;
use crate::value::Value;

/// `<elib:slot.makeLazySlot>`
pub static MAKE_LAZY_SLOT: Class =
    Class::new("makeLazySlot", "<makeLazySlot>", natives!["run"(Any) => make]).stamps(Stamps::DEEP_FROZEN);

/// Fields: the thunk (null once it has run), the value, the problem it ended with (or null).
pub(crate) static LAZY_SLOT: Class = Class::new(
    "LazySlot",
    "<lazySlot>",
    natives!["get"() => get, "put"(Any) => put, "isFinal"() => is_final],
);

fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let slot = cx.heap.native(&LAZY_SLOT, [args[0], Value::NULL, Value::NULL]);
    done(slot)
}

fn get(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(&[thunk, value, problem]) = cx.heap.fields(this, &LAZY_SLOT) else { return done(Value::NULL) };
    if !problem.is_null() {
        return Err(Exit::Thrown(problem));
    }
    if thunk.is_null() {
        return done(value);
    }
    cx.call_then(thunk, "run", [], Then::new(made, [this]).on_exit(failed))
}

fn made(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
    settle(cx, then.values[0], [Value::NULL, value, Value::NULL]);
    done(value)
}

/// A maker that throws, or leaves, is not asked again.
fn failed(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    let problem = match &exit {
        Exit::Thrown(problem) => *problem,
        Exit::Stopped(_) => return Err(exit),
        _ => cx.heap.problem("nonlocal exit by lazy slot's maker"),
    };
    settle(cx, then.values[0], [Value::NULL, Value::NULL, problem]);
    Err(exit)
}

fn settle(cx: &mut Cx, slot: Value, state: [Value; 3]) {
    if let Some(fields) = cx.heap.fields_mut(slot, &LAZY_SLOT) {
        fields.copy_from_slice(&state);
    }
}

fn put(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    Err(cx.throw("this lazy Slot may not be changed"))
}

fn is_final(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(true)
}
