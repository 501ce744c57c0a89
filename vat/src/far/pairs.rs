//! A table by vat and number, in order: a short row as long as it has few entries, which is nearly always.

use std::collections::BTreeMap;

type Key = (u32, u32);

/// So many entries are looked through one after the other.
const FEW: usize = 16;

/// Few things by vat and number, without room for more.
pub(super) type Row<T> = Box<[(Key, T)]>;

/// Things by vat and number.
#[expect(clippy::box_collection, reason = "every vat has some of these, and nearly none of them are many")]
pub(super) enum Pairs<T> {
    Few(Vec<(Key, T)>),
    Many(Box<BTreeMap<Key, T>>),
}

impl<T> Default for Pairs<T> {
    fn default() -> Pairs<T> {
        Pairs::Few(Vec::new())
    }
}

fn place<T>(few: &[(Key, T)], key: Key) -> Result<usize, usize> {
    match few.iter().position(|it| it.0 >= key) {
        Some(at) if few[at].0 == key => Ok(at),
        Some(at) => Err(at),
        None => Err(few.len()),
    }
}

impl<T> Pairs<T> {
    pub fn len(&self) -> usize {
        match self {
            Pairs::Few(few) => few.len(),
            Pairs::Many(many) => many.len(),
        }
    }
    pub fn is_few(&self) -> bool {
        matches!(self, Pairs::Few(_))
    }
    /// The few there are, or many in their order.
    pub fn into_row(self) -> Row<T> {
        match self {
            Pairs::Few(few) => few.into(),
            Pairs::Many(many) => many.into_iter().collect(),
        }
    }
    /// What [`Pairs::into_row`] gave.
    pub fn of_row(row: Row<T>) -> Pairs<T> {
        if row.len() > FEW { row.into_iter().collect() } else { Pairs::Few(row.into()) }
    }
    pub fn get(&self, key: Key) -> Option<&T> {
        match self {
            Pairs::Few(few) => Some(&few[place(few, key).ok()?].1),
            Pairs::Many(many) => many.get(&key),
        }
    }
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        match self {
            Pairs::Few(few) => {
                let at = place(few, key).ok()?;
                Some(&mut few[at].1)
            }
            Pairs::Many(many) => many.get_mut(&key),
        }
    }
    pub fn insert(&mut self, key: Key, it: T) {
        match self {
            Pairs::Few(few) => match place(few, key) {
                Ok(at) => few[at].1 = it,
                Err(at) if few.len() < FEW => {
                    // A vat that knows of one thing is to be small.
                    if few.capacity() == 0 {
                        few.reserve_exact(1);
                    }
                    few.insert(at, (key, it));
                }
                Err(_) => {
                    let all = std::mem::take(few).into_iter().chain([(key, it)]);
                    *self = Pairs::Many(Box::new(all.collect()));
                }
            },
            Pairs::Many(many) => drop(many.insert(key, it)),
        }
    }
    pub fn remove(&mut self, key: Key) -> Option<T> {
        match self {
            Pairs::Few(few) => {
                let at = place(few, key).ok()?;
                Some(few.remove(at).1)
            }
            Pairs::Many(many) => {
                let it = many.remove(&key);
                if many.is_empty() {
                    *self = Pairs::default();
                }
                it
            }
        }
    }
    pub fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        let (few, many) = match self {
            Pairs::Few(few) => (Some(few), None),
            Pairs::Many(many) => (None, Some(many)),
        };
        let few = few.into_iter().flatten().map(|(key, it)| (*key, it));
        few.chain(many.into_iter().flat_map(|it| it.iter()).map(|(key, it)| (*key, it)))
    }
    /// All of them at once, to be counted.
    pub fn row(&self) -> std::vec::IntoIter<(Key, &T)> {
        self.iter().collect::<Vec<_>>().into_iter()
    }
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|it| it.1)
    }
    pub fn retain(&mut self, mut keeps: impl FnMut(Key, &mut T) -> bool) {
        match self {
            Pairs::Few(few) => few.retain_mut(|(key, it)| keeps(*key, it)),
            Pairs::Many(many) => many.retain(|key, it| keeps(*key, it)),
        }
    }
    /// Takes out all of one vat.
    pub fn remove_all(&mut self, vat: u32) -> Vec<T> {
        let keys: Vec<Key> = match self {
            Pairs::Few(few) => few.iter().map(|it| it.0).filter(|it| it.0 == vat).collect(),
            Pairs::Many(many) => many.range((vat, 0)..=(vat, u32::MAX)).map(|it| *it.0).collect(),
        };
        keys.into_iter().filter_map(|it| self.remove(it)).collect()
    }
}

impl<T> FromIterator<(Key, T)> for Pairs<T> {
    fn from_iter<I: IntoIterator<Item = (Key, T)>>(all: I) -> Pairs<T> {
        let mut pairs = Pairs::default();
        all.into_iter().for_each(|(key, it)| pairs.insert(key, it));
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_answer_alike() {
        let mut pairs = Pairs::default();
        let mut model = BTreeMap::new();
        for n in 0..400u32 {
            let key = (n * 7 % 5, n * 13 % 11);
            if n % 3 == 2 {
                assert_eq!(pairs.remove(key), model.remove(&key));
            } else {
                pairs.insert(key, n);
                model.insert(key, n);
            }
            assert_eq!(pairs.get(key), model.get(&key));
            assert!(pairs.iter().eq(model.iter().map(|(key, it)| (*key, it))));
            if n % 50 == 49 {
                let vat = n % 5;
                let theirs: Vec<u32> = model.range((vat, 0)..=(vat, 99)).map(|it| *it.1).collect();
                assert_eq!(pairs.remove_all(vat), theirs);
                model.retain(|key, _| key.0 != vat);
            }
        }
        pairs.retain(|key, _| key.0 == 1);
        assert_eq!(pairs.len(), model.keys().filter(|it| it.0 == 1).count());
    }
}
