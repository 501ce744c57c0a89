//! A table of what is known of the nodes of one program: a hash map by id, without the hashing.

use std::marker::PhantomData;

/// A number that names a node of an arena.
pub trait Id: Copy {
    /// Its place in the arena.
    fn index(self) -> usize;
    /// The id of what is in this place.
    fn of(index: usize) -> Self;
}

/// At most one value for each id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ById<K, V> {
    slots: Vec<Option<V>>,
    key: PhantomData<K>,
}

impl<K, V> Default for ById<K, V> {
    fn default() -> ById<K, V> {
        ById { slots: Vec::new(), key: PhantomData }
    }
}

impl<K: Id, V> ById<K, V> {
    /// An empty table for an arena of this size. Tables are equal only if they are made for the same size.
    pub fn of_size(size: usize) -> ById<K, V> {
        ById { slots: std::iter::repeat_with(|| None).take(size).collect(), key: PhantomData }
    }
    /// The value of this id.
    pub fn get(&self, id: &K) -> Option<&V> {
        self.slots.get(id.index())?.as_ref()
    }
    /// Gives an id its value, in place of the one before.
    pub fn insert(&mut self, id: K, value: V) {
        if self.slots.len() <= id.index() {
            self.slots.resize_with(id.index() + 1, || None);
        }
        self.slots[id.index()] = Some(value);
    }
    /// All values, by ascending id.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.slots.iter().enumerate().filter_map(|(index, it)| Some((K::of(index), it.as_ref()?)))
    }
    /// The same without the ids.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel_e::ExprId;

    #[test]
    fn a_table_says_what_it_was_told() {
        let mut it = ById::of_size(2);
        it.insert(ExprId(1), "coin");
        it.insert(ExprId(4), "purse");
        it.insert(ExprId(1), "mint");
        assert_eq!(it.get(&ExprId(1)), Some(&"mint"));
        assert_eq!([it.get(&ExprId(0)), it.get(&ExprId(9))], [None, None]);
        assert_eq!(it.iter().collect::<Vec<_>>(), [(ExprId(1), &"mint"), (ExprId(4), &"purse")]);
        assert_eq!(it.values().count(), 2);
    }
}
