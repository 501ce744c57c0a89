//! Expressions: each joined to those it is made of.

use super::super::Programs;
use super::super::solve::{Kind, Loc, Trigger};
use super::{Kept, Reading};
use std::hash::Hash;
use syntax::kernel_e::{Expr, ExprId};

impl<'a, P: Programs> Reading<'_, 'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    pub(super) fn exprs(&mut self) {
        for index in 0..self.program().exprs.len() {
            if index % 4096 == 0 {
                self.outer.programs.checkpoint();
            }
            let id = ExprId(index as u32);
            self.expr(id);
        }
    }

    pub(super) fn expr(&mut self, id: ExprId) {
        let here = self.node(id);
        match self.parts.program.expr(id) {
            Expr::Literal(_) | Expr::MetaContext | Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {
                self.cx().add_data(here);
            }
            Expr::Noun(noun) => match self.kept(noun, self.parts.scopes.binder(id)) {
                Kept::At(node) => self.cx().flow(node, here),
                Kept::Behind(slot) => self.cx().trigger(slot, Trigger::Load(here)),
                Kept::Born(loc) => self.put(loc, here),
            },
            Expr::Binding(noun) => match self.kept(noun, self.parts.scopes.binder(id)) {
                Kept::At(_) => {
                    if let Some(slot) = self.slot_at(noun, self.parts.scopes.binder(id)) {
                        self.cx().add(here, slot);
                    }
                }
                Kept::Behind(slot) => self.cx().flow(slot, here),
                Kept::Born(loc) => {
                    // The slot of an outermost name holds what the name does.
                    let (made, held) = self.made(id, Kind::Plain);
                    self.put(loc, held);
                    self.cx().add(here, made);
                }
            },
            Expr::Assign { noun, value } => {
                self.flow(*value, here);
                let value = self.node(*value);
                match self.kept(noun, self.parts.scopes.binder(id)) {
                    Kept::At(node) => {
                        self.cx().flow(value, node);
                        self.assigned_through_guard(self.parts.scopes.binder(id), value, node);
                    }
                    Kept::Behind(slot) => self.cx().trigger(slot, Trigger::Store(value)),
                    Kept::Born(_) => {}
                }
            }
            Expr::Call { recipient, verb, args } => self.call_expr(id, *recipient, verb, args),
            Expr::Catch { attempt, pattern, catcher } => {
                self.flow(*attempt, here);
                self.flow(*catcher, here);
                // A caught problem is sealed: it can be thrown again, and not looked into.
                let problem = self.data();
                let freed = self.outer.solution.freed;
                self.cx().flow(freed, problem);
                self.pattern(*pattern, problem);
            }
            Expr::Define { pattern, ejector, value } => {
                self.flow(*value, here);
                let node = self.node(*value);
                self.pattern(*pattern, node);
                if let Some(ejector) = ejector {
                    let (problem, answer) = (self.data(), self.cx().node());
                    let receiver = self.node(*ejector);
                    self.call(id, receiver, "run", vec![problem], answer);
                }
            }
            Expr::Escape { pattern, body, catch } => {
                self.flow(*body, here);
                let unit = self.unit;
                let ejector = self.cx().loc(Loc::Ejector(unit, id));
                let left = self.outer.solution.held(ejector);
                let node = self.cx().node();
                self.cx().add(node, ejector);
                self.pattern(*pattern, node);
                match catch {
                    Some((pattern, body)) => {
                        self.pattern(*pattern, left);
                        self.flow(*body, here);
                    }
                    None => self.cx().flow(left, here),
                }
            }
            Expr::Finally { attempt, .. } => self.flow(*attempt, here),
            Expr::Hide(body) => self.flow(*body, here),
            Expr::If { then, otherwise, .. } => {
                self.flow(*then, here);
                self.flow(*otherwise, here);
            }
            Expr::Seq(subs) => {
                if let Some(last) = subs.last() {
                    self.flow(*last, here);
                }
            }
            Expr::Object(object) => self.object_expr(id, *object),
            Expr::MetaState => {
                // Whose state is not told apart: that of some object of this program.
                let (made, held) = self.made(id, Kind::Plain);
                for index in 0..self.parts.scopes.captures.len() {
                    let facts = self.outer.solution.units[self.unit as usize].objects[index].clone();
                    facts.captures.iter().for_each(|(_, node, _)| self.cx().flow(*node, held));
                }
                self.cx().add(here, made);
            }
        }
    }
}
