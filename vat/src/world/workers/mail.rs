//! What workers put into the inboxes of vats, and the end of a vat among workers.

use super::{Bench, Shared, Slot, lock};
use crate::bank::{Account, Question};
use crate::causality::Sent;
use crate::far::{self, Frame, Outgoing, Parcel};
use crate::heap::{Asker, Watcher};
use crate::problem::Problem;
use crate::turn::{Program, Vat};
use crate::value::Value;
use std::sync::Arc;

/// What comes in for a vat.
pub(super) enum Mail {
    Frame(u32, Frame),
    Seed(Box<Seed>),
    End(Box<Problem>),
    EndIfPaidBy(Arc<Account>, Box<Problem>),
}

/// A program for another vat, and the question that its value answers.
pub(super) struct Seed {
    program: Program,
    from: u32,
    question: u32,
    cause: u64,
    sent: Sent,
}

impl Seed {
    pub(super) fn plant(self: Box<Seed>, vat: &mut Vat) {
        let Seed { program, from, question, cause, sent } = *self;
        vat.seeded(program, from, question, cause, sent);
    }
}

impl Shared {
    /// Puts what the vat has sent into the inboxes of others.
    pub(super) fn post(&self, number: u32, vat: &mut Vat, bench: &mut Bench) {
        let mut to = None;
        while vat.has_news() {
            for (home, export, times) in vat.cx.tables.take_dropped() {
                self.put(number, vat, bench, &mut to, home, Frame::Drop { export, times });
            }
            let mut outbox = std::mem::take(&mut vat.cx.outbox);
            for it in outbox.drain(..) {
                self.hand_over(number, vat, bench, &mut to, it);
            }
            if vat.cx.outbox.is_empty() && outbox.capacity() <= 64 {
                vat.cx.outbox = outbox;
            }
            self.flush(vat, bench, &mut to);
        }
    }

    fn is_open(&self, number: u32) -> bool {
        self.slot(number).is_some_and(|it| lock(&it.inbox).open)
    }

    fn hand_over(&self, from: u32, vat: &mut Vat, bench: &mut Bench, batch: &mut Option<u32>, it: Outgoing) {
        match it {
            Outgoing::Send { vat: to, export, message, cause } => {
                if self.slot(to).is_none() {
                    return vat.nobody_there(message.result);
                }
                let frame = far::post(&mut vat.cx, export, message, to, cause);
                self.put(from, vat, bench, batch, to, frame);
            }
            Outgoing::Tell { watcher, value, sent } => {
                let (Watcher::Asked { vat: to, .. } | Watcher::Knows { vat: to, .. }) = watcher;
                // What the asker has sent to the answer may still be on its way here.
                if let Watcher::Asked { vat: asker, question } = watcher {
                    vat.cx.tables.set_answer(asker, question, value);
                }
                if self.slot(to).is_none() {
                    return;
                }
                let value = far::pack(&mut vat.cx, &[value], to);
                let frame = match watcher {
                    Watcher::Asked { question, .. } => Frame::Answer { question, value, sent },
                    Watcher::Knows { export, .. } => Frame::Settled { export, value, sent },
                };
                self.put(from, vat, bench, batch, to, frame);
            }
            Outgoing::Watch { vat: to, export } => {
                self.put(from, vat, bench, batch, to, Frame::Watch { export });
            }
            Outgoing::Flush { vat: to, export } => {
                self.put(from, vat, bench, batch, to, Frame::Flush { export });
            }
            Outgoing::Flushed { vat: to, export } => {
                self.put(from, vat, bench, batch, to, Frame::Flushed { export });
            }
            Outgoing::MakeVat { vat: number, name, tenant } => {
                if tenant.as_ref().is_some_and(|it| it.rent.account().is_closed()) {
                    return;
                }
                let powers = vat.cx.powers.heir(name.clone());
                let (limits, interrupt) = (self.limits.clone(), self.interrupt.clone());
                let mut new = Vat::new(number, name, powers, limits, interrupt, self.next_vat.clone());
                new.cx.tables.in_flight = true;
                tenant.into_iter().for_each(|it| new.lodge(it));
                let mut slots = self.slots.write().unwrap_or_else(|it| it.into_inner());
                let at = number as usize;
                if slots.len() <= at {
                    slots.resize_with(at + 1, || None);
                }
                slots[at] = Some(Slot::new(Box::new(new)));
            }
            Outgoing::Seed { vat: to, source, promise, cause, sent } => {
                let Some(promise) = promise.as_obj() else { return };
                if self.slot(to).is_none() {
                    return vat.nobody_there(Asker::Here(promise));
                }
                let Some(question) = far::ask(&mut vat.cx, promise, to) else { return };
                let program = super::super::route::seed_program(&mut lock(&self.seeds), source);
                let seed = Mail::Seed(Box::new(Seed { program, from, question, cause, sent }));
                self.flush(vat, bench, batch);
                bench.batch.push(seed);
                *batch = Some(to);
            }
            Outgoing::Kill { vat: to, problem } => {
                let why = vat.why(problem);
                self.flush(vat, bench, batch);
                bench.batch.push(Mail::End(Box::new(why)));
                *batch = Some(to);
            }
            Outgoing::Ask { question, promise } => self.answer(vat, &question, promise),
            Outgoing::Destroy { account, problem } => {
                account.close();
                let why = vat.why(problem);
                self.flush(vat, bench, batch);
                let slots = self.slots.read().unwrap_or_else(|it| it.into_inner()).clone();
                for (to, slot) in
                    slots.iter().enumerate().filter_map(|(n, it)| Some((n as u32, it.as_ref()?)))
                {
                    let mut inbox = lock(&slot.inbox);
                    if inbox.open {
                        inbox.mail.push(Mail::EndIfPaidBy(account.clone(), Box::new(why.clone())));
                        drop(inbox);
                        self.schedule(to, slot);
                    }
                }
            }
        }
    }

    fn answer(&self, vat: &mut Vat, question: &Question, promise: Value) {
        let answer = match question {
            Question::IsAlive(it) => self.is_open(*it).into(),
            _ => {
                let why = "what a space bank pays for cannot be looked at while vats run on several threads";
                let problem = vat.cx.heap.problem(why);
                vat.cx.broken(problem)
            }
        };
        vat.cx.resolve(promise, answer);
    }

    /// Adds to what goes to the same vat together. Homes of third vats' references hear of them first.
    fn put(
        &self,
        from: u32,
        vat: &mut Vat,
        bench: &mut Bench,
        batch: &mut Option<u32>,
        to: u32,
        mut frame: Frame,
    ) {
        if let Some(parcel) = frame.parcel_mut() {
            for (home, export) in std::mem::take(&mut parcel.passed_on) {
                if *batch != Some(home) {
                    self.flush(vat, bench, batch);
                    *batch = Some(home);
                }
                bench.batch.push(Mail::Frame(from, Frame::Hold { export, vat: to }));
            }
        }
        if *batch != Some(to) {
            self.flush(vat, bench, batch);
            *batch = Some(to);
        }
        bench.batch.push(Mail::Frame(from, frame));
    }

    fn flush(&self, vat: &mut Vat, bench: &mut Bench, batch: &mut Option<u32>) {
        let Some(to) = batch.take() else { return };
        if let Some(slot) = self.slot(to) {
            let mut inbox = lock(&slot.inbox);
            if inbox.open {
                inbox.mail.append(&mut bench.batch);
                drop(inbox);
                return self.schedule(to, &slot);
            }
        }
        for it in bench.batch.drain(..) {
            returned(vat, it);
        }
    }

    /// Takes the vat out, and tells all who have to do with it; `left` is mail that it has not looked at.
    pub(super) fn end(
        &self,
        number: u32,
        slot: &Slot,
        place: &mut Option<Box<Vat>>,
        why: Problem,
        left: impl Iterator<Item = Mail>,
    ) {
        let Some(mut dead) = place.take() else { return };
        let mut left: Vec<Mail> = left.collect();
        {
            let mut inbox = lock(&slot.inbox);
            inbox.open = false;
            left.append(&mut inbox.mail);
        }
        for it in &mut left {
            if let Mail::Frame(_, frame) = it
                && let Some(it) = frame.parcel_mut()
            {
                far::discard(&mut dead.cx, it);
            }
        }
        let tables = &mut dead.cx.tables;
        let mut concerned = tables.take_known_to();
        concerned.extend(tables.asked());
        concerned.extend(left.iter().filter_map(|it| match it {
            Mail::Frame(from, _) => Some(*from),
            Mail::Seed(it) => Some(it.from),
            _ => None,
        }));
        let mut held = tables.all_imports();
        held.extend(tables.take_dropped());
        concerned.extend(held.iter().map(|it| it.0));
        for (home, export, times) in held {
            self.mail(number, home, Frame::Drop { export, times });
        }
        concerned.sort_unstable();
        concerned.dedup();
        for it in concerned {
            self.mail(number, it, Frame::Lost { why: Box::new(why.clone()) });
        }
        let mut slots = self.slots.write().unwrap_or_else(|it| it.into_inner());
        if let Some(it) = slots.get_mut(number as usize) {
            *it = None;
        }
    }

    fn mail(&self, from: u32, to: u32, frame: Frame) {
        let Some(slot) = self.slot(to) else { return };
        let mut inbox = lock(&slot.inbox);
        if inbox.open {
            inbox.mail.push(Mail::Frame(from, frame));
            drop(inbox);
            self.schedule(to, &slot);
        }
    }
}

/// Nobody is there to take it: what it asked is broken, what it held is let go of.
fn returned(vat: &mut Vat, mail: Mail) {
    match mail {
        Mail::Frame(_, mut frame) => {
            if let Frame::Message { question: Some(it), .. } = &frame {
                vat.unanswered(*it);
            }
            if let Some(it) = frame.parcel_mut() {
                let it: &Parcel = it;
                far::discard(&mut vat.cx, it);
            }
        }
        Mail::Seed(it) => vat.unanswered(it.question),
        Mail::End(_) | Mail::EndIfPaidBy(..) => {}
    }
}
