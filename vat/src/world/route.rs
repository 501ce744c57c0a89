//! What passes between vats, handed over at the end of the turn that sent it.
//!
//! A message goes onto its reference at once, not by way of the other vat's queue: what was sent first on a
//! reference is there first, whoever sent it.

use super::{Evaluation, World, queue_eval};
use crate::far::{self, Outgoing};
use crate::heap::{Cell, Message, Promise};
use crate::problem::Problem;
use crate::turn::Vat;
use crate::value::{Obj, Value};
use std::sync::Arc;

impl World {
    /// Hands over what `from` has sent, and what that makes others send.
    pub(super) fn route(&mut self, from: u32) {
        let mut work = vec![from];
        while let Some(from) = work.pop() {
            let Some(vat) = self.vats.get_mut(from) else { continue };
            for it in std::mem::take(&mut vat.cx.outbox) {
                if let Some(to) = self.hand_over(from, it) {
                    self.changed(to);
                    work.push(to);
                }
            }
        }
    }

    /// The vat that may have something to send now.
    fn hand_over(&mut self, from: u32, it: Outgoing) -> Option<u32> {
        match it {
            Outgoing::Send { vat, export, message, cause } => self.send(from, vat, export, message, cause),
            Outgoing::Resolve { vat, home, export, value } => self.resolve(from, vat, home, export, value),
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
            Outgoing::Seed { vat, source, promise } => self.seed(from, vat, source, promise),
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

    fn send(&mut self, from: u32, to: u32, export: u32, message: Message, cause: u64) -> Option<u32> {
        if !self.vats.has(to) {
            let vat = self.vats.get_mut(from)?;
            if let Some(result) = message.result {
                let problem = vat.cx.heap.problem("the vat is gone");
                let broken = vat.cx.broken(problem);
                vat.cx.resolve(result.into(), broken);
            }
            return Some(from);
        }
        let posted = far::post(&mut self.vats.get_mut(from)?.cx, message, to);
        let vat = self.vats.get_mut(to)?;
        let args = unpack(vat, posted.parcel);
        let result = posted.result.map(|number| watched_promise(vat, (from, from, number)));
        let target = vat.cx.tables.exported(export).map(|it| vat.cx.near(it))?;
        let message = Message { selector: posted.selector, args: args.into(), result };
        let before = std::mem::replace(&mut vat.cx.cause, cause);
        if let Some(unheard) = crate::send::deliver(&mut vat.cx, target, message) {
            vat.cx.resolve(unheard.into(), target);
        }
        vat.cx.cause = before;
        Some(to)
    }

    fn resolve(&mut self, from: u32, to: u32, home: u32, export: u32, value: Value) -> Option<u32> {
        let parcel = far::pack(&mut self.vats.get_mut(from)?.cx, &[value], to);
        let vat = self.vats.get_mut(to)?;
        let value = unpack(vat, parcel).first().copied().unwrap_or(Value::NULL);
        let promise = match home == to {
            true => vat.cx.tables.exported(export),
            false => vat.cx.tables.import(home, export).map(Value::from),
        };
        vat.cx.resolve(promise?, value);
        Some(to)
    }

    fn seed(&mut self, from: u32, to: u32, source: Arc<str>, promise: Value) -> Option<u32> {
        let sender = self.vats.get_mut(from)?;
        let number = sender.cx.tables.export(promise.as_obj()?);
        let id = self.fresh();
        let parse = syntax::parse(&source);
        let mut expansion = syntax::expand(&parse.program);
        expansion.errors.splice(0..0, parse.errors);
        let Some(vat) = self.vats.get_mut(to) else {
            let sender = self.vats.get_mut(from)?;
            let problem = sender.cx.heap.problem("the vat is gone");
            let broken = sender.cx.broken(problem);
            sender.cx.resolve(promise, broken);
            return Some(from);
        };
        queue_eval(vat, id, Evaluation::new(expansion, "seed"));
        let result = vat.evals.get(&id)?.result;
        watch(vat, result, (from, from, number));
        Some(to)
    }

    /// Takes a vat out of the world and breaks what refers to it.
    pub(super) fn end_vat(&mut self, number: u32, why: Problem) {
        if self.vats.remove(number).is_none() {
            return;
        }
        for it in self.vats.numbers() {
            if let Some(vat) = self.vats.get_mut(it) {
                lose(vat, number, &why);
            }
            self.changed(it);
            self.route(it);
        }
    }
}

/// Breaks every reference of `vat` into the vat `lost`.
fn lose(vat: &mut Vat, lost: u32, why: &Problem) {
    for it in vat.cx.tables.imports_from(lost) {
        let problem = vat.cx.heap.problem(why.clone());
        match vat.cx.heap.cell_mut(it) {
            far @ Cell::Far { .. } => {
                *far = Cell::Broken(problem);
                crate::when::broke(&mut vat.cx, it.into());
            }
            Cell::Promise(Promise::Unresolved(_)) => {
                let broken = vat.cx.broken(problem);
                vat.cx.resolve(it.into(), broken);
            }
            _ => {}
        }
    }
    // Results asked of the lost vat will never come.
    for it in vat.cx.tables.awaited_from(lost) {
        let problem = vat.cx.heap.problem(why.clone());
        let broken = vat.cx.broken(problem);
        vat.cx.resolve(it.into(), broken);
    }
}

pub(super) fn unpack(vat: &mut Vat, parcel: far::Parcel) -> Vec<Value> {
    let Vat { cx, machine, .. } = vat;
    far::unpack(cx, &mut |cx, module| machine.load(cx, module), parcel)
}

/// A fresh promise that tells another vat when it is settled.
fn watched_promise(vat: &mut Vat, watcher: (u32, u32, u32)) -> Obj {
    let (promise, _) = vat.cx.promise();
    let Some(at) = promise.as_obj() else { return vat.cx.heap.alloc(Cell::FinalSlot(promise)) };
    watch(vat, at, watcher);
    at
}

fn watch(vat: &mut Vat, promise: Obj, watcher: (u32, u32, u32)) {
    if let Cell::Promise(Promise::Unresolved(backlog)) = vat.cx.heap.cell_mut(promise) {
        backlog.watched.push(watcher);
    }
}
