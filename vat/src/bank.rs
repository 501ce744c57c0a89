//! Space banks: who pays for a vat's bytes and instructions.
//!
//! An account is a node of a tree: what is drawn from it is drawn from every account above it, and none goes past
//! its limit. Vats on different threads draw from the same accounts, in blocks, so that a turn mostly counts for
//! itself; when it is over its vat gives back what it has not used, and the accounts are exact again.

pub(crate) mod object;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// What can be used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resource {
    /// Of heap, as `Heap` counts them.
    Bytes,
    /// Units of `Fuel`, over all turns.
    Instructions,
}

/// What an account may let through. `u64::MAX` is no limit of its own.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub bytes: u64,
    pub instructions: u64,
    /// Instructions of a single turn.
    pub turn: u64,
}

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance { bytes: u64::MAX, instructions: u64::MAX, turn: u64::MAX }
    }
}

#[derive(Debug)]
struct Meter {
    limit: AtomicU64,
    used: AtomicU64,
}

impl Meter {
    fn new(limit: u64) -> Meter {
        Meter { limit: AtomicU64::new(limit), used: AtomicU64::new(0) }
    }
    fn draw(&self, n: u64) -> bool {
        let limit = self.limit.load(Relaxed);
        let more = |used: u64| used.checked_add(n).filter(|it| *it <= limit);
        self.used.fetch_update(Relaxed, Relaxed, more).is_ok()
    }
    fn force(&self, n: u64) {
        let _ = self.used.fetch_update(Relaxed, Relaxed, |it| Some(it.saturating_add(n)));
    }
    fn refund(&self, n: u64) {
        let _ = self.used.fetch_update(Relaxed, Relaxed, |it| Some(it.saturating_sub(n)));
    }
    fn left(&self) -> u64 {
        self.limit.load(Relaxed).saturating_sub(self.used.load(Relaxed))
    }
}

/// How many accounts may lie above one another.
const DEEPEST: u32 = 64;

/// What a bank counts with.
#[derive(Debug)]
pub struct Account {
    pub name: Arc<str>,
    /// May whoever holds the bank see who draws on it, and look into what it pays for? Decided once.
    pub transparent: bool,
    parent: Option<Arc<Account>>,
    depth: u32,
    bytes: Meter,
    instructions: Meter,
    turn: AtomicU64,
    closed: AtomicBool,
}

impl Account {
    /// `None`: there are too many accounts above it.
    pub fn new(
        name: Arc<str>,
        allowance: Allowance,
        transparent: bool,
        parent: Option<Arc<Account>>,
    ) -> Option<Arc<Account>> {
        let depth = parent.as_ref().map_or(0, |it| it.depth + 1);
        (depth < DEEPEST).then(|| {
            Arc::new(Account {
                name,
                transparent,
                parent,
                depth,
                bytes: Meter::new(allowance.bytes),
                instructions: Meter::new(allowance.instructions),
                turn: AtomicU64::new(allowance.turn),
                closed: AtomicBool::new(false),
            })
        })
    }

    /// This account and those above it.
    fn chain(self: &Arc<Account>) -> impl Iterator<Item = &Arc<Account>> {
        std::iter::successors(Some(self), |it| it.parent.as_ref())
    }

    fn meter(&self, of: Resource) -> &Meter {
        match of {
            Resource::Bytes => &self.bytes,
            Resource::Instructions => &self.instructions,
        }
    }

    /// Draws `n` here and above, or nothing anywhere; then this is the account that refused.
    pub fn draw(self: &Arc<Account>, of: Resource, n: u64) -> Result<(), Arc<Account>> {
        for it in self.chain() {
            if it.closed.load(Relaxed) || !it.meter(of).draw(n) {
                let drawn = self.chain().take_while(|before| !Arc::ptr_eq(before, it));
                drawn.for_each(|it| it.meter(of).refund(n));
                return Err(it.clone());
            }
        }
        Ok(())
    }

    /// Draws as much as there is, up to `most`; if that is less than `least`, nothing.
    pub fn draw_some(self: &Arc<Account>, of: Resource, least: u64, most: u64) -> Result<u64, Arc<Account>> {
        if self.draw(of, most).is_ok() {
            return Ok(most);
        }
        let left = self.left(of);
        if (least..most).contains(&left) && self.draw(of, left).is_ok() {
            return Ok(left);
        }
        self.draw(of, least).map(|()| least)
    }

    /// How much there is, here and above.
    pub fn left(self: &Arc<Account>, of: Resource) -> u64 {
        self.chain().map(|it| it.meter(of).left()).min().unwrap_or(0)
    }

    /// Counts what has been used already, past any limit.
    pub fn force(self: &Arc<Account>, of: Resource, n: u64) {
        self.chain().for_each(|it| it.meter(of).force(n));
    }

    pub fn refund(self: &Arc<Account>, of: Resource, n: u64) {
        self.chain().for_each(|it| it.meter(of).refund(n));
    }

    pub fn used(&self, of: Resource) -> u64 {
        self.meter(of).used.load(Relaxed)
    }

    pub fn limit(&self, of: Resource) -> u64 {
        self.meter(of).limit.load(Relaxed)
    }

    /// How long one turn may take, by this account and those above it.
    pub fn turn(self: &Arc<Account>) -> u64 {
        self.chain().map(|it| it.turn.load(Relaxed)).min().unwrap_or(u64::MAX)
    }

    /// Other limits from now on. What is in use already stays in use.
    pub fn allow(&self, allowance: Allowance) {
        self.bytes.limit.store(allowance.bytes, Relaxed);
        self.instructions.limit.store(allowance.instructions, Relaxed);
        self.turn.store(allowance.turn, Relaxed);
    }

    pub fn allowance(&self) -> Allowance {
        Allowance {
            bytes: self.limit(Resource::Bytes),
            instructions: self.limit(Resource::Instructions),
            turn: self.turn.load(Relaxed),
        }
    }

    /// Nothing can be drawn any more, here or below.
    pub fn close(&self) {
        self.closed.store(true, Relaxed);
    }

    pub fn is_closed(self: &Arc<Account>) -> bool {
        self.chain().any(|it| it.closed.load(Relaxed))
    }

    /// Is this account `other`, or one of those below it?
    pub fn is_within(self: &Arc<Account>, other: &Arc<Account>) -> bool {
        self.chain().any(|it| Arc::ptr_eq(it, other))
    }

    /// May whoever holds `other` see what draws on this account, which lies below it? An opaque account in between
    /// hides it.
    pub fn is_shown_to(self: &Arc<Account>, other: &Arc<Account>) -> bool {
        let mut below = self.chain().take_while(|it| !Arc::ptr_eq(it, other));
        other.transparent && self.is_within(other) && below.all(|it| it.transparent)
    }

    /// What a turn is told that was refused something.
    pub fn refusal(self: &Arc<Account>, of: Resource) -> String {
        let name = &self.name;
        match (self.is_closed(), of) {
            (true, _) => format!("the space bank \"{name}\" was destroyed"),
            (_, Resource::Bytes) => {
                format!("the space bank \"{name}\" is used up: it has {} bytes", self.limit(of))
            }
            (_, Resource::Instructions) => {
                format!("the space bank \"{name}\" is used up: it had {} instructions", self.limit(of))
            }
        }
    }
}

/// Bytes that were drawn in one piece; given back when this goes.
#[derive(Debug)]
pub struct Drawn {
    account: Arc<Account>,
    bytes: u64,
}

impl Drawn {
    pub fn new(account: &Arc<Account>, bytes: u64) -> Result<Drawn, Arc<Account>> {
        account.draw(Resource::Bytes, bytes)?;
        Ok(Drawn { account: account.clone(), bytes })
    }
    pub fn account(&self) -> &Arc<Account> {
        &self.account
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        self.account.refund(Resource::Bytes, self.bytes);
    }
}

/// What a vat weighs before there is anything in it.
pub const VAT: u64 = 1024;

/// How many bytes a heap draws at once.
const BLOCK: u64 = 1 << 16;

/// What a heap has drawn; given back when the heap goes.
#[derive(Debug, Default)]
pub struct Purse {
    account: Option<Arc<Account>>,
    drawn: Cell<u64>,
    /// The account that would not let it have more.
    refused: RefCell<Option<Arc<Account>>>,
}

impl Purse {
    pub fn open(&mut self, account: Arc<Account>) {
        self.account = Some(account);
    }
    /// Draws what is missing to `bytes`. `Some`: so much has been drawn by now.
    pub fn cover(&self, bytes: u64) -> Option<u64> {
        let Some(account) = &self.account else { return Some(u64::MAX) };
        let missing = bytes.saturating_sub(self.drawn.get());
        match account.draw_some(Resource::Bytes, missing, missing.max(BLOCK)) {
            Ok(more) => self.drawn.set(self.drawn.get() + more),
            Err(by) => {
                *self.refused.borrow_mut() = Some(by);
                return None;
            }
        }
        Some(self.drawn.get())
    }
    /// Holds exactly `bytes` from now on.
    pub fn settle(&mut self, bytes: u64) {
        let Some(account) = &self.account else { return };
        let drawn = self.drawn.replace(bytes);
        if drawn > bytes {
            account.refund(Resource::Bytes, drawn - bytes);
        } else {
            account.force(Resource::Bytes, bytes - drawn);
        }
    }
    /// How much more could be drawn now, and what all of it would be of.
    pub fn spare(&self) -> Option<(u64, u64)> {
        let account = self.account.as_ref()?;
        let limit = account.chain().map(|it| it.limit(Resource::Bytes)).min()?;
        Some((account.left(Resource::Bytes).saturating_add(self.drawn.get()), limit))
    }
    pub fn is_open(&self) -> bool {
        self.account.is_some()
    }
    /// Why it got nothing, if it did not, since this was last asked.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refused.get_mut().take().map(|it| it.refusal(Resource::Bytes))
    }
}

impl Drop for Purse {
    fn drop(&mut self) {
        self.settle(0);
    }
}

/// What becomes of a vat one of whose turns used more than it may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum WhenOut {
    /// The turn ends and sends nothing; what it has changed stays changed. The vat goes on.
    #[default]
    Stop,
    /// The turn ends, sends nothing, and all it has changed in its vat is taken back. Every turn of such a vat
    /// pays for that beforehand, by the size of its heap.
    Undo,
    /// The vat ends, so that nobody meets what the turn left half done.
    End,
}

/// What a vat is made with.
#[derive(Debug)]
pub struct Tenant {
    /// What the vat itself weighs, and the account it draws on.
    pub rent: Drawn,
    pub when_out: WhenOut,
}

/// What can be asked of the world about banks and vats; it answers after the turn that asked.
pub enum Question {
    /// What a bank's account shows.
    Usage(Arc<Account>),
    /// Who draws on it.
    Vats(Arc<Account>),
    /// What the names in their scopes stand for, printed.
    Inspect(Arc<Account>),
    /// Has this vat not ended?
    IsAlive(u32),
    /// Has this vat nothing to do?
    IsQuiescent(u32),
    /// Why is this reference of the asker's not settled?
    Why(crate::Value),
}

#[cfg(test)]
mod tests;
