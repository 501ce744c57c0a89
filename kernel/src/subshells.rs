//! Subshells: further queues of cells, beside the main one, in the same vats. Control makes and ends them.

use crate::wire::fresh_id;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The ids of those there are; shared by control and the worker.
#[derive(Clone, Default)]
pub struct Subshells(Arc<Mutex<BTreeSet<String>>>);

impl Subshells {
    pub fn create(&self) -> String {
        let id = fresh_id();
        self.lock().insert(id.clone());
        id
    }

    pub fn delete(&self, id: &str) -> bool {
        self.lock().remove(id)
    }

    pub fn all(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    /// Whether a request may name it; no name is the main shell.
    pub fn has(&self, id: &str) -> bool {
        id.is_empty() || self.lock().contains(id)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
