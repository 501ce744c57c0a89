//! Cells that go idle only when their value has settled, and displays that follow what they show.

use super::Session;
use crate::display::Display;
use crate::lane::{Held, Stage};
use crate::trouble::Trouble;
use std::time::{Duration, Instant};
use vat::Handle;

/// How long turns may follow turns before a cell whose value is shown is answered nevertheless.
pub(super) const COMING_TO_REST: Duration = Duration::from_secs(1);

impl Session {
    /// Something settled: displays are brought up to date, and so are cells that wait for their value.
    pub(super) fn settle(&mut self, settled: &[Handle]) {
        self.notebook.flush();
        // A cell that is held is running to its front end.
        let runs = self.lanes.values().find_map(|it| match &it.stage {
            Stage::Runs(it) => Some(&it.cell),
            _ => None,
        });
        let running = runs.or(self.held.last().map(|it| &it.cell)).map(|it| it.request.clone());
        self.displays.update(&mut self.notebook, settled, running.as_ref().map(|it| it.header()));
        for it in self.held.iter_mut().filter(|it| it.until.is_none()) {
            let shown = self.notebook.look(&it.started);
            if !shown.is_pending && !shown.is_live {
                it.until = Some(Instant::now() + COMING_TO_REST);
                if !it.cell.is_silent() && !it.cell.request.can_be_asked() {
                    self.displays.open(Display::new(&it.cell, &it.started, shown));
                }
            }
        }
    }

    /// Answers the held cells whose value is shown: all of them if the vats are at rest, else those that have
    /// waited long enough.
    pub(super) fn release(&mut self, at_rest: bool) {
        let now = Instant::now();
        let ripe = |it: &mut Held| it.until.is_some_and(|until| at_rest || until <= now);
        let ripe: Vec<Held> = self.held.extract_if(.., ripe).collect();
        ripe.into_iter().for_each(|it| self.succeed(&it.cell, it.expressions));
    }

    /// Nothing runs and nothing will: a held cell shows its promise as it is. A later cell may still settle it.
    pub(super) fn give_up_waiting(&mut self) {
        self.release(true);
        for Held { cell, started, expressions, .. } in std::mem::take(&mut self.held) {
            let mut shown = self.notebook.look(&started);
            if shown.is_pending {
                shown.places = self.notebook.why_never(&started).unwrap_or_default();
                shown = shown.with_note("unresolved: nothing is left to run");
            }
            if !cell.is_silent() && !cell.request.can_be_asked() {
                self.displays.open(Display::new(&cell, &started, shown));
            }
            self.succeed(&cell, expressions);
        }
        self.fail_running(&Trouble::never_ends());
    }
}
