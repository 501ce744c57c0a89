//! Tests: code that goes on when something is true and jumps when it is false.

use super::{Compiler, Want};
use crate::code::{Op, Reg};
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, Integer, Literal};

impl Compiler<'_> {
    /// Goes on when `test` is true; the jumps are taken when it is false.
    pub(super) fn unless(&mut self, test: ExprId) -> Vec<usize> {
        let outside = self.at;
        self.at = test;
        let jumps = deep(|| self.unless_here(test));
        self.at = outside;
        jumps
    }

    fn unless_here(&mut self, test: ExprId) -> Vec<usize> {
        match self.program.expr(test) {
            Expr::Noun(_) if self.universal(test, "true") => Vec::new(),
            Expr::Noun(_) if self.universal(test, "false") => vec![self.jump()],
            Expr::Seq(exprs) => {
                if let Some(logic) = self.flowing(exprs) {
                    return self.before_and_flow(&logic);
                }
                let Some((last, first)) = exprs.split_last() else { return self.unless_value(test) };
                if self.is_for_loop(test) {
                    return self.unless_value(test);
                }
                for it in first {
                    self.expr(*it, Want::Nothing);
                }
                self.unless(*last)
            }
            Expr::Hide(it) => self.boxed(|cx| cx.unless(*it)),
            Expr::If { test, then, otherwise } => self.boxed(|cx| {
                let to_else = cx.unless(*test);
                let mut to_false = cx.unless(*then);
                if cx.universal(*otherwise, "false") {
                    to_false.extend(to_else);
                    return to_false;
                }
                let to_true = cx.jump();
                cx.patch_all(to_else);
                to_false.extend(cx.boxed(|cx| cx.unless(*otherwise)));
                cx.patch(to_true);
                to_false
            }),
            Expr::Call { recipient, verb, args } => match (&**verb, &args[..]) {
                ("not", []) if let Some((a, b)) = self.sameness(*recipient) => {
                    vec![self.unless_same(a, b, true)]
                }
                ("not", []) if self.is_surely_boolean(*recipient) => {
                    let to_true = self.unless(*recipient);
                    let to_false = self.jump();
                    self.patch_all(to_true);
                    vec![to_false]
                }
                ("not", []) => self.temporarily(|cx| {
                    let src = cx.value(*recipient, &[]);
                    vec![cx.emit_send(Op::UnlessNot { src, target: 0 }, "not", 0)]
                }),
                (verb, [a, b]) if !self.wide && self.universal(*recipient, "__comparer") => {
                    match self.unless_compared(verb, *a, *b) {
                        Some(it) => vec![it],
                        None => self.unless_value(test),
                    }
                }
                ("sameEver", [a, b]) if !self.wide && self.universal(*recipient, "__equalizer") => {
                    vec![self.unless_same(*a, *b, false)]
                }
                _ => self.unless_value(test),
            },
            _ => self.unless_value(test),
        }
    }

    fn unless_value(&mut self, test: ExprId) -> Vec<usize> {
        self.temporarily(|cx| {
            let src = cx.value(test, &[]);
            vec![cx.emit(Op::JumpUnless { src, target: 0 })]
        })
    }

    fn is_surely_boolean(&self, id: ExprId) -> bool {
        match self.program.expr(id) {
            Expr::Call { recipient, verb, args } => {
                &**verb == "sameEver" && args.len() == 2 && self.universal(*recipient, "__equalizer")
            }
            Expr::Seq(exprs) => self.flowing(exprs).is_some(),
            _ => false,
        }
    }

    /// A small integer that is written here.
    pub(super) fn small(&self, id: ExprId) -> Option<i16> {
        match self.program.expr(id) {
            Expr::Literal(Literal::Int(Integer::Small(it))) => i16::try_from(*it).ok(),
            Expr::Call { recipient, verb, args } if &**verb == "negate" && args.is_empty() => {
                match self.program.expr(*recipient) {
                    Expr::Literal(Literal::Int(Integer::Small(it))) => i16::try_from(-*it).ok(),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn unless_compared(&mut self, verb: &str, a: ExprId, b: ExprId) -> Option<usize> {
        if !["lessThan", "leq", "geq", "greaterThan"].contains(&verb) {
            return None;
        }
        Some(self.temporarily(|cx| {
            let a = cx.value(a, &[b]);
            let op = match cx.small(b) {
                Some(b) => match verb {
                    "lessThan" => Op::UnlessLessInt { a, b, by: 0 },
                    "leq" => Op::UnlessLeqInt { a, b, by: 0 },
                    "geq" => Op::UnlessGeqInt { a, b, by: 0 },
                    _ => Op::UnlessGreaterInt { a, b, by: 0 },
                },
                None => {
                    let b: Reg = cx.value(b, &[]);
                    match verb {
                        "lessThan" => Op::UnlessLess { a, b, by: 0 },
                        "leq" => Op::UnlessLeq { a, b, by: 0 },
                        "geq" => Op::UnlessGeq { a, b, by: 0 },
                        _ => Op::UnlessGreater { a, b, by: 0 },
                    }
                }
            };
            cx.emit_send(op, verb, 2)
        }))
    }

    fn is_null(&self, id: ExprId) -> bool {
        matches!(self.program.expr(id), Expr::Literal(Literal::Null)) || self.universal(id, "null")
    }

    /// `a == b`, as a test that can be short.
    fn sameness(&self, id: ExprId) -> Option<(ExprId, ExprId)> {
        match self.program.expr(id) {
            Expr::Call { recipient, verb, args } if !self.wide && &**verb == "sameEver" => match args[..] {
                [a, b] if self.universal(*recipient, "__equalizer") => Some((a, b)),
                _ => None,
            },
            _ => None,
        }
    }

    fn unless_same(&mut self, a: ExprId, b: ExprId, different: bool) -> usize {
        self.temporarily(|cx| {
            let a = cx.value(a, &[b]);
            let op = match (cx.small(b), different) {
                (Some(b), false) => Op::UnlessSameInt { a, b, by: 0 },
                (Some(b), true) => Op::IfSameInt { a, b, by: 0 },
                (None, _) if cx.is_null(b) && different => Op::IfNull { a, by: 0 },
                (None, _) if cx.is_null(b) => Op::UnlessNull { a, by: 0 },
                (None, false) => Op::UnlessSame { a, b: cx.value(b, &[]), by: 0 },
                (None, true) => Op::IfSame { a, b: cx.value(b, &[]), by: 0 },
            };
            cx.emit_send(op, "sameEver", 2)
        })
    }
}
