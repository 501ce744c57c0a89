//! The heap of a vat that has nothing to do, without room for more.

use super::{Cell, Heap, Shared};
use crate::data::twine::SpanTable;
use crate::rare::Rare;
use crate::value::{Obj, Value};
use rustc_hash::FxHashMap;
use std::cell::Cell as Mutable;

/// What is left of a heap while nobody looks at it.
pub(crate) struct Resting {
    cells: Box<[Cell]>,
    marks: Box<[u64]>,
    gaps: u64,
    next_word: usize,
    taken: usize,
    bytes: u64,
    beside: u64,
    limit: u64,
    collect_at: u64,
    names_given: u64,
    laid: u64,
    spread: u64,
    gaps_at: u32,
    looked: u32,
    eager: bool,
    selfless: bool,
    seldom: Option<Box<Seldom>>,
}

/// What most heaps do without.
struct Seldom {
    approvals: Rare<FxHashMap<Obj, Value>>,
    far_proxies: Rare<FxHashMap<u64, Vec<Obj>>>,
    shared: Rare<FxHashMap<Shared, Obj>>,
    shared_names: Rare<FxHashMap<Obj, Shared>>,
    portraits: Rare<FxHashMap<Obj, Value>>,
    weak: Rare<FxHashMap<Obj, Value>>,
    dead: Rare<Vec<Obj>>,
    spans: Rare<SpanTable>,
}

impl Seldom {
    fn is_used(&self) -> bool {
        let Seldom { approvals, far_proxies, shared, shared_names, portraits, weak, dead, spans } = self;
        let tables = [approvals, portraits, weak].into_iter().any(|it| it.used().is_some());
        let names = shared.used().is_some() || shared_names.used().is_some();
        tables || names || far_proxies.used().is_some() || dead.used().is_some() || spans.used().is_some()
    }
}

impl Heap {
    /// Does an account pay for it? Then it does not rest: what it has drawn is its own.
    pub(crate) fn is_paid_for(&self) -> bool {
        self.purse.is_open()
    }

    /// Gives back the room that nothing is in. Nobody may pay for the heap.
    pub(crate) fn rest(self) -> Resting {
        // Every field is named, so that none is forgotten.
        let Heap {
            cells,
            marks,
            gaps,
            gaps_at,
            next_word,
            taken,
            approvals,
            bytes,
            beside,
            limit,
            collect_at,
            allowed: _,
            look_at: _,
            purse: _,
            eager,
            far_proxies,
            shared,
            shared_names,
            names_given,
            portraits,
            selfless,
            weak,
            dead,
            spans,
            looked,
            laid,
            spread,
            // Between turns there is none.
            journal: _,
        } = self;
        let seldom = Seldom { approvals, far_proxies, shared, shared_names, portraits, weak, dead, spans };
        Resting {
            cells: cells.into(),
            marks: marks.into(),
            gaps,
            next_word,
            taken,
            bytes,
            beside,
            limit,
            collect_at,
            names_given,
            laid: laid.get(),
            spread: spread.get(),
            gaps_at,
            looked: looked.get(),
            eager,
            selfless,
            seldom: seldom.is_used().then(|| Box::new(seldom)),
        }
    }
}

impl Resting {
    /// The same heap again.
    pub(crate) fn wake(self) -> Heap {
        let heap = Heap {
            cells: self.cells.into(),
            marks: self.marks.into(),
            gaps: self.gaps,
            gaps_at: self.gaps_at,
            next_word: self.next_word,
            taken: self.taken,
            bytes: self.bytes,
            beside: self.beside,
            collect_at: self.collect_at,
            look_at: Mutable::new(self.limit.min(self.collect_at)),
            eager: self.eager,
            names_given: self.names_given,
            selfless: self.selfless,
            looked: Mutable::new(self.looked),
            laid: Mutable::new(self.laid),
            spread: Mutable::new(self.spread),
            ..Heap::new(self.limit)
        };
        match self.seldom {
            None => heap,
            Some(seldom) => {
                let Seldom { approvals, far_proxies, shared, shared_names, portraits, weak, dead, spans } =
                    *seldom;
                Heap { approvals, far_proxies, shared, shared_names, portraits, weak, dead, spans, ..heap }
            }
        }
    }
}
