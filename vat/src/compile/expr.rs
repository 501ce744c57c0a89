//! Expressions: each brings its value to where it is wanted.

use super::hoist::Hoisted;
use super::{Compiler, Place, Want};
use crate::code::{Const, Held, NO, Op, Reg};
use std::sync::Arc;
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, Integer, Literal, Name, Pattern, PatternId};
use syntax::scope::{Binder, DefinitionKind};

impl Compiler<'_> {
    pub(super) fn expr(&mut self, id: ExprId, want: Want) {
        let outside = self.at;
        self.at = id;
        deep(|| self.expr_here(id, want));
        self.at = outside;
    }

    fn expr_here(&mut self, id: ExprId, want: Want) {
        match self.program.expr(id) {
            Expr::Literal(it) => self.literal(it, want),
            Expr::Noun(noun) => self.noun(id, noun, want),
            Expr::Assign { noun, value } => self.assign(id, noun, *value, want),
            Expr::Binding(noun) => self.binding(id, noun, want),
            Expr::Call { recipient, verb, args } => self.call(id, *recipient, verb, args, want),
            Expr::Catch { attempt, pattern, catcher } => {
                self.boxed(|cx| cx.catch(*attempt, *pattern, *catcher, want));
            }
            Expr::Define { pattern, ejector, value } => self.define(*pattern, *ejector, *value, want),
            Expr::Escape { pattern, body, catch } => {
                self.boxed(|cx| cx.escape(*pattern, *body, *catch, want));
            }
            Expr::Finally { attempt, unwinder } => self.boxed(|cx| cx.finally(*attempt, *unwinder, want)),
            Expr::Hide(it) => self.boxed(|cx| cx.expr(*it, want)),
            Expr::If { test, then, otherwise } => {
                self.boxed(|cx| cx.branch(*test, *then, *otherwise, want));
            }
            Expr::MetaContext => {
                let prefix = self.f.prefix.clone();
                let at = self.text(&prefix);
                self.give(want, |_, dst| Op::MetaContext { dst, at });
            }
            Expr::MetaState => self.meta_state(want),
            Expr::Object(it) => self.object(*it, want),
            Expr::Seq(it) => self.sequence(id, it, want),
            Expr::QuasiLiteral(n) => self.fail(&format!("a hole ${{{n}}} is no expression")),
            Expr::QuasiPattern(n) => self.fail(&format!("a hole @{{{n}}} is no expression")),
        }
    }

    fn sequence(&mut self, id: ExprId, exprs: &[ExprId], want: Want) {
        if let Some(it) = super::shape::for_loop(self.program, self.scopes, self.outer, id) {
            self.for_loop(&it);
            return self.give(want, |_, dst| Op::Null { dst });
        }
        if let Some(logic) = self.flowing(exprs) {
            for it in logic.before {
                self.expr(*it, Want::Nothing);
            }
            return self.flow_value(&logic, want);
        }
        let Some((last, first)) = exprs.split_last() else {
            return self.give(want, |_, dst| Op::Null { dst });
        };
        for it in first {
            self.expr(*it, Want::Nothing);
        }
        self.expr(*last, want);
    }

    fn literal(&mut self, it: &Literal, want: Want) {
        if want == Want::Nothing {
            return;
        }
        self.give(want, |cx, dst| match it {
            Literal::Null => Op::Null { dst },
            Literal::Int(Integer::Small(it)) => cx.value_op(dst, (*it).into()),
            Literal::Int(Integer::Big { digits, radix }) => {
                let big = dashu_int::IBig::from_str_radix(digits, u32::from(*radix)).unwrap_or_default();
                match i64::try_from(&big) {
                    Ok(small) => cx.value_op(dst, small.into()),
                    Err(_) => cx.constant(dst, Const::Big(Arc::new(big))),
                }
            }
            Literal::Float(it) => cx.constant(dst, Const::Float(*it)),
            Literal::Char(it) => cx.value_op(dst, (*it).into()),
            Literal::Str(it) => {
                let at = cx.text(it);
                Op::Const { dst, at }
            }
        });
    }

    fn noun(&mut self, id: ExprId, noun: &Name, want: Want) {
        let Some((place, held)) = self.find(id, noun) else {
            return self.fail(&format!("undefined variable: {noun}"));
        };
        match (place, held, want) {
            (_, Held::Value, Want::Nothing) => {}
            (Place::Local(src), Held::Value, _) => self.hand_over(want, src),
            (_, _, Want::To(dst)) => self.noun_to(dst, place, held),
            _ => self.scratch(|cx, dst| {
                cx.noun_to(dst, place, held);
                cx.hand_over(want, dst);
            }),
        }
    }

    fn noun_to(&mut self, dst: Reg, place: Place, held: Held) {
        match (place, held) {
            (Place::Local(src), Held::Slot) => {
                self.emit_send(Op::SlotGet { dst, src }, "get", 0);
            }
            (Place::Capture(at), Held::Slot) => {
                self.emit_send(Op::CaptureGet { dst, at }, "get", 0);
            }
            _ => {
                self.load(dst, place);
                self.unwrap(dst, held);
            }
        }
    }

    /// The value in a register: the noun's own, if what is evaluated `before` it is used cannot change it.
    pub(super) fn value(&mut self, id: ExprId, before: &[ExprId]) -> Reg {
        if let Expr::Noun(noun) = self.program.expr(id)
            && let Some((Place::Local(it), Held::Value)) = self.find(id, noun)
            && (self.is_final(id) || before.iter().all(|it| self.is_calm(*it, &mut 40)))
        {
            return it;
        }
        if let Some(it) = self.hoisted_value(id) {
            return it;
        }
        let temp = self.temp();
        self.expr(id, Want::To(temp));
        temp
    }

    /// The register that an expression's value is in already, because a loop reads it.
    fn hoisted_value(&self, id: ExprId) -> Option<Reg> {
        if self.f.hoisted.is_empty() {
            return None;
        }
        match self.program.expr(id) {
            Expr::Noun(noun) => match self.find(id, noun)? {
                (Place::Capture(at), Held::Value) => self.hoisted(Hoisted::Capture(at)),
                _ => None,
            },
            _ => self.hoisted(self.steady_literal(id)?),
        }
    }

    fn is_final(&self, noun: ExprId) -> bool {
        match self.scopes.binder(noun) {
            Binder::Definition(it) => {
                !self.f.aliases.contains_key(it)
                    && !matches!(self.scopes.definition(*it).kind, DefinitionKind::Var { .. })
            }
            Binder::Outer => true,
        }
    }

    /// Does evaluating this surely change no local?
    fn is_calm(&self, id: ExprId, budget: &mut u32) -> bool {
        let Some(left) = budget.checked_sub(1) else { return false };
        *budget = left;
        match self.program.expr(id) {
            Expr::Literal(_) | Expr::Noun(_) | Expr::Binding(_) | Expr::MetaContext => true,
            Expr::Call { recipient, args, .. } => {
                self.is_calm(*recipient, budget) && args.iter().all(|it| self.is_calm(*it, budget))
            }
            _ => false,
        }
    }

    fn assign(&mut self, id: ExprId, noun: &Name, value: ExprId, want: Want) {
        let found = self.find(id, noun);
        if let (Some((Place::Local(local), Held::Value)), None) = (found, self.guard_of(id)) {
            if matches!(self.program.expr(value), Expr::Call { .. } | Expr::Literal(_) | Expr::Noun(_)) {
                self.expr(value, Want::To(local));
            } else {
                self.scratch(|cx, temp| {
                    cx.expr(value, Want::To(temp));
                    cx.emit(Op::Move { dst: local, src: temp });
                });
            }
            return self.hand_over(want, local);
        }
        self.temporarily(|cx| {
            let value = cx.value(value, &[]);
            cx.put(id, noun, value);
            cx.hand_over(want, value);
        });
    }

    /// Puts a value into what a noun is held in.
    fn put(&mut self, id: ExprId, noun: &Name, value: Reg) {
        let guard = self.guard_of(id);
        match self.find(id, noun) {
            None => self.fail(&format!("undefined variable: {noun}")),
            Some((Place::Local(local), Held::Value)) => self.scratch(|cx, coerced| {
                cx.emit(Op::Move { dst: coerced, src: value });
                if let Some(guard) = guard {
                    cx.emit_send(Op::Coerce { dst: coerced, guard, ejector: NO }, "coerce", 2);
                }
                cx.emit(Op::Move { dst: local, src: coerced });
            }),
            Some((Place::Capture(at), Held::Field)) => {
                self.emit(Op::CaptureSet { value, at });
            }
            Some((_, Held::Value | Held::Field)) => {
                self.fail(&format!("{noun} is not an assignable variable"))
            }
            Some((Place::Local(slot), Held::Slot)) => {
                self.emit_send(Op::SlotPut { slot, value }, "put", 1);
            }
            Some((Place::Capture(at), Held::Slot)) => {
                self.emit_send(Op::CapturePut { value, at }, "put", 1);
            }
            Some((place, held)) => self.scratch(|cx, slot| {
                cx.load(slot, place);
                if held == Held::Binding {
                    cx.emit_send(Op::BindingGet { dst: slot, src: slot }, "get", 0);
                }
                cx.emit_send(Op::SlotPut { slot, value }, "put", 1);
            }),
        }
    }

    /// The register with the guard of an unboxed variable.
    fn guard_of(&self, id: ExprId) -> Option<Reg> {
        let Binder::Definition(it) = self.scopes.binder(id) else { return None };
        self.f.guards.get(&self.original(*it)).copied()
    }

    fn binding(&mut self, id: ExprId, noun: &Name, want: Want) {
        let Some((place, held)) = self.find(id, noun) else {
            return self.fail(&format!("undefined variable: {noun}"));
        };
        self.give(want, |cx, dst| {
            cx.load(dst, place);
            match held {
                Held::Value | Held::Field => Op::NewBinding { dst, src: dst, guard: NO },
                Held::Slot => Op::BindSlot { dst, src: dst },
                Held::Binding => Op::Move { dst, src: dst },
            }
        });
    }

    fn branch(&mut self, test: ExprId, then: ExprId, otherwise: ExprId, want: Want) {
        let to_else = self.unless(test);
        self.expr(then, want);
        if want == Want::Nothing && self.is_idle(otherwise) {
            return self.patch_all(to_else);
        }
        let to_end = (want != Want::Return).then(|| self.jump());
        self.patch_all(to_else);
        self.boxed(|cx| cx.expr(otherwise, want));
        self.patch_all(to_end.into_iter().collect());
    }

    /// Is there nothing to do where the value is not wanted?
    pub(super) fn is_idle(&self, id: ExprId) -> bool {
        matches!(self.program.expr(id), Expr::Literal(_)) || self.universal(id, "null")
    }

    /// `x`, a noun that every program is born with.
    pub(super) fn universal(&self, id: ExprId, name: &str) -> bool {
        super::shape::universal(self.program, self.scopes, self.outer, id, name)
    }

    fn define(&mut self, pattern: PatternId, ejector: Option<ExprId>, value: ExprId, want: Want) {
        self.temporarily(|cx| {
            let ejector = ejector.and_then(|it| cx.exit_of(it, pattern));
            if let Some(src) = cx.same_noun(pattern, value) {
                return cx.hand_over(want, src);
            }
            if let Pattern::Final { guard: None, .. } | Pattern::Var { guard: None, .. } =
                cx.program.pattern(pattern)
                && let Some(id) = cx.scopes.by_pattern.get(&pattern).copied()
                && cx.held(id) == Held::Value
            {
                let local = cx.local();
                cx.expr(value, Want::To(local));
                cx.settle(id, local);
                return cx.hand_over(want, local);
            }
            if let Pattern::Ignore = cx.program.pattern(pattern) {
                return cx.expr(value, want);
            }
            let value = cx.value(value, &[]);
            // What the pattern changes is not the value.
            let kept = if want == Want::Nothing { value } else { cx.temp() };
            cx.hand_over(Want::To(kept), value);
            cx.matching(pattern, kept, ejector);
            cx.hand_over(want, kept);
        });
    }

    /// `def y := x` of two nouns that never change: `y` is where `x` is.
    fn same_noun(&mut self, pattern: PatternId, value: ExprId) -> Option<Reg> {
        let (Pattern::Final { guard: None, .. }, Expr::Noun(noun)) =
            (self.program.pattern(pattern), self.program.expr(value))
        else {
            return None;
        };
        let id = *self.scopes.by_pattern.get(&pattern)?;
        let Some((Place::Local(src), Held::Value)) = self.find(value, noun) else { return None };
        if self.held(id) != Held::Value || !self.is_final(value) {
            return None;
        }
        self.settle(id, src);
        Some(src)
    }
}
