//! Expressions. Each leaves exactly one operand.

use super::{Compiler, Exit, Place};
use crate::code::{Arith, Compare, Const, Handling, Held, Op};
use std::sync::Arc;
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, Integer, Literal, Name, Pattern, PatternId};
use syntax::scope::{Binder, DefinitionId};

impl Compiler<'_> {
    pub(super) fn expr(&mut self, id: ExprId) {
        let outside = self.at;
        self.at = id;
        deep(|| self.expr_here(id));
        self.at = outside;
    }

    fn expr_here(&mut self, id: ExprId) {
        match self.program.expr(id) {
            Expr::Literal(it) => self.literal(it),
            Expr::Noun(noun) => self.noun(id, noun),
            Expr::Assign { noun, value } => self.assign(id, noun, *value),
            Expr::Binding(noun) => self.binding(id, noun),
            Expr::Call { recipient, verb, args } => self.call(id, *recipient, verb, args),
            Expr::Catch { attempt, pattern, catcher } => {
                self.boxed(|cx| cx.catch(*attempt, *pattern, *catcher));
            }
            Expr::Define { pattern, ejector, value } => self.define(*pattern, *ejector, *value),
            Expr::Escape { pattern, body, catch } => self.boxed(|cx| cx.escape(*pattern, *body, *catch)),
            Expr::Finally { attempt, unwinder } => self.boxed(|cx| cx.finally(*attempt, *unwinder)),
            Expr::Hide(it) => self.boxed(|cx| cx.expr(*it)),
            Expr::If { test, then, otherwise } => self.boxed(|cx| cx.branch(*test, *then, *otherwise)),
            Expr::MetaContext => {
                let prefix = self.f.prefix.clone();
                let at = self.text(&prefix);
                self.push(Op::MetaContext(at));
            }
            Expr::MetaState => self.meta_state(),
            Expr::Object(it) => self.object(*it),
            Expr::Seq(it) => self.sequence(it),
            Expr::QuasiLiteral(n) => self.fail(&format!("a hole ${{{n}}} is no expression")),
            Expr::QuasiPattern(n) => self.fail(&format!("a hole @{{{n}}} is no expression")),
        }
    }

    /// Compiles something whose definitions are not seen after it.
    pub(super) fn boxed(&mut self, it: impl FnOnce(&mut Self)) {
        let visible = self.f.visible.len();
        it(self);
        self.f.visible.truncate(visible);
    }

    pub(super) fn sequence(&mut self, exprs: &[ExprId]) {
        let Some((last, first)) = exprs.split_last() else {
            self.push(Op::Null);
            return;
        };
        for it in first {
            self.expr(*it);
            self.take(Op::Pop, 1);
        }
        self.expr(*last);
    }

    /// Throws a text where a value should be.
    fn fail(&mut self, text: &str) {
        let at = self.text(text);
        self.push(Op::Fail(at));
    }

    fn literal(&mut self, it: &Literal) {
        match it {
            Literal::Null => self.push(Op::Null),
            Literal::Int(Integer::Small(it)) => self.push_value((*it).into()),
            Literal::Int(Integer::Big { digits, radix }) => {
                let big = dashu_int::IBig::from_str_radix(digits, u32::from(*radix)).unwrap_or_default();
                match i64::try_from(&big) {
                    Ok(small) => self.push_value(small.into()),
                    Err(_) => self.constant(Const::Big(Arc::new(big))),
                }
            }
            Literal::Float(it) => self.constant(Const::Float(*it)),
            Literal::Char(it) => self.push_value((*it).into()),
            Literal::Str(it) => self.push_text(it),
        }
    }

    fn constant(&mut self, it: Const) {
        self.consts.push(it);
        self.push(Op::Const(self.consts.len() as u32 - 1));
    }

    fn noun(&mut self, id: ExprId, noun: &Name) {
        match self.find(id, noun) {
            Some((place, held)) => {
                self.load(place);
                self.unwrap(held);
            }
            None => self.fail(&format!("undefined variable: {noun}")),
        }
    }

    fn assign(&mut self, id: ExprId, noun: &Name, value: ExprId) {
        self.expr(value);
        let Some((place, held)) = self.find(id, noun) else {
            self.fail(&format!("undefined variable: {noun}"));
            self.take(Op::Pop, 1);
            return;
        };
        match (held, place) {
            (Held::Value, Place::Local(local)) => self.assign_local(id, local),
            (Held::Value, _) => {
                self.fail(&format!("{noun} is not an assignable variable"));
                self.take(Op::Pop, 1);
            }
            (Held::Slot | Held::Binding, _) => {
                self.push(Op::Dup);
                self.load(place);
                if held == Held::Binding {
                    self.emit(Op::BindingGet);
                }
                self.take(Op::SlotPut, 1);
                self.take(Op::Pop, 1);
            }
        }
    }

    fn assign_local(&mut self, id: ExprId, local: u32) {
        let guard = match self.scopes.binder(id) {
            Binder::Definition(it) => self.f.guards.get(it).copied(),
            Binder::Outer => None,
        };
        match guard {
            None => {
                self.emit(Op::Keep(local));
            }
            Some(guard) => {
                self.push(Op::Dup);
                self.push(Op::Local(guard));
                self.push(Op::Null);
                let site = self.site("coerce", 2);
                self.take(Op::Coerce(site), 2);
                self.take(Op::Store(local), 1);
            }
        }
    }

    fn binding(&mut self, id: ExprId, noun: &Name) {
        let Some((place, held)) = self.find(id, noun) else {
            return self.fail(&format!("undefined variable: {noun}"));
        };
        self.load(place);
        match held {
            Held::Value => {
                self.push(Op::Null);
                self.take(Op::NewBinding, 1);
            }
            Held::Slot => {
                self.emit(Op::BindSlot);
            }
            Held::Binding => {}
        }
    }

    fn universal(&self, id: ExprId, name: &str) -> bool {
        matches!(self.program.expr(id), Expr::Noun(noun) if &**noun == name)
            && *self.scopes.binder(id) == Binder::Outer
            && self.outer.is_universal(name)
    }

    fn call(&mut self, id: ExprId, recipient: ExprId, verb: &Name, args: &[ExprId]) {
        if let Some((_, body)) = super::uses::while_thunk(self.program, self.scopes, self.outer, id) {
            return self.while_loop(body.body);
        }
        if self.leave(recipient, verb, args) || self.built_in(recipient, verb, args) {
            return;
        }
        self.expr(recipient);
        for it in args {
            self.expr(*it);
        }
        let site = self.site(verb, args.len());
        let op = match (&**verb, args.len()) {
            ("add", 1) => Op::Arith(Arith::Add, site),
            ("subtract", 1) => Op::Arith(Arith::Subtract, site),
            ("multiply", 1) => Op::Arith(Arith::Multiply, site),
            ("floorDivide", 1) => Op::Arith(Arith::FloorDivide, site),
            ("remainder", 1) => Op::Arith(Arith::Remainder, site),
            ("mod", 1) => Op::Arith(Arith::Mod, site),
            ("not", 0) => Op::Not(site),
            _ => Op::Call(site),
        };
        self.take(op, args.len() as u32);
    }

    /// What the universal helpers do, without calling them.
    fn built_in(&mut self, recipient: ExprId, verb: &Name, args: &[ExprId]) -> bool {
        if self.universal(recipient, "__comparer") && args.len() == 2 {
            let compare = match &**verb {
                "lessThan" => Compare::Less,
                "leq" => Compare::Leq,
                "geq" => Compare::Geq,
                "greaterThan" => Compare::Greater,
                _ => return false,
            };
            self.expr(args[0]);
            self.expr(args[1]);
            let site = self.site(verb, 2);
            self.take(Op::Compare(compare, site), 1);
            return true;
        }
        if self.universal(recipient, "__equalizer") && &**verb == "sameEver" && args.len() == 2 {
            self.expr(args[0]);
            self.expr(args[1]);
            let site = self.site(verb, 2);
            self.take(Op::Same(site), 1);
            return true;
        }
        if self.universal(recipient, "__makeList") && &**verb == "run" {
            args.iter().for_each(|it| self.expr(*it));
            self.f.depth -= args.len() as u32;
            self.push(Op::MakeList(args.len() as u32));
            return true;
        }
        false
    }

    fn while_loop(&mut self, test_and_body: ExprId) {
        let start = self.here();
        self.expr(test_and_body);
        let end = self.take(Op::JumpIfFalse(0), 1);
        self.emit(Op::Loop(start));
        self.patch(end);
        self.push(Op::Null);
    }

    fn branch(&mut self, test: ExprId, then: ExprId, otherwise: ExprId) {
        self.expr(test);
        let to_else = self.take(Op::JumpIfFalse(0), 1);
        self.expr(then);
        let to_end = self.emit(Op::Jump(0));
        self.f.depth -= 1;
        self.patch(to_else);
        self.expr(otherwise);
        self.patch(to_end);
    }

    fn define(&mut self, pattern: PatternId, ejector: Option<ExprId>, value: ExprId) {
        let ejector = ejector.map(|it| {
            self.expr(it);
            let local = self.local();
            self.take(Op::Store(local), 1);
            local
        });
        self.expr(value);
        self.push(Op::Dup);
        self.matching(pattern, ejector);
    }

    fn catch(&mut self, attempt: ExprId, pattern: PatternId, catcher: ExprId) {
        let (depth, start) = (self.f.depth, self.here());
        self.expr(attempt);
        let end = self.here();
        let done = self.emit(Op::Jump(0));
        let target = self.here();
        self.handler(start, end, target, Handling::Catch, depth);
        self.catching(pattern, catcher, Op::Rethrow);
        self.patch(done);
    }

    /// The unwinder is compiled once: it runs with the value, or the exit, lying under it.
    fn finally(&mut self, attempt: ExprId, unwinder: ExprId) {
        let (depth, start) = (self.f.depth, self.here());
        self.expr(attempt);
        let target = self.here();
        self.handler(start, target, target, Handling::Finally, depth);
        self.expr(unwinder);
        self.take(Op::Pop, 1);
        self.emit(Op::Resume);
    }

    fn escape(&mut self, pattern: PatternId, body: ExprId, catch: Option<(PatternId, ExprId)>) {
        if let Pattern::Final { guard: None, .. } = self.program.pattern(pattern)
            && let Some(id) = self.scopes.by_pattern.get(&pattern)
            && !self.uses.escapes[id.0 as usize]
        {
            return self.escape_by_jump(*id, body, catch);
        }
        let depth = self.f.depth;
        let slot = self.local();
        let name = self.ejector_noun(pattern);
        let name = self.text(&name);
        self.emit(Op::NewEjector { slot, name });
        let start = self.here();
        self.f.open.push(slot);
        self.push(Op::Local(slot));
        self.matching(pattern, None);
        self.expr(body);
        self.f.open.pop();
        let end = self.here();
        self.emit(Op::KillEjector(slot));
        let done = self.emit(Op::Jump(0));
        let target = self.here();
        self.handler(start, end, target, Handling::Escape(slot), depth);
        if let Some((pattern, body)) = catch {
            self.catching(pattern, body, Op::Nothing);
        }
        self.patch(done);
    }

    /// `catch pattern { body }` with the caught value on top. A pattern that refuses it leaves things as they
    /// were: what was thrown is thrown again, what was ejected is the value.
    fn catching(&mut self, pattern: PatternId, body: ExprId, refused: Op) {
        let refusing = !matches!(
            self.program.pattern(pattern),
            Pattern::Ignore | Pattern::Final { guard: None, .. } | Pattern::Var { guard: None, .. }
        );
        if !refusing {
            self.matching(pattern, None);
            return self.expr(body);
        }
        let (depth, slot) = (self.f.depth, self.local());
        let name = self.text("catch");
        self.emit(Op::NewEjector { slot, name });
        let start = self.here();
        self.push(Op::Dup);
        self.f.open.push(slot);
        self.matching(pattern, Some(slot));
        self.f.open.pop();
        let end = self.here();
        self.emit(Op::KillEjector(slot));
        self.take(Op::Pop, 1);
        self.expr(body);
        let done = self.emit(Op::Jump(0));
        let target = self.here();
        self.handler(start, end, target, Handling::Escape(slot), depth);
        self.emit(Op::Pop);
        self.emit(refused);
        self.patch(done);
    }

    fn escape_by_jump(&mut self, id: DefinitionId, body: ExprId, catch: Option<(PatternId, ExprId)>) {
        let open = self.f.open.len();
        self.f.exits.push(Exit { ejector: id, depth: self.f.depth, jumps: Vec::new(), open });
        self.expr(body);
        let Some(exit) = self.f.exits.pop() else { return };
        let done = catch.map(|it| (it, self.emit(Op::Jump(0))));
        for it in exit.jumps {
            self.patch(it);
        }
        if let Some(((pattern, body), done)) = done {
            self.catching(pattern, body, Op::Nothing);
            self.patch(done);
        }
    }

    /// `__return.run(value)` of an ejector that is a jump. Its own value is never seen.
    fn leave(&mut self, recipient: ExprId, verb: &Name, args: &[ExprId]) -> bool {
        let Binder::Definition(id) = self.scopes.binder(recipient) else { return false };
        let known =
            matches!(self.program.expr(recipient), Expr::Noun(_)) && &**verb == "run" && args.len() <= 1;
        let Some(at) = self.f.exits.iter().rposition(|it| it.ejector == *id).filter(|_| known) else {
            return false;
        };
        match args {
            [it] => self.expr(*it),
            _ => self.push(Op::Null),
        }
        let Exit { depth, open, .. } = self.f.exits[at];
        for at in (open..self.f.open.len()).rev() {
            let slot = self.f.open[at];
            self.emit(Op::KillEjector(slot));
        }
        let jump = self.emit(Op::Leave { target: 0, depth });
        self.f.exits[at].jumps.push(jump);
        true
    }
}
