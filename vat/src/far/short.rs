//! The shortest way of a message: few arguments, each a plain value or a reference to something that stays where it is.
//! Most messages are like that. The others go in a parcel.

use super::{Pace, WIRE, ask, far, target};
use crate::cx::Cx;
use crate::heap::{Arguments, Asker, Cell, Message};
use crate::native::Stamps;
use crate::value::Value;

/// So many arguments, and no more.
const FEW: usize = 2;

/// What it weighs at most; see [`Parcel::weight`](super::Parcel::weight).
pub(crate) const WEIGHT: u64 = 48 * FEW as u64;

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

/// Takes it over to where it is taken in at once. It is known to be [short](is_short). Has it been queued there, and
/// nothing else?
#[inline(always)]
pub(crate) fn pass(sender: &mut Cx, receiver: &mut Cx, export: u32, message: &Message, cause: u64) -> bool {
    let from = sender.vat;
    let question = match message.result {
        Asker::Here(it) => ask(sender, it, receiver.vat),
        _ => None,
    };
    let mut result = Asker::Nobody;
    // The number was another question's before; what comes now may mean this one.
    if let Some(question) = question {
        receiver.tables.take_answer(from, question);
        receiver.tables.is_known_to(from);
        result = Asker::There { vat: from, question };
    }
    let args = match &message.args {
        Arguments::One(it) => Arguments::One(carry(sender, receiver, *it)),
        Arguments::Two([one, two]) => {
            Arguments::Two([carry(sender, receiver, *one), carry(sender, receiver, *two)])
        }
        _ => Arguments::None,
    };
    let target = target(receiver, from, export);
    let message = Message { selector: message.selector, args, result, sent: message.sent };
    let before = std::mem::replace(&mut receiver.cause, cause);
    let is_near = crate::send::is_near(&receiver.heap, target);
    if is_near {
        crate::send::enqueue(receiver, target, message);
    } else if let Some(unheard) = crate::send::deliver(receiver, target, message) {
        receiver.resolve(unheard.into(), target);
    }
    receiver.cause = before;
    is_near
}

/// What one vat's value is in another.
#[inline(always)]
fn carry(sender: &mut Cx, receiver: &mut Cx, value: Value) -> Value {
    let value = sender.near(value.apart());
    let Some(at) = value.as_obj() else { return value };
    let (vat, export) = match sender.heap.cell(at) {
        Cell::Far { vat, export } => (*vat, *export),
        _ => {
            sender.tables.is_known_to(receiver.vat);
            (sender.vat, sender.tables.export(at))
        }
    };
    far(receiver, vat, export)
}
