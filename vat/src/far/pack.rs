//! Packing: what of a vat's values is copied, and what stays and is known by its number.

use super::parcel::{Node, Parcel, PassedOn};
use super::tables::{ANSWER, Pace};
use super::{WIRE, wire};
use crate::cx::Cx;
use crate::heap::{Arguments, Binding, Cell, Promise, Shared, Watcher};
use crate::native::{Payload, Stamps};
use crate::print::{TEXT_WRITER, presence};
use crate::value::{Obj, Value};
use rustc_hash::FxHashMap;

fn placeholder(index: usize) -> Value {
    Obj(index as u32).into()
}

struct Packing<'a> {
    cx: &'a mut Cx,
    to: u32,
    nodes: Vec<Node>,
    names: Vec<(usize, Shared)>,
    passed_on: Vec<PassedOn>,
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
    if is_plain && to != WIRE {
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
        let Some(obj) = value.as_obj() else { return self.carry_plain(value) };
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

    /// A power that every vat has under the same name is not what another process has under it.
    fn carry_plain(&mut self, value: Value) -> Value {
        if self.to != WIRE || wire::is_the_same_everywhere(value) {
            return value;
        }
        let it = self.cx.heap.alloc(Cell::Promise(Promise::Resolved(value)));
        let node = self.stays(it);
        self.nodes.push(node);
        placeholder(self.nodes.len() - 1)
    }

    /// Does it lead from one side of a gate to the other? Then it goes by way of the gate.
    fn crosses(&self, home: u32) -> bool {
        (home == WIRE) != (self.to == WIRE)
    }

    /// Must it stay, though it would go to another vat of this process?
    fn is_kept_back(&self, obj: Obj) -> bool {
        self.to == WIRE && !wire::travels(self.cx, obj)
    }

    fn leaf(&mut self, obj: Obj, frozen: bool) -> Option<Node> {
        match self.cx.heap.cell(obj) {
            Cell::Far { vat, export } => {
                let (vat, export) = (*vat, *export);
                if self.crosses(vat) {
                    return Some(self.stays(obj));
                }
                Some(self.pass_on(vat, export, Node::Far { vat, export }))
            }
            Cell::Promise(_) => Some(self.promise(obj)),
            Cell::Big(it) => Some(Node::Big(it.clone())),
            Cell::Object { stamps, .. } if *stamps == Stamps::NONE && !frozen => Some(self.stays(obj)),
            _ => None,
        }
    }

    /// A reference to another vat's object leaves: that vat has to count it, unless it goes home. Where what is sent
    /// on it from there could be at its home before what we have sent, it goes as a promise, and its home is told.
    fn pass_on(&mut self, home: u32, export: u32, node: Node) -> Node {
        if home == self.to {
            return node;
        }
        let gift = (self.cx.tables.pace == Pace::Links).then(|| self.cx.tables.next_gift());
        self.passed_on.push(PassedOn { home, export, gift });
        match gift {
            Some(gift) => Node::Gift { home, giver: self.cx.vat, gift },
            None => node,
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
                if self.to == WIRE {
                    wire::in_words(self.cx, &mut it);
                }
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
                if !by_copy || (self.to == WIRE && !wire::goes_by_copy(class)) {
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
                if !copied || self.is_kept_back(obj) {
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
            Cell::FinalSlot(_) | Cell::Binding(_) if self.is_kept_back(obj) => self.stays(obj),
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
        if let Some((vat, export)) = home.filter(|it| it.1 & ANSWER == 0 && !self.crosses(it.0)) {
            return self.pass_on(vat, export, Node::Promise { vat, export });
        }
        self.cx.tables.is_known_to(to);
        let export = self.cx.tables.export(obj);
        crate::send::watch(self.cx, obj, Watcher::Knows { vat: to, export });
        Node::Promise { vat, export }
    }
}
