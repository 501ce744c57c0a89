//! Mark, and leave what has no mark where it is: the next cells that are made take those places.
//!
//! So what is dead is dropped when it is overwritten, while its place is at hand anyway. Only where the dead hold much
//! beside their cells are they dropped at once.

use super::{Cell, Heap};
use crate::data::twine;
use crate::native::Stamps;
use crate::value::{Obj, Value};

/// What dead cells hold is dropped at once if it is more than so many bytes for each of them.
const HEAVY: u64 = 256;

impl Heap {
    /// Frees every cell that cannot be reached from `roots`.
    pub fn collect(&mut self, roots: &mut crate::cx::Roots<'_>) {
        self.marks.clear();
        self.marks.resize(self.cells.len().div_ceil(64), 0);
        // What lies behind the last cell is no gap.
        let behind = self.marks.len() * 64 - self.cells.len();
        if behind > 0
            && let Some(last) = self.marks.last_mut()
        {
            *last = u64::MAX << (64 - behind);
        }
        let mut work = Vec::with_capacity(256);
        let mut bytes = 0;
        {
            let marks = &mut self.marks;
            roots(&mut |it| mark(marks, &mut work, it));
            // What a turn has changed may have to be there again.
            if let Some(journal) = &self.journal {
                journal.roots().iter().for_each(|it| mark(marks, &mut work, *it));
            }
        }
        while let Some(id) = work.pop() {
            let cell = &self.cells[id as usize];
            bytes += cell.bytes();
            let marks = &mut self.marks;
            cell.trace(&mut |it| mark(marks, &mut work, it));
            if let Some(journal) = &self.journal {
                journal.held_by(Obj(id)).iter().for_each(|it| mark(marks, &mut work, *it));
            }
            if let Cell::Object { stamps, .. } = cell
                && stamps.has(Stamps::APPROVED)
                && let Some(it) = self.approvals.get(&Obj(id))
            {
                mark(marks, &mut work, *it);
            }
            if let Some(portraits) = self.portraits.used()
                && let Some(it) = portraits.get(&Obj(id))
            {
                mark(marks, &mut work, *it);
            }
            if let Some(spans) = self.spans.used()
                && let Some(it) = spans.get(&Obj(id))
            {
                bytes += twine::weight(&it.parts);
                mark(marks, &mut work, it.bare);
            }
        }
        let dropped = self.bytes.saturating_sub(bytes);
        self.bytes = bytes;
        self.spread.set(0);
        self.forget();
        let marked = self.marks.iter().map(|it| it.count_ones() as usize).sum::<usize>() - behind;
        let dead = self.taken.saturating_sub(marked) as u64;
        self.taken = marked;
        if self.eager || dropped > HEAVY * dead {
            self.drop_dead();
        }
        (self.gaps, self.next_word) = (0, 0);
        self.collect_at((self.bytes() * 2).max(1 << 20).min(self.limit));
    }

    /// Has the last collection left it?
    pub(crate) fn survived(&self, it: Obj) -> bool {
        self.marks.get(it.index() / 64).is_some_and(|word| word & (1 << (it.index() % 64)) != 0)
    }

    /// Drops what has no mark.
    fn drop_dead(&mut self) {
        for (word, mark) in self.marks.iter().enumerate() {
            let mut dead = !mark;
            while dead != 0 {
                if let Some(cell) = self.cells.get_mut(word * 64 + dead.trailing_zeros() as usize) {
                    *cell = Cell::Free;
                }
                dead &= dead - 1;
            }
        }
    }

    /// Looks for the next places without a mark, so that the lowest ones are taken first.
    #[cold]
    pub(super) fn find_gaps(&mut self) {
        while self.gaps == 0
            && let Some(mark) = self.marks.get(self.next_word)
        {
            self.gaps = !mark;
            self.gaps_at = self.next_word as u32 * 64;
            self.next_word += 1;
        }
    }

    /// Is there nothing in use, so that a new cell may take the place?
    pub(super) fn is_gap(&self, place: usize) -> bool {
        let (word, bit) = (place / 64, 1u64 << (place % 64));
        match word + 1 {
            next if next > self.next_word => self.marks.get(word).is_some_and(|mark| mark & bit == 0),
            next => next == self.next_word && self.gaps & bit != 0,
        }
    }

    /// Takes every free cell for a place without a mark, in a heap that was just read.
    pub(super) fn find_free(&mut self) {
        self.marks = vec![u64::MAX; self.cells.len().div_ceil(64)];
        self.taken = self.cells.len();
        for (at, _) in self.cells.iter().enumerate().filter(|it| matches!(it.1, Cell::Free)) {
            self.marks[at / 64] &= !(1 << (at % 64));
            self.taken -= 1;
        }
        (self.gaps, self.next_word) = (0, 0);
    }

    /// Forgets what is kept beside cells that have no mark.
    fn forget(&mut self) {
        let marks = &self.marks;
        let is_marked = |id: usize| marks[id / 64] & (1 << (id % 64)) != 0;
        let approvals = self.approvals.used_mut();
        approvals.into_iter().for_each(|it| it.retain(|it, _| is_marked(it.index())));
        if let Some(proxies) = self.far_proxies.used_mut() {
            proxies.retain(|_, alike| {
                alike.retain(|it| is_marked(it.index()));
                !alike.is_empty()
            });
        }
        let shared = self.shared.used_mut();
        shared.into_iter().for_each(|it| it.retain(|_, it| is_marked(it.index())));
        let names = self.shared_names.used_mut();
        names.into_iter().for_each(|it| it.retain(|it, _| is_marked(it.index())));
        let spans = self.spans.used_mut();
        spans.into_iter().for_each(|it| it.retain(|it, _| is_marked(it.index())));
        let portraits = self.portraits.used_mut();
        portraits.into_iter().for_each(|it| it.retain(|it, _| is_marked(it.index())));
        if let Some(weak) = self.weak.used_mut() {
            let (dead, journal) = (&mut *self.dead, &mut self.journal);
            weak.retain(|weak, target| {
                let lives = target.as_obj().is_none_or(|it| is_marked(it.index()));
                if is_marked(weak.index()) && !lives {
                    dead.push(*weak);
                    journal.iter_mut().for_each(|it| it.dead.push(*weak));
                }
                is_marked(weak.index()) && lives
            });
            dead.retain(|it| is_marked(it.index()));
            // In the order they were made, whatever the table's.
            dead.sort_unstable();
        }
    }
}

fn mark(marks: &mut [u64], work: &mut Vec<u32>, value: Value) {
    let Some(it) = value.as_obj() else { return };
    let (word, bit) = (it.index() / 64, 1u64 << (it.0 % 64));
    if marks[word] & bit == 0 {
        marks[word] |= bit;
        work.push(it.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Collects, with these in use.
    fn keep(heap: &mut Heap, used: &[Value]) {
        heap.collect(&mut |visit| used.iter().for_each(|it| visit(*it)));
    }

    #[test]
    fn what_is_in_use_stays_and_new_cells_take_the_places_of_the_rest() {
        let mut heap = Heap::new(1 << 20);
        for round in 0..5 {
            let all: Vec<Value> = (0..300).map(|it| heap.text(format!("purse {round}, {it}"))).collect();
            let used: Vec<Value> = all.iter().copied().step_by(7).collect();
            keep(&mut heap, &used);
            let again: Vec<Value> = (0..200).map(|it| heap.text(format!("coin {it}"))).collect();
            for (it, number) in used.iter().zip((0..).step_by(7)) {
                assert_eq!(heap.as_text(*it), Some(&*format!("purse {round}, {number}")));
                assert!(!again.contains(it));
            }
            keep(&mut heap, &[]);
            assert_eq!(heap.bytes(), 0);
        }
        assert_eq!(heap.cells(), 300);
    }

    #[test]
    fn large_things_go_when_they_are_found_dead_and_small_ones_when_their_places_are_taken() {
        let mut heap = Heap::new(1 << 30);
        let live = |heap: &Heap| heap.cells.iter().filter(|it| !matches!(it, Cell::Free)).count();
        for _ in 0..100 {
            heap.list(vec![Value::NULL; 1000]);
        }
        keep(&mut heap, &[]);
        assert_eq!(live(&heap), 0);
        for _ in 0..100 {
            heap.text("small");
        }
        keep(&mut heap, &[]);
        assert_eq!(live(&heap), 100);
        // One that is large takes those with it that were left.
        heap.list(vec![Value::NULL; 100]);
        keep(&mut heap, &[]);
        assert_eq!((live(&heap), heap.bytes()), (0, 0));
    }
}
