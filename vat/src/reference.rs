//! References that are not near: promises, far references, broken ones; and `Ref`, which asks about them.

use crate::cx::Cx;
use crate::heap::{Cell, Heap, Promise};
use crate::native::{Class, Outcome, Stamps, Then, done, method};
use crate::problem::Problem;
use crate::throw::as_problem;
use crate::value::Value;

/// An unresolved promise.
pub static PROMISE: Class = Class::new("Promise", "<Promise>", &[]);
/// An object in another vat.
pub static FAR: Class = Class::new("Far", "<Far ref>", &[]);
/// A broken reference.
pub static BROKEN: Class = Class::new("Broken", "<broken>", &[]);

/// The four states a reference can be in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Near,
    Promise,
    Far,
    Broken,
}

/// The state of what `value` stands for.
pub fn state(heap: &Heap, value: Value) -> State {
    match heap.get(value) {
        Some(Cell::Promise(Promise::Unresolved(_))) => State::Promise,
        Some(Cell::Far { .. } | Cell::FarProxy(_)) => State::Far,
        Some(Cell::Broken(_)) => State::Broken,
        _ => State::Near,
    }
}

/// The problem of a broken reference.
pub fn opt_problem(heap: &Heap, value: Value) -> Option<Value> {
    match heap.get(value) {
        Some(Cell::Broken(it)) => Some(*it),
        _ => None,
    }
}

/// `Ref`
pub static REF: Class = Class::new(
    "Ref",
    "<Ref>",
    &[
        method("promise", 0, promise),
        method("broken", 1, broken),
        method("isNear", 1, |cx, _, args| done(state(&cx.heap, args[0]) == State::Near)),
        method("isEventual", 1, |cx, _, args| {
            done(matches!(state(&cx.heap, args[0]), State::Promise | State::Far))
        }),
        method("isBroken", 1, |cx, _, args| done(state(&cx.heap, args[0]) == State::Broken)),
        method("isResolved", 1, |cx, _, args| done(state(&cx.heap, args[0]) != State::Promise)),
        method("isFar", 1, |cx, _, args| done(state(&cx.heap, args[0]) == State::Far)),
        method("isSettled", 1, |cx, _, args| crate::same::is_settled(cx, args[0])),
        method("isPassByCopy", 1, is_pass_by_copy),
        method("isPBC", 1, is_pbc),
        method("isSelfish", 1, is_selfish),
        method("isSelfless", 1, is_selfless),
        method("state", 1, state_name),
        method("optProblem", 1, |cx, _, args| done(opt_problem(&cx.heap, args[0]).unwrap_or(Value::NULL))),
        method("resolution", 1, |_, _, args| done(args[0])),
        method("fulfillment", 1, fulfillment),
        method("whenResolved", 2, crate::when::when_resolved),
        method("whenResolvedOnly", 2, crate::when::when_resolved_only),
        method("whenBroken", 2, crate::when::when_broken),
        method("whenBrokenOnly", 2, crate::when::when_broken_only),
        method("isDeepFrozen", 1, |cx, _, args| done(crate::audition::is_deep_frozen(cx, args[0]))),
        method("conformTo", 2, conform_to),
        method("optSealedDispatch", 2, opt_sealed_dispatch),
        method("match__broken/1", 2, match_broken),
    ],
)
.stamps(Stamps::DEEP_FROZEN);

fn promise(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let (promise, resolver) = cx.promise();
    let pair = cx.heap.list([promise, resolver]);
    done(pair)
}

fn broken(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    // A sealed problem stays sealed.
    if let Some(Cell::Sealed(_)) = cx.heap.get(args[0]) {
        return done(cx.broken(args[0]));
    }
    crate::throw::with_problem(cx, args[0], Then::new(|cx, _, problem| done(cx.broken(problem)), []))
}

fn state_name(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let name = match state(&cx.heap, args[0]) {
        State::Near => "NEAR",
        State::Promise | State::Far => "EVENTUAL",
        State::Broken => "BROKEN",
    };
    let name = cx.heap.text(name);
    done(name)
}

fn fulfillment(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if let Some(problem) = opt_problem(&cx.heap, args[0]) {
        return Err(crate::problem::Exit::Thrown(as_problem(cx, problem)));
    }
    match state(&cx.heap, args[0]) {
        State::Promise => Err(cx.throw("not resolved (Ref#fulfillment)")),
        _ => done(args[0]),
    }
}

fn stamps(cx: &Cx, value: Value) -> Stamps {
    crate::audition::stamps(&cx.heap, value)
}

fn is_pbc(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = stamps(cx, args[0]);
    done(it.has(Stamps::PASS_BY_COPY) || it.has(Stamps::DATA))
}

fn is_pass_by_copy(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = stamps(cx, args[0]);
    done(it.has(Stamps::PASS_BY_COPY.and(Stamps::SELFLESS)) || it.has(Stamps::DATA))
}

fn is_selfless(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = stamps(cx, args[0]);
    done(it.has(Stamps::SELFLESS) || it.has(Stamps::DATA))
}

fn is_selfish(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = stamps(cx, args[0]);
    let near = state(&cx.heap, args[0]) == State::Near;
    done(near && !it.has(Stamps::SELFLESS) && !it.has(Stamps::DATA))
}

/// A near reference is asked what it is to the guard; any other is what it is.
fn conform_to(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match state(&cx.heap, args[0]) {
        State::Near => cx.call(args[0], "__conformTo", [args[1]]),
        _ => done(args[0]),
    }
}

fn opt_sealed_dispatch(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match state(&cx.heap, args[0]) {
        State::Near => cx.call(args[0], "__optSealedDispatch", [args[1]]),
        _ => match crate::proxy::handler(cx, args[0]) {
            Some(handler) => cx.call(handler, "handleOptSealedDispatch", [args[1]]),
            None => done(Value::NULL),
        },
    }
}

/// `def Ref.broken(problem) := reference`
fn match_broken(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match opt_problem(&cx.heap, args[0]) {
        Some(problem) => {
            let list = cx.heap.list([problem]);
            done(list)
        }
        None => cx.eject(args[1], Problem::default().value(args[0]).text(" is not broken")),
    }
}
