//! Ejectors that are used when their extent is over: in what a later turn runs.

use super::{Mistake, Reading};
use rustc_hash::FxHashSet;
use syntax::kernel_e::{Expr, ExprId};
use syntax::scope::{Binder, DefinitionId};

/// Every use of an ejector in a closure that is handed to a `when`, a send or the clock; or in the message itself.
pub(super) fn outlived(cx: &Reading<'_>) -> Vec<Mistake> {
    let ejectors: FxHashSet<DefinitionId> =
        cx.program.exprs.iter().filter_map(|it| ejector(cx, it)).collect();
    let mut found: Vec<Mistake> = Vec::new();
    for index in 0..cx.program.exprs.len() {
        for it in later(cx, ExprId(index as u32)) {
            match cx.program.expr(it) {
                Expr::Object(object) => {
                    for capture in cx.scopes.captures(*object) {
                        if let Binder::Definition(id) = capture.binder
                            && ejectors.contains(&id)
                        {
                            let (at, noun) = (capture.first_use, capture.noun.clone());
                            found.push(Mistake::DeadEjector { at, noun });
                        }
                    }
                }
                Expr::Noun(noun) if cx.definition(it).is_some_and(|it| ejectors.contains(&it)) => {
                    found.push(Mistake::DeadEjector { at: it, noun: noun.clone() });
                }
                _ => {}
            }
        }
    }
    let mut told = FxHashSet::default();
    found.retain(|it| !matches!(it, Mistake::DeadEjector { at, .. } if !told.insert(*at)));
    found
}

/// The name under which an `escape` has its ejector.
fn ejector(cx: &Reading<'_>, it: &Expr) -> Option<DefinitionId> {
    let Expr::Escape { pattern, .. } = it else { return None };
    cx.plain(*pattern)
}

/// What a call leaves for a later turn.
fn later(cx: &Reading<'_>, it: ExprId) -> Vec<ExprId> {
    if let Some(sent) = cx.sent(it) {
        return sent.args.to_vec();
    }
    if let Some(reactor) = cx.reactor(it) {
        return vec![reactor];
    }
    match cx.program.expr(it) {
        Expr::Call { recipient, args, .. } if cx.is_clock(*recipient) => args.clone(),
        _ => Vec::new(),
    }
}
