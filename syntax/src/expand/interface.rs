//! `interface`: protocol descriptions that are also guards.

use super::Expander;
use super::assign::define_kernel;
use crate::ast::{Interface, InterfaceName, Message, Param};
use crate::kernel_e::{Expr, ExprId, Pattern, PatternId};

/// `interface A { … }`  ⇒  `def A := { __makeProtocolDesc.run(doc, fqn, supers, auditors, messages) }`
///
/// `interface A guards S { … }`  ⇒  `(def [A, S] := { __makeProtocolDesc.makePair(…) }).get(0)`
pub(super) fn interface(cx: &mut Expander<'_>, it: &Interface) -> ExprId {
    let name = match &it.name {
        InterfaceName::Pattern(pattern) => Some(cx.pattern(*pattern)),
        InterfaceName::Literal(_) => None,
    };
    let fqn = match &it.name {
        InterfaceName::Literal(text) => qualified(cx, text),
        InterfaceName::Pattern(written) => match name.and_then(|it| principal_noun(cx, it, *written)) {
            Some(noun) => qualified(cx, &format!("${noun}__T")),
            None => cx.string("_"),
        },
    };
    let doc = cx.string_or_null(it.doc.as_deref());
    let supers = cx.exprs(&it.extends);
    let supers = cx.list(supers);
    let auditors = cx.exprs(&it.implements);
    let auditors = cx.list(auditors);
    let messages = it.messages.iter().map(|it| message(cx, it)).collect();
    let messages = cx.list(messages);
    let verb = if it.guards.is_some() { "makePair" } else { "run" };
    let args = vec![doc, fqn, supers, auditors, messages];
    let description = cx.call_helper("__makeProtocolDesc", verb, args);
    let description = cx.hide(description);

    let Some(stamp) = it.guards else {
        return match name {
            Some(name) => define_kernel(cx, name, None, description),
            None => description,
        };
    };
    let stamp = cx.pattern(stamp);
    let name = name.unwrap_or_else(|| cx.ignore());
    let pair = cx.list_pattern(vec![name, stamp]);
    let define = define_kernel(cx, pair, None, description);
    let first = cx.int(0);
    cx.call(define, "get", vec![first])
}

/// `$a`  ⇒  `meta.context().getFQNPrefix().add("a")`; any other name is used as it is
fn qualified(cx: &mut Expander<'_>, name: &str) -> ExprId {
    let Some(local) = name.strip_prefix('$') else { return cx.string(name) };
    let context = cx.add(Expr::MetaContext);
    let prefix = cx.call(context, "getFQNPrefix", vec![]);
    let local = cx.string(local);
    cx.call(prefix, "add", vec![local])
}

/// The noun a pattern is about, as the text has it.
fn principal_noun(cx: &Expander<'_>, pattern: PatternId, written: crate::ast::PatternId) -> Option<String> {
    use crate::ast::Pattern as Surface;
    if let Surface::Bind { noun, .. } = cx.ast.pattern(written) {
        return Some(noun.name.to_string());
    }
    let mut pattern = pattern;
    loop {
        match cx.program.pattern(pattern) {
            Pattern::Via { pattern: inner, .. } => pattern = *inner,
            Pattern::Final { noun, .. } | Pattern::Var { noun, .. } | Pattern::Binding(noun) => {
                let is_made_up = super::build::is_temporary(noun);
                return (!is_made_up).then(|| noun.to_string());
            }
            _ => return None,
        }
    }
}

/// `to v(p :g) :r`  ⇒  `{ __makeMessageDesc.run(doc, "v", [__makeParamDesc.run("p", g)], r) }`
fn message(cx: &mut Expander<'_>, it: &Message) -> ExprId {
    cx.at(it.range, |cx| {
        let doc = cx.string_or_null(it.doc.as_deref());
        let verb = cx.string(it.verb.as_ref().map_or("run", |it| it.name.as_str()));
        let params = it.params.iter().map(|it| param(cx, it)).collect();
        let params = cx.list(params);
        let guard = or_null(cx, it.result_guard);
        let description = cx.call_helper("__makeMessageDesc", "run", vec![doc, verb, params, guard]);
        cx.hide(description)
    })
}

fn param(cx: &mut Expander<'_>, it: &Param) -> ExprId {
    let name = cx.string_or_null(it.name.as_ref().map(|it| it.name.as_str()));
    let guard = or_null(cx, it.guard);
    cx.call_helper("__makeParamDesc", "run", vec![name, guard])
}

fn or_null(cx: &mut Expander<'_>, expr: Option<crate::ast::ExprId>) -> ExprId {
    cx.optional(expr).unwrap_or_else(|| cx.null())
}
