//! Says which turn of the main loop took too long: everything else waits for that thread.

use crate::main_loop::Event;
use std::time::{Duration, Instant};

/// A turn longer than this is a defect worth a line in the log.
const PATIENCE: Duration = Duration::from_millis(50);

pub struct Watchdog {
    what: &'static str,
    started: Instant,
}

impl Watchdog {
    pub fn start(event: &Event) -> Watchdog {
        let what = match event {
            Event::Initialize(..) => "initialize",
            Event::DidOpen(_) => "didOpen",
            Event::DidChange(_) => "didChange",
            Event::DidClose(_) => "didClose",
            Event::DidSave(_) | Event::LookedBack { .. } => "the last commit",
            Event::Initialized => "initialized",
            Event::NotebookOpened(_) | Event::NotebookChanged(_) | Event::NotebookClosed(_) => "a notebook",
            Event::FilesChanged(_) | Event::FoldersChanged(_) => "changed files",
            Event::ConfigurationChanged | Event::Configured(_) => "settings",
            Event::LoadingBegins { .. } | Event::Loaded { .. } | Event::LoadingEnds => "files from disk",
            Event::Request(_) => "handing out a request",
            Event::Diagnosed { .. } => "publishing diagnostics",
            Event::Exit => "exit",
        };
        Watchdog { what, started: Instant::now() }
    }

    /// A sentence for the log, if the turn took longer than it should.
    pub fn complaint(self) -> Option<String> {
        let taken = self.started.elapsed();
        (taken > PATIENCE)
            .then(|| format!("the main loop was busy for {} ms with {}", taken.as_millis(), self.what))
    }
}
