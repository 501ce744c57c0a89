//! Objects and interfaces.

use super::{Block, ExprId, Ident, Matcher, PatternId};
use std::sync::Arc;
use text_size::TextRange;

/// What stands between `def` and an object's body.
#[derive(Clone, PartialEq, Debug)]
pub enum ObjectName {
    /// `_`, or nothing
    Ignore,
    Final {
        noun: Ident,
    },
    /// `var x :G`
    Var {
        noun: Ident,
        guard: Option<ExprId>,
    },
    /// `bind x :G`
    Bind {
        noun: Ident,
        guard: Option<ExprId>,
    },
    /// `&x`
    Slot {
        noun: Ident,
    },
    /// Any pattern, as Kernel-E has it. Only nodes made by a program say this.
    Pattern(PatternId),
}

/// `def name … { … }` in all its forms.
#[derive(Clone, PartialEq, Debug)]
pub struct Object {
    /// Trimmed text of `/** … */` before it.
    pub doc: Option<Arc<str>>,
    pub name: ObjectName,
    pub extends: Option<ExprId>,
    pub as_auditor: Option<ExprId>,
    pub implements: Vec<ExprId>,
    pub body: ObjectBody,
    /// From the first word to just before the body's `{`.
    pub header: TextRange,
}

/// What an object does.
#[derive(Clone, PartialEq, Debug)]
pub enum ObjectBody {
    /// `{ to … match … }`
    Script { methods: Vec<Method>, matchers: Vec<Matcher> },
    /// `match p { … }` right after the name
    Plumbing(Matcher),
    /// `def f(p…) :G { … }`, and `def x.v(p…) :G { … }` with a verb
    Function {
        verb: Option<Ident>,
        params: Vec<PatternId>,
        result_guard: Option<ExprId>,
        body: Block,
        easy_return: bool,
    },
}

/// `to verb(p…) :G { … }`, or with `method`.
#[derive(Clone, PartialEq, Debug)]
pub struct Method {
    pub doc: Option<Arc<str>>,
    pub kind: MethodKind,
    /// No verb is `run`.
    pub verb: Option<Ident>,
    pub params: Vec<PatternId>,
    pub result_guard: Option<ExprId>,
    pub body: Block,
    /// The syntax easy-return is on here: the body's value is dropped, a missing guard is none. Else the body's
    /// value is the result, and a missing guard is `void`.
    pub easy_return: bool,
    pub range: TextRange,
}

/// The word a method begins with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MethodKind {
    /// `to`: has `__return`
    To,
    /// `method`: does not
    Method,
}

/// `interface Name guards p extends … { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Interface {
    pub doc: Option<Arc<str>>,
    pub name: InterfaceName,
    /// `guards p`
    pub guards: Option<PatternId>,
    pub extends: Vec<ExprId>,
    pub implements: Vec<ExprId>,
    pub messages: Vec<Message>,
    /// `interface F(params) :G`: one `run` message
    pub function: bool,
}

/// What an interface is called.
#[derive(Clone, PartialEq, Debug)]
pub enum InterfaceName {
    /// A pattern that names a noun, or `_`
    Pattern(PatternId),
    /// `interface "a.b.C"`
    Literal(Arc<str>),
}

/// `to verb(a :A, b) :G` in an interface.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    pub doc: Option<Arc<str>>,
    pub verb: Option<Ident>,
    pub params: Vec<Param>,
    pub result_guard: Option<ExprId>,
    pub range: TextRange,
}

/// A parameter of an interface message; `_` has no name.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    pub name: Option<Ident>,
    pub guard: Option<ExprId>,
}
