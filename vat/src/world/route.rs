//! What passes between vats, handed over at the end of the turn that sent it.
//!
//! A message goes onto its reference at once, not by way of the other vat's queue: what was sent first on a
//! reference is there first, whoever sent it.

use super::World;
use crate::bank::Tenant;
use crate::causality::Sent;
use crate::far::wire::Post;
use crate::far::{self, Frame, Outgoing, Parcel, PassedOn, WIRE, short};
use crate::heap::{Asker, Message, Watcher};
use crate::problem::Problem;
use crate::turn::Program;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How many sources of seeds are kept, and how long they may be.
const SEEDS: usize = 64;
const SEED: usize = 1 << 14;

/// What has passed between the vats of a world.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Traffic {
    /// Everything that was handed from one vat to another.
    pub messages: u64,
    /// The same where all that a vat hands to another at a time is one.
    pub frames: u64,
}

/// What became of something that was handed over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Handed {
    ToNobody,
    /// That vat took it in, and may have something to send now.
    To(u32),
    /// It stands in that vat's queue.
    Queued(u32),
}

impl World {
    /// What has passed between vats so far.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Hands over what `from` has sent, and what that makes others send.
    pub(super) fn route(&mut self, from: u32) {
        if self.travel.is_some() {
            return self.dispatch(from);
        }
        let mut work = std::mem::take(&mut self.routing);
        work.push(from);
        while let Some(from) = work.pop() {
            let mut last = None;
            while let Some(vat) = self.vats.get_mut(from) {
                if vat.cx.outbox.is_empty() {
                    // What was sent goes to what is let go of only now.
                    if !vat.cx.tables.has_dropped() {
                        break;
                    }
                    self.drop_all(from);
                    continue;
                }
                let mut outbox = std::mem::take(&mut vat.cx.outbox);
                vat.handed_over();
                for it in &mut outbox {
                    let handed = self.hand_over_next(from, it);
                    let (Handed::To(to) | Handed::Queued(to)) = handed else { continue };
                    self.traffic.messages += u64::from(to != from);
                    self.traffic.frames += u64::from(to != from && last != Some(to));
                    last = Some(to);
                    if handed == Handed::Queued(to) {
                        continue;
                    }
                    self.changed(to);
                    if to != from && self.vats.get(to).is_some_and(|it| it.has_news()) {
                        work.push(to);
                    }
                }
                outbox.clear();
                if outbox.capacity() <= 1024 {
                    self.outbox = outbox;
                }
            }
        }
        self.routing = work;
    }

    /// The same for something that is done with afterwards. A message is read where it lies, if it can be.
    fn hand_over_next(&mut self, from: u32, it: &mut Outgoing) -> Handed {
        if let Outgoing::Send { vat: to, export, message, cause } = it
            && let Some(handed) = self.hand_over_short((from, *to), *export, message, *cause)
        {
            return handed;
        }
        // Something that goes to nobody is left in its place.
        let it = std::mem::replace(it, Outgoing::Finish { vat: from, question: u32::MAX });
        self.hand_over(from, it).map_or(Handed::ToNobody, Handed::To)
    }

    /// The shortest way, if the message can go it and there is room for it.
    fn hand_over_short(
        &mut self,
        (from, to): (u32, u32),
        export: u32,
        message: &Message,
        cause: u64,
    ) -> Option<Handed> {
        let (sender, receiver) = self.vats.both(from, to)?;
        if !short::is_short(&sender.cx, message, to) || receiver.is_full(short::WEIGHT) {
            return None;
        }
        if receiver.cx.queue.room() == 0 {
            receiver.cx.queue = self.queues.pop().unwrap_or_default();
        }
        if !short::pass(&mut sender.cx, &mut receiver.cx, export, message, cause) {
            return Some(Handed::To(to));
        }
        self.vats.stand_in_line(to);
        Some(Handed::Queued(to))
    }

    /// The vat that it went to, which may have something to send now.
    fn hand_over(&mut self, from: u32, it: Outgoing) -> Option<u32> {
        match it {
            Outgoing::Send { vat: to, message, .. } if !self.reaches(to) => {
                self.nobody_there(from, message.result)
            }
            Outgoing::Seed { vat: to, promise, .. } if !self.vats.has(to) => {
                self.nobody_there(from, Asker::Here(promise.as_obj()?))
            }
            Outgoing::Tell {
                watcher: Watcher::Asked { vat: to, .. } | Watcher::Knows { vat: to, .. },
                ..
            } if !self.reaches(to) => None,
            Outgoing::Broke { vat: to, .. } if !self.reaches(to) => None,
            Outgoing::Send { .. }
            | Outgoing::Tell { .. }
            | Outgoing::Watch { .. }
            | Outgoing::Flush { .. }
            | Outgoing::Flushed { .. }
            | Outgoing::Finish { .. }
            | Outgoing::Accept { .. }
            | Outgoing::Broke { .. } => {
                let (to, frame) = far::frame(&mut self.vats.get_mut(from)?.cx, it)?;
                self.accept(from, to, frame)
            }
            Outgoing::Seed { vat: to, source, promise, cause, .. } if self.gates.contains_key(&to) => {
                self.seed_away(from, to, source, promise.as_obj()?, cause)
            }
            Outgoing::Seed { vat: to, source, promise, cause, sent } => {
                let frame = self.seed(from, to, source, promise, (cause, sent))?;
                self.vats.get_mut(to)?.accept(from, frame);
                Some(to)
            }
            Outgoing::MakeVat { vat, name, tenant, of_its_own } => {
                self.raise(from, vat, (name, tenant), of_its_own)
            }
            Outgoing::Ask { question, promise } => self.answer(from, &question, promise),
            Outgoing::Destroy { account, problem } => {
                let why = self.why(from, problem);
                self.destroy(&account, why);
                None
            }
            Outgoing::Kill { vat, problem } => {
                let why = self.why(from, problem);
                self.end_vat(vat, why);
                None
            }
        }
    }

    /// The same where it takes time: what goes to whom is put behind the others.
    pub(super) fn prepare(&mut self, from: u32, it: Outgoing, batch: &mut Vec<(u32, Frame)>) {
        match it {
            Outgoing::MakeVat { vat, name, tenant, of_its_own } => {
                self.raise(from, vat, (name, tenant), of_its_own);
            }
            Outgoing::Ask { question, promise } => drop(self.answer(from, &question, promise)),
            Outgoing::Seed { vat: to, source, promise, cause, sent } => {
                let frame = self.seed(from, to, source, promise, (cause, sent));
                batch.extend(frame.map(|it| (to, it)));
            }
            Outgoing::Destroy { account, problem } => {
                let why = self.why(from, problem);
                account.close();
                let all = self.paid_by(&account).into_iter();
                batch.extend(all.map(|to| (to, Frame::End { why: Box::new(why.clone()) })));
            }
            Outgoing::Kill { vat, problem } => {
                let why = Box::new(self.why(from, problem));
                batch.push((vat, Frame::End { why }));
            }
            it => {
                let Some(vat) = self.vats.get_mut(from) else { return };
                batch.extend(far::frame(&mut vat.cx, it));
            }
        }
    }

    /// `makeVat`: a vat with the powers that its maker grants.
    fn raise(
        &mut self,
        from: u32,
        vat: u32,
        (name, tenant): (Arc<str>, Option<Box<Tenant>>),
        of_its_own: bool,
    ) -> Option<u32> {
        if tenant.as_ref().is_some_and(|it| it.rent.account().is_closed()) {
            return None;
        }
        let powers = self.vats.get_mut(from)?.cx.powers.heir(name.clone());
        if of_its_own && self.travel.is_some() {
            self.add_vat(vat, name, powers);
            let why = "a vat in a process of its own cannot be made where messages take their time";
            self.end_vat(vat, Problem::new(why));
            return None;
        }
        if of_its_own {
            return self.add_process(vat, name, powers, tenant);
        }
        self.add_vat(vat, name, powers);
        if let (Some(it), Some(tenant)) = (self.vats.get_mut(vat), tenant) {
            it.lodge(tenant);
        }
        None
    }

    /// A problem of a vat, for those whom it is told when that vat may be gone.
    fn why(&mut self, from: u32, problem: Value) -> Problem {
        self.vats.get_mut(from).map_or_else(|| Problem::new("the vat is gone"), |it| it.why(problem))
    }

    fn nobody_there(&mut self, from: u32, asker: Asker) -> Option<u32> {
        self.vats.get_mut(from)?.nobody_there(asker);
        Some(from)
    }

    pub(super) fn accept(&mut self, from: u32, to: u32, mut frame: Frame) -> Option<u32> {
        if to == WIRE {
            return self.cross(from, Post::Frame(frame));
        }
        if let Frame::Message { args, question, .. } = &frame
            && self.vats.get_mut(to).is_some_and(|it| it.is_full(args.weight()))
        {
            return self.refuse(from, to, args, *question);
        }
        if self.travel.is_none()
            && let Some(it) = frame.parcel_mut()
        {
            self.count(it, to);
        }
        let vat = self.vats.get_mut(to)?;
        if vat.cx.queue.room() == 0 {
            vat.cx.queue = self.queues.pop().unwrap_or_default();
        }
        vat.accept(from, frame);
        Some(to)
    }

    /// The homes of the third vats' references in a parcel count them, before anybody can give them back.
    pub(super) fn count(&mut self, parcel: &mut Parcel, to: u32) {
        for PassedOn { home, export, .. } in std::mem::take(&mut parcel.passed_on) {
            if let Some(vat) = self.vats.get_mut(home) {
                vat.cx.tables.is_known_to(to);
                vat.cx.tables.hold(export);
            }
        }
    }

    /// Gives back the references that have died in a vat.
    fn drop_all(&mut self, from: u32) {
        let dropped = self.vats.get_mut(from).map(|it| it.cx.tables.take_dropped());
        for (vat, export, times) in dropped.into_iter().flatten() {
            self.accept(from, vat, Frame::Drop { export, times });
        }
    }

    fn seed(
        &mut self,
        from: u32,
        to: u32,
        source: Arc<str>,
        promise: Value,
        (cause, sent): (u64, Sent),
    ) -> Option<Frame> {
        let question = far::ask(&mut self.vats.get_mut(from)?.cx, promise.as_obj()?, to)?;
        let program = Box::new(seed_program(&mut self.seeds, source));
        Some(Frame::Seed { program, question, cause, sent })
    }

    /// Takes a vat out of the world and breaks what refers to it.
    pub(super) fn end_vat(&mut self, number: u32, why: Problem) {
        let Some(mut dead) = self.vats.remove(number) else { return };
        self.gates.remove(&number);
        self.tell_of_end(number, &why);
        self.graves.bury(number, dead.name.clone(), &mut dead.cx);
        let tables = &mut dead.cx.tables;
        let mut concerned = tables.take_known_to();
        concerned.extend(tables.asked());
        let mut held = tables.all_imports();
        held.extend(tables.take_dropped());
        if self.travel.is_some() {
            concerned.extend(held.iter().map(|it| it.0));
            concerned.sort_unstable();
            concerned.dedup();
            let mut told: Vec<(u32, Frame)> = Vec::new();
            told.extend(held.into_iter().map(|(home, export, times)| (home, Frame::Drop { export, times })));
            told.extend(concerned.into_iter().map(|it| (it, Frame::Lost { why: Box::new(why.clone()) })));
            return self.bury(number, told);
        }
        for (home, export, times) in held {
            concerned.push(home);
            if let Some(vat) = self.vats.get_mut(home) {
                far::release(&mut vat.cx, export, times);
            }
        }
        concerned.sort_unstable();
        concerned.dedup();
        for it in concerned {
            if let Some(vat) = self.vats.get_mut(it) {
                far::lose(&mut vat.cx, number, &why);
            }
            self.changed(it);
            self.route(it);
        }
    }
}

/// The same source is read once, however many vats it goes to.
pub(super) fn seed_program(seeds: &mut FxHashMap<Arc<str>, Program>, source: Arc<str>) -> Program {
    if let Some(it) = seeds.get(&source) {
        return it.clone();
    }
    let parse = syntax::parse(&source);
    let mut expansion = syntax::expand(&parse.program);
    expansion.errors.splice(0..0, parse.errors);
    let (name, prefix) = ("seed".into(), "__main$".into());
    let (expansion, text) = (Arc::new(expansion), Some(source.clone()));
    let program = Program { expansion, source: name, prefix, text, code: Some(Arc::default()) };
    if seeds.len() >= SEEDS {
        seeds.clear();
    }
    if source.len() <= SEED {
        seeds.insert(source, program.clone());
    }
    program
}
