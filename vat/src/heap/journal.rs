//! What cells were before a turn changed them, for turns that may be taken back.
//!
//! It costs by what a turn changes, and not by the size of the heap: the first time a cell is about to change, what it
//! is then is written down. While a journal is kept, what was there when it was begun is no garbage.

use super::saved::{cell, read_cell};
use super::{Cell, Heap};
use crate::rare::Rare;
use crate::store::{Damage, Read, Reader, Writer};
use crate::value::{Obj, Value};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// What a heap was when it was begun, as far as it has changed since.
pub(super) struct Journal {
    /// The cells that were changed, in their order, and what they were, as bytes.
    changed: Vec<Obj>,
    was: Writer,
    /// What each of them held: where that stands in `values`.
    held: FxHashMap<Obj, Range<usize>>,
    values: Vec<Value>,
    /// What else is to be there if the turn is taken back.
    roots: Vec<Value>,
    /// How many cells there were: those behind them are new.
    cells: usize,
    beside: u64,
    portraits: Rare<FxHashMap<Obj, Value>>,
    /// Weak references that have died since, and whose holders were told by a message that is taken back too.
    pub(super) dead: Vec<Obj>,
}

impl Journal {
    /// What a cell held that has changed.
    pub(super) fn held_by(&self, it: Obj) -> &[Value] {
        let place = self.held.get(&it).and_then(|it| self.values.get(it.clone()));
        place.unwrap_or_default()
    }
    pub(super) fn roots(&self) -> &[Value] {
        &self.roots
    }
}

impl Heap {
    /// From here on changes can be taken back; `roots` are to be there then, beside what is in use anyway.
    pub(crate) fn begin_journal(&mut self, roots: Vec<Value>) {
        let portraits = self.portraits.used().filter(|it| !it.is_empty()).cloned();
        self.journal = Some(Box::new(Journal {
            changed: Vec::new(),
            was: Writer::new(),
            held: FxHashMap::default(),
            values: Vec::new(),
            roots,
            cells: self.cells.len(),
            beside: self.beside,
            portraits: portraits.map_or_else(Rare::default, Rare::from),
            dead: Vec::new(),
        }));
    }

    /// What has been changed stays so.
    pub(crate) fn end_journal(&mut self) {
        self.journal = None;
    }

    /// A cell is about to change.
    #[cold]
    #[inline(never)]
    pub(super) fn put_down(&mut self, it: Obj) {
        let Some(journal) = &mut self.journal else { return };
        if it.index() >= journal.cells || journal.held.contains_key(&it) {
            return;
        }
        let was = &self.cells[it.index()];
        let begin = journal.values.len();
        was.trace(&mut |it| journal.values.push(it));
        cell(&mut journal.was, was);
        journal.held.insert(it, begin..journal.values.len());
        journal.changed.push(it);
    }

    /// Makes every cell that was there what it was; the others are garbage now, and what all weigh is known when that
    /// has been collected.
    pub(crate) fn take_back(&mut self) -> Read<()> {
        let Some(journal) = self.journal.take() else { return Ok(()) };
        let was = journal.was.finish().map_err(|_| Damage("something cannot be written down"))?;
        let mut from = Reader::new(&was)?;
        from.places.same = true;
        from.cells = self.cells.len();
        let cells: Vec<Cell> = journal.changed.iter().map(|_| read_cell(&mut from)).collect::<Read<_>>()?;
        for (it, cell) in journal.changed.iter().zip(cells) {
            self.cells[it.index()] = cell;
        }
        self.beside = journal.beside;
        self.portraits = journal.portraits;
        if !journal.dead.is_empty() {
            self.dead.extend(journal.dead);
        }
        Ok(())
    }

    /// How many cells the turn has changed that were there before it, if that is put down.
    #[cfg(test)]
    fn changed(&self) -> usize {
        self.journal.as_ref().map_or(0, |it| it.changed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::texts::Dice;

    fn collect(heap: &mut Heap, roots: &[Value]) {
        heap.collect(&mut |visit| roots.iter().for_each(|it| visit(*it)));
    }

    /// All that can be reached, written out; by what it is, wherever it lies.
    fn shown(heap: &Heap, roots: &[Value]) -> String {
        let (mut out, mut numbers, mut work) = (String::new(), FxHashMap::default(), roots.to_vec());
        let mut at = 0;
        while let Some(value) = work.get(at).copied() {
            at += 1;
            let Some(it) = value.as_obj() else {
                out.push_str(&format!("{value:?};"));
                continue;
            };
            let next = numbers.len();
            let number = *numbers.entry(it).or_insert(next);
            out.push_str(&format!("#{number};"));
            if number < next {
                continue;
            }
            let mut bytes = Writer::new();
            match heap.cell(it) {
                Cell::Short(it) => out.push_str(&format!("{:?};", &**it)),
                Cell::Ejector { live, .. } => out.push_str(if *live { "live;" } else { "dead;" }),
                it => {
                    cell(&mut bytes, it);
                    out.push_str(&format!("{:?};", bytes.finish().map(|it| it.first().copied())));
                }
            }
            heap.cell(it).trace(&mut |it| work.push(it));
        }
        out
    }

    #[test]
    fn whatever_is_changed_made_and_collected_can_be_taken_back() {
        let mut dice = Dice(7);
        for round in 0..300 {
            let mut heap = Heap::new(1 << 24);
            heap.eager = round % 2 == 1;
            let mut all: Vec<Value> = vec![heap.text("coin"), 1.into(), Value::NULL];
            let make = |heap: &mut Heap, all: &mut Vec<Value>, dice: &mut Dice| {
                let some = [0; 3].map(|_| all[dice.below(all.len())]);
                let it = match dice.below(5) {
                    0 => heap.alloc(Cell::VarSlot(some[0])).into(),
                    1 => heap.list(some.to_vec()),
                    2 => heap.flex(Value::NULL, some.to_vec()),
                    3 => heap.guarded_slot(some[0], some[1]),
                    _ => heap.ejector(some[0]),
                };
                all.push(it);
            };
            for _ in 0..60 {
                make(&mut heap, &mut all, &mut dice);
            }
            let roots: Vec<Value> = (0..6).map(|_| all[dice.below(all.len())]).collect();
            if round % 3 > 0 {
                collect(&mut heap, &roots);
            }
            let before = shown(&heap, &roots);
            heap.begin_journal(roots.clone());
            // What the turn can get at.
            let mut now: Vec<Value> = Vec::new();
            let mut work = roots.clone();
            while let Some(it) = work.pop() {
                if !now.contains(&it) {
                    now.push(it);
                    it.as_obj().into_iter().for_each(|it| heap.cell(it).trace(&mut |it| work.push(it)));
                }
            }
            for _ in 0..80 {
                let (at, what) = (now[dice.below(now.len())], now[dice.below(now.len())]);
                match dice.below(4) {
                    0 => make(&mut heap, &mut now, &mut dice),
                    1 if dice.below(8) == 0 => {
                        // It holds on to a part of what it had, and the rest is garbage, if nothing else has it.
                        now.retain(|_| dice.below(3) > 0);
                        now.push(1.into());
                        let mut all = Vec::new();
                        let mut work = now.clone();
                        while let Some(it) = work.pop() {
                            if !all.contains(&it) {
                                all.push(it);
                                it.as_obj()
                                    .into_iter()
                                    .for_each(|it| heap.cell(it).trace(&mut |it| work.push(it)));
                            }
                        }
                        collect(&mut heap, &all);
                        now = all;
                    }
                    _ => {
                        heap.change_flex(at, |it| it.push(what));
                        match at.as_obj().map(|it| heap.cell_mut(it)) {
                            Some(Cell::VarSlot(it)) => *it = what,
                            Some(Cell::GuardedSlot(it)) => it.value = what,
                            Some(Cell::Ejector { live, .. }) => *live = false,
                            _ => {}
                        }
                    }
                }
            }
            assert_eq!(heap.take_back(), Ok(()));
            assert_eq!(shown(&heap, &roots), before, "round {round}");
            collect(&mut heap, &roots);
            assert_eq!(shown(&heap, &roots), before, "round {round}");
        }
    }

    #[test]
    fn what_a_turn_leaves_alone_costs_it_nothing() {
        let mut heap = Heap::new(1 << 24);
        let all: Vec<Value> = (0..10_000).map(|n| heap.flex(Value::NULL, vec![n.into()])).collect();
        let ledger = heap.list(all.clone());
        heap.begin_journal(vec![ledger]);
        for _ in 0..5 {
            heap.change_flex(all[7], |it| it.push(Value::NULL));
        }
        assert_eq!(heap.changed(), 1);
        assert_eq!(heap.take_back(), Ok(()));
        assert_eq!(heap.as_flex(all[7]).map(|it| it.items.get().len()), Some(1));
    }
}
