//! Branches, exits, `switch`, `try` and `escape`.

use super::Expander;
use crate::ast::{self, Block, Catch, Else, ExitKind};
use crate::kernel_e::{Expr, ExprId, Name, PatternId};

/// `if (t) { a }`  ⇒  `if (t) { a } else { null }`
pub(super) fn if_else(
    cx: &mut Expander<'_>,
    test: ast::ExprId,
    then: &Block,
    otherwise: Option<&Else>,
) -> ExprId {
    let test = cx.expr(test);
    let then = cx.block(then);
    let otherwise = match otherwise {
        Some(Else::Block(block)) => cx.block(block),
        Some(Else::If(it)) => cx.expr(*it),
        None => cx.null(),
    };
    cx.if_else(test, then, otherwise)
}

/// `return e`  ⇒  `__return.run(e)`;  `break`  ⇒  `__break.run()`
pub(super) fn exit(cx: &mut Expander<'_>, kind: ExitKind, value: Option<ast::ExprId>) -> ExprId {
    let ejector = match kind {
        ExitKind::Break => "__break",
        ExitKind::Continue => "__continue",
        ExitKind::Return | ExitKind::Caret => "__return",
    };
    let value = cx.optional(value);
    cx.call_helper(ejector, "run", value.into_iter().collect())
}

/// `escape ej { b } catch p { c }` is Kernel-E.
pub(super) fn escape(
    cx: &mut Expander<'_>,
    ejector: ast::PatternId,
    body: &Block,
    catch: Option<&Catch>,
) -> ExprId {
    let pattern = cx.pattern(ejector);
    let body = cx.block(body);
    let catch = optional_catch(cx, catch);
    cx.add(Expr::Escape { pattern, body, catch })
}

pub(super) fn optional_catch(cx: &mut Expander<'_>, catch: Option<&Catch>) -> Option<(PatternId, ExprId)> {
    catch.map(|it| (cx.pattern(it.pattern), cx.block(&it.body)))
}

/// `try { a } catch p { b } finally { d }`  ⇒  `try { try { a } catch p { b } } finally { d }`
pub(super) fn try_block(
    cx: &mut Expander<'_>,
    body: &Block,
    catches: &[Catch],
    finally: Option<&Block>,
) -> ExprId {
    let body = cx.block(body);
    guarded(cx, body, catches, finally)
}

/// Each further `catch` also guards the clause before it; `finally` guards them all.
pub(super) fn guarded(
    cx: &mut Expander<'_>,
    body: ExprId,
    catches: &[Catch],
    finally: Option<&Block>,
) -> ExprId {
    let mut attempt = body;
    for catch in catches {
        let pattern = cx.pattern(catch.pattern);
        let catcher = cx.block(&catch.body);
        attempt = cx.add(Expr::Catch { attempt, pattern, catcher });
    }
    match finally {
        Some(unwinder) => {
            let unwinder = cx.block(unwinder);
            cx.add(Expr::Finally { attempt, unwinder })
        }
        None => attempt,
    }
}

/// `switch (s) { match p { a } }`  ⇒  `{ def specimen# := s; escape next# { def p exit next# := specimen#; a } catch failure# { __switchFailed.run(specimen#, failure#) } }`
pub(super) fn switch(cx: &mut Expander<'_>, specimen: ast::ExprId, cases: &[ast::Matcher]) -> ExprId {
    let value = cx.expr(specimen);
    let specimen = cx.temporary("specimen");
    let next = cx.temporary("next");
    let failures: Vec<Name> = cases.iter().map(|_| cx.temporary("failure")).collect();
    let define = cx.define_name(&specimen, value);

    let nouns = std::iter::once(&specimen).chain(&failures);
    let args = nouns.map(|it| cx.noun(it.clone())).collect();
    let mut otherwise = cx.call_helper("__switchFailed", "run", args);
    for (case, failure) in cases.iter().zip(&failures).rev() {
        otherwise = cx.at(case.range, |cx| {
            let pattern = cx.pattern(case.pattern);
            let ejector = cx.noun(next.clone());
            let specimen = cx.noun(specimen.clone());
            let matching = cx.define(pattern, Some(ejector), specimen);
            let body = cx.block(&case.body);
            let attempt = cx.seq(vec![matching, body]);
            let failed = cx.final_pattern(failure.clone());
            cx.escape(next.clone(), attempt, Some((failed, otherwise)))
        });
    }
    let body = cx.seq(vec![define, otherwise]);
    cx.hide(body)
}
