//! `for` and `while`.

use super::Expander;
use super::control::optional_catch;
use super::usage::{Part, reject_usage};
use crate::ast::{self, Catch};
use crate::kernel_e::{Expr, ExprId, Pattern};

/// What stands between `for` and the loop's body.
#[derive(Clone, Copy)]
pub(super) struct For {
    pub key: Option<ast::PatternId>,
    pub value: ast::PatternId,
    pub collection: ast::ExprId,
}

/// `for k => v in c { b }`  ⇒
/// `escape __break { def var valid# := true; try { c.iterate(def _ { method run(key#, value#) { … b … } }) } finally { valid# := false }; null }`
pub(super) fn for_in(
    cx: &mut Expander<'_>,
    head: For,
    body: impl FnOnce(&mut Expander<'_>) -> ExprId,
    catch: Option<&Catch>,
) -> ExprId {
    let key_pattern = match head.key {
        Some(key) => cx.pattern(key),
        None => cx.ignore(),
    };
    let value_pattern = cx.pattern(head.value);
    let collection = cx.expr(head.collection);
    let patterns =
        [(head.key, "optKeyPattern", key_pattern), (Some(head.value), "valuePattern", value_pattern)];
    for (written, name, pattern) in patterns {
        let Some(written) = written else { continue };
        let pattern = Part::pattern(name, written, pattern);
        let collection = Part::expr("collection", head.collection, collection);
        reject_usage(cx, "ForExpr", &pattern, &collection);
    }

    let valid = cx.temporary("valid");
    let key = cx.temporary("key");
    let value = cx.temporary("value");
    let skip = cx.temporary("skip");

    let mut matching = Vec::new();
    for (pattern, specimen) in [(key_pattern, &key), (value_pattern, &value)] {
        let ejector = cx.noun(skip.clone());
        let specimen = cx.noun(specimen.clone());
        matching.push(cx.define(pattern, Some(ejector), specimen));
    }
    matching.push(body(cx));
    let matching = cx.seq(matching);
    // Neither a failed match nor the body's value leaves the loop; only `__continue` and `__break` say something.
    let turn = cx.escape(skip, matching, None);
    let null = cx.null();
    let turn = cx.seq(vec![turn, null]);
    let turn = cx.escape("__continue", turn, None);
    let flag = cx.noun(valid.clone());
    let check = cx.call_helper("__validateFor", "run", vec![flag]);
    let turn = cx.seq(vec![check, turn]);

    let params = [key, value].map(|it| cx.final_pattern(it)).to_vec();
    let each = cx.closure(None, params, None, turn);
    let iterate = cx.call(collection, "iterate", vec![each]);
    let no = cx.noun("false");
    let unwinder = cx.assign(valid.clone(), no);
    let guarded = cx.add(Expr::Finally { attempt: iterate, unwinder });
    let flag = cx.add_pattern(Pattern::Var { noun: valid, guard: None });
    let yes = cx.noun("true");
    let flag = cx.define(flag, None, yes);
    let null = cx.null();
    let whole = cx.seq(vec![flag, guarded, null]);
    let catch = optional_catch(cx, catch);
    cx.escape("__break", whole, catch)
}

/// `while (t) { b }`  ⇒
/// `escape __break { __loop.run(def _ { method run() :boolean { if (t) { escape __continue { b }; true } else { false } } }) }`
pub(super) fn while_true(
    cx: &mut Expander<'_>,
    test: ast::ExprId,
    body: impl FnOnce(&mut Expander<'_>) -> ExprId,
    catch: Option<&Catch>,
) -> ExprId {
    let test = cx.expr(test);
    let body = body(cx);
    let turn = cx.escape("__continue", body, None);
    let yes = cx.noun("true");
    let turn = cx.seq(vec![turn, yes]);
    let no = cx.noun("false");
    let again = cx.if_else(test, turn, no);
    let boolean = cx.noun("boolean");
    let closure = cx.closure(None, vec![], Some(boolean), again);
    let run = cx.call_helper("__loop", "run", vec![closure]);
    let catch = optional_catch(cx, catch);
    cx.escape("__break", run, catch)
}
