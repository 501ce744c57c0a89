//! What every native guard answers besides `coerce(specimen, ejector)`.

use super::{any, close_ejector, fresh_ejector, left_through, list};
use crate::cx::Cx;
use crate::native::{Outcome, Then, done};
use crate::problem::Exit;
use crate::value::Value;

/// A table of a native guard's methods: its own, and those all guards have.
///
/// ```text
/// guard_methods![coerce; "getTheTrivialValue"() => zero]
/// ```
#[macro_export]
macro_rules! guard_methods {
    ($coerce:path; $($verb:literal ( $($ty:ident),* ) => $f:path),* $(,)?) => {
        $crate::natives![
            "coerce"(Any, Any) => $coerce,
            "coerce"(Any) => $crate::guard::protocol::coerce_or_throw,
            "accepts"(Any) => $crate::guard::protocol::accepts,
            "or"(Any) => $crate::guard::protocol::or,
            "and"(Any) => $crate::guard::protocol::and,
            "not"() => $crate::guard::protocol::not,
            "butNot"(Any) => $crate::guard::protocol::but_not,
            $($verb($($ty),*) => $f),*
        ]
    };
}

/// `guard.coerce(specimen)`: as `coerce(specimen, throw)`.
pub fn coerce_or_throw(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    cx.call(this, "coerce", [args[0], Value::NULL])
}

/// `guard.accepts(specimen)`: would coercing succeed?
pub fn accepts(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let ejector = fresh_ejector(cx);
    let then = Then::new(
        |cx, then, _| {
            close_ejector(cx, then.values[0]);
            done(true)
        },
        [ejector],
    );
    cx.call_then(this, "coerce", [args[0], ejector], then.on_exit(refused))
}

fn refused(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    close_ejector(cx, then.values[0]);
    if left_through(&exit, then.values[0]) { done(false) } else { Err(exit) }
}

/// `guard[]`: lists of what this one accepts.
pub fn lists(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let guard = cx.heap.native(&list::LIST_OF, [this]);
    done(guard)
}

pub fn or(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let choices = cx.heap.list([this, args[0]]);
    let guard = cx.heap.native(&any::UNION, [choices]);
    done(guard)
}

pub fn and(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let parts = cx.heap.list([this, args[0]]);
    let guard = cx.heap.native(&any::ALL, [parts]);
    done(guard)
}

pub fn not(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let guard = cx.heap.native(&any::NOT, [this]);
    done(guard)
}

pub fn but_not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let other = cx.heap.native(&any::NOT, [args[0]]);
    and(cx, this, &[other])
}

/// `guard.getTheTrivialValue()` of a guard that no value is the obvious one of.
pub fn no_trivial_value(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    Err(cx.throw("No trivial value available"))
}
