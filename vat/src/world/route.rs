//! What passes between vats, handed over at the end of the turn that sent it.
//!
//! A message goes onto its reference at once, not by way of the other vat's queue: what was sent first on a
//! reference is there first, whoever sent it.

use super::World;
use crate::causality::Sent;
use crate::far::{self, Frame, Outgoing, Parcel};
use crate::heap::{Asker, Watcher};
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

impl World {
    /// What has passed between vats so far.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Hands over what `from` has sent, and what that makes others send.
    pub(super) fn route(&mut self, from: u32) {
        let mut work = std::mem::take(&mut self.routing);
        work.push(from);
        while let Some(from) = work.pop() {
            let mut last = None;
            while let Some(vat) = self.vats.get_mut(from) {
                if vat.cx.tables.has_dropped() {
                    self.drop_all(from);
                    continue;
                }
                if vat.cx.outbox.is_empty() {
                    break;
                }
                let mut outbox = std::mem::take(&mut vat.cx.outbox);
                for it in outbox.drain(..) {
                    let Some(to) = self.hand_over(from, it) else { continue };
                    self.traffic.messages += u64::from(to != from);
                    self.traffic.frames += u64::from(to != from && last != Some(to));
                    last = Some(to);
                    self.changed(to);
                    if to != from && self.vats.get(to).is_some_and(|it| it.has_news()) {
                        work.push(to);
                    }
                }
                if outbox.capacity() <= 1024 {
                    self.outbox = outbox;
                }
            }
        }
        self.routing = work;
    }

    /// The vat that it went to, which may have something to send now.
    fn hand_over(&mut self, from: u32, it: Outgoing) -> Option<u32> {
        match it {
            Outgoing::Send { vat: to, export, message, cause } => {
                if !self.vats.has(to) {
                    return self.nobody_there(from, message.result);
                }
                let frame = far::post(&mut self.vats.get_mut(from)?.cx, export, message, to, cause);
                self.accept(from, to, frame)
            }
            Outgoing::Tell { watcher, value, sent } => {
                let (Watcher::Asked { vat: to, .. } | Watcher::Knows { vat: to, .. }) = watcher;
                let sender = self.vats.get_mut(from)?;
                if let Watcher::Asked { vat, question } = watcher {
                    sender.cx.tables.take_answer(vat, question);
                }
                if !self.vats.has(to) {
                    return None;
                }
                let value = far::pack(&mut self.vats.get_mut(from)?.cx, &[value], to);
                let frame = match watcher {
                    Watcher::Asked { question, .. } => Frame::Answer { question, value, sent },
                    Watcher::Knows { export, .. } => Frame::Settled { export, value, sent },
                };
                self.accept(from, to, frame)
            }
            Outgoing::Watch { vat, export } => self.accept(from, vat, Frame::Watch { export }),
            Outgoing::Flush { vat, export } => self.accept(from, vat, Frame::Flush { export }),
            Outgoing::Flushed { vat, export } => self.accept(from, vat, Frame::Flushed { export }),
            Outgoing::MakeVat { vat, name, tenant } => {
                if tenant.as_ref().is_some_and(|it| it.rent.account().is_closed()) {
                    return None;
                }
                let powers = self.vats.get_mut(from)?.cx.powers.heir(name.clone());
                self.add_vat(vat, name, powers);
                if let (Some(it), Some(tenant)) = (self.vats.get_mut(vat), tenant) {
                    it.lodge(tenant);
                }
                None
            }
            Outgoing::Ask { question, promise } => self.answer(from, &question, promise),
            Outgoing::Destroy { account, problem } => {
                let why = self.why(from, problem);
                self.destroy(&account, why);
                None
            }
            Outgoing::Seed { vat, source, promise, cause, sent } => {
                self.seed(from, vat, source, promise, (cause, sent))
            }
            Outgoing::Kill { vat, problem } => {
                let why = self.why(from, problem);
                self.end_vat(vat, why);
                None
            }
        }
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
        if let Frame::Message { args, question, .. } = &frame
            && self.vats.get_mut(to).is_some_and(|it| it.is_full(args.weight()))
        {
            return self.refuse(from, to, args, *question);
        }
        if let Some(it) = frame.parcel_mut() {
            self.count(it, to);
        }
        let vat = self.vats.get_mut(to)?;
        if vat.cx.queue.capacity() == 0 {
            vat.cx.queue = self.queues.pop().unwrap_or_default();
        }
        vat.accept(from, frame);
        Some(to)
    }

    /// The homes of the third vats' references in a parcel count them, before anybody can give them back.
    pub(super) fn count(&mut self, parcel: &mut Parcel, to: u32) {
        for (home, export) in std::mem::take(&mut parcel.passed_on) {
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
    ) -> Option<u32> {
        let promise = promise.as_obj()?;
        if !self.vats.has(to) {
            return self.nobody_there(from, Asker::Here(promise));
        }
        let question = far::ask(&mut self.vats.get_mut(from)?.cx, promise, to)?;
        let program = seed_program(&mut self.seeds, source);
        self.vats.get_mut(to)?.seeded(program, from, question, cause, sent);
        Some(to)
    }

    /// Takes a vat out of the world and breaks what refers to it.
    pub(super) fn end_vat(&mut self, number: u32, why: Problem) {
        let Some(mut dead) = self.vats.remove(number) else { return };
        self.graves.bury(number, dead.name.clone(), &mut dead.cx);
        let tables = &mut dead.cx.tables;
        let mut concerned = tables.take_known_to();
        concerned.extend(tables.asked());
        let mut held = tables.all_imports();
        held.extend(tables.take_dropped());
        for (home, export, times) in held {
            concerned.push(home);
            if let Some(vat) = self.vats.get_mut(home) {
                vat.cx.tables.release(export, times);
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
