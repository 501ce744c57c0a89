//! Patterns: each takes the specimen from a register, which it leaves alone, and puts its nouns into locals.

use super::{Compiler, Want};
use crate::code::{Held, NO, Op, Reg};
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, Pattern, PatternId};
use syntax::scope::DefinitionId;

impl Compiler<'_> {
    /// Matches what is in `src`; `ejector` is the register that holds the ejector, none means throw.
    pub(super) fn matching(&mut self, id: PatternId, src: Reg, ejector: Option<Reg>) {
        deep(|| self.matching_here(id, src, ejector));
    }

    fn matching_here(&mut self, id: PatternId, src: Reg, ejector: Option<Reg>) {
        match self.program.pattern(id) {
            Pattern::Ignore => {}
            Pattern::List(items) => self.temporarily(|cx| {
                let n = items.len() as Reg;
                let at = cx.temps(n.max(1));
                cx.emit(Op::Move { dst: at, src });
                cx.emit(Op::ListMatch { at, ejector: ejector.unwrap_or(NO), n });
                for (n, it) in items.iter().enumerate() {
                    cx.matching(*it, at + n as Reg, ejector);
                }
            }),
            Pattern::Via { function, pattern } => self.temporarily(|cx| {
                if cx.match_same(*function, *pattern, src, ejector) {
                    return;
                }
                let at = cx.temps(3);
                cx.emit(Op::Move { dst: at + 1, src });
                cx.expr(*function, Want::To(at));
                match ejector {
                    Some(slot) => cx.emit(Op::Ejector { dst: at + 2, slot }),
                    None => cx.emit(Op::Null { dst: at + 2 }),
                };
                let site = cx.site("run", 2);
                match u16::try_from(site) {
                    Ok(site) => cx.emit(Op::Call { dst: at, at, site }),
                    Err(_) => cx.emit(Op::CallWide { at, site }),
                };
                cx.matching(*pattern, at, ejector);
            }),
            Pattern::Binding(_) => {
                if let Some((_, local)) = self.defined(id) {
                    self.emit(Op::Move { dst: local, src });
                }
            }
            Pattern::Final { guard, .. } => self.final_noun(id, *guard, src, ejector),
            Pattern::Var { guard, .. } => self.var_noun(id, *guard, src, ejector),
            Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => self.fail("a hole is no pattern"),
        }
    }

    /// `==value`, which is `via (__matchSame.run(value)) _`.
    fn match_same(&mut self, function: ExprId, pattern: PatternId, src: Reg, ejector: Option<Reg>) -> bool {
        let Expr::Call { recipient, verb, args } = self.program.expr(function) else { return false };
        let ([value], Pattern::Ignore) = (&args[..], self.program.pattern(pattern)) else { return false };
        if &**verb != "run" || !self.universal(*recipient, "__matchSame") {
            return false;
        }
        let outside = std::mem::replace(&mut self.at, function);
        let kept = self.temp();
        self.emit(Op::Move { dst: kept, src });
        let b = self.value(*value, &[]);
        self.emit(Op::MatchSame { a: kept, b, ejector: ejector.unwrap_or(NO) });
        self.at = outside;
        true
    }

    /// The definition a pattern makes, and a fresh local for it.
    fn defined(&mut self, pattern: PatternId) -> Option<(DefinitionId, Reg)> {
        let id = *self.scopes.by_pattern.get(&pattern)?;
        let local = self.local();
        self.settle(id, local);
        Some((id, local))
    }

    /// A definition is kept in this register from now on.
    pub(super) fn settle(&mut self, id: DefinitionId, local: Reg) {
        self.f.places.insert(id, local);
        self.f.visible.push(id);
    }

    /// Coerces `dst` in place; the register of the guard.
    fn coerce(&mut self, guard: ExprId, dst: Reg, ejector: Option<Reg>, keep: bool) -> Reg {
        let at = if keep { self.local() } else { self.temp() };
        self.expr(guard, Want::To(at));
        let op = Op::Coerce { dst, guard: at, ejector: ejector.unwrap_or(NO) };
        self.emit_send(op, "coerce", 2);
        at
    }

    fn final_noun(&mut self, id: PatternId, guard: Option<ExprId>, src: Reg, ejector: Option<Reg>) {
        let held = self.scopes.by_pattern.get(&id).map_or(Held::Value, |it| self.held(*it));
        self.temporarily(|cx| {
            let local = cx.local();
            cx.emit(Op::Move { dst: local, src });
            let kept = guard.map(|it| cx.coerce(it, local, ejector, held == Held::Binding));
            if held == Held::Binding {
                cx.emit(Op::NewBinding { dst: local, src: local, guard: kept.unwrap_or(NO) });
            }
            if let Some(id) = cx.scopes.by_pattern.get(&id) {
                cx.settle(*id, local);
            }
        });
    }

    fn var_noun(&mut self, id: PatternId, guard: Option<ExprId>, src: Reg, ejector: Option<Reg>) {
        let held = self.scopes.by_pattern.get(&id).map_or(Held::Value, |it| self.held(*it));
        let local = self.local();
        self.emit(Op::Move { dst: local, src });
        let kept = guard.map(|it| self.coerce(it, local, ejector, true));
        match (held, kept) {
            (Held::Slot, None) => {
                self.emit(Op::NewVarSlot { dst: local, src: local });
            }
            (Held::Slot, Some(guard)) => {
                self.emit(Op::NewGuardedSlot { dst: local, src: local, guard });
            }
            _ => {}
        }
        let Some(id) = self.scopes.by_pattern.get(&id).copied() else { return };
        if let (Some(guard), Held::Value) = (kept, held) {
            self.f.guards.insert(id, guard);
        }
        self.settle(id, local);
    }

    /// What an ejector is called: the noun that its pattern binds, however deep.
    pub(super) fn ejector_noun(&self, id: PatternId) -> String {
        let mut id = id;
        loop {
            match self.program.pattern(id) {
                Pattern::Final { noun, .. } | Pattern::Var { noun, .. } | Pattern::Binding(noun) => {
                    return noun.to_string();
                }
                Pattern::Via { pattern, .. } => id = *pattern,
                Pattern::List(_) => return "null".to_string(),
                _ => return "_".to_string(),
            }
        }
    }

    /// What an object is called: the noun of its pattern; for `bind x` that is `x`.
    pub(super) fn principal_noun(&self, id: PatternId) -> String {
        let mut id = id;
        let mut bound = None;
        loop {
            match self.program.pattern(id) {
                Pattern::Final { noun, .. } | Pattern::Var { noun, .. } | Pattern::Binding(noun) => {
                    return bound.unwrap_or_else(|| noun.to_string());
                }
                Pattern::Via { function, pattern } => {
                    bound = bound.or_else(|| self.bound_noun(*function));
                    id = *pattern;
                }
                _ => return bound.unwrap_or_else(|| "_".to_string()),
            }
        }
    }

    /// The `x` of `__bind.run(x__Resolver)`.
    fn bound_noun(&self, function: ExprId) -> Option<String> {
        let Expr::Call { recipient, args, .. } = self.program.expr(function) else { return None };
        let (Expr::Noun(bind), Some(first)) = (self.program.expr(*recipient), args.first()) else {
            return None;
        };
        let Expr::Noun(resolver) = self.program.expr(*first) else { return None };
        (&**bind == "__bind").then(|| resolver.strip_suffix("__Resolver").unwrap_or(resolver).to_string())
    }
}
