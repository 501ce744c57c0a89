//! Some of the expressions of a program as a program of their own, without positions.
//!
//! What is not part of them is left out, and the rest is numbered anew in the old order. So two excerpts are equal
//! if what they say is, wherever it stands and whatever stands around it.

use crate::Expansion;
use crate::kernel_e::{Expr, ExprId, Matcher, Method, Object, ObjectId, Pattern, PatternId, Program, Script};
use crate::parts::{Node, parts};
use crate::source_map::{ObjectRanges, SourceMap};
use text_size::TextRange;

/// The program whose body is `body`.
pub fn excerpt(program: &Program, body: &[ExprId]) -> Program {
    let part = part(program, body);
    let numbers = Numbers {
        exprs: numbered(&part.exprs),
        patterns: numbered(&part.patterns),
        objects: numbered(&part.objects),
    };
    let kept = |all: &[bool]| -> Vec<usize> { (0..all.len()).filter(|it| all[*it]).collect() };
    Program {
        exprs: kept(&part.exprs).into_iter().map(|it| numbers.expr(&program.exprs[it])).collect(),
        patterns: kept(&part.patterns).into_iter().map(|it| numbers.pattern(&program.patterns[it])).collect(),
        objects: kept(&part.objects).into_iter().map(|it| numbers.object(&program.objects[it])).collect(),
        body: body.iter().map(|it| numbers.expr_id(*it)).collect(),
    }
}

/// The nodes that some expressions are made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// By `ExprId`, `PatternId` and `ObjectId`: whether it is one of them.
    pub exprs: Vec<bool>,
    pub patterns: Vec<bool>,
    pub objects: Vec<bool>,
}

/// What `body` is made of.
pub fn part(program: &Program, body: &[ExprId]) -> Part {
    let mut part = Part {
        exprs: vec![false; program.exprs.len()],
        patterns: vec![false; program.patterns.len()],
        objects: vec![false; program.objects.len()],
    };
    let mut todo: Vec<Node> = body.iter().map(|it| Node::Expr(*it)).collect();
    while let Some(it) = todo.pop() {
        let (seen, at) = match it {
            Node::Expr(it) => (&mut part.exprs, it.index()),
            Node::Pattern(it) => (&mut part.patterns, it.index()),
            Node::Object(it) => (&mut part.objects, it.index()),
        };
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        parts(program, it, &mut |it| todo.push(it));
    }
    part
}

impl Expansion {
    /// An expansion of a program that was written nowhere.
    pub fn unplaced(program: Program) -> Expansion {
        let nowhere = TextRange::default();
        let source_map = SourceMap {
            exprs: vec![nowhere; program.exprs.len()],
            patterns: vec![nowhere; program.patterns.len()],
            nouns: vec![None; program.patterns.len()],
            stands_for: vec![None; program.patterns.len()],
            names: vec![None; program.exprs.len()],
            objects: vec![ObjectRanges::default(); program.objects.len()],
        };
        Expansion { program, source_map, errors: Vec::new() }
    }
}

/// By old number: the new one.
fn numbered(kept: &[bool]) -> Vec<u32> {
    let count = |next: &mut u32, kept: &bool| {
        let number = *next;
        *next += u32::from(*kept);
        Some(number)
    };
    kept.iter().scan(0, count).collect()
}

struct Numbers {
    exprs: Vec<u32>,
    patterns: Vec<u32>,
    objects: Vec<u32>,
}

impl Numbers {
    fn expr_id(&self, it: ExprId) -> ExprId {
        ExprId(self.exprs[it.index()])
    }
    fn pattern_id(&self, it: PatternId) -> PatternId {
        PatternId(self.patterns[it.index()])
    }

    fn expr(&self, it: &Expr) -> Expr {
        let mut it = it.clone();
        let e = |it: &mut ExprId| *it = self.expr_id(*it);
        let p = |it: &mut PatternId| *it = self.pattern_id(*it);
        match &mut it {
            Expr::Assign { value, .. } => e(value),
            Expr::Call { recipient, args, .. } => {
                e(recipient);
                args.iter_mut().for_each(e);
            }
            Expr::Catch { attempt, pattern, catcher } => {
                e(attempt);
                p(pattern);
                e(catcher);
            }
            Expr::Define { pattern, ejector, value } => {
                p(pattern);
                ejector.iter_mut().chain([value]).for_each(e);
            }
            Expr::Escape { pattern, body, catch } => {
                p(pattern);
                e(body);
                if let Some((pattern, catcher)) = catch {
                    p(pattern);
                    e(catcher);
                }
            }
            Expr::Finally { attempt, unwinder } => {
                e(attempt);
                e(unwinder);
            }
            Expr::Hide(body) => e(body),
            Expr::If { test, then, otherwise } => [test, then, otherwise].into_iter().for_each(e),
            Expr::Object(it) => *it = ObjectId(self.objects[it.index()]),
            Expr::Seq(subs) => subs.iter_mut().for_each(e),
            Expr::Binding(_)
            | Expr::Literal(_)
            | Expr::MetaContext
            | Expr::MetaState
            | Expr::Noun(_)
            | Expr::QuasiLiteral(_)
            | Expr::QuasiPattern(_) => {}
        }
        it
    }

    fn pattern(&self, it: &Pattern) -> Pattern {
        let mut it = it.clone();
        match &mut it {
            Pattern::List(subs) => subs.iter_mut().for_each(|it| *it = self.pattern_id(*it)),
            Pattern::Via { function, pattern } => {
                *function = self.expr_id(*function);
                *pattern = self.pattern_id(*pattern);
            }
            Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => {
                guard.iter_mut().for_each(|it| *it = self.expr_id(*it));
            }
            Pattern::Ignore | Pattern::Binding(_) | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
        }
        it
    }

    fn object(&self, it: &Object) -> Object {
        let matcher =
            |it: &Matcher| Matcher { pattern: self.pattern_id(it.pattern), body: self.expr_id(it.body) };
        let method = |it: &Method| Method {
            doc: it.doc.clone(),
            verb: it.verb.clone(),
            params: it.params.iter().map(|it| self.pattern_id(*it)).collect(),
            result_guard: it.result_guard.map(|it| self.expr_id(it)),
            body: self.expr_id(it.body),
        };
        Object {
            doc: it.doc.clone(),
            pattern: self.pattern_id(it.pattern),
            as_auditor: it.as_auditor.map(|it| self.expr_id(it)),
            implements: it.implements.iter().map(|it| self.expr_id(*it)).collect(),
            script: match &it.script {
                Script::Plumbing(it) => Script::Plumbing(matcher(it)),
                Script::Methods { methods, matchers } => Script::Methods {
                    methods: methods.iter().map(method).collect(),
                    matchers: matchers.iter().map(matcher).collect(),
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        crate::expand(&crate::parse(text).program).program
    }

    #[test]
    fn what_stands_around_it_does_not_matter() {
        let mint =
            "def mint { to purse(balance :int) { return def purse { to balance() { return balance } } } }";
        let alone = program(mint);
        let among = program(&format!("def [a, b] := [1, 2]; {mint}; mint.purse(3)"));
        assert_eq!(excerpt(&among, &among.body[1..2]), alone);
        assert_eq!(excerpt(&alone, &alone.body), alone);
    }

    #[test]
    fn every_kind_of_node_is_taken_along() {
        let text = "def a := 1; var b :int := 2; b := 3; &&a; def [c, _] exit throw := [1, 2]
            try { a } catch p { p }; try { a } finally { b }; escape e { e(1) } catch q { q }
            if (a == b) { def via (a) x := 3 } else { meta.getState() }
            def o as DeepFrozen implements Data { to run(y) :int { meta.context() } match [v, w] { v } }
            def plumbing match m { m }";
        let all = program(text);
        let printed = crate::print_kernel(&all);
        assert_eq!(crate::print_kernel(&excerpt(&all, &all.body)), printed);
    }
}
