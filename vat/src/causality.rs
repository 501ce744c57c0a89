//! Where messages come from: the turn and the place in the code that sent each, back to the first cause.
//!
//! A message carries four numbers and a vat remembers those of its last turns; nothing is made for a send. Names
//! and lines are looked up when somebody asks, which is when something has gone wrong.

pub mod log;
pub mod why;

use crate::cx::{Cx, Delivery, Work};
use crate::machine::Loaded;
use crate::problem::TraceLine;
use crate::store::{Read, Reader, Writer};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Who sent a message: the vat, which of its turns, where in its code. Together with `nth` it is the message's
/// own name, which no other message of the world has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sent {
    /// 0: the host.
    pub vat: u32,
    /// Its turns are counted from 1.
    pub turn: u32,
    /// Which message of that turn this is.
    pub nth: u32,
    /// The instruction that sent it: its place in all the code the vat has loaded.
    pub site: u32,
}

pub(crate) fn save(out: &mut Writer, it: Sent) {
    [it.vat, it.turn, it.nth, it.site].into_iter().for_each(|it| out.u32(it));
}

/// What a vat sent that is not in the world it is restored into is as good as the host's.
pub(crate) fn load(from: &mut Reader<'_>) -> Read<Sent> {
    let (vat, turn, nth, site) = (from.u32()?, from.u32()?, from.u32()?, from.u32()?);
    let here = from.places.here(vat);
    Ok(here.map_or(Sent::BY_HOST, |vat| Sent { vat, turn, nth, site }))
}

/// No place in the code.
pub const NOWHERE: u32 = u32::MAX;

impl Sent {
    /// What the host asks for.
    pub const BY_HOST: Sent = Sent { vat: 0, turn: 0, nth: 0, site: NOWHERE };
}

/// How many turns a vat remembers.
const REMEMBERED: usize = 4096;

/// What a vat's last turns were begun by.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The turn that the last entry is of.
    last: u32,
    turns: VecDeque<Sent>,
}

impl Past {
    /// Of a vat that has had so many turns, none of which is remembered.
    pub fn after(turn: u32) -> Past {
        Past { last: turn, turns: VecDeque::new() }
    }
    /// The next turn begins.
    #[inline]
    pub fn begin(&mut self, sent: Sent) -> u32 {
        if self.turns.len() == REMEMBERED {
            self.turns.pop_front();
        }
        if self.turns.capacity() == 0 {
            self.turns.reserve_exact(1);
        }
        self.turns.push_back(sent);
        self.last = self.last.wrapping_add(1);
        self.last
    }
    /// Without room for more.
    pub fn packed(mut self) -> Past {
        self.turns.shrink_to_fit();
        self
    }
    /// What began a turn; `None`: it is too long ago.
    pub fn began(&self, turn: u32) -> Option<Sent> {
        let ago = self.last.wrapping_sub(turn) as usize;
        let at = self.turns.len().checked_sub(1)?.checked_sub(ago)?;
        self.turns.get(at).copied()
    }
}

/// A send that led to where something went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SentLine {
    /// The name of the vat that sent.
    pub vat: Arc<str>,
    pub turn: u32,
    /// Where in the code; `None`: the vat's own machinery sent it, or its code is gone.
    pub at: Option<TraceLine>,
    /// How many sends before this one say the same: a program that sends to itself again and again.
    pub more: usize,
}

/// How many different sends a problem's report goes back.
const SHOWN: usize = 32;

/// What is kept of a vat to tell where messages came from.
pub(crate) struct Remembered<'a> {
    pub name: &'a Arc<str>,
    pub past: &'a Past,
    pub modules: &'a [Loaded],
}

/// The sends that led to the one given, the latest first, up to what the host asked for.
pub(crate) fn chain<'a>(first: Sent, vat: impl Fn(u32) -> Option<Remembered<'a>>) -> Vec<SentLine> {
    let mut lines: Vec<SentLine> = Vec::new();
    let mut next = Some(first);
    while let Some(sent) = next.filter(|it| it.vat != 0) {
        let Some(sender) = vat(sent.vat) else { break };
        let at = place(sender.modules, sent.site);
        next = sender.past.began(sent.turn);
        let shown = lines.len();
        match lines.last_mut() {
            Some(last) if last.at == at && last.vat == *sender.name => last.more += 1,
            _ if shown == SHOWN => break,
            _ => lines.push(SentLine { vat: sender.name.clone(), turn: sent.turn, at, more: 0 }),
        }
    }
    // What the machinery passes on says nothing where something of the program's stands beside it.
    if lines.iter().any(|it| it.at.is_some()) {
        lines.retain(|it| it.at.is_some());
    }
    lines
}

/// What waits to be delivered, in a line.
pub(crate) fn pending<'a>(cx: &Cx, it: &Delivery, vat: impl Fn(u32) -> Option<Remembered<'a>>) -> String {
    let Work::Message { target, message } = &it.work else { return "a program to be evaluated".to_owned() };
    let target = match crate::object::script(cx, *target) {
        Some((_, _, script)) => script.name.to_string(),
        None => cx.class_of(*target).map_or("something", |it| it.name).to_owned(),
    };
    let (verb, arity) = (message.selector.verb(), message.selector.arity());
    let mut line = format!("{target} <- {verb}/{arity}");
    if let Some(sender) = vat(message.sent.vat) {
        let at = place(sender.modules, message.sent.site);
        let at = at.map(|it| format!(" by {}", it.place)).unwrap_or_default();
        line.push_str(&format!(", sent{at} in turn {} of vat {}", message.sent.turn, sender.name));
    }
    line
}

/// What a site stands for.
pub(crate) fn place(modules: &[Loaded], site: u32) -> Option<TraceLine> {
    loaded_at(modules, site).map(|(loaded, pc)| loaded.module.line_at(pc))
}

/// The module that a site is in, and its instruction there.
fn loaded_at(modules: &[Loaded], site: u32) -> Option<(&Loaded, u32)> {
    if site == NOWHERE {
        return None;
    }
    let after = modules.partition_point(|it| it.first_op <= site);
    let loaded = modules.get(after.checked_sub(1)?)?;
    let pc = site - loaded.first_op;
    ((pc as usize) < loaded.module.ops.len()).then_some((loaded, pc))
}

impl Cx {
    /// The name of the message that is about to be sent.
    #[inline]
    pub(crate) fn here(&mut self) -> Sent {
        self.sends += 1;
        Sent { vat: self.vat, turn: self.turn as u32, nth: self.sends, site: self.site }
    }

    /// A turn begins, because of this message.
    pub(crate) fn begin(&mut self, sent: Sent) {
        self.past.begin(sent);
        self.turn += 1;
        self.sends = 0;
        self.site = NOWHERE;
    }
}

/// What is kept of vats that have ended.
#[derive(Default)]
pub(crate) struct Graves(BTreeMap<u32, Grave>);

struct Grave {
    name: Arc<str>,
    past: Past,
    modules: crate::row::Row<Loaded>,
}

/// How many vats are remembered after their end.
const GRAVES: usize = 1000;

impl Graves {
    pub fn bury(&mut self, number: u32, name: Arc<str>, cx: &mut Cx) {
        let grave =
            Grave { name, past: std::mem::take(&mut cx.past), modules: std::mem::take(&mut cx.modules) };
        self.0.insert(number, grave);
        if self.0.len() > GRAVES {
            self.0.pop_first();
        }
    }
    pub fn get(&self, number: u32) -> Option<Remembered<'_>> {
        let it = self.0.get(&number)?;
        Some(Remembered { name: &it.name, past: &it.past, modules: &it.modules })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vat_remembers_its_last_turns_and_no_others() {
        let mut past = Past::default();
        for nth in 0..2 * REMEMBERED as u32 {
            past.begin(Sent { nth, ..Sent::BY_HOST });
        }
        let last = 2 * REMEMBERED as u32;
        assert_eq!(past.began(last).map(|it| it.nth), Some(last - 1));
        assert_eq!(past.began(REMEMBERED as u32 + 1).map(|it| it.nth), Some(REMEMBERED as u32));
        assert_eq!(past.began(REMEMBERED as u32), None);
        assert_eq!(past.began(last + 1), None);
    }
}
