//! `&&`, `||` and `=~` as jumps. Kernel-E has them make lists of bindings and take those apart again; where
//! nobody looks at the bindings, or only where they are surely there, the lists are never made.

use super::shape::{Around, Flow, Logic};
use super::{Compiler, Exit, Want};
use crate::code::{Handling, NO, Op};
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, PatternId};
use syntax::scope::{Binder, DefinitionId};

impl<'a> Compiler<'a> {
    pub(super) fn around(&self) -> Around<'a> {
        Around { program: self.program, scopes: self.scopes, outer: self.outer }
    }

    /// The logic at the end of a sequence, if it can flow: what it is to be known by, and what comes before.
    pub(super) fn flowing(&self, exprs: &'a [ExprId]) -> Option<Logic<'a>> {
        let logic = self.around().logic(exprs)?;
        self.uses.flows.contains(&logic.tree).then_some(logic)
    }

    /// The value of a logical expression; no one wants its nouns.
    pub(super) fn flow_value(&mut self, logic: &Logic<'_>, want: Want) {
        let to_false = self.boxed(|cx| cx.flow(logic.tree, &logic.names));
        if want == Want::Nothing {
            return self.patch_all(to_false);
        }
        self.give(want, |_, dst| Op::Bool { dst, value: true });
        let to_end = (want != Want::Return).then(|| self.jump());
        self.patch_all(to_false);
        self.give(want, |_, dst| Op::Bool { dst, value: false });
        self.patch_all(to_end.into_iter().collect());
    }

    /// Goes on when the tree is true; otherwise jumps.
    pub(super) fn flow(&mut self, id: ExprId, names: &[DefinitionId]) -> Vec<usize> {
        let outside = self.at;
        self.at = id;
        let jumps = deep(|| self.flow_here(id, names));
        self.at = outside;
        jumps
    }

    fn flow_here(&mut self, id: ExprId, names: &[DefinitionId]) -> Vec<usize> {
        match self.around().flow(id) {
            Some(Flow::If { test, then, otherwise }) => self.hidden(|cx| {
                let to_else = cx.unless(test);
                let mut to_false = cx.flow(then, names);
                if let Some(Flow::False(_)) = cx.around().flow(otherwise) {
                    to_false.extend(to_else);
                    return to_false;
                }
                let to_true = cx.jump();
                cx.patch_all(to_else);
                to_false.extend(cx.flow(otherwise, names));
                cx.patch(to_true);
                to_false
            }),
            Some(Flow::Seq { first, last }) => {
                if let Expr::Seq(exprs) = self.program.expr(id)
                    && let Some(logic) = self.flowing(exprs)
                {
                    return self.before_and_flow(&logic);
                }
                for it in first {
                    let unwanted =
                        self.around().broken_name(*it).is_some_and(|it| !self.uses.wanted[it.0 as usize]);
                    if !unwanted {
                        self.expr(*it, Want::Nothing);
                    }
                }
                self.flow(last, names)
            }
            Some(Flow::Hide(it)) => self.hidden(|cx| cx.flow(it, names)),
            Some(Flow::Escape { pattern, body, .. }) => self.hidden(|cx| cx.flow_out(pattern, body, names)),
            Some(Flow::True(bindings)) => {
                for (name, it) in names.iter().zip(bindings) {
                    if let Binder::Definition(it) = self.scopes.binder(*it) {
                        self.f.aliases.insert(*name, *it);
                        self.f.visible.push(*name);
                    }
                }
                Vec::new()
            }
            Some(Flow::False(_)) => vec![self.jump()],
            None => Vec::new(),
        }
    }

    pub(super) fn before_and_flow(&mut self, logic: &Logic<'_>) -> Vec<usize> {
        for it in logic.before {
            self.expr(*it, Want::Nothing);
        }
        self.flow(logic.tree, &logic.names)
    }

    /// A box whose locals stay: its nouns have other names outside.
    fn hidden<R>(&mut self, it: impl FnOnce(&mut Self) -> R) -> R {
        let visible = self.f.visible.len();
        let result = it(self);
        self.f.visible.truncate(visible);
        result
    }

    /// `escape fail { def p exit fail := s; true } catch _ { false }`
    fn flow_out(&mut self, pattern: PatternId, body: ExprId, names: &[DefinitionId]) -> Vec<usize> {
        let Some(ejector) = self.scopes.by_pattern.get(&pattern).copied() else {
            return self.flow(body, names);
        };
        let slot = self.soft_slot(ejector);
        let (open, loops) = (self.f.open.len(), self.f.loops.len());
        self.f.open.extend(slot);
        self.f.exits.push(Exit { ejector, want: Want::Nothing, jumps: Vec::new(), slot, open, loops });
        let start = self.here();
        let mut to_false = self.flow(body, names);
        let end = self.here();
        self.f.open.truncate(open);
        let jumps = self.f.exits.pop().map(|it| it.jumps).unwrap_or_default();
        let Some(slot) = slot else {
            to_false.extend(jumps);
            return to_false;
        };
        self.emit(Op::KillEjector { slot });
        let to_true = self.jump();
        self.patch_all(std::mem::take(&mut to_false));
        self.patch_all(jumps);
        self.emit(Op::KillEjector { slot });
        let target = self.here();
        let name = self.ejector_noun(pattern);
        let name = self.text(&name);
        self.handler_over(start, end, target, NO, Handling::Escape { slot, name });
        to_false.push(self.jump());
        self.patch(to_true);
        to_false
    }
}
