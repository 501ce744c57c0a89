//! What a loop reads and nothing changes: float constants, ints that are sent messages, what the object closes
//! over. It is put into registers once, before the outermost loop of a method.

use super::{Compiler, Place};
use crate::code::{Held, Op, Reg};
use syntax::kernel_e::{Expr, ExprId, Integer, Literal};

/// How many registers a loop may take for it.
const MOST: usize = 12;
/// How much of a loop is looked through.
const BUDGET: usize = 4096;

/// What a register has been given before a loop.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Hoisted {
    Int(i64),
    /// A float's bits.
    Float(u64),
    Capture(u32),
}

impl Compiler<'_> {
    /// Compiles a loop whose parts are `exprs`.
    pub(super) fn hoisting(&mut self, exprs: &[ExprId], body: impl FnOnce(&mut Self)) {
        if !self.f.hoisted.is_empty() {
            return body(self);
        }
        self.boxed(|cx| {
            for it in cx.steady(exprs) {
                let dst = cx.local();
                let op = match it {
                    Hoisted::Int(it) => cx.value_op(dst, it.into()),
                    Hoisted::Float(it) => cx.constant(dst, crate::code::Const::Float(f64::from_bits(it))),
                    Hoisted::Capture(at) => Op::Capture { dst, at },
                };
                cx.emit(op);
                cx.f.hoisted.push((it, dst));
            }
            body(cx);
            cx.f.hoisted.clear();
        });
    }

    /// The register that has it, within a loop.
    pub(super) fn hoisted(&self, it: Hoisted) -> Option<Reg> {
        self.f.hoisted.iter().find(|known| known.0 == it).map(|it| it.1)
    }

    /// What is worth a register, in the order it is met.
    fn steady(&self, exprs: &[ExprId]) -> Vec<Hoisted> {
        let mut found: Vec<Hoisted> = Vec::new();
        let mut left = BUDGET;
        super::shape::each_within(self.program, exprs, |id, it| {
            left -= 1;
            let mut add = |it: Option<Hoisted>| {
                if let Some(it) = it.filter(|it| !found.contains(it)) {
                    found.push(it);
                }
            };
            match it {
                Expr::Noun(noun) => {
                    if let Some((Place::Capture(at), Held::Value)) = self.find(id, noun) {
                        add(Some(Hoisted::Capture(at)));
                    }
                }
                Expr::Call { recipient, args, .. } => {
                    add(self.steady_literal(*recipient));
                    args.iter().for_each(|it| add(self.steady_float(*it)));
                }
                _ => {}
            }
            left > 0 && found.len() < MOST
        });
        found
    }

    fn steady_float(&self, id: ExprId) -> Option<Hoisted> {
        match self.program.expr(id) {
            Expr::Literal(Literal::Float(it)) => Some(Hoisted::Float(it.to_bits())),
            _ => None,
        }
    }

    /// A literal that is sent something, and what it is known as in a register.
    pub(super) fn steady_literal(&self, id: ExprId) -> Option<Hoisted> {
        match self.program.expr(id) {
            Expr::Literal(Literal::Int(Integer::Small(it))) => Some(Hoisted::Int(*it)),
            _ => self.steady_float(id),
        }
    }
}
