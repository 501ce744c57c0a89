//! A vat and its turns: one pending delivery run to its end, or to the end of its budget.

use crate::bank::WhenOut;
use crate::causality::{Sent, log};
use crate::code::{Held, Module};
use crate::cx::{Cx, Delivery, Work};
use crate::far::Frame;
use crate::fuel::{Fuel, Interrupt, SLICE};
use crate::heap::{Asker, Cell, Message, Watcher};
use crate::machine::Machine;
use crate::powers::inherited::Granted;
use crate::problem::{Exit, Problem, Stop};
use crate::rare::Rare;
use crate::scope::Named;
use crate::selector::Selector;
use crate::value::{Obj, Value};
use rustc_hash::FxHashMap;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

/// What a vat may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of heap, as counted by `Heap`.
    pub heap: u64,
    /// Units of work in one turn.
    pub turn: u64,
    /// Nested calls.
    pub depth: usize,
    /// Collects garbage at every safepoint, and packs up every idle vat after every turn: slow, for tests.
    pub eager_collection: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { heap: 1 << 30, turn: u64::MAX, depth: 100_000, eager_collection: false }
    }
}

/// A heap, a queue of pending deliveries and a set of powers.
pub(crate) struct Vat {
    pub name: Arc<str>,
    pub cx: Cx,
    pub machine: Machine,
    pub limits: Arc<Limits>,
    /// What was asked to be evaluated, by number.
    pub evals: Rare<FxHashMap<u64, Eval>>,
    /// Does it stand in its world's ready queue, and among those who wait for their powers?
    pub is_ready: bool,
    pub is_expecting: bool,
    /// Does something lie in its inbox?
    pub has_mail: bool,
    /// When its world will look at its timers.
    pub alarm: Option<i64>,
    /// Its last turn used more than it may, and that ends it.
    pub ended: Option<Box<Problem>>,
    /// What the heap weighed when it was full and had just been swept.
    pub full_at: u64,
    /// When somebody last had something for it, as its world counts.
    pub used: u32,
    /// It has been idle, and packed up, since it last had something to do.
    pub is_unpacked: bool,
    /// What it was before its turn, if that may have to be taken back.
    pub before: Option<Box<crate::store::Before>>,
}

/// A program to be evaluated in its own turn, and what became of it.
pub(crate) struct Eval {
    pub program: Option<Program>,
    /// The promise for its value.
    pub result: Obj,
    pub evaluated: Option<Evaluated>,
    /// The names it left in the scope.
    pub names: Vec<Arc<str>>,
}

#[derive(Clone)]
pub(crate) struct Program {
    pub expansion: Arc<syntax::Expansion>,
    pub source: Arc<str>,
    pub prefix: Arc<str>,
    /// What was written, if it is known.
    pub text: Option<Arc<str>>,
    /// Its code, for every vat in whose scope nothing has been defined; once one of them has run it.
    pub code: Option<Arc<OnceLock<Arc<Module>>>>,
}

/// How the turn of an evaluation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evaluated {
    /// It gave a value; which may be a promise or a broken reference.
    Value,
    /// It threw.
    Threw,
    /// It was ended from outside.
    Stopped(Stop),
}

/// A message whose operands the machine has.
struct Laid {
    selector: Selector,
    argc: usize,
    result: Asker,
}

/// What a turn did.
pub(crate) struct Turned {
    /// In units of work.
    pub used: u64,
    pub cause: u64,
    pub evaluated: Option<u64>,
    pub stopped: Option<Stop>,
}

impl Vat {
    pub fn new(
        number: u32,
        name: Arc<str>,
        powers: Granted,
        limits: Arc<Limits>,
        interrupt: Interrupt,
        next_vat: Arc<AtomicU32>,
    ) -> Vat {
        let nothing = |_: &mut Cx| Ok::<(), std::convert::Infallible>(());
        match Vat::with(number, name, powers, limits, interrupt, next_vat, nothing) {
            Ok(it) => it,
            Err(it) => match it {},
        }
    }

    /// A vat whose scope and heap are filled before anything is made in them.
    pub fn with<E>(
        number: u32,
        name: Arc<str>,
        powers: Granted,
        limits: Arc<Limits>,
        interrupt: Interrupt,
        next_vat: Arc<AtomicU32>,
        fill: impl FnOnce(&mut Cx) -> Result<(), E>,
    ) -> Result<Vat, E> {
        let fuel = Fuel::new(limits.turn, interrupt);
        let mut cx = Cx::new(number, powers, fuel, limits.heap, next_vat);
        cx.name = name.clone();
        fill(&mut cx)?;
        cx.heap.eager = limits.eager_collection;
        let machine = Machine::new(limits.depth);
        Ok(Vat {
            name,
            cx,
            machine,
            limits,
            evals: Rare::default(),
            is_ready: false,
            is_expecting: false,
            has_mail: false,
            alarm: None,
            ended: None,
            full_at: u64::MAX,
            used: 0,
            is_unpacked: false,
            before: None,
        })
    }

    /// From now on this account pays.
    pub fn lodge(&mut self, tenant: Box<crate::bank::Tenant>) {
        let account = tenant.rent.account();
        self.cx.heap.join(account.clone());
        self.cx.fuel.join(account.clone());
        self.cx.tenant = Some(tenant);
    }

    /// Is there no room for a message of this weight, not even when the garbage is gone?
    #[inline]
    pub fn is_full(&mut self, weight: u64) -> bool {
        !self.cx.heap.has_room_for_others(weight) && self.is_full_of_what_is_used(weight)
    }

    #[cold]
    fn is_full_of_what_is_used(&mut self, weight: u64) -> bool {
        if self.full_at != self.cx.heap.bytes() {
            self.machine.tidy(&mut self.cx);
            self.full_at = self.cx.heap.bytes();
        }
        !self.cx.heap.has_room_for_others(weight)
    }

    /// How many units a turn may use.
    fn budget(&self) -> u64 {
        let tenant = self.cx.tenant.as_ref();
        tenant.map_or(u64::MAX, |it| it.rent.account().turn()).min(self.limits.turn)
    }

    /// Moves timers that are due to the queue; `false`: none was.
    pub fn ring(&mut self) -> bool {
        if self.cx.timers.used().is_none_or(|it| it.is_empty()) {
            return false;
        }
        let now = self.cx.powers.clock_millis();
        let before = self.cx.timers.len();
        while let Some(it) = self.cx.timers.first_entry()
            && it.key().0 <= now
        {
            let (thunk, sent) = it.remove();
            let selector = Selector::new("run", 0);
            let message = Message { selector, args: (&[][..]).into(), result: Asker::Nobody, sent };
            crate::send::deliver(&mut self.cx, thunk, message);
        }
        self.cx.timers.len() < before
    }

    /// Moves what the world has answered to the queue.
    pub fn hear(&mut self) {
        crate::powers::later::arrive(&mut self.cx);
    }

    /// Takes in what another vat has sent.
    pub fn accept(&mut self, from: u32, frame: Frame) {
        if let Frame::Seed { program, question, cause, sent } = frame {
            return self.seeded(*program, from, question, cause, sent);
        }
        let Vat { cx, machine, .. } = self;
        crate::far::accept(cx, &mut |cx, module| machine.load(cx, module), from, frame);
    }

    /// Queues a program that vat `from` has sent; its value answers that vat's question.
    pub fn seeded(&mut self, program: Program, from: u32, question: u32, cause: u64, sent: Sent) {
        let cx = &mut self.cx;
        cx.tables.is_known_to(from);
        cx.tables.take_answer(from, question);
        let result = cx.open_promise();
        crate::send::watch(cx, result, Watcher::Asked { vat: from, question });
        cx.tables.set_answer(from, question, result);
        cx.queue.push_back(Delivery { work: Work::Seed { program: Box::new(program), result, sent }, cause });
    }

    /// Who sent to a vat that is gone hears so.
    pub fn nobody_there(&mut self, asker: Asker) {
        let problem = self.cx.heap.problem("the vat is gone");
        let broken = self.cx.broken(problem);
        if let Some(it) = crate::send::asker_told(&mut self.cx, asker, broken) {
            self.cx.resolve(it.into(), broken);
        }
    }

    /// A problem of this vat, for those whom it is told when the vat may be gone.
    pub fn why(&mut self, problem: Value) -> Problem {
        let why = self.quote(problem);
        Problem::new(why.strip_prefix("problem: ").unwrap_or(&why))
    }

    /// Has it something to hand over to others?
    pub fn has_news(&self) -> bool {
        !self.cx.outbox.is_empty() || self.cx.tables.has_dropped()
    }

    /// Has it something to do?
    #[inline]
    pub fn is_busy(&self) -> bool {
        !self.cx.queue.is_empty() || self.has_mail
    }

    /// Does it wait for the world to answer?
    pub fn expects(&self) -> bool {
        self.awaited() > 0
    }

    /// How many answers of the world it waits for.
    pub fn awaited(&self) -> usize {
        self.cx.awaited.used().map_or(0, |it| it.len())
    }

    /// How many of these are that a process ends.
    pub fn awaited_ends(&self) -> usize {
        self.cx.awaited.used().map_or(0, |it| it.values().filter(|it| it.is_end).count())
    }

    /// What leaves the vat weighs nothing here any more.
    #[inline]
    pub fn handed_over(&mut self) {
        let weight = std::mem::take(&mut self.cx.outgoing);
        self.cx.heap.let_go(weight);
    }

    /// Delivers the first pending delivery.
    pub fn turn(&mut self) -> Option<Turned> {
        let Delivery { work, cause } = self.cx.queue.front()?;
        let cause = *cause;
        // A message is read where it lies, for most turns are short.
        let laid = match work {
            Work::Message { target, message } if self.machine.lay(*target, &message.args) => {
                Some(Laid { selector: message.selector, argc: message.args.len(), result: message.result })
            }
            _ => None,
        };
        let sent = match work {
            Work::Message { message, .. } => message.sent,
            Work::Seed { sent, .. } => *sent,
            Work::Eval(id) => log::by_host(*id),
        };
        let weight = match work {
            Work::Message { message, .. } => message.bytes(),
            Work::Eval(_) | Work::Seed { .. } => 0,
        };
        let delivery = self.cx.queue.pop_front()?;
        self.cx.heap.let_go(weight);
        let (queued, told) = self.begin(cause, sent);
        if self.cx.log.is_some() {
            self.log_got(&delivery.work, sent);
        }
        let (evaluated, stopped) = match (laid, delivery.work) {
            (Some(it), _) => (None, self.hear_message(it, queued, told)),
            (None, Work::Message { target, message }) => {
                self.cx.awaiting = message.result.promise().map_or(Value::NULL, Value::from);
                let outcome = self.machine.call(&mut self.cx, target, message.selector, &message.args);
                (None, self.settle(message.result, outcome, queued, told))
            }
            (None, Work::Eval(id)) => (Some(id), self.eval_turn(id, queued, told)),
            (None, Work::Seed { program, result, .. }) => {
                let outcome = self.run_program(&program);
                let outcome = outcome.inspect(|_| drop(self.define()));
                (None, self.settle_top(result, outcome, queued, told))
            }
        };
        self.cx.awaiting = Value::NULL;
        if self.before.take().is_some() {
            self.cx.heap.end_journal();
        }
        if self.cx.tables.wants_collection() {
            self.machine.tidy(&mut self.cx);
        }
        let used = self.cx.fuel.used();
        self.cx.fuel.settle();
        self.handed_over();
        self.machine.trim(&mut self.cx);
        self.cx.heap.settle_up();
        Some(Turned { used, cause, evaluated, stopped })
    }

    #[cold]
    fn log_got(&mut self, work: &Work, began: Sent) {
        let program = match work {
            Work::Eval(id) => self.evals.get(id).and_then(|it| it.program.as_ref()),
            Work::Seed { program, .. } => Some(&**program),
            Work::Message { .. } => None,
        };
        let source = program.map(|it| it.source.clone());
        log::got(&mut self.cx, work, began, source);
    }

    /// Turns, until one has something to tell the world, or there have been so many, or it is time to look at timers
    /// again: what the last one did, but what all of them used.
    pub fn turns(&mut self, at_most: u64) -> (u64, Option<Turned>) {
        let (mut taken, mut used, mut last) = (0, 0, None);
        while let Some(mut turned) = self.turn() {
            taken += 1;
            used += turned.used;
            turned.used = used;
            let tells = turned.evaluated.is_some() || turned.stopped.is_some() || self.ended.is_some();
            last = Some(turned);
            if tells || taken >= at_most || used >= SLICE || self.has_news() {
                break;
            }
        }
        (taken, last)
    }

    /// A turn begins: how many deliveries and outgoing things there are before it.
    #[inline]
    fn begin(&mut self, cause: u64, sent: Sent) -> (usize, usize) {
        let cx = &mut self.cx;
        cx.cause = cause;
        cx.begin(sent);
        cx.buffered.clear();
        if let Some(it) = cx.stopped_at.used_mut() {
            it.clear();
        }
        if cx.loading.used().is_some() || cx.import_cycle.used().is_some() {
            crate::import::abandon(cx);
        }
        let budget = self.budget();
        self.cx.fuel.refill(budget);
        let before = (self.cx.queue.len(), self.cx.outbox.len());
        let undoes = self.cx.tenant.as_ref().is_some_and(|it| it.when_out == WhenOut::Undo);
        if undoes {
            self.before = Some(Box::new(crate::store::remember(self)));
        }
        before
    }

    /// The turn of a message whose operands are laid out.
    #[inline]
    fn hear_message(&mut self, it: Laid, queued: usize, told: usize) -> Option<Stop> {
        self.cx.awaiting = it.result.promise().map_or(Value::NULL, Value::from);
        let outcome = self.machine.deliver(&mut self.cx, it.selector, it.argc);
        let unheard = self.cx.log.is_none();
        match (it.result, outcome) {
            (Asker::Nobody, Ok(_)) if unheard => None,
            (Asker::Here(promise), Ok(value))
                if unheard && crate::resolver::settle_alone(&mut self.cx, promise, value) =>
            {
                None
            }
            (result, outcome) => self.settle(result, outcome, queued, told),
        }
    }

    /// Tells who waits for the turn's result. A stopped turn sends nothing; what others sent, it lets go on.
    fn settle(
        &mut self,
        result: Asker,
        outcome: Result<Value, Exit>,
        queued: usize,
        sent: usize,
    ) -> Option<Stop> {
        let stopped = match &outcome {
            Err(Exit::Stopped(it)) => Some(*it),
            _ => None,
        };
        log::over(&mut self.cx, stopped.is_some());
        if stopped.is_some() {
            crate::send::take_back(&mut self.cx, queued, sent);
            self.undo(stopped, sent);
            self.machine.tidy(&mut self.cx);
        }
        let value = match outcome {
            Ok(it) => it,
            // What was thrown free is seen by whoever holds the promise.
            Err(Exit::Freed(it)) => self.cx.broken(it),
            Err(exit) => {
                let problem = self.problem_of(exit);
                // What a catch would get is what the promise is broken by.
                let sealed = crate::throw::sealed(&mut self.cx, problem);
                self.cx.broken(sealed)
            }
        };
        if let Some(promise) = crate::send::asker_told(&mut self.cx, result, value) {
            self.cx.resolve(promise.into(), value);
        }
        stopped
    }

    /// The problem that an exit nobody handled stands for.
    fn problem_of(&mut self, exit: Exit) -> Value {
        let problem = match exit {
            Exit::Thrown(it) => it,
            Exit::Freed(it) => crate::throw::as_problem(&mut self.cx, it),
            Exit::Ejected { .. } => self.cx.heap.problem("an ejector was called out of its extent"),
            Exit::Stopped(stop) => {
                let problem = self.stop_problem(stop);
                self.cx.heap.problem(problem)
            }
        };
        // A problem that goes through several turns comes from the first of them.
        let begun_by = self.cx.past.began(self.cx.turn as u32);
        let at = crate::throw::unsealed(&self.cx.heap, problem).as_obj();
        if let Some(Cell::Problem(it)) = at.map(|it| self.cx.heap.cell_mut(it)) {
            it.sent = it.sent.or(begun_by);
        }
        problem
    }

    /// What ended the turn from outside, with where the turn was.
    fn stop_problem(&mut self, stop: Stop) -> Problem {
        let mut problem = self.why_stopped(stop);
        problem.trace = std::mem::take(&mut *self.cx.stopped_at);
        if stop != Stop::Interrupted && self.cx.tenant.as_ref().is_some_and(|it| it.when_out == WhenOut::End)
        {
            self.ended = Some(Box::new(problem.clone()));
        }
        problem
    }

    fn why_stopped(&mut self, stop: Stop) -> Problem {
        let (kind, why) = match stop {
            Stop::Interrupted => ("interruptedException", "the turn was interrupted".to_string()),
            Stop::OutOfFuel => {
                let refused = self.cx.fuel.take_refusal();
                let budget = || format!("the turn used up its budget of {} units", self.budget());
                ("outOfBudgetException", refused.unwrap_or_else(budget))
            }
            Stop::OutOfMemory => {
                let refused = self.cx.heap.take_refusal();
                let limit = || format!("the vat's heap may not outgrow {} bytes", self.limits.heap);
                ("outOfSpaceException", refused.unwrap_or_else(limit))
            }
        };
        Problem::typed(kind, why)
    }

    /// Takes back what a turn has done that used more than it may, if its vat's maker wants that.
    fn undo(&mut self, stopped: Option<Stop>, sent: usize) {
        let Some(before) = self.before.take() else { return };
        if stopped == Some(Stop::Interrupted) {
            return self.cx.heap.end_journal();
        }
        self.cx.outbox.truncate(sent);
        let taken_back = crate::store::take_back(self, *before);
        // The heap that was put down had nothing of it.
        self.cx.outgoing = 0;
        if taken_back.is_err() {
            let why = "a turn of the vat had to be taken back, and changed what cannot be written down";
            self.ended = Some(Box::new(Problem::new(why)));
        }
    }

    fn run_program(&mut self, program: &Program) -> Result<Value, Exit> {
        let run = crate::load::step(&mut self.cx, program)?;
        if let Some(it) = &program.text {
            log::text(&self.cx, &run.module, it);
        }
        self.machine.exported.clear();
        self.machine.run_program(&mut self.cx, run)
    }

    fn eval_turn(&mut self, id: u64, queued: usize, sent: usize) -> Option<Stop> {
        let program = self.evals.get_mut(&id).and_then(|it| it.program.take())?;
        let outcome = self.run_program(&program);
        let result = self.evals.get(&id).map(|it| it.result)?;
        let evaluated = match &outcome {
            Ok(_) => Evaluated::Value,
            Err(Exit::Stopped(it)) => Evaluated::Stopped(*it),
            Err(_) => Evaluated::Threw,
        };
        let names = if outcome.is_ok() { self.define() } else { Vec::new() };
        if let Some(it) = self.evals.get_mut(&id) {
            it.evaluated = Some(evaluated);
            it.names = names;
        }
        self.settle_top(result, outcome, queued, sent)
    }

    /// Settles the promise for a program's value. The top sees a thrown problem unsealed.
    fn settle_top(
        &mut self,
        result: Obj,
        outcome: Result<Value, Exit>,
        queued: usize,
        sent: usize,
    ) -> Option<Stop> {
        match outcome {
            Err(exit @ (Exit::Thrown(_) | Exit::Freed(_))) => {
                log::over(&mut self.cx, false);
                let problem = self.problem_of(exit);
                let broken = self.cx.broken(problem);
                self.cx.resolve(result.into(), broken);
                None
            }
            it => self.settle(Asker::Here(result), it, queued, sent),
        }
    }

    /// Puts the names of the program that has just run into the scope.
    fn define(&mut self) -> Vec<Arc<str>> {
        let exported = std::mem::take(&mut self.machine.exported);
        if self.cx.scope.names.is_empty() {
            self.cx.scope.names.expect(exported.len());
        }
        exported
            .into_iter()
            .map(|(noun, held, value)| {
                let noun = noun.shared();
                self.cx.scope.names.insert(noun.clone(), Named { held, value });
                noun
            })
            .collect()
    }

    /// Prints a value as `E.toQuote` does, on a small budget of its own; runs E code, but never for long.
    pub fn quote(&mut self, value: Value) -> String {
        let account = self.cx.fuel.leave();
        self.cx.fuel.refill(1_000_000);
        let outcome = crate::print::to_quote(&mut self.cx, value);
        let printed = self.machine.run_native(&mut self.cx, outcome);
        self.machine.drop_registers(&mut self.cx);
        if let Some(it) = account {
            self.cx.fuel.join(it);
        }
        match printed {
            Ok(text) => self.cx.heap.as_text(text).map_or_else(String::new, |it| it.to_string()),
            Err(_) => "<***could not be printed***>".to_string(),
        }
    }

    /// What a name of the scope holds.
    pub fn named(&mut self, noun: &str) -> Option<Value> {
        let it = *self.cx.scope.names.get(noun)?;
        let slot = match it.held {
            Held::Value | Held::Field => return Some(it.value),
            Held::Slot => it.value,
            Held::Binding => match self.cx.heap.get(it.value) {
                Some(Cell::Binding(it)) => it.slot,
                _ => return None,
            },
        };
        match self.cx.heap.get(slot) {
            Some(Cell::FinalSlot(it) | Cell::VarSlot(it)) => Some(*it),
            Some(Cell::GuardedSlot(it)) => Some(it.value),
            _ => None,
        }
    }
}
