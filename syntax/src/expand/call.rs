//! Calls, sends, operators, and the other constructs that become a message or two.

use super::Expander;
use crate::ast::{BinaryOp, ExportKind, Expr as Surface, ExprId as SurfaceId, Ident, MapEntry, UnaryOp};
use crate::kernel_e::{ExprId, Name};
use text_size::TextRange;

/// `<s:body>`  ⇒  `s__uriGetter.get("body")`
pub(super) fn uri(cx: &mut Expander<'_>, scheme: &str, body: &str) -> ExprId {
    let getter = cx.noun(format!("{scheme}__uriGetter"));
    let body = cx.string(body);
    cx.call(getter, "get", vec![body])
}

/// `[k => v, => x]`  ⇒  `__makeMap.fromPairs(__makeList.run(__makeList.run(k, v), __makeList.run("x", x)))`
pub(super) fn map(cx: &mut Expander<'_>, entries: &[MapEntry]) -> ExprId {
    let pairs = entries.iter().map(|it| map_entry(cx, it)).collect();
    let pairs = cx.list(pairs);
    cx.call_helper("__makeMap", "fromPairs", vec![pairs])
}

fn map_entry(cx: &mut Expander<'_>, entry: &MapEntry) -> ExprId {
    match entry {
        MapEntry::Pair { key, value } => {
            let pair = vec![cx.expr(*key), cx.expr(*value)];
            cx.list(pair)
        }
        MapEntry::Export { kind, noun } => cx.at(noun.range, |cx| {
            let name = &noun.name;
            let (key, value) = match kind {
                ExportKind::Value => (cx.string(name), cx.written_noun(name, noun.range)),
                ExportKind::Slot => (cx.string(format!("&{name}")), slot_of(cx, name, noun.range)),
                ExportKind::Binding => (cx.string(format!("&&{name}")), cx.written_binding(name, noun.range)),
            };
            cx.list(vec![key, value])
        }),
    }
}

/// `r.v(a)`  ⇒  the same, in Kernel-E
pub(super) fn call(cx: &mut Expander<'_>, recipient: SurfaceId, verb: &Ident, args: &[SurfaceId]) -> ExprId {
    let recipient = cx.expr(recipient);
    let args = cx.exprs(args);
    let it = cx.call(recipient, verb.name.clone(), args);
    cx.named(it, verb.range)
}

/// `f(a)`  ⇒  `f.run(a)`;  `c[i]`  ⇒  `c.get(i)`
pub(super) fn short(cx: &mut Expander<'_>, recipient: SurfaceId, verb: &str, args: &[SurfaceId]) -> ExprId {
    let recipient = cx.expr(recipient);
    let args = cx.exprs(args);
    cx.call(recipient, verb, args)
}

/// `r.v`  ⇒  `__makeVerbFacet.curryCall(r, "v")`;  `r <- v`  ⇒  `__makeVerbFacet.currySend(r, "v")`
pub(super) fn curry(cx: &mut Expander<'_>, how: &str, recipient: SurfaceId, verb: &Ident) -> ExprId {
    let recipient = cx.expr(recipient);
    let name = cx.at(verb.range, |cx| cx.string(&verb.name));
    let it = cx.call_helper("__makeVerbFacet", how, vec![recipient, name]);
    cx.named(it, verb.range)
}

/// `r <- v(a)`  ⇒  `E.send(r, "v", __makeList.run(a))`; no verb is `run`
pub(super) fn send(
    cx: &mut Expander<'_>,
    recipient: SurfaceId,
    verb: Option<&Ident>,
    args: &[SurfaceId],
) -> ExprId {
    let recipient = cx.expr(recipient);
    let name = match verb {
        Some(verb) => cx.at(verb.range, |cx| cx.string(&verb.name)),
        None => cx.string("run"),
    };
    let args = cx.exprs(args);
    let args = cx.list(args);
    let it = cx.call_helper("E", "send", vec![recipient, name, args]);
    match verb {
        Some(verb) => cx.named(it, verb.range),
        None => it,
    }
}

/// `x::&p`  ⇒  `__getPropertySlot.run(x, "p")`;  `x::p`  ⇒  `__getPropertySlot.run(x, "p").get()`
pub(super) fn property(cx: &mut Expander<'_>, recipient: SurfaceId, name: &Ident, slot: bool) -> ExprId {
    let recipient = cx.expr(recipient);
    let name = cx.at(name.range, |cx| cx.string(&name.name));
    let property_slot = cx.call_helper("__getPropertySlot", "run", vec![recipient, name]);
    if slot { property_slot } else { cx.call(property_slot, "get", vec![]) }
}

/// `x <- ::price`  ⇒  `E.send(x, "getPrice", __makeList.run())`: what the property's slot would call there
pub(super) fn send_property(cx: &mut Expander<'_>, recipient: SurfaceId, name: &Ident) -> ExprId {
    let verb = Ident { name: property_getter(&name.name).into(), range: name.range };
    send(cx, recipient, Some(&verb), &[])
}

/// `getPrice` of `price`.
pub fn property_getter(property: &str) -> String {
    let mut letters = property.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("get{first}{}", letters.as_str())
}

/// `!a`  ⇒  `a.not()`, and so on
pub(super) fn unary(cx: &mut Expander<'_>, op: UnaryOp, operand: SurfaceId) -> ExprId {
    let verb = match op {
        UnaryOp::Not => "not",
        UnaryOp::Complement => "complement",
        UnaryOp::Negate => "negate",
        UnaryOp::Get => "get",
    };
    let operand = cx.expr(operand);
    cx.call(operand, verb, vec![])
}

/// `a + b`  ⇒  `a.add(b)`;  `a < b`  ⇒  `__comparer.lessThan(a, b)`;  `a..b`  ⇒  `__makeOrderedSpace.op__thru(a, b)`
pub(super) fn binary(cx: &mut Expander<'_>, op: BinaryOp, left: SurfaceId, right: SurfaceId) -> ExprId {
    let left = cx.expr(left);
    let right = cx.expr(right);
    operate(cx, op, left, right)
}

pub(super) fn operate(cx: &mut Expander<'_>, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
    let verb = match op {
        BinaryOp::LessThan => return cx.call_helper("__comparer", "lessThan", vec![left, right]),
        BinaryOp::AtMost => return cx.call_helper("__comparer", "leq", vec![left, right]),
        BinaryOp::AsBigAs => return cx.call_helper("__comparer", "asBigAs", vec![left, right]),
        BinaryOp::AtLeast => return cx.call_helper("__comparer", "geq", vec![left, right]),
        BinaryOp::GreaterThan => return cx.call_helper("__comparer", "greaterThan", vec![left, right]),
        BinaryOp::Thru => return cx.call_helper("__makeOrderedSpace", "op__thru", vec![left, right]),
        BinaryOp::Till => return cx.call_helper("__makeOrderedSpace", "op__till", vec![left, right]),
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Xor => "xor",
        BinaryOp::ButNot => "butNot",
        BinaryOp::ShiftLeft => "shiftLeft",
        BinaryOp::ShiftRight => "shiftRight",
        BinaryOp::Add => "add",
        BinaryOp::Subtract => "subtract",
        BinaryOp::Multiply => "multiply",
        BinaryOp::ApproxDivide => "approxDivide",
        BinaryOp::FloorDivide => "floorDivide",
        BinaryOp::Remainder => "remainder",
        BinaryOp::Mod => "mod",
        BinaryOp::Pow => "pow",
    };
    cx.call(left, verb, vec![right])
}

/// `a ** b %% c`  ⇒  `a.modPow(b, c)`
pub(super) fn mod_pow(
    cx: &mut Expander<'_>,
    base: SurfaceId,
    exponent: SurfaceId,
    modulus: SurfaceId,
) -> ExprId {
    short(cx, base, "modPow", &[exponent, modulus])
}

/// `a :G`  ⇒  `ValueGuard.coerce(G, throw).coerce(a, throw)`
pub(super) fn cast(cx: &mut Expander<'_>, specimen: SurfaceId, guard: SurfaceId) -> ExprId {
    let guard = cx.expr(guard);
    let throw = cx.noun("throw");
    let guard = cx.call_helper("ValueGuard", "coerce", vec![guard, throw]);
    let specimen = cx.expr(specimen);
    let throw = cx.noun("throw");
    cx.call(guard, "coerce", vec![specimen, throw])
}

/// `&x`  ⇒  `(&&x).get()`
pub(super) fn slot(cx: &mut Expander<'_>, operand: SurfaceId) -> ExprId {
    let ast = cx.ast;
    match ast.expr(operand) {
        Surface::Noun(name) => slot_of(cx, name, ast.expr_range(operand)),
        Surface::Property { recipient, name, slot: false } => property(cx, *recipient, name, true),
        other => undefined_slot(cx, "&", other, operand),
    }
}

fn slot_of(cx: &mut Expander<'_>, name: &Name, range: TextRange) -> ExprId {
    let binding = cx.written_binding(name, range);
    cx.call(binding, "get", vec![])
}

/// `&&x` is Kernel-E.
pub(super) fn binding(cx: &mut Expander<'_>, operand: SurfaceId) -> ExprId {
    let ast = cx.ast;
    match ast.expr(operand) {
        Surface::Noun(name) => cx.written_binding(name, ast.expr_range(operand)),
        other => undefined_slot(cx, "&&", other, operand),
    }
}

fn undefined_slot(cx: &mut Expander<'_>, sign: &str, operand: &Surface, id: SurfaceId) -> ExprId {
    if !matches!(operand, Surface::Error) {
        let message = format!("{sign} of {} is currently undefined", node_name(operand));
        cx.error(cx.ast.expr_range(id), message);
    }
    cx.expr(id)
}

/// What the E family calls the node of a surface expression.
fn node_name(it: &Surface) -> &'static str {
    match it {
        Surface::Error | Surface::Literal(_) => "LiteralExpr",
        Surface::Noun(_) => "NounExpr",
        Surface::Uri { .. } => "URIExpr",
        Surface::Quasi(_) => "QuasiExpr",
        Surface::List(_) => "ListExpr",
        Surface::Map(_) => "MapExpr",
        Surface::Block(_) => "HideExpr",
        Surface::Seq(_) => "SeqExpr",
        Surface::Call { .. } => "CallExpr",
        Surface::FunctionCall { .. } => "FunCallExpr",
        Surface::Index { .. } => "GetExpr",
        Surface::Curry { .. } | Surface::CurrySend { .. } => "CurryExpr",
        Surface::Send { .. } => "SendExpr",
        Surface::Property { slot: false, .. } => "PropertyExpr",
        Surface::Property { slot: true, .. } => "PropertySlotExpr",
        Surface::SendProperty { .. } => "SendExpr",
        Surface::Unary { .. } => "PrefixExpr",
        Surface::Binary { .. } => "BinaryExpr",
        Surface::ModPow { .. } => "ModPowExpr",
        Surface::And { .. } => "AndExpr",
        Surface::Or { .. } => "OrExpr",
        Surface::Same { .. } => "SameExpr",
        Surface::Match { negated: false, .. } => "MatchBindExpr",
        Surface::Match { negated: true, .. } => "MismatchExpr",
        Surface::Cast { .. } => "CoerceExpr",
        Surface::Slot(_) => "SlotExpr",
        Surface::Binding(_) => "BindingExpr",
        Surface::Assign { .. } => "NKAssignExpr",
        Surface::Update { .. } | Surface::VerbUpdate { .. } => "UpdateExpr",
        Surface::Define { .. } => "DefrecExpr",
        Surface::DefineKernel { .. } => "DefineExpr",
        Surface::Forward(_) => "ForwardExpr",
        Surface::Exit { .. } => "ExitExpr",
        Surface::Pragma { .. } => "NullExpr",
        Surface::If { .. } => "IfExpr",
        Surface::For { .. } => "ForExpr",
        Surface::While { .. } => "WhileExpr",
        Surface::Switch { .. } => "SwitchExpr",
        Surface::Try { .. } => "TryExpr",
        Surface::Escape { .. } => "EscapeExpr",
        Surface::When(_) => "WhenExpr",
        Surface::Accum { .. } => "AccumExpr",
        Surface::Fn { .. } => "FunctionExpr",
        Surface::Thunk { .. } => "ThunkExpr",
        Surface::Meta(_) => "MetaExpr",
        Surface::Object(_) => "NKObjectExpr",
        Surface::Interface(_) => "InterfaceExpr",
        Surface::QuasiLiteral(_) => "QuasiLiteralExpr",
        Surface::QuasiPattern(_) => "QuasiPatternExpr",
    }
}
