//! Objects, functions, methods and inheritance.

use super::Expander;
use super::assign::define_kernel;
use super::usage::{Part, reject_usage};
use crate::ast::{self, Ident, ObjectBody, ObjectName};
use crate::kernel_e::{Expr, ExprId, Matcher, Method, Name, Object, Pattern, PatternId, Script};
use crate::source_map::ObjectRanges;
use std::sync::Arc;
use text_size::TextRange;

/// An object but for its name: what the forms of object definitions have in common.
struct Body {
    doc: Option<Arc<str>>,
    /// Already expanded.
    extends: Option<ExprId>,
    as_auditor: Option<ExprId>,
    implements: Vec<ExprId>,
    script: Script,
    ranges: ObjectRanges,
}

/// `def x { … }`, `def f(p) { … }`, `def x extends y { … }`, `bind x { … }` …
pub(super) fn object(cx: &mut Expander<'_>, it: &ast::Object) -> ExprId {
    let as_auditor = cx.optional(it.as_auditor);
    let implements = cx.exprs(&it.implements);
    let extends = cx.optional(it.extends);
    let auditors = it.as_auditor.iter().chain(&it.implements).map(|it| cx.ast.expr_range(*it)).collect();
    let mut ranges = ObjectRanges {
        whole: TextRange::new(it.header.start(), cx.range.end().max(it.header.end())),
        header: it.header,
        name: ident(&it.name).map(|it| it.range),
        auditors,
        ..ObjectRanges::default()
    };
    let script = match &it.body {
        ObjectBody::Script { methods, matchers } => {
            let methods = methods.iter().map(|it| method(cx, it, &mut ranges)).collect();
            let matchers = matchers.iter().map(|it| matcher(cx, it, &mut ranges)).collect();
            Script::Methods { methods, matchers }
        }
        ObjectBody::Plumbing(it) => Script::Plumbing(matcher(cx, it, &mut ranges)),
        ObjectBody::Function { .. } => {
            let auditors = as_auditor.into_iter().chain(implements.iter().copied());
            let auditors = Part::auditors(it.as_auditor, &it.implements, auditors);
            let method = one_method(cx, it, &auditors);
            ranges.methods.push(ranges.whole);
            ranges.verbs.push(function_verb(&it.body).map(|it| it.range));
            Script::Methods { methods: vec![method], matchers: Vec::new() }
        }
    };
    // The comment of a function is its method's.
    let doc = if matches!(it.body, ObjectBody::Function { .. }) { None } else { it.doc.clone() };
    named_object(cx, &it.name, Body { doc, extends, as_auditor, implements, script, ranges })
}

fn ident(name: &ObjectName) -> Option<&Ident> {
    match name {
        ObjectName::Ignore | ObjectName::Pattern(_) => None,
        ObjectName::Final { noun }
        | ObjectName::Var { noun, .. }
        | ObjectName::Bind { noun, .. }
        | ObjectName::Slot { noun } => Some(noun),
    }
}

fn function_verb(body: &ObjectBody) -> Option<&Ident> {
    match body {
        ObjectBody::Function { verb, .. } => verb.as_ref(),
        _ => None,
    }
}

/// `def f(p) :G { b }`  ⇒  `def f { to run(p) :G { b } }`
fn one_method(cx: &mut Expander<'_>, it: &ast::Object, auditors: &Part) -> Method {
    let ObjectBody::Function { verb, params, result_guard, body, easy_return } = &it.body else {
        debug_assert!(false, "only a function is one method");
        return Method { doc: None, verb: "run".into(), params: vec![], result_guard: None, body: cx.null() };
    };
    let written_params = params;
    let params = cx.patterns(params);
    let guard = cx.optional(*result_guard);
    let node = if verb.is_some() { "OneMethodObject" } else { "FunctionObject" };
    reject_usage(cx, node, &Part::patterns("patterns", written_params, &params), auditors);
    if let (Some(written), Some(guard)) = (result_guard, guard) {
        reject_usage(cx, node, &Part::expr("optResultGuard", *written, guard), auditors);
    }
    let body = cx.block(body);
    let verb = verb.as_ref().map_or_else(|| Name::new("run"), |it| it.name.clone());
    to(cx, it.doc.clone(), verb, params, guard, body, *easy_return)
}

fn method(cx: &mut Expander<'_>, it: &ast::Method, ranges: &mut ObjectRanges) -> Method {
    ranges.methods.push(it.range);
    ranges.verbs.push(it.verb.as_ref().map(|it| it.range));
    cx.at(it.range, |cx| {
        let verb = it.verb.as_ref().map_or_else(|| Name::new("run"), |it| it.name.clone());
        let params = cx.patterns(&it.params);
        let result_guard = cx.optional(it.result_guard);
        let body = cx.block(&it.body);
        match it.kind {
            ast::MethodKind::To => to(cx, it.doc.clone(), verb, params, result_guard, body, it.easy_return),
            ast::MethodKind::Method => Method { doc: it.doc.clone(), verb, params, result_guard, body },
        }
    })
}

/// `to v(p) { b }`  ⇒  `method v(p) { escape __return { b; null } }`
///
/// Without easy returns: `method v(p) :void { escape __return { b } }`
fn to(
    cx: &mut Expander<'_>,
    doc: Option<Arc<str>>,
    verb: Name,
    params: Vec<PatternId>,
    result_guard: Option<ExprId>,
    body: ExprId,
    easy_return: bool,
) -> Method {
    let (result_guard, body) = if easy_return {
        let null = cx.null();
        (result_guard, cx.seq(vec![body, null]))
    } else {
        (Some(result_guard.unwrap_or_else(|| cx.noun("void"))), body)
    };
    let body = cx.escape("__return", body, None);
    Method { doc, verb, params, result_guard, body }
}

fn matcher(cx: &mut Expander<'_>, it: &ast::Matcher, ranges: &mut ObjectRanges) -> Matcher {
    ranges.methods.push(it.range);
    cx.at(it.range, |cx| Matcher { pattern: cx.pattern(it.pattern), body: cx.block(&it.body) })
}

/// `fn p { b }`  ⇒  `def _ { method run(p) { b } }`
pub(super) fn function(
    cx: &mut Expander<'_>,
    doc: Option<Arc<str>>,
    params: &[ast::PatternId],
    body: &ast::Block,
) -> ExprId {
    let params = cx.patterns(params);
    let body = cx.block(body);
    cx.closure(doc, params, None, body)
}

/// The function of a `when` that has a name: `def name { to run(param) :guard { body } }`
pub(super) fn reactor(cx: &mut Expander<'_>, hard: &ast::HardWhen, param: PatternId, body: ExprId) -> ExprId {
    let guard = cx.optional(hard.result_guard);
    let method = to(cx, None, Name::new("run"), vec![param], guard, body, hard.easy_return);
    let ranges = ObjectRanges {
        whole: cx.range,
        header: ident(&hard.name).map_or(cx.range, |it| it.range),
        name: ident(&hard.name).map(|it| it.range),
        methods: vec![cx.range],
        verbs: vec![None],
        ..ObjectRanges::default()
    };
    let script = Script::Methods { methods: vec![method], matchers: Vec::new() };
    let body = Body { doc: None, extends: None, as_auditor: None, implements: Vec::new(), script, ranges };
    named_object(cx, &hard.name, body)
}

/// `bind x { … }`  ⇒  `def bind x := { def x { … } }`, and likewise for `var` and `&`
fn named_object(cx: &mut Expander<'_>, name: &ObjectName, body: Body) -> ExprId {
    let (noun, outer) = match name {
        ObjectName::Ignore => (None, None),
        ObjectName::Final { noun } => (Some(noun), None),
        ObjectName::Var { noun, guard } => {
            let guard = cx.optional(*guard);
            let outer = cx.add_pattern(Pattern::Var { noun: noun.name.clone(), guard });
            (Some(noun), Some(cx.pattern_named(outer, noun.range)))
        }
        ObjectName::Bind { noun, guard } => (Some(noun), Some(cx.bind_pattern(noun, *guard))),
        ObjectName::Slot { noun } => (Some(noun), Some(cx.slot_pattern(noun, None))),
        ObjectName::Pattern(pattern) => {
            let Body { doc, as_auditor, implements, script, ranges, .. } = body;
            let pattern = cx.pattern(*pattern);
            return cx.object(Object { doc, pattern, as_auditor, implements, script }, ranges);
        }
    };
    let object = match body.extends {
        Some(parent) => extending(cx, noun, parent, body),
        None => kernel_object(cx, noun, body),
    };
    match outer {
        Some(outer) => {
            if matches!(name, ObjectName::Var { .. }) {
                stand_for_outer(cx, object, outer);
            }
            let hidden = cx.hide(object);
            define_kernel(cx, outer, None, hidden)
        }
        None => object,
    }
}

fn name_pattern(cx: &mut Expander<'_>, noun: Option<&Ident>) -> PatternId {
    match noun {
        Some(noun) => {
            let pattern = cx.at(noun.range, |cx| cx.final_pattern(noun.name.clone()));
            cx.pattern_named(pattern, noun.range)
        }
        None => cx.ignore(),
    }
}

fn kernel_object(cx: &mut Expander<'_>, noun: Option<&Ident>, body: Body) -> ExprId {
    let Body { doc, as_auditor, implements, script, ranges, .. } = body;
    let pattern = name_pattern(cx, noun);
    cx.object(Object { doc, pattern, as_auditor, implements, script }, ranges)
}

/// `def x extends y { … }`  ⇒  `def x := { def &&super := &&y; def x { …; match message# { E.callWithPair(super, message#) } } }`
///
/// A parent that is not a noun is evaluated: `def super := parent`.
fn extending(cx: &mut Expander<'_>, noun: Option<&Ident>, parent: ExprId, mut body: Body) -> ExprId {
    let parent_range = cx.source_map.exprs[parent.index()];
    let (super_definition, delegate) = cx.at(parent_range, |cx| (define_super(cx, parent), delegate(cx)));
    if let Script::Methods { matchers, .. } = &mut body.script {
        matchers.push(delegate);
        body.ranges.methods.push(parent_range);
    }
    let outer = name_pattern(cx, noun);
    let object = kernel_object(cx, noun, body);
    stand_for_outer(cx, object, outer);
    let inside = cx.seq(vec![super_definition, object]);
    let hidden = cx.hide(inside);
    define_kernel(cx, outer, None, hidden)
}

/// The name by which an object knows itself is the one by which others know it.
fn stand_for_outer(cx: &mut Expander<'_>, object: ExprId, outer: PatternId) {
    if let Expr::Object(id) = *cx.program.expr(object) {
        let inner = cx.program.object(id).pattern;
        cx.stand_for(inner, outer);
    }
}

fn define_super(cx: &mut Expander<'_>, parent: ExprId) -> ExprId {
    let (pattern, value) = match cx.program.exprs[parent.index()].clone() {
        Expr::Noun(noun) => {
            (cx.add_pattern(Pattern::Binding(Name::new("super"))), cx.add(Expr::Binding(noun)))
        }
        _ => (cx.final_pattern("super"), parent),
    };
    define_kernel(cx, pattern, None, value)
}

/// `match message# { E.callWithPair(super, message#) }`
fn delegate(cx: &mut Expander<'_>) -> Matcher {
    let message = cx.temporary("message");
    let pattern = cx.final_pattern(message.clone());
    let args = vec![cx.noun("super"), cx.noun(message)];
    Matcher { pattern, body: cx.call_helper("E", "callWithPair", args) }
}
