//! `accum`: a loop that collects into a variable.

use super::Expander;
use super::call::operate;
use super::loops::{self, For};
use crate::ast::{self, AccumBody, Accumulator};
use crate::deep;
use crate::kernel_e::{ExprId, Name, Pattern};

/// `accum i for x in c { _ + x }`  ⇒  `def var accum# := i; for x in c { accum# := accum#.add(x) }; accum#`
pub(super) fn accum(cx: &mut Expander<'_>, start: ast::ExprId, accumulator: &Accumulator) -> ExprId {
    let start = cx.expr(start);
    let name = cx.temporary("accum");
    let pattern = cx.add_pattern(Pattern::Var { noun: name.clone(), guard: None });
    let define = cx.define(pattern, None, start);
    let collect = collect(cx, accumulator, &name);
    let result = cx.noun(name);
    cx.seq(vec![define, collect, result])
}

fn collect(cx: &mut Expander<'_>, accumulator: &Accumulator, name: &Name) -> ExprId {
    deep(|| match accumulator {
        Accumulator::For { key, value, collection, body, catch } => {
            let head = For { key: *key, value: *value, collection: *collection };
            loops::for_in(cx, head, |cx| step(cx, body, name), catch.as_ref())
        }
        Accumulator::While { test, body, catch } => {
            loops::while_true(cx, *test, |cx| step(cx, body, name), catch.as_ref())
        }
        Accumulator::If { test, body } => {
            let test = cx.expr(*test);
            let then = step(cx, body, name);
            let otherwise = cx.null();
            cx.if_else(test, then, otherwise)
        }
    })
}

fn step(cx: &mut Expander<'_>, body: &AccumBody, name: &Name) -> ExprId {
    let next = match body {
        AccumBody::Nested(inner) => return collect(cx, inner, name),
        AccumBody::Binary { op, value } => {
            let old = cx.noun(name.clone());
            let value = cx.expr(*value);
            operate(cx, *op, old, value)
        }
        AccumBody::Call { verb, args } => {
            let old = cx.noun(name.clone());
            let args = cx.exprs(args);
            let it = cx.call(old, verb.name.clone(), args);
            cx.named(it, verb.range)
        }
    };
    cx.assign(name.clone(), next)
}
