//! Introductions: how a reference into a third vat is passed on where each way takes its own time.
//!
//! Alice has sent X to Carol's vat and passes Carol on to Bob, who sends W to her. W must not be there before X, and
//! the way from Bob to Carol may be shorter. So Alice tells Carol's vat, behind X, that Bob will ask for Carol under
//! this number (`Provide`), and what Bob gets is a promise and the number: he asks Carol's vat (`Accept`). What he
//! sends to the promise waits there until Alice's word has come. The reference has lost its resolution on the way, and
//! gets it back when Carol's vat answers; its order is never lost.

use super::tables::{ANSWER, Gift};
use super::{Outgoing, open_answer, set_home, target};
use crate::cx::Cx;
use crate::data::table::Table;
use crate::heap::{Cell, Watcher};
use crate::problem::Problem;
use crate::value::{Obj, Value};

/// Bob: the promise for what `giver` has passed on to us.
pub(super) fn ask_for(cx: &mut Cx, home: u32, giver: u32, gift: u32) -> Value {
    let promise = cx.open_promise();
    let question = cx.tables.ask(home, promise);
    set_home(cx, promise, home, ANSWER | question);
    cx.outbox.push(Outgoing::Accept { vat: home, giver, gift, question });
    promise.into()
}

/// Carol's vat: `giver` passes this export on to vat `to`.
pub(super) fn provide(cx: &mut Cx, giver: u32, export: u32, gift: u32, to: u32) {
    cx.tables.is_known_to(to);
    let value = target(cx, giver, export);
    match cx.tables.take_gift(giver, gift) {
        None => cx.tables.put_gift(giver, gift, Gift::Provided { value, to }),
        Some(Gift::Awaited { promise, by }) if by == to => cx.resolve(promise.into(), value),
        Some(Gift::Awaited { promise, .. }) => not_for_you(cx, promise.into()),
        Some(Gift::Provided { .. } | Gift::Refused) => {}
    }
}

/// Carol's vat: `by` asks for what `giver` has passed on to it.
pub(super) fn accept(cx: &mut Cx, by: u32, giver: u32, gift: u32, question: u32) {
    cx.tables.take_answer(by, question);
    cx.tables.is_known_to(by);
    let promise = open_answer(cx, by, question);
    match cx.tables.take_gift(giver, gift) {
        None => cx.tables.put_gift(giver, gift, Gift::Awaited { promise, by }),
        Some(Gift::Provided { value, to }) if to == by => cx.resolve(promise.into(), value),
        Some(it) => {
            // It stays for whom it was meant.
            cx.tables.put_gift(giver, gift, it);
            not_for_you(cx, promise.into());
        }
    }
}

fn not_for_you(cx: &mut Cx, promise: Value) {
    let problem = cx.heap.problem("the reference was passed on to another vat than the one that asks for it");
    let broken = cx.broken(problem);
    cx.resolve(promise, broken);
}

/// Carol's vat: nobody will ask for that any more.
pub(super) fn refuse(cx: &mut Cx, giver: u32, gift: u32) {
    if cx.tables.take_gift(giver, gift).is_none() {
        cx.tables.put_gift(giver, gift, Gift::Refused);
    }
}

/// A table finds its keys by what they are: one of which a key has become a promise on its way is none any more.
pub(super) fn break_tables(cx: &mut Cx, made: &[Value]) {
    let tables: Vec<Obj> = made.iter().filter_map(|it| it.as_obj()).collect();
    for at in tables {
        let Some(table) = cx.heap.payload::<Table>(at.into()) else { continue };
        let Some(key) = table.keys().find(|it| !crate::same::is_settled_yet(&cx.heap, *it)) else { continue };
        let why = "a map or set with the key ";
        let problem = Problem::new(why).value(key).text(
            " cannot be used where it arrived: the key refers to a third vat and came here with lost resolution. \
             Pass a list of pairs, and make the map when its keys are resolved",
        );
        let problem = cx.heap.problem(problem);
        cx.heap.replace(at, Cell::Broken(problem));
    }
}

/// Nobody counts on that export any more: nobody is told of what becomes of it.
pub(super) fn forget_watchers(cx: &mut Cx, promise: Obj, number: u32) {
    if let Cell::Promise(it) = cx.heap.cell_mut(promise)
        && it.waiting().is_some()
        && let Some(backlog) = it.backlog()
    {
        backlog.watchers.retain(|it| !matches!(it, Watcher::Knows { export, .. } if *export == number));
    }
}
