//! What goes from one vat to another: what a vat puts out, and what it is on the way.

use super::Parcel;
use crate::bank::{Account, Question, Tenant};
use crate::causality::Sent;
use crate::heap::{Heap, Message, Shared, Watcher};
use crate::problem::Problem;
use crate::selector::Selector;
use crate::turn::Program;
use crate::value::{Obj, Value};
use std::sync::Arc;

/// What leaves a vat at the end of its turn.
pub(crate) enum Outgoing {
    Send {
        vat: u32,
        export: u32,
        message: Message,
        cause: u64,
    },
    /// A promise that another vat waits for has been settled.
    Tell {
        watcher: Watcher,
        value: Value,
        sent: Sent,
    },
    /// A promise of `vat` came from elsewhere: that vat is to tell us when it is settled.
    Watch {
        vat: u32,
        export: u32,
    },
    /// What was sent to that promise is to be passed on before its value is used.
    Flush {
        vat: u32,
        export: u32,
    },
    /// It has been; and what the promise is by now.
    Flushed {
        vat: u32,
        export: u32,
        value: Value,
    },
    /// The answer to that question has come: nothing will be sent to it any more.
    Finish {
        vat: u32,
        question: u32,
    },
    /// `giver` has passed on a reference into `vat` under that number: what is it?
    Accept {
        vat: u32,
        giver: u32,
        gift: u32,
        question: u32,
    },
    /// `makeVat(name)`: the vat has its number already.
    MakeVat {
        vat: u32,
        name: Arc<str>,
        tenant: Option<Box<Tenant>>,
        /// In an operating-system process of its own.
        of_its_own: bool,
    },
    /// What that export refers to, in a third vat, is gone: a gate says so.
    Broke {
        vat: u32,
        export: u32,
        why: Box<Problem>,
    },
    /// What the world is asked, and the promise for the answer.
    Ask {
        question: Box<Question>,
        promise: Value,
    },
    /// The bank and all that it pays for are to end.
    Destroy {
        account: Arc<Account>,
        problem: Value,
    },
    /// `seedVat(vat, source)`; the promise that was given for its value.
    Seed {
        vat: u32,
        source: Arc<str>,
        promise: Value,
        cause: u64,
        sent: Sent,
    },
    /// The vat is to end.
    Kill {
        vat: u32,
        problem: Value,
    },
}

impl Outgoing {
    /// Is it the world that does something about it, and no other vat?
    #[cfg(feature = "host")]
    pub(crate) fn is_for_the_world(&self) -> bool {
        matches!(
            self,
            Outgoing::MakeVat { .. }
                | Outgoing::Seed { .. }
                | Outgoing::Kill { .. }
                | Outgoing::Ask { .. }
                | Outgoing::Destroy { .. }
        )
    }
    /// Does that take all vats, and that none of them has a turn?
    #[cfg(feature = "host")]
    pub(crate) fn concerns_all(&self) -> bool {
        matches!(
            self,
            Outgoing::Ask { .. } | Outgoing::Destroy { .. } | Outgoing::MakeVat { of_its_own: true, .. }
        )
    }
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        match self {
            Outgoing::Send { message, .. } => message.trace(visit),
            Outgoing::Tell { value, .. } | Outgoing::Flushed { value, .. } => visit(*value),
            Outgoing::Seed { promise, .. } => visit(*promise),
            Outgoing::Ask { question, promise } => {
                visit(*promise);
                if let Question::Why(it) = **question {
                    visit(it);
                }
            }
            Outgoing::Kill { problem, .. } | Outgoing::Destroy { problem, .. } => visit(*problem),
            Outgoing::MakeVat { .. }
            | Outgoing::Watch { .. }
            | Outgoing::Flush { .. }
            | Outgoing::Finish { .. }
            | Outgoing::Accept { .. }
            | Outgoing::Broke { .. } => {}
        }
    }
}

/// What goes from one vat to another. Nothing in it belongs to either.
pub(crate) enum Frame {
    /// A message to an export, or to the answer of a question.
    Message {
        export: u32,
        selector: Selector,
        args: Parcel,
        /// The sender's number of the promise for its result.
        question: Option<u32>,
        cause: u64,
        sent: Sent,
    },
    Answer {
        question: u32,
        value: Parcel,
        sent: Sent,
    },
    /// The sender's promise of that number is settled.
    Settled {
        export: u32,
        value: Parcel,
        sent: Sent,
    },
    /// The sender wants to know when that promise is settled.
    Watch {
        export: u32,
    },
    /// The sender has no more use for a reference that came in so many times.
    Drop {
        export: u32,
        times: u32,
    },
    /// The sender wants to know when all that it has sent to the promise so far has been passed on.
    Flush {
        export: u32,
    },
    /// It has been; and what the promise has become by now.
    Flushed {
        export: u32,
        value: Parcel,
    },
    /// The sender knows the answer to its question, and sends nothing to it any more.
    Finish {
        question: u32,
    },
    /// The sender has passed a reference to that export on to another vat.
    Hold {
        export: u32,
        vat: u32,
    },
    /// The same where the other vat may ask for it before this is here: the sender's number for it.
    Provide {
        export: u32,
        gift: u32,
        vat: u32,
    },
    /// What did that vat pass on to the sender under that number?
    Accept {
        giver: u32,
        gift: u32,
        question: u32,
    },
    /// Nobody will ask for that any more.
    Refuse {
        giver: u32,
        gift: u32,
    },
    /// The sender's export of that number is broken.
    Broke {
        export: u32,
        why: Box<Problem>,
    },
    /// A program to be evaluated, whose value answers the question.
    Seed {
        program: Box<Program>,
        question: u32,
        cause: u64,
        sent: Sent,
    },
    /// The vat that gets this is to end.
    End {
        why: Box<Problem>,
    },
    /// The sender has ended.
    Lost {
        why: Box<Problem>,
    },
}

impl Frame {
    /// The values in it.
    pub(crate) fn parcel_mut(&mut self) -> Option<&mut Parcel> {
        match self {
            Frame::Message { args: it, .. }
            | Frame::Answer { value: it, .. }
            | Frame::Settled { value: it, .. }
            | Frame::Flushed { value: it, .. } => Some(it),
            _ => None,
        }
    }

    /// What goes over as itself and is compared by identity, by the names that all vats know it by.
    pub(crate) fn named(&self, heap: &Heap) -> Vec<(Shared, Obj)> {
        let names = match self {
            Frame::Message { args: it, .. }
            | Frame::Answer { value: it, .. }
            | Frame::Settled { value: it, .. }
            | Frame::Flushed { value: it, .. } => &it.names[..],
            _ => &[],
        };
        names.iter().filter_map(|it| Some((it.1, heap.shared_here(it.1)?))).collect()
    }
}
