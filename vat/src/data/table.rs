//! The table under maps and sets: keys and values in the order they came, found by hash and sameness.
//!
//! Removing an entry moves the last one into its place, as E's maps have always done.

use crate::heap::Heap;
use crate::native::Payload;
use crate::same::{Unsettled, hash, same_yet};
use crate::value::{Obj, Value};

/// A key, its value, and its hash.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub key: Value,
    pub value: Value,
    hash: u64,
}

/// Where a value goes: to a key that is there, or with one that is not.
#[derive(Clone, Copy)]
pub enum Spot {
    At(usize),
    New { key: Value, hash: u64 },
}

/// Keys and values in order.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
    /// Open addressing, half as many again at least as there are entries; empty while these are few. The low bits,
    /// as many as say a place here, hold a place in `entries` plus one, the others a part of its hash, so that few
    /// entries are looked at in vain. Zero: nothing.
    index: Vec<u32>,
    /// Came from another vat: the hashes are not those of this one.
    foreign: bool,
}

/// As many entries as this are looked through one by one.
const FEW: usize = 8;

impl Table {
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = Value> + '_ {
        self.entries.iter().map(|it| it.key)
    }
    pub fn values(&self) -> impl DoubleEndedIterator<Item = Value> + '_ {
        self.entries.iter().map(|it| it.value)
    }
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        self.entries.iter().map(|it| (it.key, it.value)).collect()
    }

    /// Where `key` is.
    pub fn find(&self, heap: &Heap, key: Value) -> Result<Option<usize>, Unsettled> {
        let wanted = hash(heap, key)?;
        Ok(self.find_hashed(heap, key, wanted))
    }

    fn find_hashed(&self, heap: &Heap, key: Value, wanted: u64) -> Option<usize> {
        let is_it = |it: &Entry| it.key == key || same_yet(heap, it.key, key) == Some(true);
        if self.foreign {
            return self.entries.iter().position(is_it);
        }
        if self.index.is_empty() {
            return self.entries.iter().position(|it| it.hash == wanted && is_it(it));
        }
        let mask = self.mask();
        let (mut probe, part) = self.start(wanted);
        loop {
            let found = self.index[probe];
            if found == 0 {
                return None;
            }
            if found & !mask == part {
                let at = (found & mask) as usize - 1;
                let it = &self.entries[at];
                if it.hash == wanted && is_it(it) {
                    return Some(at);
                }
            }
            probe = self.after(probe);
        }
    }

    /// Where looking for a hash begins, and which part of it stands in the index. The best bits are the high ones
    /// of a product; the lowest four stay as they are, so that the ints of a run lie in one line of the cache.
    fn start(&self, hash: u64) -> (usize, u32) {
        let bits = self.index.len().trailing_zeros() - 4;
        let (mixed, low) = ((hash >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15), hash & 15);
        let part = (mixed << bits >> 32) as u32 ^ (low as u32) << 28;
        ((mixed >> (64 - bits) << 4 | low) as usize, part & !self.mask())
    }

    /// The bits that say a place.
    fn mask(&self) -> u32 {
        self.index.len() as u32 - 1
    }

    fn after(&self, probe: usize) -> usize {
        (probe + 1) & (self.index.len() - 1)
    }

    pub fn get(&self, heap: &Heap, key: Value) -> Result<Option<Value>, Unsettled> {
        Ok(self.find(heap, key)?.map(|at| self.entries[at].value))
    }

    /// Puts `value` under `key`, at the end if the key is new; answers whether it was there.
    pub fn put(&mut self, heap: &Heap, key: Value, value: Value) -> Result<bool, Unsettled> {
        let spot = self.spot(heap, key)?;
        self.fill(spot, value);
        Ok(matches!(spot, Spot::At(_)))
    }

    /// Where [`Table::fill`] is to put a key's value.
    pub fn spot(&self, heap: &Heap, key: Value) -> Result<Spot, Unsettled> {
        let hash = hash(heap, key)?;
        Ok(match self.find_hashed(heap, key, hash) {
            Some(at) => Spot::At(at),
            None => Spot::New { key: heap.shorten(key), hash },
        })
    }

    /// Puts a value where its key has been found, or at the end.
    pub fn fill(&mut self, spot: Spot, value: Value) {
        match spot {
            Spot::At(at) => self.entries[at].value = value,
            Spot::New { key, hash } => self.push(Entry { key, value, hash }),
        }
    }

    /// Changes the value of an entry already found.
    pub fn set_at(&mut self, at: usize, value: Value) {
        self.entries[at].value = value;
    }

    fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
        if self.foreign {
            return;
        }
        if 3 * self.entries.len() <= 2 * self.index.len() {
            self.place(self.entries.len() - 1);
        } else if self.entries.len() > FEW {
            self.index = vec![0; (2 * self.entries.len()).next_power_of_two()];
            for at in 0..self.entries.len() {
                self.place(at);
            }
        }
    }

    fn place(&mut self, at: usize) {
        let (mut probe, part) = self.start(self.entries[at].hash);
        while self.index[probe] != 0 {
            probe = self.after(probe);
        }
        self.index[probe] = part | (at as u32 + 1);
    }

    /// The table of these entries, whose hashes are known.
    fn of(entries: Vec<Entry>, foreign: bool) -> Table {
        let mut it = Table { entries, index: Vec::new(), foreign };
        if !foreign && it.entries.len() > FEW {
            it.index = vec![0; (2 * it.entries.len()).next_power_of_two()];
            for at in 0..it.entries.len() {
                it.place(at);
            }
        }
        it
    }

    /// Removes the entry at `at`; the last one takes its place.
    pub fn remove_at(&mut self, at: usize) {
        let last = self.entries.len() - 1;
        if !self.index.is_empty() {
            self.unplace(at);
            if at != last {
                let probe = self.probe_of(last);
                self.index[probe] = self.index[probe] & !self.mask() | (at as u32 + 1);
            }
        }
        self.entries.swap_remove(at);
        if self.entries.is_empty() {
            self.index.clear();
        }
    }

    fn probe_of(&self, at: usize) -> usize {
        let (mut probe, _) = self.start(self.entries[at].hash);
        while self.index[probe] & self.mask() != at as u32 + 1 {
            probe = self.after(probe);
        }
        probe
    }

    /// Takes an entry out of the index; what stands behind it moves up if it was pushed there.
    fn unplace(&mut self, at: usize) {
        let mut gap = self.probe_of(at);
        let mut probe = gap;
        loop {
            self.index[gap] = 0;
            loop {
                probe = self.after(probe);
                let Some(at) = (self.index[probe] & self.mask()).checked_sub(1) else { return };
                let (start, _) = self.start(self.entries[at as usize].hash);
                // It may go to the gap unless its own place lies behind that.
                let mask = self.index.len() - 1;
                if (probe.wrapping_sub(start) & mask) >= (probe.wrapping_sub(gap) & mask) {
                    break;
                }
            }
            self.index[gap] = self.index[probe];
            gap = probe;
        }
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.index.clear();
        self.foreign = false;
    }

    /// Puts the entries in the order of `order`, places in the old order.
    pub fn reordered(&self, order: &[usize]) -> Table {
        let mut table = Table { foreign: self.foreign, ..Table::default() };
        for at in order {
            table.push(self.entries[*at]);
        }
        table
    }
}

impl Payload for Table {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for it in &self.entries {
            visit(it.key);
            visit(it.value);
        }
    }
    fn mark(&self, visit: &mut dyn FnMut(Obj)) {
        for it in &self.entries {
            it.key.as_obj().into_iter().chain(it.value.as_obj()).for_each(&mut *visit);
        }
    }
    fn bytes(&self) -> u64 {
        40 * self.entries.len() as u64 + 4 * self.index.len() as u64
    }
    fn copy(&self, carry: &mut dyn FnMut(Value) -> Value) -> Option<Box<dyn Payload>> {
        let carried = |it: &Entry| Entry { key: carry(it.key), value: carry(it.value), hash: it.hash };
        let entries: Vec<Entry> = self.entries.iter().map(carried).collect();
        Some(Box::new(Table { entries, index: Vec::new(), foreign: true }))
    }
}

impl crate::store::Saved for Table {
    fn save(&self, out: &mut crate::store::Writer) {
        out.bool(self.foreign);
        out.all(self.entries.iter(), |out, it| {
            out.value(it.key);
            out.value(it.value);
            out.fixed(it.hash);
        });
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        let foreign = from.bool()?;
        let entries = from.all(|from| {
            let (key, value) = (from.value()?, from.value()?);
            Ok(Entry { key, value, hash: from.fixed()? })
        })?;
        Ok(Table::of(entries, foreign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(heap: &Heap, keys: impl IntoIterator<Item = i64>) -> Table {
        let mut it = Table::default();
        for key in keys {
            it.put(heap, key.into(), key.wrapping_mul(10).into()).unwrap();
        }
        it
    }

    fn keys(it: &Table) -> Vec<i64> {
        it.keys().filter_map(Value::as_int).collect()
    }

    #[test]
    fn removing_moves_the_last_entry_into_the_gap() {
        let heap = Heap::new(1 << 20);
        let mut it = table(&heap, 0..4);
        let at = it.find(&heap, 1.into()).unwrap().unwrap();
        it.remove_at(at);
        assert_eq!(keys(&it), [0, 3, 2]);
    }

    #[test]
    fn a_large_table_finds_what_was_put_and_nothing_else() {
        let heap = Heap::new(1 << 20);
        let mut it = table(&heap, 0..500);
        for key in (0..500).step_by(3) {
            let at = it.find(&heap, key.into()).unwrap().unwrap();
            it.remove_at(at);
        }
        for key in 0..500i64 {
            let found = it.get(&heap, key.into()).unwrap().and_then(Value::as_int);
            assert_eq!(found, (key % 3 != 0).then_some(key * 10), "{key}");
        }
        assert_eq!(it.get(&heap, 1.0.into()).unwrap(), None);
    }

    #[test]
    fn what_is_put_and_removed_in_turns_stays_findable() {
        let heap = Heap::new(1 << 20);
        let mut it = Table::default();
        let mut there = std::collections::BTreeSet::new();
        let mut seed = 7u64;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let key = (seed >> 33) as i64 % 300;
            match it.find(&heap, key.into()).unwrap() {
                Some(at) if !seed.is_multiple_of(3) => {
                    it.remove_at(at);
                    there.remove(&key);
                }
                _ => {
                    it.put(&heap, key.into(), (key * 10).into()).unwrap();
                    there.insert(key);
                }
            }
        }
        let mut found = keys(&it);
        found.sort();
        assert_eq!(found, there.iter().copied().collect::<Vec<_>>());
        for key in 0..300i64 {
            assert_eq!(it.find(&heap, key.into()).unwrap().is_some(), there.contains(&key), "{key}");
        }
    }

    #[test]
    fn keys_at_any_distance_from_each_other_are_found_and_removed() {
        let heap = Heap::new(1 << 30);
        for stride in [1, 2, 15, 16, 17, 1 << 10, 1 << 20, (1 << 20) + 16, 1 << 44, -7] {
            let keys = |from: i64, to: i64| (from..to).map(move |it| it.wrapping_mul(stride));
            let mut it = table(&heap, keys(-2000, 3000));
            for key in keys(-2000, 2000) {
                let at = it.find(&heap, key.into()).unwrap().unwrap();
                it.remove_at(at);
            }
            for key in keys(-2000, 2000).chain(keys(3000, 5000)) {
                assert_eq!(it.get(&heap, key.into()).unwrap(), None, "{key} by {stride}");
            }
            for key in keys(2000, 3000) {
                let found = it.get(&heap, key.into()).unwrap().and_then(Value::as_int);
                assert_eq!(found, Some(key.wrapping_mul(10)), "{key} by {stride}");
            }
        }
    }

    #[test]
    fn strings_are_found_by_their_characters() {
        let mut heap = Heap::new(1 << 20);
        let (one, other) = (heap.text("Alice"), heap.text("Alice"));
        let mut it = Table::default();
        it.put(&heap, one, 1.into()).unwrap();
        assert_eq!(it.get(&heap, other).unwrap(), Some(1.into()));
    }
}
