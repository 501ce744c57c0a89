//! The tables of a vat that has nothing to do, without room for more.

use super::super::pairs::{Pairs, Row};
use super::{Export, Pace, Question, Slab, Tables};
use crate::value::{Obj, Value};
use std::num::NonZeroU32;

/// What is left of them while nobody looks at them.
pub(crate) struct Resting {
    exports: Box<[Result<Export, u32>]>,
    imports: Row<(Obj, u32)>,
    answers: Row<Value>,
    questions: Option<Box<Slab<Question>>>,
    enough: usize,
    free: u32,
    known_to: Option<NonZeroU32>,
    gifts_given: u32,
    pace: Pace,
}

impl Tables {
    /// Does the vat know little enough of others, and owe nobody anything?
    pub(crate) fn may_rest(&self) -> bool {
        // Every field is named, so that none is forgotten.
        let Tables {
            exports: _,
            numbers,
            imports,
            questions: _,
            answers,
            known_to: _,
            also_known_to,
            dropped,
            enough: _,
            pace: _,
            embargoed,
            gifts_given: _,
            gifts,
            is_gate,
            deceived,
        } = self;
        let is_small = numbers.used().is_none() && also_known_to.used().is_none();
        let owes = embargoed.len() + gifts.len() + dropped.len();
        is_small && owes == 0 && !is_gate && !deceived && imports.is_few() && answers.is_few()
    }

    /// Gives back the room that nothing is in.
    pub(crate) fn rest(self) -> Resting {
        Resting {
            exports: self.exports.places.into(),
            imports: self.imports.into_row(),
            answers: self.answers.into_row(),
            // What was asked before says which numbers are free.
            questions: (!self.questions.places.is_empty()).then(|| Box::new(self.questions)),
            enough: self.enough,
            free: self.exports.free,
            known_to: self.known_to,
            gifts_given: self.gifts_given,
            pace: self.pace,
        }
    }
}

impl Resting {
    #[cfg(feature = "host")]
    pub(crate) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }
    /// The same tables again.
    pub(crate) fn wake(self) -> Tables {
        Tables {
            exports: Slab { places: self.exports.into(), free: self.free },
            imports: Pairs::of_row(self.imports),
            answers: Pairs::of_row(self.answers),
            questions: self.questions.map(|it| *it).unwrap_or_default(),
            known_to: self.known_to,
            enough: self.enough,
            pace: self.pace,
            gifts_given: self.gifts_given,
            ..Tables::default()
        }
    }
}
