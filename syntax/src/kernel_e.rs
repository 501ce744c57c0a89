//! Kernel-E: the core language that every surface construct expands to.
//!
//! Fifteen expressions and six patterns, after the node set of the E family (*E in a Walnut*, erights.org
//! "Kernel-E"). A [`Program`] is a flat arena of nodes that name each other by id: dropping, comparing and
//! sending one never recurses. It holds no positions; those are in [`crate::source_map::SourceMap`], so a
//! program whose text merely moved compares equal.

use crate::by_id::Id;
use std::fmt;
use std::sync::Arc;

/// A noun, a verb or any other name. Cheap to clone, compared by its characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// Its characters, not copied.
    pub fn shared(&self) -> Arc<str> {
        self.0.clone()
    }
    /// The name of these characters.
    pub fn new(text: impl AsRef<str>) -> Name {
        Name(Arc::from(text.as_ref()))
    }
    /// Its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A table by `Name` can be asked with a `&str`: both hash and compare by their characters.
impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name::new(text)
    }
}

impl From<String> for Name {
    fn from(text: String) -> Name {
        Name(Arc::from(text))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);
        impl $name {
            /// Its place in the arena.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
        impl Id for $name {
            fn index(self) -> usize {
                self.0 as usize
            }
            fn of(index: usize) -> $name {
                $name(index as u32)
            }
        }
    };
}

id! {
    /// An expression of one [`Program`].
    ExprId
}
id! {
    /// A pattern of one [`Program`].
    PatternId
}
id! {
    /// An object expression of one [`Program`]; numbered in order of appearance in the text.
    ObjectId
}

/// A whole expanded program: a sequence of top-level expressions and the nodes they are made of.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Program {
    pub exprs: Vec<Expr>,
    pub patterns: Vec<Pattern>,
    pub objects: Vec<Object>,
    /// The top-level expressions in order, all in one scope. A pragma leaves nothing here.
    pub body: Vec<ExprId>,
}

impl Program {
    /// The expression with this id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }
    /// The pattern with this id.
    pub fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[id.index()]
    }
    /// The object expression with this id.
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }
}

/// A literal value.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// `null` as produced by expansion (an empty block, a missing `else`); prints as the noun `null`.
    Null,
    Int(Integer),
    /// IEEE double, compared by value here (no literal is NaN).
    Float(f64),
    Char(char),
    Str(Arc<str>),
}

/// An integer literal of any size, never negative.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Integer {
    Small(i64),
    /// Digits without `_` or `0x`, in `radix` 10 or 16; a value that does not fit an `i64`.
    Big {
        digits: Arc<str>,
        radix: u8,
    },
}

/// The expressions of Kernel-E.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// `noun := value`; its value is `value`'s.
    Assign {
        noun: Name,
        value: ExprId,
    },
    /// `&&noun`
    Binding(Name),
    /// `recipient.verb(args…)`, immediate.
    Call {
        recipient: ExprId,
        verb: Name,
        args: Vec<ExprId>,
    },
    /// `try { attempt } catch pattern { catcher }`
    Catch {
        attempt: ExprId,
        pattern: PatternId,
        catcher: ExprId,
    },
    /// `def pattern exit ejector := value`; its value is `value`'s.
    Define {
        pattern: PatternId,
        ejector: Option<ExprId>,
        value: ExprId,
    },
    /// `escape pattern { body } catch p { e }`
    Escape {
        pattern: PatternId,
        body: ExprId,
        catch: Option<(PatternId, ExprId)>,
    },
    /// `try { attempt } finally { unwinder }`
    Finally {
        attempt: ExprId,
        unwinder: ExprId,
    },
    /// `{ body }`: a scope of its own.
    Hide(ExprId),
    /// `if (test) { then } else { otherwise }`
    If {
        test: ExprId,
        then: ExprId,
        otherwise: ExprId,
    },
    Literal(Literal),
    /// `meta.context()`
    MetaContext,
    /// `meta.getState()`
    MetaState,
    Noun(Name),
    /// `def pattern as a implements b… { script }`
    Object(ObjectId),
    /// At least one sub-expression; the value is the last one's.
    Seq(Vec<ExprId>),
    /// `${n}` in a quasi-literal of E itself: a hole, before substitution. Not Kernel-E proper.
    QuasiLiteral(u32),
    /// `@{n}` in a quasi-literal of E itself. Not Kernel-E proper.
    QuasiPattern(u32),
}

impl Expr {
    /// The noun that this very expression uses, if it uses one.
    pub fn noun(&self) -> Option<&Name> {
        match self {
            Expr::Assign { noun, .. } | Expr::Binding(noun) | Expr::Noun(noun) => Some(noun),
            _ => None,
        }
    }
    pub(crate) fn noun_mut(&mut self) -> Option<&mut Name> {
        match self {
            Expr::Assign { noun, .. } | Expr::Binding(noun) | Expr::Noun(noun) => Some(noun),
            _ => None,
        }
    }
    /// What the node is called: `EscapeExpr`.
    pub fn kind(&self) -> &'static str {
        match self {
            Expr::Assign { .. } => "AssignExpr",
            Expr::Binding(_) => "BindingExpr",
            Expr::Call { .. } => "CallExpr",
            Expr::Catch { .. } => "CatchExpr",
            Expr::Define { .. } => "DefineExpr",
            Expr::Escape { .. } => "EscapeExpr",
            Expr::Finally { .. } => "FinallyExpr",
            Expr::Hide(_) => "HideExpr",
            Expr::If { .. } => "IfExpr",
            Expr::Literal(_) => "LiteralExpr",
            Expr::MetaContext => "MetaContextExpr",
            Expr::MetaState => "MetaStateExpr",
            Expr::Noun(_) => "NounExpr",
            Expr::Object(_) => "ObjectExpr",
            Expr::Seq(_) => "SeqExpr",
            Expr::QuasiLiteral(_) => "QuasiLiteralExpr",
            Expr::QuasiPattern(_) => "QuasiPatternExpr",
        }
    }
}

/// The patterns of Kernel-E.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// `_`
    Ignore,
    /// `[p, q]`
    List(Vec<PatternId>),
    /// `via (function) pattern`
    Via {
        function: ExprId,
        pattern: PatternId,
    },
    /// `&&noun`
    Binding(Name),
    /// `noun :guard`
    Final {
        noun: Name,
        guard: Option<ExprId>,
    },
    /// `var noun :guard`
    Var {
        noun: Name,
        guard: Option<ExprId>,
    },
    QuasiLiteral(u32),
    QuasiPattern(u32),
}

impl Pattern {
    /// The noun that this very pattern defines, if it defines one.
    pub fn noun(&self) -> Option<&Name> {
        match self {
            Pattern::Binding(noun) | Pattern::Final { noun, .. } | Pattern::Var { noun, .. } => Some(noun),
            _ => None,
        }
    }
    pub(crate) fn noun_mut(&mut self) -> Option<&mut Name> {
        match self {
            Pattern::Binding(noun) | Pattern::Final { noun, .. } | Pattern::Var { noun, .. } => Some(noun),
            _ => None,
        }
    }
}

/// An object expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Object {
    /// The doc comment before it, trimmed; absent is `None`, `/***/` is `Some("")`.
    pub doc: Option<Arc<str>>,
    /// What the object is bound to: `Ignore`, `Final`, `Var` (or `Via` for `bind`).
    pub pattern: PatternId,
    /// `as auditor`: also the guard of the object's own binding.
    pub as_auditor: Option<ExprId>,
    pub implements: Vec<ExprId>,
    pub script: Script,
}

/// What an object does with its messages.
#[derive(Clone, PartialEq, Debug)]
pub enum Script {
    Methods {
        methods: Vec<Method>,
        matchers: Vec<Matcher>,
    },
    /// A plumbing object (`def x match p { … }`): sees every message, Miranda ones included.
    Plumbing(Matcher),
}

/// `method verb(p…) :G { body }`
#[derive(Clone, PartialEq, Debug)]
pub struct Method {
    pub doc: Option<Arc<str>>,
    pub verb: Name,
    pub params: Vec<PatternId>,
    pub result_guard: Option<ExprId>,
    pub body: ExprId,
}

/// `match pattern { body }`; the pattern gets `[verb, args]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Matcher {
    pub pattern: PatternId,
    pub body: ExprId,
}
