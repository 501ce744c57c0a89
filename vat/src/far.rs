//! References into another vat, and what goes there: parcels of copied data, and names for what stays.
//!
//! Data and other things passed by construction are copied, DeepFrozen objects too (they are the same
//! wherever they are); everything else stays where it is and is known by its number in its vat's table of
//! exports.

mod frame;
mod gifts;
mod pack;
mod pairs;
mod parcel;
pub(crate) mod short;
mod tables;
pub(crate) mod wire;

use crate::causality::log;
use crate::code::Module;
use crate::cx::Cx;
use crate::heap::{Asker, Cell, Message, Watcher};
use crate::problem::Problem;
use crate::value::{Obj, Value};
pub(crate) use frame::{Frame, Outgoing};
pub(crate) use pack::{pack, pack_presuming};
pub(crate) use parcel::{Held, Parcel, PassedOn, unpack};
use std::sync::Arc;
pub(crate) use tables::ANSWER;
pub use tables::Known;
pub(crate) use tables::{Pace, Resting as RestingTables, Tables};

/// The vat on the other end of a line to another process, as the gate on this end knows it. No vat has this number.
pub(crate) const WIRE: u32 = 0;

/// Our reference to an export of another vat; what is ours comes home as itself.
fn far(cx: &mut Cx, vat: u32, export: u32) -> Value {
    if vat == cx.vat {
        return ours(cx, export);
    }
    if let Some(it) = cx.tables.import(vat, export) {
        return cx.near(it.into());
    }
    let it = cx.heap.alloc(Cell::Far { vat, export });
    cx.tables.imported(vat, export, it);
    it.into()
}

/// What we have exported under that number. If we have let go of it, somebody has miscounted.
fn ours(cx: &mut Cx, export: u32) -> Value {
    if let Some(it) = cx.tables.exported(export) {
        return cx.near(it);
    }
    debug_assert!(cx.tables.is_gate, "an export is gone, and a reference to it is not");
    let problem = cx.heap.problem("the reference came home too late");
    cx.broken(problem)
}

fn remote_promise(cx: &mut Cx, from: u32, vat: u32, export: u32) -> Value {
    if vat == cx.vat {
        return target(cx, from, export);
    }
    if let Some(it) = cx.tables.import(vat, export) {
        return cx.near(it.into());
    }
    let it = cx.open_promise();
    set_home(cx, it, vat, export);
    cx.tables.imported(vat, export, it);
    if vat != from {
        cx.outbox.push(Outgoing::Watch { vat, export });
    }
    it.into()
}

/// What is sent to the promise from now on goes there. What was sent to it before goes first.
fn set_home(cx: &mut Cx, promise: Obj, vat: u32, export: u32) {
    let Cell::Promise(it) = cx.heap.cell_mut(promise) else { return };
    let Some(backlog) = it.backlog() else { return };
    backlog.home = Some((vat, export));
    let cause = cx.cause;
    let messages = std::mem::take(&mut backlog.messages);
    let (stay, go): (Vec<Message>, Vec<Message>) = messages.into_iter().partition(crate::send::waits_here);
    backlog.messages = stay;
    backlog.sent |= !go.is_empty();
    for message in go {
        cx.outbox.push(Outgoing::Send { vat, export, message, cause });
    }
}

/// What goes to whom, of what a vat has put out; what concerns the world is not for here.
pub(crate) fn frame(cx: &mut Cx, it: Outgoing) -> Option<(u32, Frame)> {
    Some(match it {
        Outgoing::Send { vat, export, message, cause } => (vat, post(cx, export, message, vat, cause)),
        Outgoing::Tell { watcher, value, sent } => {
            let (Watcher::Asked { vat: to, .. } | Watcher::Knows { vat: to, .. }) = watcher;
            if let Watcher::Asked { vat, question } = watcher {
                match cx.tables.pace_to(vat) {
                    Pace::AtOnce => drop(cx.tables.take_answer(vat, question)),
                    // What the asker has sent to the answer may still be on its way here.
                    _ => cx.tables.set_answer(vat, question, value),
                }
            }
            let value = pack(cx, &[value], to);
            let frame = match watcher {
                Watcher::Asked { question, .. } => Frame::Answer { question, value, sent },
                Watcher::Knows { export, .. } => Frame::Settled { export, value, sent },
            };
            (to, frame)
        }
        Outgoing::Watch { vat, export } => (vat, Frame::Watch { export }),
        Outgoing::Flush { vat, export } => (vat, Frame::Flush { export }),
        Outgoing::Flushed { vat, export, value } => {
            (vat, Frame::Flushed { export, value: pack(cx, &[value], vat) })
        }
        Outgoing::Finish { vat, question } => {
            if !cx.tables.finish(vat, question) {
                return None;
            }
            (vat, Frame::Finish { question })
        }
        Outgoing::Accept { vat, giver, gift, question } => (vat, Frame::Accept { giver, gift, question }),
        Outgoing::Broke { vat, export, why } => (vat, Frame::Broke { export, why }),
        Outgoing::MakeVat { .. }
        | Outgoing::Ask { .. }
        | Outgoing::Destroy { .. }
        | Outgoing::Seed { .. }
        | Outgoing::Kill { .. } => return None,
    })
}

/// Packs a message. The promise for its result stays ours: what is sent to it goes after the message, and the
/// other vat settles it through its number.
pub(crate) fn post(cx: &mut Cx, export: u32, message: Message, to: u32, cause: u64) -> Frame {
    let Message { selector, args, result, sent } = message;
    let promise = match result {
        Asker::Nobody => None,
        Asker::Here(it) => Some(it),
        // Whoever asked us is told by us, and may send to the answer before we have it.
        Asker::There { vat, question } => match cx.tables.answer(vat, question) {
            Some(it) => it.as_obj(),
            None => Some(open_answer(cx, vat, question)),
        },
    };
    // Before the arguments, for they may hold the promise for the answer: a loop that goes through the other vat.
    let question = promise.and_then(|it| ask(cx, it, to));
    let args = pack(cx, &args, to);
    Frame::Message { export, selector, args, question, cause, sent }
}

/// The number of our question to vat `to`, whose answer settles the promise.
pub(crate) fn ask(cx: &mut Cx, promise: Obj, to: u32) -> Option<u32> {
    if !tables::is_open(&cx.heap, promise) {
        return None;
    }
    let question = cx.tables.ask(to, promise);
    set_home(cx, promise, to, ANSWER | question);
    Some(question)
}

/// Takes in what vat `from` has sent us.
pub(crate) fn accept(
    cx: &mut Cx,
    load: &mut dyn FnMut(&mut Cx, Arc<Module>) -> u32,
    from: u32,
    frame: Frame,
) {
    match frame {
        Frame::Message { export, selector, args, question, cause, sent } => {
            // The number was another question's before; what comes now may mean this one.
            if let Some(it) = question {
                cx.tables.take_answer(from, it);
                cx.tables.is_known_to(from);
            }
            let args = unpack(cx, load, from, args);
            let result = match question {
                Some(question) => Asker::There { vat: from, question },
                None => Asker::Nobody,
            };
            let target = target(cx, from, export);
            let before = std::mem::replace(&mut cx.cause, cause);
            if let Some(unheard) = crate::send::deliver(cx, target, Message { selector, args, result, sent })
            {
                cx.resolve(unheard.into(), target);
            }
            cx.cause = before;
        }
        // What another vat has settled comes between turns, and counts as one.
        Frame::Answer { question, value, sent } => {
            // Another process may say anything.
            if from == WIRE && !cx.tables.asks(question, from) {
                return;
            }
            cx.begin(sent);
            log::heard(cx, sent);
            let goes_there = value.refers_to(from);
            let value = unpack(cx, load, from, value).first().copied().unwrap_or(Value::NULL);
            match cx.tables.asking(question) {
                Some(it) if overtakes(cx, it, value, (from, goes_there)) => {
                    hold_back(cx, it, from, ANSWER | question);
                }
                _ => answered(cx, from, question, value),
            }
        }
        Frame::Settled { export, value, sent } => {
            cx.begin(sent);
            log::heard(cx, sent);
            let goes_there = value.refers_to(from);
            let value = unpack(cx, load, from, value).first().copied().unwrap_or(Value::NULL);
            match cx.tables.peek(from, export) {
                Some(it) if overtakes(cx, it, value, (from, goes_there)) => hold_back(cx, it, from, export),
                _ => {
                    if let Some(it) = cx.tables.settled(from, export) {
                        cx.resolve(it.into(), value);
                    }
                }
            }
        }
        Frame::Watch { export } => {
            cx.tables.is_known_to(from);
            let watcher = Watcher::Knows { vat: from, export };
            let Some(value) = cx.tables.exported(export).map(|it| cx.near(it)) else { return };
            if !value.as_obj().is_some_and(|it| crate::send::watch(cx, it, watcher)) {
                let sent = cx.here();
                log::returned(cx, sent);
                cx.outbox.push(Outgoing::Tell { watcher, value, sent });
            }
        }
        Frame::Drop { export, times } => release(cx, export, times),
        Frame::Hold { export, vat } => {
            cx.tables.is_known_to(vat);
            cx.tables.hold(export);
        }
        Frame::Flush { export } => {
            let value = target(cx, from, export);
            cx.outbox.push(Outgoing::Flushed { vat: from, export, value });
        }
        Frame::Flushed { export, value } => {
            let value = unpack(cx, load, from, value).first().copied().unwrap_or(Value::NULL);
            let Some(it) = cx.tables.lift_embargo(from, export) else { return };
            match export & ANSWER {
                0 => cx.resolve(it.into(), value),
                _ => answered(cx, from, export & !ANSWER, value),
            }
        }
        Frame::Finish { question } => drop(cx.tables.take_answer(from, question)),
        Frame::Provide { export, gift, vat } => gifts::provide(cx, from, export, gift, vat),
        Frame::Accept { giver, gift, question } => gifts::accept(cx, from, giver, gift, question),
        Frame::Refuse { giver, gift } => gifts::refuse(cx, giver, gift),
        Frame::Lost { why } => lose(cx, from, &why),
        Frame::Broke { export, why } => {
            if let Some(it) = cx.tables.settled(from, export) {
                broke(cx, it, &why);
            }
        }
        // These are for the vat and the world around.
        Frame::Seed { .. } | Frame::End { .. } => {}
    }
}

/// Vat `from` has answered the question.
fn answered(cx: &mut Cx, from: u32, question: u32, value: Value) {
    let promise = if cx.tables.pace_to(from) == Pace::AtOnce {
        cx.tables.answered(question)
    } else {
        cx.outbox.push(Outgoing::Finish { vat: from, question });
        cx.tables.close(question)
    };
    if let Some(it) = promise {
        cx.resolve(it.into(), value);
    }
}

/// So many references to our export are gone.
pub(crate) fn release(cx: &mut Cx, export: u32, times: u32) {
    if let Some(it) = cx.tables.release(export, times) {
        gifts::forget_watchers(cx, it, export);
    }
}

/// Could what is sent to the promise's value be there before what was sent to the promise? Not if it goes the same way;
/// but if that is a promise again, it could be when that is settled.
fn overtakes(cx: &mut Cx, promise: Obj, value: Value, (from, goes_there): (u32, bool)) -> bool {
    if cx.tables.pace_to(from) == Pace::AtOnce {
        return false;
    }
    let sent = matches!(cx.heap.cell(promise), Cell::Promise(it) if it.waiting().is_some_and(|it| it.sent));
    if sent
        && goes_there
        && let Some(at) = cx.near(value).as_obj()
        && let Cell::Promise(it) = cx.heap.cell_mut(at)
        && let Some(backlog) = it.backlog()
    {
        backlog.sent = true;
    }
    sent && !goes_there
}

/// What is sent to the promise waits here until all that went to its home has been passed on. Its home then says once
/// more what has become of it: the way to that, if it is in a third vat, is open from then on.
fn hold_back(cx: &mut Cx, promise: Obj, vat: u32, export: u32) {
    if let Cell::Promise(it) = cx.heap.cell_mut(promise)
        && let Some(backlog) = it.backlog()
    {
        backlog.home = None;
    }
    // If it comes in once more, more may have been sent to it before that: then it is another promise of ours.
    if export & ANSWER == 0 {
        cx.tables.settled(vat, export);
    }
    cx.tables.embargo(vat, export, promise);
    cx.outbox.push(Outgoing::Flush { vat, export });
}

/// Breaks every reference into the vat `lost`, and every promise for what it would have answered.
pub(crate) fn lose(cx: &mut Cx, lost: u32, why: &Problem) {
    let mut broken: Vec<Obj> = cx.tables.lost(lost);
    broken.sort_unstable();
    for it in broken {
        broke(cx, it, why);
    }
}

/// Breaks a reference of ours to something that is gone.
fn broke(cx: &mut Cx, it: Obj, why: &Problem) {
    let problem = cx.heap.problem(why.clone());
    match cx.heap.cell_mut(it) {
        far @ Cell::Far { .. } => {
            *far = Cell::Broken(problem);
            crate::when::broke(cx, it.into());
            tell_of_breaking(cx, it, why);
        }
        Cell::Promise(_) => {
            let broken = cx.broken(problem);
            cx.resolve(it.into(), broken);
        }
        _ => {}
    }
}

/// Who has been handed a reference through a gate knows it as the gate's own, and hears from the gate.
fn tell_of_breaking(cx: &mut Cx, it: Obj, why: &Problem) {
    if !cx.tables.is_gate {
        return;
    }
    let Some(export) = cx.tables.number_of(it) else { return };
    // What the problem is about does not go along.
    let why = Problem { subject: None, about: Default::default(), sent: None, ..why.clone() };
    for vat in cx.tables.all_known_to().into_iter().chain([WIRE]) {
        cx.outbox.push(Outgoing::Broke { vat, export, why: Box::new(why.clone()) });
    }
}

/// The question that the number of an export stands for, if it stands for one.
pub(crate) fn question(export: u32) -> Option<u32> {
    (export & ANSWER != 0).then_some(export & !ANSWER)
}

/// What another vat's message is for: something we have exported, or the answer to a question it has asked.
fn target(cx: &mut Cx, from: u32, export: u32) -> Value {
    if export & ANSWER == 0 {
        return ours(cx, export);
    }
    let question = export & !ANSWER;
    match cx.tables.answer(from, question) {
        Some(it) => cx.near(it),
        None => open_answer(cx, from, question).into(),
    }
}

/// The promise for an answer that we do not have, and that has been sent to.
fn open_answer(cx: &mut Cx, vat: u32, question: u32) -> Obj {
    let it = cx.open_promise();
    crate::send::watch(cx, it, Watcher::Asked { vat, question });
    cx.tables.set_answer(vat, question, it);
    it
}
