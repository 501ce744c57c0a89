//! References into another vat, and what goes there: parcels of copied data, and names for what stays.
//!
//! Data and other things passed by construction are copied, DeepFrozen objects too (they are the same
//! wherever they are); everything else stays where it is and is known by its number in its vat's table of
//! exports.

use crate::bank::{Account, Question, Tenant};
use crate::code::Module;
use crate::cx::Cx;
use crate::data::twine::{Part, Spans};
use crate::heap::{Binding, Cell, Message, Promise, Text};
use crate::native::{Class, Payload, Stamps};
use crate::print::{TEXT_WRITER, presence};
use crate::problem::Problem;
use crate::selector::Selector;
use crate::value::{Obj, Value};
use dashu_int::IBig;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What leaves a vat at the end of its turn.
pub(crate) enum Outgoing {
    Send {
        vat: u32,
        export: u32,
        message: Message,
        cause: u64,
    },
    /// A promise that `vat` knows as number `export` of vat `home` has been settled.
    Resolve {
        vat: u32,
        home: u32,
        export: u32,
        value: Value,
    },
    /// `makeVat(name)`: the vat has its number already.
    MakeVat {
        vat: u32,
        name: Arc<str>,
        tenant: Option<Box<Tenant>>,
    },
    /// What the world is asked, and the promise for the answer.
    Ask {
        question: Box<Question>,
        promise: Value,
    },
    /// The bank and all that it pays for are to end.
    Destroy {
        account: Arc<Account>,
        problem: Value,
    },
    /// `seedVat(vat, source)`; the resolver of the promise that was given for its value.
    Seed {
        vat: u32,
        source: Arc<str>,
        promise: Value,
    },
    /// The vat is to end.
    Kill {
        vat: u32,
        problem: Value,
    },
}

impl Outgoing {
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        match self {
            Outgoing::Send { message, .. } => message.trace(visit),
            Outgoing::Resolve { value, .. } => visit(*value),
            Outgoing::Seed { promise, .. } | Outgoing::Ask { promise, .. } => visit(*promise),
            Outgoing::Kill { problem, .. } | Outgoing::Destroy { problem, .. } => visit(*problem),
            Outgoing::MakeVat { .. } => {}
        }
    }
}

/// Which of our objects other vats know, and which of theirs we know.
#[derive(Default)]
pub(crate) struct Tables {
    exports: Vec<Value>,
    numbers: FxHashMap<Obj, u32>,
    imports: FxHashMap<(u32, u32), Obj>,
    /// Promises whose results another vat owes us.
    awaited: Vec<(u32, Obj)>,
}

impl Tables {
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.exports.iter().for_each(|it| visit(*it));
        self.imports.values().for_each(|it| visit((*it).into()));
    }
    pub(crate) fn export(&mut self, value: Obj) -> u32 {
        if let Some(it) = self.numbers.get(&value) {
            return *it;
        }
        let number = self.exports.len() as u32;
        self.exports.push(value.into());
        self.numbers.insert(value, number);
        number
    }
    pub(crate) fn exported(&self, number: u32) -> Option<Value> {
        self.exports.get(number as usize).copied()
    }
    /// Our reference to an export of another vat.
    pub(crate) fn import(&self, vat: u32, export: u32) -> Option<Obj> {
        self.imports.get(&(vat, export)).copied()
    }
    /// Promises that only `vat` could have settled; unsettled ones among them are lost with it.
    pub(crate) fn awaited_from(&mut self, vat: u32) -> Vec<Obj> {
        let (lost, kept) = self.awaited.iter().partition(|it| it.0 == vat);
        self.awaited = kept;
        let lost: Vec<(u32, Obj)> = lost;
        lost.into_iter().map(|(_, it)| it).collect()
    }
    /// Our references into `vat`.
    pub(crate) fn imports_from(&self, vat: u32) -> Vec<Obj> {
        let mut all: Vec<Obj> =
            self.imports.iter().filter(|(it, _)| it.0 == vat).map(|(_, it)| *it).collect();
        all.sort();
        all
    }
}

/// A value on its way between vats. Handles in it are indices of its nodes.
pub(crate) struct Parcel {
    nodes: Vec<Node>,
    /// By node: the name that all vats know it by, of what has an identity and goes as itself.
    names: Vec<Option<crate::heap::Shared>>,
    pub roots: Vec<Value>,
}

enum Node {
    Text(Text, Option<Arc<[Part]>>),
    Big(Arc<IBig>),
    List(Vec<Value>),
    Native { class: &'static Class, fields: Vec<Value>, payload: Option<Box<dyn Payload>> },
    Object { module: Arc<Module>, script: u32, captures: Vec<Value>, stamps: Stamps, approved_by: Value },
    FinalSlot(Value),
    Binding { slot: Value, guard: Value, explicit: bool },
    Far { vat: u32, export: u32 },
    Promise { vat: u32, export: u32 },
    Broken(Value),
    Problem(Box<Problem>),
    Sealed(Value),
    Lost,
}

fn placeholder(index: usize) -> Value {
    Obj(index as u32).into()
}

struct Packing<'a> {
    cx: &'a mut Cx,
    to: u32,
    nodes: Vec<Node>,
    names: Vec<Option<crate::heap::Shared>>,
    seen: FxHashMap<Obj, usize>,
    /// Whether objects that nobody audited go as themselves if they are known not to change.
    presume: bool,
    /// Cells still to be packed: where they go, and whether something DeepFrozen holds them.
    work: Vec<(Obj, usize, bool)>,
}

/// Packs values of this vat for another one.
pub(crate) fn pack(cx: &mut Cx, values: &[Value], to: u32) -> Parcel {
    pack_all(cx, values, to, false)
}

/// The same for a notebook's shared names: an object need not have asked to be DeepFrozen to go as itself.
pub(crate) fn pack_presuming(cx: &mut Cx, value: Value, to: u32) -> Parcel {
    pack_all(cx, &[value], to, true)
}

fn pack_all(cx: &mut Cx, values: &[Value], to: u32, presume: bool) -> Parcel {
    let mut packing = Packing {
        cx,
        to,
        presume,
        nodes: Vec::new(),
        names: Vec::new(),
        seen: FxHashMap::default(),
        work: Vec::new(),
    };
    let roots = values.iter().map(|it| packing.carry(*it, false)).collect();
    while let Some((obj, index, frozen)) = packing.work.pop() {
        let node = packing.node(obj, frozen);
        if has_identity(&node) {
            let vat = packing.cx.vat;
            packing.names[index] = Some(packing.cx.heap.share(obj, vat));
        }
        packing.nodes[index] = node;
    }
    let Packing { nodes, names, .. } = packing;
    Parcel { nodes, names, roots }
}

/// Is what goes over in this node compared by identity, wherever it is?
fn has_identity(node: &Node) -> bool {
    match node {
        Node::Object { stamps, .. } => !stamps.has(Stamps::SELFLESS),
        Node::Native { class, .. } if class.stamps.has(Stamps::EVERYWHERE) => true,
        Node::Native { class, .. } => {
            class.stamps.has(Stamps::DEEP_FROZEN)
                && !class.stamps.has(Stamps::SELFLESS)
                && !class.stamps.has(Stamps::DATA)
        }
        _ => false,
    }
}

impl Packing<'_> {
    fn carry(&mut self, value: Value, frozen: bool) -> Value {
        let value = self.cx.near(value);
        let Some(obj) = value.as_obj() else { return value };
        if let Some(it) = self.seen.get(&obj) {
            return placeholder(*it);
        }
        let index = self.nodes.len();
        self.nodes.push(Node::Lost);
        self.names.push(None);
        self.seen.insert(obj, index);
        self.work.push((obj, index, frozen));
        placeholder(index)
    }

    fn carry_all(&mut self, values: &[Value], frozen: bool) -> Vec<Value> {
        values.iter().map(|it| self.carry(*it, frozen)).collect()
    }

    fn node(&mut self, obj: Obj, frozen: bool) -> Node {
        match self.cx.heap.cell(obj) {
            it if it.is_text() => {
                let spans = self.cx.heap.spans(obj.into()).map(|it| it.parts.clone());
                Node::Text(self.cx.heap.text_in(obj.into()).unwrap_or_default(), spans)
            }
            // A writer goes as what writes to it from there.
            Cell::Native(it) if std::ptr::eq(it.class, &TEXT_WRITER) => {
                let forwarder = presence::forwarder(self.cx, obj.into());
                let fields = vec![self.carry(forwarder, false)];
                Node::Native { class: &presence::PRESENCE, fields, payload: None }
            }
            Cell::Big(it) => Node::Big(it.clone()),
            Cell::List(it) => {
                let it = it.clone();
                Node::List(self.carry_all(&it, frozen))
            }
            Cell::Problem(it) => {
                let mut it = it.clone();
                for value in it.values_mut() {
                    *value = self.carry(*value, false);
                }
                Node::Problem(it)
            }
            Cell::Broken(it) => {
                let it = *it;
                Node::Broken(self.carry(it, false))
            }
            Cell::Sealed(it) => {
                let it = *it;
                Node::Sealed(self.carry(it, false))
            }
            Cell::Far { vat, export } => Node::Far { vat: *vat, export: *export },
            Cell::Promise(_) => self.promise(obj),
            Cell::Native(it) => {
                let (class, fields) = (it.class, it.fields.clone());
                let by_copy = class.stamps.has(Stamps::PASS_BY_COPY)
                    || class.stamps.has(Stamps::DEEP_FROZEN)
                    || class.stamps.has(Stamps::DATA)
                    || class.stamps.has(Stamps::EVERYWHERE)
                    || frozen;
                if !by_copy {
                    return self.stays(obj);
                }
                let Some(payload) = self.payload(obj, frozen) else { return self.stays(obj) };
                let fields = self.carry_all(&fields, frozen);
                Node::Native { class, fields, payload }
            }
            Cell::Object { stamps, script, captures } => {
                let (stamps, captures) = (*stamps, captures.clone());
                let copied = frozen
                    || stamps.has(Stamps::DEEP_FROZEN)
                    || (self.presume && stamps.has(Stamps::PRESUMED))
                    || (stamps.has(Stamps::EVENTUALLY) && self.is_frozen(obj))
                    || (stamps.has(Stamps::PASS_BY_COPY.and(Stamps::SELFLESS))
                        && crate::audition::may_be_copied(self.cx, obj.into()));
                if !copied {
                    return self.stays(obj);
                }
                let Some(placed) = self.cx.scripts.get(script.index()) else { return Node::Lost };
                let Some(loaded) = self.cx.modules.get(placed.module as usize) else { return Node::Lost };
                let (module, script) = (loaded.module.clone(), placed.script);
                let approved_by = self.cx.heap.approved_by(obj.into());
                // What is copied because it does not change takes all it holds along.
                let by_copy = stamps.has(Stamps::PASS_BY_COPY.and(Stamps::SELFLESS));
                let frozen = frozen || !by_copy || stamps.has(Stamps::DEEP_FROZEN);
                let captures = self.carry_all(&captures, frozen);
                let approved_by = self.carry(approved_by, frozen);
                Node::Object { module, script, captures, stamps, approved_by }
            }
            Cell::FinalSlot(it) if frozen || self.is_frozen(obj) => {
                let it = *it;
                Node::FinalSlot(self.carry(it, true))
            }
            Cell::Binding(it) if frozen || self.is_frozen(obj) => {
                let Binding { slot, guard, explicit } = **it;
                let slot = self.carry(slot, true);
                Node::Binding { slot, guard: self.carry(guard, true), explicit }
            }
            _ => self.stays(obj),
        }
    }

    fn is_frozen(&self, obj: Obj) -> bool {
        crate::audition::is_deep_frozen(self.cx, obj.into())
    }

    /// `Some(None)`: there is none. `None`: it cannot be copied.
    fn payload(&mut self, obj: Obj, frozen: bool) -> Option<Option<Box<dyn Payload>>> {
        let Cell::Native(it) = self.cx.heap.cell(obj) else { return Some(None) };
        let Some(payload) = &it.payload else { return Some(None) };
        // Two passes, because carrying needs the heap that the payload lies in.
        let mut inside = Vec::new();
        let copy = payload.copy(&mut |it| {
            inside.push(it);
            it
        })?;
        let mut carried = self.carry_all(&inside, frozen).into_iter();
        copy.copy(&mut |it| carried.next().unwrap_or(it)).map(Some)
    }

    fn stays(&mut self, obj: Obj) -> Node {
        Node::Far { vat: self.cx.vat, export: self.cx.tables.export(obj) }
    }

    fn promise(&mut self, obj: Obj) -> Node {
        let export = self.cx.tables.export(obj);
        let (home, to) = (self.cx.vat, self.to);
        match self.cx.heap.cell_mut(obj) {
            Cell::Promise(Promise::Unresolved(backlog)) => match backlog.home {
                Some((vat, export)) => Node::Promise { vat, export },
                None => {
                    if to != home && !backlog.watched.contains(&(to, home, export)) {
                        backlog.watched.push((to, home, export));
                    }
                    Node::Promise { vat: home, export }
                }
            },
            _ => Node::Lost,
        }
    }
}

/// Makes a parcel's values values of this vat.
pub(crate) fn unpack(
    cx: &mut Cx,
    load: &mut dyn FnMut(&mut Cx, Arc<Module>) -> u32,
    parcel: Parcel,
) -> Vec<Value> {
    // Every node gets its cell first, so that nodes may refer to each other in any order.
    let mut made: Vec<Value> = Vec::with_capacity(parcel.nodes.len());
    let mut known = vec![false; parcel.nodes.len()];
    for (index, it) in parcel.nodes.iter().enumerate() {
        let shared = parcel.names.get(index).copied().flatten();
        let here = shared.and_then(|it| cx.heap.shared_here(it));
        known[index] = here.is_some();
        let value = match it {
            _ if let Some(it) = here => it.into(),
            Node::Far { vat, export } => far(cx, *vat, *export),
            Node::Promise { vat, export } => remote_promise(cx, *vat, *export),
            _ if let Some(name) = shared => {
                let it = cx.heap.alloc(Cell::Free(u32::MAX));
                cx.heap.know_as(it, name);
                it.into()
            }
            _ => cx.heap.alloc(Cell::Free(u32::MAX)).into(),
        };
        made.push(value);
    }
    let real = |made: &[Value], it: Value| match it.as_obj() {
        Some(index) => made.get(index.index()).copied().unwrap_or(Value::NULL),
        None => it,
    };
    let reals =
        |made: &[Value], all: &[Value]| -> Vec<Value> { all.iter().map(|it| real(made, *it)).collect() };
    for (index, node) in parcel.nodes.into_iter().enumerate() {
        let mut auditors = Value::NULL;
        let mut twine = None;
        let cell = match node {
            _ if known[index] => continue,
            Node::Far { .. } | Node::Promise { .. } => continue,
            Node::Text(it, spans) => {
                twine = spans.map(|parts| Spans { parts, bare: cx.heap.text(it.clone()) });
                Cell::from(it)
            }
            Node::Big(it) => Cell::Big(it),
            Node::List(it) => Cell::List(reals(&made, &it).into()),
            Node::Native { class, fields, payload } => {
                let payload = payload.and_then(|it| it.copy(&mut |it| real(&made, it)));
                crate::heap::native_cell(class, reals(&made, &fields), payload)
            }
            Node::Object { module, script, captures, stamps, approved_by } => {
                let module = load(cx, module);
                let script = cx.script(module, script);
                let captures = reals(&made, &captures).into();
                auditors = real(&made, approved_by);
                Cell::Object { stamps, script, captures }
            }
            Node::FinalSlot(it) => Cell::FinalSlot(real(&made, it)),
            Node::Binding { slot, guard, explicit } => {
                let (slot, guard) = (real(&made, slot), real(&made, guard));
                Cell::Binding(Box::new(Binding { slot, guard, explicit }))
            }
            Node::Broken(it) => Cell::Broken(real(&made, it)),
            Node::Sealed(it) => Cell::Sealed(real(&made, it)),
            Node::Problem(mut it) => {
                for value in it.values_mut() {
                    *value = real(&made, *value);
                }
                Cell::Problem(it)
            }
            Node::Lost => Cell::FinalSlot(Value::NULL),
        };
        if let Some(at) = made[index].as_obj() {
            cx.heap.fill(at, cell);
            if let Some(spans) = twine {
                cx.heap.set_spans(at.into(), spans);
            }
            cx.heap.approve(at, auditors);
        }
    }
    reals(&made, &parcel.roots)
}

/// Our reference to an export of another vat; what is ours comes home as itself.
fn far(cx: &mut Cx, vat: u32, export: u32) -> Value {
    if vat == cx.vat {
        return cx.tables.exported(export).map_or(Value::NULL, |it| cx.near(it));
    }
    if let Some(it) = cx.tables.import(vat, export) {
        return it.into();
    }
    let it = cx.heap.alloc(Cell::Far { vat, export });
    cx.tables.imports.insert((vat, export), it);
    it.into()
}

fn remote_promise(cx: &mut Cx, vat: u32, export: u32) -> Value {
    if vat == cx.vat {
        return cx.tables.exported(export).map_or(Value::NULL, |it| cx.near(it));
    }
    if let Some(it) = cx.tables.import(vat, export) {
        return cx.near(it.into());
    }
    let (promise, _) = cx.promise();
    if let Some(at) = promise.as_obj() {
        if let Cell::Promise(Promise::Unresolved(backlog)) = cx.heap.cell_mut(at) {
            backlog.home = Some((vat, export));
        }
        cx.tables.imports.insert((vat, export), at);
    }
    promise
}

/// A message between vats.
pub(crate) struct Posted {
    pub selector: Selector,
    pub parcel: Parcel,
    /// The sender's number of the promise for its result.
    pub result: Option<u32>,
}

/// Packs a message. The promise for its result stays ours; the other vat settles it through its number.
pub(crate) fn post(cx: &mut Cx, message: Message, to: u32) -> Posted {
    let parcel = pack(cx, &message.args, to);
    if let Some(it) = message.result {
        let heap = &cx.heap;
        let open = |it: Obj| matches!(heap.cell(it), Cell::Promise(Promise::Unresolved(_)));
        // Looked through now and then, so that what is settled does not pile up.
        if cx.tables.awaited.len() >= 64 && cx.tables.awaited.len().is_power_of_two() {
            cx.tables.awaited.retain(|it| open(it.1));
        }
        cx.tables.awaited.push((to, it));
    }
    Posted { selector: message.selector, parcel, result: message.result.map(|it| cx.tables.export(it)) }
}
