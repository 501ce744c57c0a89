//! Expressions, and the operators in them.

use super::{
    Accumulator, Block, Catch, Else, ExprId, Ident, Interface, Matcher, Object, PatternId, Quasi, When,
};
use crate::kernel_e::{Literal, Name};
use std::sync::Arc;

/// Surface expressions, sugar and all.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// What could not be read. An error stands beside the tree; it expands to `null`.
    Error,
    Literal(Literal),
    /// `x`, `::"x y"`, or `<scheme>` (then the name is `scheme__uriGetter`).
    Noun(Name),
    /// `<scheme:body>`
    Uri {
        scheme: Name,
        body: Arc<str>,
    },
    Quasi(Quasi),
    /// `[a, b]`
    List(Vec<ExprId>),
    /// `[k => v, => x]`, at least one entry.
    Map(Vec<MapEntry>),
    /// `{ … }` as an expression.
    Block(Block),
    /// `(a; b)`: several expressions in parentheses. One alone is just that expression.
    Seq(Vec<ExprId>),
    /// `r.v(args…)`
    Call {
        recipient: ExprId,
        verb: Ident,
        args: Vec<ExprId>,
    },
    /// `f(args…)`
    FunctionCall {
        recipient: ExprId,
        args: Vec<ExprId>,
    },
    /// `c[args…]`
    Index {
        recipient: ExprId,
        args: Vec<ExprId>,
    },
    /// `r.v` without arguments (verb-curry)
    Curry {
        recipient: ExprId,
        verb: Ident,
    },
    /// `r <- v(args…)`; no verb is `run`.
    Send {
        recipient: ExprId,
        verb: Option<Ident>,
        args: Vec<ExprId>,
    },
    /// `r <- v` without arguments (verb-curry)
    CurrySend {
        recipient: ExprId,
        verb: Ident,
    },
    /// `r::p`, or with `slot` `r::&p`
    Property {
        recipient: ExprId,
        name: Ident,
        slot: bool,
    },
    /// `r <- ::p`
    SendProperty {
        recipient: ExprId,
        name: Ident,
    },
    Unary {
        op: UnaryOp,
        operand: ExprId,
    },
    Binary {
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    },
    /// `a ** b %% c`
    ModPow {
        base: ExprId,
        exponent: ExprId,
        modulus: ExprId,
    },
    /// `a && b`
    And {
        left: ExprId,
        right: ExprId,
    },
    /// `a || b`
    Or {
        left: ExprId,
        right: ExprId,
    },
    /// `a == b`, or with `negated` `a != b`
    Same {
        left: ExprId,
        right: ExprId,
        negated: bool,
    },
    /// `s =~ p`, or with `negated` `s !~ p`
    Match {
        specimen: ExprId,
        pattern: PatternId,
        negated: bool,
    },
    /// `a :G`
    Cast {
        specimen: ExprId,
        guard: ExprId,
    },
    /// `&x`; `operand` is a noun or a property.
    Slot(ExprId),
    /// `&&x`
    Binding(ExprId),
    /// `target := value`
    Assign {
        target: ExprId,
        value: ExprId,
    },
    /// `target op= value`
    Update {
        target: ExprId,
        op: BinaryOp,
        value: ExprId,
    },
    /// `target verb= (args…)`
    VerbUpdate {
        target: ExprId,
        verb: Ident,
        args: Vec<ExprId>,
    },
    /// `def p exit e := v`; `var x := v` and `bind x := v` are the same with those patterns.
    Define {
        pattern: PatternId,
        ejector: Option<ExprId>,
        value: ExprId,
    },
    /// The same in Kernel-E, where `v` does not see what `p` defines. Only nodes made by a program say this.
    DefineKernel {
        pattern: PatternId,
        ejector: Option<ExprId>,
        value: ExprId,
    },
    /// `def x`
    Forward(Ident),
    /// `return e`, `break e`, `continue e`, and the deprecated `^ e`
    Exit {
        kind: ExitKind,
        value: Option<ExprId>,
    },
    /// `pragma.enable("x")`
    Pragma {
        verb: Ident,
        argument: Arc<str>,
    },
    If {
        test: ExprId,
        then: Block,
        otherwise: Option<Else>,
    },
    For {
        key: Option<PatternId>,
        value: PatternId,
        collection: ExprId,
        body: Block,
        catch: Option<Catch>,
    },
    While {
        test: ExprId,
        body: Block,
        catch: Option<Catch>,
    },
    Switch {
        specimen: ExprId,
        cases: Vec<Matcher>,
    },
    Try {
        body: Block,
        catches: Vec<Catch>,
        finally: Option<Block>,
    },
    Escape {
        ejector: PatternId,
        body: Block,
        catch: Option<Catch>,
    },
    When(When),
    /// `accum start for … { _ + x }`
    Accum {
        start: ExprId,
        accumulator: Accumulator,
    },
    /// `fn p, q { … }`
    Fn {
        doc: Option<Arc<str>>,
        params: Vec<PatternId>,
        body: Block,
    },
    /// `thunk { … }`
    Thunk {
        doc: Option<Arc<str>>,
        body: Block,
    },
    /// `meta.context()`, `meta.getState()`, `meta.scope()`
    Meta(MetaKind),
    Object(Box<Object>),
    Interface(Box<Interface>),
    /// `${n}` where E's own quasi-parser reads a template.
    QuasiLiteral(u32),
    /// `@{n}` where E's own quasi-parser reads a template.
    QuasiPattern(u32),
}

/// One entry of `[k => v, => x]`.
#[derive(Clone, PartialEq, Debug)]
pub enum MapEntry {
    Pair {
        key: ExprId,
        value: ExprId,
    },
    /// `=> x`, `=> &x`, `=> &&x`
    Export {
        kind: ExportKind,
        noun: Ident,
    },
}

/// What `=> x` puts in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExportKind {
    Value,
    Slot,
    Binding,
}

/// Operators in front of their operand that expand to one message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `!` → `not`
    Not,
    /// `~` → `complement`
    Complement,
    /// `-` → `negate`
    Negate,
    /// `*` → `get`
    Get,
}

/// Binary operators that expand to one message, in the order of E's precedence table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    And,
    Or,
    Xor,
    ButNot,
    LessThan,
    AtMost,
    AsBigAs,
    AtLeast,
    GreaterThan,
    Thru,
    Till,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    ApproxDivide,
    FloorDivide,
    Remainder,
    Mod,
    Pow,
}

/// How a loop or a method is left.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExitKind {
    Break,
    Continue,
    Return,
    /// `^ e`, deprecated.
    Caret,
}

/// What `meta` is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MetaKind {
    Context,
    GetState,
    Scope,
}
