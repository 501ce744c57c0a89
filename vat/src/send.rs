//! Eventual sends: how pending deliveries are made.

use crate::causality::log;
use crate::cx::{Cx, Delivery, Work};
use crate::far::Outgoing;
use crate::heap::{Asker, Cell, Heap, Message, Promise, Watcher};
use crate::selector::Selector;
use crate::value::{Obj, Value};

/// `target <- verb(args)`; a broken target answers itself, at once.
pub(crate) fn send(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) -> Value {
    let target = cx.near(target);
    if cx.log.is_none() && is_near(&cx.heap, target) {
        let promise = cx.open_promise();
        let sent = cx.here();
        enqueue(cx, target, Message { selector, args: args.into(), result: Asker::Here(promise), sent });
        return promise.into();
    }
    if let Some(Cell::Broken(_)) = target.as_obj().map(|it| cx.heap.cell(it)) {
        tell_of_broken(cx, target, selector, args);
        return target;
    }
    let promise = cx.open_promise();
    let sent = cx.here();
    let message = Message { selector, args: args.into(), result: Asker::Here(promise), sent };
    if cx.log.is_some() {
        log::sent(cx, target, &message);
    }
    if deliver(cx, target, message).is_some() {
        crate::resolver::settle(cx, promise.into(), target);
    }
    promise.into()
}

/// A send that is a statement: nobody ever sees the promise, so none is made. But a handler that answers for its
/// reference, or that a promise may turn out to be, hears of it as of any other send, and so does a log.
pub(crate) fn send_unused(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) {
    let target = cx.near(target);
    match target.as_obj().map(|it| cx.heap.cell(it)) {
        Some(Cell::Promise(_) | Cell::FarProxy(_)) => drop(send(cx, target, selector, args)),
        _ if cx.log.is_some() => drop(send(cx, target, selector, args)),
        _ => send_only(cx, target, selector, args),
    }
}

/// The same without a result; to a broken reference it is dropped.
pub(crate) fn send_only(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) {
    let target = cx.near(target);
    let sent = cx.here();
    if cx.log.is_none()
        && selector != Selector::WHEN_MORE_RESOLVED
        && let Some(Cell::Far { vat, export }) = target.as_obj().map(|it| cx.heap.cell(it))
    {
        let (vat, export) = (*vat, *export);
        let message = Message { selector, args: args.into(), result: Asker::Nobody, sent };
        return send_away(cx, vat, export, message);
    }
    let message = Message { selector, args: args.into(), result: Asker::Nobody, sent };
    if cx.log.is_some() {
        log::sent(cx, target, &message);
    }
    if is_near(&cx.heap, target) {
        enqueue(cx, target, message);
    } else {
        deliver(cx, target, message);
    }
}

/// Is it of this vat, and no promise?
#[inline]
pub(crate) fn is_near(heap: &Heap, target: Value) -> bool {
    let eventual =
        |it| matches!(it, &(Cell::Promise(_) | Cell::Far { .. } | Cell::FarProxy(_) | Cell::Broken(_)));
    !target.as_obj().is_some_and(|it| eventual(heap.cell(it)))
}

/// To the end of the vat's queue.
#[inline]
pub(crate) fn enqueue(cx: &mut Cx, target: Value, message: Message) {
    let cause = cx.cause;
    cx.heap.hold(message.bytes());
    cx.queue.push_back(Delivery { work: Work::Message { target, message }, cause });
}

/// Puts a message on its way: to the end of the vat's queue, to the promise's backlog, to another vat.
/// `Some`: the target is broken, and this promise has to be told.
pub(crate) fn deliver(cx: &mut Cx, target: Value, message: Message) -> Option<Obj> {
    let (mut target, mut message) = (target, message);
    if let Some(at) = target.as_obj() {
        while let Some(handler) = crate::proxy::handler(cx, target) {
            // Handlers may be proxies themselves; a turn that has used up its budget ends at its next step.
            cx.fuel.owe(1);
            message = crate::proxy::for_handler(cx, message);
            target = cx.near(handler);
        }
        let at = target.as_obj().unwrap_or(at);
        match cx.heap.cell_mut(at) {
            Cell::Promise(it) => {
                if let Some(backlog) = it.backlog() {
                    match backlog.home {
                        Some((vat, export)) if !waits_here(&message) => {
                            backlog.sent = true;
                            send_away(cx, vat, export, message);
                        }
                        _ => {
                            let bytes = message.bytes();
                            // For most promises it is the only one.
                            if backlog.messages.capacity() == 0 {
                                backlog.messages.reserve_exact(1);
                            }
                            backlog.messages.push(message);
                            cx.heap.grown(bytes);
                            cx.buffered.push(at);
                        }
                    }
                    return None;
                }
            }
            Cell::Far { vat, export } => {
                let (vat, export) = (*vat, *export);
                // It is resolved already. Its own vat may never get round to saying so.
                if let (Selector::WHEN_MORE_RESOLVED, [reactor], Asker::Nobody) =
                    (message.selector, &message.args[..], message.result)
                {
                    send_only(cx, *reactor, Selector::RUN_1, &[target]);
                    return None;
                }
                send_away(cx, vat, export, message);
                return None;
            }
            Cell::Broken(_) => {
                tell_of_broken(cx, target, message.selector, &message.args);
                return asker_told(cx, message.result, target);
            }
            _ => {}
        }
    }
    enqueue(cx, target, message);
    None
}

/// Does the message only want to know when a promise is settled? We are told, wherever that happens.
pub(crate) fn waits_here(message: &Message) -> bool {
    matches!(message.selector, Selector::WHEN_MORE_RESOLVED | Selector::WHEN_BROKEN)
}

#[inline]
fn send_away(cx: &mut Cx, vat: u32, export: u32, message: Message) {
    let cause = cx.cause;
    // A turn that sends for ever is to run out of room.
    let weight = message.bytes();
    cx.heap.hold(weight);
    cx.outgoing += weight;
    cx.outbox.push(Outgoing::Send { vat, export, message, cause });
}

/// Who asked is to have this answer. `Some`: the promise to settle with it; otherwise it is on its way.
pub(crate) fn asker_told(cx: &mut Cx, asker: Asker, value: Value) -> Option<Obj> {
    match asker {
        Asker::Nobody => None,
        Asker::Here(it) => Some(it),
        Asker::There { vat, question } => {
            if let Some(it) = cx.tables.answer(vat, question) {
                return it.as_obj();
            }
            let value = cx.near(value);
            // What is sent on to the answer before the asker has it finds it here.
            cx.tables.set_answer(vat, question, value);
            crate::resolver::move_on(cx, Watcher::Asked { vat, question }, value);
            None
        }
    }
}

/// Another vat is to hear when the promise is settled; `false`: it is none, or is settled.
pub(crate) fn watch(cx: &mut Cx, promise: Obj, watcher: Watcher) -> bool {
    let Cell::Promise(it) = cx.heap.cell_mut(promise) else { return false };
    let Some(backlog) = it.backlog() else { return false };
    if !backlog.watchers.contains(&watcher) {
        backlog.watchers.push(watcher);
    }
    true
}

/// Takes back what the running turn has sent, and had made: a turn that is stopped sends nothing. `queued` and `sent`
/// are how many deliveries and outgoing things there were before it. What it has resolved stays resolved, so what
/// had waited for that, and came from earlier turns, goes on.
pub(crate) fn take_back(cx: &mut Cx, queued: usize, sent: usize) {
    let Cx { heap, queue, outbox, buffered, vat, turn, .. } = cx;
    let (vat, turn) = (*vat, *turn as u32);
    let is_new = |it: &Message| it.sent.vat == vat && it.sent.turn == turn;
    let later = queue.split_off(queued.min(queue.len()));
    for it in later {
        match &it.work {
            Work::Message { message, .. } if is_new(message) => heap.let_go(message.bytes()),
            _ => queue.push_back(it),
        }
    }
    let later = outbox.split_off(sent.min(outbox.len()));
    outbox.extend(later.into_iter().filter(|it| match it {
        Outgoing::Send { message, .. } => !is_new(message),
        Outgoing::Tell { .. } | Outgoing::Watch { .. } => true,
        _ => false,
    }));
    let mut promises = std::mem::take(buffered);
    promises.sort_unstable();
    promises.dedup();
    for at in promises {
        if let Cell::Promise(Promise::Unresolved(Some(backlog))) = heap.cell_mut(at) {
            backlog.messages.retain(|it| !is_new(it));
        }
    }
}

/// Answers `__whenMoreResolved(reactor)` and `__whenBroken(reactor)` for a broken reference: the two things it
/// understands.
pub(crate) fn tell_of_broken(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) {
    let asks = matches!(selector, Selector::WHEN_MORE_RESOLVED | Selector::WHEN_BROKEN);
    let [reactor] = args else { return };
    let reactor = cx.near(*reactor);
    if asks && !matches!(cx.heap.get(reactor), Some(Cell::Broken(_))) {
        send_only(cx, reactor, Selector::RUN_1, &[target]);
    }
}
