//! The shortest way of a message: few arguments, each a plain value or a reference to something that stays where it is.
//! Most messages are like that. The others go in a parcel.

use super::{Pace, WIRE, ask, far, target};
use crate::causality::Sent;
use crate::cx::Cx;
use crate::heap::{Arguments, Asker, Cell, Message};
use crate::native::Stamps;
use crate::selector::Selector;
use crate::value::Value;

/// So many arguments, and no more.
const FEW: usize = 2;

/// What it weighs at most; see [`Parcel::weight`](super::Parcel::weight).
pub(crate) const WEIGHT: u64 = 48 * FEW as u64;

/// An argument on its way.
#[derive(Clone, Copy)]
enum Carried {
    Plain(Value),
    Far { vat: u32, export: u32 },
}

/// A message on its way.
pub(crate) struct Short {
    export: u32,
    selector: Selector,
    args: [Carried; FEW],
    arity: usize,
    question: Option<u32>,
    cause: u64,
    sent: Sent,
}

/// Can it go to vat `to` like that?
pub(crate) fn is_short(cx: &Cx, message: &Message, to: u32) -> bool {
    let is_leaf = |it: &Value| match cx.near(*it).as_obj().map(|it| cx.heap.cell(it)) {
        None => true,
        Some(Cell::Object { stamps, .. }) => *stamps == Stamps::NONE,
        Some(Cell::Far { vat, .. }) => *vat == to,
        Some(_) => false,
    };
    let tells_nobody_else = !matches!(message.result, Asker::There { .. });
    let is_within = to != WIRE && !cx.tables.is_gate && cx.tables.pace == Pace::AtOnce;
    is_within && tells_nobody_else && message.args.len() <= FEW && message.args.iter().all(is_leaf)
}

/// Sends it off. It is known to be [short](is_short).
#[inline(always)]
pub(crate) fn send(cx: &mut Cx, export: u32, message: &Message, to: u32, cause: u64) -> Short {
    let question = match message.result {
        Asker::Here(it) => ask(cx, it, to),
        _ => None,
    };
    let Message { selector, sent, .. } = *message;
    let args = [Carried::Plain(Value::NULL); FEW];
    let mut short = Short { export, selector, args, arity: message.args.len(), question, cause, sent };
    for (place, it) in short.args.iter_mut().zip(message.args.iter()) {
        let value = cx.near(it.apart());
        if let Some(at) = value.as_obj() {
            *place = match cx.heap.cell(at) {
                Cell::Far { vat, export } => Carried::Far { vat: *vat, export: *export },
                _ => {
                    cx.tables.is_known_to(to);
                    Carried::Far { vat: cx.vat, export: cx.tables.export(at) }
                }
            };
        } else {
            *place = Carried::Plain(value);
        }
    }
    short
}

/// Takes in what vat `from` has sent.
#[inline(always)]
pub(crate) fn accept(cx: &mut Cx, from: u32, short: &Short) {
    let Short { export, selector, ref args, arity, question, cause, sent } = *short;
    // The number was another question's before; what comes now may mean this one.
    if let Some(it) = question {
        cx.tables.take_answer(from, it);
        cx.tables.is_known_to(from);
    }
    let mut arrived = [Value::NULL; FEW];
    for (place, it) in arrived.iter_mut().zip(&args[..arity]) {
        *place = match *it {
            Carried::Plain(it) => it,
            Carried::Far { vat, export } => far(cx, vat, export),
        };
    }
    let result = match question {
        Some(question) => Asker::There { vat: from, question },
        None => Asker::Nobody,
    };
    let target = target(cx, from, export);
    let before = std::mem::replace(&mut cx.cause, cause);
    let args = Arguments::from(&arrived[..arity]);
    if crate::send::is_near(&cx.heap, target) {
        crate::send::enqueue(cx, target, Message { selector, args, result, sent });
    } else if let Some(unheard) = crate::send::deliver(cx, target, Message { selector, args, result, sent }) {
        cx.resolve(unheard.into(), target);
    }
    cx.cause = before;
}
