//! Which nouns a piece of Kernel-E defines for what follows it, and which it uses from before it.
//!
//! This is the part of scope analysis that expansion itself depends on. It works on the provisional program,
//! temporaries included; [`crate::scope`] answers the same for finished programs, in more detail.

use super::walk::{Node, Visitor, children, walk};
use crate::kernel_e::{ExprId, Name, Pattern, PatternId, Program};
use rustc_hash::{FxHashMap, FxHashSet};

/// The nouns something defines, in order, each perhaps several times.
#[derive(Default)]
pub(super) struct Names {
    defined: Vec<(Name, PatternId)>,
}

impl Names {
    pub fn of_expr(program: &Program, id: ExprId) -> Names {
        Names::of(program, &[Node::Expr(id)])
    }

    pub fn of_pattern(program: &Program, id: PatternId) -> Names {
        Names::of(program, &[Node::Pattern(id)])
    }

    pub fn of(program: &Program, nodes: &[Node]) -> Names {
        let mut names = Names::default();
        for it in nodes {
            walk(program, *it, &mut names);
        }
        names
    }

    /// All of them: variables (and bindings) before final nouns, each most recent first.
    pub fn in_order(&self, program: &Program) -> Vec<Name> {
        let is_final = |at: &PatternId| matches!(program.pattern(*at), Pattern::Final { .. });
        let (finals, variables): (Vec<_>, Vec<_>) =
            self.defined.iter().rev().partition(|(_, at)| is_final(at));
        let mut known = FxHashSet::default();
        let names = variables.into_iter().chain(finals).map(|(name, _)| name);
        names.filter(|it| known.insert(*it)).cloned().collect()
    }

    /// The pattern that defines each of them, the first where there are several.
    pub fn places(&self) -> FxHashMap<Name, PatternId> {
        self.defined.iter().rev().cloned().collect()
    }
}

impl Visitor for Names {
    fn uses(&mut self, _noun: &Name) {}

    fn defines(&mut self, noun: &Name, at: PatternId) {
        self.defined.push((noun.clone(), at));
    }

    /// What is defined in a box stays in it.
    fn open(&mut self) -> Option<usize> {
        None
    }

    fn close(&mut self, _mark: usize) {}
}

/// Those of `names` that `nodes`, evaluated one after the other, use from outside themselves.
pub(super) fn uses_any(program: &Program, nodes: &[Node], names: &[Name]) -> Vec<Name> {
    if names.is_empty() {
        return Vec::new();
    }
    let wanted = names.iter().map(|it| (it.clone(), Wanted::default())).collect();
    let mut uses = Uses { wanted, defined: Vec::new() };
    for it in nodes {
        walk(program, *it, &mut uses);
    }
    names.iter().filter(|it| uses.wanted.get(*it).is_some_and(|it| it.used)).cloned().collect()
}

#[derive(Default)]
struct Wanted {
    used: bool,
    /// How many definitions around the place in hand hide the noun.
    hidden: u32,
}

struct Uses {
    wanted: FxHashMap<Name, Wanted>,
    /// The wanted nouns that have been defined in the open boxes.
    defined: Vec<Name>,
}

impl Visitor for Uses {
    fn uses(&mut self, noun: &Name) {
        if let Some(it) = self.wanted.get_mut(noun) {
            it.used |= it.hidden == 0;
        }
    }

    fn defines(&mut self, noun: &Name, _at: PatternId) {
        if let Some(it) = self.wanted.get_mut(noun) {
            it.hidden += 1;
            self.defined.push(noun.clone());
        }
    }

    fn open(&mut self) -> Option<usize> {
        Some(self.defined.len())
    }

    fn close(&mut self, mark: usize) {
        for noun in self.defined.drain(mark..) {
            if let Some(it) = self.wanted.get_mut(&noun) {
                it.hidden -= 1;
            }
        }
    }
}

/// Renames every occurrence of some nouns in what is reachable from `id`, definitions included.
pub(super) fn rename(program: &mut Program, id: ExprId, names: &FxHashMap<Name, Name>) {
    let mut pending = vec![Node::Expr(id)];
    while let Some(node) = pending.pop() {
        let noun = match node {
            Node::Expr(id) => program.exprs[id.index()].noun_mut(),
            Node::Pattern(id) => program.patterns[id.index()].noun_mut(),
        };
        if let Some(noun) = noun
            && let Some(new) = names.get(noun)
        {
            *noun = new.clone();
        }
        children(program, node, |it| pending.push(it));
    }
}
