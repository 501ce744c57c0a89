//! One vat's heap: pages of cells named by `u32` handles, mark and sweep, every byte counted.
//!
//! Bytes are abstract (16 a value, 1 a byte of text) and so the same on every machine and in every replay.
//! Nothing is collected while a native function runs: collection happens only at the machine's safepoints,
//! so natives may hold values in Rust variables.

use crate::native::{Class, Payload, Stamps};
use crate::problem::Problem;
use crate::selector::Selector;
use crate::value::{Obj, Value, View};
use dashu_int::IBig;
use std::any::Any;
use std::sync::Arc;

/// What a handle names.
pub enum Cell {
    Free(u32),
    /// A string.
    Text(Arc<str>),
    /// An integer that does not fit an `i64`; always normalized, so smaller ones are never here.
    Big(Arc<IBig>),
    /// A `ConstList`.
    List(Arc<[Value]>),
    Native(Box<Native>),
    Object(Object),
    FinalSlot(Value),
    VarSlot(Value),
    GuardedSlot {
        value: Value,
        guard: Value,
    },
    /// `&&x`: a slot, and the guard that describes it.
    /// `explicit`: the guard was given with the slot and describes the slot itself. Otherwise it is the guard
    /// the noun was written with (`null`: none).
    Binding {
        slot: Value,
        guard: Value,
        explicit: bool,
    },
    Ejector(Ejector),
    Promise(Promise),
    Resolver {
        promise: Obj,
        done: bool,
    },
    /// Another vat's object: its vat and its number in that vat's table of exports.
    Far {
        vat: u32,
        export: u32,
    },
    /// A reference broken by a problem.
    Broken(Value),
    Problem(Box<Problem>),
    /// A caught problem: can be thrown again and not looked into.
    Sealed(Value),
    /// An exit on its way out, parked while a `finally` runs.
    Exit(Box<crate::problem::Exit>),
}

/// A native object with state.
pub struct Native {
    pub class: &'static Class,
    pub fields: Vec<Value>,
    pub payload: Option<Box<dyn Payload>>,
    counted: u64,
}

/// An object written in E: which script of which loaded module, and what it closes over.
pub struct Object {
    pub module: u32,
    pub script: u32,
    pub captures: Box<[Value]>,
    pub stamps: Stamps,
    /// A `Cell::List` of auditors written in E that approved it, or null.
    pub approved_by: Value,
}

pub struct Ejector {
    pub name: Arc<str>,
    pub live: bool,
}

/// A local promise, or one whose resolver is in another vat.
pub enum Promise {
    Unresolved(Box<Backlog>),
    Resolved(Value),
}

/// What waits for a promise.
#[derive(Default)]
pub struct Backlog {
    pub messages: Vec<Message>,
    /// The vat and export that decides it, if that is not here.
    pub home: Option<(u32, u32)>,
    /// Who else waits: the vat, and the vat and number by which it knows the promise.
    pub watched: Vec<(u32, u32, u32)>,
}

/// A message that was sent, and who wants to know its result.
#[derive(Clone, Debug)]
pub struct Message {
    pub selector: Selector,
    pub args: Box<[Value]>,
    /// The promise (`Cell::Promise`) for its result; `None` for `sendOnly`.
    pub result: Option<Obj>,
}

impl Message {
    /// What a message weighs while it waits.
    pub(crate) fn bytes(&self) -> u64 {
        64 + VALUE * self.args.len() as u64
    }
}

const CELL: u64 = 32;
const VALUE: u64 = 16;

impl Cell {
    /// What the cell weighs when it is made.
    fn bytes(&self) -> u64 {
        CELL + match self {
            Cell::Text(it) => it.len() as u64,
            Cell::Big(it) => (dashu_int::ops::BitTest::bit_len(&**it) as u64).div_ceil(8),
            Cell::List(it) => VALUE * it.len() as u64,
            Cell::Native(it) => it.counted,
            Cell::Object(it) => VALUE * it.captures.len() as u64,
            Cell::Promise(Promise::Unresolved(it)) => {
                64 + it.messages.iter().map(Message::bytes).sum::<u64>() + 12 * it.watched.len() as u64
            }
            Cell::Problem(it) => 64 + 48 * (it.message.len() + it.trace.len()) as u64,
            _ => 0,
        }
    }

    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        match self {
            Cell::Free(_) | Cell::Text(_) | Cell::Big(_) | Cell::Ejector(_) | Cell::Far { .. } => {}
            Cell::List(it) => it.iter().for_each(|it| visit(*it)),
            Cell::Native(it) => {
                it.fields.iter().for_each(|it| visit(*it));
                if let Some(payload) = &it.payload {
                    payload.trace(visit);
                }
            }
            Cell::Object(it) => {
                it.captures.iter().for_each(|it| visit(*it));
                visit(it.approved_by);
            }
            Cell::FinalSlot(it) | Cell::VarSlot(it) | Cell::Broken(it) | Cell::Sealed(it) => visit(*it),
            Cell::GuardedSlot { value, guard } => {
                visit(*value);
                visit(*guard);
            }
            Cell::Binding { slot, guard, .. } => {
                visit(*slot);
                visit(*guard);
            }
            Cell::Promise(Promise::Resolved(it)) => visit(*it),
            Cell::Promise(Promise::Unresolved(it)) => {
                for message in &it.messages {
                    message.args.iter().for_each(|it| visit(*it));
                    if let Some(it) = message.result {
                        visit(it.into());
                    }
                }
            }
            Cell::Resolver { promise, .. } => visit((*promise).into()),
            Cell::Problem(it) => it.message.iter().for_each(|it| match it {
                crate::problem::Part::Text(_) => {}
                crate::problem::Part::Quote(it)
                | crate::problem::Part::Print(it)
                | crate::problem::Part::TypeOf(it) => visit(*it),
            }),
            Cell::Exit(it) => match &**it {
                crate::problem::Exit::Thrown(it) | crate::problem::Exit::Freed(it) => visit(*it),
                crate::problem::Exit::Ejected { ejector, value } => {
                    visit(*ejector);
                    visit(*value);
                }
                crate::problem::Exit::Stopped(_) => {}
            },
        }
    }
}

/// A native object's cell, weighed.
pub(crate) fn native_cell(
    class: &'static Class,
    fields: Vec<Value>,
    payload: Option<Box<dyn Payload>>,
) -> Cell {
    let counted = VALUE * fields.len() as u64 + payload.as_ref().map_or(0, |it| it.bytes());
    Cell::Native(Box::new(Native { class, fields, payload, counted }))
}

const PAGE: usize = 256;

/// The cells of one vat.
pub struct Heap {
    pages: Vec<Vec<Cell>>,
    free: u32,
    marks: Vec<u64>,
    len: u32,
    bytes: u64,
    /// What the vat holds beside its cells: deliveries that wait for their turn.
    beside: u64,
    limit: u64,
    collect_at: u64,
    /// Collects at (nearly) every safepoint: for tests of what holds on to what.
    pub(crate) eager: bool,
    looked: std::cell::Cell<u32>,
}

const NONE: u32 = u32::MAX;

impl Heap {
    /// An empty heap that may weigh up to `limit` bytes.
    pub fn new(limit: u64) -> Heap {
        Heap {
            pages: Vec::new(),
            free: NONE,
            marks: Vec::new(),
            len: 0,
            bytes: 0,
            beside: 0,
            limit,
            collect_at: 1 << 20,
            eager: false,
            looked: Default::default(),
        }
    }
    pub fn bytes(&self) -> u64 {
        self.bytes + self.beside
    }
    /// How many cells there are, free ones included.
    pub(crate) fn cells(&self) -> u64 {
        self.len.into()
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
        self.bytes + self.beside > self.collect_at || (self.eager && self.is_eager_now())
    }
    /// The larger the heap, the rarer; so that being eager stays linear.
    fn is_eager_now(&self) -> bool {
        let looked = self.looked.get() + 1;
        let now = looked >= self.len / 128;
        self.looked.set(if now { 0 } else { looked });
        now
    }
    /// Is there room for `bytes` more? To be asked before something large is built.
    pub fn has_room(&self, bytes: u64) -> bool {
        self.bytes().saturating_add(bytes) <= self.limit
    }

    pub fn alloc(&mut self, cell: Cell) -> Obj {
        self.bytes += cell.bytes();
        if self.free != NONE {
            let id = self.free;
            let place = &mut self.pages[id as usize / PAGE][id as usize % PAGE];
            if let Cell::Free(next) = *place {
                self.free = next;
            }
            *place = cell;
            return Obj(id);
        }
        let id = self.len;
        if (id as usize).is_multiple_of(PAGE) {
            self.pages.push(Vec::with_capacity(PAGE));
        }
        if let Some(page) = self.pages.last_mut() {
            page.push(cell);
        }
        self.len += 1;
        Obj(id)
    }
    pub fn cell(&self, it: Obj) -> &Cell {
        &self.pages[it.index() / PAGE][it.index() % PAGE]
    }
    /// A cell to change in place. Its weight must not change; see [`Heap::recount`] for payloads.
    pub fn cell_mut(&mut self, it: Obj) -> &mut Cell {
        &mut self.pages[it.index() / PAGE][it.index() % PAGE]
    }
    /// Puts the real cell where an empty one was allocated to have its handle early.
    pub(crate) fn fill(&mut self, it: Obj, cell: Cell) {
        self.bytes += cell.bytes() - CELL;
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

    pub fn text(&mut self, text: impl Into<Arc<str>>) -> Value {
        self.alloc(Cell::Text(text.into())).into()
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
    pub fn native(&mut self, class: &'static Class, fields: impl Into<Vec<Value>>) -> Value {
        let fields = fields.into();
        let counted = VALUE * fields.len() as u64;
        self.alloc(Cell::Native(Box::new(Native { class, fields, payload: None, counted }))).into()
    }
    pub fn native_with(
        &mut self,
        class: &'static Class,
        fields: impl Into<Vec<Value>>,
        payload: Box<dyn Payload>,
    ) -> Value {
        let fields = fields.into();
        let counted = VALUE * fields.len() as u64 + payload.bytes();
        self.alloc(Cell::Native(Box::new(Native { class, fields, payload: Some(payload), counted }))).into()
    }
    pub fn problem(&mut self, problem: impl Into<Problem>) -> Value {
        self.alloc(Cell::Problem(Box::new(problem.into()))).into()
    }

    // Looking at things (all look through resolved promises).

    pub fn as_text(&self, value: Value) -> Option<&Arc<str>> {
        match self.get(value)? {
            Cell::Text(it) => Some(it),
            _ => None,
        }
    }
    /// A `ConstList`'s items; clone the `Arc` to keep them while the heap changes.
    pub fn as_list(&self, value: Value) -> Option<&Arc<[Value]>> {
        match self.get(value)? {
            Cell::List(it) => Some(it),
            _ => None,
        }
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
            let now = VALUE * it.fields.len() as u64 + it.payload.as_ref().map_or(0, |it| it.bytes());
            let before = std::mem::replace(&mut it.counted, now);
            self.bytes = self.bytes.saturating_add(now).saturating_sub(before);
        }
    }

    // Collecting.

    /// Frees every cell that cannot be reached from `roots`.
    pub fn collect(&mut self, roots: &mut crate::cx::Roots<'_>) {
        self.marks.clear();
        self.marks.resize((self.len as usize).div_ceil(64), 0);
        let mut work: Vec<u32> = Vec::new();
        {
            let marks = &mut self.marks;
            roots(&mut |it| mark(marks, &mut work, it));
        }
        while let Some(id) = work.pop() {
            let cell = &self.pages[id as usize / PAGE][id as usize % PAGE];
            let marks = &mut self.marks;
            cell.trace(&mut |it| mark(marks, &mut work, it));
        }
        self.sweep();
        self.collect_at = (self.bytes() * 2).max(1 << 20).min(self.limit);
    }

    fn sweep(&mut self) {
        self.free = NONE;
        self.bytes = 0;
        for id in (0..self.len).rev() {
            let cell = &mut self.pages[id as usize / PAGE][id as usize % PAGE];
            if self.marks[id as usize / 64] & (1 << (id % 64)) == 0 {
                *cell = Cell::Free(self.free);
                self.free = id;
            } else {
                self.bytes += cell.bytes();
            }
        }
    }
}

fn mark(marks: &mut [u64], work: &mut Vec<u32>, value: Value) {
    let Some(it) = value.as_obj() else { return };
    let (word, bit) = (it.index() / 64, 1u64 << (it.0 % 64));
    if marks[word] & bit == 0 {
        marks[word] |= bit;
        work.push(it.0);
    }
}
