//! Eventual sends: how pending deliveries are made.

use crate::cx::{Cx, Delivery, Work};
use crate::far::Outgoing;
use crate::heap::{Cell, Message, Promise};
use crate::selector::Selector;
use crate::value::{Obj, Value};

impl Message {
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.args.iter().for_each(|it| visit(*it));
        if let Some(it) = self.result {
            visit(it.into());
        }
    }
}

/// `target <- verb(args)`; a broken target answers itself, at once.
pub(crate) fn send(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) -> Value {
    let target = cx.near(target);
    if let Some(Cell::Broken(_)) = cx.heap.get(target) {
        tell_of_broken(cx, target, selector, args);
        return target;
    }
    let (promise, _) = cx.promise();
    let message = Message { selector, args: args.into(), result: promise.as_obj() };
    if let Some(unheard) = deliver(cx, target, message) {
        crate::resolver::settle(cx, unheard.into(), target);
    }
    promise
}

/// The same without a result; to a broken reference it is dropped.
pub(crate) fn send_only(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) {
    let target = cx.near(target);
    deliver(cx, target, Message { selector, args: args.into(), result: None });
}

/// Puts a message on its way: to the end of the vat's queue, to the promise's backlog, to another vat.
/// `Some`: the target is broken, and this promise has to be told.
pub(crate) fn deliver(cx: &mut Cx, target: Value, message: Message) -> Option<Obj> {
    let (mut target, mut message, mut away) = (target, message, None);
    while let Some(handler) = crate::proxy::handler(cx, target) {
        // Handlers may be proxies themselves; a turn that has used up its budget ends at its next step.
        cx.fuel.owe(1);
        message = crate::proxy::for_handler(cx, message);
        target = cx.near(handler);
    }
    if let Some(at) = target.as_obj() {
        match cx.heap.cell_mut(at) {
            Cell::Promise(Promise::Unresolved(backlog)) => match backlog.home {
                Some(home) => away = Some(home),
                None => {
                    let bytes = message.bytes();
                    backlog.messages.push(message);
                    cx.heap.grown(bytes);
                    cx.buffered.push(at);
                    return None;
                }
            },
            Cell::Far { vat, export } => away = Some((*vat, *export)),
            Cell::Broken(_) => {
                return when_broken(cx, target, message);
            }
            _ => {}
        }
    }
    match away {
        Some((vat, export)) => {
            let cause = cx.cause;
            cx.outbox.push(Outgoing::Send { vat, export, message, cause });
        }
        None => {
            let cause = cx.cause;
            cx.heap.hold(message.bytes());
            cx.queue.push_back(Delivery { work: Work::Message { target, message }, cause });
        }
    }
    None
}

/// Takes back what the running turn has sent to promises: a turn that is stopped sends nothing.
pub(crate) fn take_back(cx: &mut Cx) {
    for at in std::mem::take(&mut cx.buffered).into_iter().rev() {
        if let Cell::Promise(Promise::Unresolved(backlog)) = cx.heap.cell_mut(at) {
            backlog.messages.pop();
        }
    }
}

/// A broken reference understands two things: who wants to know when it is more resolved, or broken, is told.
fn when_broken(cx: &mut Cx, target: Value, message: Message) -> Option<Obj> {
    tell_of_broken(cx, target, message.selector, &message.args);
    message.result
}

/// Answers `__whenMoreResolved(reactor)` and `__whenBroken(reactor)` for a broken reference.
pub(crate) fn tell_of_broken(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) {
    let asks = matches!(&*selector.verb(), "__whenMoreResolved" | "__whenBroken");
    let [reactor] = args else { return };
    let reactor = cx.near(*reactor);
    if asks && !matches!(cx.heap.get(reactor), Some(Cell::Broken(_))) {
        let told = Message { selector: Selector::new("run", 1), args: [target].into(), result: None };
        deliver(cx, reactor, told);
    }
}
