//! Nodes that are made once for what they are made of, however often they are asked for.

use super::cycles::Roots;
use super::solve::{LocId, NodeId, Solution, Trigger};

/// What a shared node is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Shared {
    /// What the node holds, and data: an item or a key.
    Item,
    /// What the nodes have, and what that holds.
    Spread,
    /// What the nodes have, used in any way.
    Pool,
    /// The things at the receiver that answer the call in the same way; of a call, not of nodes.
    Met,
    /// The items of these.
    Items,
    /// What prints that which the node has.
    Printers,
    /// What prints the one object that the node has, by itself or in collections.
    PrintersOf,
}

impl Shared {
    /// Puts those nodes into the key that now stand for others.
    fn rename(self, key: &mut [u32], roots: &Roots) {
        if !matches!(self, Shared::Met | Shared::Items) {
            key.iter_mut().for_each(|it| *it = roots.of(*it));
        }
    }
}

impl Solution {
    /// After nodes have become one: what was made of either is found under the one that is left.
    pub fn rename_shared(&mut self) {
        for ((of, mut key), node) in std::mem::take(&mut self.shared) {
            of.rename(&mut key, &self.roots);
            self.shared.entry((of, key)).or_insert(node);
        }
    }

    /// A node that is made once for what it is made of, and whether this is the first time.
    fn shared(&mut self, of: Shared, mut key: Vec<u32>) -> (NodeId, bool) {
        of.rename(&mut key, &self.roots);
        if let Some(it) = self.shared.get(&(of, key.clone())) {
            return (*it, false);
        }
        let node = self.node();
        self.shared.insert((of, key), node);
        (node, true)
    }

    /// A node with just this location.
    pub fn one(&mut self, loc: LocId) -> NodeId {
        if let Some(node) = self.ones[loc as usize] {
            return node;
        }
        let node = self.node();
        self.add(node, loc);
        self.nodes[node as usize].closed = true;
        self.ones[loc as usize] = Some(node);
        node
    }

    /// An item of what is at `held`, or its key.
    pub fn item(&mut self, held: NodeId) -> NodeId {
        let (node, _) = self.shared(Shared::Item, vec![held]);
        self.add_data(node);
        self.flow(held, node);
        node
    }

    /// Things that a call has met, and now this one too. What is called back with each of them is called with all.
    pub fn met(&mut self, site: u32, loc: LocId) -> NodeId {
        let (node, _) = self.shared(Shared::Met, vec![site]);
        self.add(node, loc);
        node
    }

    /// The items of the collections that a call has met, and now those of this one too.
    pub fn items(&mut self, site: u32, held: NodeId) -> NodeId {
        let (node, _) = self.shared(Shared::Items, vec![site]);
        self.add_data(node);
        self.flow(held, node);
        node
    }

    /// What is at `writers` prints what is at `node`. Gives back where all that print it are, and whether these are the
    /// first.
    pub fn printers(&mut self, of: Shared, node: NodeId, writers: NodeId) -> (NodeId, bool) {
        let (printers, new) = self.shared(of, vec![node]);
        self.flow(writers, printers);
        (printers, new)
    }

    /// What the nodes have, and what that holds: arguments in a list.
    pub fn spread(&mut self, nodes: &[NodeId]) -> NodeId {
        let (node, new) = self.shared(Shared::Spread, nodes.to_vec());
        if new {
            for it in nodes {
                self.flow(*it, node);
                self.trigger(*it, Trigger::Load(node));
            }
        }
        node
    }

    /// A node where everything that the others have comes together, to be used in any way.
    pub fn pooled(&mut self, nodes: &[NodeId]) -> NodeId {
        let (node, new) = self.shared(Shared::Pool, nodes.to_vec());
        if new {
            nodes.iter().for_each(|it| self.flow(*it, node));
            self.trigger(node, Trigger::Pool);
        }
        node
    }
}
