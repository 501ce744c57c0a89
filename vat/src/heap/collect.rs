//! Mark and sweep.

use super::{Cell, Heap, NONE};
use crate::data::twine;
use crate::native::Stamps;
use crate::value::{Obj, Value};

impl Heap {
    /// Frees every cell that cannot be reached from `roots`.
    pub fn collect(&mut self, roots: &mut crate::cx::Roots<'_>) {
        self.marks.clear();
        self.marks.resize(self.cells.len().div_ceil(64), 0);
        let mut work = std::mem::take(&mut self.work);
        let mut bytes = 0;
        {
            let marks = &mut self.marks;
            roots(&mut |it| mark(marks, &mut work, it));
        }
        while let Some(id) = work.pop() {
            let cell = &self.cells[id as usize];
            bytes += cell.bytes();
            let marks = &mut self.marks;
            cell.trace(&mut |it| mark(marks, &mut work, it));
            if let Cell::Object { stamps, .. } = cell
                && stamps.has(Stamps::APPROVED)
                && let Some(it) = self.approvals.get(&Obj(id))
            {
                mark(marks, &mut work, *it);
            }
            if !self.portraits.is_empty()
                && let Some(it) = self.portraits.get(&Obj(id))
            {
                mark(marks, &mut work, *it);
            }
            if !self.spans.is_empty()
                && let Some(it) = self.spans.get(&Obj(id))
            {
                bytes += twine::weight(&it.parts);
                mark(marks, &mut work, it.bare);
            }
        }
        self.bytes = bytes;
        // A deep heap needed it long; most do not.
        work.shrink_to(1 << 12);
        self.work = work;
        self.sweep();
        self.collect_at((self.bytes() * 2).max(1 << 20).min(self.limit));
    }

    /// Has the last collection left it?
    pub(crate) fn survived(&self, it: Obj) -> bool {
        self.marks.get(it.index() / 64).is_some_and(|word| word & (1 << (it.index() % 64)) != 0)
    }

    /// Frees what has no mark, so that the lowest places are taken first.
    fn sweep(&mut self) {
        self.free = NONE;
        let marks = &self.marks;
        let is_marked = |id: usize| marks[id / 64] & (1 << (id % 64)) != 0;
        self.approvals.retain(|it, _| is_marked(it.index()));
        self.far_proxies.retain(|_, alike| {
            alike.retain(|it| is_marked(it.index()));
            !alike.is_empty()
        });
        self.shared.retain(|_, it| is_marked(it.index()));
        self.shared_names.retain(|it, _| is_marked(it.index()));
        self.spans.retain(|it, _| is_marked(it.index()));
        self.portraits.retain(|it, _| is_marked(it.index()));
        let dead = &mut self.dead;
        self.weak.retain(|weak, target| {
            let lives = target.as_obj().is_none_or(|it| is_marked(it.index()));
            if is_marked(weak.index()) && !lives {
                dead.push(*weak);
            }
            is_marked(weak.index()) && lives
        });
        // In the order they were made, whatever the table's.
        dead.sort_unstable();
        for word in (0..marks.len()).rev() {
            // Most words are full in a heap that lives.
            if marks[word] == u64::MAX {
                continue;
            }
            for id in (word * 64..self.cells.len().min(word * 64 + 64)).rev() {
                if !is_marked(id) {
                    self.cells[id] = Cell::Free(self.free);
                    self.free = id as u32;
                }
            }
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
