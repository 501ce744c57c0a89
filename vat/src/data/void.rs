//! `null`, `true` and `false`.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::value::Value;

/// What `null` answers to.
pub static NULL: Class =
    Class::new("Null", "null", &[]).stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN).and(Stamps::SELFLESS));

/// What `true` answers to.
pub static BOOLEAN: Class = Class::new(
    "boolean",
    "boolean",
    natives![
        "and"(Bool) => and,
        "not"() => not,
        "or"(Bool) => or,
        "pick"(Any, Any) => pick,
        "xor"(Bool) => xor,
        "butNot"(Bool) => but_not,
        "op__cmp"(Bool) => op_cmp,
    ],
)
.stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN).and(Stamps::SELFLESS));

fn is(value: Value) -> bool {
    value.as_bool().unwrap_or(false)
}

fn and(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(is(this) & is(args[0]))
}

fn or(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(is(this) | is(args[0]))
}

fn xor(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(is(this) ^ is(args[0]))
}

fn but_not(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(is(this) & !is(args[0]))
}

fn not(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(!is(this))
}

fn pick(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(if is(this) { args[0] } else { args[1] })
}

/// `false` and `true` are only ever the same or not: there is no order between them.
fn op_cmp(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(if is(this) == is(args[0]) { 0.0 } else { f64::NAN })
}
