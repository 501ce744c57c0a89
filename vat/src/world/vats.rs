//! The vats of a world, and whose turn it is.
//!
//! A vat stands in the ready queue once, however many deliveries it has; who has nothing to do costs nothing. So
//! does who waits for a timer: all alarms of a world are in one place.
//!
//! Where there are many vats, those that nobody has had anything for lately are packed up (see `rest`) until they
//! are looked at again.

use super::VatId;
use crate::rest::Resting;
use crate::turn::Vat;
use rustc_hash::FxHashSet;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// So many vats are left as they are: packing up fewer gains nothing.
const FEW: usize = 1024;

/// One vat, as it runs or packed up; or none.
#[derive(Default)]
struct Place {
    vat: OnceCell<Box<Vat>>,
    resting: Cell<Option<Box<Resting>>>,
}

/// All vats, by their numbers, which are never given twice.
pub(super) struct Vats {
    places: Vec<Place>,
    alive: usize,
    /// Those that are not packed up, and perhaps some that are, or are gone.
    up: RefCell<Vec<u32>>,
    is_eager: bool,
    /// How often idle vats have been packed up, and how many may be up before that is done again: while vats take
    /// turns, and when nobody has anything to do.
    packed: u32,
    many: usize,
    many_when_quiet: usize,
    /// How many were packed up the last time, and how many have had something to do since that had been.
    rested: usize,
    woken: usize,
    /// Those that a worker has taken out for some turns.
    away: FxHashSet<u32>,
    /// Who has deliveries, and perhaps some that have none any more.
    ready: VecDeque<u32>,
    /// When somebody's first timer rings, by the clock of the world.
    alarms: BTreeSet<(i64, u32)>,
    /// Who waits for an answer of its powers.
    expecting: VecDeque<u32>,
}

impl Place {
    fn is_taken(&mut self) -> bool {
        self.vat.get().is_some() || self.resting.get_mut().is_some()
    }
}

impl Vats {
    /// `is_eager`: every idle vat is packed up after every turn, which is slow, and for tests.
    pub(super) fn new(is_eager: bool) -> Vats {
        let many = if is_eager { 0 } else { FEW };
        Vats {
            places: Vec::new(),
            alive: 0,
            up: RefCell::default(),
            is_eager,
            packed: 0,
            many,
            many_when_quiet: many,
            rested: 0,
            woken: 0,
            away: FxHashSet::default(),
            ready: VecDeque::new(),
            alarms: BTreeSet::new(),
            expecting: VecDeque::new(),
        }
    }

    pub(super) fn insert(&mut self, number: u32, mut vat: Vat) {
        vat.used = self.packed;
        let at = number as usize;
        if self.places.len() <= at {
            self.places.resize_with(at + 1, Place::default);
        }
        let place = Place { vat: OnceCell::from(Box::new(vat)), resting: Cell::default() };
        if !std::mem::replace(&mut self.places[at], place).is_taken() {
            self.alive += 1;
        }
        self.up.get_mut().push(number);
        self.wake(number);
    }
    pub(super) fn remove(&mut self, number: u32) -> Option<Box<Vat>> {
        self.get(number)?;
        let vat = self.places.get_mut(number as usize)?.vat.take()?;
        self.alive -= 1;
        if let Some(due) = vat.alarm {
            self.alarms.remove(&(due, number));
        }
        Some(vat)
    }
    pub(super) fn get(&self, number: u32) -> Option<&Vat> {
        let place = self.places.get(number as usize)?;
        if let Some(it) = place.vat.get() {
            return Some(it);
        }
        self.unpack(number, place)
    }
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Vat> {
        let place = self.places.get(number as usize)?;
        if place.vat.get().is_none() {
            self.unpack(number, place)?;
        }
        self.places.get_mut(number as usize)?.vat.get_mut().map(|it| &mut **it)
    }
    /// Two of them that are not the same.
    pub(super) fn both(&mut self, one: u32, other: u32) -> Option<(&mut Vat, &mut Vat)> {
        for number in [one, other] {
            self.get(number)?;
        }
        let [one, other] = self.places.get_disjoint_mut([one as usize, other as usize]).ok()?;
        Some((one.vat.get_mut()?, other.vat.get_mut()?))
    }
    #[cold]
    fn unpack<'a>(&self, number: u32, place: &'a Place) -> Option<&'a Vat> {
        let resting = place.resting.take()?;
        self.up.borrow_mut().push(number);
        Some(place.vat.get_or_init(|| {
            let mut vat = Box::new(resting.wake());
            // Being looked at is nothing to do.
            vat.used = self.packed.wrapping_sub(1);
            vat.is_unpacked = true;
            vat
        }))
    }
    /// Without unpacking it.
    pub(super) fn has(&self, number: u32) -> bool {
        if self.away.contains(&number) {
            return true;
        }
        let Some(place) = self.places.get(number as usize) else { return false };
        let resting = place.resting.take();
        let is_there = place.vat.get().is_some() || resting.is_some();
        place.resting.set(resting);
        is_there
    }
    /// Takes a vat out for some turns: it lives on, and nobody else finds it.
    #[cfg(feature = "host")]
    pub(super) fn take_out(&mut self, number: u32) -> Option<Box<Vat>> {
        self.get(number)?;
        let vat = self.places.get_mut(number as usize)?.vat.take()?;
        self.away.insert(number);
        Some(vat)
    }
    #[cfg(feature = "host")]
    pub(super) fn put_back(&mut self, number: u32, vat: Box<Vat>) {
        self.away.remove(&number);
        if let Some(place) = self.places.get_mut(number as usize) {
            place.vat = OnceCell::from(vat);
        }
    }
    /// From now on it takes that long to wherever the vat sends; without unpacking it.
    #[cfg(feature = "host")]
    pub(super) fn set_pace(&mut self, number: u32, pace: crate::far::Pace) {
        let Some(place) = self.places.get_mut(number as usize) else { return };
        match (place.vat.get_mut(), place.resting.get_mut()) {
            (Some(it), _) => it.cx.tables.pace = pace,
            (None, Some(it)) => it.set_pace(pace),
            (None, None) => {}
        }
    }
    #[cfg(feature = "host")]
    pub(super) fn is_any_ready(&self) -> bool {
        !self.ready.is_empty()
    }
    /// Does anybody wait for powers?
    #[cfg(feature = "host")]
    pub(super) fn is_any_expecting(&self) -> bool {
        !self.expecting.is_empty()
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

    /// Is no timer set, and nothing asked of a power that it has yet to answer?
    pub(super) fn expects_nothing(&self) -> bool {
        self.alarms.is_empty() && self.expecting.is_empty()
    }

    /// Which do, how many answers each waits for, and how many of these are that a process ends.
    pub(super) fn expecting(&self) -> Vec<(VatId, usize, usize)> {
        let waiting = |number: &u32| {
            let vat = self.get(*number)?;
            Some((VatId(*number), vat.awaited(), vat.awaited_ends()))
        };
        self.expecting.iter().filter_map(waiting).filter(|it| it.1 > 0).collect()
    }

    /// To be called after whatever may have given the vat something to do, or to wait for.
    pub(super) fn wake(&mut self, number: u32) -> Option<&mut Vat> {
        self.get(number)?;
        let vat = self.places.get_mut(number as usize)?.vat.get_mut()?;
        if vat.is_busy() {
            self.woken += stand_in(&mut self.ready, self.packed, vat, number);
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

    /// To be called after the vat has got a delivery, and nothing else has happened to it.
    pub(super) fn stand_in_line(&mut self, number: u32) {
        if let Some(vat) = self.places.get_mut(number as usize).and_then(|it| it.vat.get_mut()) {
            self.woken += stand_in(&mut self.ready, self.packed, vat, number);
        }
    }

    /// Packs up idle vats if many are up: while others take turns only those that were idle since the last time.
    pub(super) fn tidy(&mut self, is_quiet: bool) {
        let up = self.up.get_mut();
        if up.len() <= if is_quiet { self.many_when_quiet } else { self.many } {
            return;
        }
        let (before, now, anyway) = (up.len(), self.packed, is_quiet || self.is_eager);
        let (places, away) = (&mut self.places, &self.away);
        let mut stuck = 0;
        up.retain(|it| {
            let Some(place) = places.get_mut(*it as usize) else { return false };
            let Some(vat) = place.vat.take() else { return away.contains(it) };
            let is_idle = anyway || vat.used != now;
            if is_idle && vat.may_rest() {
                place.resting.set(Some(Box::new(vat.rest())));
                return false;
            }
            stuck += usize::from(is_idle);
            place.vat = OnceCell::from(vat);
            true
        });
        let (left, rested) = (up.len(), before - up.len());
        self.packed = now.wrapping_add(1);
        // Who is packed up only to have something to do again had better been left alone.
        let in_vain = 2 * std::mem::take(&mut self.woken) > std::mem::replace(&mut self.rested, rested);
        match (self.is_eager, is_quiet) {
            (true, _) => {}
            (_, true) => self.many_when_quiet = FEW.max(2 * stuck),
            (_, false) if in_vain => self.many *= 2,
            (_, false) => self.many = FEW.max(2 * stuck) + left - stuck,
        }
    }

    /// Is there at most one that has deliveries?
    pub(super) fn is_one_ready(&self) -> bool {
        self.ready.len() <= 1
    }

    /// Who is next, in the order in which they got something to do.
    pub(super) fn first(&mut self) -> Option<u32> {
        while let Some(number) = self.ready.front().copied() {
            match self.get_mut(number) {
                Some(vat) if vat.is_busy() => return Some(number),
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
            if self.away.contains(&number) {
                self.expecting.push_back(number);
                continue;
            }
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

/// The vat stands in the ready queue; how many are awake by that which had been packed up.
#[inline(always)]
fn stand_in(ready: &mut VecDeque<u32>, now: u32, vat: &mut Vat, number: u32) -> usize {
    vat.used = now;
    if !std::mem::replace(&mut vat.is_ready, true) {
        ready.push_back(number);
    }
    usize::from(std::mem::take(&mut vat.is_unpacked))
}

#[cfg(test)]
mod tests {
    use super::{FEW, Vats};
    use crate::fuel::Interrupt;
    use crate::powers::inherited::Granted;
    use crate::powers::still::Still;
    use crate::turn::{Limits, Vat};
    use std::sync::Arc;

    fn packed(vats: &mut Vats) -> usize {
        vats.places.iter_mut().map(|it| usize::from(it.resting.get_mut().is_some())).sum()
    }

    #[test]
    fn idle_vats_are_packed_up_where_there_are_many_and_come_back_when_they_are_looked_at() {
        let many = 2 * FEW as u32;
        let mut vats = Vats::new(false);
        for number in 0..many {
            let powers = Granted::new(Box::new(Still::new()));
            let name = format!("vat {number}").into();
            vats.insert(
                number,
                Vat::new(number, name, powers, Arc::new(Limits::default()), Interrupt::new(), Arc::default()),
            );
            if number as usize == FEW / 2 {
                vats.tidy(true);
                assert_eq!(packed(&mut vats), 0, "so few are left as they are");
            }
        }
        vats.tidy(true);
        assert_eq!(packed(&mut vats), many as usize);
        assert!(vats.has(7));
        assert_eq!(packed(&mut vats), many as usize, "to ask whether it is there does not unpack it");
        assert_eq!(vats.get(7).map(|it| &*it.name), Some("vat 7"));
        assert_eq!(packed(&mut vats), many as usize - 1);
        assert_eq!(vats.len(), many as usize);
    }
}
