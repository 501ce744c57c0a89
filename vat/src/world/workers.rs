//! Vats over worker threads: each vat takes one turn at a time, wherever there is a worker free.
//!
//! What a turn has sent is packed by the worker that ran it and put into the other vats' inboxes, in the order in
//! which it was sent and together where it goes to the same vat: so what was caused by a message is behind it in
//! every inbox, and references forked from one another keep their order. A vat without mail, deliveries and timers
//! is on no queue, costs no thread and wakes nobody. What several threads make of a program need not be what one
//! makes of it: where that matters (transcripts, replay), [`World::run_turn`] takes the turns one by one.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "threads belong to the host; this module is only there with its feature"
)]

mod mail;

use super::{Outcome, World};
use crate::far::{self, Frame};
use crate::fuel::Interrupt;
use crate::machine::Lent;
use crate::problem::Stop;
use crate::turn::{Limits, Program, Vat};
use mail::Mail;
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock};
use std::time::{Duration, Instant};

/// Turns of one vat before another has one.
const SLICE: usize = 32;
/// How often powers are asked for answers while vats run.
const GLANCE: Duration = Duration::from_millis(2);

const IDLE: u8 = 0;
const QUEUED: u8 = 1;
const RUNNING: u8 = 2;
/// It runs, and has had mail since.
const NOTIFIED: u8 = 3;

/// A vat and what comes in for it.
struct Slot {
    vat: Mutex<Option<Box<Vat>>>,
    inbox: Mutex<Inbox>,
    state: AtomicU8,
}

struct Inbox {
    mail: Vec<Mail>,
    /// The vat is alive.
    open: bool,
}

impl Slot {
    fn new(vat: Box<Vat>) -> Arc<Slot> {
        let inbox = Mutex::new(Inbox { mail: Vec::new(), open: true });
        Arc::new(Slot { vat: Mutex::new(Some(vat)), inbox, state: AtomicU8::new(IDLE) })
    }
}

/// What the workers share.
struct Shared {
    slots: RwLock<Vec<Option<Arc<Slot>>>>,
    ready: Mutex<Ready>,
    /// Somebody has something to do, or nobody has any more.
    wake: Condvar,
    /// Whoever keeps the time has something to see.
    clock: Condvar,
    seeds: Mutex<FxHashMap<Arc<str>, Program>>,
    /// A turn was ended from outside: everybody stops.
    halt: AtomicBool,
    stopped: Mutex<Option<Stop>>,
    turns: AtomicU64,
    limits: Limits,
    interrupt: Interrupt,
    next_vat: Arc<AtomicU32>,
}

#[derive(Default)]
struct Ready {
    queue: VecDeque<u32>,
    running: usize,
    sleeping: usize,
    /// When to look at whose timers.
    alarms: BTreeSet<(Instant, u32)>,
    /// Who waits for its powers.
    expecting: BTreeSet<u32>,
}

impl Ready {
    fn is_quiet(&self) -> bool {
        self.queue.is_empty() && self.running == 0
    }
}

fn take_in_frame(vat: &mut Vat, from: u32, frame: Frame) {
    match &frame {
        Frame::Message { args, question, .. } if vat.is_full(args.weight()) => {
            far::discard(&mut vat.cx, args);
            question.into_iter().for_each(|it| vat.has_no_room(from, *it));
        }
        _ => vat.accept(from, frame),
    }
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(|it| it.into_inner())
}

/// What one worker keeps from vat to vat.
#[derive(Default)]
struct Bench {
    lent: Lent,
    batch: Vec<Mail>,
}

impl World {
    /// Runs all vats on so many threads until none has anything to do before a timer rings or a power answers.
    /// A turn that is ended from outside, by an interrupt or its budget, stops everything after it.
    pub fn run_on(&mut self, workers: usize) -> Outcome {
        self.vats.ring();
        let shared = Shared::of(self);
        std::thread::scope(|scope| {
            for _ in 0..workers.max(1) {
                scope.spawn(|| shared.work());
            }
            shared.keep_time();
        });
        let stopped = *lock(&shared.stopped);
        self.turns += shared.turns.load(Ordering::Relaxed);
        self.take_back(shared);
        if let Some(stop) = stopped {
            return Outcome::Stopped(stop);
        }
        Outcome::Quiet { wake_in: self.vats.wake_in() }
    }

    /// Puts the vats back, and whatever an interrupt has left in their inboxes.
    fn take_back(&mut self, shared: Shared) {
        let slots = shared.slots.into_inner().unwrap_or_else(|it| it.into_inner());
        let mut left = Vec::new();
        for (number, slot) in slots.into_iter().enumerate() {
            let Some(slot) = slot.and_then(Arc::into_inner) else { continue };
            let Some(vat) = slot.vat.into_inner().unwrap_or_else(|it| it.into_inner()) else { continue };
            self.vats.insert(number as u32, *vat);
            let inbox = slot.inbox.into_inner().unwrap_or_else(|it| it.into_inner());
            left.extend(inbox.mail.into_iter().map(|it| (number as u32, it)));
        }
        for (to, mail) in left {
            self.deliver(to, mail);
        }
        for number in self.vats.numbers() {
            self.route(number);
            if let Some(vat) = self.vats.get_mut(number) {
                vat.cx.tables.landed(&vat.cx.heap);
            }
            self.changed(number);
        }
    }

    fn deliver(&mut self, to: u32, mail: Mail) {
        match mail {
            Mail::Frame(from, frame) => drop(self.accept(from, to, frame)),
            Mail::Seed(it) => {
                if let Some(vat) = self.vats.get_mut(to) {
                    it.plant(vat);
                }
            }
            Mail::End(why) => self.end_vat(to, *why),
            Mail::EndIfPaidBy(account, why) => {
                if self.vats.get(to).is_some_and(|it| it.is_paid_by(&account)) {
                    self.end_vat(to, *why);
                }
            }
        }
        self.changed(to);
    }
}

impl Shared {
    fn of(world: &mut World) -> Shared {
        let mut slots: Vec<Option<Arc<Slot>>> = Vec::new();
        let mut ready = Ready::default();
        for number in world.vats.numbers() {
            let Some(mut vat) = world.vats.remove(number) else { continue };
            slots.resize_with(number as usize + 1, || None);
            vat.cx.tables.in_flight = true;
            (vat.is_ready, vat.is_expecting, vat.alarm) = (false, false, None);
            let busy = !vat.cx.queue.is_empty() || vat.has_news() || vat.waits();
            let slot = Slot::new(vat);
            if busy {
                slot.state.store(QUEUED, Ordering::Relaxed);
                ready.queue.push_back(number);
            }
            slots[number as usize] = Some(slot);
        }
        Shared {
            slots: RwLock::new(slots),
            ready: Mutex::new(ready),
            wake: Condvar::new(),
            clock: Condvar::new(),
            seeds: Mutex::new(std::mem::take(&mut world.seeds)),
            halt: AtomicBool::new(false),
            stopped: Mutex::new(None),
            turns: AtomicU64::new(0),
            limits: world.limits.clone(),
            interrupt: world.interrupt.clone(),
            next_vat: world.next_vat.clone(),
        }
    }

    fn slot(&self, number: u32) -> Option<Arc<Slot>> {
        let slots = self.slots.read().unwrap_or_else(|it| it.into_inner());
        slots.get(number as usize)?.clone()
    }

    fn halts(&self) -> bool {
        self.halt.load(Ordering::Relaxed)
    }

    /// One worker, until nobody has anything to do.
    fn work(&self) {
        let mut bench = Bench::default();
        let mut done = None;
        while let Some(number) = self.next(done.take()) {
            let again = self.run(number, &mut bench);
            done = Some((number, again));
        }
    }

    /// Who is next; `done`: who has just had its turns, and whether it has more to do.
    fn next(&self, done: Option<(u32, bool)>) -> Option<u32> {
        let mut ready = lock(&self.ready);
        if let Some((number, again)) = done {
            ready.running -= 1;
            if again {
                ready.queue.push_back(number);
            }
        }
        loop {
            if self.halts() || ready.is_quiet() {
                self.wake.notify_all();
                self.clock.notify_all();
                return None;
            }
            if let Some(it) = ready.queue.pop_front() {
                ready.running += 1;
                return Some(it);
            }
            ready.sleeping += 1;
            ready = self.wake.wait(ready).unwrap_or_else(|it| it.into_inner());
            ready.sleeping -= 1;
        }
    }

    /// The vat has something to do.
    fn schedule(&self, number: u32, slot: &Slot) {
        let notified = slot.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |it| match it {
            IDLE => Some(QUEUED),
            RUNNING => Some(NOTIFIED),
            _ => None,
        });
        if notified == Ok(IDLE) {
            let mut ready = lock(&self.ready);
            ready.queue.push_back(number);
            if ready.sleeping > 0 {
                self.wake.notify_one();
            }
        }
    }

    /// Some turns of one vat; `true`: it has more to do.
    fn run(&self, number: u32, bench: &mut Bench) -> bool {
        let Some(slot) = self.slot(number) else { return false };
        slot.state.store(RUNNING, Ordering::Release);
        let mut place = lock(&slot.vat);
        let more = self.turns_of(number, &slot, &mut place, bench);
        drop(place);
        if more {
            slot.state.store(QUEUED, Ordering::Release);
            return true;
        }
        let idle = slot.state.compare_exchange(RUNNING, IDLE, Ordering::AcqRel, Ordering::Acquire);
        if idle.is_err() {
            slot.state.store(QUEUED, Ordering::Release);
        }
        idle.is_err()
    }

    fn turns_of(&self, number: u32, slot: &Slot, place: &mut Option<Box<Vat>>, bench: &mut Bench) -> bool {
        if let Some(vat) = place {
            vat.ring();
            vat.hear();
        }
        for _ in 0..SLICE {
            if !self.take_in(number, slot, place, bench) {
                return false;
            }
            let Some(vat) = place else { return false };
            if vat.cx.queue.is_empty() || self.halts() {
                break;
            }
            vat.machine.borrow(&mut vat.cx, &mut bench.lent);
            let turned = vat.turn();
            vat.machine.give_back(&mut vat.cx, &mut bench.lent);
            self.turns.fetch_add(1, Ordering::Relaxed);
            if let Some(stop) = turned.and_then(|it| it.stopped) {
                lock(&self.stopped).get_or_insert(stop);
                self.halt.store(true, Ordering::Relaxed);
            }
            if let Some(why) = vat.ended.take() {
                self.end(number, slot, place, *why, std::iter::empty());
                return false;
            }
        }
        let Some(vat) = place else { return false };
        self.post(number, vat, bench);
        self.note_waiting(number, vat);
        !vat.cx.queue.is_empty() || vat.has_news()
    }

    /// Hands out what the vat has sent, and takes in its mail; `false`: the vat has ended.
    fn take_in(&self, number: u32, slot: &Slot, place: &mut Option<Box<Vat>>, bench: &mut Bench) -> bool {
        let Some(vat) = place else { return false };
        self.post(number, vat, bench);
        let mut mail = std::mem::take(&mut lock(&slot.inbox).mail).into_iter();
        while let Some(it) = mail.next() {
            let Some(vat) = place else { return false };
            match it {
                Mail::Frame(from, frame) => take_in_frame(vat, from, frame),
                Mail::Seed(it) => it.plant(vat),
                // What came in before may have been answered already: that goes out first.
                Mail::End(why) => {
                    self.post(number, vat, bench);
                    self.end(number, slot, place, *why, mail.by_ref());
                }
                Mail::EndIfPaidBy(account, why) => {
                    if vat.is_paid_by(&account) {
                        self.post(number, vat, bench);
                        self.end(number, slot, place, *why, mail.by_ref());
                    }
                }
            }
        }
        place.is_some()
    }

    /// Notes when the vat wants to be looked at without any mail.
    fn note_waiting(&self, number: u32, vat: &mut Vat) {
        let due = vat.cx.timers.used().and_then(|it| it.first_key_value()).map(|it| it.0.0);
        if vat.alarm == due && vat.is_expecting == vat.expects() {
            return;
        }
        let expects = vat.expects();
        let left = due.map(|it| it.saturating_sub(vat.cx.powers.clock_millis()).max(0) as u64);
        (vat.alarm, vat.is_expecting) = (due, expects);
        let mut ready = lock(&self.ready);
        ready.alarms.extend(left.map(|it| (Instant::now() + Duration::from_millis(it), number)));
        match expects {
            true => ready.expecting.insert(number),
            false => ready.expecting.remove(&number),
        };
        self.clock.notify_all();
    }

    /// Wakes whoever waits for a timer or a power, as long as there are others that run. When there are not, the
    /// world's owner waits.
    fn keep_time(&self) {
        let mut ready = lock(&self.ready);
        while !self.halts() && !ready.is_quiet() {
            let now = Instant::now();
            let mut due: Vec<u32> = Vec::new();
            while let Some(it) = ready.alarms.first().copied().filter(|it| it.0 <= now) {
                ready.alarms.remove(&it);
                due.push(it.1);
            }
            due.extend(ready.expecting.iter());
            if !due.is_empty() {
                drop(ready);
                for it in due {
                    if let Some(slot) = self.slot(it) {
                        self.schedule(it, &slot);
                    }
                }
                ready = lock(&self.ready);
            }
            let next = ready.alarms.first().map(|it| it.0.saturating_duration_since(now));
            let glance = (!ready.expecting.is_empty()).then_some(GLANCE);
            ready = match next.into_iter().chain(glance).min() {
                Some(wait) => self.clock.wait_timeout(ready, wait).unwrap_or_else(|it| it.into_inner()).0,
                None => self.clock.wait(ready).unwrap_or_else(|it| it.into_inner()),
            };
        }
    }
}
