//! Object expressions: what they close over, and where their messages arrive.

use super::super::Programs;
use super::super::solve::{Kind, Loc, MethodFacts, NodeId, ObjectFacts};
use super::{Kept, Reading};
use crate::known::noun_of;
use std::hash::Hash;
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, ObjectId, Pattern, PatternId, Script};
use syntax::scope::{Binder, Capture, DefinitionId, DefinitionKind};

impl<'a, P: Programs> Reading<'_, 'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    /// What each object expression closes over, and where its messages arrive.
    pub(super) fn objects(&mut self) {
        for index in 0..self.program().objects.len() {
            let object = ObjectId(index as u32);
            let it = self.parts.program.object(object);
            let mut facts =
                ObjectFacts { name: noun_of(self.program(), it.pattern), ..ObjectFacts::default() };
            match &it.script {
                Script::Methods { methods, matchers } => {
                    for method in methods {
                        let it = self.method(&method.verb, &method.params, method.body, method.result_guard);
                        if let ("__printOn", [writer]) = (&*method.verb, it.params.as_slice()) {
                            let unit = self.unit;
                            let (made, held) = self.made(method.body, Kind::Plain);
                            self.put(Loc::Object(unit, object), held);
                            self.cx().add(*writer, made);
                        }
                        facts.methods.push(it);
                    }
                    for matcher in matchers {
                        let it = self.method(&Name::new("match"), &[matcher.pattern], matcher.body, None);
                        facts.matchers.push(it);
                    }
                }
                Script::Plumbing(matcher) => {
                    facts.plumbing = true;
                    let it = self.method(&Name::new("match"), &[matcher.pattern], matcher.body, None);
                    facts.matchers.push(it);
                }
            }
            let captures = self.parts.scopes.captures(object);
            for it in captures {
                let node = self.captured(it, object);
                facts.captures.extend(node.map(|node| (it.noun.clone(), node, it.first_use)));
            }
            let unit = self.unit as usize;
            self.cx().units[unit].objects[index] = Arc::new(facts);
        }
    }

    /// The node of what a captured noun gives the object: a variable's slot, what a final name holds, a power.
    pub(super) fn captured(&mut self, it: &Capture, object: ObjectId) -> Option<NodeId> {
        let own = match it.binder {
            Binder::Definition(id) => {
                matches!(self.parts.scopes.definition(id).kind, DefinitionKind::Object { object: it, .. } if it == object)
            }
            Binder::Outer => false,
        };
        if own {
            return None;
        }
        match self.kept(&it.noun, &it.binder) {
            Kept::At(node) => {
                let Some(Loc::Slot(unit, id)) = self.slot(&it.noun, &it.binder) else { return Some(node) };
                if !self.outer.solution.units[unit as usize].is_var(id) {
                    return Some(node);
                }
                let slot = self.slot_at(&it.noun, &it.binder)?;
                let node = self.cx().node();
                self.cx().add(node, slot);
                Some(node)
            }
            Kept::Behind(node) => Some(node),
            Kept::Born(loc) => {
                let node = self.cx().node();
                self.put(loc, node);
                Some(node)
            }
        }
    }

    pub(super) fn method(
        &mut self,
        verb: &Name,
        params: &[PatternId],
        body: ExprId,
        guard: Option<ExprId>,
    ) -> MethodFacts {
        let nodes: Vec<NodeId> = params.iter().map(|_| self.cx().node()).collect();
        let names = self.defined_by(params);
        for (pattern, node) in params.iter().zip(&nodes) {
            // Who calls is not known; what known callers hand over comes beside it.
            if let [only] = self.defined_by(&[*pattern]).as_slice() {
                self.put_parameter(*only, *node);
            } else {
                for it in self.defined_by(&[*pattern]) {
                    let at = self.outer.solution.definition(self.unit, it);
                    self.put_parameter(it, at);
                }
            }
            self.pattern(*pattern, *node);
        }
        let answer = self.cx().node();
        self.flow(body, answer);
        if let Some(guard) = guard {
            self.through_guard(guard, answer, answer);
        }
        MethodFacts { verb: verb.clone(), params: nodes, names, answer }
    }

    pub(super) fn put_parameter(&mut self, it: DefinitionId, at: NodeId) {
        let unit = self.unit;
        self.put(Loc::Parameter(unit, it), at);
    }

    /// Every definition that these patterns make.
    pub(super) fn defined_by(&self, patterns: &[PatternId]) -> Vec<DefinitionId> {
        let mut todo = patterns.to_vec();
        let mut found = Vec::new();
        while let Some(it) = todo.pop() {
            match self.program().pattern(it) {
                Pattern::List(parts) => todo.extend(parts),
                Pattern::Via { pattern, .. } => todo.push(*pattern),
                _ => found.extend(self.parts.scopes.by_pattern.get(&it)),
            }
        }
        found
    }

    pub(super) fn object_expr(&mut self, id: ExprId, object: ObjectId) {
        let here = self.node(id);
        let unit = self.unit;
        self.put(Loc::Object(unit, object), here);
        let it = self.parts.program.object(object);
        self.pattern(it.pattern, here);
        for auditor in it.as_auditor.iter().chain(&it.implements) {
            // The audition knows the object and whom it was shown to, and can be kept.
            let (audition, held) = self.made(*auditor, Kind::Plain);
            self.cx().flow(here, held);
            it.as_auditor.iter().chain(&it.implements).for_each(|it| self.flow(*it, held));
            let audition = self.cx().one(audition);
            let (answer, receiver) = (self.outer.solution.nowhere, self.node(*auditor));
            self.call(*auditor, receiver, "audit", vec![audition], answer);
            self.call(*auditor, receiver, "audit", vec![self.outer.solution.only_data, audition], answer);
        }
    }
}
