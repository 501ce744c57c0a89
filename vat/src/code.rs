//! The instruction set: register code, shared by all vats and never changed once made.
//!
//! A frame's window begins with its arguments; the running object lies under it. What a call needs lies in a
//! row at the top of the caller's window, so that the callee's window begins there and nothing is copied.

use crate::problem::TraceLine;
use crate::selector::Selector;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, ObjectId, Program};
use syntax::{Scopes, SourceMap};

/// A register of a window: its locals first, then its temporaries.
pub type Reg = u16;

/// Windows up to this size are all that the machine's fast code knows; see `machine::step`.
pub const NARROW: Reg = 256;

/// No register.
pub const NO: Reg = Reg::MAX;

macro_rules! ops {
    ($( $(#[$doc:meta])* $name:ident($($reg:ident),*) [$($field:ident: $ty:ty),*] )*) => {
        /// One instruction, in eight bytes.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub enum Op {
            $( $(#[$doc])* $name { $($reg: Reg,)* $($field: $ty,)* } ),*
        }
        impl Op {
            /// Shows every register it names.
            pub(crate) fn registers(&mut self, mut it: impl FnMut(&mut Reg)) {
                match self {
                    $( Op::$name { $($reg,)* .. } => { $( it($reg); )* } )*
                }
                let _ = &mut it;
            }
        }
    };
}

ops! {
    /// A constant of the module.
    Const(dst) [at: u32]
    Int(dst) [value: i32]
    Null(dst) []
    Bool(dst) [value: bool]
    Move(dst, src) []
    /// What the running object closes over.
    Capture(dst) [at: u32]
    /// What the slot holds that the running object closes over.
    CaptureGet(dst) [at: u32]
    /// Puts into the slot that the running object closes over.
    CapturePut(value) [at: u32]
    /// Puts into the running object itself: a variable that nothing else can see.
    CaptureSet(value) [at: u32]
    /// The running object.
    This(dst) []
    SlotGet(dst, src) []
    SlotPut(slot, value) []
    BindingGet(dst, src) []
    NewVarSlot(dst, src) []
    NewGuardedSlot(dst, src, guard) []
    /// The binding of a final slot.
    NewBinding(dst, src, guard) []
    BindSlot(dst, src) []
    /// Puts the object into the final slot of the binding.
    PatchBinding(binding, object) []
    Jump() [target: u32]
    /// A jump backwards: pays, and looks whether to stop.
    Loop() [target: u32]
    JumpUnless(src) [target: u32]
    /// Jumps unless `src.not()`.
    UnlessNot(src) [target: u32]
    /// Jumps that far unless `a < b`, and so on: fused with the send of the comparison.
    UnlessLess(a, b) [by: i16]
    UnlessLeq(a, b) [by: i16]
    UnlessGeq(a, b) [by: i16]
    UnlessGreater(a, b) [by: i16]
    UnlessLessInt(a) [b: i16, by: i16]
    UnlessLeqInt(a) [b: i16, by: i16]
    UnlessGeqInt(a) [b: i16, by: i16]
    UnlessGreaterInt(a) [b: i16, by: i16]
    UnlessSame(a, b) [by: i16]
    IfSame(a, b) [by: i16]
    UnlessSameInt(a) [b: i16, by: i16]
    /// `a == null`
    UnlessNull(a) [by: i16]
    IfNull(a) [by: i16]
    IfSameInt(a) [b: i16, by: i16]
    /// `dst := at.verb(at + 1, …)`: receiver and arguments lie in a row, where the callee's window begins.
    Call(dst, at) [site: u16]
    /// The same with a site that has a large number; the value replaces the receiver.
    CallWide(at) [site: u32]
    /// `dst := E.send(at, "verb", [at + 1, …])`: an eventual send, whose message is the site's.
    Send(dst, at) [site: u16]
    /// The same where nobody wants the value: there is no promise for it.
    SendOnly(at) [site: u16]
    /// `a.add(b)` and its like; falls back to the send.
    Add(dst, a, b) []
    Subtract(dst, a, b) []
    Multiply(dst, a, b) []
    AddInt(dst, a) [b: i16]
    SubtractInt(dst, a) [b: i16]
    Arith(dst, a, b) [how: Arith]
    ArithInt(dst, a) [b: i16, how: Arith]
    /// `__comparer.lessThan(a, b)` and its like.
    Compare(dst, a, b) [how: Compare]
    /// `__equalizer.sameEver(a, b)`
    Same(dst, a, b) []
    /// `src.not()`
    Not(dst, src) []
    /// `a.get(b)`: a list's item at an index, or the send.
    Get(dst, a, b) []
    /// `a.put(b, value)`, whose value nobody wants.
    Put(a, b, value) []
    /// That many registers from `from`.
    MakeList(dst, from) [n: u16]
    /// A quasi-literal of the simple parser: its template at `at`, its values behind that.
    Fill(dst, at) [n: u16]
    /// Adds that many registers from `from` to the end of a list.
    Extend(dst, from) [n: u16]
    /// The captures of a script lie from `at`; the object replaces the first.
    Object(at) [script: u32]
    /// Auditors, then captures, lie from `at`; the value is the object they approved.
    Audited(at) [script: u32]
    /// `dst := guard.coerce(dst, ejector)`
    Coerce(dst, guard, ejector) []
    /// Goes on if `a` is the same as `b`; otherwise leaves by the ejector, as `__matchSame` does.
    MatchSame(a, b, ejector) []
    /// Takes apart the list in `at` into that many registers from `at`.
    ListMatch(at, ejector) [n: u16]
    NewEjector(slot) [name: u32]
    /// The ejector of a slot that is made only when someone wants it.
    Ejector(dst, slot) []
    KillEjector(slot) []
    /// Goes on leaving if there is a parked exit in `src`.
    Resume(src) []
    /// Throws a caught problem again.
    Rethrow(src) []
    Return(src) []
    /// The matcher with this number refused the message in local 0.
    NextMatcher() [number: u32]
    /// The context object with this fully qualified prefix.
    MetaContext(dst) [at: u32]
    /// A map from that many pairs of name and slot.
    MetaState(dst, from) [n: u16]
    /// Throws the text constant as a problem.
    Fail() [text: u32]
    /// Starts going through the ints from `at` to `at + 1` and jumps to `next`, if they are ints. Otherwise
    /// makes the region and goes on with the `For` behind it.
    ForRange(at) [till: bool, next: u32]
    /// Starts going through the collection in `at`: by itself, then it jumps to `next`; or by calling
    /// `iterate` with the body that follows it, then it ends behind `next`.
    For(at) [next: u32]
    /// The next turn of the loop whose state is in `at` and `at + 1`: value in `at + 2`, back to `body`.
    Next(at) [body: u32]
    /// The same with the key in `at + 3`.
    NextKeyed(at) [body: u32]
    /// About to leave a loop with a value: out of whoever calls its body, first.
    CrossLoop(at, value) []
}

impl Op {
    /// How far a test jumps that is one with its comparison, and for which answer it goes on.
    pub(crate) fn short_jump(&mut self) -> Option<(&mut i16, bool)> {
        match self {
            Op::UnlessLess { by, .. }
            | Op::UnlessLeq { by, .. }
            | Op::UnlessGeq { by, .. }
            | Op::UnlessGreater { by, .. }
            | Op::UnlessLessInt { by, .. }
            | Op::UnlessLeqInt { by, .. }
            | Op::UnlessGeqInt { by, .. }
            | Op::UnlessGreaterInt { by, .. }
            | Op::UnlessSame { by, .. }
            | Op::UnlessSameInt { by, .. }
            | Op::UnlessNull { by, .. } => Some((by, true)),
            Op::IfSame { by, .. } | Op::IfSameInt { by, .. } | Op::IfNull { by, .. } => Some((by, false)),
            _ => None,
        }
    }
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
    Divide,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
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

impl Const {
    /// Is it the same value in every vat?
    pub(crate) fn is_everywhere(&self) -> bool {
        matches!(self, Const::Value(_) | Const::Float(_))
    }
}

/// A place that calls.
#[derive(Debug)]
pub struct Site {
    pub selector: Selector,
    pub argc: u32,
    pub expr: ExprId,
}

/// What happens to an exit that passes through a range of code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handling {
    Catch,
    Finally,
    /// The ejector in this register comes home here; it is called `name`.
    Escape {
        slot: Reg,
        name: u32,
    },
}

/// An entry of a module's handler table; inner ones stand before outer ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    pub start: u32,
    pub end: u32,
    pub target: u32,
    /// Where what was caught is put.
    pub into: Reg,
    pub handling: Handling,
}

/// A method, a matcher or the top level.
#[derive(Clone, Debug)]
pub struct MethodCode {
    pub entry: u32,
    pub end: u32,
    pub params: u32,
    /// How large its window is, arguments included.
    pub size: Reg,
    /// Which of the module's handlers are its own.
    pub handlers: std::ops::Range<u32>,
    pub script: u32,
    /// `deposit/2`, `match`, or empty at the top level.
    pub name: Arc<str>,
}

/// An object expression, compiled.
#[derive(Debug)]
pub struct ScriptCode {
    pub object: Option<ObjectId>,
    /// `mint`, or `_`.
    pub name: Arc<str>,
    /// `__main$mint`
    pub fqn: Arc<str>,
    pub methods: FxHashMap<Selector, u32>,
    pub matchers: Vec<u32>,
    pub plumbing: bool,
    pub auditors: u32,
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
    /// The value of a variable that only the object that holds it can see.
    Field,
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
    /// By instruction: the site of the send it stands for, if it stands for one.
    pub sites_of: Vec<u32>,
    pub consts: Vec<Const>,
    pub sites: Vec<Site>,
    pub handlers: Vec<Handler>,
    pub methods: Vec<MethodCode>,
    /// Methods in the order of their code.
    pub by_entry: Vec<u32>,
    /// Script 0 is the program itself: its method is 0, its captures are the outer nouns.
    pub scripts: Vec<ScriptCode>,
    /// Top-level names, in the order of definition: the local that holds each, and how.
    pub exports: Vec<Export>,
    /// What the compiler was told of the nouns that the program does not define.
    pub told: Vec<crate::store::Told>,
    /// Object expressions that an auditor is known to refuse, and why.
    pub refused: Vec<crate::load::Refused>,
    /// By object expression: why it is not known to be immutable.
    pub objections: Vec<Vec<String>>,
    pub program: Arc<Program>,
    pub source_map: Arc<SourceMap>,
    pub scopes: Arc<Scopes>,
    /// How it is loaded into a vat that has loaded nothing else.
    pub(crate) alone: crate::machine::Alone,
}

impl Module {
    /// What an instruction was made for, as a trace says it.
    pub fn line_at(&self, pc: u32) -> TraceLine {
        let place = self.method_at(pc).map_or_else(String::new, |method| {
            let script = &self.scripts[method.script as usize];
            match &*method.name {
                "" => script.fqn.to_string(),
                name => format!("{}.{name}", script.fqn),
            }
        });
        let expr = self.exprs.get(pc as usize);
        let range = expr.and_then(|it| self.source_map.exprs.get(it.index())).copied().unwrap_or_default();
        TraceLine { place: place.into(), source: self.source.clone(), range }
    }

    /// The method that an instruction belongs to.
    pub fn method_at(&self, pc: u32) -> Option<&MethodCode> {
        let after = self.by_entry.partition_point(|it| self.methods[*it as usize].entry <= pc);
        self.methods.get(*self.by_entry.get(after.checked_sub(1)?)? as usize)
    }
}

/// A name that the program leaves in the scope it was evaluated in.
#[derive(Clone, Debug)]
pub struct Export {
    pub noun: Name,
    pub local: Reg,
    pub held: Held,
}
