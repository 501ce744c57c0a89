//! Stops a turn that takes longer than a step may.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use vat::Interrupt;

/// A thread that raises an interrupt when a deadline passes, and sleeps until then.
pub struct Watchdog {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    deadline: Option<(Instant, Interrupt)>,
    over: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|it| it.into_inner())
    }
}

impl Watchdog {
    pub fn start() -> Watchdog {
        let shared = Arc::<Shared>::default();
        let watched = shared.clone();
        std::thread::spawn(move || watch(&watched));
        Watchdog { shared }
    }

    /// Runs `work`; if it takes longer than `limit`, its turn is interrupted.
    pub fn limit<T>(&self, limit: Duration, interrupt: Interrupt, work: impl FnOnce() -> T) -> T {
        let Some(deadline) = Instant::now().checked_add(limit) else { return work() };
        self.shared.lock().deadline = Some((deadline, interrupt.clone()));
        self.shared.changed.notify_all();
        let done = work();
        // Taken under the lock, so that it is either raised by now or never: what was meant for this step does
        // not stop the next.
        if self.shared.lock().deadline.take().is_none() {
            interrupt.take();
        }
        done
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_all();
    }
}

fn watch(shared: &Shared) {
    let mut state = shared.lock();
    while !state.over {
        state = match &state.deadline {
            None => shared.changed.wait(state).unwrap_or_else(|it| it.into_inner()),
            Some((deadline, interrupt)) => match deadline.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => {
                    shared.changed.wait_timeout(state, left).unwrap_or_else(|it| it.into_inner()).0
                }
                _ => {
                    interrupt.raise();
                    state.deadline = None;
                    state
                }
            },
        };
    }
}
