//! Vats over worker threads: each takes its turns one at a time, on whichever thread is free.
//!
//! A worker takes a vat out of the world, with all that lies in its inbox, gives it some turns, and puts it back
//! together with what it has sent: at that moment, and no sooner, all of that lies in the inboxes of the others. So
//! whatever happens on several threads could have happened on one, where messages lie in inboxes for a while
//! (`Roads::Inboxes`), and order is kept for the same reason. What takes a look at other vats (what a bank pays for,
//! why a promise is pending) is done while none of them is away.
//!
//! A vat that has nothing to do is in no queue, and costs no thread and no wake-up. Which of two vats is first on
//! several threads is in nobody's hand: where a run is to be the same again, [`World::run_turns`] takes the turns.

use super::transport::{Letter, Travel, complete, returns};
use super::{Outcome, TurnReport, VatId, World};
use crate::far::{self, Frame, Outgoing, Pace};
use crate::machine::Lent;
use crate::problem::Stop;
use crate::turn::Vat;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Turns that one vat takes before another is given some, or units of work.
const TURNS: u64 = 32;
const WORK: u64 = 50_000;
/// What a turn costs that does nothing.
const TURN: u64 = 50;
/// Turns of a vat that has had them alone after which one thread is enough.
const ALONE: u64 = 4096;
/// How often powers are asked while a worker has nothing to do and another has.
const GLANCE: Duration = Duration::from_millis(5);
/// A worker's stack: as large as a program's own.
const STACK: usize = 8 << 20;

/// How many threads, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Workers {
    pub threads: usize,
    /// So many units of work are done on one thread by vats that stand in line, before there are more. A program that
    /// does less has the same order each time.
    pub after: u64,
}

impl Workers {
    /// So many, once it is worth while.
    pub fn new(threads: usize) -> Workers {
        Workers { threads, after: 2_000_000 }
    }
    /// From the beginning, even if it is one.
    pub fn at_once(threads: usize) -> Workers {
        Workers { threads, after: 0 }
    }
    fn spreads(self, crowded: u64) -> bool {
        self.after == 0 || self.threads > 1 && crowded >= self.after
    }
}

impl World {
    /// Takes turns until there is none to take, or one is stopped: that one is what the report is of. On several
    /// threads where vats stand in line for their turns, each still one turn at a time.
    pub fn run_on(&mut self, workers: Workers) -> TurnReport {
        let mut settled = Vec::new();
        let mut crowded = 0;
        loop {
            let spreads = workers.spreads(crowded) && self.may_spread();
            let mut report = if spreads {
                crowded = 0;
                self.run_on_threads(workers)
            } else {
                let (in_line, before) = (!self.vats.is_one_ready(), self.work_done());
                let report = self.run_turns(256);
                if in_line {
                    crowded += self.work_done().saturating_sub(before);
                }
                report
            };
            settled.append(&mut report.settled);
            if report.outcome != Outcome::Turned {
                report.settled = settled;
                return report;
            }
        }
    }

    fn work_done(&self) -> u64 {
        self.work.saturating_add(TURN * self.turns)
    }

    /// What happens is not written down, where somebody relies on one thing after the other.
    fn may_spread(&self) -> bool {
        self.travel.is_none() && self.ledger.is_none() && self.log.is_none() && self.gates.is_empty()
    }

    fn run_on_threads(&mut self, workers: Workers) -> TurnReport {
        self.travel = Some(Box::new(Travel::boxes()));
        let hub = Hub {
            world: self,
            running: 0,
            sleeping: 0,
            waiting: Vec::new(),
            paced: Vec::new(),
            stopped: None,
            raised: false,
            over: false,
            alone: 0,
            stays: workers.after == 0,
        };
        let office = Office { hub: Mutex::new(hub), wake: Condvar::new(), halt: AtomicBool::new(false) };
        std::thread::scope(|scope| {
            for _ in 1..workers.threads {
                let worker = std::thread::Builder::new().name("vats".into()).stack_size(STACK);
                // Fewer will do.
                if worker.spawn_scoped(scope, || office.work()).is_err() {
                    break;
                }
            }
            office.work();
        });
        let hub = office.hub.into_inner().unwrap_or_else(|it| it.into_inner());
        let Hub { stopped, raised, waiting, paced, .. } = hub;
        self.gather(waiting, paced);
        if raised {
            self.interrupt.take();
        }
        let outcome = match stopped {
            Some((_, stop)) => Outcome::Stopped(stop),
            None if self.vats.first().is_some() => Outcome::Turned,
            None => Outcome::Quiet { wake_in: self.vats.wake_in() },
        };
        let settled = self.newly_settled();
        let vat = stopped.map(|it| it.0);
        TurnReport { outcome, vat, cause: None, evaluated: None, settled, interrupted_after: None }
    }

    /// Every vat is back: whatever lies in inboxes is taken in, and from now on nothing lies there.
    fn gather(&mut self, waiting: Vec<u32>, mut paced: Vec<u32>) {
        let (at_home, others): (Vec<u32>, Vec<u32>) =
            waiting.into_iter().partition(|it| self.wants_process(*it));
        self.settle_all(others, &mut paced);
        self.take_all_in(&mut paced);
        self.travel = None;
        for it in paced {
            self.vats.set_pace(it, Pace::AtOnce);
        }
        for it in at_home {
            self.route(it);
            self.end_if_over(it);
        }
    }

    /// Has it asked for a vat in a process of its own? That is made on one thread, and the rest of the run stays there.
    fn wants_process(&self, number: u32) -> bool {
        let asks = |it: &Outgoing| matches!(it, Outgoing::MakeVat { of_its_own: true, .. });
        self.vats.get(number).is_some_and(|it| it.cx.outbox.iter().any(asks))
    }

    /// `paced`: those that know that their messages take time.
    fn take_all_in(&mut self, paced: &mut Vec<u32>) {
        while let Some(to) = self.travel.as_ref().and_then(|it| it.anybody()) {
            let letters = self.travel.as_mut().and_then(|it| it.open(to));
            if let Some(vat) = self.vats.get_mut(to) {
                vat.has_mail = false;
                pace(vat, paced);
            }
            letters.into_iter().flatten().for_each(|it| self.take_in(to, it));
        }
    }

    /// While no vat is away: what these have sent that concerns all of them.
    fn settle_all(&mut self, waiting: Vec<u32>, paced: &mut Vec<u32>) {
        if waiting.is_empty() {
            return;
        }
        for number in waiting {
            self.route(number);
            self.take_all_in(paced);
            while let Some(vat) = self.vats.get_mut(number)
                && let Some(Outgoing::Ask { .. }) = vat.cx.outbox.first()
            {
                let Outgoing::Ask { question, promise } = vat.cx.outbox.remove(0) else { break };
                self.answer(number, &question, promise);
                if !self.whys.is_empty() {
                    self.tell_why();
                }
                self.route(number);
                self.take_all_in(paced);
            }
            self.end_if_over(number);
        }
    }

    fn end_if_over(&mut self, number: u32) {
        if let Some(why) = self.vats.get_mut(number).and_then(|it| it.ended.take()) {
            self.end_vat(number, *why);
        }
    }
}

fn pace(vat: &mut Vat, paced: &mut Vec<u32>) {
    if std::mem::replace(&mut vat.cx.tables.pace, Pace::Batches) == Pace::AtOnce {
        paced.push(vat.cx.vat);
    }
}

/// The world, for one worker at a time.
struct Hub<'a> {
    world: &'a mut World,
    /// How many vats are away.
    running: usize,
    /// How many workers have nothing to do.
    sleeping: usize,
    /// Vats that have sent something that concerns all.
    waiting: Vec<u32>,
    /// Vats that know that their messages take time.
    paced: Vec<u32>,
    stopped: Option<(VatId, Stop)>,
    /// The interrupt was raised once more, for others that ran.
    raised: bool,
    over: bool,
    /// How many turns have been taken since two vats were busy.
    alone: u64,
    /// Even if one thread would do.
    stays: bool,
}

/// What workers share.
struct Office<'a> {
    hub: Mutex<Hub<'a>>,
    /// There is something to do, or there never will be.
    wake: Condvar,
    /// No turn is to be begun any more.
    halt: AtomicBool,
}

/// A vat that is to have some turns.
struct Job {
    number: u32,
    vat: Box<Vat>,
    mail: Vec<Letter>,
}

/// What came of it.
struct Done {
    number: u32,
    vat: Box<Vat>,
    /// What it has sent. What it has sent after that, and is for the world, is still in its outbox.
    batch: Vec<(u32, Frame)>,
    /// What it has not taken in.
    left: Vec<Letter>,
    turns: u64,
    stopped: Option<Stop>,
}

/// What a worker keeps from vat to vat.
#[derive(Default)]
struct Bench {
    lent: Lent,
    outbox: Vec<Outgoing>,
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(|it| it.into_inner())
}

/// Whoever leaves, for whatever reason, does not leave others waiting.
struct Leaving<'a, 'b>(&'a Office<'b>);

impl Drop for Leaving<'_, '_> {
    fn drop(&mut self) {
        self.0.halt.store(true, Relaxed);
        lock(&self.0.hub).over = true;
        self.0.wake.notify_all();
    }
}

impl Office<'_> {
    /// One worker, until there is nothing to do for anybody.
    fn work(&self) {
        let _leaving = Leaving(self);
        let mut bench = Bench::default();
        let mut done = None;
        while let Some(job) = self.next(done.take()) {
            done = Some(bench.work_on(job, &self.halt));
        }
    }

    /// Who is next; `done` is back.
    fn next(&self, done: Option<Done>) -> Option<Job> {
        let mut hub = lock(&self.hub);
        if let Some(it) = done {
            hub.back(it, &self.halt);
        }
        loop {
            if hub.running == 0 {
                if hub.waiting.iter().any(|it| hub.world.wants_process(*it)) {
                    return None;
                }
                let Hub { world, waiting, paced, .. } = &mut *hub;
                world.settle_all(std::mem::take(waiting), paced);
            }
            if hub.over || hub.stopped.is_some() {
                return None;
            }
            // Who waits for all the others is not kept waiting by more of them.
            if hub.waiting.is_empty()
                && let Some(job) = hub.take()
            {
                if hub.sleeping > 0 && hub.world.vats.is_any_ready() {
                    self.wake.notify_one();
                }
                return Some(job);
            }
            if hub.running == 0 {
                return None;
            }
            hub.sleeping += 1;
            hub = self.rest(hub);
            hub.sleeping -= 1;
        }
    }

    /// Until somebody has something to do, or a timer may be due.
    fn rest<'a, 'b>(&'a self, mut hub: MutexGuard<'a, Hub<'b>>) -> MutexGuard<'a, Hub<'b>> {
        let glance = hub.world.vats.is_any_expecting().then_some(GLANCE);
        match hub.world.vats.wake_in().into_iter().chain(glance).min() {
            Some(it) => self.wake.wait_timeout(hub, it).unwrap_or_else(|it| it.into_inner()).0,
            None => self.wake.wait(hub).unwrap_or_else(|it| it.into_inner()),
        }
    }
}

impl Hub<'_> {
    fn take(&mut self) -> Option<Job> {
        if self.alone > ALONE && !self.stays {
            return None;
        }
        let world = &mut *self.world;
        world.vats.ring();
        let number = world.vats.first()?;
        world.vats.turned(number);
        let mut vat = world.vats.take_out(number)?;
        vat.has_mail = false;
        pace(&mut vat, &mut self.paced);
        let mail = world.travel.as_mut().and_then(|it| it.open(number)).unwrap_or_default();
        self.running += 1;
        Some(Job { number, vat, mail })
    }

    fn back(&mut self, done: Done, halt: &AtomicBool) {
        let Done { number, vat, batch, left, turns, stopped } = done;
        let Hub { world, .. } = self;
        self.running -= 1;
        world.turns += turns;
        let has_own = vat.cx.fuel.has_own_interrupt();
        let concerns_all = vat.cx.outbox.iter().any(Outgoing::concerns_all);
        world.vats.put_back(number, vat);
        if !batch.is_empty() {
            world.put(number, batch);
        }
        left.into_iter().for_each(|it| world.take_in(number, it));
        if concerns_all {
            self.waiting.push(number);
        } else {
            if world.vats.get(number).is_some_and(Vat::has_news) {
                world.route(number);
            }
            world.end_if_over(number);
        }
        let has_mail = world.travel.as_ref().is_some_and(|it| it.has_mail(number));
        if let Some(it) = world.vats.get_mut(number) {
            it.has_mail = has_mail;
        }
        world.changed(number);
        world.vats.tidy(false);
        let is_alone = self.running == 0 && world.vats.is_one_ready();
        self.alone = if is_alone { self.alone + turns } else { 0 };
        if let Some(stop) = stopped {
            halt.store(true, Relaxed);
            self.stopped.get_or_insert((VatId(number), stop));
            // Who interrupts means all that runs.
            if stop == Stop::Interrupted && self.running > 0 && !has_own {
                self.raised = true;
                world.interrupt.raise();
            }
        }
    }
}

impl Bench {
    fn work_on(&mut self, job: Job, halt: &AtomicBool) -> Done {
        let Job { number, mut vat, mail } = job;
        let mut batch = Vec::new();
        let left = take_in(&mut vat, mail, &mut batch);
        let mut done = Done { number, vat, batch, left, turns: 0, stopped: None };
        if self.collect(&mut done) && done.left.is_empty() {
            let mut work = 0;
            self.lent.forget();
            done.vat.machine.borrow(&mut done.vat.cx, &mut self.lent);
            while done.turns < TURNS && work < WORK && !halt.load(Relaxed) {
                let Some(turned) = done.vat.turn() else { break };
                done.turns += 1;
                work = turned.used.saturating_add(work);
                done.stopped = turned.stopped;
                if !self.collect(&mut done) || done.stopped.is_some() || done.vat.ended.is_some() {
                    break;
                }
            }
            done.vat.machine.give_back(&mut done.vat.cx, &mut self.lent);
        }
        // An idle vat keeps no room for what it does not have.
        if done.vat.cx.queue.is_empty() {
            done.vat.cx.queue = Default::default();
        }
        if done.vat.cx.outbox.is_empty() {
            let outbox = std::mem::take(&mut done.vat.cx.outbox);
            if outbox.capacity() <= 1024 {
                self.outbox = outbox;
            }
        }
        done
    }

    /// Puts what the vat has sent behind the rest; `false`: some of it is for the world, so all of it stays.
    fn collect(&mut self, done: &mut Done) -> bool {
        let Done { vat, batch, .. } = done;
        if vat.cx.outbox.iter().any(Outgoing::is_for_the_world) {
            return false;
        }
        let start = batch.len();
        while !vat.cx.outbox.is_empty() {
            vat.handed_over();
            let mut outbox = std::mem::replace(&mut vat.cx.outbox, std::mem::take(&mut self.outbox));
            for it in outbox.drain(..) {
                batch.extend(far::frame(&mut vat.cx, it));
            }
            self.outbox = outbox;
        }
        complete(vat, batch, start);
        true
    }
}

/// Takes in what lies in a vat's inbox; what is left is from its end on.
fn take_in(vat: &mut Vat, mail: Vec<Letter>, batch: &mut Vec<(u32, Frame)>) -> Vec<Letter> {
    let mut mail = mail.into_iter();
    while let Some(Letter { from, frames }) = mail.next() {
        let mut frames = frames.into_iter();
        while let Some(frame) = frames.next() {
            match frame {
                Frame::End { .. } => {
                    let frames = std::iter::once(frame).chain(frames).collect();
                    return std::iter::once(Letter { from, frames }).chain(mail).collect();
                }
                Frame::Message { args, question, .. } if vat.is_full(args.weight()) => {
                    batch.extend(returns(&args, vat.cx.vat));
                    question.iter().for_each(|it| vat.has_no_room(from, *it));
                }
                frame => vat.accept(from, frame),
            }
        }
    }
    Vec::new()
}
