//! What goes from one vat to another: what a vat puts out, and what it is on the way.

use super::Parcel;
use crate::bank::{Account, Question, Tenant};
use crate::causality::Sent;
use crate::heap::{Message, Watcher};
use crate::selector::Selector;
use crate::value::Value;
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
    Flushed {
        vat: u32,
        export: u32,
    },
    /// `makeVat(name)`: the vat has its number already.
    MakeVat {
        vat: u32,
        name: Arc<str>,
        tenant: Option<Box<Tenant>>,
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
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        match self {
            Outgoing::Send { message, .. } => message.trace(visit),
            Outgoing::Tell { value, .. } => visit(*value),
            Outgoing::Seed { promise, .. } | Outgoing::Ask { promise, .. } => visit(*promise),
            Outgoing::Kill { problem, .. } | Outgoing::Destroy { problem, .. } => visit(*problem),
            Outgoing::MakeVat { .. }
            | Outgoing::Watch { .. }
            | Outgoing::Flush { .. }
            | Outgoing::Flushed { .. } => {}
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
    Flushed {
        export: u32,
    },
}

impl Frame {
    /// The values in it.
    pub(crate) fn parcel_mut(&mut self) -> Option<&mut Parcel> {
        match self {
            Frame::Message { args: it, .. }
            | Frame::Answer { value: it, .. }
            | Frame::Settled { value: it, .. } => Some(it),
            _ => None,
        }
    }
}
