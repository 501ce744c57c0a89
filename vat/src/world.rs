//! A world of vats: the door of this room.
//!
//! One turn at a time, each of one vat; what a turn sent is handed over when it ends. The host holds on to
//! values through [`Handle`]s and learns what became of them from [`TurnReport`]s; nothing here calls it.

mod banks;
mod gate;
mod handles;
mod hearing;
mod ledger;
mod look;
mod route;
mod saved;
mod share;
mod transport;
mod turns;
mod vats;
#[cfg(feature = "host")]
mod workers;

pub use crate::far::Known;
pub use banks::Budget;
pub use gate::{Hosted, printed};
pub use handles::{ProblemReport, ReferenceState};
pub use hearing::Auditors;
pub(crate) use ledger::Now;
pub use ledger::{Entry, Place, Tag, Violation, violations};
pub use look::Look;
pub use route::Traffic;
pub use share::Sharing;
pub use transport::{Courier, Link, Pick, Roads};
pub use turns::{Outcome, TurnReport};
#[cfg(feature = "host")]
pub use workers::Workers;

use crate::causality::log::Log;
use crate::causality::{self, Graves, Remembered};
use crate::cx::{Delivery, Work};
use crate::far::{Outgoing, Pace};
use crate::fuel::Interrupt;
use crate::machine::Lent;
use crate::powers::Powers;
use crate::powers::inherited::Granted;
use crate::problem::Problem;
use crate::queue::Queue;
use crate::reference::State;
use crate::transcript::Recorder;
use crate::turn::{Eval, Evaluated, Limits, Program, Vat};
use crate::value::Value;
use gate::Gate;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use syntax::Expansion;
use vats::Vats;

/// A vat of one [`World`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct VatId(pub u32);

/// What the host holds on to: a value in a vat, until [`World::release`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Handle {
    pub vat: VatId,
    id: u64,
}

/// A program to evaluate.
#[derive(Clone, Debug)]
pub struct Evaluation {
    pub expansion: Expansion,
    /// What the text is called in traces: `cell 3`, `mint.e`.
    pub source: Arc<str>,
    /// The fully qualified prefix of its objects; `__main$` for steps, cells and scripts.
    pub prefix: Arc<str>,
    /// What was written, for the message log to say lines and columns of.
    pub text: Option<Arc<str>>,
}

impl Evaluation {
    pub fn new(expansion: Expansion, source: &str) -> Evaluation {
        Evaluation { expansion, source: source.into(), prefix: "__main$".into(), text: None }
    }
}

/// Vats, and what passes between them.
pub struct World {
    vats: Vats,
    /// In which vat an evaluation was asked for.
    asked: FxHashMap<u64, u32>,
    next_vat: Arc<AtomicU32>,
    next_id: u64,
    limits: Arc<Limits>,
    interrupt: Interrupt,
    /// When the next turn is to be interrupted.
    interrupt_after: Option<u64>,
    /// Handles whose settling has not been reported.
    watched: BTreeSet<Handle>,
    /// Vats in which a promise was settled, while there is something to report.
    settling: Vec<u32>,
    traffic: Traffic,
    graves: Graves,
    log: Option<Log>,
    /// What was asked about promises, and the promise for the answer.
    whys: Vec<(Handle, Handle)>,
    turns: u64,
    /// In units, all of them together.
    work: u64,
    /// What vats are lent while they have a turn, or deliveries.
    lent: Lent,
    outbox: Vec<Outgoing>,
    queues: Vec<Queue<Delivery>>,
    /// Sources that vats were seeded with, read.
    seeds: FxHashMap<Arc<str>, Program>,
    /// Room for the vats that have something to hand over.
    routing: Vec<u32>,
    /// Where what is sent lies until it arrives, if that takes time.
    travel: Option<Box<transport::Travel>>,
    /// What happens is written down, if somebody wants to see it again.
    recorder: Option<Recorder>,
    /// What goes between vats is put down, if somebody wants to know.
    ledger: Option<Vec<Entry>>,
    /// The vats whose other half is another process, by number.
    gates: BTreeMap<u32, Gate>,
}

impl World {
    /// A world without vats; `limits` are those of every vat in it.
    pub fn new(limits: Limits) -> World {
        World {
            vats: Vats::new(limits.eager_collection),
            asked: FxHashMap::default(),
            next_vat: Arc::new(AtomicU32::new(1)),
            next_id: 1,
            limits: Arc::new(limits),
            interrupt: Interrupt::new(),
            interrupt_after: None,
            watched: BTreeSet::new(),
            settling: Vec::new(),
            traffic: Traffic::default(),
            graves: Graves::default(),
            log: None,
            whys: Vec::new(),
            turns: 0,
            work: 0,
            lent: Lent::default(),
            outbox: Vec::new(),
            queues: Vec::new(),
            seeds: FxHashMap::default(),
            routing: Vec::new(),
            travel: None,
            recorder: None,
            ledger: None,
            gates: BTreeMap::new(),
        }
    }

    /// From now on every turn is written down there. The powers of its vats are to be those that `recorder` gave.
    pub fn record(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// A new vat with the privileged scope.
    pub fn make_vat(&mut self, name: &str, powers: Box<dyn Powers>) -> VatId {
        let number = self.next_vat.fetch_add(1, Ordering::Relaxed);
        self.add_vat(number, name.into(), Granted::new(powers));
        VatId(number)
    }

    fn add_vat(&mut self, number: u32, name: Arc<str>, powers: Granted) {
        let (limits, interrupt) = (self.limits.clone(), self.interrupt.clone());
        let mut vat = Vat::new(number, name, powers, limits, interrupt, self.next_vat.clone());
        vat.cx.log = self.log.as_ref().map(|it| it.tap(number, &vat.name));
        vat.cx.tables.pace = self.pace();
        self.vats.insert(number, vat);
        self.vats.tidy(false);
    }

    fn pace(&self) -> Pace {
        self.travel.as_ref().map_or(Pace::AtOnce, |it| it.pace())
    }

    /// The vat gets only the safe scope: no powers have names in it.
    pub fn confine(&mut self, vat: VatId) {
        if let Some(it) = self.vats.get_mut(vat.0) {
            it.cx.scope.safe_only = true;
        }
    }

    /// From now on what is sent, got and resolved is logged, in all vats.
    pub fn log_messages(&mut self) {
        let log = self.log.get_or_insert_default().clone();
        for number in self.vats.numbers() {
            if let Some(it) = self.vats.get_mut(number) {
                it.cx.log = Some(log.tap(number, &it.name));
            }
        }
    }

    /// What has been logged since somebody asked last, in the order in which it happened.
    pub fn take_log(&mut self) -> Vec<causality::log::Event> {
        self.log.as_ref().map(|it| it.take()).unwrap_or_default()
    }

    /// What a vat is called that the log speaks of, which may have ended.
    pub fn logged_name(&self, vat: VatId) -> Option<Arc<str>> {
        self.log.as_ref()?.name(vat.0)
    }

    /// Ends a vat. References to it break; nothing else changes.
    pub fn kill(&mut self, vat: VatId, why: &str) {
        self.end_vat(vat.0, Problem::new(why));
    }

    /// The vats there are, by number.
    pub fn all_vats(&self) -> Vec<VatId> {
        self.vats.numbers().into_iter().map(VatId).collect()
    }

    pub fn vat_name(&self, vat: VatId) -> Option<Arc<str>> {
        self.vats.get(vat.0).map(|it| it.name.clone())
    }

    /// Stops the running turn, from any thread.
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// The next turn, [`World::run_turn`], is interrupted when it has used so many units of work: where it was
    /// interrupted before.
    pub fn interrupt_after(&mut self, units: u64) {
        self.interrupt_after = Some(units);
    }

    /// Stops the turn of this vat that runs or the next one it takes, and no other's.
    pub fn interrupt_of(&mut self, vat: VatId) -> Option<Interrupt> {
        self.vats.get_mut(vat.0).map(|it| it.cx.fuel.own_interrupt())
    }

    /// What the vat's scope knows of a noun; for `syntax::static_errors`.
    pub fn outer(&self, vat: VatId, noun: &str) -> Option<syntax::Outer> {
        let scope = &self.vats.get(vat.0)?.cx.scope;
        let view = crate::scope::View { names: Some(&scope.names), safe_only: scope.safe_only };
        view.static_outer(noun)
    }

    pub(crate) fn vat_mut(&mut self, vat: u32) -> Option<&mut Vat> {
        self.vats.get_mut(vat)
    }

    pub(crate) fn cx_mut(&mut self, vat: VatId) -> Option<&mut crate::cx::Cx> {
        self.vats.get_mut(vat.0).map(|it| &mut it.cx)
    }

    /// The names that evaluations have defined in the vat's scope, sorted.
    pub fn names(&self, vat: VatId) -> Vec<Arc<str>> {
        let names = self.vats.get(vat.0).map(|it| it.cx.scope.names.keys().cloned());
        let mut names: Vec<Arc<str>> = names.into_iter().flatten().collect();
        names.sort();
        names
    }

    /// The verbs, and how many arguments they take, that what a noun of the vat's scope stands for answers to;
    /// nothing of E's is run to find out.
    pub fn messages(&mut self, vat: VatId, noun: &str) -> Vec<(Arc<str>, usize)> {
        let Some(vat) = self.vats.get_mut(vat.0) else { return Vec::new() };
        let safe_only = vat.cx.scope.safe_only;
        let value = vat.named(noun).or_else(|| crate::scope::born_value(&mut vat.cx, noun, safe_only));
        let selectors = value.map(|it| crate::suggest::selectors(&vat.cx, it)).unwrap_or_default();
        selectors.into_iter().map(|it| (it.verb(), it.arity())).collect()
    }

    /// Queues a program: it runs in a turn of its own, in the vat's scope, and its names stay there if it does
    /// not throw. The handle is a promise for its value.
    pub fn eval(&mut self, vat: VatId, it: Evaluation) -> Handle {
        let id = self.fresh();
        let handle = Handle { vat, id };
        let Some(vat) = self.vats.get_mut(vat.0) else { return handle };
        if let Some(log) = &self.log {
            log.asked(causality::log::by_host(id));
        }
        queue_eval(vat, id, it);
        self.asked.insert(id, handle.vat.0);
        self.vats.wake(handle.vat.0);
        self.watched.insert(handle);
        handle
    }

    /// What became of an evaluation's own turn; `None`: it has not been taken.
    pub fn evaluated(&self, handle: Handle) -> Option<Evaluated> {
        self.vats.get(handle.vat.0)?.evals.used()?.get(&handle.id)?.evaluated
    }

    /// The names an evaluation put into its vat's scope.
    pub fn defined(&self, handle: Handle) -> Vec<Arc<str>> {
        let eval = self.vats.get(handle.vat.0).and_then(|it| it.evals.used()?.get(&handle.id));
        eval.map(|it| it.names.clone()).unwrap_or_default()
    }

    /// Puts one delivery behind all that are pending in the vat, which runs once everything that
    /// `interp.waitAtTop` was called with is resolved; the handle is settled by that turn.
    pub fn reactor(&mut self, vat: VatId) -> Handle {
        let id = self.fresh();
        let handle = Handle { vat, id };
        let Some(vat) = self.vats.get_mut(vat.0) else { return handle };
        let waiting = vat.cx.waiting;
        let identity = Value::of(&REACTOR);
        let done = crate::when::wait(&mut vat.cx, waiting, identity);
        vat.cx.handles.insert(id, done);
        self.vats.wake(handle.vat.0);
        self.watched.insert(handle);
        handle
    }

    /// Has the vat's program called `interp.exitAtTop`? `Some(Some(…))`: with a problem, printed.
    pub fn exit_requested(&mut self, vat: VatId) -> Option<Option<String>> {
        let vat = self.vats.get_mut(vat.0)?;
        let problem = vat.cx.exit?;
        Some(if problem.is_null() { None } else { Some(vat.quote(problem)) })
    }

    /// Has `interp.waitAtTop` of this vat been given something that is not resolved yet?
    pub fn is_waiting(&self, vat: VatId) -> bool {
        self.vats
            .get(vat.0)
            .is_some_and(|it| crate::reference::state(&it.cx.heap, it.cx.waiting) == State::Promise)
    }

    /// What `interp.waitAtTop` was called with in this vat is waited for no longer.
    pub fn stop_waiting(&mut self, vat: VatId) {
        if let Some(it) = self.vats.get_mut(vat.0) {
            it.cx.waiting = Value::NULL;
        }
    }

    /// What is known of a vat's turns, after its end too.
    pub(crate) fn remembered(&self, vat: u32) -> Option<Remembered<'_>> {
        let Some(it) = self.vats.get(vat) else { return self.graves.get(vat) };
        Some(Remembered { name: &it.name, past: &it.cx.past, modules: &it.cx.modules })
    }

    /// What a name of the vat's scope stands for, printed. May run E code, for a bounded time.
    pub fn print_name(&mut self, vat: VatId, noun: &str) -> String {
        let Some(it) = self.vats.get_mut(vat.0) else { return String::new() };
        match it.named(noun) {
            Some(value) => it.quote(value),
            None => "<not a plain value>".to_owned(),
        }
    }

    /// What waits to be delivered in the vat, the next first: to what, which message, and who sent it. Nothing of
    /// E's is run to say so.
    pub fn queue(&self, vat: VatId) -> Vec<String> {
        let Some(vat) = self.vats.get(vat.0) else { return Vec::new() };
        let deliveries = vat.cx.queue.iter();
        deliveries.map(|it| causality::pending(&vat.cx, it, |vat| self.remembered(vat))).collect()
    }

    /// Lets go of a value.
    pub fn release(&mut self, handle: Handle) {
        self.watched.remove(&handle);
        self.asked.remove(&handle.id);
        if let Some(it) = self.vats.get_mut(handle.vat.0) {
            it.cx.handles.remove(&handle.id);
            it.evals.remove(&handle.id);
        }
    }

    /// Abstract bytes of the vat's heap.
    pub fn heap_bytes(&self, vat: VatId) -> u64 {
        self.vats.get(vat.0).map_or(0, |it| it.cx.heap.bytes())
    }

    /// What the vat and the others know of each other.
    pub fn known(&self, vat: VatId) -> Known {
        self.vats.get(vat.0).map(|it| it.cx.tables.known()).unwrap_or_default()
    }

    /// Collects the vat's garbage now, and gives back the references to others that were part of it.
    pub fn collect(&mut self, vat: VatId) {
        if let Some(it) = self.vats.get_mut(vat.0) {
            // What a turn would take back, no turn can any more.
            it.cx.buffered.clear();
            it.machine.tidy(&mut it.cx);
        }
        self.route(vat.0);
    }

    fn fresh(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// Answers what it is told: the end of a chain of waiting.
pub(crate) static REACTOR: crate::native::Class = crate::native::Class::new(
    "reactor",
    "<reactor>",
    &[crate::native::method("run", 1, |_, _, _| crate::native::done(Value::NULL))],
);

/// Puts an evaluation into a vat's queue.
fn queue_eval(vat: &mut Vat, id: u64, it: Evaluation) {
    let (promise, _) = vat.cx.promise();
    let Some(result) = promise.as_obj() else { return };
    vat.cx.handles.insert(id, promise);
    let program = Program {
        expansion: Arc::new(it.expansion),
        source: it.source,
        prefix: it.prefix,
        text: it.text,
        code: None,
    };
    vat.evals.insert(id, Eval { program: Some(program), result, evaluated: None, names: Vec::new() });
    vat.cx.queue.push_back(Delivery { work: Work::Eval(id), cause: id });
}
