//! Values on their way: what a parcel holds, and how the vat that gets it makes values of its own of it.

use super::tables::ANSWER;
use super::{WIRE, far, gifts, remote_promise, wire};
use crate::code::Module;
use crate::cx::Cx;
use crate::data::twine::{Part, Spans};
use crate::heap::{Arguments, Binding, Cell, Shared, Text};
use crate::native::{Class, Payload, Stamps};
use crate::problem::Problem;
use crate::value::Value;
use crate::world::{Now, Place, Tag};
use dashu_int::IBig;
use std::sync::Arc;

/// Values on their way between vats. Handles in it are indices of its nodes.
pub(crate) struct Parcel {
    pub(super) nodes: Vec<Node>,
    /// The name that all vats know a node by, if it has an identity and goes as itself.
    pub(super) names: Vec<(usize, Shared)>,
    /// Exports of third vats that it refers to.
    pub passed_on: Vec<PassedOn>,
    pub roots: Arguments,
}

/// A reference into a third vat that is on its way.
#[derive(Clone, Copy)]
pub(crate) struct PassedOn {
    pub home: u32,
    pub export: u32,
    /// The giver's number for it, if whoever gets it is to ask its home.
    pub gift: Option<u32>,
}

/// What a parcel that does not arrive has to be given back of.
#[derive(Clone, Copy)]
pub(crate) enum Held {
    Export { home: u32, export: u32 },
    Gift { home: u32, giver: u32, gift: u32 },
}

pub(super) enum Node {
    Text(Text, Option<Arc<[Part]>>),
    Big(Arc<IBig>),
    List(Vec<Value>),
    Native {
        class: &'static Class,
        fields: Vec<Value>,
        payload: Option<Box<dyn Payload>>,
    },
    Object {
        module: Arc<Module>,
        script: u32,
        captures: Vec<Value>,
        stamps: Stamps,
        approved_by: Value,
    },
    FinalSlot(Value),
    Binding {
        slot: Value,
        guard: Value,
        explicit: bool,
    },
    Far {
        vat: u32,
        export: u32,
    },
    Promise {
        vat: u32,
        export: u32,
    },
    /// What vat `giver` tells vat `home` of under that number.
    Gift {
        home: u32,
        giver: u32,
        gift: u32,
    },
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

    /// All that somebody counts because of it.
    pub(crate) fn held(&self) -> impl Iterator<Item = Held> + '_ {
        self.nodes.iter().filter_map(|it| match *it {
            Node::Far { vat, export } | Node::Promise { vat, export } if export & ANSWER == 0 => {
                Some(Held::Export { home: vat, export })
            }
            Node::Gift { home, giver, gift } => Some(Held::Gift { home, giver, gift }),
            _ => None,
        })
    }

    /// What its value is, if it is a reference into another vat.
    pub(crate) fn root(&self) -> Option<Now> {
        let first = self.roots.first()?.as_obj()?;
        Some(match *self.nodes.get(first.index())? {
            Node::Far { vat, export } | Node::Promise { vat, export } => {
                Now::Export(Place { home: vat, number: export })
            }
            Node::Gift { giver, gift, .. } => Now::Gift(Tag::Gift { giver, gift }),
            _ => return None,
        })
    }

    /// Is its value something of this vat's: what is sent to it goes where the parcel came from?
    pub(super) fn refers_to(&self, home: u32) -> bool {
        let first = self.roots.first().and_then(|it| it.as_obj()).and_then(|it| self.nodes.get(it.index()));
        matches!(first, Some(Node::Far { vat, .. } | Node::Promise { vat, .. }) if *vat == home)
    }

    /// The exports of a vat that it refers to, each as often as it counted them.
    pub(crate) fn exports_of(&self, home: u32) -> impl Iterator<Item = u32> + '_ {
        self.nodes.iter().filter_map(move |it| match it {
            Node::Far { vat, export } | Node::Promise { vat, export } if *vat == home => Some(*export),
            _ => None,
        })
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
    let has_gifts = nodes.iter().any(|it| matches!(it, Node::Gift { .. }));
    // Every node gets its cell first, so that nodes may refer to each other in any order.
    let mut made: Vec<Value> = Vec::with_capacity(nodes.len());
    for it in &nodes {
        made.push(match it {
            Node::Far { vat, export } => far(cx, *vat, *export),
            Node::Promise { vat, export } => remote_promise(cx, from, *vat, *export),
            Node::Gift { home, giver, gift } => gifts::ask_for(cx, *home, *giver, *gift),
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
    let mut objects = Vec::new();
    for (index, node) in nodes.into_iter().enumerate() {
        if from == WIRE && matches!(node, Node::Object { .. }) {
            objects.extend(made[index].as_obj());
        }
        let mut auditors = Value::NULL;
        let mut twine = None;
        let cell = match node {
            _ if known.get(index).is_some_and(|it| *it) => continue,
            Node::Far { .. } | Node::Promise { .. } | Node::Gift { .. } => continue,
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
    if has_gifts {
        gifts::break_tables(cx, &made);
    }
    if !wire::may_come(cx, &objects) {
        cx.tables.deceived = true;
        for it in objects {
            cx.heap.fill(it, Cell::Broken(Value::NULL));
        }
    }
    roots.iter_mut().for_each(|it| *it = real(&made, *it));
    roots
}
