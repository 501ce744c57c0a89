//! The fixpoint: which things each name and expression may stand for.
//!
//! A node is a place where values come by; a location is a thing that a value can be. Locations flow along edges
//! from node to node, and where one arrives at the receiver of a call, the call is joined to the methods it can
//! mean. Everything only grows, so the order does not matter, and it ends.

use super::cycles::{Roots, WORTH_A_LOOK};
use super::nodes::{FEW, Link, Node};
use super::shared::Shared;
use super::things::Thing;
use crate::scopes::{self, ScopeName};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, ObjectId};
use syntax::scope::DefinitionId;

pub(super) type NodeId = u32;
pub(super) type LocId = u32;

/// A thing that a value can be. Programs are numbered as they are come to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Loc {
    /// Numbers, texts, and what is made of nothing else.
    Data,
    /// What a name of the outermost scope holds.
    Born(&'static ScopeName),
    /// A part of a power: the file at a path.
    Part(&'static ScopeName, Arc<str>),
    Object(u32, ObjectId),
    /// The slot of a name: a variable's, or of a final name whose slot was taken.
    Slot(u32, DefinitionId),
    /// What a built-in answers at this call.
    Made(u32, ExprId, Kind),
    Ejector(u32, ExprId),
    Parameter(u32, DefinitionId),
    Unknown(Arc<str>),
}

/// What a built-in made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    /// A collection, a description, a view: it answers with what it holds.
    Plain,
    /// A collection or slot that can change.
    Mutable,
    /// A promise and its resolver.
    Kit,
    /// A guard made of others.
    Guard,
    /// A function that a pattern calls.
    View,
    /// What a library gives: it may do anything with what it is given, and nothing else.
    Library,
}

impl Loc {
    /// What a reader would want to know of; nothing for data and what everybody has.
    pub fn thing(&self, solution: &Solution) -> Option<Thing> {
        Some(match self {
            Loc::Born(name) if name.authority != scopes::Authority::None => Thing::Power(name, None),
            Loc::Part(name, part) => Thing::Power(name, Some(part.clone())),
            Loc::Object(unit, it) => Thing::Object(solution.object_name(*unit, *it), Some(*it)),
            Loc::Slot(unit, it) if solution.units[*unit as usize].is_var(*it) => {
                Thing::Variable(solution.noun(*unit, *it), Some(*it))
            }
            Loc::Made(_, at, Kind::Mutable) => Thing::Collection(Some(*at)),
            Loc::Parameter(unit, it) => Thing::Parameter(solution.noun(*unit, *it), Some(*it)),
            Loc::Unknown(why) => Thing::Unknown(why.clone()),
            _ => return None,
        })
    }
}

/// What is known of one program once it has been read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Unit {
    pub nouns: Vec<Name>,
    pub vars: Vec<bool>,
    pub bindings: Vec<bool>,
    pub objects: Vec<Arc<ObjectFacts>>,
    /// By `ExprId`: the node of its value. What only hands on another's value shares that one's node.
    pub exprs: Vec<NodeId>,
    pub definition: NodeId,
    /// What the program's last expression answers.
    pub value: NodeId,
}

impl Unit {
    pub fn is_var(&self, it: DefinitionId) -> bool {
        self.vars.get(it.0 as usize).copied().unwrap_or(false)
    }

    /// Of a slot or binding pattern: `&x`, `&&x`.
    pub fn is_binding(&self, it: DefinitionId) -> bool {
        self.bindings.get(it.0 as usize).copied().unwrap_or(false)
    }
}

/// An object expression as callers meet it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct ObjectFacts {
    pub name: Option<Name>,
    pub methods: Vec<MethodFacts>,
    /// Where a message arrives, and where the answer leaves.
    pub matchers: Vec<MethodFacts>,
    /// A plumbing object takes every message.
    pub plumbing: bool,
    /// What it closes over, each with the node that holds it and where it is used first.
    pub captures: Vec<(Name, NodeId, ExprId)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct MethodFacts {
    pub verb: Name,
    pub params: Vec<NodeId>,
    /// The names its patterns define.
    pub names: Vec<DefinitionId>,
    pub answer: NodeId,
}

/// Arguments of a call.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Args {
    Listed(Vec<NodeId>),
    /// What lies at this node, in an unknown order.
    Spread(NodeId),
}

/// A call whose receiver may be several things.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Site {
    pub unit: u32,
    pub at: ExprId,
    /// `None`: not known which.
    pub verb: Option<Name>,
    pub args: Args,
    pub receiver: NodeId,
    pub answer: NodeId,
}

/// What happens when a location arrives at a node, beside flowing on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Trigger {
    Call(u32),
    /// What it holds flows to the node.
    Load(NodeId),
    /// What lies at the node flows into it.
    Store(NodeId),
    /// Everything here may be done with everything here.
    Pool,
}

/// The state of the fixpoint, and afterwards its result.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Solution {
    pub nodes: Vec<Node>,
    /// Which node stands for it, of those that have become one.
    pub roots: Roots,
    /// What the chains of the nodes are made of.
    pub edges: Vec<Link<NodeId>>,
    pub triggers: Vec<Link<Trigger>>,
    /// The edges and triggers of nodes that have more than a few.
    pub many_edges: FxHashSet<(NodeId, NodeId)>,
    pub many_triggers: FxHashSet<(NodeId, Trigger)>,
    /// How many edges there were after circles were looked for.
    pub looked_at: usize,
    /// How many more there must be before they are looked for again.
    pub worth_a_look: usize,
    todo: Vec<NodeId>,
    /// Locations that were at a node before the trigger was.
    pub late: Vec<(NodeId, Trigger, LocId)>,
    /// Nodes that are made once for what they are made of.
    pub shared: FxHashMap<(Shared, Vec<u32>), NodeId>,
    /// The node of just one location, by location.
    pub ones: Vec<Option<NodeId>>,
    pub by_site: FxHashSet<Arc<Site>>,
    /// By the answer and the place of a call: the call that is made when more than data comes along.
    pub holders: FxHashMap<(NodeId, ExprId), u32>,
    pub locs: Vec<Loc>,
    by_loc: FxHashMap<Loc, LocId>,
    /// By location: the node of what it holds.
    held: Vec<NodeId>,
    pub sites: Vec<Arc<Site>>,
    pub units: Vec<Unit>,
    /// What was thrown with `throw.free`.
    pub freed: NodeId,
    pub data: LocId,
    /// Where there is data and nothing else.
    pub only_data: NodeId,
    /// Where answers go that nobody looks at.
    pub nowhere: NodeId,
}

impl Solution {
    pub fn new() -> Solution {
        let mut it = Solution { worth_a_look: WORTH_A_LOOK, ..Solution::default() };
        it.freed = it.node();
        it.data = it.loc(Loc::Data);
        it.only_data = it.node();
        it.add_data(it.only_data);
        it.nodes[it.only_data as usize].closed = true;
        it.nowhere = it.node();
        it
    }

    pub fn node(&mut self) -> NodeId {
        self.nodes.push(Node::default());
        self.nodes.len() as NodeId - 1
    }

    /// So many nodes in a row; the first one.
    pub fn nodes(&mut self, count: usize) -> NodeId {
        let first = self.nodes.len() as NodeId;
        self.nodes.resize_with(self.nodes.len() + count, Node::default);
        first
    }

    pub fn loc(&mut self, it: Loc) -> LocId {
        if let Some(id) = self.by_loc.get(&it) {
            return *id;
        }
        let id = self.locs.len() as LocId;
        let held = self.node();
        self.locs.push(it.clone());
        self.held.push(held);
        self.ones.push(None);
        // What lies in a list in a list is in both. A caller may do anything with what it is given.
        match it {
            Loc::Made(_, _, Kind::Kit) => self.add(held, id),
            Loc::Made(_, _, Kind::Library) | Loc::Parameter(..) | Loc::Unknown(_) => {
                self.add(held, id);
                self.trigger(held, Trigger::Pool);
            }
            Loc::Made(..) => self.trigger(held, Trigger::Load(held)),
            _ => {}
        }
        self.by_loc.insert(it, id);
        id
    }

    pub fn held(&self, loc: LocId) -> NodeId {
        self.held[loc as usize]
    }

    /// What may be at a node.
    pub fn at(&self, node: NodeId) -> &[LocId] {
        &self.nodes[self.roots.of(node) as usize].locs
    }

    pub fn expr(&self, unit: u32, it: ExprId) -> NodeId {
        self.units[unit as usize].exprs[it.index()]
    }

    pub fn definition(&self, unit: u32, it: DefinitionId) -> NodeId {
        self.units[unit as usize].definition + it.0
    }

    pub fn noun(&self, unit: u32, it: DefinitionId) -> Name {
        self.units[unit as usize].nouns[it.0 as usize].clone()
    }

    pub fn object(&self, unit: u32, it: ObjectId) -> &Arc<ObjectFacts> {
        &self.units[unit as usize].objects[it.index()]
    }

    pub fn object_name(&self, unit: u32, it: ObjectId) -> Name {
        self.object(unit, it).name.clone().unwrap_or_else(|| Name::new("_"))
    }

    /// The location of a thing, if it came up.
    pub fn find(&self, it: &Loc) -> Option<LocId> {
        self.by_loc.get(it).copied()
    }

    /// A location may be at a node.
    pub fn add(&mut self, node: NodeId, loc: LocId) {
        let node = self.roots.of(node);
        let it = &mut self.nodes[node as usize];
        debug_assert!(!it.closed || it.locs.contains(&loc), "a closed node is full");
        if it.insert(loc) && !std::mem::replace(&mut it.queued, true) {
            self.todo.push(node);
        }
    }

    pub fn add_data(&mut self, node: NodeId) {
        self.add(node, self.data);
    }

    /// What is at `from` may be at `to`.
    pub fn flow(&mut self, from: NodeId, to: NodeId) {
        let (from, to) = (self.roots.of(from), self.roots.of(to));
        if from == to {
            return;
        }
        let it = &mut self.nodes[from as usize];
        if it.closed {
            for index in 0..self.nodes[from as usize].locs.len() {
                let loc = self.nodes[from as usize].locs[index];
                self.add(to, loc);
            }
            return;
        }
        if self.link(from, to) {
            for index in 0..self.nodes[from as usize].done as usize {
                let loc = self.nodes[from as usize].locs[index];
                self.add(to, loc);
            }
        }
    }

    /// Notes the edge; was it not there yet?
    pub fn link(&mut self, from: NodeId, to: NodeId) -> bool {
        let it = &mut self.nodes[from as usize];
        let edges = it.edges;
        let is_new = if (edges.len as usize) < FEW {
            edges.iter(&self.edges).all(|it| it != to)
        } else {
            if edges.len as usize == FEW {
                self.many_edges.extend(edges.iter(&self.edges).map(|to| (from, to)));
            }
            self.many_edges.insert((from, to))
        };
        if is_new {
            it.edges.push(&mut self.edges, to);
        }
        is_new
    }

    pub fn trigger(&mut self, node: NodeId, trigger: Trigger) {
        let node = self.roots.of(node);
        if self.nodes[node as usize].closed {
            self.late.extend(self.nodes[node as usize].locs.iter().map(|loc| (node, trigger, *loc)));
        } else if self.arm(node, trigger) {
            let it = &self.nodes[node as usize];
            self.late.extend(it.locs[..it.done as usize].iter().map(|loc| (node, trigger, *loc)));
        }
    }

    /// Notes the trigger; was it not there yet?
    pub fn arm(&mut self, node: NodeId, trigger: Trigger) -> bool {
        let it = &mut self.nodes[node as usize];
        let triggers = it.triggers;
        let is_new = if (triggers.len as usize) < FEW {
            triggers.iter(&self.triggers).all(|it| it != trigger)
        } else {
            if triggers.len as usize == FEW {
                self.many_triggers.extend(triggers.iter(&self.triggers).map(|it| (node, it)));
            }
            self.many_triggers.insert((node, trigger))
        };
        if is_new {
            it.triggers.push(&mut self.triggers, trigger);
        }
        is_new
    }

    /// A call of whatever is at `receiver`.
    pub fn call(&mut self, site: Site) {
        let site = Arc::new(self.named(&site));
        if self.by_site.insert(site.clone()) {
            self.call_once(site);
        }
    }

    /// The same, of a call that is made known only once.
    pub fn call_once(&mut self, site: Arc<Site>) {
        let receiver = site.receiver;
        self.sites.push(site);
        self.trigger(receiver, Trigger::Call(self.sites.len() as u32 - 1));
    }

    /// To the end. `checkpoint` is called now and then, and may unwind.
    pub fn run(&mut self, checkpoint: &dyn Fn()) {
        let mut steps = 0u32;
        loop {
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(1024) {
                checkpoint();
            }
            if let Some((node, trigger, loc)) = self.late.pop() {
                self.fire(node, trigger, loc);
            } else if self.may_go_round() {
                self.merge_circles();
            } else if let Some(node) = self.todo.pop() {
                self.hand_on(node);
            } else {
                return;
            }
        }
    }

    /// What is new at a node flows on, and meets the triggers.
    fn hand_on(&mut self, node: NodeId) {
        let node = self.roots.of(node);
        self.nodes[node as usize].queued = false;
        while (self.nodes[node as usize].done as usize) < self.nodes[node as usize].locs.len() {
            let it = &mut self.nodes[node as usize];
            let loc = it.locs[it.done as usize];
            it.done += 1;
            // Both grow at their beginning while they are gone through; what comes later is handed what was there
            // before.
            let (mut edge, mut trigger) = (it.edges.first, it.triggers.first);
            while let Some(at) = edge.checked_sub(1) {
                let (to, next) = self.edges[at as usize];
                self.add(to, loc);
                edge = next;
            }
            while let Some(at) = trigger.checked_sub(1) {
                let (it, next) = self.triggers[at as usize];
                self.fire(node, it, loc);
                trigger = next;
            }
        }
    }

    fn fire(&mut self, node: NodeId, trigger: Trigger, loc: LocId) {
        match trigger {
            Trigger::Call(site) => super::calls::arrive(self, site as usize, loc),
            Trigger::Load(to) => self.load(loc, to),
            Trigger::Store(from) => {
                let held = self.held(loc);
                self.flow(from, held);
            }
            Trigger::Pool => self.pool(node, loc),
        }
    }

    fn load(&mut self, loc: LocId, to: NodeId) {
        match self.locs[loc as usize] {
            Loc::Slot(..) | Loc::Made(..) => self.flow(self.held(loc), to),
            Loc::Data => self.add_data(to),
            Loc::Born(name) if name.authority == scopes::Authority::None => {}
            Loc::Parameter(..) | Loc::Unknown(_) | Loc::Part(..) | Loc::Born(_) => {
                self.add(to, loc);
                self.flow(self.held(loc), to);
            }
            Loc::Object(..) | Loc::Ejector(..) => {}
        }
    }

    /// Whoever has all that is at `node` may call any of it with any of it, and keep it anywhere in it.
    fn pool(&mut self, node: NodeId, loc: LocId) {
        match self.locs[loc as usize].clone() {
            Loc::Data => {}
            Loc::Object(unit, object) => {
                let it = self.object(unit, object).clone();
                for method in it.methods.iter().chain(&it.matchers) {
                    method.params.iter().for_each(|to| self.flow(node, *to));
                    self.flow(method.answer, node);
                }
            }
            Loc::Born(name) if name.authority == scopes::Authority::None => {}
            _ => {
                let held = self.held(loc);
                self.flow(held, node);
                self.flow(node, held);
            }
        }
    }

    /// Whether a name was bound to slots (`&x` in a pattern), and which ones is known.
    pub fn is_slot_taken(&self, unit: u32, it: DefinitionId) -> bool {
        self.units[unit as usize].is_binding(it)
            && self
                .at(self.definition(unit, it))
                .iter()
                .any(|it| matches!(self.locs[*it as usize], Loc::Slot(..)))
    }
}
