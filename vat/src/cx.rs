//! What a native method works with: the vat's heap, its powers, its fuel, and the ways to call, throw, eject
//! and send.

use crate::causality::log::{self, Destination, Tap};
use crate::causality::{NOWHERE, Past, Sent};
use crate::code::Const;
use crate::far::{Outgoing, Tables};
use crate::fuel::Fuel;
use crate::heap::{Cell, Heap, Message, Promise, Script};
use crate::machine::{Loaded, Placed};
use crate::native::{Args, Call, Class, Outcome, Step, Then};
use crate::powers::inherited::Granted;
use crate::problem::{Exit, Problem, Stop};
use crate::queue::Queue;
use crate::rare::Rare;
use crate::row::Row;
use crate::scope::Scope;
use crate::selector::Selector;
use crate::value::{Obj, Value};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One vat's state as natives see it.
pub struct Cx {
    pub heap: Heap,
    pub(crate) powers: Granted,
    pub fuel: Fuel,
    /// Which vat this is, in its world.
    pub(crate) vat: u32,
    pub(crate) name: Arc<str>,
    /// Who pays for the vat.
    pub(crate) tenant: Option<Box<crate::bank::Tenant>>,
    /// Which turn this is.
    pub(crate) turn: u64,
    /// How many messages the running turn has sent.
    pub(crate) sends: u32,
    /// The instruction that runs, or ran last, that may send.
    pub(crate) site: u32,
    /// What the last turns were begun by.
    pub(crate) past: Past,
    /// Where messages are logged, if they are.
    pub(crate) log: Option<Box<Tap>>,
    /// Deliveries of this vat to itself, each a turn.
    pub(crate) queue: Queue<Delivery>,
    /// The promise for the result of the turn that runs.
    pub(crate) awaiting: Value,
    /// The promises that the running turn has sent to, once for each message.
    pub(crate) buffered: Vec<Obj>,
    /// Where a turn that is ended from outside was, innermost first.
    pub(crate) stopped_at: Rare<Vec<crate::problem::TraceLine>>,
    /// What leaves the vat when the turn ends.
    pub(crate) outbox: Vec<Outgoing>,
    /// What the messages in it weigh in the heap.
    pub(crate) outgoing: u64,
    /// The evaluation that the running turn goes back to.
    pub(crate) cause: u64,
    /// The same modules as the machine's.
    pub(crate) modules: Row<Loaded>,
    /// The scripts of all modules, as objects name them.
    pub(crate) scripts: Row<Placed>,
    pub(crate) scope: Scope,
    pub(crate) templates: Rare<crate::quasi::Templates>,
    /// What auditors written in E answered before.
    pub(crate) audits: Rare<crate::audition::cache::Cache>,
    pub(crate) tables: Tables,
    /// What the host holds on to.
    pub(crate) handles: Rare<FxHashMap<u64, Value>>,
    /// What `interp.waitAtTop` waits for: the last link of the chain.
    pub(crate) waiting: Value,
    /// Far references, who waits for them to break, and the promise for what that gives.
    pub(crate) breaks: Rare<Vec<[Value; 3]>>,
    /// The program has asked to be ended, with a problem or null.
    pub(crate) exit: Option<Value>,
    /// Imported modules: their values, or promises while they load.
    pub(crate) imported: Rare<FxHashMap<Arc<str>, Value>>,
    /// What `<import>.optUnget` says of an object; `None`: it was asked about before it had a name.
    pub(crate) import_names: Rare<FxHashMap<Value, Option<Arc<str>>>>,
    /// The modules that are being evaluated, the outermost first.
    pub(crate) loading: Rare<Vec<Arc<str>>>,
    /// A module that was imported again while it loaded, and through which others.
    pub(crate) import_cycle: Rare<Option<(Arc<str>, String)>>,
    /// Thunks to send `run()` to and who wanted that, by time and number.
    pub(crate) timers: Rare<BTreeMap<(i64, u64), (Value, Sent)>>,
    /// Jobs that the powers were given and have not answered, by ticket.
    pub(crate) awaited: Rare<FxHashMap<u64, crate::powers::later::Awaited>>,
    /// A promise of this vat was settled since someone looked.
    pub(crate) settled: bool,
    /// A loop has asked a built-in collection to iterate and will go through its items itself.
    pub(crate) walks: bool,
    /// The items it is given.
    pub(crate) walk: Option<Box<crate::iterate::Walk>>,
    pub(crate) counter: u64,
    pub(crate) next_vat: Arc<std::sync::atomic::AtomicU32>,
}

/// Shows what it holds to whoever it is given.
pub type Roots<'a> = dyn FnMut(&mut dyn FnMut(Value)) + 'a;

/// One turn's work, and the evaluation it goes back to.
pub(crate) struct Delivery {
    pub work: Work,
    pub cause: u64,
}

pub(crate) enum Work {
    /// A message to something in this vat.
    Message { target: Value, message: Message },
    /// A program to be evaluated in the vat's scope.
    Eval(u64),
    /// One that another vat has sent, and the promise for its value.
    Seed { program: Box<crate::turn::Program>, result: Obj, sent: Sent },
}

impl Cx {
    pub(crate) fn new(
        vat: u32,
        powers: Granted,
        fuel: Fuel,
        heap_limit: u64,
        next_vat: Arc<std::sync::atomic::AtomicU32>,
    ) -> Cx {
        Cx {
            heap: Heap::new(heap_limit),
            powers,
            fuel,
            vat,
            name: "".into(),
            tenant: None,
            turn: 0,
            sends: 0,
            site: NOWHERE,
            past: Past::default(),
            log: None,
            queue: Queue::default(),
            awaiting: Value::NULL,
            buffered: Vec::new(),
            stopped_at: Rare::default(),
            outbox: Vec::new(),
            outgoing: 0,
            cause: 0,
            modules: Row::default(),
            scripts: Row::default(),
            scope: Scope::default(),
            templates: Rare::default(),
            audits: Rare::default(),
            tables: Tables::default(),
            handles: Rare::default(),
            waiting: Value::NULL,
            breaks: Rare::default(),
            exit: None,
            imported: Rare::default(),
            import_names: Rare::default(),
            loading: Rare::default(),
            import_cycle: Rare::default(),
            timers: Rare::default(),
            awaited: Rare::default(),
            settled: false,
            walks: false,
            walk: None,
            counter: 0,
            next_vat,
        }
    }

    // Leaving.

    /// The exit of throwing `problem`: `return Err(cx.throw("list index out of range"))`.
    pub fn throw(&mut self, problem: impl Into<Problem>) -> Exit {
        Exit::Thrown(self.heap.problem(problem))
    }
    /// Leaves through `ejector` with `problem` (`null`: throws it), as `throw.eject` does. An ejector that
    /// returns is reported.
    pub fn eject(&mut self, ejector: Value, problem: impl Into<Problem>) -> Outcome {
        let problem = self.heap.problem(problem);
        self.eject_value(ejector, problem)
    }
    /// The same with a value that need not be a problem.
    pub fn eject_value(&mut self, ejector: Value, value: Value) -> Outcome {
        let ejector = self.heap.shorten(ejector);
        if ejector.is_null() {
            return Err(Exit::Thrown(value));
        }
        if let Some(Cell::Ejector { live: true, .. }) = self.heap.get(ejector) {
            return Err(Exit::Ejected { ejector, value });
        }
        fn returned(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
            let ejector = then.values[0];
            Err(cx.throw(Problem::new("optEjector ").value(ejector).text(" returned: ").value(value)))
        }
        self.call_then(ejector, "run", [value], Then::new(returned, [ejector]))
    }

    // Calling.

    /// Ends this native with the value of `target.verb(args)`.
    pub fn call(&mut self, target: Value, verb: &str, args: impl Into<Args>) -> Outcome {
        let args = args.into();
        Ok(Step::Call(Call { target, selector: Selector::new(verb, args.len()), args }))
    }
    /// Calls `target.verb(args)`, then goes on with `then`.
    pub fn call_then(
        &mut self,
        target: Value,
        verb: &str,
        args: impl Into<Args>,
        then: Box<Then>,
    ) -> Outcome {
        let args = args.into();
        Ok(Step::CallThen(Call { target, selector: Selector::new(verb, args.len()), args }, then))
    }

    // Paying.

    /// Uses up `units` of the turn's budget: one per item touched, per limb, per 64 bytes of text.
    pub fn charge(&mut self, units: u64) -> Result<(), Exit> {
        self.fuel.charge(units.saturating_add(self.heap.owed())).map_err(Exit::Stopped)
    }
    /// Asks for room for `bytes` more *before* something large is built, and pays for filling it.
    pub fn reserve(&mut self, bytes: u64) -> Result<(), Exit> {
        self.charge(bytes / 64)?;
        if self.heap.has_room(bytes) { Ok(()) } else { Err(Exit::Stopped(Stop::OutOfMemory)) }
    }

    // Sending.

    /// A fresh promise and its resolver.
    pub fn promise(&mut self) -> (Value, Value) {
        let promise = self.open_promise();
        let resolver = self.heap.alloc(Cell::Resolver { promise, done: false });
        (promise.into(), resolver.into())
    }
    /// A promise that only Rust code resolves.
    pub(crate) fn open_promise(&mut self) -> Obj {
        self.heap.alloc(Cell::Promise(Promise::Unresolved(None)))
    }
    /// A reference broken by a problem.
    pub fn broken(&mut self, problem: Value) -> Value {
        self.heap.alloc(Cell::Broken(problem)).into()
    }
    /// `target <- verb(args)`: a promise for the result.
    pub fn send(&mut self, target: Value, verb: &str, args: impl Into<Args>) -> Value {
        let args = args.into();
        crate::send::send(self, target, Selector::new(verb, args.len()), &args)
    }
    /// The same without a result.
    pub fn send_only(&mut self, target: Value, verb: &str, args: impl Into<Args>) {
        let args = args.into();
        crate::send::send_only(self, target, Selector::new(verb, args.len()), &args);
    }
    /// Settles a promise that has not been settled; what waits for it moves on, in order.
    pub fn resolve(&mut self, promise: Value, value: Value) {
        crate::resolver::settle(self, promise, value);
    }
    /// Sends `thunk <- run()` once the clock shows `millis`.
    pub fn at_time(&mut self, millis: i64, thunk: Value) {
        self.counter += 1;
        let sent = self.here();
        log::asked(self, sent, "run/0", Destination::Here, thunk);
        self.timers.insert((millis, self.counter), (thunk, sent));
    }

    // Looking.

    /// Shortens a reference: what a resolved promise stands for.
    pub fn near(&self, value: Value) -> Value {
        self.heap.shorten(value)
    }
    /// The class of anything but an object written in E.
    pub fn class_of(&self, value: Value) -> Option<&'static Class> {
        crate::data::class_of(&self.heap, value)
    }

    /// The script of a loaded module as objects name it.
    pub(crate) fn script(&self, module: u32, script: u32) -> Script {
        Script(self.modules.get(module as usize).map_or(0, |it| it.first_script) + script)
    }

    pub(crate) fn constant(&mut self, it: &Const) -> Value {
        match it {
            Const::Value(it) => *it,
            Const::Float(it) => (*it).into(),
            Const::Text(it) => self.heap.text(it.clone()),
            Const::Big(it) => self.heap.int((**it).clone()),
        }
    }

    /// Collects what neither `more` nor anything here holds.
    pub(crate) fn collect(&mut self, more: &mut Roots<'_>) {
        let Cx {
            heap,
            buffered,
            queue,
            outbox,
            scope,
            templates,
            audits,
            tables,
            log,
            handles,
            waiting,
            awaiting,
            breaks,
            exit,
            imported,
            import_names,
            timers,
            awaited,
            ..
        } = self;
        let waited_for = tables.waited_for(heap);
        heap.collect(&mut |visit| {
            more(visit);
            waited_for.iter().for_each(|it| visit((*it).into()));
            buffered.iter().for_each(|it| visit((*it).into()));
            for it in queue.iter() {
                match &it.work {
                    Work::Message { target, message } => {
                        visit(*target);
                        message.trace(visit);
                    }
                    Work::Seed { result, .. } => visit((*result).into()),
                    Work::Eval(_) => {}
                }
            }
            outbox.iter().for_each(|it| it.trace(visit));
            scope.trace(visit);
            templates.used().iter().for_each(|it| it.trace(visit));
            audits.used().iter().for_each(|it| it.trace(visit));
            tables.trace(visit);
            handles.used().iter().for_each(|it| it.values().for_each(|it| visit(*it)));
            visit(*waiting);
            visit(*awaiting);
            breaks.used().iter().for_each(|it| it.iter().flatten().for_each(|it| visit(*it)));
            exit.iter().for_each(|it| visit(*it));
            imported.used().iter().for_each(|it| it.values().for_each(|it| visit(*it)));
            import_names.used().iter().for_each(|it| it.keys().for_each(|it| visit(*it)));
            timers.used().iter().for_each(|it| it.values().for_each(|it| visit(it.0)));
            awaited.used().iter().flat_map(|it| it.values()).for_each(|it| {
                visit(it.resolver);
                visit(it.whose);
            });
        });
        tables.forget(&|it| heap.survived(it));
        if let Some(it) = log {
            log::forget(it, &|it| heap.survived(it));
        }
        crate::weak::tell(self);
    }
}
