//! What most vats never need: a word, until somebody looks into it.

use std::cell::OnceCell;
use std::ops::{Deref, DerefMut};

/// A value that is made when it is first used.
pub struct Rare<T>(OnceCell<Box<T>>);

impl<T> Default for Rare<T> {
    fn default() -> Rare<T> {
        Rare(OnceCell::new())
    }
}

impl<T> From<T> for Rare<T> {
    fn from(it: T) -> Rare<T> {
        Rare(OnceCell::from(Box::new(it)))
    }
}

impl<T> Rare<T> {
    /// What is there, if it has ever been used.
    pub fn used(&self) -> Option<&T> {
        self.0.get().map(|it| &**it)
    }
    pub fn used_mut(&mut self) -> Option<&mut T> {
        self.0.get_mut().map(|it| &mut **it)
    }
}

impl<T: Default> Deref for Rare<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.get_or_init(Box::default)
    }
}

impl<T: Default> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        if self.0.get().is_none() {
            self.0 = OnceCell::from(Box::<T>::default());
        }
        // It has just been made, if it was not there.
        match self.0.get_mut() {
            Some(it) => it,
            None => unreachable!("what was made is there"),
        }
    }
}
