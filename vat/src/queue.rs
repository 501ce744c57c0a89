//! What waits for its turn: first in, first out. A long queue lies in blocks, so that it grows without being moved,
//! and what has been taken from it is free at once.

use std::collections::VecDeque;

/// So many things lie in one block.
const BLOCK: usize = 1024;

/// A queue that costs no more than its first block as long as it is short.
pub(crate) struct Queue<T> {
    first: VecDeque<T>,
    /// If the first is full: those behind it. None of them is empty, and all but the last are full.
    behind: Option<Box<Behind<T>>>,
}

struct Behind<T> {
    blocks: VecDeque<VecDeque<T>>,
    len: usize,
    /// A block that has been emptied, for the next that is needed.
    spare: VecDeque<T>,
}

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        Queue { first: VecDeque::new(), behind: None }
    }
}

impl<T> Queue<T> {
    pub fn len(&self) -> usize {
        self.first.len() + self.behind.as_ref().map_or(0, |it| it.len)
    }
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
    /// For how many things there is room in the first block.
    pub fn room(&self) -> usize {
        self.first.capacity()
    }
    pub fn front(&self) -> Option<&T> {
        self.first.front()
    }
    #[inline(always)]
    pub fn push_back(&mut self, it: T) {
        self.last().push_back(it);
    }
    /// The block that the next thing belongs to.
    #[inline(always)]
    fn last(&mut self) -> &mut VecDeque<T> {
        if self.behind.is_some() || self.first.len() >= BLOCK { self.last_behind() } else { &mut self.first }
    }
    #[cold]
    #[inline(never)]
    fn last_behind(&mut self) -> &mut VecDeque<T> {
        let new = || Box::new(Behind { blocks: VecDeque::new(), len: 0, spare: VecDeque::new() });
        let Behind { blocks, len, spare } = &mut **self.behind.get_or_insert_with(new);
        *len += 1;
        if blocks.back().is_none_or(|it| it.len() >= BLOCK) {
            let mut block = std::mem::take(spare);
            block.reserve_exact(BLOCK);
            blocks.push_back(block);
        }
        let at = blocks.len() - 1;
        &mut blocks[at]
    }
    #[inline(always)]
    pub fn pop_front(&mut self) -> Option<T> {
        if self.behind.is_some() && self.first.len() == 1 { self.pop_last() } else { self.first.pop_front() }
    }
    /// The last of its block.
    #[cold]
    #[inline(never)]
    fn pop_last(&mut self) -> Option<T> {
        let it = self.first.pop_front();
        self.move_up();
        it
    }
    fn move_up(&mut self) {
        let Some(behind) = &mut self.behind else { return };
        let Some(next) = behind.blocks.pop_front() else { return };
        behind.len -= next.len();
        let emptied = std::mem::replace(&mut self.first, next);
        if behind.blocks.is_empty() {
            self.behind = None;
        } else {
            behind.spare = emptied;
        }
    }
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(self.behind.iter().flat_map(|it| it.blocks.iter().flatten()))
    }
    /// Leaves the first so many, and gives the others.
    pub fn split_off(&mut self, at: usize) -> Vec<T> {
        let all = std::mem::take(self).into_iter();
        let mut later = Vec::new();
        for (nth, it) in all.enumerate() {
            if nth < at {
                self.push_back(it);
            } else {
                later.push(it);
            }
        }
        later
    }
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.split_off(len);
        }
    }
    fn into_iter(self) -> impl Iterator<Item = T> {
        let behind = self.behind.into_iter().flat_map(|it| it.blocks.into_iter().flatten());
        self.first.into_iter().chain(behind)
    }
}

impl<T> From<Vec<T>> for Queue<T> {
    fn from(all: Vec<T>) -> Queue<T> {
        let mut queue = Queue::default();
        all.into_iter().for_each(|it| queue.push_back(it));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::texts::Dice;

    #[test]
    fn it_does_what_a_queue_in_one_piece_does() {
        let (mut dice, mut next) = (Dice(4), 0_u32);
        for round in 0..40 {
            let (mut queue, mut expected) = (Queue::default(), VecDeque::new());
            for _ in 0..200 {
                match dice.below(8) {
                    0 if round % 4 == 0 => {
                        let len = dice.below(2 * expected.len());
                        queue.truncate(len);
                        expected.truncate(len);
                    }
                    1 if round % 4 == 1 => {
                        let at = dice.below(expected.len() + 1);
                        assert_eq!(queue.split_off(at), Vec::from(expected.split_off(at)));
                    }
                    0..4 => {
                        for _ in 0..dice.below(3 * BLOCK) {
                            queue.push_back(next);
                            expected.push_back(next);
                            next += 1;
                        }
                    }
                    _ => {
                        for _ in 0..dice.below(3 * BLOCK) {
                            assert_eq!(queue.pop_front(), expected.pop_front());
                        }
                    }
                }
                assert_eq!((queue.len(), queue.is_empty()), (expected.len(), expected.is_empty()));
                assert_eq!(queue.front(), expected.front());
            }
            assert!(queue.iter().eq(&expected));
            assert!(Queue::from(queue.into_iter().collect::<Vec<u32>>()).iter().eq(&expected));
        }
    }
}
