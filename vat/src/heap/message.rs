//! Messages, and what a promise keeps for those who wait for it.

use super::Proxied;
use super::cell::VALUE;
use crate::causality::Sent;
use crate::selector::Selector;
use crate::value::{Obj, Value};

/// A message that was sent, and who wants to know its result.
#[derive(Clone, Debug)]
pub struct Message {
    pub selector: Selector,
    pub args: Arguments,
    pub result: Asker,
    /// Who sent it, and its name.
    pub sent: Sent,
}

/// Who is told what came of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asker {
    /// Nobody: `sendOnly`.
    Nobody,
    /// A promise of this vat.
    Here(Obj),
    /// Another vat, by the number of its question.
    There { vat: u32, question: u32 },
}

impl Asker {
    /// The promise, if it is one of this vat.
    pub fn promise(self) -> Option<Obj> {
        match self {
            Asker::Here(it) => Some(it),
            _ => None,
        }
    }
    pub fn is_nobody(self) -> bool {
        self == Asker::Nobody
    }
}

/// The arguments of a message; few of them need no allocation.
#[derive(Clone, Debug)]
pub enum Arguments {
    None,
    One(Value),
    Two([Value; 2]),
    Many(Box<[Value]>),
}

impl std::ops::Deref for Arguments {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        match self {
            Arguments::None => &[],
            Arguments::One(it) => std::slice::from_ref(it),
            Arguments::Two(it) => it,
            Arguments::Many(it) => it,
        }
    }
}

impl std::ops::DerefMut for Arguments {
    fn deref_mut(&mut self) -> &mut [Value] {
        match self {
            Arguments::None => &mut [],
            Arguments::One(it) => std::slice::from_mut(it),
            Arguments::Two(it) => it,
            Arguments::Many(it) => it,
        }
    }
}

impl From<&[Value]> for Arguments {
    #[inline]
    fn from(it: &[Value]) -> Arguments {
        match *it {
            [] => Arguments::None,
            [ref one] => Arguments::One(one.apart()),
            [ref one, ref two] => Arguments::Two([one.apart(), two.apart()]),
            _ => Arguments::Many(it.into()),
        }
    }
}
impl<const N: usize> From<[Value; N]> for Arguments {
    fn from(it: [Value; N]) -> Arguments {
        Arguments::from(&it[..])
    }
}

impl Message {
    /// What a message weighs while it waits.
    #[inline]
    pub(crate) fn bytes(&self) -> u64 {
        64 + VALUE * self.args.len() as u64
    }
    pub(crate) fn trace(&self, visit: &mut (impl FnMut(Value) + ?Sized)) {
        self.args.iter().for_each(|it| visit(*it));
        if let Asker::Here(it) = self.result {
            visit(it.into());
        }
    }
}

/// A local promise, or one whose resolver is in another vat.
pub enum Promise {
    /// With what waits for it, if anything does.
    Unresolved(Option<Box<Backlog>>),
    Resolved(Value),
}

/// What waits for a promise.
#[derive(Default)]
pub struct Backlog {
    pub messages: Vec<Message>,
    /// The vat that decides it, and its number there, if that is not here.
    pub home: Option<(u32, u32)>,
    /// Has something been sent to it there?
    pub sent: bool,
    /// Which other vats wait.
    pub watchers: Vec<Watcher>,
    /// The handler that gets the messages in its place, if one does.
    pub proxied: Option<Box<Proxied>>,
    /// The proxies whose resolution box this promises.
    pub boxes_of: Vec<Obj>,
}

/// Another vat that is told when a promise is settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watcher {
    /// It knows the promise by its number in our exports.
    Knows { vat: u32, export: u32 },
    /// It has asked a question, and the promise is the answer.
    Asked { vat: u32, question: u32 },
}

impl Promise {
    /// What waits for it, to add to; `None`: it is resolved.
    pub(crate) fn backlog(&mut self) -> Option<&mut Backlog> {
        match self {
            Promise::Unresolved(it) => Some(it.get_or_insert_default()),
            Promise::Resolved(_) => None,
        }
    }
    /// What waits for it, if anything does.
    pub(crate) fn waiting(&self) -> Option<&Backlog> {
        match self {
            Promise::Unresolved(it) => it.as_deref(),
            Promise::Resolved(_) => None,
        }
    }
}

impl Backlog {
    /// Does anybody want to know what becomes of the promise?
    pub(crate) fn is_waited_for(&self) -> bool {
        !self.messages.is_empty() || !self.watchers.is_empty() || !self.boxes_of.is_empty()
    }
    pub(super) fn bytes(&self) -> u64 {
        self.messages.iter().map(Message::bytes).sum::<u64>()
            + 12 * self.watchers.len() as u64
            + 4 * self.boxes_of.len() as u64
    }
    pub(super) fn trace(&self, visit: &mut impl FnMut(Value)) {
        self.messages.iter().for_each(|it| it.trace(visit));
        self.boxes_of.iter().for_each(|it| visit((*it).into()));
        if let Some(it) = &self.proxied {
            it.trace(visit);
        }
    }
}
