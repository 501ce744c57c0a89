//! Patterns and guards: what is matched, and where it goes.

use super::super::Programs;
use super::super::solve::{NodeId, Trigger};
use super::Reading;
use crate::guards::{Guard, Standard};
use std::hash::Hash;
use syntax::kernel_e::{Expr, ExprId, Pattern, PatternId};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};

impl<'a, P: Programs> Reading<'_, 'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    pub(super) fn binds(&mut self) {
        let program = self.program();
        for it in &program.patterns {
            if let Pattern::Via { function, .. } = it
                && self.resolver_of(*function).is_some()
            {
                self.binds.insert(*function);
            }
        }
    }

    /// What lies at `node` is matched.
    pub(super) fn pattern(&mut self, pattern: PatternId, node: NodeId) {
        let mut todo = vec![(pattern, node)];
        while let Some((pattern, node)) = todo.pop() {
            match self.parts.program.pattern(pattern) {
                Pattern::List(parts) => {
                    let item = self.cx().node();
                    self.cx().trigger(node, Trigger::Load(item));
                    todo.extend(parts.iter().map(|it| (*it, item)));
                }
                Pattern::Via { function, pattern } => match self.resolver_of(*function) {
                    Some(resolver) => {
                        let (receiver, answer) = (self.node(resolver), self.cx().node());
                        self.call(resolver, receiver, "resolve", vec![node], answer);
                        todo.push((*pattern, node));
                    }
                    None => {
                        let (answer, ejector) = (self.cx().node(), self.data());
                        let receiver = self.node(*function);
                        self.call(*function, receiver, "run", vec![node, ejector], answer);
                        todo.push((*pattern, answer));
                    }
                },
                it => {
                    let guard = match it {
                        Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => *guard,
                        _ => None,
                    };
                    if let Some(id) = self.parts.scopes.by_pattern.get(&pattern).copied() {
                        self.define(id, guard, node);
                    }
                }
            }
        }
    }

    /// `__bind.run(resolver)`: the pattern of `bind x`.
    pub(super) fn resolver_of(&self, function: ExprId) -> Option<ExprId> {
        let Expr::Call { recipient, args, .. } = self.program().expr(function) else { return None };
        match self.program().expr(*recipient) {
            Expr::Noun(noun)
                if &**noun == "__bind" && *self.parts.scopes.binder(*recipient) == Binder::Outer =>
            {
                args.first().copied()
            }
            _ => None,
        }
    }

    pub(super) fn define(&mut self, id: DefinitionId, guard: Option<ExprId>, node: NodeId) {
        let to = self.outer.solution.definition(self.unit, id);
        match guard {
            Some(_) if self.is_scalar(id) => self.cx().add_data(to),
            Some(guard) => {
                self.cx().flow(node, to);
                self.through_guard(guard, node, to);
            }
            None => self.cx().flow(node, to),
        }
    }

    /// Whether the guard on the binding lets nothing through but data.
    pub(super) fn is_scalar(&self, id: DefinitionId) -> bool {
        match self.parts.known.bindings.get(id.0 as usize) {
            Some(Guard::FinalSlot(guard)) => scalar(guard),
            _ => false,
        }
    }

    /// A guard may put another value in the place of the one it is given.
    pub(super) fn through_guard(&mut self, guard: ExprId, from: NodeId, to: NodeId) {
        let (receiver, ejector) = (self.node(guard), self.data());
        self.call(guard, receiver, "coerce", vec![from, ejector], to);
    }

    pub(super) fn assigned_through_guard(&mut self, binder: &Binder, value: NodeId, to: NodeId) {
        if let Binder::Definition(id) = binder
            && let DefinitionKind::Var { guard: Some(guard) } = self.parts.scopes.definition(*id).kind
        {
            self.through_guard(guard, value, to);
        }
    }
}

/// Whether a guard lets nothing through but numbers, texts and collections of them.
pub(in crate::authority) fn scalar(guard: &Guard) -> bool {
    match guard {
        Guard::Standard(it) => {
            use Standard::{Boolean, Char, Float64, Int, NullOk, String, Twine, Void};
            matches!(it, Void | Boolean | Int | Float64 | Char | String | Twine | NullOk)
        }
        Guard::Region(..) => true,
        Guard::List(it) | Guard::Set(it) | Guard::NullOk(it) => scalar(it),
        Guard::Map(key, value) => scalar(key) && scalar(value),
        Guard::Tuple(parts) | Guard::Union(parts) => parts.iter().all(scalar),
        Guard::Intersection(parts) => parts.iter().any(scalar),
        _ => false,
    }
}
