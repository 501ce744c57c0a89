//! What a native method works with: the vat's heap, its powers, its fuel, and the ways to call, throw, eject
//! and send.

use crate::fuel::Fuel;
use crate::heap::{Backlog, Cell, Heap, Message, Promise};
use crate::native::{Args, Call, Class, Outcome, Step, Then};
use crate::powers::Powers;
use crate::problem::{Exit, Problem, Stop};
use crate::selector::Selector;
use crate::value::Value;
use std::collections::VecDeque;

/// One vat's state as natives see it.
pub struct Cx {
    pub heap: Heap,
    pub powers: Box<dyn Powers>,
    pub fuel: Fuel,
    pub(crate) queue: VecDeque<Delivery>,
}

/// A message on its way to something in this vat; one turn's work.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub target: Value,
    pub message: Message,
}

impl Cx {
    pub(crate) fn new(powers: Box<dyn Powers>, fuel: Fuel, heap_limit: u64) -> Cx {
        Cx { heap: Heap::new(heap_limit), powers, fuel, queue: VecDeque::new() }
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
        if let Some(Cell::Ejector(it)) = self.heap.get(ejector)
            && it.live
        {
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
        self.fuel.charge(units).map_err(Exit::Stopped)
    }
    /// Asks for room for `bytes` more *before* something large is built, and pays for filling it.
    pub fn reserve(&mut self, bytes: u64) -> Result<(), Exit> {
        self.charge(bytes / 64)?;
        if self.heap.has_room(bytes) { Ok(()) } else { Err(Exit::Stopped(Stop::OutOfMemory)) }
    }

    // Sending.

    /// A fresh promise and its resolver.
    pub fn promise(&mut self) -> (Value, Value) {
        let promise = self.heap.alloc(Cell::Promise(Promise::Unresolved(Box::<Backlog>::default())));
        let resolver = self.heap.alloc(Cell::Resolver { promise, done: false });
        (promise.into(), resolver.into())
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

    // Looking.

    /// Shortens a reference: what a resolved promise stands for.
    pub fn near(&self, value: Value) -> Value {
        self.heap.shorten(value)
    }
    /// The class of anything but an object written in E.
    pub fn class_of(&self, value: Value) -> Option<&'static Class> {
        crate::data::class_of(&self.heap, value)
    }
}
