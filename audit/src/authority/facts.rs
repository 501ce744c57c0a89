//! Reads a program into the fixpoint: one pass over its nodes, each joined to those it is made of.

mod calls;
mod exprs;
mod objects;
mod patterns;

pub(super) use patterns::scalar;

use super::solve::{Args, Kind, Loc, NodeId, ObjectFacts, Site, Solution, Unit};
use super::{Outer, Parts, Programs};
use crate::known::Worth;
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::Hash;
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, Program};
use syntax::scope::{Binder, DefinitionKind};

/// Reads programs as others lead to them.
pub(super) struct Reader<'a, P: Programs> {
    pub programs: &'a P,
    pub solution: Solution,
    pub keys: Vec<P::Key>,
    pub units: FxHashMap<P::Key, u32>,
    /// Programs that have a number and have not been read.
    todo: Vec<u32>,
}

impl<'a, P: Programs> Reader<'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    pub fn new(programs: &'a P) -> Reader<'a, P> {
        Reader {
            programs,
            solution: Solution::new(),
            keys: Vec::new(),
            units: FxHashMap::default(),
            todo: Vec::new(),
        }
    }

    /// The number of a program; it will be read.
    pub fn unit(&mut self, key: P::Key) -> Option<u32> {
        if let Some(it) = self.units.get(&key) {
            return Some(*it);
        }
        let parts = self.programs.parts(key)?;
        let number = self.keys.len() as u32;
        self.keys.push(key);
        self.units.insert(key, number);
        let unit = Unit {
            nouns: parts.scopes.definitions.iter().map(|it| it.noun.clone()).collect(),
            vars: parts
                .scopes
                .definitions
                .iter()
                .map(|it| matches!(it.kind, DefinitionKind::Var { .. }))
                .collect(),
            bindings: parts
                .scopes
                .definitions
                .iter()
                .map(|it| matches!(it.kind, DefinitionKind::Binding))
                .collect(),
            // Nothing is known of any of them yet.
            objects: std::iter::repeat_n(Arc::new(ObjectFacts::default()), parts.program.objects.len())
                .collect(),
            exprs: Vec::new(),
            definition: self.solution.nodes(parts.scopes.definitions.len()),
            value: self.solution.node(),
        };
        self.solution.units.push(unit);
        self.todo.push(number);
        Some(number)
    }

    /// Reads what is to be read, and what that leads to.
    pub fn read(&mut self) {
        while let Some(unit) = self.todo.pop() {
            self.programs.checkpoint();
            if let Some(parts) = self.programs.parts(self.keys[unit as usize]) {
                let mut it = Reading { outer: self, unit, parts, binds: FxHashSet::default() };
                it.binds();
                it.share();
                it.objects();
                it.exprs();
                if let Some(last) = parts.program.body.last() {
                    let value = it.outer.solution.units[unit as usize].value;
                    it.flow(*last, value);
                }
            }
        }
    }
}

struct Reading<'r, 'a, P: Programs> {
    outer: &'r mut Reader<'a, P>,
    unit: u32,
    parts: Parts<'a>,
    /// The `__bind.run(resolver)` of patterns: what they do is done where the pattern is matched.
    binds: FxHashSet<ExprId>,
}

/// Where a noun is kept.
enum Kept {
    /// At a node, whoever reads it.
    At(NodeId),
    /// In a slot that lies at a node.
    Behind(NodeId),
    /// Nowhere: it is one of the outermost names, or nobody.
    Born(Loc),
}

impl<'a, P: Programs> Reading<'_, 'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    fn cx(&mut self) -> &mut Solution {
        &mut self.outer.solution
    }

    fn program(&self) -> &'a Program {
        self.parts.program
    }

    fn node(&self, it: ExprId) -> NodeId {
        self.outer.solution.expr(self.unit, it)
    }

    fn flow(&mut self, from: ExprId, to: NodeId) {
        let from = self.node(from);
        self.cx().flow(from, to);
    }

    fn put(&mut self, it: Loc, at: NodeId) {
        let loc = self.cx().loc(it);
        self.cx().add(at, loc);
    }

    fn made(&mut self, at: ExprId, kind: Kind) -> (super::solve::LocId, NodeId) {
        let unit = self.unit;
        let loc = self.cx().loc(Loc::Made(unit, at, kind));
        (loc, self.outer.solution.held(loc))
    }

    fn kept(&mut self, noun: &str, binder: &Binder) -> Kept {
        let (unit, id) = match binder {
            Binder::Definition(id) => (self.unit, *id),
            Binder::Outer => match self.outer.programs.outer(self.outer.keys[self.unit as usize], noun) {
                Outer::Definition(key, id) => match self.outer.unit(key) {
                    Some(unit) => (unit, id),
                    None => return Kept::Born(Loc::Unknown(format!("`{noun}`").into())),
                },
                Outer::Scope(name) => return Kept::Born(Loc::Born(name)),
                Outer::Nobody => return Kept::Born(Loc::Unknown(format!("`{noun}`").into())),
            },
        };
        let node = self.outer.solution.definition(unit, id);
        let is_binding = self.outer.solution.units[unit as usize].is_binding(id);
        if is_binding { Kept::Behind(node) } else { Kept::At(node) }
    }

    /// The slot of a noun, as a thing.
    fn slot(&mut self, noun: &str, binder: &Binder) -> Option<Loc> {
        let (unit, id) = match binder {
            Binder::Definition(id) => (self.unit, *id),
            Binder::Outer => match self.outer.programs.outer(self.outer.keys[self.unit as usize], noun) {
                Outer::Definition(key, id) => (self.outer.unit(key)?, id),
                _ => return None,
            },
        };
        Some(Loc::Slot(unit, id))
    }

    /// A slot, and what it holds.
    fn slot_at(&mut self, noun: &str, binder: &Binder) -> Option<super::solve::LocId> {
        let it = self.slot(noun, binder)?;
        let Loc::Slot(unit, id) = it else { return None };
        let loc = self.cx().loc(it);
        let (held, kept) = (self.outer.solution.held(loc), self.outer.solution.definition(unit, id));
        self.cx().flow(kept, held);
        self.cx().flow(held, kept);
        // Who can assign calls the guard, and who takes the binding can ask for it.
        let guard = match self.parts.scopes.definitions.get(id.0 as usize).map(|it| it.kind) {
            Some(
                DefinitionKind::Var { guard }
                | DefinitionKind::Final { guard }
                | DefinitionKind::Object { guard, .. },
            ) if unit == self.unit => guard,
            _ => None,
        };
        if let Some(guard) = guard {
            self.flow(guard, held);
        }
        Some(loc)
    }

    fn call(&mut self, at: ExprId, receiver: NodeId, verb: &str, args: Vec<NodeId>, answer: NodeId) {
        let unit = self.unit;
        let site = Site { unit, at, verb: Some(Name::new(verb)), args: Args::Listed(args), receiver, answer };
        self.cx().call_once(Arc::new(site));
    }

    fn data(&mut self) -> NodeId {
        let node = self.cx().node();
        self.cx().add_data(node);
        node
    }
}

/// What a name of a scope that is not looked into is worth, for those who only know the scope.
pub(super) fn outer_of<Key>(worth: Worth) -> Outer<Key> {
    match worth {
        Worth::Scope(name) => Outer::Scope(name),
        _ => Outer::Nobody,
    }
}
