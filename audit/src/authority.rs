//! Which powers and which state an object reaches, and along which names.
//!
//! Only connectivity begets connectivity: what a call answers can reach no more than its receiver and its
//! arguments do, and what the call newly makes. So the values of a program are followed from name to name, and
//! what cannot be followed is [`Thing::Unknown`], shown and not dropped. First version: what a method keeps of
//! its arguments is followed into collections and variables, not from one object of the program into another.

mod graph;

use crate::known::{Around, Known, Worth};
use crate::scopes::{self, ScopeName};
use graph::{Graph, Node};
use rustc_hash::FxHashSet;
use std::hash::Hash;
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

/// The programs that a way may lead through: the steps of a transcript, the cells of a notebook.
pub trait Programs {
    /// Names a program.
    type Key: Copy + Eq + Hash;
    fn authority(&self, program: Self::Key) -> Option<&Authority>;
    /// Where a noun leads that `program` does not define.
    fn outer(&self, program: Self::Key, noun: &str) -> Outer<Self::Key>;
}

/// Where a noun leads that its program does not define.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outer<Key> {
    /// To a definition of another program.
    Definition(Key, DefinitionId),
    Scope(&'static ScopeName),
    Nobody,
}

/// A program by itself in a scope.
pub struct Alone<'a> {
    pub authority: &'a Authority,
    pub around: &'a dyn Around,
}

impl Programs for Alone<'_> {
    type Key = ();
    fn authority(&self, (): ()) -> Option<&Authority> {
        Some(self.authority)
    }
    fn outer(&self, (): (), noun: &str) -> Outer<()> {
        match self.around.value(noun) {
            Worth::Scope(name) => Outer::Scope(name),
            _ => Outer::Nobody,
        }
    }
}

impl Authority {
    pub fn new(program: &Program, scopes: &Scopes, known: &Known) -> Authority {
        Authority { graph: Graph::new(program, scopes, known) }
    }
}

/// What an object expression of `program` reaches through what it closes over.
pub fn reach_of_object<P: Programs>(
    programs: &P,
    program: P::Key,
    scopes: &Scopes,
    object: ObjectId,
) -> Reach {
    let mut walk = Walk::new(programs, program);
    walk.seen.insert((program, Node::Object(object)));
    for it in scopes.captures(object) {
        let noun = it.noun.clone();
        let step = Step { before: None, first: noun.clone(), noun, at: it.first_use };
        walk.enter((program, Graph::node(&it.noun, &it.binder)), step);
    }
    walk.run()
}

/// What a name of `program` reaches. Each path starts with the name itself.
pub fn reach_of_name<P: Programs>(programs: &P, program: P::Key, noun: &Name, id: DefinitionId) -> Reach {
    let mut walk = Walk::new(programs, program);
    let step = Step { before: None, noun: noun.clone(), first: noun.clone(), at: ExprId(0) };
    walk.enter((program, Node::Definition(id)), step);
    walk.run()
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

/// Breadth first, so that the first way to a thing is the shortest. Each node is passed once.
struct Walk<'a, P: Programs> {
    programs: &'a P,
    start: P::Key,
    seen: FxHashSet<(P::Key, Node)>,
    steps: Vec<((P::Key, Node), Step)>,
    /// The next of `steps` to look at.
    next: usize,
    holds: Vec<Held>,
    found: FxHashSet<(P::Key, Thing)>,
}

impl<'a, P: Programs> Walk<'a, P> {
    fn new(programs: &'a P, start: P::Key) -> Walk<'a, P> {
        Walk {
            programs,
            start,
            seen: FxHashSet::default(),
            steps: Vec::new(),
            next: 0,
            holds: Vec::new(),
            found: FxHashSet::default(),
        }
    }

    fn enter(&mut self, node: (P::Key, Node), step: Step) {
        if self.seen.insert(node.clone()) {
            self.steps.push((node, step));
        }
    }

    fn run(mut self) -> Reach {
        while self.next < self.steps.len() {
            let index = self.next;
            self.next += 1;
            let (program, node) = self.steps[index].0.clone();
            if let Node::Outer(noun) = &node {
                self.leave(program, noun, index);
            }
            let programs = self.programs;
            let Some(Authority { graph }) = programs.authority(program) else { continue };
            for thing in graph.things(&node) {
                self.hold(program, thing.clone(), index);
            }
            for next in graph.edges(&node) {
                let step = self.step_to(graph.name(next), index);
                self.enter((program, next.clone()), step);
            }
        }
        Reach { holds: self.holds }
    }

    /// Follows a noun out of its program.
    fn leave(&mut self, program: P::Key, noun: &Name, index: usize) {
        match self.programs.outer(program, noun) {
            Outer::Definition(other, id) => {
                let step = self.step_to(noun.clone(), index);
                self.enter((other, Node::Definition(id)), step);
            }
            Outer::Scope(name) if name.authority != scopes::Authority::None => {
                self.hold(self.start, Thing::Power(name), index);
            }
            Outer::Scope(_) | Outer::Nobody => {}
        }
    }

    fn hold(&mut self, program: P::Key, thing: Thing, index: usize) {
        if self.found.insert((program, thing.clone())) {
            let thing = if program == self.start { thing } else { foreign(thing) };
            self.holds.push(Held { thing, path: self.path(index), at: self.steps[index].1.at });
        }
    }

    fn step_to(&self, noun: Name, index: usize) -> Step {
        let here = &self.steps[index].1;
        Step { before: Some(index), noun, first: here.first.clone(), at: here.at }
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

/// A thing of another program, without that program's ids.
fn foreign(it: Thing) -> Thing {
    match it {
        Thing::Variable(noun, _) => Thing::Variable(noun, None),
        Thing::Collection(_) => Thing::Collection(None),
        Thing::Parameter(noun, _) => Thing::Parameter(noun, None),
        Thing::Object(noun, _) => Thing::Object(noun, None),
        Thing::Power(_) | Thing::Unknown(_) => it,
    }
}
