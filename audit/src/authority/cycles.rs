//! Places whose values flow round in a circle have the same values, and become one place.
//!
//! What a stranger may do with all that it is given makes such circles: everything it holds flows to everything else it
//! holds. Each value would go along each of their edges and set off the same calls again at every place. Circles are
//! looked for whenever the edges have become a quarter more (R. E. Tarjan's strongly connected components; merging them is
//! usual where one asks what pointers may point to, as in B. Hardekopf and C. Lin, *The Ant and the Grasshopper*, PLDI
//! 2007). The answer is the same with it and without.

use super::nodes::{Chain, FEW, Link};
use super::solve::{Args, LocId, NodeId, Site, Solution, Trigger};
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::Hash;
use std::sync::Arc;

/// With fewer edges than this nobody looks.
pub(super) const WORTH_A_LOOK: usize = 1 << 12;

/// Which place stands for each.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Roots(Vec<NodeId>);

impl Roots {
    pub fn of(&self, node: NodeId) -> NodeId {
        // All that were there when it was looked for last have their root here; later ones are their own.
        self.0.get(node as usize).copied().unwrap_or(node)
    }
}

/// Of each node the component it is in; those with more than one member are listed.
struct Components {
    of: Vec<u32>,
    circles: Vec<Vec<NodeId>>,
}

impl Solution {
    /// Is it time to look for circles?
    pub fn may_go_round(&self) -> bool {
        self.edges.len() > self.looked_at + self.looked_at / 4 + self.worth_a_look
    }

    /// Makes one place of each circle.
    pub fn merge_circles(&mut self) {
        let circles = self.components().circles;
        let count = self.nodes.len() as NodeId;
        let mut roots: Vec<NodeId> = (0..count).map(|it| self.roots.of(it)).collect();
        let mut members = Vec::new();
        for circle in &circles {
            let most = circle.iter().copied().max_by_key(|it| self.nodes[*it as usize].locs.len());
            let Some(root) = most else { continue };
            members.extend(circle.iter().filter(|it| **it != root).map(|it| (*it, root)));
        }
        let moved: FxHashMap<NodeId, NodeId> = members.iter().copied().collect();
        for it in &mut roots {
            *it = moved.get(it).copied().unwrap_or(*it);
        }
        self.roots = Roots(roots);
        self.rename();
        members.into_iter().for_each(|(member, root)| self.merge(member, root));
        self.looked_at = self.edges.len();
    }

    /// What is at a member is at the root. What followed from the member's has been done; what follows from what only the
    /// root had is done now.
    fn merge(&mut self, member: NodeId, root: NodeId) {
        let it = std::mem::take(&mut self.nodes[member as usize]);
        let known: FxHashSet<LocId> = it.locs[..it.done as usize].iter().copied().collect();
        let missed: Vec<LocId> = {
            let root = &self.nodes[root as usize];
            root.locs[..root.done as usize].iter().filter(|it| !known.contains(it)).copied().collect()
        };
        it.locs.iter().for_each(|loc| self.add(root, *loc));
        let edges: Vec<NodeId> = it.edges.iter(&self.edges).collect();
        for to in edges {
            if self.link(root, to) {
                missed.iter().for_each(|loc| self.add(to, *loc));
            }
        }
        let triggers: Vec<Trigger> = it.triggers.iter(&self.triggers).collect();
        for trigger in triggers {
            if self.arm(root, trigger) {
                self.late.extend(missed.iter().map(|loc| (root, trigger, *loc)));
            }
        }
    }

    /// R. E. Tarjan, *Depth-first search and linear graph algorithms*, 1972, with a stack of its own.
    fn components(&self) -> Components {
        const UNSEEN: u32 = u32::MAX;
        let count = self.nodes.len();
        let mut found = Components { of: vec![UNSEEN; count], circles: Vec::new() };
        let (mut number, mut low) = (vec![UNSEEN; count], vec![0; count]);
        let (mut open, mut next_number, mut components) = (Vec::new(), 0, 0);
        // The nodes on the way, and the place of the next edge of each.
        let mut way: Vec<(NodeId, u32)> = Vec::new();
        for start in 0..count as NodeId {
            if number[start as usize] != UNSEEN || self.roots.of(start) != start {
                continue;
            }
            way.push((start, self.nodes[start as usize].edges.first));
            while let Some((node, edge)) = way.last_mut() {
                let at = *node as usize;
                if number[at] == UNSEEN {
                    (number[at], low[at]) = (next_number, next_number);
                    next_number += 1;
                    open.push(*node);
                }
                if let Some(place) = edge.checked_sub(1) {
                    let (to, next) = self.edges[place as usize];
                    *edge = next;
                    let to = self.roots.of(to);
                    match number[to as usize] {
                        UNSEEN => way.push((to, self.nodes[to as usize].edges.first)),
                        seen if found.of[to as usize] == UNSEEN => low[at] = low[at].min(seen),
                        _ => {}
                    }
                    continue;
                }
                way.pop();
                if let Some((before, _)) = way.last() {
                    low[*before as usize] = low[*before as usize].min(low[at]);
                }
                if low[at] == number[at] {
                    let from = open.iter().rposition(|it| *it as usize == at).unwrap_or(0);
                    let members = open.split_off(from);
                    members.iter().for_each(|it| found.of[*it as usize] = components);
                    components += 1;
                    if members.len() > 1 {
                        found.circles.push(members);
                    }
                }
            }
        }
        found
    }

    /// Writes every edge, trigger and call down anew, with those places that now stand for others, once each.
    fn rename(&mut self) {
        let mut calls: FxHashMap<Site, u32> = FxHashMap::default();
        let mut same: Vec<u32> = Vec::with_capacity(self.sites.len());
        for (index, site) in self.sites.iter().enumerate() {
            same.push(*calls.entry(self.named(site)).or_insert(index as u32));
        }
        let known = std::mem::take(&mut self.by_site);
        self.by_site = known.iter().map(|it| Arc::new(self.named(it))).collect();
        let roots = std::mem::take(&mut self.roots);
        let (edges, triggers) = (std::mem::take(&mut self.edges), std::mem::take(&mut self.triggers));
        self.many_edges.clear();
        self.many_triggers.clear();
        for (id, node) in self.nodes.iter_mut().enumerate() {
            let id = id as NodeId;
            let root = roots.of(id);
            let edge = |to: NodeId| Some(roots.of(to)).filter(|it| *it != root);
            let trigger = |it: Trigger| {
                Some(match it {
                    Trigger::Call(site) => Trigger::Call(same[site as usize]),
                    Trigger::Load(to) => Trigger::Load(roots.of(to)),
                    Trigger::Store(from) => Trigger::Store(roots.of(from)),
                    Trigger::Pool => Trigger::Pool,
                })
            };
            again(id, &mut node.edges, &edges, &mut self.edges, &mut self.many_edges, edge);
            again(id, &mut node.triggers, &triggers, &mut self.triggers, &mut self.many_triggers, trigger);
        }
        self.roots = roots;
        self.rename_shared();
        let holders = std::mem::take(&mut self.holders);
        self.holders = holders.into_iter().map(|((node, at), it)| ((self.roots.of(node), at), it)).collect();
    }

    /// The same call, of the places that stand for others.
    pub fn named(&self, it: &Site) -> Site {
        let args = match &it.args {
            Args::Listed(all) => Args::Listed(all.iter().map(|it| self.roots.of(*it)).collect()),
            Args::Spread(it) => Args::Spread(self.roots.of(*it)),
        };
        let (receiver, answer) = (self.roots.of(it.receiver), self.roots.of(it.answer));
        Site { args, receiver, answer, ..it.clone() }
    }
}

/// Moves a chain from one table to another, what is in it changed, and each only once.
fn again<T: Copy + Eq + Hash>(
    node: NodeId,
    chain: &mut Chain,
    from: &[Link<T>],
    to: &mut Vec<Link<T>>,
    many: &mut FxHashSet<(NodeId, T)>,
    change: impl Fn(T) -> Option<T>,
) {
    let before = std::mem::take(chain);
    let mut all: Vec<T> = before.iter(from).filter_map(change).collect();
    let mut seen = FxHashSet::default();
    all.retain(|it| seen.insert(*it));
    // The newest of a chain is its first.
    all.iter().rev().for_each(|it| chain.push(to, *it));
    if all.len() > FEW {
        many.extend(all.into_iter().map(|it| (node, it)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Reader;
    use super::super::solve::{Loc, LocId, NodeId, Solution};
    use super::super::{Alone, Parts};
    use crate::known::{Born, known};
    use crate::scopes::Level;
    use harness::texts::{Texts, below};
    use std::cell::Cell;
    use std::collections::BTreeSet;
    use std::fmt::Write as _;

    /// The fixpoint of a program, with circles looked for that often, how many nodes its reader made, and how many steps
    /// it took, in thousands.
    fn solved(text: &str, worth_a_look: usize) -> (Solution, usize, usize) {
        let expansion = syntax::expand(&syntax::parse(text).program);
        let program = &expansion.program;
        let scopes = syntax::resolve(program);
        let around = Born(Level::Privileged);
        let known = known(program, &scopes, &around);
        let alone = Alone { parts: Parts { program, scopes: &scopes, known: &known }, around: &around };
        let mut reader = Reader::new(&alone);
        reader.unit(());
        reader.read();
        let mut solution = reader.solution;
        solution.worth_a_look = worth_a_look;
        let (nodes, steps) = (solution.nodes.len(), Cell::new(0));
        solution.run(&|| steps.set(steps.get() + 1));
        (solution, nodes, steps.get())
    }

    fn at(solution: &Solution, node: usize) -> BTreeSet<String> {
        let said = |it: &LocId| format!("{:?}", solution.locs[*it as usize]);
        solution.at(node as NodeId).iter().map(said).collect()
    }

    /// Whether circles were found.
    fn is_the_same_with_and_without(text: &str) -> bool {
        let (with, nodes, _) = solved(text, 0);
        let (without, _, _) = solved(text, usize::MAX / 2);
        for node in 0..nodes {
            assert_eq!(at(&with, node), at(&without, node), "at node {node} of\n{text}");
        }
        let held = |cx: &Solution, it: &Loc| cx.find(it).map(|loc| at(cx, cx.held(loc) as usize));
        for it in &without.locs {
            assert_eq!(held(&with, it), held(&without, it), "held by {it:?} in\n{text}");
        }
        (0..with.nodes.len() as NodeId).any(|it| with.roots.of(it) != it)
    }

    /// Clerks of a bank who all know a stranger, hand it each other's ledgers, and print what it says.
    fn clerks(count: usize) -> String {
        let mut text = "def post := <import:org.example.post>\n".to_owned();
        for n in 0..count {
            let other = n / 2;
            let _ = write!(
                text,
                "def ledger{n} := [].diverge()\n\
                 def clerk{n} {{\n\
                 \x20   to __printOn(out) {{ out.print(ledger{n}, ledger{other}, post.greeting(ledger{other})) }}\n\
                 \x20   to enter(it) {{ for line in ledger{other} {{ ledger{n}.push(post.stamp(line, it, clerk{n})) }} }}\n\
                 }}\n"
            );
        }
        text
    }

    #[test]
    fn the_answer_is_the_same_with_and_without() {
        let mut round = 0;
        for it in below(&["examples", "tests/suite/analysis", "tests/suite/audit"]) {
            let texts = match it {
                Texts::File(_, text) => vec![text],
                Texts::Steps(all) | Texts::Fences(all) => all,
            };
            round += texts.iter().filter(|it| is_the_same_with_and_without(it)).count();
        }
        assert!(round > 20, "{round} programs go round in a circle");
        assert!(is_the_same_with_and_without(&clerks(12)));
    }

    /// What is followed grows with the square of those who meet, and not with their cube and more.
    #[test]
    fn many_who_meet_a_stranger_do_not_take_for_ever() {
        let steps = |count| solved(&clerks(count), super::WORTH_A_LOOK).2;
        let (few, many) = (steps(40), steps(80));
        assert!(few > 1 && many < 6 * few, "{few} and {many} thousand steps");
    }
}
