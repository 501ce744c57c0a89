//! Surface E as it was written: an owned arena of nodes with their ranges.
//!
//! [`crate::parse`] makes it from text and always succeeds; [`crate::expand`] turns it into Kernel-E. Every
//! node knows its byte range. Nodes name each other by id, so that dropping and comparing a tree of any depth
//! does not recurse. What is sugar stays sugar here: each surface construct has a node of its own.

use crate::kernel_e::{Literal, Name};
use std::sync::Arc;
use text_size::TextRange;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExprId(pub u32);
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PatternId(pub u32);

/// A name together with where it stands. `range` excludes `::"` and the like only where nothing was written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ident {
    pub name: Name,
    pub range: TextRange,
}

/// A whole text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Program {
    pub body: Vec<ExprId>,
    exprs: Vec<Expr>,
    expr_ranges: Vec<TextRange>,
    patterns: Vec<Pattern>,
    pattern_ranges: Vec<TextRange>,
}

impl Program {
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }
    pub fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[id.0 as usize]
    }
    /// Every expression there is, in the order they were read.
    pub fn all_exprs(&self) -> impl Iterator<Item = (ExprId, &Expr)> {
        self.exprs.iter().enumerate().map(|(index, it)| (ExprId(index as u32), it))
    }
    /// Every pattern there is, in the order they were read.
    pub fn all_patterns(&self) -> impl Iterator<Item = (PatternId, &Pattern)> {
        self.patterns.iter().enumerate().map(|(index, it)| (PatternId(index as u32), it))
    }
    pub fn expr_range(&self, id: ExprId) -> TextRange {
        self.expr_ranges[id.0 as usize]
    }
    pub fn pattern_range(&self, id: PatternId) -> TextRange {
        self.pattern_ranges[id.0 as usize]
    }
    /// Moves every node, as where the text turns out to be a part of another.
    pub(crate) fn map_ranges(&mut self, map: impl Fn(TextRange) -> TextRange) {
        self.expr_ranges.iter_mut().chain(&mut self.pattern_ranges).for_each(|it| *it = map(*it));
    }
    pub fn add_expr(&mut self, it: Expr, range: TextRange) -> ExprId {
        self.exprs.push(it);
        self.expr_ranges.push(range);
        ExprId(self.exprs.len() as u32 - 1)
    }
    pub fn add_pattern(&mut self, it: Pattern, range: TextRange) -> PatternId {
        self.patterns.push(it);
        self.pattern_ranges.push(range);
        PatternId(self.patterns.len() as u32 - 1)
    }
}

/// A block `{ … }`: its expressions in order; empty is null.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    pub body: Vec<ExprId>,
    pub range: TextRange,
}

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

#[derive(Clone, PartialEq, Debug)]
pub enum Else {
    Block(Block),
    /// `else if …`: the id of another `If`.
    If(ExprId),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Catch {
    pub pattern: PatternId,
    pub body: Block,
}

/// `match p { … }` in a switch or an object.
#[derive(Clone, PartialEq, Debug)]
pub struct Matcher {
    pub pattern: PatternId,
    pub body: Block,
    pub range: TextRange,
}

#[derive(Clone, PartialEq, Debug)]
pub struct When {
    pub awaited: Vec<ExprId>,
    /// `-> done(p) :G { … }`: the older, hard form. `None` is the easy one.
    pub hard: Option<HardWhen>,
    pub body: Block,
    pub catches: Vec<Catch>,
    pub finally: Option<Block>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct HardWhen {
    pub name: ObjectName,
    pub params: Vec<PatternId>,
    pub result_guard: Option<ExprId>,
    pub easy_return: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Accumulator {
    For {
        key: Option<PatternId>,
        value: PatternId,
        collection: ExprId,
        body: Box<AccumBody>,
        catch: Option<Catch>,
    },
    If {
        test: ExprId,
        body: Box<AccumBody>,
    },
    While {
        test: ExprId,
        body: Box<AccumBody>,
        catch: Option<Catch>,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub enum AccumBody {
    /// `_ op e`
    Binary {
        op: BinaryOp,
        value: ExprId,
    },
    /// `_.verb(args…)`
    Call {
        verb: Ident,
        args: Vec<ExprId>,
    },
    Nested(Accumulator),
}

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

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExitKind {
    Break,
    Continue,
    Return,
    /// `^ e`, deprecated.
    Caret,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MetaKind {
    Context,
    GetState,
    Scope,
}

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

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExportKind {
    Value,
    Slot,
    Binding,
}

/// A quasi-literal, as expression or as pattern.
#[derive(Clone, PartialEq, Debug)]
pub struct Quasi {
    pub parser: QuasiParser,
    pub parts: Vec<QuasiPart>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum QuasiParser {
    /// No prefix: `simple__quasiParser`.
    Default,
    /// `name` before the backquote: `name__quasiParser`.
    Named(Ident),
    /// `(expr)` before the backquote.
    Computed(ExprId),
}

#[derive(Clone, PartialEq, Debug)]
pub enum QuasiPart {
    /// Text as the quasi-parser gets it: doubled backquotes single, `$$` and `@@` still doubled, `$\n` read.
    Text(Arc<str>),
    /// `$name` or `${expr}`
    Value(ExprId),
    /// `@name`, `@_` or `@{pattern}`
    Pattern(PatternId),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// What could not be read; it expands to `_`.
    Error,
    /// `_` or `_ :G` or `:G`
    Ignore {
        guard: Option<ExprId>,
    },
    /// `x :G`
    Final {
        noun: Ident,
        guard: Option<ExprId>,
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
    /// `&x :G`
    Slot {
        noun: Ident,
        guard: Option<ExprId>,
    },
    /// `&&x`
    Binding {
        noun: Ident,
    },
    /// `[p, q] + rest`
    List {
        subs: Vec<PatternId>,
        rest: Option<PatternId>,
    },
    /// `["a" => p, => b] | rest`
    Map {
        entries: Vec<MapPatternEntry>,
        rest: Option<PatternId>,
    },
    /// `==e`, or with `negated` `!=e`
    Same {
        value: ExprId,
        negated: bool,
    },
    /// `p ? e`
    SuchThat {
        pattern: PatternId,
        test: ExprId,
    },
    /// `via (f) p`
    Via {
        function: ExprId,
        pattern: PatternId,
    },
    Quasi(Quasi),
    /// `m(p…)`, `m[p…]`, `m.v(p…)` (call-pattern). The first two have the verbs `run` and `get`.
    Call {
        recipient: ExprId,
        verb: Name,
        args: Vec<PatternId>,
    },
    QuasiLiteral(u32),
    QuasiPattern(u32),
}

#[derive(Clone, PartialEq, Debug)]
pub struct MapPatternEntry {
    pub key: MapPatternKey,
    pub default: Option<ExprId>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum MapPatternKey {
    /// `key => p`
    Pair { key: ExprId, value: PatternId },
    /// `=> x`, `=> &x`, `=> var x :G` …: the pattern is one that names a noun.
    Import(PatternId),
}

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
}

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

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MethodKind {
    /// `to`: has `__return`
    To,
    /// `method`: does not
    Method,
}

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

#[derive(Clone, PartialEq, Debug)]
pub enum InterfaceName {
    /// A pattern that names a noun, or `_`
    Pattern(PatternId),
    /// `interface "a.b.C"`
    Literal(Arc<str>),
}

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
