//! The vats of a world, and whose turn it is.
//!
//! A vat stands in the ready queue once, however many deliveries it has; who has nothing to do costs nothing. So
//! does who waits for a timer: all alarms of a world are in one place.

use crate::turn::Vat;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// All vats, by their numbers, which are never given twice.
#[derive(Default)]
pub(super) struct Vats {
    places: Vec<Option<Box<Vat>>>,
    alive: usize,
    /// Who has deliveries, and perhaps some that have none any more.
    ready: VecDeque<u32>,
    /// When somebody's first timer rings, by the clock of the world.
    alarms: BTreeSet<(i64, u32)>,
    /// Who waits for an answer of its powers.
    expecting: VecDeque<u32>,
}

impl Vats {
    pub(super) fn insert(&mut self, number: u32, vat: Vat) {
        let at = number as usize;
        if self.places.len() <= at {
            self.places.resize_with(at + 1, || None);
        }
        if self.places[at].replace(Box::new(vat)).is_none() {
            self.alive += 1;
        }
        self.wake(number);
    }
    pub(super) fn remove(&mut self, number: u32) -> Option<Box<Vat>> {
        let vat = self.places.get_mut(number as usize)?.take()?;
        self.alive -= 1;
        if let Some(due) = vat.alarm {
            self.alarms.remove(&(due, number));
        }
        Some(vat)
    }
    pub(super) fn get(&self, number: u32) -> Option<&Vat> {
        self.places.get(number as usize)?.as_deref()
    }
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Vat> {
        self.places.get_mut(number as usize)?.as_deref_mut()
    }
    pub(super) fn has(&self, number: u32) -> bool {
        self.get(number).is_some()
    }
    pub(super) fn len(&self) -> usize {
        self.alive
    }
    pub(super) fn numbers(&self) -> Vec<u32> {
        (0..self.places.len() as u32).filter(|it| self.has(*it)).collect()
    }
    pub(super) fn expects(&self) -> bool {
        self.expecting.iter().any(|it| self.get(*it).is_some_and(Vat::expects))
    }

    /// To be called after whatever may have given the vat something to do, or to wait for.
    pub(super) fn wake(&mut self, number: u32) -> Option<&mut Vat> {
        let vat = self.places.get_mut(number as usize)?.as_deref_mut()?;
        if !vat.is_ready && !vat.cx.queue.is_empty() {
            vat.is_ready = true;
            self.ready.push_back(number);
        }
        let due = vat.cx.timers.used().and_then(|it| it.first_key_value()).map(|it| it.0.0);
        if due != vat.alarm {
            if let Some(before) = std::mem::replace(&mut vat.alarm, due) {
                self.alarms.remove(&(before, number));
            }
            self.alarms.extend(due.map(|due| (due, number)));
        }
        if !vat.is_expecting && vat.expects() {
            vat.is_expecting = true;
            self.expecting.push_back(number);
        }
        Some(vat)
    }

    /// Is there at most one that has deliveries?
    pub(super) fn is_one_ready(&self) -> bool {
        self.ready.len() <= 1
    }

    /// Who is next, in the order in which they got something to do.
    pub(super) fn first(&mut self) -> Option<u32> {
        while let Some(number) = self.ready.front().copied() {
            match self.get_mut(number) {
                Some(vat) if !vat.cx.queue.is_empty() => return Some(number),
                Some(vat) => vat.is_ready = false,
                None => {}
            }
            self.ready.pop_front();
        }
        None
    }

    /// The vat has had its turn: once it is woken, it stands behind the others.
    pub(super) fn turned(&mut self, number: u32) {
        if self.ready.front() == Some(&number) {
            self.ready.pop_front();
            if let Some(vat) = self.get_mut(number) {
                vat.is_ready = false;
            }
        }
    }

    /// Queues what timers and powers have to say. While there is something to run, one vat's powers are asked
    /// at a time.
    pub(super) fn ring(&mut self) {
        while let Some((_, number)) = self.alarms.first().copied()
            && self.ring_for(number)
        {}
        let asked = if self.first().is_some() { self.expecting.len().min(1) } else { self.expecting.len() };
        for _ in 0..asked {
            let Some(number) = self.expecting.pop_front() else { return };
            let Some(vat) = self.get_mut(number) else { continue };
            vat.is_expecting = false;
            vat.hear();
            self.wake(number);
        }
    }

    /// Queues the timers of a vat that are due; `false`: none was.
    pub(super) fn ring_for(&mut self, number: u32) -> bool {
        let rang = self.get_mut(number).is_some_and(Vat::ring);
        self.wake(number);
        rang
    }

    /// How long until the first timer rings.
    pub(super) fn wake_in(&mut self) -> Option<Duration> {
        let (due, number) = self.alarms.first().copied()?;
        let now = self.get_mut(number)?.cx.powers.clock_millis();
        Some(Duration::from_millis(due.saturating_sub(now).max(0) as u64))
    }
}
