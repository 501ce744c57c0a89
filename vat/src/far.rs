//! References into another vat, and what goes there: parcels of copied data, and names for what stays.
//!
//! Data and other things passed by construction are copied, DeepFrozen objects too (they are the same
//! wherever they are); everything else stays where it is and is known by its number in its vat's table of
//! exports.

mod tables;

use crate::bank::{Account, Question, Tenant};
use crate::causality::Sent;
use crate::code::Module;
use crate::cx::Cx;
use crate::data::twine::{Part, Spans};
use crate::heap::{Arguments, Asker, Binding, Cell, Message, Shared, Text, Watcher};
use crate::native::{Class, Payload, Stamps};
use crate::print::{TEXT_WRITER, presence};
use crate::problem::Problem;
use crate::selector::Selector;
use crate::value::{Obj, Value};
use dashu_int::IBig;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tables::ANSWER;
pub use tables::Known;
pub(crate) use tables::Tables;

/// What leaves a vat at the end of its turn.
pub(crate) enum Outgoing {
    Send {
        vat: u32,
        export: u32,
        message: Message,
        cause: u64,
    },
    /// A promise that another vat waits for has been settled.
    Tell {
        watcher: Watcher,
        value: Value,
        sent: Sent,
    },
    /// A promise of `vat` came from elsewhere: that vat is to tell us when it is settled.
    Watch {
        vat: u32,
        export: u32,
    },
    /// What was sent to that promise is to be passed on before its value is used.
    Flush {
        vat: u32,
        export: u32,
    },
    Flushed {
        vat: u32,
        export: u32,
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
    /// `seedVat(vat, source)`; the promise that was given for its value.
    Seed {
        vat: u32,
        source: Arc<str>,
        promise: Value,
        cause: u64,
        sent: Sent,
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
            Outgoing::Tell { value, .. } => visit(*value),
            Outgoing::Seed { promise, .. } | Outgoing::Ask { promise, .. } => visit(*promise),
            Outgoing::Kill { problem, .. } | Outgoing::Destroy { problem, .. } => visit(*problem),
            Outgoing::MakeVat { .. }
            | Outgoing::Watch { .. }
            | Outgoing::Flush { .. }
            | Outgoing::Flushed { .. } => {}
        }
    }
}

/// What goes from one vat to another. Nothing in it belongs to either.
pub(crate) enum Frame {
    /// A message to an export, or to the answer of a question.
    Message {
        export: u32,
        selector: Selector,
        args: Parcel,
        /// The sender's number of the promise for its result.
        question: Option<u32>,
        cause: u64,
        sent: Sent,
    },
    Answer {
        question: u32,
        value: Parcel,
        sent: Sent,
    },
    /// The sender's promise of that number is settled.
    Settled {
        export: u32,
        value: Parcel,
        sent: Sent,
    },
    /// The sender wants to know when that promise is settled.
    Watch {
        export: u32,
    },
    /// The sender has no more use for a reference that came in so many times.
    Drop {
        export: u32,
        times: u32,
    },
    /// The sender wants to know when all that it has sent to the promise so far has been passed on.
    Flush {
        export: u32,
    },
    Flushed {
        export: u32,
    },
}

impl Frame {
    /// The values in it.
    pub(crate) fn parcel_mut(&mut self) -> Option<&mut Parcel> {
        match self {
            Frame::Message { args: it, .. }
            | Frame::Answer { value: it, .. }
            | Frame::Settled { value: it, .. } => Some(it),
            _ => None,
        }
    }
}

/// Values on their way between vats. Handles in it are indices of its nodes.
pub(crate) struct Parcel {
    nodes: Vec<Node>,
    /// The name that all vats know a node by, if it has an identity and goes as itself.
    names: Vec<(usize, Shared)>,
    /// Exports of third vats that it refers to.
    pub passed_on: Vec<(u32, u32)>,
    pub roots: Arguments,
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

impl Parcel {
    /// What it will weigh where it arrives, or a little more.
    pub(crate) fn weight(&self) -> u64 {
        let values = |it: &[Value]| 16 * it.len() as u64;
        let one = |it: &Node| match it {
            Node::Text(it, _) => it.bytes() as u64,
            Node::Big(it) => dashu_int::ops::BitTest::bit_len(it.as_ref()) as u64 / 8,
            Node::List(it) => values(it),
            Node::Native { fields, payload, .. } => {
                values(fields) + payload.as_ref().map_or(0, |it| it.bytes())
            }
            Node::Object { captures, .. } => values(captures),
            _ => 0,
        };
        self.nodes.iter().map(|it| 48 + one(it)).sum()
    }

    /// The exports of a vat that it refers to, each as often as it counted them.
    pub(crate) fn exports_of(&self, home: u32) -> impl Iterator<Item = u32> + '_ {
        self.nodes.iter().filter_map(move |it| match it {
            Node::Far { vat, export } | Node::Promise { vat, export } if *vat == home => Some(*export),
            _ => None,
        })
    }
}

fn placeholder(index: usize) -> Value {
    Obj(index as u32).into()
}

struct Packing<'a> {
    cx: &'a mut Cx,
    to: u32,
    nodes: Vec<Node>,
    names: Vec<(usize, Shared)>,
    passed_on: Vec<(u32, u32)>,
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
    let mut roots = Arguments::from(values);
    let is_plain = values.iter().all(|it| it.as_obj().is_none());
    if is_plain {
        return Parcel { nodes: Vec::new(), names: Vec::new(), passed_on: Vec::new(), roots };
    }
    let mut packing = Packing {
        cx,
        to,
        presume,
        nodes: Vec::new(),
        names: Vec::new(),
        passed_on: Vec::new(),
        seen: FxHashMap::default(),
        work: Vec::new(),
    };
    roots.iter_mut().for_each(|it| *it = packing.carry(*it, false));
    while let Some((obj, index, frozen)) = packing.work.pop() {
        let node = packing.node(obj, frozen);
        if has_identity(&node) {
            let vat = packing.cx.vat;
            let name = packing.cx.heap.share(obj, vat);
            packing.names.push((index, name));
        }
        packing.nodes[index] = node;
    }
    let Packing { nodes, names, passed_on, .. } = packing;
    Parcel { nodes, names, passed_on, roots }
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
        let index = self.nodes.len();
        // What holds nothing needs no second look.
        if let Some(leaf) = self.leaf(obj, frozen) {
            self.nodes.push(leaf);
            return placeholder(index);
        }
        if let Some(it) = self.seen.get(&obj) {
            return placeholder(*it);
        }
        self.nodes.push(Node::Lost);
        self.seen.insert(obj, index);
        self.work.push((obj, index, frozen));
        placeholder(index)
    }

    fn leaf(&mut self, obj: Obj, frozen: bool) -> Option<Node> {
        match self.cx.heap.cell(obj) {
            Cell::Far { vat, export } => {
                let (vat, export) = (*vat, *export);
                self.pass_on(vat, export);
                Some(Node::Far { vat, export })
            }
            Cell::Promise(_) => Some(self.promise(obj)),
            Cell::Big(it) => Some(Node::Big(it.clone())),
            Cell::Object { stamps, .. } if *stamps == Stamps::NONE && !frozen => Some(self.stays(obj)),
            _ => None,
        }
    }

    /// A reference to another vat's object leaves: that vat has to count it, unless it goes home.
    fn pass_on(&mut self, vat: u32, export: u32) {
        if vat != self.to {
            self.passed_on.push((vat, export));
        }
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
            Cell::Far { .. } | Cell::Promise(_) => self.leaf(obj, frozen).unwrap_or(Node::Lost),
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
            Cell::FinalSlot(it) => {
                let it = *it;
                let frozen = frozen || self.is_frozen(obj);
                Node::FinalSlot(self.carry(it, frozen))
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
        self.cx.tables.is_known_to(self.to);
        Node::Far { vat: self.cx.vat, export: self.cx.tables.export(obj) }
    }

    fn promise(&mut self, obj: Obj) -> Node {
        let (vat, to) = (self.cx.vat, self.to);
        let home = match self.cx.heap.cell(obj) {
            Cell::Promise(it) => it.waiting().and_then(|it| it.home),
            _ => None,
        };
        // An answer that we wait for is, where it goes, what is asked for there.
        if let Some((vat, export)) = home.filter(|it| it.0 == to && it.1 & ANSWER != 0) {
            return Node::Promise { vat, export };
        }
        // In a third vat it is not known: who gets it hears of it from us.
        if let Some((vat, export)) = home.filter(|it| it.1 & ANSWER == 0) {
            self.pass_on(vat, export);
            return Node::Promise { vat, export };
        }
        self.cx.tables.is_known_to(to);
        let export = self.cx.tables.export(obj);
        crate::send::watch(self.cx, obj, Watcher::Knows { vat: to, export });
        Node::Promise { vat, export }
    }
}

/// Makes values of this vat of what came from vat `from`.
pub(crate) fn unpack(
    cx: &mut Cx,
    load: &mut dyn FnMut(&mut Cx, Arc<Module>) -> u32,
    from: u32,
    parcel: Parcel,
) -> Arguments {
    let Parcel { nodes, names, mut roots, .. } = parcel;
    if nodes.is_empty() {
        return roots;
    }
    // Every node gets its cell first, so that nodes may refer to each other in any order.
    let mut made: Vec<Value> = Vec::with_capacity(nodes.len());
    for it in &nodes {
        made.push(match it {
            Node::Far { vat, export } => far(cx, *vat, *export),
            Node::Promise { vat, export } => remote_promise(cx, from, *vat, *export),
            _ => Value::NULL,
        });
    }
    let mut known = Vec::new();
    for (index, name) in names {
        if known.is_empty() {
            known.resize(nodes.len(), false);
        }
        known[index] = cx.heap.shared_here(name).map(|it| made[index] = it.into()).is_some();
        if !known[index] {
            let it = cx.heap.alloc(Cell::Free);
            cx.heap.know_as(it, name);
            made[index] = it.into();
        }
    }
    for it in &mut made {
        if it.is_null() {
            *it = cx.heap.alloc(Cell::Free).into();
        }
    }
    let real = |made: &[Value], it: Value| match it.as_obj() {
        Some(index) => made.get(index.index()).copied().unwrap_or(Value::NULL),
        None => it,
    };
    let reals =
        |made: &[Value], all: &[Value]| -> Vec<Value> { all.iter().map(|it| real(made, *it)).collect() };
    for (index, node) in nodes.into_iter().enumerate() {
        let mut auditors = Value::NULL;
        let mut twine = None;
        let cell = match node {
            _ if known.get(index).is_some_and(|it| *it) => continue,
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
    roots.iter_mut().for_each(|it| *it = real(&made, *it));
    roots
}

/// Our reference to an export of another vat; what is ours comes home as itself.
fn far(cx: &mut Cx, vat: u32, export: u32) -> Value {
    if vat == cx.vat {
        return ours(cx, export);
    }
    if let Some(it) = cx.tables.import(vat, export) {
        return cx.near(it.into());
    }
    let it = cx.heap.alloc(Cell::Far { vat, export });
    cx.tables.imported(vat, export, it);
    it.into()
}

/// What we have exported under that number. If we have let go of it, somebody has miscounted.
fn ours(cx: &mut Cx, export: u32) -> Value {
    if let Some(it) = cx.tables.exported(export) {
        return cx.near(it);
    }
    debug_assert!(false, "an export is gone, and a reference to it is not");
    let problem = cx.heap.problem("the reference came home too late");
    cx.broken(problem)
}

fn remote_promise(cx: &mut Cx, from: u32, vat: u32, export: u32) -> Value {
    if vat == cx.vat {
        return target(cx, from, export);
    }
    if let Some(it) = cx.tables.import(vat, export) {
        return cx.near(it.into());
    }
    let it = cx.open_promise();
    set_home(cx, it, vat, export);
    cx.tables.imported(vat, export, it);
    if vat != from {
        cx.outbox.push(Outgoing::Watch { vat, export });
    }
    it.into()
}

/// What is sent to the promise from now on goes there. What was sent to it before goes first.
fn set_home(cx: &mut Cx, promise: Obj, vat: u32, export: u32) {
    let Cell::Promise(it) = cx.heap.cell_mut(promise) else { return };
    let Some(backlog) = it.backlog() else { return };
    backlog.home = Some((vat, export));
    let cause = cx.cause;
    let messages = std::mem::take(&mut backlog.messages);
    let (stay, go): (Vec<Message>, Vec<Message>) = messages.into_iter().partition(crate::send::waits_here);
    backlog.messages = stay;
    backlog.sent |= !go.is_empty();
    for message in go {
        cx.outbox.push(Outgoing::Send { vat, export, message, cause });
    }
}

/// Packs a message. The promise for its result stays ours: what is sent to it goes after the message, and the
/// other vat settles it through its number.
pub(crate) fn post(cx: &mut Cx, export: u32, message: Message, to: u32, cause: u64) -> Frame {
    let Message { selector, args, result, sent } = message;
    let promise = match result {
        Asker::Nobody => None,
        Asker::Here(it) => Some(it),
        // Whoever asked us is told by us, and may send to the answer before we have it.
        Asker::There { vat, question } => match cx.tables.answer(vat, question) {
            Some(it) => it.as_obj(),
            None => Some(open_answer(cx, vat, question)),
        },
    };
    // Before the arguments, for they may hold the promise for the answer: a loop that goes through the other vat.
    let question = promise.and_then(|it| ask(cx, it, to));
    let args = pack(cx, &args, to);
    Frame::Message { export, selector, args, question, cause, sent }
}

/// The number of our question to vat `to`, whose answer settles the promise.
pub(crate) fn ask(cx: &mut Cx, promise: Obj, to: u32) -> Option<u32> {
    if !tables::is_open(&cx.heap, promise) {
        return None;
    }
    let question = cx.tables.ask(to, promise);
    set_home(cx, promise, to, ANSWER | question);
    Some(question)
}

/// Takes in what vat `from` has sent us.
pub(crate) fn accept(
    cx: &mut Cx,
    load: &mut dyn FnMut(&mut Cx, Arc<Module>) -> u32,
    from: u32,
    frame: Frame,
) {
    match frame {
        Frame::Message { export, selector, args, question, cause, sent } => {
            // The number was another question's before; what comes now may mean this one.
            if let Some(it) = question {
                cx.tables.take_answer(from, it);
                cx.tables.is_known_to(from);
            }
            let args = unpack(cx, load, from, args);
            let result = match question {
                Some(question) => Asker::There { vat: from, question },
                None => Asker::Nobody,
            };
            let target = target(cx, from, export);
            let before = std::mem::replace(&mut cx.cause, cause);
            if let Some(unheard) = crate::send::deliver(cx, target, Message { selector, args, result, sent })
            {
                cx.resolve(unheard.into(), target);
            }
            cx.cause = before;
        }
        // What another vat has settled comes between turns, and counts as one.
        Frame::Answer { question, value, sent } => {
            cx.begin(sent);
            let value = unpack(cx, load, from, value).first().copied().unwrap_or(Value::NULL);
            match cx.tables.asking(question) {
                Some(it) if overtakes(cx, it) => hold_back(cx, it, value, from, ANSWER | question),
                _ => {
                    if let Some(it) = cx.tables.answered(question) {
                        cx.resolve(it.into(), value);
                    }
                }
            }
        }
        Frame::Settled { export, value, sent } => {
            cx.begin(sent);
            let value = unpack(cx, load, from, value).first().copied().unwrap_or(Value::NULL);
            match cx.tables.peek(from, export) {
                Some(it) if overtakes(cx, it) => hold_back(cx, it, value, from, export),
                _ => {
                    if let Some(it) = cx.tables.settled(from, export) {
                        cx.resolve(it.into(), value);
                    }
                }
            }
        }
        Frame::Watch { export } => {
            cx.tables.is_known_to(from);
            let watcher = Watcher::Knows { vat: from, export };
            let Some(value) = cx.tables.exported(export).map(|it| cx.near(it)) else { return };
            if !value.as_obj().is_some_and(|it| crate::send::watch(cx, it, watcher)) {
                let sent = cx.here();
                cx.outbox.push(Outgoing::Tell { watcher, value, sent });
            }
        }
        Frame::Drop { export, times } => cx.tables.release(export, times),
        Frame::Flush { export } => cx.outbox.push(Outgoing::Flushed { vat: from, export }),
        Frame::Flushed { export } => {
            if let Some((it, value)) = cx.tables.lift_embargo(from, export) {
                match export & ANSWER {
                    0 => drop(cx.tables.settled(from, export)),
                    _ => drop(cx.tables.answered(export & !ANSWER)),
                }
                cx.resolve(it.into(), value);
            }
        }
    }
}

/// Could what is sent to the promise's value be there before what was sent to the promise?
fn overtakes(cx: &Cx, promise: Obj) -> bool {
    cx.tables.in_flight
        && matches!(cx.heap.cell(promise), Cell::Promise(it) if it.waiting().is_some_and(|it| it.sent))
}

/// What is sent to the promise waits here until all that went to its home has been passed on.
fn hold_back(cx: &mut Cx, promise: Obj, value: Value, vat: u32, export: u32) {
    if let Cell::Promise(it) = cx.heap.cell_mut(promise)
        && let Some(backlog) = it.backlog()
    {
        backlog.home = None;
    }
    cx.tables.embargo(vat, export, promise, value);
    cx.outbox.push(Outgoing::Flush { vat, export });
}

/// Breaks every reference into the vat `lost`, and every promise for what it would have answered.
pub(crate) fn lose(cx: &mut Cx, lost: u32, why: &Problem) {
    let mut broken: Vec<Obj> = cx.tables.lost(lost);
    broken.sort_unstable();
    for it in broken {
        let problem = cx.heap.problem(why.clone());
        match cx.heap.cell_mut(it) {
            far @ Cell::Far { .. } => {
                *far = Cell::Broken(problem);
                crate::when::broke(cx, it.into());
            }
            Cell::Promise(_) => {
                let broken = cx.broken(problem);
                cx.resolve(it.into(), broken);
            }
            _ => {}
        }
    }
}

/// What another vat's message is for: something we have exported, or the answer to a question it has asked.
fn target(cx: &mut Cx, from: u32, export: u32) -> Value {
    if export & ANSWER == 0 {
        return ours(cx, export);
    }
    let question = export & !ANSWER;
    match cx.tables.answer(from, question) {
        Some(it) => cx.near(it),
        None => open_answer(cx, from, question).into(),
    }
}

/// The promise for an answer that we do not have, and that has been sent to.
fn open_answer(cx: &mut Cx, vat: u32, question: u32) -> Obj {
    let it = cx.open_promise();
    crate::send::watch(cx, it, Watcher::Asked { vat, question });
    cx.tables.set_answer(vat, question, it);
    it
}
