//! The machine: frames of its own, and the one long match.
//!
//! No E call is a Rust call. A native that wants to call returns a step; what it does afterwards lies on the
//! same stack of frames as the code of methods.

pub(crate) mod body;
mod complete;
mod enter;
mod fast;
mod make;
mod seldom;
mod send;
mod step;
mod unwind;

use crate::code::{Const, Held, MethodCode, Module, NARROW, NO, Reg};
use crate::cx::Cx;
use crate::heap::{Cell, Script};
use crate::native::{Class, NativeFn, Outcome, Step, Then};
use crate::problem::Exit;
use crate::row::{Lent as LentRow, Row};
use crate::selector::Selector;
use crate::value::{Obj, Value};
use std::sync::{Arc, Mutex};

/// A module as one vat has loaded it.
#[derive(Clone)]
pub struct Loaded {
    pub module: Arc<Module>,
    pub consts: Arc<[Value]>,
    /// The number of its script 0 among the vat's.
    pub first_script: u32,
    /// The number of its first instruction among the vat's.
    pub first_op: u32,
    /// Where the caches of its sites begin.
    sites: u32,
}

/// Where a script is: what an object's script stands for.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub module: u32,
    pub script: u32,
}

impl Loaded {
    /// Why objects of this expression are not known to be immutable.
    pub fn objections(&self, object: syntax::kernel_e::ObjectId) -> Vec<String> {
        self.module.objections.get(object.index()).cloned().unwrap_or_default()
    }
}

/// A module as every vat has it that has loaded nothing else, as long as one of them does.
#[derive(Debug, Default)]
pub struct Alone(Mutex<(LentRow<Loaded>, LentRow<Placed>)>);

impl Alone {
    fn get(&self) -> Option<(Row<Loaded>, Row<Placed>)> {
        let lent = self.0.lock().unwrap_or_else(|it| it.into_inner());
        Some((Row::of(&lent.0)?, Row::of(&lent.1)?))
    }
    fn set(&self, modules: &Row<Loaded>, scripts: &Row<Placed>) {
        *self.0.lock().unwrap_or_else(|it| it.into_inner()) = (modules.lend(), scripts.lend());
    }
}

/// A loaded program to run, and what its outer nouns are, in the order of its script 0.
pub struct Run {
    pub module: Arc<Module>,
    pub captures: Vec<Value>,
    /// What is done with the values of its top-level names before its frame goes; see [`Exported`].
    pub exports: bool,
}

/// Names a program left, and what they hold.
pub type Exported = Vec<(syntax::kernel_e::Name, Held, Value)>;

enum Frame {
    Code(CodeFrame),
    Native(Box<Then>),
}

/// Code that waits for a call, or is to go on.
#[derive(Clone, Copy)]
struct CodeFrame {
    module: u32,
    /// Where it goes on; the instruction before that is the one it is in.
    pc: u32,
    /// Where its window begins; the running object lies under it.
    base: u32,
    size: Reg,
    /// The register for the value of the call it waits for. None: what the value is for depends on the
    /// instruction; see `complete`.
    dst: Reg,
    role: Role,
}

/// What a frame is beside a method's.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Method,
    /// A program whose names are wanted.
    Exports,
    /// The body of a `for` loop, called by the collection; the body as an object.
    Body(Obj),
}

/// Where a send went last: the script of the receiver, or its class and what that has for the selector.
#[derive(Clone, Copy)]
struct Cache {
    /// `NOWHERE` if no receiver was an object written in E.
    script: Script,
    module: u32,
    entry: u32,
    size: Reg,
    native: Option<(&'static Class, NativeFn)>,
}

/// Whom instructions ask when they do not know themselves.
const COMPARER: Value = Value::of(&crate::pattern::COMPARER);
const EQUALIZER: Value = Value::of(&crate::same::EQUALIZER);
const BOOLEAN: Value = Value::of(&crate::guard::scalar::BOOLEAN);
const ORDERED_SPACE: Value = Value::of(&crate::guard::region::MAKE_ORDERED_SPACE);

/// Operands that a delivery is laid out with.
const FEW: usize = 16;

/// Registers that a vat keeps between turns.
const KEPT: usize = 1024;

const NOWHERE: Script = Script(u32::MAX);

impl Cache {
    const EMPTY: Cache = Cache { script: NOWHERE, module: 0, entry: 0, size: 0, native: None };
}

/// What the machine does next.
enum Next {
    /// Goes on with the topmost frame of code.
    Code,
    /// A call has this value.
    Value(Value),
    /// The operands of a call, receiver first, lie from `at`.
    Call {
        selector: Selector,
        argc: usize,
        at: usize,
    },
    /// A native has answered.
    Native(Outcome),
    Exit(Exit),
}

/// Registers and frames that a worker lends to the machine whose turn it is.
#[derive(Default)]
pub(crate) struct Lent {
    stack: Vec<Value>,
    frames: Vec<Frame>,
    /// Whose values are left over in the registers.
    vat: u32,
}

#[cfg(feature = "host")]
impl Lent {
    /// Whose values are left over, something else may have run since.
    pub(crate) fn forget(&mut self) {
        self.vat = 0;
    }
}

/// Frames and registers of one vat's running turn. Empty between turns.
pub(crate) struct Machine {
    stack: Vec<Value>,
    /// Where the window of the topmost frame of code ends.
    top: usize,
    frames: Vec<Frame>,
    modules: Row<Loaded>,
    caches: Vec<Cache>,
    depth_limit: usize,
    /// What the stack weighs in the vat's heap.
    weighed: u64,
    /// What the last program with wanted names left.
    pub exported: Exported,
}

impl Machine {
    pub fn new(depth_limit: usize) -> Machine {
        Machine {
            stack: Vec::new(),
            top: 0,
            frames: Vec::new(),
            modules: Row::default(),
            caches: Vec::new(),
            depth_limit,
            weighed: 0,
            exported: Vec::new(),
        }
    }

    /// A machine that has these modules and nothing else.
    pub fn of(depth_limit: usize, modules: &Row<Loaded>) -> Machine {
        let sites = modules.last().map_or(0, |it| it.sites as usize + it.module.sites.len());
        let caches = vec![Cache::EMPTY; sites];
        Machine { modules: modules.clone(), caches, ..Machine::new(depth_limit) }
    }

    /// Does nothing run, and is nothing left of what ran?
    pub fn is_empty(&self) -> bool {
        self.stack.is_empty() && self.frames.is_empty() && self.exported.is_empty() && self.weighed == 0
    }

    /// Calls and runs to the end.
    pub fn call(
        &mut self,
        cx: &mut Cx,
        target: Value,
        selector: Selector,
        args: &[Value],
    ) -> Result<Value, Exit> {
        debug_assert!(self.frames.is_empty(), "a turn inside a turn");
        let next = self.send(cx, target, selector, args);
        self.run(cx, next)
    }

    /// Lays the operands of a delivery where its method looks for them; `false`: there are too many.
    #[inline]
    pub fn lay(&mut self, target: Value, args: &[Value]) -> bool {
        match self.stack.get_mut(..FEW) {
            Some([first, rest @ ..]) if args.len() < FEW => {
                *first = target.apart();
                rest.iter_mut().zip(args).for_each(|(place, it)| *place = it.apart());
                true
            }
            _ => false,
        }
    }

    /// Calls what was laid, and runs to the end. Most deliveries are for a method with a narrow window: its frame
    /// is put up at once.
    pub fn deliver(&mut self, cx: &mut Cx, selector: Selector, argc: usize) -> Result<Value, Exit> {
        debug_assert!(self.frames.is_empty(), "a turn inside a turn");
        let next = match self.method_of(cx, selector) {
            Some(frame) => {
                self.frames.push(Frame::Code(frame));
                let modules = std::mem::take(&mut self.modules);
                let next = self.code::<false>(cx, &modules);
                self.modules = modules;
                next
            }
            None => Next::Call { selector, argc, at: 0 },
        };
        match next {
            Next::Value(value) if self.frames.is_empty() => {
                self.rest(cx);
                Ok(value)
            }
            next => self.run(cx, next),
        }
    }

    /// The frame for what the object at the bottom of the stack does when it hears this.
    #[inline]
    fn method_of(&self, cx: &Cx, selector: Selector) -> Option<CodeFrame> {
        let Cell::Object { script, .. } = cx.heap.cell(self.stack.first()?.as_obj()?) else { return None };
        let Placed { module, script } = *cx.scripts.get(script.index())?;
        let code = &self.modules.get(module as usize)?.module;
        let method = code.scripts.get(script as usize)?.methods.get(&selector)?;
        let MethodCode { entry, size, .. } = *code.methods.get(*method as usize)?;
        let fits = 1 + usize::from(size) + step::SPAN <= self.stack.len() && self.depth_limit > 0;
        let frame = CodeFrame { module, pc: entry, base: 1, size, dst: NO, role: Role::Method };
        (fits && size <= NARROW).then_some(frame)
    }

    /// Runs a program to its end.
    pub fn run_program(&mut self, cx: &mut Cx, run: Run) -> Result<Value, Exit> {
        self.run(cx, Next::Native(Ok(Step::Run(Box::new(run), None))))
    }

    /// Lets a native function start something and runs that to its end.
    pub fn run_native(&mut self, cx: &mut Cx, outcome: Outcome) -> Result<Value, Exit> {
        self.run(cx, Next::Native(outcome))
    }

    fn run(&mut self, cx: &mut Cx, first: Next) -> Result<Value, Exit> {
        let mut next = first;
        loop {
            next = match next {
                Next::Code => {
                    let modules = std::mem::take(&mut self.modules);
                    let next = match self.frames.last() {
                        Some(Frame::Code(it)) if it.size > NARROW => self.code::<true>(cx, &modules),
                        _ => self.code::<false>(cx, &modules),
                    };
                    self.modules = modules;
                    next
                }
                Next::Value(value) => match self.frames.pop() {
                    None => {
                        self.rest(cx);
                        return Ok(value);
                    }
                    Some(Frame::Native(then)) => Next::Native((then.run)(cx, then, value)),
                    Some(Frame::Code(frame)) => self.complete(cx, frame, value),
                },
                Next::Call { selector, argc, at } => self.dispatch(cx, selector, argc, at),
                Next::Native(Ok(step)) => self.native_step(cx, step),
                Next::Native(Err(exit)) => Next::Exit(exit),
                Next::Exit(exit) => match self.unwind(cx, exit) {
                    Ok(next) => next,
                    Err(exit) => {
                        self.rest(cx);
                        return Err(exit);
                    }
                },
            };
        }
    }

    /// Takes over a worker's registers for a turn.
    pub fn borrow(&mut self, cx: &mut Cx, lent: &mut Lent) {
        self.drop_registers(cx);
        std::mem::swap(&mut self.stack, &mut lent.stack);
        std::mem::swap(&mut self.frames, &mut lent.frames);
        // What is left over from another vat's turn names nothing here.
        if std::mem::replace(&mut lent.vat, cx.vat) != cx.vat {
            self.clear_first();
        }
        self.reach_first();
    }
    /// Gives them back.
    pub fn give_back(&mut self, cx: &mut Cx, lent: &mut Lent) {
        self.trim(cx);
        std::mem::swap(&mut self.stack, &mut lent.stack);
        std::mem::swap(&mut self.frames, &mut lent.frames);
        self.drop_registers(cx);
    }
    /// Between turns a vat needs none, and most have none.
    #[inline]
    pub fn drop_registers(&mut self, cx: &mut Cx) {
        if self.stack.capacity() > 0 || self.weighed > 0 {
            self.stack = Vec::new();
            cx.heap.let_go(std::mem::take(&mut self.weighed));
        }
    }

    /// Nothing runs any more.
    #[inline]
    fn rest(&mut self, cx: &mut Cx) {
        self.top = 0;
        if self.stack.len() > KEPT + step::SPAN {
            self.stack = Vec::new();
            cx.heap.let_go(std::mem::take(&mut self.weighed));
        }
    }

    fn native_step(&mut self, cx: &mut Cx, step: Step) -> Next {
        match step {
            Step::Done(value) => Next::Value(value),
            Step::Call(call) => self.paid_send(cx, call.target, call.selector, &call.args),
            Step::CallThen(call, then) => {
                if self.frames.len() >= self.depth_limit {
                    return Next::Exit(self.too_deep(cx));
                }
                self.frames.push(Frame::Native(then));
                self.paid_send(cx, call.target, call.selector, &call.args)
            }
            Step::Match(object, message, then) => {
                let found = cx.heap.as_object(object).map(|it| cx.scripts[it.script.index()]);
                let Some(Placed { module, script }) = found else { return Next::Value(Value::NULL) };
                let loaded = self.modules[module as usize].module.clone();
                let Some(matcher) = loaded.scripts[script as usize].matchers.first() else {
                    return Next::Value(Value::NULL);
                };
                self.frames.push(Frame::Native(then));
                let at = self.top;
                match self.place(cx, object, &[message]) {
                    Ok(()) => self.enter(cx, &loaded, module, *matcher, at),
                    Err(it) => Next::Exit(it),
                }
            }
            Step::Run(run, then) => {
                self.frames.extend(then.map(Frame::Native));
                self.enter_program(cx, *run)
            }
            Step::Body(body, key, value) => self.enter_body(cx, body, key, value),
        }
    }

    /// Makes a module's constants values of this vat; the same module is loaded once.
    pub fn load(&mut self, cx: &mut Cx, module: Arc<Module>) -> u32 {
        if let Some(at) = self.modules.iter().position(|it| Arc::ptr_eq(&it.module, &module)) {
            return at as u32;
        }
        // Most vats load one module, and many the same.
        let shared = self.modules.is_empty() && module.consts.iter().all(Const::is_everywhere);
        if shared && let Some((modules, scripts)) = module.alone.get() {
            self.caches.reserve_exact(module.sites.len());
            self.caches.resize(module.sites.len(), Cache::EMPTY);
            (cx.modules, cx.scripts) = (modules, scripts);
            self.modules = cx.modules.clone();
            return 0;
        }
        let consts = module.consts.iter().map(|it| cx.constant(it)).collect();
        self.restore(cx, module.clone(), consts);
        if shared {
            module.alone.set(&cx.modules, &cx.scripts);
        }
        self.modules.len() as u32 - 1
    }

    /// Puts a module behind the others, with its constants as this vat has them.
    pub fn restore(&mut self, cx: &mut Cx, module: Arc<Module>, consts: Arc<[Value]>) {
        let sites = self.caches.len() as u32;
        self.caches.reserve_exact(module.sites.len());
        self.caches.resize(self.caches.len() + module.sites.len(), Cache::EMPTY);
        let first_op = self.modules.last().map_or(0, |it| it.first_op + it.module.ops.len() as u32);
        let loaded = Loaded { module, consts, first_script: cx.scripts.len() as u32, first_op, sites };
        let number = self.modules.len() as u32;
        let scripts = 0..loaded.module.scripts.len() as u32;
        cx.scripts.add(scripts.map(|script| Placed { module: number, script }));
        // Nobody else has the row while something is added to it.
        self.modules = Row::default();
        cx.modules.add(std::iter::once(loaded));
        self.modules = cx.modules.clone();
    }

    /// How many registers are kept between turns, and what they weigh in the heap.
    pub fn kept(&self) -> (usize, u64) {
        (self.stack.len(), self.weighed)
    }
    /// The same registers again, empty; `false`: so many are never kept.
    pub fn keep(&mut self, (registers, weight): (usize, u64)) -> bool {
        if registers > KEPT || weight > 64 * KEPT as u64 {
            return false;
        }
        self.stack.clear();
        self.stack.resize(registers, Value::NULL);
        self.weighed = weight;
        true
    }

    /// Forgets all but the first modules.
    pub fn forget(&mut self, modules: usize) {
        self.exported.clear();
        self.modules.truncate(modules);
        let sites = self.modules.last().map_or(0, |it| it.sites as usize + it.module.sites.len());
        self.caches.truncate(sites);
        // The numbers of scripts that are forgotten will be given again.
        self.caches.fill(Cache::EMPTY);
    }

    fn too_deep(&self, cx: &mut Cx) -> Exit {
        cx.throw(format!("calls are nested more than {} deep", self.depth_limit))
    }

    /// One unit of fuel, and a safepoint at which the stack is in use up to `live`.
    fn pay(&mut self, cx: &mut Cx, live: usize) -> Result<(), Exit> {
        cx.fuel.charge(1).map_err(Exit::Stopped)?;
        if cx.heap.wants_collection() {
            let modules = std::mem::take(&mut self.modules);
            let answer = self.collect(cx, &modules, live);
            self.modules = modules;
            return answer;
        }
        Ok(())
    }

    /// Collects garbage between turns.
    pub fn tidy(&mut self, cx: &mut Cx) {
        let modules = std::mem::take(&mut self.modules);
        self.sweep(cx, &modules, 0);
        // Nothing runs that could be stopped, and whoever wants to stop something means what comes.
        if !cx.heap.eager {
            cx.fuel.owe(cx.heap.cells() / 8);
            cx.fuel.settle();
        }
        self.modules = modules;
    }

    /// Collects garbage; throws the turn away if the heap is still too heavy.
    fn collect(&mut self, cx: &mut Cx, modules: &[Loaded], live: usize) -> Result<(), Exit> {
        self.sweep(cx, modules, live);
        // Looking through the heap is work too: a program that lives at its limit pays for it.
        if !cx.heap.eager {
            cx.fuel.charge(cx.heap.cells() / 8).map_err(Exit::Stopped)?;
        }
        if cx.heap.has_room(0) { Ok(()) } else { Err(Exit::Stopped(crate::problem::Stop::OutOfMemory)) }
    }

    fn sweep(&mut self, cx: &mut Cx, modules: &[Loaded], live: usize) {
        // What lies above is left over from calls that are done, and may name cells that are about to go.
        let live = live.min(self.stack.len());
        self.stack[live..].fill(Value::NULL);
        let (stack, frames, exported) = (&self.stack[..live], &self.frames, &self.exported);
        cx.collect(&mut |visit| {
            stack.iter().for_each(|it| visit(*it));
            for it in frames {
                match it {
                    Frame::Native(then) => {
                        then.values.iter().for_each(|it| visit(*it));
                        if let Some(state) = &then.state {
                            state.trace(visit);
                        }
                    }
                    Frame::Code(CodeFrame { role: Role::Body(it), .. }) => visit((*it).into()),
                    Frame::Code(_) => {}
                }
            }
            for it in modules {
                it.consts.iter().for_each(|it| visit(*it));
            }
            exported.iter().for_each(|(_, _, it)| visit(*it));
        });
    }
}
