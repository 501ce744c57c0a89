//! Resolvers: settle a promise, once, and release its backlog in order.

use crate::cx::Cx;
use crate::far::Outgoing;
use crate::heap::{Cell, Promise, Watcher};
use crate::native::{Class, Outcome, done, method};
use crate::problem::Problem;
use crate::value::{Obj, Value};

/// What `Ref.promise()[1]` answers to.
pub static RESOLVER: Class = Class::new(
    "Resolver",
    "<Resolver>",
    &[
        method("resolve", 1, resolve),
        method("resolve", 2, |cx, this, args| match args[1] == Value::FALSE {
            true => resolve_race(cx, this, &args[..1]).map(|_| Value::NULL.into()),
            false => resolve(cx, this, &args[..1]),
        }),
        method("resolveRace", 1, resolve_race),
        method("smash", 1, smash),
        method("isDone", 0, is_done),
        method("gettingCloser", 0, getting_closer),
        method("__printOn", 1, print_on),
    ],
);

/// Marks the resolver done. `None`: it was done before.
fn take(cx: &mut Cx, resolver: Value) -> Option<Value> {
    match cx.heap.cell_mut(resolver.as_obj()?) {
        Cell::Resolver { promise, done } if !*done => {
            *done = true;
            Some((*promise).into())
        }
        _ => None,
    }
}

fn resolve(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match take(cx, this) {
        Some(promise) => {
            settle(cx, promise, args[0]);
            done(Value::NULL)
        }
        None => Err(cx.throw(
            Problem::new("this resolver's ref has already been resolved, therefore cannot be resolved to ")
                .value(args[0]),
        )),
    }
}

fn resolve_race(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let promise = take(cx, this);
    if let Some(promise) = promise {
        settle(cx, promise, args[0]);
    }
    done(promise.is_some())
}

fn smash(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let problem = crate::throw::as_problem(cx, args[0]);
    let broken = cx.broken(problem);
    resolve(cx, this, &[broken])
}

fn is_done(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(matches!(cx.heap.get(this), Some(Cell::Resolver { done: true, .. })))
}

fn getting_closer(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::NULL)
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let closed = matches!(cx.heap.get(this), Some(Cell::Resolver { done: true, .. }));
    let text = cx.heap.text(if closed { "<Closed Resolver>" } else { "<Resolver>" });
    cx.call(args[0], "write", [text])
}

/// Settles a promise that nothing waits for; `false`: something does, or it is no such promise.
#[inline]
pub(crate) fn settle_alone(cx: &mut Cx, promise: Obj, value: Value) -> bool {
    let value = cx.near(value);
    match cx.heap.cell_mut(promise) {
        Cell::Promise(it @ Promise::Unresolved(None)) if value.as_obj() != Some(promise) => {
            *it = Promise::Resolved(value);
            cx.settled = true;
            true
        }
        _ => false,
    }
}

/// Settles a promise and moves its backlog to what it now stands for. Settling one may break others, which
/// are settled after it: a chain of any length takes no Rust stack.
pub(crate) fn settle(cx: &mut Cx, promise: Value, value: Value) {
    let mut work = Vec::new();
    settle_one(cx, promise, value, &mut work);
    while let Some((promise, value)) = work.pop() {
        settle_one(cx, promise, value, &mut work);
    }
}

fn settle_one(cx: &mut Cx, promise: Value, value: Value, work: &mut Vec<(Value, Value)>) {
    let Some(at) = promise.as_obj() else { return };
    let mut value = cx.near(value);
    if value == promise {
        let problem = cx.heap.problem(Problem::typed("viciousCycleException", "Ref loop"));
        value = cx.broken(problem);
    }
    if cx.log.is_some() {
        crate::causality::log::resolved(cx, at, value);
    }
    let Cell::Promise(it) = cx.heap.cell_mut(at) else { return };
    if let Promise::Resolved(_) = it {
        return;
    }
    cx.settled = true;
    let Promise::Unresolved(Some(backlog)) = std::mem::replace(it, Promise::Resolved(value)) else { return };
    // What was sent first on a reference arrives first: the backlog goes on before anything that is sent
    // after this, and before other vats hear where they could send to.
    let first = work.len();
    for message in backlog.messages {
        if let Some(unheard) = crate::send::deliver(cx, value, message) {
            work.push((unheard.into(), value));
        }
    }
    for watcher in backlog.watchers {
        move_on(cx, watcher, value);
    }
    for proxy in backlog.boxes_of {
        work.extend(crate::proxy::box_settled(cx, proxy, value));
    }
    work[first..].reverse();
}

/// Who waited for a promise waits for the promise of this vat that it has become, or is told: a promise of
/// another vat is for that one to watch, which may find that it waits for itself.
pub(crate) fn move_on(cx: &mut Cx, watcher: Watcher, value: Value) {
    if let Some(at) = value.as_obj()
        && let Cell::Promise(it) = cx.heap.cell(at)
        && it.waiting().is_none_or(|it| it.home.is_none())
        && crate::send::watch(cx, at, watcher)
    {
        if let Watcher::Asked { vat, question } = watcher {
            cx.tables.set_answer(vat, question, at);
        }
        return;
    }
    let sent = cx.here();
    crate::causality::log::returned(cx, sent);
    cx.outbox.push(Outgoing::Tell { watcher, value, sent });
}
