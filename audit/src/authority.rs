//! Which powers and which state an object reaches, and along which names.
//!
//! Only connectivity begets connectivity: what a call answers can reach no more than its receiver and its
//! arguments do, and what the call newly makes. So the values of a program are followed from name to name, and
//! what cannot be followed is [`Thing::Unknown`], shown and not dropped. First version: what a method keeps of
//! its arguments is followed into collections and variables, not from one object of the program into another.

mod graph;

use crate::known::{Around, Known};
use crate::scopes::ScopeName;
use graph::{Graph, Node};
use rustc_hash::FxHashSet;
use std::collections::VecDeque;
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::{ExprId, Name, ObjectId, Program};
use syntax::scope::DefinitionId;

/// Something that matters when it is reachable.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Thing {
    /// A name of the privileged scope.
    Power(&'static ScopeName),
    /// A `var`, by its name; the definition where it is one of this program.
    Variable(Name, Option<DefinitionId>),
    /// A mutable collection, by the `diverge()` that makes it.
    Collection(Option<ExprId>),
    /// What a caller hands over: symbolic until a call is known.
    Parameter(Name, Option<DefinitionId>),
    /// Another object of the program.
    Object(Name, Option<ObjectId>),
    /// What could not be followed.
    Unknown(Arc<str>),
}

/// A thing, and the names that lead to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    pub thing: Thing,
    /// From the object outwards; the first is a noun that the object closes over. The shortest there is.
    pub path: Vec<Name>,
    /// The first use of the first noun of the path.
    pub at: ExprId,
}

/// What one object expression reaches.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reach {
    /// The nearest first; each thing once.
    pub holds: Vec<Held>,
}

/// How the values of a program hang together. Made once, asked for any object or name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authority {
    graph: Graph,
}

impl Authority {
    pub fn new(program: &Program, scopes: &Scopes, known: &Known) -> Authority {
        Authority { graph: Graph::new(program, scopes, known) }
    }

    /// What `object` reaches through what it closes over.
    pub fn of_object(&self, scopes: &Scopes, around: &dyn Around, object: ObjectId) -> Reach {
        let mut walk = Walk::new(&self.graph, around);
        walk.seen.insert(Node::Object(object));
        for it in scopes.captures(object) {
            walk.enter(
                self.graph.node(&it.noun, &it.binder),
                Step { before: None, noun: it.noun.clone(), first: it.noun.clone(), at: it.first_use },
            );
        }
        walk.run()
    }

    /// What a name of the program reaches. Each path starts with the name itself.
    pub fn of_definition(&self, around: &dyn Around, noun: &Name, id: DefinitionId) -> Reach {
        let mut walk = Walk::new(&self.graph, around);
        walk.enter(
            Node::Definition(id),
            Step { before: None, noun: noun.clone(), first: noun.clone(), at: ExprId(0) },
        );
        walk.run()
    }
}

/// A longer way to a thing is told by its beginning and its end.
const LONGEST_PATH: usize = 16;

/// How a node was come to.
struct Step {
    before: Option<usize>,
    noun: Name,
    /// The noun that the way to here begins with, and where it is used.
    first: Name,
    at: ExprId,
}

/// Breadth first, so that the first way to a thing is the shortest.
struct Walk<'a> {
    graph: &'a Graph,
    around: &'a dyn Around,
    seen: FxHashSet<Node>,
    steps: Vec<(Node, Step)>,
    todo: VecDeque<usize>,
    holds: Vec<Held>,
    found: FxHashSet<Thing>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph, around: &'a dyn Around) -> Walk<'a> {
        Walk {
            graph,
            around,
            seen: FxHashSet::default(),
            steps: Vec::new(),
            todo: VecDeque::new(),
            holds: Vec::new(),
            found: FxHashSet::default(),
        }
    }

    fn enter(&mut self, node: Node, step: Step) {
        if self.seen.insert(node.clone()) {
            self.steps.push((node, step));
            self.todo.push_back(self.steps.len() - 1);
        }
    }

    fn run(mut self) -> Reach {
        while let Some(index) = self.todo.pop_front() {
            let node = self.steps[index].0.clone();
            if let Node::Outer(noun) = &node {
                for (thing, further) in self.around.reach(noun) {
                    self.hold(thing, index, &further);
                }
            }
            for thing in self.graph.things(&node) {
                self.hold(thing.clone(), index, &[]);
            }
            for next in self.graph.edges(&node) {
                let step = self.step_to(next, index);
                self.enter(next.clone(), step);
            }
        }
        Reach { holds: self.holds }
    }

    fn hold(&mut self, thing: Thing, index: usize, further: &[Name]) {
        if self.found.insert(thing.clone()) {
            let mut path = self.path(index);
            path.extend(further.iter().cloned());
            self.holds.push(Held { thing, path, at: self.steps[index].1.at });
        }
    }

    fn step_to(&self, next: &Node, index: usize) -> Step {
        let here = &self.steps[index].1;
        Step { before: Some(index), noun: self.graph.name(next), first: here.first.clone(), at: here.at }
    }

    fn path(&self, index: usize) -> Vec<Name> {
        let mut path: Vec<Name> = Vec::new();
        let mut next = Some(index);
        while let Some(index) = next {
            let step = &self.steps[index].1;
            if path.len() == LONGEST_PATH {
                path.extend([Name::new("…"), step.first.clone()]);
                break;
            }
            // A name and the object it names are one stop to a reader.
            if path.last() != Some(&step.noun) {
                path.push(step.noun.clone());
            }
            next = step.before;
        }
        path.reverse();
        path
    }
}
