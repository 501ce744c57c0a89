//! How far a long run is: one line on the terminal, written over until it is over.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Nothing is shown of a run shorter than this, nor more often than that.
const PATIENCE: Duration = Duration::from_millis(800);
const PAUSE: Duration = Duration::from_millis(100);

pub struct Progress {
    on: bool,
    begun: Instant,
    last: Option<Instant>,
}

impl Progress {
    pub fn on_stderr() -> Progress {
        Progress { on: std::io::stderr().is_terminal(), begun: Instant::now(), last: None }
    }

    /// Shows where the run is, if it is time to.
    pub fn at(&mut self, what: impl FnOnce() -> String) {
        let due = self.last.is_none_or(|it| it.elapsed() >= PAUSE);
        if self.on && due && self.begun.elapsed() >= PATIENCE {
            self.last = Some(Instant::now());
            eprint!("\r\u{1b}[2K{}", what());
            let _gone = std::io::stderr().flush();
        }
    }

    /// Takes the line away, before something else is written.
    pub fn clear(&mut self) {
        if self.last.take().is_some() {
            eprint!("\r\u{1b}[2K");
        }
    }
}
