//! `Same[v]`: only `v` itself.

use super::any::MADE;
use super::first;
use crate::cx::Cx;
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::problem::Problem;
use crate::value::Value;

/// `Same`
pub static SAME: Class =
    Class::new("Same", "Same", crate::natives!["get"(Any) => get, "match__get/1"(Any, Any) => match_get])
        .fqn("org.erights.e.elib.slot.Same")
        .stamps(Stamps::DEEP_FROZEN);

/// `Same[v]`. Field: `v`.
pub static SAME_AS: Class = Class::new(
    "Same1",
    "Same1",
    guard_methods![
        coerce;
        "getAllowed"() => get_allowed,
        "getTheTrivialValue"() => get_allowed,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("Same")
.stamps(MADE);

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&SAME_AS, [args[0]]);
    done(guard)
}

fn get_allowed(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(first(cx, this, &SAME_AS).unwrap_or(Value::NULL))
}

/// The type of guards made by `Same`.
pub(crate) static SAME_TYPE: Class = Class::new("Same1Guard", "Same1", guard_methods![coerce_to_same;]);

fn coerce_to_same(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, _, guard| first(cx, guard, &SAME_AS).map(|_| guard),
        super::scalar::refuse,
    )
}

/// `def Same[v] := guard`
fn match_get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, _, guard| {
            let allowed = first(cx, guard, &SAME_AS).unwrap_or(Value::NULL);
            done(cx.heap.list([allowed]))
        },
        [],
    );
    cx.call_then(Value::of(&SAME_TYPE), "coerce", [args[0], args[1]], then)
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let allowed = first(cx, this, &SAME_AS).unwrap_or(Value::NULL);
    let then = Then::new(
        |cx, then, same| {
            let (allowed, specimen, ejector) = (then.values[0], then.values[1], then.values[2]);
            if same == Value::TRUE {
                return done(specimen);
            }
            cx.eject(ejector, Problem::default().value(specimen).text(" is not ").value(allowed))
        },
        [allowed, args[0], args[1]],
    );
    cx.call_then(Value::of(&crate::same::EQUALIZER), "sameYet", [args[0], allowed], then)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    super::any::uncall_list(cx, this, Value::of(&SAME), "get")
}
