//! The cells' vats, and the names that pass between them.

use crate::cell::{Cell, Ended};
use crate::directive::{self, Directives, Place};
use crate::display::Shown;
use crate::program::{self, Surroundings};
use crate::trouble::Trouble;
use crate::voice::Voice;
use audit::Guard;
use std::time::Duration;
use syntax::{Outer, Pragmas};

/// A cell's E on its way through its vat.
#[derive(Clone)]
pub struct Evaluation {}

/// What a turn did.
pub struct Turned {
    pub settled: bool,
}

pub struct Notebook {
    lasting: Place,
}

impl Notebook {
    pub fn new(_voice: Voice, _interrupt: vat::Interrupt) -> Notebook {
        Notebook { lasting: Place::New }
    }

    /// Reads a cell and puts it in its vat's queue; or says what is wrong with it, and nothing of it has run.
    pub fn start(&mut self, cell: &Cell) -> Result<Evaluation, Trouble> {
        let directives = directive::read(cell.code());
        if let Some(line) = directives.unknown.first() {
            let message =
                format!("`{line}` is no directive; there are `%%vat NAME`, `%vat NAME` and `%vat new`");
            return Err(Trouble::new("UnknownDirective", message));
        }
        let title = format!("cell {}", cell.number);
        let _program = program::read(&title, &directives.program, &Pragmas::default(), self)?;
        let _place = self.place(&directives);
        Err(Trouble::new("NotBuiltYet", "this Walnut has no vats yet"))
    }

    fn place(&mut self, directives: &Directives) -> Place {
        if let Some(place) = &directives.lasting {
            self.lasting = place.clone();
        }
        directives.here.clone().unwrap_or_else(|| self.lasting.clone())
    }

    pub fn has_turns(&self) -> bool {
        false
    }

    pub fn next_timer(&self) -> Option<Duration> {
        None
    }

    pub fn run_turn(&mut self) -> Turned {
        Turned { settled: false }
    }

    pub fn flush(&mut self) {}

    pub fn ended(&self, _cell: &Cell) -> Option<Ended> {
        None
    }

    pub fn keep_names(&mut self, _cell: &Cell) {}

    pub fn show(&self, cell: &Cell) -> Option<Shown> {
        cell.evaluation.as_ref().and_then(|it| self.look(it))
    }

    pub fn look(&self, _evaluation: &Evaluation) -> Option<Shown> {
        None
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }

    pub fn describe(&self, _noun: &str) -> Option<String> {
        None
    }
}

impl Surroundings for Notebook {
    fn outer(&self, noun: &str) -> Option<Outer> {
        audit::scopes::lookup(noun).map(|_| Outer { assignable: false })
    }

    fn guard(&self, noun: &str) -> Guard {
        audit::scopes::lookup(noun).map_or(Guard::plain_def(), |it| it.guard())
    }
}
