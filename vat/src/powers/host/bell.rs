//! A bell that is rung when the world has answered, for whoever has nothing else to do than wait.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Clone it: all clones are one bell.
#[derive(Clone, Default)]
pub struct Bell(Arc<(Mutex<usize>, Condvar)>);

impl Bell {
    /// There is one more reply to fetch.
    pub(super) fn ring(&self) {
        *self.waiting() += 1;
        self.0.1.notify_all();
    }

    /// So many replies have been fetched.
    pub(super) fn fetched(&self, replies: usize) {
        let mut waiting = self.waiting();
        *waiting = waiting.saturating_sub(replies);
    }

    /// Waits until there is a reply to fetch, at most so long; says whether there is one.
    pub fn wait(&self, at_most: Duration) -> bool {
        let waited = self.0.1.wait_timeout_while(self.waiting(), at_most, |it| *it == 0);
        waited.map_or(true, |(waiting, _)| *waiting > 0)
    }

    fn waiting(&self) -> MutexGuard<'_, usize> {
        self.0.0.lock().unwrap_or_else(|it| it.into_inner())
    }
}
