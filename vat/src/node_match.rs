//! Whether one piece of Kernel-E has the shape of another, and what stands where it has holes.

use syntax::kernel_e::{Expr, ExprId, Pattern, PatternId, Program, Script};

/// A pair still to compare.
enum Pair {
    Expr(ExprId, ExprId),
    Pattern(PatternId, PatternId),
}

/// Matches `found` against `wanted`; answers the text that stands in each pattern hole, by number.
pub fn match_programs(wanted: &Program, found: &Program) -> Option<Vec<String>> {
    let mut todo: Vec<Pair> = Vec::new();
    if wanted.body.len() != found.body.len() {
        return None;
    }
    todo.extend(wanted.body.iter().zip(&found.body).map(|(a, b)| Pair::Expr(*a, *b)));
    let mut parts: Vec<(u32, String)> = Vec::new();
    while let Some(pair) = todo.pop() {
        match pair {
            Pair::Expr(a, b) => match wanted.expr(a) {
                Expr::QuasiPattern(number) => parts.push((*number, syntax::print_expr(found, b))),
                it => same_expr(it, found.expr(b), wanted, found, &mut todo)?,
            },
            Pair::Pattern(a, b) => match wanted.pattern(a) {
                Pattern::QuasiPattern(number) => parts.push((*number, syntax::print_pattern(found, b))),
                it => same_pattern(it, found.pattern(b), &mut todo)?,
            },
        }
    }
    parts.sort_by_key(|it| it.0);
    Some(parts.into_iter().map(|it| it.1).collect())
}

fn exprs(a: &[ExprId], b: &[ExprId], todo: &mut Vec<Pair>) -> Option<()> {
    (a.len() == b.len()).then(|| todo.extend(a.iter().zip(b).map(|(a, b)| Pair::Expr(*a, *b))))
}

fn patterns(a: &[PatternId], b: &[PatternId], todo: &mut Vec<Pair>) -> Option<()> {
    (a.len() == b.len()).then(|| todo.extend(a.iter().zip(b).map(|(a, b)| Pair::Pattern(*a, *b))))
}

fn optional(a: Option<ExprId>, b: Option<ExprId>, todo: &mut Vec<Pair>) -> Option<()> {
    match (a, b) {
        (None, None) => Some(()),
        (Some(a), Some(b)) => {
            todo.push(Pair::Expr(a, b));
            Some(())
        }
        _ => None,
    }
}

fn when(it: bool) -> Option<()> {
    it.then_some(())
}

fn same_expr(a: &Expr, b: &Expr, wanted: &Program, found: &Program, todo: &mut Vec<Pair>) -> Option<()> {
    match (a, b) {
        (Expr::Assign { noun, value }, Expr::Assign { noun: other, value: with }) => {
            when(noun == other)?;
            exprs(&[*value], &[*with], todo)
        }
        (Expr::Call { recipient, verb, args }, Expr::Call { recipient: of, verb: other, args: with }) => {
            when(verb == other)?;
            exprs(&[*recipient], &[*of], todo)?;
            exprs(args, with, todo)
        }
        (Expr::Catch { attempt, pattern, catcher }, Expr::Catch { attempt: a, pattern: p, catcher: c }) => {
            exprs(&[*attempt, *catcher], &[*a, *c], todo)?;
            patterns(&[*pattern], &[*p], todo)
        }
        (Expr::Define { pattern, ejector, value }, Expr::Define { pattern: p, ejector: e, value: v }) => {
            patterns(&[*pattern], &[*p], todo)?;
            optional(*ejector, *e, todo)?;
            exprs(&[*value], &[*v], todo)
        }
        (Expr::Escape { pattern, body, catch }, Expr::Escape { pattern: p, body: b, catch: c }) => {
            patterns(&[*pattern], &[*p], todo)?;
            exprs(&[*body], &[*b], todo)?;
            match (catch, c) {
                (None, None) => Some(()),
                (Some((p, e)), Some((q, f))) => {
                    patterns(&[*p], &[*q], todo)?;
                    exprs(&[*e], &[*f], todo)
                }
                _ => None,
            }
        }
        (Expr::Finally { attempt, unwinder }, Expr::Finally { attempt: a, unwinder: u }) => {
            exprs(&[*attempt, *unwinder], &[*a, *u], todo)
        }
        (Expr::Hide(a), Expr::Hide(b)) => exprs(&[*a], &[*b], todo),
        (Expr::If { test, then, otherwise }, Expr::If { test: t, then: n, otherwise: o }) => {
            exprs(&[*test, *then, *otherwise], &[*t, *n, *o], todo)
        }
        (Expr::Seq(a), Expr::Seq(b)) => exprs(a, b, todo),
        (Expr::Object(a), Expr::Object(b)) => {
            let (a, b) = (wanted.object(*a), found.object(*b));
            when(a.doc == b.doc)?;
            patterns(&[a.pattern], &[b.pattern], todo)?;
            optional(a.as_auditor, b.as_auditor, todo)?;
            exprs(&a.implements, &b.implements, todo)?;
            same_script(&a.script, &b.script, todo)
        }
        _ => when(a == b),
    }
}

fn same_script(a: &Script, b: &Script, todo: &mut Vec<Pair>) -> Option<()> {
    match (a, b) {
        (Script::Plumbing(a), Script::Plumbing(b)) => {
            patterns(&[a.pattern], &[b.pattern], todo)?;
            exprs(&[a.body], &[b.body], todo)
        }
        (Script::Methods { methods, matchers }, Script::Methods { methods: ms, matchers: ns }) => {
            when(methods.len() == ms.len() && matchers.len() == ns.len())?;
            for (a, b) in methods.iter().zip(ms) {
                when(a.doc == b.doc && a.verb == b.verb)?;
                patterns(&a.params, &b.params, todo)?;
                optional(a.result_guard, b.result_guard, todo)?;
                exprs(&[a.body], &[b.body], todo)?;
            }
            for (a, b) in matchers.iter().zip(ns) {
                patterns(&[a.pattern], &[b.pattern], todo)?;
                exprs(&[a.body], &[b.body], todo)?;
            }
            Some(())
        }
        _ => None,
    }
}

fn same_pattern(a: &Pattern, b: &Pattern, todo: &mut Vec<Pair>) -> Option<()> {
    match (a, b) {
        (Pattern::List(a), Pattern::List(b)) => patterns(a, b, todo),
        (Pattern::Via { function, pattern }, Pattern::Via { function: f, pattern: p }) => {
            exprs(&[*function], &[*f], todo)?;
            patterns(&[*pattern], &[*p], todo)
        }
        (Pattern::Final { noun, guard }, Pattern::Final { noun: n, guard: g })
        | (Pattern::Var { noun, guard }, Pattern::Var { noun: n, guard: g }) => {
            when(noun == n && std::mem::discriminant(a) == std::mem::discriminant(b))?;
            optional(*guard, *g, todo)
        }
        _ => when(a == b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(wanted: &str, found: &str) -> Option<Vec<String>> {
        let read = |text: &str| syntax::expand(&syntax::parse_quasi(text).program).program;
        match_programs(&read(wanted), &read(found))
    }

    #[test]
    fn holes_take_what_stands_there() {
        assert_eq!(matched("@{0} + @{1}", "purse.balance() + 1").unwrap(), ["purse.balance()", "1"]);
        assert_eq!(matched("@{0} + 1", "a + 2"), None);
        assert_eq!(matched("a.b(@{0})", "a.b()"), None);
    }
}
