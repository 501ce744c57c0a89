//! The kinds of nodes: their names, their fields in order, and the three natives that go with each: its class,
//! its maker and the guard that wants it.
//!
//! A node is a native of its kind's class. Its first field is its source span or null, the others are the
//! fields of this table: nodes, lists of nodes, strings, numbers. So a part costs nothing to ask for, and parts
//! are shared. The kinds of Kernel-E come first, in the order of `docs/kernel-e.md`; sugar follows.

use super::{make, methods};
use crate::native::{Class, Stamps};
use crate::value::Value;

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A node of this type.
    One(&'static str),
    /// A node of this type, or null.
    Opt(&'static str),
    /// A list of nodes of this type.
    Many(&'static str),
    Text,
    OptText,
    /// A doc comment: a string without `*/`, or null.
    Doc,
    Int,
    Bool,
    Char,
    /// What a literal can be: a string, a character, a number.
    Literal,
}

impl Shape {
    /// Are there nodes in it?
    pub fn is_subnode(self) -> bool {
        matches!(self, Shape::One(_) | Shape::Opt(_) | Shape::Many(_))
    }
}

/// A kind of node.
#[derive(Debug)]
pub struct Kind {
    pub k: K,
    pub name: &'static str,
    /// The wider types it belongs to, besides `ENode`.
    pub is: &'static [&'static str],
    pub fields: &'static [(&'static str, Shape)],
    pub class: Class,
    pub maker: Class,
    pub guard: Class,
}

impl Kind {
    /// Does a node of this kind belong to that type?
    pub fn is_a(&self, wanted: &str) -> bool {
        wanted == "ENode" || wanted == self.name || self.is.contains(&wanted)
    }
    /// Which field has this name. Older spellings are understood.
    pub fn field(&self, name: &str) -> Option<usize> {
        let name = match name {
            "ejPattern" => "ejectorPattern",
            "optEjector" => "optEjectorExpr",
            "optGuard" if !self.name.starts_with("Bind") => "optGuardExpr",
            "optAs" => "as",
            "optMethods" => "methods",
            it => it,
        };
        self.fields.iter().position(|it| it.0 == name)
    }
    pub fn is_kernel(&self) -> bool {
        self.k as usize <= K::QuasiPatternPatt as usize
    }
}

/// The guard of a type that several kinds belong to.
#[derive(Debug)]
pub struct Group {
    pub name: &'static str,
    pub guard: Class,
}

const COPIED: Stamps =
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE);

const MAKER: Stamps =
    Stamps::DEEP_FROZEN.and(Stamps::SELFLESS).and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY);

macro_rules! kinds {
    ($($name:ident $text:literal $methods:ident $is:expr, [$($field:literal $shape:expr),*];)*) => {
        /// The kinds by name.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum K {
            $($name),*
        }

        /// All kinds, in the order of [`K`].
        pub static KINDS: [Kind; COUNT] = [$(Kind {
            k: K::$name,
            name: $text,
            is: &$is,
            fields: &[$(($field, $shape)),*],
            class: Class::new($text, $text, methods::$methods)
                .fqn(concat!("org.erights.e.elang.evm.", $text))
                .otherwise(methods::getter)
                .stamps(COPIED),
            maker: Class::new(
                concat!("\"org.erights.e.elang.evm.make", $text, "\""),
                concat!("<make", $text, ">"),
                make::MAKER,
            )
                .fqn(concat!("org.erights.e.elang.evm.make", $text))
                .otherwise(make::match_run)
                .stamps(MAKER),
            guard: Class::new("Guard", $text, make::GUARD)
                .fqn(concat!("guard.", $text))
                .stamps(Stamps::DEEP_FROZEN),
        }),*];

        const COUNT: usize = [$($text),*].len();
    };
}

macro_rules! groups {
    ($($text:literal),* $(,)?) => {
        static GROUPS: [Group; [$($text),*].len()] = [$(Group {
            name: $text,
            guard: Class::new("Guard", $text, make::GUARD)
                .fqn(concat!("guard.", $text))
                .stamps(Stamps::DEEP_FROZEN),
        }),*];
    };
}

/// How many fields a node of this kind has: its span, and its parts.
pub(crate) fn field_count(kind: &Kind) -> usize {
    kind.fields.len() + 1
}

/// The guards of the wider types.
pub(crate) fn group_guards() -> impl Iterator<Item = &'static Class> {
    GROUPS.iter().map(|it| &it.guard)
}

use Shape::{Bool, Char, Doc, Int, Literal, Many, One, Opt, OptText, Text};

const E: &str = "EExpr";
const P: &str = "Pattern";

kinds! {
    AssignExpr "AssignExpr" EXPR [E], ["noun" One(E), "rValue" One(E)];
    BindingExpr "BindingExpr" EXPR [E], ["noun" One(E)];
    CallExpr "CallExpr" EXPR [E], ["recipient" One(E), "verb" Text, "args" Many(E)];
    CatchExpr "CatchExpr" EXPR [E], ["attempt" One(E), "pattern" One(P), "catcher" One(E)];
    DefineExpr "DefineExpr" EXPR [E], ["pattern" One(P), "optEjectorExpr" Opt(E), "rValue" One(E)];
    EscapeExpr "EscapeExpr" EXPR [E],
        ["ejectorPattern" One(P), "body" One(E), "optCatchPattern" Opt(P), "optCatchBody" Opt(E)];
    FinallyExpr "FinallyExpr" EXPR [E], ["attempt" One(E), "unwinder" One(E)];
    HideExpr "HideExpr" EXPR [E], ["block" One(E)];
    IfExpr "IfExpr" EXPR [E], ["test" One(E), "then" One(E), "else" One(E)];
    LiteralExpr "LiteralExpr" EXPR [E], ["value" Literal];
    MetaContextExpr "MetaContextExpr" EXPR [E], [];
    MetaStateExpr "MetaStateExpr" EXPR [E], [];
    NounExpr "NounExpr" EXPR [E], ["name" Text];
    ObjectExpr "ObjectExpr" OBJECT [E],
        ["docComment" Doc, "pattern" One(P), "auditors" One("Auditors"), "script" One("EScriptoid")];
    SeqExpr "SeqExpr" EXPR [E], ["subs" Many(E)];
    EScript "EScript" PART ["EScriptoid"], ["methods" Many("EMethodoid"), "matchers" Many("EMatcher")];
    EMethod "EMethod" PART ["EMethodoid"],
        ["docComment" Doc, "verb" Text, "patterns" Many(P), "optResultGuard" Opt(E), "body" One(E)];
    EMatcher "EMatcher" PART ["EScriptoid"], ["pattern" One(P), "body" One(E)];
    Auditors "Auditors" PART [], ["as" Opt(E), "implements" Many(E)];
    IgnorePattern "IgnorePattern" PATTERN [P], [];
    ListPattern "ListPattern" PATTERN [P], ["subs" Many(P)];
    ViaPattern "ViaPattern" PATTERN [P], ["function" One(E), "pattern" One(P)];
    BindingPattern "BindingPattern" PATTERN [P, "NounPattern"], ["noun" One(E)];
    FinalPattern "FinalPattern" PATTERN [P, "NounPattern"], ["noun" One(E), "optGuardExpr" Opt(E)];
    VarPattern "VarPattern" PATTERN [P, "NounPattern"], ["noun" One(E), "optGuardExpr" Opt(E)];
    QuasiLiteralExpr "QuasiLiteralExpr" EXPR [E, "QuasiNode", "QuasiLiteralNode"], ["index" Int];
    QuasiPatternExpr "QuasiPatternExpr" EXPR [E, "QuasiNode", "QuasiPatternNode"], ["index" Int];
    QuasiLiteralPatt "QuasiLiteralPatt" PATTERN [P, "QuasiNode", "QuasiLiteralNode"], ["index" Int];
    QuasiPatternPatt "QuasiPatternPatt" PATTERN [P, "QuasiNode", "QuasiPatternNode"], ["index" Int];

    AccumExpr "AccumExpr" EXPR [E], ["initialValue" One(E), "loop" One(E)];
    AccumPlaceholderExpr "AccumPlaceholderExpr" EXPR [E], [];
    AndExpr "AndExpr" EXPR [E, "ConditionalExpr"], ["left" One(E), "right" One(E)];
    OrExpr "OrExpr" EXPR [E, "ConditionalExpr"], ["left" One(E), "right" One(E)];
    BinaryExpr "BinaryExpr" EXPR [E], ["first" One(E), "op" Text, "rest" Many(E)];
    CoerceExpr "CoerceExpr" EXPR [E], ["value" One(E), "guard" One(E)];
    CompareExpr "CompareExpr" EXPR [E], ["op" Text, "left" One(E), "right" One(E)];
    CurryExpr "CurryExpr" EXPR [E], ["expr" One(E)];
    DefrecExpr "DefrecExpr" EXPR [E], ["pattern" One(P), "optEjectorExpr" Opt(E), "rValue" One(E)];
    ExitExpr "ExitExpr" EXPR [E], ["label" Text, "value" Opt(E)];
    ForExpr "ForExpr" EXPR [E],
        ["optKeyPattern" Opt(P), "valuePattern" One(P), "collection" One(E), "body" One(E),
            "optBreakCatch" Opt("EMatcher")];
    ForwardExpr "ForwardExpr" EXPR [E], ["noun" One(E)];
    FunctionExpr "FunctionExpr" EXPR [E], ["patterns" Many(P), "body" One(E)];
    FunCallExpr "FunCallExpr" EXPR [E], ["recipient" One(E), "args" Many(E)];
    FunSendExpr "FunSendExpr" EXPR [E], ["recipient" One(E), "args" Many(E)];
    GetExpr "GetExpr" EXPR [E], ["recipient" One(E), "args" Many(E)];
    If1Expr "If1Expr" EXPR [E], ["test" One(E), "then" One(E)];
    InterfaceExpr "InterfaceExpr" EXPR [E],
        ["docComment" Doc, "name" Opt("ENode"), "optStamp" Opt(P), "parents" Many(E), "auditors" Many(E),
            "messages" Many("MessageDescExpr")];
    ListExpr "ListExpr" EXPR [E], ["subs" Many(E)];
    MapExpr "MapExpr" EXPR [E], ["parts" Many("MapExprPart")];
    MatchBindExpr "MatchBindExpr" EXPR [E], ["specimen" One(E), "pattern" One(P)];
    MismatchExpr "MismatchExpr" EXPR [E], ["specimen" One(E), "pattern" One(P)];
    MessageDescExpr "MessageDescExpr" EXPR [E],
        ["docComment" Doc, "verb" Text, "params" Many("ParamDescExpr"), "optResultType" Opt(E)];
    ModPowExpr "ModPowExpr" EXPR [E], ["base" One(E), "exponent" One(E), "modulus" One(E)];
    NKAssignExpr "NKAssignExpr" EXPR [E], ["place" One(E), "value" One(E)];
    NullExpr "NullExpr" EXPR [E], [];
    ObjectHeadExpr "ObjectHeadExpr" EXPR [E],
        ["docComment" Doc, "name" One(P), "tail" One("ObjectTail")];
    ParamDescExpr "ParamDescExpr" EXPR [E], ["optName" OptText, "optGuard" Opt(E)];
    PrefixExpr "PrefixExpr" EXPR [E], ["op" Text, "argument" One(E)];
    PropertyExpr "PropertyExpr" EXPR [E], ["recipient" One(E), "key" Text];
    PropertySlotExpr "PropertySlotExpr" EXPR [E], ["recipient" One(E), "key" Text];
    QuasiExpr "QuasiExpr" EXPR [E], ["optParser" Opt(E), "parts" Many("QuasiPart")];
    QuasiParserExpr "QuasiParserExpr" EXPR [E], ["name" Text];
    SameExpr "SameExpr" EXPR [E], ["left" One(E), "right" One(E), "invert" Bool];
    SendExpr "SendExpr" EXPR [E], ["recipient" One(E), "verb" Text, "args" Many(E)];
    SlotExpr "SlotExpr" EXPR [E], ["noun" One(E)];
    SwitchExpr "SwitchExpr" EXPR [E], ["specimen" One(E), "matchers" Many("EMatcher")];
    ThunkExpr "ThunkExpr" EXPR [E], ["docComment" Doc, "body" One(E)];
    TryExpr "TryExpr" EXPR [E], ["body" One(E), "catchers" Many("EMatcher"), "optFinally" Opt(E)];
    UpdateExpr "UpdateExpr" EXPR [E], ["call" One(E)];
    URIExpr "URIExpr" EXPR [E], ["uri" Text];
    URISchemeExpr "URISchemeExpr" EXPR [E], ["scheme" Text];
    WhenExpr "WhenExpr" EXPR [E], ["args" Many(E), "reactor" One(E)];
    WhenBlockExpr "WhenBlockExpr" EXPR [E],
        ["body" One(E), "catchers" Many("EMatcher"), "optFinally" Opt(E)];
    WhenFnExpr "WhenFnExpr" EXPR [E],
        ["name" One(P), "params" Many(P), "optResultGuard" Opt(E), "body" One(E),
            "catchers" Many("EMatcher"), "optFinally" Opt(E), "isEasyReturn" Bool];
    WhileExpr "WhileExpr" EXPR [E], ["test" One(E), "body" One(E), "optBreakCatch" Opt("EMatcher")];

    MapExprAssoc "MapExprAssoc" PART ["MapExprPart"], ["key" One(E), "value" One(E)];
    MapExprExport "MapExprExport" PART ["MapExprPart"], ["keyValue" One(E)];
    QuasiText "QuasiText" PART ["QuasiPart"], ["text" Text];
    QuasiExprHole "QuasiExprHole" PART ["QuasiPart"], ["expr" One(E)];
    QuasiPatternHole "QuasiPatternHole" PART ["QuasiPart"], ["pattern" One(P)];
    QuasiEscape "QuasiEscape" PART ["QuasiPart"], ["char" Char];
    MethodObject "MethodObject" PART ["ObjectTail"],
        ["parent" Opt(E), "auditors" One("Auditors"), "methods" Many("EMethodoid"),
            "matchers" Many("EMatcher")];
    OneMethodObject "OneMethodObject" PART ["ObjectTail"],
        ["verb" Text, "patterns" Many(P), "optResultGuard" Opt(E), "auditors" One("Auditors"),
            "body" One(E), "isEasyReturn" Bool];
    FunctionObject "FunctionObject" PART ["ObjectTail"],
        ["patterns" Many(P), "optResultGuard" Opt(E), "auditors" One("Auditors"), "body" One(E),
            "isEasyReturn" Bool];
    PlumbingObject "PlumbingObject" PART ["ObjectTail"], ["auditors" One("Auditors"), "matcher" One("EMatcher")];
    ETo "ETo" PART ["EMethodoid"],
        ["docComment" Doc, "verb" Text, "patterns" Many(P), "optResultGuard" Opt(E), "body" One(E),
            "isEasyReturn" Bool];

    BindPattern "BindPattern" PATTERN [P], ["noun" One(E), "optGuard" Opt(E)];
    CallPattern "CallPattern" PATTERN [P], ["recipient" One(E), "verb" Text, "args" Many(P)];
    FunCallPattern "FunCallPattern" PATTERN [P], ["recipient" One(E), "args" Many(P)];
    GetPattern "GetPattern" PATTERN [P], ["recipient" One(E), "args" Many(P)];
    CdrPattern "CdrPattern" PATTERN [P], ["listPatt" One("ListPattern"), "restPatt" One(P)];
    GuardTestPattern "GuardTestPattern" PATTERN [P], ["guard" One(E)];
    MapPattern "MapPattern" PATTERN [P], ["pairs" Many("MapPatternPart")];
    TailPattern "TailPattern" PATTERN [P], ["fixedPatt" One(P), "tailPatt" One(P)];
    QuasiPattern "QuasiPattern" PATTERN [P], ["optParser" Opt(E), "parts" Many("QuasiPart")];
    SamePattern "SamePattern" PATTERN [P], ["value" One(E), "invert" Bool];
    SlotPattern "SlotPattern" PATTERN [P, "NounPattern"], ["noun" One(E), "optGuardExpr" Opt(E)];
    SuchThatPattern "SuchThatPattern" PATTERN [P], ["pattern" One(P), "test" One(E)];
    MapPatternRequired "MapPatternRequired" PART ["MapPatternPart"], ["keyer" One("MapPatternKeyer")];
    MapPatternOptional "MapPatternOptional" PART ["MapPatternPart"],
        ["keyer" One("MapPatternKeyer"), "default" One(E)];
    MapPatternAssoc "MapPatternAssoc" PART ["MapPatternKeyer"], ["key" One(E), "value" One(P)];
    MapPatternImport "MapPatternImport" PART ["MapPatternKeyer"], ["keyValue" One(P)];
}

groups! {
    "ENode", "EExpr", "Pattern", "NounPattern", "EScriptoid", "EMethodoid", "ConditionalExpr", "QuasiNode",
    "QuasiLiteralNode", "QuasiPatternNode", "ObjectTail", "MapExprPart", "QuasiPart", "MapPatternPart",
    "MapPatternKeyer",
}

/// The kind that a class, a maker or a guard goes with.
pub fn of_class(class: &'static Class) -> Option<&'static Kind> {
    // They stand in one array, so where one stands says which it is.
    let at = (std::ptr::from_ref(class) as usize).checked_sub(KINDS.as_ptr() as usize)?;
    KINDS.get(at / size_of::<Kind>())
}

/// The kind of a node.
pub fn of(cx: &crate::cx::Cx, node: Value) -> Option<&'static Kind> {
    let class = cx.heap.as_native(cx.near(node))?.class;
    of_class(class).filter(|it| std::ptr::eq(&it.class, class))
}

/// What a guard of nodes is called.
pub fn type_of_guard(guard: &'static Class) -> Option<&'static str> {
    let group = GROUPS.iter().find(|it| std::ptr::eq(&it.guard, guard)).map(|it| it.name);
    group.or_else(|| of_class(guard).map(|it| it.name))
}

/// The guard of a type of nodes.
pub fn guard(name: &str) -> Option<&'static Class> {
    let group = GROUPS.iter().find(|it| it.name == name).map(|it| &it.guard);
    group.or_else(|| KINDS.iter().find(|it| it.name == name).map(|it| &it.guard))
}

/// The maker of a name such as `makeCallExpr`.
pub fn maker(name: &str) -> Option<&'static Class> {
    let kind = name.strip_prefix("make")?;
    KINDS.iter().find(|it| it.name == kind).map(|it| &it.maker)
}
