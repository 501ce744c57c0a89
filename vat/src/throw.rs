//! `throw`, and the problems it throws as objects.

use crate::cx::Cx;
use crate::heap::{Cell, Heap};
use crate::native::{Class, Outcome, Stamps, Then, method};
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// `throw(x)`, `throw.eject(ejector, x)`, `throw.free(x)`.
pub static THROW: Class = Class::new(
    "throw",
    "throw",
    &[method("run", 1, throw), method("eject", 2, eject), method("free", 1, free)],
)
.stamps(Stamps::DEEP_FROZEN);

/// A problem that was not caught but handed over: by `Ref.optProblem`, or an ejector.
pub static PROBLEM: Class = Class::new(
    "Exception",
    "<problem>",
    &[
        method("leaf", 0, leaf),
        method("__printOn", 1, crate::exception::print_on),
        method("__optUncall", 0, crate::exception::opt_uncall),
        method("__getAllegedType", 0, crate::exception::alleged_type),
    ],
)
.otherwise(crate::exception::property)
.stamps(Stamps::FROZEN_IF_PARTS_ARE);

/// What `catch` gets: it can be thrown again, not looked into.
pub static SEALED_PROBLEM: Class = Class::new(
    "SealedException",
    "<sealed problem>",
    &[
        method("leaf", 0, leaf),
        method("__printOn", 1, |cx, this, args| crate::print::print_parts_on(cx, this, args[0])),
    ],
)
.stamps(Stamps::DEEP_FROZEN);

/// What is thrown for `value`: a string becomes a problem, a sealed problem is unsealed.
pub fn as_problem(cx: &mut Cx, value: Value) -> Value {
    let value = cx.near(value);
    match cx.heap.get(value) {
        Some(Cell::Problem(_)) => value,
        Some(Cell::Sealed(inner)) => *inner,
        Some(it) if it.is_text() => {
            let text = cx.heap.as_text(value).unwrap_or_default();
            let problem = Problem::new(text);
            cx.heap.problem(problem)
        }
        _ => cx.heap.problem(Problem::default().print(value)),
    }
}

/// What a `catch` is given for a thrown problem.
pub(crate) fn sealed(cx: &mut Cx, problem: Value) -> Value {
    match cx.heap.get(problem) {
        Some(Cell::Sealed(_)) => problem,
        _ => cx.heap.alloc(Cell::Sealed(problem)).into(),
    }
}

/// The problem in a sealed one; any other value as it is.
pub fn unsealed(heap: &Heap, problem: Value) -> Value {
    match heap.get(problem) {
        Some(Cell::Sealed(inner)) => *inner,
        _ => problem,
    }
}

/// Goes on with the problem that `value` stands for; what is none is asked whether it conforms to one.
pub(crate) fn with_problem(cx: &mut Cx, value: Value, then: Box<Then>) -> Outcome {
    match cx.heap.get(value) {
        Some(Cell::Problem(_) | Cell::Sealed(_) | Cell::Short(_) | Cell::Long(..)) => {
            let problem = as_problem(cx, value);
            (then.run)(cx, then, problem)
        }
        _ => {
            let guard = Value::of(&crate::guard::scalar::EXCEPTION);
            cx.call_then(guard, "coerce", [value, Value::NULL], then)
        }
    }
}

fn throw(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn thrown(cx: &mut Cx, _: Box<Then>, problem: Value) -> Outcome {
        crate::audition::trial::refused(cx, problem);
        Err(Exit::Thrown(problem))
    }
    with_problem(cx, args[0], Then::new(thrown, []))
}

fn free(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let thrown = cx.near(args[0]);
    crate::audition::trial::refused(cx, thrown);
    Err(Exit::Freed(thrown))
}

fn eject(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    with_problem(
        cx,
        args[1],
        Then::new(|cx, then, problem| cx.eject_value(then.values[0], problem), [args[0]]),
    )
}

fn leaf(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    crate::native::done(this)
}
