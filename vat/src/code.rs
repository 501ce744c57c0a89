//! The instruction set: a compact stack code, shared by all vats and never changed once made.
//!
//! A frame's arguments and locals lie at the bottom of its part of the stack, its operands above them.

use crate::selector::Selector;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64};
use syntax::kernel_e::{ExprId, Name, ObjectId, Program};
use syntax::{Scopes, SourceMap};

/// One instruction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Op {
    /// Pushes a constant of the module.
    Const(u32),
    Int(i32),
    Null,
    True,
    False,
    /// Pushes a local.
    Local(u32),
    /// Pops into a local.
    Store(u32),
    /// Copies the top into a local.
    Keep(u32),
    /// Pushes what the running object closes over.
    Capture(u32),
    /// Pushes the running object.
    This,
    Pop,
    Dup,
    /// `slot → value`
    SlotGet,
    /// `value slot → null`
    SlotPut,
    /// `binding → slot`
    BindingGet,
    /// `value → slot`
    NewVarSlot,
    /// `value guard → slot`
    NewGuardedSlot,
    /// `value guard → binding` of a final slot
    NewBinding,
    /// `slot → binding`
    BindSlot,
    /// `object → object`, and puts it into the final slot of the binding in a local
    PatchBinding(u32),
    Jump(u32),
    /// A jump backwards: pays, and looks whether to stop.
    Loop(u32),
    /// Pops a boolean.
    JumpIfFalse(u32),
    /// Pops a value, drops operands down to `depth`, pushes the value, jumps: an ejector that does not escape.
    Leave {
        target: u32,
        depth: u32,
    },
    Call(u32),
    /// `a b → a.add(b)` and its like; falls back to the call.
    Arith(Arith, u32),
    /// `a b → __comparer.lessThan(a, b)` and its like.
    Compare(Compare, u32),
    /// `a b → __equalizer.sameEver(a, b)`
    Same(u32),
    /// `a → a.not()`
    Not(u32),
    MakeList(u32),
    /// Pops the captures of a script, pushes the object.
    Object(u32),
    /// Pops captures, then that many auditors; the value is the object they approved.
    Audited(u32, u32),
    /// `specimen guard ejector → guard.coerce(specimen, ejector)`
    Coerce(u32),
    /// `specimen function ejector → function.run(specimen, ejector)`
    Via(u32),
    /// `specimen ejector → items, the first on top`, skipping the next instruction; or asks the specimen for a
    /// list: `specimen ejector → ejector list`.
    ListMatch(u32),
    /// `ejector list → items, the first on top`
    ListItems(u32),
    NewEjector {
        slot: u32,
        name: u32,
    },
    KillEjector(u32),
    /// Pops an exit and goes on leaving, or leaves the value there if it is none.
    Resume,
    /// Pops a caught problem and throws it again.
    Rethrow,
    Nothing,
    Return,
    /// The matcher with this number refused the message in local 0.
    NextMatcher(u32),
    /// Pushes the context object with this fully qualified prefix.
    MetaContext(u32),
    /// Pops that many slots, pushes a map from their names.
    MetaState(u32),
    /// Throws the text constant as a problem.
    Fail(u32),
}

/// Arithmetic with a fast path for two integers or two floats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arith {
    Add,
    Subtract,
    Multiply,
    FloorDivide,
    Remainder,
    Mod,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compare {
    Less,
    Leq,
    Geq,
    Greater,
}

/// A constant; a vat that loads the module makes it a value of its own.
#[derive(Clone, Debug)]
pub enum Const {
    Value(crate::value::Value),
    Text(Arc<str>),
    Big(Arc<dashu_int::IBig>),
    Float(f64),
}

/// A place that calls.
#[derive(Debug)]
pub struct Site {
    pub selector: Selector,
    pub argc: u32,
    pub expr: ExprId,
    /// Script (high half) and its method plus one: where this call went last.
    pub cache: AtomicU64,
}

/// What happens to an exit that passes through a range of code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handling {
    Catch,
    Finally,
    /// The ejector in this local comes home here.
    Escape(u32),
}

/// An entry of a module's handler table; inner ones stand before outer ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    pub start: u32,
    pub end: u32,
    pub target: u32,
    pub depth: u32,
    pub handling: Handling,
}

/// A method, a matcher or the top level.
#[derive(Clone, Debug)]
pub struct MethodCode {
    pub entry: u32,
    pub end: u32,
    pub params: u32,
    /// Arguments included.
    pub locals: u32,
    /// Which of the module's handlers are its own.
    pub handlers: std::ops::Range<u32>,
    pub script: u32,
    /// `deposit/2`, `match`, or empty at the top level.
    pub name: Arc<str>,
}

/// An object expression, compiled.
#[derive(Debug)]
pub struct ScriptCode {
    /// Unique in the process: what inline caches remember.
    pub uid: u32,
    pub object: Option<ObjectId>,
    /// `mint`, or `_`.
    pub name: Arc<str>,
    /// `__main$mint`
    pub fqn: Arc<str>,
    pub methods: FxHashMap<Selector, u32>,
    pub matchers: Vec<u32>,
    pub plumbing: bool,
    /// Nobody asked, but everything its objects hold is known to be immutable.
    pub presumed_frozen: bool,
    /// How many values its objects close over, and what they are called.
    pub captures: Vec<Captured>,
}

/// A captured noun as its object holds it.
#[derive(Clone, Debug)]
pub struct Captured {
    pub noun: Name,
    pub held: Held,
}

/// In what shape a noun is kept in a local or a capture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Held {
    /// The value itself.
    Value,
    /// A slot.
    Slot,
    /// A binding.
    Binding,
}

/// A compiled program.
#[derive(Debug)]
pub struct Module {
    /// Fully qualified prefix: `__main$`.
    pub prefix: Arc<str>,
    /// What the text is called in traces.
    pub source: Arc<str>,
    pub ops: Vec<Op>,
    /// By instruction: the expression it was made for.
    pub exprs: Vec<ExprId>,
    pub consts: Vec<Const>,
    pub sites: Vec<Site>,
    pub handlers: Vec<Handler>,
    pub methods: Vec<MethodCode>,
    /// Script 0 is the program itself: its method is 0, its captures are the outer nouns.
    pub scripts: Vec<ScriptCode>,
    /// Top-level names, in the order of definition: the local that holds each, and how.
    pub exports: Vec<Export>,
    /// By object expression: why it is not known to be immutable.
    pub objections: Vec<Vec<String>>,
    pub program: Arc<Program>,
    pub source_map: Arc<SourceMap>,
    pub scopes: Arc<Scopes>,
}

/// A name that the program leaves in the scope it was evaluated in.
#[derive(Clone, Debug)]
pub struct Export {
    pub noun: Name,
    pub local: u32,
    pub held: Held,
}

static NEXT_SCRIPT: AtomicU32 = AtomicU32::new(1);

/// A number no other script of this process has.
pub(crate) fn fresh_script_uid() -> u32 {
    NEXT_SCRIPT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
