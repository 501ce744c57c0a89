//! What passes between vats, handed over at the end of the turn that sent it.
//!
//! A message goes onto its reference at once, not by way of the other vat's queue: what was sent first on a
//! reference is there first, whoever sent it.

use super::World;
use crate::causality::Sent;
use crate::cx::{Delivery, Work};
use crate::far::{self, Frame, Outgoing, Parcel};
use crate::heap::{Asker, Cell, Watcher};
use crate::problem::Problem;
use crate::turn::{Program, Vat};
use crate::value::{Obj, Value};
use std::sync::Arc;

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
                // The room of the outbox stays, if handing over has not made another.
                if let Some(vat) = self.vats.get_mut(from)
                    && vat.cx.outbox.is_empty()
                {
                    vat.cx.outbox = outbox;
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
            Outgoing::MakeVat { vat, name, tenant } => {
                if tenant.as_ref().is_some_and(|it| it.rent.account().is_closed()) {
                    return None;
                }
                let powers = self.vats.get(from)?.cx.powers.for_vat(&name);
                self.add_vat(vat, &name, powers);
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
        let why = self.vats.get_mut(from).map(|it| it.quote(problem)).unwrap_or_default();
        Problem::new(why.strip_prefix("problem: ").unwrap_or(&why))
    }

    /// Who sent to a vat that is gone hears so.
    fn nobody_there(&mut self, from: u32, asker: Asker) -> Option<u32> {
        let vat = self.vats.get_mut(from)?;
        let problem = vat.cx.heap.problem("the vat is gone");
        let broken = vat.cx.broken(problem);
        if let Some(it) = crate::send::asker_told(&mut vat.cx, asker, broken) {
            vat.cx.resolve(it.into(), broken);
        }
        Some(from)
    }

    fn accept(&mut self, from: u32, to: u32, mut frame: Frame) -> Option<u32> {
        if let Frame::Message { args, question, .. } = &frame
            && self.vats.get_mut(to).is_some_and(|it| it.is_full(args.weight()))
        {
            return self.refuse(from, to, args, *question);
        }
        if let Frame::Message { args: it, .. }
        | Frame::Answer { value: it, .. }
        | Frame::Settled { value: it, .. } = &mut frame
        {
            self.count(it, to);
        }
        let vat = self.vats.get_mut(to)?;
        let Vat { cx, machine, .. } = vat;
        far::accept(cx, &mut |cx, module| machine.load(cx, module), from, frame);
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
        let parse = syntax::parse(&source);
        let mut expansion = syntax::expand(&parse.program);
        expansion.errors.splice(0..0, parse.errors);
        let program = Program { expansion, source: "seed".into(), prefix: "__main$".into() };
        let cx = &mut self.vats.get_mut(to)?.cx;
        cx.tables.is_known_to(from);
        let result = cx.open_promise();
        crate::send::watch(cx, result, Watcher::Asked { vat: from, question });
        cx.tables.set_answer(from, question, result);
        cx.queue.push_back(Delivery { work: Work::Seed { program: Box::new(program), result, sent }, cause });
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
                lose(vat, number, &why);
            }
            self.changed(it);
            self.route(it);
        }
    }
}

/// Breaks every reference of `vat` into the vat `lost`, and every promise for what it would have answered.
pub(super) fn lose(vat: &mut Vat, lost: u32, why: &Problem) {
    let mut broken: Vec<Obj> = vat.cx.tables.lost(lost);
    broken.sort_unstable();
    for it in broken {
        let problem = vat.cx.heap.problem(why.clone());
        match vat.cx.heap.cell_mut(it) {
            far @ Cell::Far { .. } => {
                *far = Cell::Broken(problem);
                crate::when::broke(&mut vat.cx, it.into());
            }
            Cell::Promise(_) => {
                let broken = vat.cx.broken(problem);
                vat.cx.resolve(it.into(), broken);
            }
            _ => {}
        }
    }
}
