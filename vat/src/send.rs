//! Eventual sends: how pending deliveries are made.

use crate::cx::{Cx, Delivery};
use crate::heap::{Cell, Message, Promise};
use crate::selector::Selector;
use crate::value::Value;

/// `target <- verb(args)`; a broken target answers itself, at once.
pub(crate) fn send(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) -> Value {
    let target = cx.near(target);
    if let Some(Cell::Broken(_)) = cx.heap.get(target) {
        return target;
    }
    let (promise, _) = cx.promise();
    deliver(cx, target, Message { selector, args: args.into(), result: promise.as_obj() });
    promise
}

/// The same without a result; to a broken reference it is dropped.
pub(crate) fn send_only(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) {
    let target = cx.near(target);
    deliver(cx, target, Message { selector, args: args.into(), result: None });
}

/// Puts a message on its way: to the end of the vat's queue, or of the promise's backlog.
pub(crate) fn deliver(cx: &mut Cx, target: Value, message: Message) {
    if let Some(at) = target.as_obj()
        && let Cell::Promise(Promise::Unresolved(backlog)) = cx.heap.cell_mut(at)
    {
        backlog.messages.push(message);
        return;
    }
    cx.queue.push_back(Delivery { target, message });
}
