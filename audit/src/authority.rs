//! Which powers and which state an object reaches, and along which names.
//!
//! Only connectivity begets connectivity: what a call answers can reach no more than its receiver and its
//! arguments do, and what the call newly makes. Here every name and expression of a program, and of the programs
//! it leads into, is given the set of things that its value may be; where the receiver of a call may be an object
//! of these programs, its arguments flow into that object's methods and their answers back. What a stranger does
//! with what it is given is the worst it can do; what cannot be followed is [`Thing::Unknown`], shown and not
//! dropped. So whatever is reachable when the program runs is reachable here. Covert channels are not authority,
//! and are not looked for.

mod calls;
mod cycles;
mod facts;
mod heap;
mod nodes;
mod outline;
mod reach;
mod shared;
mod solve;
mod things;

pub use outline::{Outline, outline};
pub use reach::{Cut, From, Leak};
pub use things::{Held, MethodSummary, Reach, Summary, Thing};

use crate::known::{Around, Known};
use crate::scopes::ScopeName;
use heap::Heap;
use rustc_hash::FxHashMap;
use std::hash::Hash;
use syntax::Scopes;
use syntax::kernel_e::Program;
use syntax::scope::DefinitionId;

/// A program as authority is read off it.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    pub program: &'a Program,
    pub scopes: &'a Scopes,
    pub known: &'a Known,
}

/// The programs that a way may lead through: the steps of a transcript, the cells of a notebook, modules.
pub trait Programs {
    /// Names a program.
    type Key: Copy + Eq + Hash;
    fn parts(&self, program: Self::Key) -> Option<Parts<'_>>;
    /// Where a noun leads that `program` does not define.
    fn outer(&self, program: Self::Key, noun: &str) -> Outer<Self::Key>;
    /// The program of a module that `program` imports, if its text is there.
    fn module(&self, program: Self::Key, name: &str) -> Option<Self::Key>;
    /// Called now and then in long work; may unwind to cancel it.
    fn checkpoint(&self) {}
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
    pub parts: Parts<'a>,
    pub around: &'a dyn Around,
}

impl Programs for Alone<'_> {
    type Key = ();
    fn parts(&self, (): ()) -> Option<Parts<'_>> {
        Some(self.parts)
    }
    fn outer(&self, (): (), noun: &str) -> Outer<()> {
        facts::outer_of(self.around.value(noun))
    }
    fn module(&self, (): (), _name: &str) -> Option<()> {
        None
    }
}

/// How the values of some programs hang together. Made once, asked for any object or name of theirs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authority<Key: Eq + Hash> {
    heap: Heap,
    keys: Vec<Key>,
    units: FxHashMap<Key, u32>,
}

impl<Key: Copy + Eq + Hash> Authority<Key> {
    /// Follows the values of these programs and of all that they lead into.
    pub fn new<P: Programs<Key = Key>>(programs: &P, roots: &[Key]) -> Authority<Key> {
        Authority::about(programs, roots, roots)
    }

    /// The same, to be asked about `kept` only. The fixpoint itself is not kept.
    pub fn about<P: Programs<Key = Key>>(programs: &P, roots: &[Key], kept: &[Key]) -> Authority<Key> {
        let mut reader = facts::Reader::new(programs);
        for it in roots {
            reader.unit(*it);
        }
        reader.read();
        let facts::Reader { mut solution, keys, units, .. } = reader;
        solution.run(&|| programs.checkpoint());
        let kept: Vec<u32> = kept.iter().filter_map(|it| units.get(it).copied()).collect();
        Authority { heap: Heap::new(&solution, &kept), keys, units }
    }

    fn key(&self, home: u32) -> Option<Key> {
        self.keys.get(home as usize).copied()
    }
}
