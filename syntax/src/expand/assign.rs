//! Assignment, update and definition.

use super::call::operate;
use super::names::{Names, uses_any};
use super::walk::Node;
use super::{Expander, names};
use crate::ast::{self, BinaryOp, Expr as Surface, Ident};
use crate::kernel_e::{Expr, ExprId, Name, Pattern, PatternId};
use crate::print;
use rustc_hash::FxHashMap;

/// `x := v` is Kernel-E;  `c[i] := v`  ⇒  `c.put(i, def ares# := v); ares#`
pub(super) fn assign(cx: &mut Expander<'_>, target: ast::ExprId, value: ast::ExprId) -> ExprId {
    let range = cx.ast.expr_range(target);
    let place = cx.expr(target);
    let value = cx.expr(value);
    let it = assign_place(cx, place, value, target);
    name_target(cx, it, range)
}

/// `x += y`  ⇒  `x := x.add(y)`
pub(super) fn update(cx: &mut Expander<'_>, target: ast::ExprId, op: BinaryOp, value: ast::ExprId) -> ExprId {
    update_with(cx, target, |cx, old| {
        let value = cx.expr(value);
        operate(cx, op, old, value)
    })
}

/// `x with= (y)`  ⇒  `x := x.with(y)`
pub(super) fn verb_update(
    cx: &mut Expander<'_>,
    target: ast::ExprId,
    verb: &Ident,
    args: &[ast::ExprId],
) -> ExprId {
    update_with(cx, target, |cx, old| {
        let args = cx.exprs(args);
        let it = cx.call(old, verb.name.clone(), args);
        cx.named(it, verb.range)
    })
}

/// `c[i] += y`  ⇒  `def recip# := c; def arg# := i; recip#[arg#] := recip#.get(arg#).add(y)`
fn update_with(
    cx: &mut Expander<'_>,
    target: ast::ExprId,
    operate: impl FnOnce(&mut Expander<'_>, ExprId) -> ExprId,
) -> ExprId {
    let range = cx.ast.expr_range(target);
    let place = cx.expr(target);
    let Expr::Call { recipient, verb, args } = cx.program.exprs[place.index()].clone() else {
        let updated = operate(cx, place);
        let it = assign_place(cx, place, updated, target);
        return name_target(cx, it, range);
    };
    let mut steps = Vec::new();
    let recipient = once(cx, "recip", recipient, &mut steps);
    let args: Vec<ExprId> = args.into_iter().map(|it| once(cx, "arg", it, &mut steps)).collect();
    let place = cx.at(range, |cx| cx.call(recipient, verb, args));
    let updated = operate(cx, place);
    steps.push(assign_place(cx, place, updated, target));
    cx.seq(steps)
}

/// Names the value of `expr`, so that it is computed once; answers the noun that stands for it.
fn once(cx: &mut Expander<'_>, base: &str, expr: ExprId, steps: &mut Vec<ExprId>) -> ExprId {
    let name = cx.temporary(base);
    let range = cx.source_map.exprs[expr.index()];
    cx.at(range, |cx| {
        steps.push(cx.define_name(&name, expr));
        cx.noun(name)
    })
}

/// Stores into an expanded place: a noun, or a call that has a setter.
fn assign_place(cx: &mut Expander<'_>, place: ExprId, value: ExprId, target: ast::ExprId) -> ExprId {
    match cx.program.exprs[place.index()].clone() {
        Expr::Noun(noun) => cx.assign(noun, value),
        Expr::Call { recipient, verb, args } => match setter(&verb) {
            Some(setter) => call_setter(cx, recipient, setter, args, value),
            None => {
                let verb = print::names::quoted(&verb, '"', true);
                let message =
                    format!("assignment can only be done to nouns and collection elements (not {verb} call)");
                bad_target(cx, target, message, [place, value])
            }
        },
        _ => {
            let printed = print::surface::print_surface_expr(cx.ast, target);
            let message =
                format!("Assignment can only be done to nouns and collection elements (not e`{printed}`)");
            bad_target(cx, target, message, [place, value])
        }
    }
}

/// `get` ⇒ `put`, `run` ⇒ `setRun`, `getBalance` ⇒ `setBalance`
fn setter(verb: &str) -> Option<String> {
    match verb {
        "get" => Some("put".into()),
        "run" => Some("setRun".into()),
        _ => verb.strip_prefix("get").map(|property| format!("set{property}")),
    }
}

fn call_setter(
    cx: &mut Expander<'_>,
    recipient: ExprId,
    setter: String,
    mut args: Vec<ExprId>,
    value: ExprId,
) -> ExprId {
    let result = cx.temporary("ares");
    args.push(cx.define_name(&result, value));
    let call = cx.call(recipient, setter, args);
    let result = cx.noun(result);
    cx.seq(vec![call, result])
}

fn bad_target(cx: &mut Expander<'_>, target: ast::ExprId, message: String, rest: [ExprId; 2]) -> ExprId {
    // What could not be read has been reported by the parser.
    if !matches!(cx.ast.expr(target), Surface::Error) {
        cx.error(cx.ast.expr_range(target), message);
    }
    cx.seq(rest.to_vec())
}

/// Only an assignment to a noun has the noun's range.
fn name_target(cx: &mut Expander<'_>, it: ExprId, range: text_size::TextRange) -> ExprId {
    match cx.program.exprs[it.index()] {
        Expr::Assign { .. } => cx.named(it, range),
        _ => it,
    }
}

/// `def p := v` is Kernel-E, unless v uses names of p: see [`define_kernel`].
pub(super) fn define(
    cx: &mut Expander<'_>,
    pattern: ast::PatternId,
    ejector: Option<ast::ExprId>,
    value: ast::ExprId,
) -> ExprId {
    let pattern = cx.pattern(pattern);
    let ejector = cx.optional(ejector);
    let value = cx.expr(value);
    define_kernel(cx, pattern, ejector, value)
}

/// `def [a, b] := [b, 1]`  ⇒  `def [b#, bR#] := Ref.promise(); def value# := def [a, b] := [b#, 1]; bR#.resolve(b); value#`
pub(super) fn define_kernel(
    cx: &mut Expander<'_>,
    pattern: PatternId,
    ejector: Option<ExprId>,
    value: ExprId,
) -> ExprId {
    let names = Names::of_pattern(&cx.program, pattern);
    let defined = names.in_order(&cx.program);
    let right: Vec<ExprId> = ejector.into_iter().chain([value]).collect();
    let nodes: Vec<Node> = right.iter().map(|it| Node::Expr(*it)).collect();
    let recursive = uses_any(&cx.program, &nodes, &defined);
    if recursive.is_empty() {
        return cx.define(pattern, ejector, value);
    }
    let places = names.places();
    let mut promised = FxHashMap::default();
    let mut promises = Vec::new();
    let mut resolves = Vec::new();
    for name in &recursive {
        let base = super::build::temporary_base(name).to_owned();
        let promise = cx.temporary(&base);
        let resolver = cx.temporary(&format!("{base}R"));
        let pair = promise_pair(cx, &promise, &resolver);
        if let (Some(place), Some([promise, _])) = (places.get(name), names_of_pair(cx, pair)) {
            cx.stand_for(promise, *place);
        }
        promises.push(pair);
        let resolver = cx.noun(resolver);
        let real = cx.noun(name.clone());
        resolves.push(cx.call(resolver, "resolve", vec![real]));
        promised.insert(name.clone(), promise);
    }
    for it in right {
        names::rename(&mut cx.program, it, &promised);
    }
    let result = cx.temporary("value");
    let matching = cx.define(pattern, ejector, value);
    // The promises stand in the reverse order of the names; only the numbers of temporaries show it.
    let mut steps: Vec<ExprId> = promises.into_iter().rev().collect();
    steps.push(cx.define_name(&result, matching));
    steps.extend(resolves);
    steps.push(cx.noun(result));
    cx.seq(steps)
}

/// `def x`  ⇒  `def [x, x__Resolver] := Ref.promise(); x__Resolver`
pub(super) fn forward(cx: &mut Expander<'_>, noun: &Ident) -> ExprId {
    let resolver = Name::from(format!("{}__Resolver", noun.name));
    let pair = promise_pair(cx, &noun.name, &resolver);
    mark_nouns(cx, pair, noun);
    let resolver = cx.noun(resolver);
    cx.seq(vec![pair, resolver])
}

/// `def [promise, resolver] := Ref.promise()`
fn promise_pair(cx: &mut Expander<'_>, promise: &Name, resolver: &Name) -> ExprId {
    let subs = [promise, resolver].map(|it| cx.final_pattern(it.clone())).to_vec();
    let pattern = cx.list_pattern(subs);
    let pair = cx.call_helper("Ref", "promise", vec![]);
    // `def Ref` asks the outer `Ref` no longer: it is recursive, as in any other definition.
    define_kernel(cx, pattern, None, pair)
}

/// Only the promise is what the user named; the resolver stands for it.
fn mark_nouns(cx: &mut Expander<'_>, define: ExprId, noun: &Ident) {
    if let Some([promise, resolver]) = names_of_pair(cx, define) {
        cx.pattern_named(promise, noun.range);
        cx.stand_for(resolver, promise);
    }
}

/// `p` and `r` in `def [p, r] := …`
fn names_of_pair(cx: &Expander<'_>, define: ExprId) -> Option<[PatternId; 2]> {
    let Expr::Define { pattern, .. } = cx.program.expr(define) else { return None };
    let Pattern::List(subs) = cx.program.pattern(*pattern) else { return None };
    subs.as_slice().try_into().ok()
}
