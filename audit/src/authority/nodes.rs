//! A place where values come by: what may be there, where that flows on, and what it sets off.

use super::solve::LocId;
use rustc_hash::FxHashSet;

/// Up to so many of something are looked through; of more there is a table.
pub(super) const FEW: usize = 24;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Node {
    pub locs: Vec<LocId>,
    /// `locs` once more, when there are more than a few.
    pub known: Option<Box<FxHashSet<LocId>>>,
    pub edges: Chain,
    pub triggers: Chain,
    /// How many of `locs` have been handed on.
    pub done: u32,
    pub queued: bool,
    /// Nothing will come to it any more: what follows from it is done at once, and not written down.
    pub closed: bool,
}

/// A list in a table that many lists share, the newest first. Nearly all are short, and there are very many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Chain {
    /// The place of the newest one, counted from 1.
    pub first: u32,
    pub len: u32,
}

/// One of a [`Chain`], and the place of the next.
pub(super) type Link<T> = (T, u32);

impl Chain {
    pub fn push<T>(&mut self, table: &mut Vec<Link<T>>, it: T) {
        table.push((it, self.first));
        self.first = table.len() as u32;
        self.len += 1;
    }

    pub fn iter<T: Copy>(self, table: &[Link<T>]) -> impl Iterator<Item = T> {
        let mut next = self.first;
        std::iter::from_fn(move || {
            let (it, after) = *table.get(next.checked_sub(1)? as usize)?;
            next = after;
            Some(it)
        })
    }
}

impl Node {
    /// Whether the location was not there yet.
    pub fn insert(&mut self, loc: LocId) -> bool {
        match &mut self.known {
            Some(known) => {
                if !known.insert(loc) {
                    return false;
                }
            }
            None => {
                if self.locs.contains(&loc) {
                    return false;
                }
                if self.locs.len() == FEW {
                    let mut known: FxHashSet<LocId> = self.locs.iter().copied().collect();
                    known.insert(loc);
                    self.known = Some(Box::new(known));
                }
            }
        }
        self.locs.push(loc);
        true
    }
}
