//! `makeProxy(handler, resolutionBox, isFar)`: a reference that an object written in E answers for.
//!
//! What is sent to the reference is sent to the handler, as `handleSend(verb, args)` or
//! `handleSendOnly(verb, args)`. The reference is decided once its resolution box is: a promise for a slot that
//! holds what the reference then stands for. A far one keeps its identity for good, so it can only break.

use crate::cx::Cx;
use crate::heap::{Backlog, Cell, Message, Proxied};
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::Problem;
use crate::selector::Selector;
use crate::value::{Obj, Value};

/// `<elib:ref.makeProxy>`
pub static MAKE_PROXY: Class =
    Class::new("makeProxy", "<makeProxy>", natives!["run"(Any, Any, Bool) => make_proxy])
        .fqn("org.erights.e.elib.ref.makeProxy")
        .stamps(Stamps::DEEP_FROZEN);

fn make_proxy(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (handler, resolution) = (cx.near(args[0]), args[1]);
    if !crate::same::is_settled_yet(&cx.heap, handler) {
        let problem = Problem::typed("notSettledException", "not settled: proxy handler ").value(handler);
        return Err(cx.throw(problem));
    }
    let proxy = match args[2] == Value::TRUE {
        true => far(cx, handler, resolution)?,
        false => {
            let (promise, _) = cx.promise();
            if let Some(backlog) = backlog(cx, promise) {
                backlog.proxied = Some(Box::new(Proxied { handler, resolution, identity: Value::NULL }));
            }
            promise
        }
    };
    if let Some(at) = proxy.as_obj()
        && let Some((promise, value)) = box_settled(cx, at, resolution)
    {
        cx.resolve(promise, value);
    }
    done(proxy)
}

/// What waits for an unresolved promise.
fn backlog(cx: &mut Cx, value: Value) -> Option<&mut Backlog> {
    match cx.heap.cell_mut(value.as_obj()?) {
        Cell::Promise(it) => it.backlog(),
        _ => None,
    }
}

/// The far reference of this handler and box, as they are now: two with the same identity are one.
fn far(cx: &mut Cx, handler: Value, resolution: Value) -> Result<Value, crate::problem::Exit> {
    let both = cx.heap.list([handler, resolution]);
    let identity = crate::same::traversal_key(cx, both)?;
    let hash = crate::same::hash(&cx.heap, identity).unwrap_or(0);
    let alike = cx.heap.far_proxies.get(&hash).map_or(&[][..], |it| it);
    let found = alike.iter().copied().find(|it| match cx.heap.cell(*it) {
        Cell::FarProxy(it) => crate::same::same_key(&cx.heap, it.identity, identity) == Some(true),
        _ => false,
    });
    if let Some(it) = found {
        return Ok(it.into());
    }
    let it = cx.heap.alloc(Cell::FarProxy(Box::new(Proxied { handler, resolution, identity })));
    cx.heap.far_proxies.entry(hash).or_default().push(it);
    Ok(it.into())
}

/// Tells a proxy what its resolution box has become. `Some`: the promise to settle, and with what.
pub(crate) fn box_settled(cx: &mut Cx, proxy: Obj, resolution: Value) -> Option<(Value, Value)> {
    let resolution = cx.near(resolution);
    if let Some(backlog) = backlog(cx, resolution) {
        if !backlog.boxes_of.contains(&proxy) {
            backlog.boxes_of.push(proxy);
        }
        return None;
    }
    let value = match cx.heap.get(resolution) {
        Some(Cell::FinalSlot(value)) => cx.near(*value),
        Some(Cell::Broken(_)) => resolution,
        _ => {
            let problem = of_handler(cx, proxy, "Resolution promise of a proxy handled by ")
                .text(" didn't resolve to a simple slot, but ")
                .value(resolution)
                .text(".");
            broken(cx, problem)
        }
    };
    if !matches!(cx.heap.cell(proxy), Cell::FarProxy(_)) {
        return Some((proxy.into(), value));
    }
    let problem = match cx.heap.get(value) {
        Some(Cell::Broken(problem)) => *problem,
        _ if value == proxy.into() => return None,
        _ => {
            let problem = of_handler(cx, proxy, "Attempt to resolve a Far ref handled by ")
                .text(" to another identity (")
                .value(value)
                .text(").");
            cx.heap.problem(problem)
        }
    };
    *cx.heap.cell_mut(proxy) = Cell::Broken(problem);
    crate::when::broke(cx, proxy.into());
    None
}

fn of_handler(cx: &Cx, proxy: Obj, text: &str) -> Problem {
    let handler = proxied(cx, proxy.into()).map_or(Value::NULL, |it| it.handler);
    Problem::new(text).value(handler)
}

fn broken(cx: &mut Cx, problem: Problem) -> Value {
    let problem = cx.heap.problem(problem);
    cx.broken(problem)
}

/// What is behind a reference that a handler answers for, while it is undecided or far.
fn proxied(cx: &Cx, value: Value) -> Option<&Proxied> {
    match cx.heap.get(value)? {
        Cell::FarProxy(it) => Some(it),
        Cell::Promise(it) => it.waiting()?.proxied.as_deref(),
        _ => None,
    }
}

/// The handler that answers for a reference, if one does.
pub(crate) fn handler(cx: &Cx, value: Value) -> Option<Value> {
    proxied(cx, value).map(|it| it.handler)
}

/// A message to the reference, as the handler gets it.
pub(crate) fn for_handler(cx: &mut Cx, message: Message) -> Message {
    let verb = cx.heap.text(message.selector.verb());
    let args = cx.heap.list(&message.args[..]);
    let how = if message.result.is_nobody() { "handleSendOnly" } else { "handleSend" };
    Message { selector: Selector::new(how, 2), args: [verb, args].into(), ..message }
}
