//! `while` and `for`: the body is part of the method around it.
//!
//! A `for` loop goes through what it knows by itself. Anything else is asked to `iterate` and given an object
//! that runs the body on the registers of this very frame: see `machine/body.rs`.

use super::shape::For;
use super::{Compiler, Want};
use crate::code::{Op, Reg};
use syntax::kernel_e::{Expr, ExprId, PatternId};

impl Compiler<'_> {
    pub(super) fn is_for_loop(&self, id: ExprId) -> bool {
        super::shape::for_loop(self.program, self.scopes, self.outer, id).is_some()
    }

    /// Ends with a jump back; the value is null.
    pub(super) fn while_loop(&mut self, test_and_body: ExprId, want: Want) {
        self.hoisting(&[test_and_body], |cx| {
            let prefix = cx.enter_closure();
            let start = cx.here();
            let ends = cx.boxed(|cx| cx.unless(test_and_body));
            cx.emit(Op::Loop { target: start });
            cx.patch_all(ends);
            cx.f.prefix = prefix;
        });
        self.give(want, |_, dst| Op::Null { dst });
    }

    /// What is defined in the body is called as if the body were an object's.
    fn enter_closure(&mut self) -> String {
        let inner = format!("{}_$", self.f.prefix);
        std::mem::replace(&mut self.f.prefix, inner)
    }

    pub(super) fn for_loop(&mut self, it: &For<'_>) {
        self.hoisting(it.body, |cx| cx.hoisted_for(it));
    }

    fn hoisted_for(&mut self, it: &For<'_>) {
        self.boxed(|cx| {
            // State, place, value, key, and where the body's caller has its registers.
            let at = cx.locals(5);
            let outside = cx.at;
            cx.at = it.iterate;
            let range = cx.range(it.collection, at);
            if !range {
                cx.expr(it.collection, Want::To(at));
            }
            let start = cx.emit_send(Op::For { at, next: 0 }, "iterate", 1);
            cx.at = outside;
            let body = cx.here();
            let prefix = cx.enter_closure();
            cx.f.loops.push(at);
            cx.param(it.value, at + 2);
            cx.param(it.key, at + 3);
            for it in it.body {
                cx.expr(*it, Want::Nothing);
            }
            cx.f.loops.pop();
            cx.f.prefix = prefix;
            cx.patch(start);
            if range {
                cx.patch(start - 1);
            }
            cx.at = it.iterate;
            let op = match cx.uses_param(it.key) {
                true => Op::NextKeyed { at, body },
                false => Op::Next { at, body },
            };
            cx.emit(op);
            cx.at = outside;
        });
    }

    fn param(&mut self, pattern: PatternId, register: Reg) {
        if let Some(id) = self.scopes.by_pattern.get(&pattern).copied() {
            self.settle(id, register);
        }
    }

    fn uses_param(&self, pattern: PatternId) -> bool {
        self.scopes.by_pattern.get(&pattern).is_none_or(|it| self.uses.read[it.0 as usize])
    }

    /// `a..b` and `a..!b`: the bounds, and no region unless they are no ints.
    fn range(&mut self, collection: ExprId, at: Reg) -> bool {
        let Expr::Call { recipient, verb, args } = self.program.expr(collection) else { return false };
        let till = match &**verb {
            "op__till" => true,
            "op__thru" => false,
            _ => return false,
        };
        let [a, b] = args[..] else { return false };
        if !self.universal(*recipient, "__makeOrderedSpace") {
            return false;
        }
        let outside = std::mem::replace(&mut self.at, collection);
        self.expr(a, Want::To(at));
        self.expr(b, Want::To(at + 1));
        self.emit_send(Op::ForRange { at, till, next: 0 }, verb, 2);
        self.at = outside;
        true
    }
}
