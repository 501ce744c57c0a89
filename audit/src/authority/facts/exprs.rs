//! Expressions: each joined to those it is made of.

use super::super::Programs;
use super::super::solve::{Kind, Loc, NodeId, Trigger};
use super::{Kept, Reading};
use std::hash::Hash;
use syntax::kernel_e::{Expr, ExprId};

/// Whose node an expression has.
enum Shares {
    With(ExprId),
    Node(NodeId),
    /// One of its own.
    Nothing,
}

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

    /// Gives every expression its node. One that only hands on the value of another shares the other's; most of a
    /// program is such.
    pub(super) fn share(&mut self) {
        let count = self.program().exprs.len();
        let mut nodes: Vec<Option<NodeId>> = vec![None; count];
        let mut way = Vec::new();
        for index in 0..count {
            let mut at = ExprId(index as u32);
            let node = loop {
                if let Some(node) = nodes[at.index()] {
                    break node;
                }
                way.push(at);
                match self.shares(at) {
                    Shares::With(next) => at = next,
                    Shares::Node(node) => break node,
                    Shares::Nothing => break self.cx().node(),
                }
            };
            way.drain(..).for_each(|it| nodes[it.index()] = Some(node));
        }
        let nowhere = self.outer.solution.nowhere;
        let unit = self.unit as usize;
        self.cx().units[unit].exprs = nodes.into_iter().map(|it| it.unwrap_or(nowhere)).collect();
    }

    fn shares(&mut self, id: ExprId) -> Shares {
        match self.parts.program.expr(id) {
            Expr::Literal(_) | Expr::MetaContext | Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {
                Shares::Node(self.outer.solution.only_data)
            }
            Expr::Noun(noun) => match self.kept(noun, self.parts.scopes.binder(id)) {
                Kept::At(node) => Shares::Node(node),
                Kept::Born(loc) => {
                    let loc = self.cx().loc(loc);
                    Shares::Node(self.cx().one(loc))
                }
                Kept::Behind(_) => Shares::Nothing,
            },
            Expr::Define { value, .. } | Expr::Assign { value, .. } => Shares::With(*value),
            Expr::Finally { attempt, .. } => Shares::With(*attempt),
            Expr::Hide(body) => Shares::With(*body),
            Expr::Seq(parts) => parts.last().map_or(Shares::Nothing, |it| Shares::With(*it)),
            _ => Shares::Nothing,
        }
    }

    pub(super) fn expr(&mut self, id: ExprId) {
        let here = self.node(id);
        match self.parts.program.expr(id) {
            // What shares its node with another is there already.
            Expr::Literal(_) | Expr::MetaContext | Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
            Expr::Finally { .. } | Expr::Hide(_) | Expr::Seq(_) => {}
            Expr::Noun(noun) => {
                if let Kept::Behind(slot) = self.kept(noun, self.parts.scopes.binder(id)) {
                    self.cx().trigger(slot, Trigger::Load(here));
                }
            }
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
            Expr::If { then, otherwise, .. } => {
                self.flow(*then, here);
                self.flow(*otherwise, here);
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
