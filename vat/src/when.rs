//! Waiting for a reference: `Ref.whenResolved` and what is built on it.
//!
//! Each reaction is a turn of its own, and so is each look at whether it is time; transcripts count them.

pub(crate) mod several;

pub use several::{PROMISE_ALL_FULFILLED, SEVERAL};

use crate::cx::Cx;
use crate::native::{Class, Outcome, done, method};
use crate::reference::{State, state};
use crate::value::Value;

/// Is told that a reference is more resolved, looks again. Fields: the reference, the reactor, the resolver
/// of the result or null, whether it has reacted.
pub(crate) static REACTOR: Class =
    Class::new("whenResolvedReactor", "<safeWhenResolvedReactor>", &[method("run", 1, look_again)]);

fn look_again(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(&[reference, reactor, resolver, reacted]) = cx.heap.fields(this, &REACTOR) else {
        return done(Value::NULL);
    };
    if reacted == Value::TRUE {
        return done(Value::NULL);
    }
    if state(&cx.heap, reference) == State::Promise {
        cx.send_only(reference, "__whenMoreResolved", [this]);
        return done(Value::NULL);
    }
    if let Some(fields) = cx.heap.fields_mut(this, &REACTOR) {
        fields[3] = Value::TRUE;
    }
    if resolver.is_null() {
        cx.send_only(reactor, "run", [reference]);
    } else {
        let result = cx.send(reactor, "run", [reference]);
        cx.resolve(resolver, result);
    }
    done(Value::NULL)
}

/// A promise for `reactor <- run(reference)`, sent once the reference is resolved.
pub(crate) fn wait(cx: &mut Cx, reference: Value, reactor: Value) -> Value {
    let (promise, _) = cx.promise();
    let it = cx.heap.native(&REACTOR, [reference, reactor, promise, Value::FALSE]);
    // It never leaves and never calls: it only sends.
    let _ = look_again(cx, it, &[Value::NULL]);
    promise
}

pub(crate) fn when_resolved(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(wait(cx, args[0], args[1]))
}

pub(crate) fn when_resolved_only(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&REACTOR, [args[0], args[1], Value::NULL, Value::FALSE]);
    look_again(cx, it, &[Value::NULL])
}

/// Passes a broken reference on to the reactor in its field, drops any other.
pub(crate) static IF_BROKEN: Class =
    Class::new("whenBrokenReactor", "<whenBroken reactor>", &[method("run", 1, if_broken)]);

fn if_broken(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let reactor = cx.heap.fields(this, &IF_BROKEN).map_or(Value::NULL, |it| it[0]);
    match state(&cx.heap, args[0]) {
        State::Broken => cx.call(reactor, "run", [args[0]]),
        // A far reference is resolved, and may break all the same.
        State::Far => {
            let (promise, _) = cx.promise();
            let far = cx.near(args[0]);
            cx.breaks.push([far, reactor, promise]);
            done(promise)
        }
        _ => done(Value::NULL),
    }
}

/// A far reference has broken: tells those who wait for that.
pub(crate) fn broke(cx: &mut Cx, reference: Value) {
    let Some(breaks) = cx.breaks.used_mut() else { return };
    let (told, kept) = breaks.iter().partition(|it| it[0] == reference);
    *breaks = kept;
    let told: Vec<[Value; 3]> = told;
    for [_, reactor, promise] in told {
        let result = cx.send(reactor, "run", [reference]);
        cx.resolve(promise, result);
    }
}

pub(crate) fn when_broken(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let filter = cx.heap.native(&IF_BROKEN, [args[1]]);
    done(wait(cx, args[0], filter))
}

pub(crate) fn when_broken_only(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let filter = cx.heap.native(&IF_BROKEN, [args[1]]);
    when_resolved_only(cx, Value::NULL, &[args[0], filter])
}
