//! Was the order kept? What was sent first on a reference, and on references forked from it, is to be delivered first.
//!
//! To each reference of each vat belongs what was put on it so far, and what had been put on the reference it was
//! forked from when it was passed on. All of that goes before what is put on it next, if both come to the same object.

use super::{Entry, Place, Tag};
use crate::causality::Sent;
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

/// Two messages to one object that came in the wrong order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// To go first.
    pub first: Named,
    /// Was there before it.
    pub second: Named,
}

/// A message, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    pub message: Sent,
    /// `deposit/1`
    pub verb: Arc<str>,
    /// The name of the vat that sent it.
    pub by: Arc<str>,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sent { turn, nth, .. } = self.message;
        write!(f, "{} from vat {}, message {nth} of its turn {turn}", self.verb, self.by)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was delivered before {}, which was sent first", self.second, self.first)
    }
}

type Before = BTreeSet<Sent>;

#[derive(Default)]
struct Check {
    /// What has been put on each reference of each vat, or on what it was forked from.
    on: FxHashMap<(u32, Place), Before>,
    /// The same for references on their way.
    passed: FxHashMap<Tag, VecDeque<Before>>,
    /// What was put on promises that have become what is on its way.
    coming: FxHashMap<(u32, Tag), Before>,
    names: FxHashMap<Sent, Named>,
    /// What is to go before each message.
    before: FxHashMap<Sent, Before>,
    delivered: FxHashMap<Sent, (u32, u32, usize)>,
    order: Vec<Sent>,
}

/// The pairs of messages that came in the wrong order, in the order of the later one's sending.
pub fn violations(ledger: &[Entry]) -> Vec<Violation> {
    let mut check = Check::default();
    ledger.iter().for_each(|it| check.read(it));
    let mut found = Vec::new();
    for second in &check.order {
        let Some((vat, object, at)) = check.delivered.get(second) else { continue };
        for first in check.before.get(second).into_iter().flatten() {
            if check.delivered.get(first).is_some_and(|it| (it.0, it.1) == (*vat, *object) && it.2 > *at)
                && let (Some(first), Some(second)) = (check.names.get(first), check.names.get(second))
            {
                found.push(Violation { first: first.clone(), second: second.clone() });
            }
        }
    }
    found
}

impl Check {
    fn read(&mut self, it: &Entry) {
        match it {
            Entry::Posted { message, verb, by, vat, on } => {
                // The name of who sent it first; others pass it on.
                let named = || Named { message: *message, verb: verb.clone(), by: by.clone() };
                if self
                    .names
                    .insert(*message, self.names.get(message).cloned().unwrap_or_else(named))
                    .is_none()
                {
                    self.order.push(*message);
                }
                let on = self.on.entry((*vat, *on)).or_default();
                let mut before = on.clone();
                before.remove(message);
                self.before.entry(*message).or_default().extend(before);
                on.insert(*message);
            }
            Entry::Passed { vat, place, tag } => {
                let on = self.on.get(&(*vat, *place)).cloned().unwrap_or_default();
                self.passed.entry(*tag).or_default().push_back(on);
            }
            Entry::Arrived { vat, place, tag } => {
                let mut on = self.passed.get_mut(tag).and_then(VecDeque::pop_front).unwrap_or_default();
                on.extend(self.coming.remove(&(*vat, *tag)).unwrap_or_default());
                self.on.entry((*vat, *place)).or_default().extend(on);
            }
            Entry::Became { vat, place, now } => {
                let on = self.on.get(&(*vat, *place)).cloned().unwrap_or_default();
                self.on.entry((*vat, *now)).or_default().extend(on);
            }
            Entry::BecameGift { vat, place, tag } => {
                let on = self.on.get(&(*vat, *place)).cloned().unwrap_or_default();
                self.coming.entry((*vat, *tag)).or_default().extend(on);
            }
            Entry::Closed { vat, place } => drop(self.on.remove(&(*vat, *place))),
            Entry::Delivered { vat, object, message } => {
                let at = self.delivered.len();
                self.delivered.entry(*message).or_insert((*vat, *object, at));
            }
        }
    }
}
