//! One vat, looked through: who would settle which promise, and who holds what.

use super::{Asker, Cell, Promise, Sent};
use crate::cx::Work;
use crate::heap::Message;
use crate::turn::Vat;
use crate::value::{Obj, Value};
use crate::when::{REACTOR, several::WAITING};
use rustc_hash::FxHashMap;
use std::sync::Arc;

#[derive(Default)]
pub(super) struct Index {
    pub settlers: FxHashMap<Obj, Vec<Settler>>,
    pub holders: FxHashMap<Obj, Vec<Holder>>,
    /// Messages whose answer another vat waits for, by that vat and its question.
    pub there: FxHashMap<(u32, u32), Pending>,
    /// The names of the scope that stand for promises.
    pub names: FxHashMap<Obj, Arc<str>>,
}

/// What would settle a promise.
#[derive(Clone)]
pub(super) enum Settler {
    /// A message will be answered.
    Answers(Pending),
    /// A resolver that has not been used.
    Resolver(Obj),
    /// Somebody waits for something else, and this object will then react.
    When(Obj, Option<Obj>),
    Several(Obj),
    /// The resolution box of a proxy.
    Box(Obj),
    /// A program that has not been run.
    Program,
    Breaks,
}

/// A message that has not been delivered, and the promise it waits for, if it does.
#[derive(Clone)]
pub(super) struct Pending {
    pub verb: String,
    pub sent: Sent,
    pub waits: Option<Obj>,
}

#[derive(Clone)]
pub(super) enum Holder {
    Cell(Obj),
    /// It is held by what waits for a promise.
    Waits(Obj),
    Root(Root),
}

/// Who holds on to something for itself.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Root {
    Name(Arc<str>),
    Queue,
    Timer,
    Power,
    Module,
    /// Other vats, by this number.
    Export(u32),
    /// Who has asked, and may send to the answer.
    Answer,
    Host,
}

impl Root {
    /// Will something be done by itself?
    pub fn is_active(&self) -> bool {
        matches!(self, Root::Queue | Root::Timer | Root::Power)
    }

    /// The smaller, the more it says: what will happen by itself before what somebody may do.
    pub fn rank(&self) -> u32 {
        match self {
            Root::Queue => 0,
            Root::Timer => 1,
            Root::Power => 2,
            Root::Name(_) => 3,
            Root::Module => 4,
            Root::Answer => 5,
            Root::Export(_) => 6,
            Root::Host => 7,
        }
    }
}

impl Index {
    /// Looks through a vat whose garbage has just been collected.
    pub fn of(vat: &mut Vat) -> Index {
        let mut it = Index::default();
        it.cells(vat);
        it.roots(vat);
        it.name(vat);
        it
    }

    fn hold(&mut self, held: Value, by: Holder) {
        if let Some(at) = held.as_obj() {
            self.holders.entry(at).or_default().push(by);
        }
    }

    fn settle(&mut self, promise: Value, by: Settler) {
        if let Some(at) = promise.as_obj() {
            self.settlers.entry(at).or_default().push(by);
        }
    }

    fn message(&mut self, it: &Message, waits: Option<Obj>) {
        let verb = format!("{}/{}", it.selector.verb(), it.selector.arity());
        let pending = Pending { verb, sent: it.sent, waits };
        match it.result {
            Asker::Nobody => {}
            Asker::Here(promise) => self.settle(promise.into(), Settler::Answers(pending)),
            Asker::There { vat, question } => {
                self.there.insert((vat, question), pending);
            }
        }
        for arg in it.args.iter() {
            self.hold(*arg, waits.map_or(Holder::Root(Root::Queue), Holder::Waits));
        }
    }

    fn cells(&mut self, vat: &Vat) {
        for (at, cell) in vat.cx.heap.all() {
            match cell {
                Cell::Promise(Promise::Unresolved(backlog)) => {
                    let Some(it) = backlog else { continue };
                    it.messages.iter().for_each(|it| self.message(it, Some(at)));
                    it.boxes_of.iter().for_each(|it| self.settle((*it).into(), Settler::Box(at)));
                    if let Some(it) = &it.proxied {
                        it.trace(&mut |it| self.hold(it, Holder::Cell(at)));
                    }
                }
                Cell::Resolver { promise, done } => {
                    if !done {
                        self.settle((*promise).into(), Settler::Resolver(at));
                    }
                }
                Cell::Native(it) => {
                    if std::ptr::eq(it.class, &REACTOR)
                        && let [_, reactor, promise, reacted] = it.fields[..]
                        && reacted == Value::FALSE
                    {
                        self.settle(promise, Settler::When(at, vat.cx.near(reactor).as_obj()));
                    } else if std::ptr::eq(it.class, &WAITING)
                        && let Some(promise) = it.fields.get(2)
                    {
                        self.settle(*promise, Settler::Several(at));
                    }
                    cell.trace(&mut |it| self.hold(it, Holder::Cell(at)));
                }
                cell => cell.trace(&mut |it| self.hold(it, Holder::Cell(at))),
            }
        }
    }

    fn roots(&mut self, vat: &Vat) {
        let cx = &vat.cx;
        for it in cx.queue.iter() {
            match &it.work {
                Work::Message { target, message } => {
                    self.hold(*target, Holder::Root(Root::Queue));
                    self.message(message, None);
                }
                Work::Eval(id) => {
                    if let Some(it) = vat.evals.get(id) {
                        self.settle(it.result.into(), Settler::Program);
                    }
                }
                Work::Seed { result, .. } => self.settle((*result).into(), Settler::Program),
            }
        }
        let mut names: Vec<_> = cx.scope.names.iter().collect();
        names.sort_by_key(|it| it.0);
        for (noun, it) in names {
            self.hold(it.value, Holder::Root(Root::Name(noun.clone())));
        }
        for (thunk, _) in cx.timers.used().iter().flat_map(|it| it.values()) {
            self.hold(*thunk, Holder::Root(Root::Timer));
        }
        for it in cx.awaited.used().iter().flat_map(|it| it.values()) {
            self.hold(it.resolver, Holder::Root(Root::Power));
        }
        for it in cx.imported.used().iter().flat_map(|it| it.values()) {
            self.hold(*it, Holder::Root(Root::Module));
        }
        for it in cx.handles.used().iter().flat_map(|it| it.values()) {
            self.hold(*it, Holder::Root(Root::Host));
        }
        for [far, reactor, promise] in cx.breaks.used().into_iter().flatten() {
            self.hold(*far, Holder::Root(Root::Module));
            self.hold(*reactor, Holder::Root(Root::Module));
            self.settle(*promise, Settler::Breaks);
        }
        for (number, it) in cx.tables.all_exports() {
            self.hold(it, Holder::Root(Root::Export(number)));
        }
        for it in cx.tables.all_answers() {
            self.hold(it, Holder::Root(Root::Answer));
        }
    }

    fn name(&mut self, vat: &mut Vat) {
        let mut nouns: Vec<Arc<str>> = vat.cx.scope.names.keys().cloned().collect();
        nouns.sort();
        for noun in nouns {
            let value = vat.named(&noun).map(|it| vat.cx.near(it));
            if let Some(at) = value.and_then(|it| it.as_obj())
                && matches!(vat.cx.heap.cell(at), Cell::Promise(_))
            {
                self.names.entry(at).or_insert(noun);
            }
        }
    }
}
