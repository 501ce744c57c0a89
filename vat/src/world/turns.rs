//! Turns: whose is next, what one does to the world, and what the host hears of it.

use super::{Handle, VatId, World};
use crate::fuel::SLICE;
use crate::problem::Stop;
use crate::transcript::Recorder;
use crate::turn::Turned;
use std::time::Duration;

/// What [`World::run_turn`] did.
#[derive(Clone, PartialEq, Debug)]
pub struct TurnReport {
    pub outcome: Outcome,
    /// Whose turn it was.
    pub vat: Option<VatId>,
    /// The evaluation that the turn goes back to, through any number of sends.
    pub cause: Option<Handle>,
    /// The evaluation whose own turn this was.
    pub evaluated: Option<Handle>,
    /// Handles of [`World::eval`] and [`World::watch`] that are settled from now on.
    pub settled: Vec<Handle>,
    /// How many units of work the turn had used when it was interrupted, if it was.
    pub interrupted_after: Option<u64>,
}

/// What was done for a report.
struct Taken {
    turns: u64,
    /// The last of them.
    turned: Option<Turned>,
    /// How many units of work it had used when it was interrupted, if it was.
    interrupted_after: Option<u64>,
    settled: Vec<Handle>,
}

impl Taken {
    /// In units.
    fn work(&self) -> u64 {
        self.turned.as_ref().map_or(0, |it| it.used)
    }
    /// Nothing was evaluated, stopped or settled.
    fn is_silent(&self) -> bool {
        let is_plain = |it: &Turned| it.stopped.is_none() && it.evaluated.is_none();
        self.settled.is_empty() && self.turned.as_ref().is_some_and(is_plain)
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Outcome {
    /// A turn was taken, to its end.
    Turned,
    /// A turn was begun and ended from outside; it sent nothing.
    Stopped(Stop),
    /// There is nothing to do, before a timer rings (or ever).
    Quiet { wake_in: Option<Duration> },
}

impl World {
    /// Which vat the next turn is of, and the evaluation it goes back to.
    pub fn next_turn(&mut self) -> Option<(VatId, Option<Handle>)> {
        self.hear_processes();
        self.vats.ring();
        let number = self.vats.first()?;
        let cause = self.vats.get(number)?.cx.queue.front()?.cause;
        Some((VatId(number), self.handle_of(cause)))
    }

    fn handle_of(&self, cause: u64) -> Option<Handle> {
        let vat = *self.asked.get(&cause)?;
        Some(Handle { vat: VatId(vat), id: cause })
    }

    /// Takes one turn of one vat, the vats in rotation.
    pub fn run_turn(&mut self) -> TurnReport {
        self.run_turns(1)
    }

    /// The same turns in the same order, up to so many of them for one report, which is of the last: as long as none
    /// evaluates, stops or settles what is watched, no power is to answer, and it is not yet time to look at the timers.
    pub fn run_turns(&mut self, at_most: u64) -> TurnReport {
        self.hear_processes();
        self.vats.ring();
        self.carry();
        let next = self.vats.first();
        let one_by_one = self.travel.is_some() || self.ledger.is_some() || self.awaits_powers();
        self.run(next, if one_by_one { 1 } else { at_most })
    }

    /// Takes one turn of this vat, if it has anything to do.
    pub fn run_turn_of(&mut self, vat: VatId) -> TurnReport {
        self.hear_processes();
        self.vats.ring();
        self.carry();
        let busy = self.vats.get(vat.0).is_some_and(|it| !it.cx.queue.is_empty());
        self.run(busy.then_some(vat.0), 1)
    }

    fn run(&mut self, next: Option<u32>, at_most: u64) -> TurnReport {
        self.vats.tidy(next.is_none());
        let Some(mut number) = next else {
            // Everything rests: what has happened so far is written out.
            self.recorder.iter().for_each(Recorder::rests);
            let outcome = Outcome::Quiet { wake_in: self.vats.wake_in() };
            // What another process has answered settles things without a turn.
            let settled = self.newly_settled();
            return TurnReport {
                outcome,
                vat: None,
                cause: None,
                evaluated: None,
                settled,
                interrupted_after: None,
            };
        };
        let (mut left, mut used) = (at_most, 0);
        loop {
            let taken = self.take_turns(number, left);
            left = left.saturating_sub(taken.turns);
            used += taken.work();
            match self.vats.first() {
                Some(next) if taken.is_silent() && left > 0 && used < SLICE => {
                    if self.recorder.is_some() && !self.goes_on_alike() {
                        return self.report(number, taken);
                    }
                    number = next;
                }
                _ => return self.report(number, taken),
            }
        }
    }

    /// Before the next turn of a run that is recorded: is it the same whether that is taken at once, or asked for as the
    /// replay does? Not if a power would be asked then, for the time or for an answer. What rests is packed up as it
    /// would be there.
    fn goes_on_alike(&mut self) -> bool {
        self.vats.tidy(false);
        self.vats.expects_nothing()
    }

    fn report(&self, number: u32, taken: Taken) -> TurnReport {
        let Taken { turned, interrupted_after, settled, .. } = taken;
        let vat = VatId(number);
        let outcome = match turned.as_ref().and_then(|it| it.stopped) {
            Some(stop) => Outcome::Stopped(stop),
            None => Outcome::Turned,
        };
        let cause = turned.as_ref().and_then(|it| self.handle_of(it.cause));
        let evaluated = turned.and_then(|it| it.evaluated).map(|id| Handle { vat, id });
        TurnReport { outcome, vat: Some(vat), cause, evaluated, settled, interrupted_after }
    }

    /// Takes a turn of this vat, or up to so many if nobody else is ready.
    fn take_turns(&mut self, number: u32, at_most: u64) -> Taken {
        let each = self.recorder.is_some() || !self.vats.is_one_ready();
        let at_most = if each { 1 } else { at_most };
        self.note_delivery(number);
        let (taken, turned) = self.turn(number, at_most);
        let interrupted_after = self.interrupted_after(number, turned.as_ref());
        let turns = taken.max(1);
        self.turns += turns;
        self.vats.turned(number);
        self.changed(number);
        let mut ended = None;
        if let Some(vat) = self.vats.get_mut(number) {
            ended = vat.ended.take();
            if vat.has_news() {
                self.route(number);
            }
        }
        if !self.whys.is_empty() {
            self.tell_why();
        }
        if let Some(why) = ended {
            self.end_vat(number, *why);
        }
        if let Some(it) = &self.recorder {
            it.turned(number, interrupted_after);
        }
        let taken = Taken { turns, turned, interrupted_after, settled: self.newly_settled() };
        self.work = self.work.saturating_add(taken.work());
        taken
    }

    /// After how many units of work that turn was interrupted, if it was.
    fn interrupted_after(&self, number: u32, turned: Option<&Turned>) -> Option<u64> {
        turned.filter(|it| it.stopped == Some(Stop::Interrupted))?;
        self.vats.get(number).map(|it| it.cx.fuel.interrupted_after())
    }

    pub(super) fn turn(&mut self, number: u32, at_most: u64) -> (u64, Option<Turned>) {
        let Some(vat) = self.vats.get_mut(number) else { return (0, None) };
        if vat.cx.outbox.capacity() == 0 {
            vat.cx.outbox = std::mem::take(&mut self.outbox);
        }
        let interrupt_after = self.interrupt_after.take();
        if interrupt_after.is_some() {
            vat.cx.fuel.interrupt_after(interrupt_after);
        }
        vat.machine.borrow(&mut vat.cx, &mut self.lent);
        let turned = vat.turns(at_most);
        vat.machine.give_back(&mut vat.cx, &mut self.lent);
        if interrupt_after.is_some() {
            vat.cx.fuel.interrupt_after(None);
        }
        // An idle vat keeps no room for what it does not have.
        if vat.cx.queue.is_empty() {
            let queue = std::mem::take(&mut vat.cx.queue);
            if self.queues.len() < 16 && queue.room() <= 1024 {
                self.queues.push(queue);
            }
        }
        turned
    }

    /// Does a vat wait for the world to answer: a process, a connection, a line of input?
    pub fn awaits_powers(&self) -> bool {
        self.vats.expects() || self.hears_more()
    }

    /// The vats that do, how many answers each waits for, and how many of these are that a process ends.
    pub fn awaiting_powers(&self) -> Vec<(VatId, usize, usize)> {
        self.vats.expecting()
    }

    /// How many turns all vats together have taken.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// How many vats are alive.
    pub fn vats(&self) -> usize {
        self.vats.len()
    }

    /// To be called after anything was done to a vat: it may have something to do, or have settled a handle.
    pub(super) fn changed(&mut self, number: u32) {
        if let Some(vat) = self.vats.wake(number)
            && std::mem::take(&mut vat.cx.settled)
            && !self.watched.is_empty()
            && self.settling.last() != Some(&number)
        {
            self.settling.push(number);
        }
    }

    pub(super) fn newly_settled(&mut self) -> Vec<Handle> {
        let mut all = Vec::new();
        if self.settling.is_empty() {
            return all;
        }
        let mut vats = std::mem::take(&mut self.settling);
        vats.sort_unstable();
        vats.dedup();
        for it in vats {
            let handle = |id| Handle { vat: VatId(it), id };
            let watched = self.watched.range(handle(0)..=handle(u64::MAX)).copied();
            all.extend(watched.filter(|it| !self.is_pending(*it)));
        }
        all.iter().for_each(|it| {
            self.watched.remove(it);
        });
        all
    }
}
