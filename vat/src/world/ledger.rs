//! The ledger of what goes between vats: which message was put on which reference, which reference was passed on by
//! whom, and in which order things were delivered. From it [`violations`] tells whether the order was kept.
//!
//! It is kept where messages take their time, and only if somebody asked for it. What happens within a vat is not in
//! it, but for the turns that messages of other vats begin.

mod check;

pub use check::{Violation, violations};

use super::World;
use crate::causality::Sent;
use crate::cx::Work;
use crate::far::{Frame, Held, Outgoing, PassedOn};
use std::sync::Arc;

/// What a vat knows something of another vat by: that vat, and a number of its own or of the question.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    pub home: u32,
    pub number: u32,
}

/// How a reference that one vat passes on is known on its way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tag {
    /// As the giver's gift of that number.
    Gift { giver: u32, gift: u32 },
    /// As itself.
    Plain { from: u32, to: u32, place: Place },
}

/// A line of the ledger.
#[derive(Clone, PartialEq, Debug)]
pub enum Entry {
    /// A vat has put a message on a reference of its own: sent it, or passed it on.
    Posted { message: Sent, verb: Arc<str>, by: Arc<str>, vat: u32, on: Place },
    /// A vat has passed a reference on.
    Passed { vat: u32, place: Place, tag: Tag },
    /// It has arrived there, and is known by this.
    Arrived { vat: u32, place: Place, tag: Tag },
    /// A vat's promise has become another reference.
    Became { vat: u32, place: Place, now: Place },
    /// The same, where that one is on its way.
    BecameGift { vat: u32, place: Place, tag: Tag },
    /// A vat has no more use for what it knew by this.
    Closed { vat: u32, place: Place },
    /// A turn begins that delivers the message to an object.
    Delivered { vat: u32, object: u32, message: Sent },
}

/// What a promise of another vat has become.
#[derive(Clone, Copy)]
pub(crate) enum Now {
    Export(Place),
    Gift(Tag),
}

impl World {
    /// From now on a ledger is kept.
    pub fn keep_ledger(&mut self) {
        self.ledger.get_or_insert_default();
    }

    /// What was put down since this was last asked.
    pub fn take_ledger(&mut self) -> Vec<Entry> {
        self.ledger.as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn note(&mut self, it: Entry) {
        if let Some(ledger) = &mut self.ledger {
            ledger.push(it);
        }
    }

    /// A vat has put these on their way.
    pub(super) fn note_batch(&mut self, from: u32, batch: &[(u32, Frame)], passed_on: &[(u32, PassedOn)]) {
        if self.ledger.is_none() {
            return;
        }
        let by: Arc<str> = self.vats.get(from).map_or_else(|| "".into(), |it| it.name.clone());
        for (to, frame) in batch {
            let at = |number: u32| Place { home: *to, number };
            match frame {
                Frame::Message { export, selector, sent, .. } => {
                    let verb = format!("{}/{}", selector.verb(), selector.arity()).into();
                    let by = by.clone();
                    self.note(Entry::Posted { message: *sent, verb, by, vat: from, on: at(*export) });
                }
                Frame::Accept { giver, gift, question } => {
                    let tag = Tag::Gift { giver: *giver, gift: *gift };
                    let place = at(crate::far::ANSWER | question);
                    self.note(Entry::Arrived { vat: from, place, tag });
                }
                _ => {}
            }
        }
        for (to, PassedOn { home, export, gift }) in passed_on {
            let place = Place { home: *home, number: *export };
            let tag = match gift {
                Some(gift) => Tag::Gift { giver: from, gift: *gift },
                None => Tag::Plain { from, to: *to, place },
            };
            self.note(Entry::Passed { vat: from, place, tag });
        }
        for (to, frame) in batch {
            let number = match frame {
                Frame::Finish { question } => crate::far::ANSWER | question,
                Frame::Drop { export, .. } => *export,
                _ => continue,
            };
            self.note(Entry::Closed { vat: from, place: Place { home: *to, number } });
        }
    }

    /// References of third vats that a frame brings.
    pub(super) fn note_arrivals(&mut self, from: u32, to: u32, frame: &mut Frame) {
        if self.ledger.is_none() {
            return;
        }
        let Some(parcel) = frame.parcel_mut() else { return };
        let third = parcel.held().filter_map(|it| match it {
            Held::Export { home, export } if home != from && home != to => {
                Some(Place { home, number: export })
            }
            _ => None,
        });
        let third: Vec<Place> = third.collect();
        for place in third {
            self.note(Entry::Arrived { vat: to, place, tag: Tag::Plain { from, to, place } });
        }
    }

    /// Which promise of the vat's a frame decides, and what it becomes.
    pub(super) fn decided(&self, from: u32, frame: &mut Frame) -> Option<(Place, Now)> {
        self.ledger.as_ref()?;
        let number = match frame {
            Frame::Answer { question, .. } => crate::far::ANSWER | *question,
            Frame::Settled { export, .. } | Frame::Flushed { export, .. } => *export,
            _ => return None,
        };
        Some((Place { home: from, number }, frame.parcel_mut()?.root()?))
    }

    /// It has been taken in. If the vat holds the promise back, it is not that yet.
    pub(super) fn note_decided(&mut self, vat: u32, place: Place, now: Now) {
        let asked = self.vats.get(vat).and_then(|it| it.cx.outbox.last());
        if matches!(asked, Some(Outgoing::Flush { vat, export }) if (*vat, *export) == (place.home, place.number))
        {
            return;
        }
        self.note(match now {
            Now::Export(now) => Entry::Became { vat, place, now },
            Now::Gift(tag) => Entry::BecameGift { vat, place, tag },
        });
    }

    /// The vat's next turn begins.
    pub(super) fn note_delivery(&mut self, number: u32) {
        if self.ledger.is_none() {
            return;
        }
        let Some(vat) = self.vats.get(number) else { return };
        let Some(Work::Message { target, message }) = vat.cx.queue.front().map(|it| &it.work) else { return };
        let message = message.sent;
        if let Some(object) = vat.cx.near(*target).as_obj() {
            self.note(Entry::Delivered { vat: number, object: object.index() as u32, message });
        }
    }
}
