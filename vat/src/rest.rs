//! A vat that has nothing to do, in a fifth of the space: what its next turn will make anew is not there.

use crate::causality::Past;
use crate::causality::log::Tap;
use crate::cx::Cx;
use crate::far::RestingTables;
use crate::fuel::{Fuel, Interrupt};
use crate::heap::Resting as RestingHeap;
use crate::machine::{Loaded, Machine, Placed};
use crate::powers::inherited::Resting as RestingPowers;
use crate::rare::Rare;
use crate::row::Row;
use crate::scope::Resting as RestingScope;
use crate::turn::{Limits, Vat};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// What is left of it.
pub(crate) struct Resting {
    name: Arc<str>,
    limits: Arc<Limits>,
    heap: RestingHeap,
    powers: RestingPowers,
    interrupt: Interrupt,
    past: Past,
    log: Option<Box<Tap>>,
    modules: Row<Loaded>,
    scripts: Row<Placed>,
    scope: RestingScope,
    tables: RestingTables,
    next_vat: Arc<AtomicU32>,
    turn: u64,
    cause: u64,
    counter: u64,
    full_at: u64,
    vat: u32,
    sends: u32,
    site: u32,
    settled: bool,
    seldom: Option<Box<Seldom>>,
}

/// What most vats do without.
struct Seldom {
    templates: Rare<crate::quasi::Templates>,
    audits: Rare<crate::audition::cache::Cache>,
    handles: Rare<FxHashMap<u64, Value>>,
    imported: Rare<FxHashMap<Arc<str>, Value>>,
    import_names: Rare<FxHashMap<Value, Option<Arc<str>>>>,
}

impl Seldom {
    fn is_used(&self) -> bool {
        let Seldom { templates, audits, handles, imported, import_names } = self;
        let names = imported.used().is_some() || import_names.used().is_some();
        names || templates.used().is_some() || audits.used().is_some() || handles.used().is_some()
    }
}

impl Vat {
    /// Is it between two turns, and does it wait for nothing but messages?
    pub fn may_rest(&self) -> bool {
        let Vat { cx, machine, evals, is_ready, is_expecting, has_mail, alarm, ended, .. } = self;
        let is_done =
            evals.used().is_none_or(FxHashMap::is_empty) && ended.is_none() && self.before.is_none();
        let waits = *is_ready || *is_expecting || *has_mail || alarm.is_some();
        is_done && !waits && machine.is_empty() && cx.may_rest()
    }

    /// Packs it up. To be asked for only of a vat that [may rest](Vat::may_rest).
    pub fn rest(self) -> Resting {
        // Every field is named, here and below, so that none is forgotten.
        let Vat {
            name,
            cx,
            machine: _,
            limits,
            evals: _,
            is_ready: _,
            is_expecting: _,
            has_mail: _,
            alarm: _,
            ended: _,
            full_at,
            used: _,
            is_unpacked: _,
            before: _,
        } = self;
        let Cx {
            heap,
            powers,
            fuel,
            vat,
            name: _,
            tenant: _,
            turn,
            sends,
            site,
            past,
            log,
            queue: _,
            awaiting: _,
            buffered: _,
            stopped_at: _,
            outbox: _,
            outgoing: _,
            cause,
            modules,
            scripts,
            scope,
            templates,
            audits,
            tables,
            handles,
            waiting: _,
            breaks: _,
            exit: _,
            imported,
            import_names,
            loading: _,
            import_cycle: _,
            timers: _,
            awaited: _,
            settled,
            walks: _,
            walk: _,
            counter,
            next_vat,
        } = cx;
        let seldom = Seldom { templates, audits, handles, imported, import_names };
        Resting {
            powers: powers.rest(&name),
            name,
            limits,
            heap: heap.rest(),
            interrupt: fuel.rest(),
            past: past.packed(),
            log,
            modules,
            scripts,
            scope: scope.rest(),
            tables: tables.rest(),
            next_vat,
            turn,
            cause,
            counter,
            full_at,
            vat,
            sends,
            site,
            settled,
            seldom: seldom.is_used().then(|| Box::new(seldom)),
        }
    }
}

impl Cx {
    fn may_rest(&self) -> bool {
        let is_paid_for = self.tenant.is_some() || self.heap.is_paid_for();
        let has_work = !self.queue.is_empty()
            || self.timers.used().is_some_and(|it| !it.is_empty())
            || self.awaited.used().is_some_and(|it| !it.is_empty());
        let has_news = !self.outbox.is_empty() || self.outgoing != 0 || self.exit.is_some();
        let is_waited_for = !self.waiting.is_null()
            || !self.awaiting.is_null()
            || self.breaks.used().is_some_and(|it| !it.is_empty());
        let is_amid = self.walks
            || self.walk.is_some()
            || self.loading.used().is_some_and(|it| !it.is_empty())
            || self.import_cycle.used().is_some_and(Option::is_some)
            || self.stopped_at.used().is_some_and(|it| !it.is_empty());
        let keeps = is_paid_for || has_work || has_news || is_waited_for || is_amid;
        !keeps && self.fuel.may_rest() && self.tables.may_rest()
    }
}

impl Resting {
    #[cfg(feature = "host")]
    pub(crate) fn set_pace(&mut self, pace: crate::far::Pace) {
        self.tables.set_pace(pace);
    }
    /// The same vat again, ready for its next turn.
    pub fn wake(self) -> Vat {
        let fuel = Fuel::new(self.limits.turn, self.interrupt);
        let powers = self.powers.wake(&self.name);
        let mut cx = Cx::new(self.vat, powers, fuel, 0, self.next_vat);
        cx.heap = self.heap.wake();
        cx.name = self.name.clone();
        (cx.turn, cx.sends, cx.site, cx.cause, cx.counter) =
            (self.turn, self.sends, self.site, self.cause, self.counter);
        (cx.past, cx.log, cx.settled) = (self.past, self.log, self.settled);
        (cx.modules, cx.scripts) = (self.modules, self.scripts);
        (cx.scope, cx.tables) = (self.scope.wake(), self.tables.wake());
        if let Some(it) = self.seldom {
            let Seldom { templates, audits, handles, imported, import_names } = *it;
            (cx.templates, cx.audits, cx.handles) = (templates, audits, handles);
            (cx.imported, cx.import_names) = (imported, import_names);
        }
        let machine = Machine::of(self.limits.depth, &cx.modules);
        Vat {
            name: self.name,
            cx,
            machine,
            limits: self.limits,
            evals: Rare::default(),
            is_ready: false,
            is_expecting: false,
            has_mail: false,
            alarm: None,
            ended: None,
            full_at: self.full_at,
            used: 0,
            is_unpacked: false,
            before: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Resting;

    /// A million vats are to fit.
    #[test]
    fn what_is_left_of_a_vat_is_small() {
        assert!(size_of::<Resting>() <= 448, "{} bytes", size_of::<Resting>());
    }
}
