//! What vats that run the same code share, as long as none of them adds anything of its own.

use std::ops::Deref;
use std::sync::{Arc, Weak};

/// Things in a row. A clone is the same row; who adds something to it then has one of its own.
pub struct Row<T>(Option<Arc<Vec<T>>>);

/// A row that is there as long as somebody has it.
pub type Lent<T> = Weak<Vec<T>>;

impl<T> Default for Row<T> {
    fn default() -> Row<T> {
        Row(None)
    }
}

impl<T> Clone for Row<T> {
    fn clone(&self) -> Row<T> {
        Row(self.0.clone())
    }
}

impl<T> Deref for Row<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |it| &it[..])
    }
}

impl<T: Clone> Row<T> {
    /// Puts these behind the others.
    pub fn add(&mut self, more: impl ExactSizeIterator<Item = T>) {
        let row = Arc::make_mut(self.0.get_or_insert_default());
        row.reserve_exact(more.len());
        row.extend(more);
    }
    /// Leaves the first ones.
    pub fn truncate(&mut self, first: usize) {
        if first < self.len()
            && let Some(it) = &mut self.0
        {
            Arc::make_mut(it).truncate(first);
        }
    }
}

impl<T> Row<T> {
    pub fn lend(&self) -> Lent<T> {
        self.0.as_ref().map_or_else(Weak::new, Arc::downgrade)
    }
    /// `None`: nobody has it any more.
    pub fn of(lent: &Lent<T>) -> Option<Row<T>> {
        lent.upgrade().map(|it| Row(Some(it)))
    }
}
