//! `when`: what to do once a reference has settled.

use super::control::guarded;
use super::{Expander, object};
use crate::ast::{HardWhen, When};
use crate::kernel_e::{ExprId, Name};

/// `when (a) -> { b }`  ⇒  `{ Ref.whenResolved(a, reactor) }`; several are awaited as one list
pub(super) fn when(cx: &mut Expander<'_>, it: &When) -> ExprId {
    let awaited = cx.exprs(&it.awaited);
    let awaited = match awaited.as_slice() {
        [only] => *only,
        _ => {
            let list = cx.list(awaited);
            cx.call_helper("promiseAllFulfilled", "run", vec![list])
        }
    };
    let reactor = match &it.hard {
        Some(hard) => hard_reactor(cx, it, hard),
        None => easy_reactor(cx, it),
    };
    let call = cx.call_helper("Ref", "whenResolved", vec![awaited, reactor]);
    cx.hide(call)
}

/// `when (a) -> done(p) :G { b } catch q { c }`  ⇒
/// `def done { to run(resolution#) :G { try { def p := Ref.fulfillment(resolution#); b } catch q { c } } }`
fn hard_reactor(cx: &mut Expander<'_>, it: &When, hard: &HardWhen) -> ExprId {
    if it.awaited.len() != hard.params.len() {
        cx.error(cx.range, "must have same number of expressions and patterns");
    }
    let resolution = cx.temporary("resolution");
    let params = cx.patterns(&hard.params);
    let pattern = match params.as_slice() {
        [only] => *only,
        _ => cx.list_pattern(params),
    };
    let fulfillment = fulfillment(cx, &resolution);
    let matching = cx.define(pattern, None, fulfillment);
    let body = cx.block(&it.body);
    let body = cx.seq(vec![matching, body]);
    let body = guarded(cx, body, &it.catches, it.finally.as_ref());
    let param = cx.final_pattern(resolution);
    object::reactor(cx, hard, param, body)
}

/// `-> { b }`  ⇒  `fn ref# { if (Ref.isBroken(ref#)) { Ref.broken(Ref.optProblem(ref#)) } else { b } }`
///
/// With a `catch` clause, a broken reference is one of the problems it is there for:
/// `fn ref# { try { Ref.fulfillment(ref#); b } catch q { c } }`
fn easy_reactor(cx: &mut Expander<'_>, it: &When) -> ExprId {
    let reference = cx.temporary("ref");
    let body = cx.block(&it.body);
    let body = if it.catches.is_empty() {
        let noun = cx.noun(reference.clone());
        let is_broken = cx.call_helper("Ref", "isBroken", vec![noun]);
        let problem = cx.call_helper("Ref", "optProblem", vec![noun]);
        let broken = cx.call_helper("Ref", "broken", vec![problem]);
        cx.if_else(is_broken, broken, body)
    } else {
        let fulfillment = fulfillment(cx, &reference);
        cx.seq(vec![fulfillment, body])
    };
    let body = guarded(cx, body, &it.catches, it.finally.as_ref());
    let param = cx.final_pattern(reference);
    cx.closure(None, vec![param], None, body)
}

/// `Ref.fulfillment(ref)`: the value, or the problem thrown
fn fulfillment(cx: &mut Expander<'_>, reference: &Name) -> ExprId {
    let reference = cx.noun(reference.clone());
    cx.call_helper("Ref", "fulfillment", vec![reference])
}
