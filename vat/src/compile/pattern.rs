//! Patterns: each takes the specimen off the operands and leaves its nouns in locals.

use super::Compiler;
use crate::code::{Held, Op};
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, Pattern, PatternId};
use syntax::scope::DefinitionId;

impl Compiler<'_> {
    /// Matches the top operand; `ejector` is the local that holds the ejector, none means throw.
    pub(super) fn matching(&mut self, id: PatternId, ejector: Option<u32>) {
        deep(|| self.matching_here(id, ejector));
    }

    fn matching_here(&mut self, id: PatternId, ejector: Option<u32>) {
        match self.program.pattern(id) {
            Pattern::Ignore => {
                self.take(Op::Pop, 1);
            }
            Pattern::List(items) => {
                self.push_ejector(ejector);
                self.emit(Op::ListMatch(items.len() as u32));
                self.take(Op::ListItems(items.len() as u32), 2);
                self.f.depth += items.len() as u32;
                for it in items {
                    self.matching(*it, ejector);
                }
            }
            Pattern::Via { function, pattern } => {
                self.expr(*function);
                self.push_ejector(ejector);
                let site = self.site("run", 2);
                self.take(Op::Via(site), 2);
                self.matching(*pattern, ejector);
            }
            Pattern::Binding(_) => {
                let local = self.defined(id).map(|(_, local)| local);
                self.store(local);
            }
            Pattern::Final { guard, .. } => self.final_noun(id, *guard, ejector),
            Pattern::Var { guard, .. } => self.var_noun(id, *guard, ejector),
            Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {
                let at = self.text("a hole is no pattern");
                self.emit(Op::Fail(at));
                self.take(Op::Pop, 1);
            }
        }
    }

    fn store(&mut self, local: Option<u32>) {
        match local {
            Some(local) => self.take(Op::Store(local), 1),
            None => self.take(Op::Pop, 1),
        };
    }

    pub(super) fn push_ejector(&mut self, ejector: Option<u32>) {
        match ejector {
            Some(local) => self.push(Op::Local(local)),
            None => self.push(Op::Null),
        }
    }

    /// The definition a pattern makes, and a fresh local for it.
    fn defined(&mut self, pattern: PatternId) -> Option<(DefinitionId, u32)> {
        let id = *self.scopes.by_pattern.get(&pattern)?;
        let local = self.local();
        self.f.places.insert(id, local);
        self.f.visible.push(id);
        Some((id, local))
    }

    /// `specimen → coerced`, the guard kept in a local if it will be wanted again.
    fn coerce(&mut self, guard: ExprId, ejector: Option<u32>, keep: bool) -> Option<u32> {
        self.expr(guard);
        let kept = keep.then(|| {
            let local = self.local();
            self.emit(Op::Keep(local));
            local
        });
        self.push_ejector(ejector);
        let site = self.site("coerce", 2);
        self.take(Op::Coerce(site), 2);
        kept
    }

    fn final_noun(&mut self, id: PatternId, guard: Option<ExprId>, ejector: Option<u32>) {
        let held = self.scopes.by_pattern.get(&id).map_or(Held::Value, |it| self.held(*it));
        let kept = guard.and_then(|it| self.coerce(it, ejector, held == Held::Binding));
        if held == Held::Binding {
            match kept {
                Some(guard) => self.push(Op::Local(guard)),
                None => self.push(Op::Null),
            }
            self.take(Op::NewBinding, 1);
        }
        let local = self.defined(id).map(|(_, local)| local);
        self.store(local);
    }

    fn var_noun(&mut self, id: PatternId, guard: Option<ExprId>, ejector: Option<u32>) {
        let held = self.scopes.by_pattern.get(&id).map_or(Held::Value, |it| self.held(*it));
        let kept = guard.and_then(|it| self.coerce(it, ejector, true));
        match (held, kept) {
            (Held::Slot, None) => {
                self.emit(Op::NewVarSlot);
            }
            (Held::Slot, Some(guard)) => {
                self.push(Op::Local(guard));
                self.take(Op::NewGuardedSlot, 1);
            }
            _ => {}
        }
        let defined = self.defined(id);
        if let (Some((id, _)), Some(guard), Held::Value) = (defined, kept, held) {
            self.f.guards.insert(id, guard);
        }
        self.store(defined.map(|(_, local)| local));
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
