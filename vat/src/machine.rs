//! The machine: frames of its own, and the one long match.
//!
//! No E call is a Rust call. A native that wants to call returns a step; what it does afterwards lies on the
//! same stack of frames as the code of methods.

mod fast;
mod step;
mod unwind;

use crate::code::{Held, Module};
use crate::cx::Cx;
use crate::heap::{Cell, Heap};
use crate::native::{Args, Outcome, Step, Then};
use crate::problem::{Exit, Problem};
use crate::selector::Selector;
use crate::value::{Value, View};
use std::sync::Arc;

/// A module as one vat has loaded it.
#[derive(Clone)]
pub struct Loaded {
    pub module: Arc<Module>,
    pub consts: Arc<[Value]>,
    /// The number of its script 0 among the vat's.
    pub first_script: u32,
}

/// Where a script is: what an object's script stands for.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// Unique in the process: what inline caches remember.
    pub uid: u32,
    pub module: u32,
    pub script: u32,
}

impl Loaded {
    /// Why objects of this expression are not known to be immutable.
    pub fn objections(&self, object: syntax::kernel_e::ObjectId) -> Vec<String> {
        self.module.objections.get(object.index()).cloned().unwrap_or_default()
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

#[derive(Clone, Copy)]
struct CodeFrame {
    module: u32,
    method: u32,
    /// Where it goes on.
    pc: u32,
    /// The instruction it is in.
    at: u32,
    /// Its first local; the running object lies under it.
    base: u32,
    /// A program whose names are wanted.
    exports: bool,
}

/// What the machine does next.
enum Next {
    /// Goes on with the topmost frame of code.
    Code,
    /// A call has this value.
    Value(Value),
    /// The operands of a call lie on the stack.
    Call(Selector, usize),
    /// A native has answered.
    Native(Outcome),
    Exit(Exit),
}

/// Frames and operands of one vat's running turn. Empty between turns.
pub(crate) struct Machine {
    stack: Vec<Value>,
    frames: Vec<Frame>,
    modules: Vec<Loaded>,
    depth_limit: usize,
    comparer: Value,
    equalizer: Value,
    boolean: Value,
    /// What the last program with wanted names left.
    pub exported: Exported,
}

impl Machine {
    pub fn new(cx: &mut Cx, depth_limit: usize) -> Machine {
        Machine {
            stack: Vec::new(),
            frames: Vec::new(),
            modules: Vec::new(),
            depth_limit,
            comparer: crate::core_scope::value(cx, "__comparer"),
            equalizer: crate::core_scope::value(cx, "__equalizer"),
            boolean: crate::core_scope::value(cx, "boolean"),
            exported: Vec::new(),
        }
    }

    /// Calls and runs to the end.
    pub fn call(
        &mut self,
        cx: &mut Cx,
        target: Value,
        selector: Selector,
        args: &[Value],
    ) -> Result<Value, Exit> {
        self.stack.push(target);
        self.stack.extend_from_slice(args);
        self.run(cx, Next::Call(selector, args.len()))
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
        debug_assert!(self.frames.is_empty(), "a turn inside a turn");
        let mut next = first;
        loop {
            next = match next {
                Next::Code => {
                    let modules = std::mem::take(&mut self.modules);
                    let next = self.code(cx, &modules);
                    self.modules = modules;
                    next
                }
                Next::Value(value) => match self.frames.pop() {
                    None => {
                        self.stack.clear();
                        return Ok(value);
                    }
                    Some(Frame::Native(then)) => Next::Native((then.run)(cx, then, value)),
                    Some(it) => {
                        self.frames.push(it);
                        self.stack.push(value);
                        Next::Code
                    }
                },
                Next::Call(selector, argc) => self.dispatch(cx, selector, argc),
                Next::Native(Ok(step)) => self.native_step(cx, step),
                Next::Native(Err(exit)) => Next::Exit(exit),
                Next::Exit(exit) => match self.unwind(cx, exit) {
                    Ok(next) => next,
                    Err(exit) => {
                        self.stack.clear();
                        return Err(exit);
                    }
                },
            };
        }
    }

    fn native_step(&mut self, cx: &mut Cx, step: Step) -> Next {
        match step {
            Step::Done(value) => Next::Value(value),
            Step::Call(call) => {
                // On the stack first: paying may collect.
                self.push_call(call.target, &call.args);
                match self.pay(cx) {
                    Ok(()) => Next::Call(call.selector, call.args.len()),
                    Err(it) => Next::Exit(it),
                }
            }
            Step::CallThen(call, then) => {
                if self.frames.len() >= self.depth_limit {
                    return Next::Exit(self.too_deep(cx));
                }
                self.frames.push(Frame::Native(then));
                self.push_call(call.target, &call.args);
                match self.pay(cx) {
                    Ok(()) => Next::Call(call.selector, call.args.len()),
                    Err(it) => Next::Exit(it),
                }
            }
            Step::Match(object, message, then) => {
                let found = cx.heap.as_object(object).map(|it| cx.scripts[it.script.index()]);
                let Some(Placed { module, script, .. }) = found else { return Next::Value(Value::NULL) };
                let loaded = self.modules[module as usize].module.clone();
                let Some(matcher) = loaded.scripts[script as usize].matchers.first() else {
                    return Next::Value(Value::NULL);
                };
                self.frames.push(Frame::Native(then));
                self.stack.extend([object, message]);
                self.enter(cx, &loaded, module, *matcher, 1)
            }
            Step::Run(run, then) => {
                self.frames.extend(then.map(Frame::Native));
                self.enter_program(cx, *run)
            }
        }
    }

    fn push_call(&mut self, target: Value, args: &Args) {
        self.stack.push(target);
        self.stack.extend_from_slice(args);
    }

    /// One unit of fuel, and a safepoint.
    fn pay(&mut self, cx: &mut Cx) -> Result<(), Exit> {
        cx.fuel.charge(1).map_err(Exit::Stopped)?;
        if cx.heap.wants_collection() {
            let modules = std::mem::take(&mut self.modules);
            let answer = self.collect(cx, &modules);
            self.modules = modules;
            return answer;
        }
        Ok(())
    }

    fn enter_program(&mut self, cx: &mut Cx, run: Run) -> Next {
        if self.frames.len() >= self.depth_limit {
            return Next::Exit(self.too_deep(cx));
        }
        let module = self.load(cx, run.module);
        let script = cx.script(module, 0);
        let captures = run.captures.into();
        let this = cx.heap.alloc(Cell::Object { stamps: Default::default(), script, captures }).into();
        self.stack.push(this);
        let code = &self.modules[module as usize].module.methods[0];
        let base = self.stack.len();
        self.stack.resize(base + code.locals as usize, Value::NULL);
        self.frames.push(Frame::Code(CodeFrame {
            module,
            method: 0,
            pc: code.entry,
            at: code.entry,
            base: base as u32,
            exports: run.exports,
        }));
        Next::Code
    }

    /// Makes a module's constants values of this vat; the same module is loaded once.
    pub fn load(&mut self, cx: &mut Cx, module: Arc<Module>) -> u32 {
        if let Some(at) = self.modules.iter().position(|it| Arc::ptr_eq(&it.module, &module)) {
            return at as u32;
        }
        let consts = module.consts.iter().map(|it| cx.constant(it)).collect();
        let loaded = Loaded { module, consts, first_script: cx.scripts.len() as u32 };
        let number = self.modules.len() as u32;
        cx.scripts.extend(loaded.module.scripts.iter().zip(0..).map(|(it, script)| Placed {
            uid: it.uid,
            module: number,
            script,
        }));
        self.modules.push(loaded.clone());
        cx.modules.push(loaded);
        self.modules.len() as u32 - 1
    }

    fn too_deep(&self, cx: &mut Cx) -> Exit {
        cx.throw(format!("calls are nested more than {} deep", self.depth_limit))
    }

    /// Collects garbage between turns.
    pub fn tidy(&mut self, cx: &mut Cx) {
        let modules = std::mem::take(&mut self.modules);
        // Nothing runs that could be stopped.
        let _ = self.collect(cx, &modules);
        self.modules = modules;
    }

    /// Collects garbage; throws the turn away if the heap is still too heavy.
    fn collect(&mut self, cx: &mut Cx, modules: &[Loaded]) -> Result<(), Exit> {
        let (stack, frames, exported) = (&self.stack, &self.frames, &self.exported);
        cx.collect(&mut |visit| {
            stack.iter().for_each(|it| visit(*it));
            for it in frames {
                if let Frame::Native(then) = it {
                    then.values.iter().for_each(|it| visit(*it));
                    if let Some(state) = &then.state {
                        state.trace(visit);
                    }
                }
            }
            for it in modules {
                it.consts.iter().for_each(|it| visit(*it));
            }
            exported.iter().for_each(|(_, _, it)| visit(*it));
        });
        // Looking through the heap is work too: a program that lives at its limit pays for it.
        if !cx.heap.eager {
            cx.fuel.charge(cx.heap.cells() / 8).map_err(Exit::Stopped)?;
        }
        if cx.heap.has_room(0) { Ok(()) } else { Err(Exit::Stopped(crate::problem::Stop::OutOfMemory)) }
    }

    /// The operands `target args…` lie on the stack: finds the method and starts it.
    fn dispatch(&mut self, cx: &mut Cx, selector: Selector, argc: usize) -> Next {
        let at = self.stack.len() - argc - 1;
        let target = cx.heap.shorten(self.stack[at]);
        self.stack[at] = target;
        if let Some(obj) = target.as_obj() {
            match cx.heap.cell(obj) {
                Cell::Object { script, .. } => {
                    let Placed { module, script, .. } = cx.scripts[script.index()];
                    return self.dispatch_object(cx, module, script, selector, argc);
                }
                Cell::Promise(_) | Cell::Far { .. } | Cell::FarProxy(_) => {
                    return self.not_callable(cx, selector, at);
                }
                Cell::Broken(problem) => {
                    let problem = *problem;
                    crate::send::tell_of_broken(cx, target, selector, &self.stack[at + 1..]);
                    self.stack.truncate(at);
                    return Next::Exit(Exit::Thrown(crate::throw::unsealed(&cx.heap, problem)));
                }
                _ => {}
            }
        }
        self.dispatch_native(cx, target, selector, argc)
    }

    fn dispatch_native(&mut self, cx: &mut Cx, target: Value, selector: Selector, argc: usize) -> Next {
        let at = self.stack.len() - argc - 1;
        self.shorten_args(&cx.heap, at);
        let class = match target.view() {
            View::Static(class) => Some(class),
            _ => cx.class_of(target),
        };
        let found = class.and_then(|it| it.find(selector)).or_else(|| crate::miranda::find(selector));
        let outcome = match (found, class.and_then(|it| it.otherwise)) {
            (Some(f), _) => Some(f(cx, target, &self.stack[at + 1..])),
            (None, Some(f)) => f(cx, target, selector, &self.stack[at + 1..]),
            (None, None) => None,
        };
        self.stack.truncate(at);
        match outcome {
            Some(it) => Next::Native(it),
            None => {
                let fqn = class.map_or("", |it| it.fqn);
                Next::Exit(crate::suggest::no_such_method(cx, target, fqn, selector))
            }
        }
    }

    fn shorten_args(&mut self, heap: &Heap, at: usize) {
        for it in &mut self.stack[at + 1..] {
            if it.as_obj().is_some() {
                *it = heap.shorten(*it);
            }
        }
    }

    fn not_callable(&mut self, cx: &mut Cx, selector: Selector, at: usize) -> Next {
        let mut problem = Problem::new("not synchronously callable: ")
            .value(self.stack[at])
            .text(format!(".{}(", selector.verb()));
        for (n, it) in self.stack[at + 1..].iter().enumerate() {
            problem = problem.text(if n > 0 { ", " } else { "" }).value(*it);
        }
        self.stack.truncate(at);
        Next::Exit(cx.throw(problem.text(")")))
    }

    fn dispatch_object(
        &mut self,
        cx: &mut Cx,
        module: u32,
        script: u32,
        selector: Selector,
        argc: usize,
    ) -> Next {
        let loaded = self.modules[module as usize].module.clone();
        let code = &loaded.scripts[script as usize];
        if let Some(method) = code.methods.get(&selector) {
            return self.enter(cx, &loaded, module, *method, argc);
        }
        let at = self.stack.len() - argc - 1;
        if !code.plumbing
            && let Some(f) = crate::miranda::find(selector)
        {
            self.shorten_args(&cx.heap, at);
            let outcome = f(cx, self.stack[at], &self.stack[at + 1..]);
            self.stack.truncate(at);
            return Next::Native(outcome);
        }
        let Some(matcher) = code.matchers.first() else {
            let receiver = self.stack[at];
            self.stack.truncate(at);
            return Next::Exit(crate::suggest::no_such_method(cx, receiver, &code.fqn, selector));
        };
        let args = cx.heap.list(&self.stack[at + 1..]);
        let verb = cx.heap.text(selector.verb());
        let message = cx.heap.list([verb, args]);
        self.stack.truncate(at + 1);
        self.stack.push(message);
        self.enter(cx, &loaded, module, *matcher, 1)
    }

    /// Starts a method whose receiver and arguments lie on the stack.
    fn enter(&mut self, cx: &mut Cx, loaded: &Module, module: u32, method: u32, argc: usize) -> Next {
        if self.frames.len() >= self.depth_limit {
            self.stack.truncate(self.stack.len() - argc - 1);
            return Next::Exit(self.too_deep(cx));
        }
        let code = &loaded.methods[method as usize];
        let base = self.stack.len() - argc;
        self.stack.resize(base + code.locals as usize, Value::NULL);
        self.frames.push(Frame::Code(CodeFrame {
            module,
            method,
            pc: code.entry,
            at: code.entry,
            base: base as u32,
            exports: false,
        }));
        Next::Code
    }
}
