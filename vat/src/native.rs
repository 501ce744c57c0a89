//! Native objects: E objects whose methods are Rust functions.
//!
//! A [`Class`] is a `static`: a name and a table of methods. A native object is either the class itself (no
//! state: `E`, `throw`, `boolean`; the same value in every vat) or a heap cell with fields and a payload.
//! A native never calls E by recursion: it returns a [`Step`] that says what to call and how to go on.

use crate::coerce::Ty;
use crate::cx::Cx;
use crate::problem::Exit;
use crate::selector::Selector;
use crate::value::{Obj, Value};
use rustc_hash::FxHashMap;
use std::any::Any;
use std::sync::{Arc, OnceLock};

/// A native method: receiver, arguments (both already shortened: never a resolved promise).
pub type NativeFn = fn(&mut Cx, Value, &[Value]) -> Outcome;

/// What a native answers: the next step, or an exit.
pub type Outcome = Result<Step, Exit>;

/// What happens after a native function returned.
pub enum Step {
    /// It is done, with this value.
    Done(Value),
    /// Its value is the value of this call, which takes its place (a tail call).
    Call(Call),
    /// Call, then go on with the [`Then`].
    CallThen(Call, Box<Then>),
    /// Hands a message `[verb, args]` to the matchers of an object written in E, past its methods.
    Match(Value, Value, Box<Then>),
    /// Runs the body of a `for` loop with a key and a value.
    Body(Value, Value, Value),
    /// Runs a program, then goes on with the [`Then`] if there is one; otherwise its value is what the
    /// program's last expression gives.
    Run(Box<crate::machine::Run>, Option<Box<Then>>),
}

impl From<Value> for Step {
    fn from(value: Value) -> Step {
        Step::Done(value)
    }
}

/// `Ok(Step::Done(value))`
pub fn done(value: impl Into<Value>) -> Outcome {
    Ok(Step::Done(value.into()))
}

/// A call a native asks for.
#[derive(Clone, Debug)]
pub struct Call {
    pub target: Value,
    pub selector: Selector,
    pub args: Args,
}

/// How a native goes on once its call has returned. A plain function with its state beside it, so that the
/// collector sees every value in it and a suspended vat is just data.
pub struct Then {
    pub run: ThenFn,
    /// Called instead of `run` when the call threw or ejected. `None`: the exit goes on outwards.
    pub on_exit: Option<ExitFn>,
    pub values: Vec<Value>,
    pub state: Option<Box<dyn Payload>>,
}

pub type ThenFn = fn(&mut Cx, Box<Then>, Value) -> Outcome;
pub type ExitFn = fn(&mut Cx, Box<Then>, Exit) -> Outcome;

impl Then {
    pub fn new(run: ThenFn, values: impl Into<Vec<Value>>) -> Box<Then> {
        Box::new(Then { run, on_exit: None, values: values.into(), state: None })
    }
    pub fn with_state(mut self: Box<Then>, state: Box<dyn Payload>) -> Box<Then> {
        self.state = Some(state);
        self
    }
    pub fn on_exit(mut self: Box<Then>, f: ExitFn) -> Box<Then> {
        self.on_exit = Some(f);
        self
    }
    /// The same continuation at its next station.
    pub fn at(mut self: Box<Then>, run: ThenFn) -> Box<Then> {
        self.run = run;
        self
    }
    /// The state as a `T`.
    pub fn state<T: Payload>(&mut self) -> Option<&mut T> {
        self.state.as_mut().and_then(|it| (it.as_mut() as &mut dyn Any).downcast_mut())
    }
}

/// Rust data inside a native object or a continuation.
pub trait Payload: Any + Send {
    /// Shows every value it holds.
    fn trace(&self, visit: &mut dyn FnMut(Value));
    /// Shows the collector which cells it holds on to.
    fn mark(&self, visit: &mut dyn FnMut(Obj)) {
        self.trace(&mut |it| {
            if let Some(it) = it.as_obj() {
                visit(it);
            }
        });
    }
    /// What it weighs: 16 a value, 1 a byte, and so on; never what `malloc` gave.
    fn bytes(&self) -> u64;
    /// A copy for another vat, its values carried over one by one; `None` if it is not passed by copy.
    fn copy(&self, carry: &mut dyn FnMut(Value) -> Value) -> Option<Box<dyn Payload>> {
        let _ = carry;
        None
    }
}

/// What objects promise, as judged by the built-in auditors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stamps(pub u16);

impl Stamps {
    pub const NONE: Stamps = Stamps(0);
    /// Immutable, and so is everything it reaches. On a class: of every instance, whatever its fields.
    pub const DEEP_FROZEN: Stamps = Stamps(1);
    /// Compared by its portrayal `__optUncall()`.
    pub const SELFLESS: Stamps = Stamps(2);
    /// Its portrayal may be shown to anyone.
    pub const TRANSPARENT: Stamps = Stamps(4);
    /// Passes by copy between vats.
    pub const PASS_BY_COPY: Stamps = Stamps(8);
    /// A native whose fields and payload, and nothing else, decide whether it is DeepFrozen.
    pub const FROZEN_IF_PARTS_ARE: Stamps = Stamps(16);
    /// Bare data: ints, strings and the like, compared by content.
    pub const DATA: Stamps = Stamps(32);

    /// Nobody asked for DeepFrozen, but what it holds is known not to change: it may go to another vat as
    /// itself. No auditor's answer.
    pub const PRESUMED: Stamps = Stamps(64);

    /// Auditors written in E approved it: which ones, its heap knows.
    pub(crate) const APPROVED: Stamps = Stamps(128);
    /// It shows its state to whoever checks whether it is DeepFrozen: that depends on what it holds by then.
    pub const EVENTUALLY: Stamps = Stamps(256);
    /// Deaf to everything but its callers.
    pub const CONFINED: Stamps = Stamps(512);
    /// May be thrown.
    pub const THROWABLE: Stamps = Stamps(1024);
    /// One of its stamps was given without an audit, by who holds the stamp itself.
    pub(crate) const VOUCHED: Stamps = Stamps(4096);
    /// It belongs to no vat but to the world, and is the same object in every vat that was given it.
    pub const EVERYWHERE: Stamps = Stamps(2048);

    pub const fn and(self, other: Stamps) -> Stamps {
        Stamps(self.0 | other.0)
    }
    pub const fn has(self, other: Stamps) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A verb of a native object.
pub struct Method {
    pub verb: &'static str,
    /// `None`: any number of arguments.
    pub arity: Option<u8>,
    pub run: NativeFn,
    /// What it wants its arguments to be, where that is known: for descriptions.
    pub types: &'static [Ty],
}

/// A method: `method("add", 1, add)`.
pub const fn method(verb: &'static str, arity: u8, run: NativeFn) -> Method {
    Method { verb, arity: Some(arity), run, types: &[] }
}

/// A method that says what it wants: `natives!` writes it.
pub const fn typed(verb: &'static str, types: &'static [Ty], run: NativeFn) -> Method {
    Method { verb, arity: Some(types.len() as u8), run, types }
}

/// A method of any number of arguments: `variadic("run", make_list)`.
pub const fn variadic(verb: &'static str, run: NativeFn) -> Method {
    Method { verb, arity: None, run, types: &[] }
}

/// Sees every message no method is for, as a `match [verb, args]` would. `None`: not understood.
pub type Otherwise = fn(&mut Cx, Value, Selector, &[Value]) -> Option<Outcome>;

/// A kind of native object, and at once the object itself where it has no state.
pub struct Class {
    /// What messages call its type: `int` in `the int 1 doesn't coerce to a boolean`.
    pub name: &'static str,
    /// The name it is known by between vats and in traces; unique.
    pub fqn: &'static str,
    /// How it prints, unless it has a `__printOn` of its own: `<E>`, `boolean`.
    pub printed: &'static str,
    pub stamps: Stamps,
    pub methods: &'static [Method],
    pub otherwise: Option<Otherwise>,
    table: OnceLock<Table>,
}

#[derive(Default)]
struct Table {
    exact: FxHashMap<Selector, NativeFn>,
    any: FxHashMap<Arc<str>, NativeFn>,
}

impl Class {
    /// A class; `printed` is how a stateless one prints.
    pub const fn new(name: &'static str, printed: &'static str, methods: &'static [Method]) -> Class {
        Class {
            name,
            fqn: name,
            printed,
            stamps: Stamps::NONE,
            methods,
            otherwise: None,
            table: OnceLock::new(),
        }
    }
    pub const fn fqn(mut self, fqn: &'static str) -> Class {
        self.fqn = fqn;
        self
    }
    pub const fn stamps(mut self, stamps: Stamps) -> Class {
        self.stamps = stamps;
        self
    }
    pub const fn otherwise(mut self, otherwise: Otherwise) -> Class {
        self.otherwise = Some(otherwise);
        self
    }
    /// The method for `selector`, Miranda methods not included.
    pub fn find(&self, selector: Selector) -> Option<NativeFn> {
        let table = self.table.get_or_init(|| {
            let mut table = Table::default();
            for it in self.methods {
                match it.arity {
                    Some(arity) => {
                        table.exact.insert(Selector::new(it.verb, arity.into()), it.run);
                    }
                    None => {
                        table.any.insert(Arc::from(it.verb), it.run);
                    }
                }
            }
            table
        });
        let exact = table.exact.get(&selector).copied();
        if exact.is_some() || table.any.is_empty() {
            return exact;
        }
        table.any.get(&*selector.verb()).copied()
    }
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Class({})", self.fqn)
    }
}

/// Arguments of a call: up to four inline.
#[derive(Clone)]
pub struct Args(ArgsRepr);

#[derive(Clone)]
enum ArgsRepr {
    Few(u8, [Value; 4]),
    Many(Vec<Value>),
}

impl std::ops::Deref for Args {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        match &self.0 {
            ArgsRepr::Few(n, it) => &it[..usize::from(*n)],
            ArgsRepr::Many(it) => it,
        }
    }
}

impl From<&[Value]> for Args {
    fn from(it: &[Value]) -> Args {
        if it.len() > 4 {
            return Args(ArgsRepr::Many(it.to_vec()));
        }
        let mut few = [Value::NULL; 4];
        few[..it.len()].copy_from_slice(it);
        Args(ArgsRepr::Few(it.len() as u8, few))
    }
}
impl<const N: usize> From<[Value; N]> for Args {
    fn from(it: [Value; N]) -> Args {
        Args::from(&it[..])
    }
}
impl From<Vec<Value>> for Args {
    fn from(it: Vec<Value>) -> Args {
        Args(ArgsRepr::Many(it))
    }
}
impl std::fmt::Debug for Args {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
