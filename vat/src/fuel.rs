//! How long a turn may take, and the flag that stops it from outside.

use crate::problem::Stop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops a running turn from another thread. Clone it, keep it, raise it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub fn new() -> Interrupt {
        Interrupt::default()
    }
    /// The turn that runs now, or the next one, ends with [`Stop::Interrupted`].
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    /// Lowers the flag; says whether it was up.
    pub fn take(&self) -> bool {
        self.is_raised() && self.0.swap(false, Ordering::Relaxed)
    }
}

/// Units of work between two looks at the interrupt flag.
const SLICE: i64 = 10_000;

/// What is left of a turn's budget. One unit is about one call or one turn of a loop.
#[derive(Clone, Debug)]
pub struct Fuel {
    slice: i64,
    budget: u64,
    interrupt: Interrupt,
    /// The flag of this vat alone, if somebody has asked for it.
    own: Option<Interrupt>,
}

impl Fuel {
    /// `budget` units; `u64::MAX` is as good as endless.
    pub fn new(budget: u64, interrupt: Interrupt) -> Fuel {
        Fuel { slice: 0, budget, interrupt, own: None }
    }
    /// The budget of a new turn. The flags are looked at before anything is done with it.
    pub(crate) fn refill(&mut self, budget: u64) {
        (self.slice, self.budget) = (0, budget);
    }
    pub(crate) fn own_interrupt(&mut self) -> Interrupt {
        self.own.get_or_insert_default().clone()
    }
    /// Uses up one unit; `false`: it is time to look closer, with `charge(0)`.
    #[inline(always)]
    pub(crate) fn tick(&mut self) -> bool {
        self.slice -= 1;
        self.slice >= 0
    }
    /// Uses up `units`.
    #[inline]
    pub fn charge(&mut self, units: u64) -> Result<(), Stop> {
        self.slice -= units.min(i64::MAX as u64 / 2) as i64;
        if self.slice >= 0 { Ok(()) } else { self.next_slice() }
    }
    /// Uses up `units` where nothing can be ended; the next charge sees to it.
    pub(crate) fn owe(&mut self, units: u64) {
        self.slice = self.slice.saturating_sub_unsigned(units);
    }
    #[cold]
    fn next_slice(&mut self) -> Result<(), Stop> {
        if self.interrupt.take() || self.own.as_ref().is_some_and(Interrupt::take) {
            return Err(Stop::Interrupted);
        }
        let owed = SLICE.saturating_sub(self.slice) as u64;
        if self.budget < owed {
            self.budget = 0;
            return Err(Stop::OutOfFuel);
        }
        self.budget -= owed;
        self.slice = SLICE;
        Ok(())
    }
    pub fn left(&self) -> u64 {
        self.budget
    }
}
