//! One vat's heap: pages of cells named by `u32` handles, mark and sweep, every byte counted.
//!
//! Bytes are abstract (16 a value, 1 a byte of text) and so the same on every machine and in every replay.
//! Nothing is collected while a native function runs: collection happens only at the machine's safepoints,
//! so natives may hold values in Rust variables.

mod cell;
mod collect;
mod journal;
mod message;
mod resting;
mod saved;
mod text;

pub(crate) use cell::native_cell;
pub use cell::{Binding, Cell, Flex, GuardedSlot, Native, Object, Proxied, Script};
pub use message::{Arguments, Asker, Backlog, Message, Promise, Watcher};
pub(crate) use resting::Resting;
pub(crate) use saved::{big, message as save_message, read_big, read_message, read_part, span};
pub use text::{Letters, Long, Text};

use crate::data::flex_list::Items;
use crate::data::twine::{self, SpanTable, Spans};
use crate::native::{Class, Payload, Stamps};
use crate::problem::Problem;
use crate::rare::Rare;
use crate::value::{Obj, Value, View};
use cell::{CELL, VALUE};
use dashu_int::IBig;
use rustc_hash::FxHashMap;
use std::any::Any;
use std::sync::Arc;

/// The cells of one vat.
pub struct Heap {
    cells: Vec<Cell>,
    /// A bit for each cell that the last collection found in use; see `collect`.
    marks: Vec<u64>,
    /// Where new cells go: a word's worth of places without a mark, where that word begins, which is next.
    gaps: u64,
    gaps_at: u32,
    next_word: usize,
    /// How many cells are in use or were, since the last collection.
    taken: usize,
    /// By object: a list of the auditors written in E that approved it. Few have any.
    approvals: Rare<FxHashMap<Obj, Value>>,
    bytes: u64,
    /// What the vat holds beside its cells: deliveries that wait for their turn.
    beside: u64,
    limit: u64,
    collect_at: u64,
    /// Up to here the heap has been paid for, within its limit.
    allowed: std::cell::Cell<u64>,
    /// The lesser of the two.
    look_at: std::cell::Cell<u64>,
    purse: crate::bank::Purse,
    /// Collects at (nearly) every safepoint: for tests of what holds on to what.
    pub(crate) eager: bool,
    /// The far references of `makeProxy` by their identity; holds on to none.
    pub(crate) far_proxies: Rare<FxHashMap<u64, Vec<Obj>>>,
    /// What goes to other vats as itself: by the name all vats know it by, and the other way; holds on to none.
    shared: Rare<FxHashMap<Shared, Obj>>,
    shared_names: Rare<FxHashMap<Obj, Shared>>,
    names_given: u64,
    /// By selfless object written in E: what it portrayed itself as when a table asked; null if it did not.
    portraits: Rare<FxHashMap<Obj, Value>>,
    /// Has any object written in E ever been selfless?
    selfless: bool,
    /// What weak references refer to; see `weak`.
    weak: Rare<FxHashMap<Obj, Value>>,
    /// Weak references that died in a collection.
    dead: Rare<Vec<Obj>>,
    /// Where the characters of some strings came from; see `data::twine`.
    spans: Rare<SpanTable>,
    looked: std::cell::Cell<u32>,
    /// Bytes of strings laid together or compared since somebody paid for it.
    laid: std::cell::Cell<u64>,
    /// What the strings weigh that were laid together since the last collection: their cells weigh what was new.
    spread: std::cell::Cell<u64>,
    /// What cells were, while a turn runs that may be taken back.
    journal: Option<Box<journal::Journal>>,
}

/// The name of an object that is the same in every vat that has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Shared {
    /// The vat that it left first.
    pub vat: u32,
    pub number: u64,
}

impl Heap {
    /// An empty heap that may weigh up to `limit` bytes.
    pub fn new(limit: u64) -> Heap {
        Heap {
            cells: Vec::new(),
            marks: Vec::new(),
            gaps: 0,
            gaps_at: 0,
            next_word: 0,
            taken: 0,
            approvals: Rare::default(),
            bytes: 0,
            beside: 0,
            limit,
            collect_at: 1 << 20,
            look_at: std::cell::Cell::new(limit.min(1 << 20)),
            allowed: std::cell::Cell::new(limit),
            purse: Default::default(),
            eager: false,
            far_proxies: Rare::default(),
            shared: Rare::default(),
            shared_names: Rare::default(),
            names_given: 0,
            portraits: Rare::default(),
            selfless: false,
            weak: Rare::default(),
            dead: Rare::default(),
            spans: Rare::default(),
            looked: Default::default(),
            laid: Default::default(),
            spread: Default::default(),
            journal: None,
        }
    }
    pub fn bytes(&self) -> u64 {
        self.bytes + self.beside + self.spread.get()
    }
    /// From now on an account pays for what the heap weighs, from the first byte.
    pub(crate) fn join(&mut self, account: Arc<crate::bank::Account>) {
        self.purse.open(account);
        self.settle_up();
    }
    /// What the heap weighs now is what has been paid for.
    #[inline]
    pub(crate) fn settle_up(&mut self) {
        if self.purse.is_open() {
            let bytes = self.bytes();
            self.purse.settle(bytes);
            let _ = self.purse.take_refusal();
            self.allowed.set(bytes.min(self.limit));
            self.look_at.set(self.collect_at.min(bytes));
        }
    }
    /// Why there was no room, if it was not for this heap's own limit.
    pub(crate) fn take_refusal(&mut self) -> Option<String> {
        self.purse.take_refusal()
    }
    /// Is there room for this many bytes from outside, and some left over for what they are for? Nothing is drawn.
    pub(crate) fn has_room_for_others(&self, bytes: u64) -> bool {
        let (spare, all) = self.purse.spare().unwrap_or((u64::MAX, u64::MAX));
        let (spare, all) = (spare.min(self.limit), all.min(self.limit));
        let wanted = self.bytes().saturating_add(bytes).saturating_add((all / 4).min(1 << 16));
        wanted <= spare
    }
    /// Can this many bytes be paid for?
    #[cold]
    fn cover(&self, bytes: u64) -> bool {
        if bytes > self.limit {
            return false;
        }
        let Some(drawn) = self.purse.cover(bytes) else { return false };
        self.allowed.set(drawn.min(self.limit));
        self.look_at.set(self.collect_at.min(self.allowed.get()));
        true
    }
    /// Sets when to collect next.
    fn collect_at(&mut self, bytes: u64) {
        self.collect_at = bytes;
        self.look_at.set(bytes.min(self.allowed.get()));
    }
    /// How many cells there are, free ones included.
    pub(crate) fn cells(&self) -> u64 {
        self.cells.len() as u64
    }
    /// Counts something that waits beside the cells.
    pub(crate) fn hold(&mut self, bytes: u64) {
        self.beside += bytes;
    }
    pub(crate) fn let_go(&mut self, bytes: u64) {
        self.beside = self.beside.saturating_sub(bytes);
    }
    /// A cell has grown by so much.
    pub(crate) fn grown(&mut self, bytes: u64) {
        self.bytes += bytes;
    }
    pub fn limit(&self) -> u64 {
        self.limit
    }
    /// Has enough been allocated that a safepoint should collect?
    pub fn wants_collection(&self) -> bool {
        (self.bytes() > self.look_at.get() && self.is_time()) || (self.eager && self.is_eager_now())
    }
    /// The heap has outgrown what has been paid for, or what it was collected for.
    #[cold]
    fn is_time(&self) -> bool {
        self.bytes() > self.collect_at || !self.cover(self.bytes())
    }
    /// The larger the heap, the rarer; so that being eager stays linear.
    fn is_eager_now(&self) -> bool {
        let looked = self.looked.get() + 1;
        let now = looked >= self.cells.len() as u32 / 128;
        self.looked.set(if now { 0 } else { looked });
        now
    }
    /// Is there room for `bytes` more? To be asked before something large is built.
    pub fn has_room(&self, bytes: u64) -> bool {
        let wanted = self.bytes().saturating_add(bytes);
        wanted <= self.allowed.get() || self.cover(wanted)
    }

    #[inline]
    pub fn alloc(&mut self, cell: Cell) -> Obj {
        self.bytes += cell.fresh_bytes();
        self.taken += 1;
        if self.gaps == 0 {
            self.find_gaps();
        }
        if self.gaps == 0 {
            // Most vats are small: their first pages are.
            if self.cells.len() == self.cells.capacity() && self.cells.len() < 64 {
                self.cells.reserve_exact(if self.cells.is_empty() { 4 } else { 8 });
            }
            self.cells.push(cell);
            return Obj(self.cells.len() as u32 - 1);
        }
        let id = self.gaps_at + self.gaps.trailing_zeros();
        self.gaps &= self.gaps - 1;
        self.cells[id as usize] = cell;
        Obj(id)
    }
    #[inline]
    pub fn cell(&self, it: Obj) -> &Cell {
        &self.cells[it.index()]
    }
    /// A cell to change in place. Its weight must not change; see [`Heap::recount`] for payloads.
    #[inline]
    pub fn cell_mut(&mut self, it: Obj) -> &mut Cell {
        if self.journal.is_some() {
            self.put_down(it);
        }
        &mut self.cells[it.index()]
    }
    /// Puts the real cell where an empty one was allocated to have its handle early.
    pub(crate) fn fill(&mut self, it: Obj, cell: Cell) {
        self.selfless |= matches!(&cell, Cell::Object { stamps, .. } if stamps.has(Stamps::SELFLESS));
        self.bytes += cell.bytes() - CELL;
        *self.cell_mut(it) = cell;
    }
    /// What was there is something else from now on.
    pub(crate) fn replace(&mut self, it: Obj, cell: Cell) {
        self.bytes = self.bytes + cell.bytes() - self.cell(it).bytes();
        *self.cell_mut(it) = cell;
    }
    /// The cell of a value, looking through resolved promises; `None` for scalars and stateless natives.
    pub fn get(&self, value: Value) -> Option<&Cell> {
        self.shorten(value).as_obj().map(|it| self.cell(it))
    }
    /// What a reference stands for: follows resolved promises to their end.
    pub fn shorten(&self, value: Value) -> Value {
        let mut value = value;
        while let View::Obj(it) = value.view()
            && let Cell::Promise(Promise::Resolved(target)) = self.cell(it)
        {
            value = *target;
        }
        value
    }

    // Making things.

    pub fn text(&mut self, text: impl Into<Text>) -> Value {
        self.alloc(Cell::from(text.into())).into()
    }
    pub fn list(&mut self, items: impl Into<Arc<[Value]>>) -> Value {
        self.alloc(Cell::List(items.into())).into()
    }
    /// An integer of any size, inline where it fits.
    pub fn int(&mut self, it: IBig) -> Value {
        match i64::try_from(&it) {
            Ok(small) => small.into(),
            Err(_) => self.alloc(Cell::Big(Arc::new(it))).into(),
        }
    }
    /// A list that changes.
    pub fn flex(&mut self, guard: Value, items: Vec<Value>) -> Value {
        self.alloc(Cell::Flex(Box::new(Flex { guard, items: Items::new(items) }))).into()
    }
    pub fn native(&mut self, class: &'static Class, fields: impl Into<Vec<Value>>) -> Value {
        self.alloc(native_cell(class, fields.into(), None)).into()
    }
    pub fn native_with(
        &mut self,
        class: &'static Class,
        fields: impl Into<Vec<Value>>,
        payload: Box<dyn Payload>,
    ) -> Value {
        self.alloc(native_cell(class, fields.into(), Some(payload))).into()
    }
    pub fn binding(&mut self, slot: Value, guard: Value, explicit: bool) -> Value {
        self.alloc(Cell::Binding(Box::new(Binding { slot, guard, explicit }))).into()
    }
    pub fn guarded_slot(&mut self, value: Value, guard: Value) -> Value {
        self.alloc(Cell::GuardedSlot(Box::new(GuardedSlot { value, guard }))).into()
    }
    /// An ejector; `name` is a string.
    pub fn ejector(&mut self, name: Value) -> Value {
        self.alloc(Cell::Ejector { live: true, name }).into()
    }
    pub fn problem(&mut self, problem: impl Into<Problem>) -> Value {
        self.alloc(Cell::Problem(Box::new(problem.into()))).into()
    }

    /// The name of something that goes from `vat` to others as itself.
    pub(crate) fn share(&mut self, it: Obj, vat: u32) -> Shared {
        if let Some(name) = self.shared_names.get(&it) {
            return *name;
        }
        self.names_given += 1;
        let name = Shared { vat, number: self.names_given };
        self.know_as(it, name);
        name
    }
    /// What we have of that name.
    pub(crate) fn shared_here(&self, name: Shared) -> Option<Obj> {
        self.shared.used()?.get(&name).copied()
    }
    pub(crate) fn know_as(&mut self, it: Obj, name: Shared) {
        self.shared.insert(name, it);
        self.shared_names.insert(it, name);
    }

    /// Is there nothing here that would have to be asked for its portrayal?
    pub fn has_no_selfless(&self) -> bool {
        !self.selfless
    }
    /// What a selfless object portrayed itself as; `None`: it has not been asked.
    pub fn portrait(&self, value: Value) -> Option<Value> {
        self.portraits.get(&self.shorten(value).as_obj()?).copied()
    }
    /// Remembers how a selfless object portrays itself, which it always does alike.
    pub(crate) fn set_portrait(&mut self, object: Value, portrait: Value) {
        if let Some(at) = self.shorten(object).as_obj() {
            self.portraits.insert(at, portrait);
        }
    }
    /// Makes `weak` refer to something without holding it.
    pub(crate) fn refer_weakly(&mut self, weak: Value, target: Value) {
        let target = self.shorten(target);
        if let Some(at) = weak.as_obj() {
            self.weak.insert(at, target);
        }
    }
    /// What a weak reference refers to; `None`: it is dead.
    pub(crate) fn weak_target(&self, weak: Value) -> Option<Value> {
        self.weak.get(&self.shorten(weak).as_obj()?).copied()
    }
    /// The weak references that died since this was last asked.
    pub(crate) fn take_dead(&mut self) -> Vec<Value> {
        let dead = self.dead.used_mut().map(std::mem::take).unwrap_or_default();
        dead.into_iter().map(Value::from).collect()
    }
    /// Collects at the next safepoint, however little there is.
    pub(crate) fn collect_soon(&mut self) {
        self.collect_at(0);
    }
    /// Lays spans beside a string that has just been made.
    pub(crate) fn set_spans(&mut self, text: Value, spans: Spans) {
        if let Some(at) = text.as_obj() {
            self.bytes += twine::weight(&spans.parts);
            self.spans.insert(at, spans);
        }
    }

    /// Two strings after one another, if both are strings without spans. There has to be room: see
    /// [`Heap::has_room`].
    pub fn joined(&mut self, a: Value, b: Value) -> Option<Value> {
        let sum = self.get(a)?.text()?.and(&self.get(b)?.text()?);
        Some(self.text(sum))
    }
    /// A string's size in bytes, and whether these are its characters; nothing is laid together for it.
    pub fn text_size(&self, value: Value) -> Option<(usize, Letters)> {
        match self.get(value)? {
            Cell::Short(it) => Some((it.len(), Letters::of(it))),
            Cell::Long(it, letters) => Some((it.bytes(), *letters)),
            _ => None,
        }
    }
    /// So many bytes of strings are about to be compared, which somebody is to pay for. True.
    pub(crate) fn looked_through(&self, bytes: usize) -> bool {
        self.laid.set(self.laid.get() + bytes as u64);
        true
    }
    /// Is more owed than who pays for one call may run up?
    #[inline]
    pub(crate) fn owes(&self) -> bool {
        self.laid.get() > 4096
    }
    /// What laying strings together and comparing long ones has cost and nobody has paid for.
    #[inline]
    pub(crate) fn owed(&self) -> u64 {
        if self.laid.get() < 64 { 0 } else { self.laid.take() / 64 }
    }

    // Looking at things (all look through resolved promises).

    /// Where the characters of a string came from; `None`: nobody knows, or it is no string.
    pub fn spans(&self, value: Value) -> Option<&Spans> {
        if self.has_no_spans() {
            return None;
        }
        self.spans.get(&self.shorten(value).as_obj()?)
    }
    /// Has no string of this heap any spans?
    pub fn has_no_spans(&self) -> bool {
        self.spans.used().is_none_or(|it| it.is_empty())
    }

    /// A string's characters. See [`Heap::text_in`] to keep them while the heap changes.
    #[inline]
    pub fn as_text(&self, value: Value) -> Option<&str> {
        match self.get(value)? {
            Cell::Short(it) => Some(it),
            Cell::Long(it, _) => {
                if !it.is_flat() {
                    self.laid.set(self.laid.get() + it.bytes() as u64);
                    self.spread.set(self.spread.get() + it.bytes() as u64);
                }
                Some(it.flat())
            }
            _ => None,
        }
    }
    /// A string, to be kept while the heap changes.
    pub fn text_in(&self, value: Value) -> Option<Text> {
        self.as_text(value)?;
        self.get(value)?.text()
    }
    /// A `ConstList`'s items; clone the `Arc` to keep them while the heap changes.
    pub fn as_list(&self, value: Value) -> Option<&Arc<[Value]>> {
        match self.get(value)? {
            Cell::List(it) => Some(it),
            _ => None,
        }
    }
    pub fn as_flex(&self, value: Value) -> Option<&Flex> {
        match self.get(value)? {
            Cell::Flex(it) => Some(it),
            _ => None,
        }
    }
    /// Changes the items of a FlexList, and weighs it again.
    pub fn change_flex<R>(&mut self, list: Value, f: impl FnOnce(&mut Vec<Value>) -> R) -> Option<R> {
        let at = self.shorten(list).as_obj()?;
        let Cell::Flex(it) = self.cell_mut(at) else { return None };
        let items = it.items.change();
        let before = items.len() as u64;
        let result = f(items);
        let after = items.len() as u64;
        self.bytes = (self.bytes + VALUE * after).saturating_sub(VALUE * before);
        Some(result)
    }
    pub fn as_big(&self, value: Value) -> Option<&Arc<IBig>> {
        match self.get(value)? {
            Cell::Big(it) => Some(it),
            _ => None,
        }
    }
    /// Any integer, as a big one.
    pub fn as_ibig(&self, value: Value) -> Option<IBig> {
        match self.shorten(value).view() {
            View::Int(it) => Some(IBig::from(it)),
            _ => self.as_big(value).map(|it| (**it).clone()),
        }
    }
    pub fn as_native(&self, value: Value) -> Option<&Native> {
        match self.get(value)? {
            Cell::Native(it) => Some(it),
            _ => None,
        }
    }
    /// The fields of an instance of `class`.
    pub fn fields(&self, value: Value, class: &'static Class) -> Option<&[Value]> {
        self.as_native(value).filter(|it| std::ptr::eq(it.class, class)).map(|it| &it.fields[..])
    }
    pub fn fields_mut(&mut self, value: Value, class: &'static Class) -> Option<&mut [Value]> {
        let it = self.shorten(value).as_obj()?;
        match self.cell_mut(it) {
            Cell::Native(it) if std::ptr::eq(it.class, class) => Some(&mut it.fields[..]),
            _ => None,
        }
    }
    pub fn payload<T: Payload>(&self, value: Value) -> Option<&T> {
        (self.as_native(value)?.payload.as_ref()?.as_ref() as &dyn Any).downcast_ref()
    }
    /// After a change of size call [`Heap::recount`].
    pub fn payload_mut<T: Payload>(&mut self, value: Value) -> Option<&mut T> {
        let it = self.shorten(value).as_obj()?;
        match self.cell_mut(it) {
            Cell::Native(it) => (it.payload.as_mut()?.as_mut() as &mut dyn Any).downcast_mut(),
            _ => None,
        }
    }
    /// Weighs a native again after its payload has grown or shrunk.
    pub fn recount(&mut self, value: Value) {
        let Some(at) = self.shorten(value).as_obj() else { return };
        if let Cell::Native(it) = self.cell_mut(at) {
            let now = it.weight();
            let before = std::mem::replace(&mut it.counted, now);
            self.bytes = self.bytes.saturating_add(now).saturating_sub(before);
        }
    }
    /// An object written in E.
    pub fn as_object(&self, value: Value) -> Option<Object<'_>> {
        self.get(value)?.as_object()
    }
    /// What an object written in E closes over, to change in place.
    #[inline]
    pub fn captures_mut(&mut self, it: Obj) -> &mut [Value] {
        match self.cell_mut(it) {
            Cell::Object { captures, .. } => captures,
            _ => &mut [],
        }
    }

    // What auditors said of an object written in E.

    /// A list of the auditors written in E that approved it, or null.
    pub fn approved_by(&self, value: Value) -> Value {
        let it = self.shorten(value).as_obj().and_then(|it| self.approvals.get(&it));
        it.copied().unwrap_or(Value::NULL)
    }
    /// Remembers the list of auditors written in E that approved an object.
    pub fn approve(&mut self, object: Obj, auditors: Value) {
        if !auditors.is_null() {
            self.stamp(object, Stamps::APPROVED);
            self.approvals.insert(object, auditors);
        }
    }
    /// Gives an object a built-in auditor's stamp.
    pub fn stamp(&mut self, object: Obj, stamp: Stamps) {
        self.selfless |= stamp.has(Stamps::SELFLESS);
        if let Cell::Object { stamps, .. } = self.cell_mut(object) {
            *stamps = stamps.and(stamp);
        }
    }
}
