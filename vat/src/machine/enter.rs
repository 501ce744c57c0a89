//! Calls: from a receiver and a selector to the window of a method, or the answer of a native.

use super::step::SPAN;
use super::{CodeFrame, Frame, Machine, Next, Placed, Role, Run};
use crate::code::{Module, NO};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::problem::{Exit, Problem, Stop};
use crate::selector::Selector;
use crate::value::{Value, View};

/// Registers the stack begins with.
const FIRST: usize = 256;
/// Registers that a turn can use before there have to be more: enough for most turns, few enough to be cleared
/// between two vats.
const USED: usize = 64;
/// Registers that a worker lends.
const LENT: usize = USED + SPAN;
/// What a register weighs, with its share of the frames.
const WEIGHT: u64 = 24;

impl Machine {
    /// Makes room for registers up to `end`. Behind them there are always as many more as the code looks at.
    pub(super) fn reach(&mut self, cx: &mut Cx, end: usize) -> Result<(), Exit> {
        if end + SPAN <= self.stack.len() { Ok(()) } else { self.grow(cx, end) }
    }

    #[cold]
    fn grow(&mut self, cx: &mut Cx, end: usize) -> Result<(), Exit> {
        let before = self.stack.len().saturating_sub(SPAN);
        let len = end.max(2 * before).max(FIRST);
        let more = WEIGHT * (len - before) as u64;
        if !cx.heap.has_room(more) {
            return Err(Exit::Stopped(Stop::OutOfMemory));
        }
        cx.heap.hold(more);
        self.weighed += more;
        self.stack.resize(len + SPAN, Value::NULL);
        Ok(())
    }

    /// The registers that every turn begins with. They are the worker's and weigh nothing here.
    pub(super) fn reach_first(&mut self) {
        if self.stack.len() < LENT {
            self.stack.resize(LENT, Value::NULL);
        }
    }

    /// Leaves no more registers than a turn begins with; those that have never been used are null.
    #[inline]
    pub fn trim(&mut self, cx: &mut Cx) {
        if self.stack.len() > LENT {
            self.stack.truncate(LENT);
            self.stack.shrink_to(LENT);
            self.stack[USED..].fill(Value::NULL);
        }
        cx.heap.let_go(std::mem::take(&mut self.weighed));
    }

    /// Clears the registers that a turn before this one can have used.
    pub(super) fn clear_first(&mut self) {
        let used = USED.min(self.stack.len());
        self.stack[..used].fill(Value::NULL);
    }

    /// Puts the operands of a call above everything.
    pub(super) fn place(&mut self, cx: &mut Cx, target: Value, args: &[Value]) -> Result<(), Exit> {
        let at = self.top;
        self.reach(cx, at + 1 + args.len())?;
        self.stack[at] = target;
        self.stack[at + 1..at + 1 + args.len()].copy_from_slice(args);
        Ok(())
    }

    /// Calls, with operands that lie nowhere yet.
    pub(super) fn send(&mut self, cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) -> Next {
        match self.place(cx, target, args) {
            Ok(()) => Next::Call { selector, argc: args.len(), at: self.top },
            Err(it) => Next::Exit(it),
        }
    }

    /// The same for a unit of fuel.
    pub(super) fn paid_send(
        &mut self,
        cx: &mut Cx,
        target: Value,
        selector: Selector,
        args: &[Value],
    ) -> Next {
        // On the stack first: paying may collect.
        let next = self.send(cx, target, selector, args);
        match self.pay(cx, self.top + 1 + args.len()) {
            Ok(()) => next,
            Err(it) => Next::Exit(it),
        }
    }

    pub(super) fn enter_program(&mut self, cx: &mut Cx, run: Run) -> Next {
        if self.frames.len() >= self.depth_limit {
            return Next::Exit(self.too_deep(cx));
        }
        let module = self.load(cx, run.module);
        let script = cx.script(module, 0);
        let captures = run.captures.into();
        let this = cx.heap.alloc(Cell::Object { stamps: Default::default(), script, captures }).into();
        let code = &self.modules[module as usize].module.methods[0];
        let (entry, size) = (code.entry, code.size);
        let at = self.top;
        if let Err(it) = self.place(cx, this, &[]).and_then(|()| self.reach(cx, at + 1 + usize::from(size))) {
            return Next::Exit(it);
        }
        let role = if run.exports { Role::Exports } else { Role::Method };
        let base = at as u32 + 1;
        self.frames.push(Frame::Code(CodeFrame { module, pc: entry, base, size, dst: NO, role }));
        Next::Code
    }

    /// The operands `target args…` lie from `at`: finds the method and starts it.
    pub(super) fn dispatch(&mut self, cx: &mut Cx, selector: Selector, argc: usize, at: usize) -> Next {
        let target = cx.heap.shorten(self.stack[at]);
        self.stack[at] = target;
        if let Some(obj) = target.as_obj() {
            match cx.heap.cell(obj) {
                Cell::Object { script, .. } => {
                    let Placed { module, script } = cx.scripts[script.index()];
                    return self.dispatch_object(cx, module, script, selector, argc, at);
                }
                Cell::Promise(_) | Cell::Far { .. } | Cell::FarProxy(_) => {
                    return self.not_callable(cx, selector, argc, at);
                }
                Cell::Broken(problem) => {
                    let problem = *problem;
                    let args = &self.stack[at + 1..=at + argc];
                    crate::send::tell_of_broken(cx, target, selector, args);
                    return Next::Exit(Exit::Thrown(crate::throw::unsealed(&cx.heap, problem)));
                }
                _ => {}
            }
        }
        self.dispatch_native(cx, target, selector, argc, at)
    }

    fn dispatch_native(
        &mut self,
        cx: &mut Cx,
        target: Value,
        selector: Selector,
        argc: usize,
        at: usize,
    ) -> Next {
        let args = &mut self.stack[at + 1..=at + argc];
        for it in args.iter_mut() {
            *it = cx.heap.shorten(*it);
        }
        let class = match target.view() {
            View::Static(class) => Some(class),
            _ => cx.class_of(target),
        };
        let found = class.and_then(|it| it.find(selector)).or_else(|| crate::miranda::find(selector));
        let outcome = match (found, class.and_then(|it| it.otherwise)) {
            (Some(f), _) => Some(f(cx, target, args)),
            (None, Some(f)) => f(cx, target, selector, args),
            (None, None) => None,
        };
        match outcome {
            Some(it) => Next::Native(it),
            None => {
                let fqn = class.map_or("", |it| it.fqn);
                Next::Exit(crate::suggest::no_such_method(cx, target, fqn, selector))
            }
        }
    }

    fn not_callable(&mut self, cx: &mut Cx, selector: Selector, argc: usize, at: usize) -> Next {
        let mut problem = Problem::new("not synchronously callable: ")
            .value(self.stack[at])
            .text(format!(".{}(", selector.verb()));
        for (n, it) in self.stack[at + 1..=at + argc].iter().enumerate() {
            problem = problem.text(if n > 0 { ", " } else { "" }).value(*it);
        }
        Next::Exit(cx.throw(problem.text(")")))
    }

    fn dispatch_object(
        &mut self,
        cx: &mut Cx,
        module: u32,
        script: u32,
        selector: Selector,
        argc: usize,
        at: usize,
    ) -> Next {
        let loaded = self.modules[module as usize].module.clone();
        let code = &loaded.scripts[script as usize];
        if let Some(method) = code.methods.get(&selector) {
            return self.enter(cx, &loaded, module, *method, at);
        }
        let args = &mut self.stack[at + 1..=at + argc];
        if !code.plumbing
            && let Some(f) = crate::miranda::find(selector)
        {
            for it in args.iter_mut() {
                *it = cx.heap.shorten(*it);
            }
            let args = &self.stack[at + 1..=at + argc];
            return Next::Native(f(cx, self.stack[at], args));
        }
        let Some(matcher) = code.matchers.first() else {
            let receiver = self.stack[at];
            return Next::Exit(crate::suggest::no_such_method(cx, receiver, &code.fqn, selector));
        };
        let args = cx.heap.list(&*args);
        let verb = cx.heap.text(selector.verb());
        let message = cx.heap.list([verb, args]);
        if let Err(it) = self.reach(cx, at + 2) {
            return Next::Exit(it);
        }
        self.stack[at + 1] = message;
        self.enter(cx, &loaded, module, *matcher, at)
    }

    /// Starts a method whose receiver and arguments lie from `at`.
    pub(super) fn enter(
        &mut self,
        cx: &mut Cx,
        loaded: &Module,
        module: u32,
        method: u32,
        at: usize,
    ) -> Next {
        if self.frames.len() >= self.depth_limit {
            return Next::Exit(self.too_deep(cx));
        }
        let code = &loaded.methods[method as usize];
        let (pc, size, base) = (code.entry, code.size, at as u32 + 1);
        if let Err(it) = self.reach(cx, at + 1 + usize::from(size)) {
            return Next::Exit(it);
        }
        self.frames.push(Frame::Code(CodeFrame { module, pc, base, size, dst: NO, role: Role::Method }));
        Next::Code
    }
}
