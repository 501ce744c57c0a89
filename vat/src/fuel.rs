//! How long a turn may take, and the flag that stops it from outside.

use crate::bank::{Account, Resource};
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
pub(crate) const SLICE: u64 = 10_000;

/// What is left of a turn's budget. One unit is about one call or one turn of a loop.
#[derive(Clone, Debug)]
pub struct Fuel {
    slice: i64,
    budget: u64,
    /// What the turn began with.
    begun: u64,
    /// How much it had used when it was interrupted.
    interrupted: u64,
    /// It is to be interrupted when it has used so much, as it was before.
    until: Option<u64>,
    interrupt: Interrupt,
    /// The flag of this vat alone, if somebody has asked for it.
    own: Option<Interrupt>,
    /// Who pays for it.
    account: Option<Arc<Account>>,
    /// The account that had no more.
    refused: Option<Arc<Account>>,
}

impl Fuel {
    /// `budget` units; `u64::MAX` is as good as endless.
    pub fn new(budget: u64, interrupt: Interrupt) -> Fuel {
        let begun = budget;
        Fuel {
            slice: 0,
            budget,
            begun,
            interrupted: 0,
            until: None,
            interrupt,
            own: None,
            account: None,
            refused: None,
        }
    }
    /// The budget of a new turn. The flags are looked at before anything is done with it.
    #[inline]
    pub(crate) fn refill(&mut self, budget: u64) {
        self.begun = budget;
        if self.account.is_some() || self.own.is_some() || self.interrupt.is_raised() {
            (self.slice, self.budget) = (0, budget);
            self.refused = None;
        } else {
            let slice = SLICE.min(budget);
            (self.slice, self.budget) = (slice as i64, budget - slice);
        }
    }
    /// From now on an account pays.
    pub(crate) fn join(&mut self, account: Arc<Account>) {
        self.account = Some(account);
    }
    /// From now on nobody pays; who did until now.
    pub(crate) fn leave(&mut self) -> Option<Arc<Account>> {
        self.refused = None;
        self.account.take()
    }
    /// The turn is over: what is left of its slice goes back, and what it owes is paid.
    #[inline]
    pub(crate) fn settle(&mut self) {
        let Some(account) = &self.account else { return };
        match std::mem::replace(&mut self.slice, 0) {
            left @ 0.. => account.refund(Resource::Instructions, left.unsigned_abs()),
            owed => account.force(Resource::Instructions, owed.unsigned_abs().min(self.budget)),
        }
    }
    /// Why the account gave no more, if that is what ended the turn.
    pub(crate) fn take_refusal(&mut self) -> Option<String> {
        self.refused.take().map(|it| it.refusal(Resource::Instructions))
    }
    /// Does nobody pay for it, and nobody stop this vat alone?
    pub(crate) fn may_rest(&self) -> bool {
        self.own.is_none() && self.account.is_none() && self.refused.is_none()
    }
    /// Between turns it is only the flag.
    pub(crate) fn rest(self) -> Interrupt {
        self.interrupt
    }
    /// May its turns be stopped without those of others?
    #[cfg(feature = "host")]
    pub(crate) fn has_own_interrupt(&self) -> bool {
        self.own.is_some()
    }
    pub(crate) fn own_interrupt(&mut self) -> Interrupt {
        self.own.get_or_insert_default().clone()
    }
    /// The next turn is interrupted when it has used so much; `None`: that was it.
    pub(crate) fn interrupt_after(&mut self, units: Option<u64>) {
        // Who may be interrupted has its flag looked at from the beginning.
        self.own_interrupt();
        self.until = units;
    }
    /// How much the turn had used that was interrupted last.
    pub(crate) fn interrupted_after(&self) -> u64 {
        self.interrupted
    }
    /// How much of the turn's budget is used up, or owed.
    pub(crate) fn used(&self) -> u64 {
        self.begun.wrapping_sub(self.budget).wrapping_add_signed(self.slice.wrapping_neg())
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
        let used = self.used();
        if self.interrupt.take()
            || self.own.as_ref().is_some_and(Interrupt::take)
            || self.until.is_some_and(|it| used >= it)
        {
            (self.interrupted, self.until) = (used, None);
            return Err(Stop::Interrupted);
        }
        let owed = self.slice.min(0).unsigned_abs();
        // One that is to be interrupted looks again exactly then, and nothing is drawn for longer.
        let slice = self.until.map_or(SLICE, |it| SLICE.min(it - used - 1));
        let wanted = owed.saturating_add(slice).min(self.budget);
        let drawn = match &self.account {
            None => Ok(wanted),
            Some(it) if owed > self.budget => it.draw_some(Resource::Instructions, 0, wanted),
            Some(it) => it.draw_some(Resource::Instructions, owed, wanted),
        };
        match drawn {
            Ok(drawn) if drawn >= owed => {
                self.budget -= drawn;
                self.slice = (drawn - owed) as i64;
                return Ok(());
            }
            Ok(_) => {}
            Err(by) => self.refused = Some(by),
        }
        self.budget = 0;
        Err(Stop::OutOfFuel)
    }
    pub fn left(&self) -> u64 {
        self.budget
    }
}
