//! What every node answers to, besides the getters of its fields.

use super::kind::{self, K};
use super::{check, fill, make, print, run, scope, walk};
use crate::cx::Cx;
use crate::data::list::{items, portrayal};
use crate::native::{Class, Method, Outcome, done};
use crate::natives;
use crate::selector::Selector;
use crate::value::Value;

macro_rules! node_methods {
    ($($more:tt)*) => {
        natives![
            "asText"() => print::as_text,
            "quasiTypeTag"() => quasi_type_tag,
            "staticScope"() => scope::static_scope,
            "getOptSpan"() => get_opt_span,
            "substitute"(List) => fill::substitute,
            "matchBind"(List, Any, Any) => fill::match_bind,
            "asKernelE"() => run::as_kernel,
            "welcome"(Any) => welcome,
            "walkScopes"(Any) => walk::walk_scopes,
            "lnPrintOn"(Any, Int) => print::ln_print_on,
            "subPrintOn"(Any, Int) => print::sub_print_on,
            "requireKernelE"(Any) => check::require_kernel,
            "requireFitsScope"(Any, Any) => check::require_fits_scope,
            "__optUncall"() => opt_uncall,
            $($more)*
        ]
    };
}

/// Of expressions.
pub const EXPR: &[Method] = node_methods![
    "eval"(Any) => run::eval,
    "evalToPair"(Any) => run::eval_to_pair,
];

/// Of object expressions.
pub const OBJECT: &[Method] = node_methods![
    "eval"(Any) => run::eval,
    "evalToPair"(Any) => run::eval_to_pair,
    "asTypeDesc"(Text) => run::as_type_desc,
];

/// Of patterns.
pub const PATTERN: &[Method] = node_methods!["getOptPrincipalNoun"() => get_opt_principal_noun,];

/// Of what stands between them.
pub const PART: &[Method] = node_methods![];

/// Which field a getter asks for.
fn field_of(class: &'static Class, selector: Selector) -> Option<usize> {
    let kind = kind::of_class(class).filter(|it| std::ptr::eq(&it.class, class))?;
    let verb = selector.verb();
    let name = verb.strip_prefix("get").filter(|_| selector.arity() == 0)?;
    let mut letters = name.chars();
    let first = letters.next().filter(|it| it.is_uppercase())?;
    kind.field(&format!("{}{}", first.to_lowercase(), letters.as_str()))
}

/// Is there a getter of this name?
pub fn has_getter(class: &'static Class, selector: Selector) -> bool {
    field_of(class, selector).is_some()
}

/// `node.getRecipient()`
pub fn getter(cx: &mut Cx, this: Value, selector: Selector, _: &[Value]) -> Option<Outcome> {
    let native = cx.heap.as_native(this)?;
    if let Some(at) = field_of(native.class, selector) {
        return Some(done(native.fields.get(at + 1).copied().unwrap_or(Value::NULL)));
    }
    let kind = kind::of(cx, this)?;
    match (kind.k, &*selector.verb(), selector.arity()) {
        (K::BindingPattern, "getOptGuardExpr", 0) => Some(done(Value::NULL)),
        (K::EMatcher, "getOptMethods", 0) => Some(done(Value::NULL)),
        _ => None,
    }
}

fn quasi_type_tag(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let tag = if make::is_a(cx, this, "Pattern") { "epatt" } else { "e" };
    done(cx.heap.text(tag))
}

fn get_opt_span(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.as_native(this).and_then(|it| it.fields.first().copied()).unwrap_or(Value::NULL))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(kind) = kind::of(cx, this) else { return done(Value::NULL) };
    let parts = make::parts(cx, this);
    portrayal(cx, Value::of(&kind.maker), "run", &parts)
}

/// `node.welcome(visitor)` calls `visitor.visitCallExpr(node, recipient, verb, args)`, or what else it is.
fn welcome(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(kind) = kind::of(cx, this) else { return done(Value::NULL) };
    let mut told = cx.heap.as_native(this).map(|it| it.fields.clone()).unwrap_or_default();
    told[0] = this;
    cx.call(args[0], &format!("visit{}", kind.name), told)
}

/// The noun a pattern is about, or null.
fn get_opt_principal_noun(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let mut at = this;
    loop {
        let Some(kind) = kind::of(cx, at) else { return done(Value::NULL) };
        let fields = cx.heap.as_native(at).map(|it| it.fields.clone()).unwrap_or_default();
        cx.charge(1)?;
        match kind.k {
            K::FinalPattern | K::VarPattern | K::BindingPattern | K::SlotPattern | K::BindPattern => {
                let noun = fields.get(1).copied().unwrap_or(Value::NULL);
                let is_noun = make::is_a(cx, noun, "NounExpr");
                let name = cx.heap.as_native(noun).and_then(|it| it.fields.get(1).copied());
                return done(name.filter(|_| is_noun).unwrap_or(Value::NULL));
            }
            K::ViaPattern => at = fields.get(2).copied().unwrap_or(Value::NULL),
            K::SuchThatPattern => at = fields.get(1).copied().unwrap_or(Value::NULL),
            _ => return done(Value::NULL),
        }
    }
}

/// The nodes directly under a node, in order.
pub fn children(cx: &Cx, node: Value) -> Vec<Value> {
    let Some(kind) = kind::of(cx, node) else { return Vec::new() };
    let fields = cx.heap.as_native(cx.near(node)).map(|it| it.fields.clone()).unwrap_or_default();
    let mut all = Vec::new();
    for ((_, shape), value) in kind.fields.iter().zip(fields.iter().skip(1)) {
        match shape {
            kind::Shape::Many(_) => all.extend(items(cx, *value).iter().copied()),
            kind::Shape::One(_) | kind::Shape::Opt(_) if !value.is_null() => all.push(*value),
            _ => {}
        }
    }
    all
}
