//! Sameness: `a == b`, whether a value is settled, and the hashes and traversal keys that agree with it.
//!
//! Selfless things are compared part by part, everything else by identity. The comparison keeps a list of
//! pairs still to look at and a set of pairs already assumed to be the same, so cycles end and nothing
//! recurses. Only selfless objects written in E have to be asked for their portrayal; the comparison waits
//! for them as every native waits.

mod hash;
pub(crate) mod key;
mod settled;

pub use hash::{Unsettled, hash};
pub use settled::{is_settled, is_settled_yet};

use key::make_traversal_key;
pub use key::{TRAVERSAL_KEY, same_key, traversal_key};

use crate::cx::Cx;
use crate::heap::{Cell, Heap, Promise};
use crate::native::{Class, Outcome, Payload, Stamps, Then, done};
use crate::natives;
use crate::problem::{About, Problem};
use crate::value::{Value, View};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a value is to the comparison.
pub enum Kind {
    /// The same as any atom of the same content.
    Atom,
    /// As its parts, in order, under the name of its maker.
    Parts(&'static Class, Vec<Value>),
    /// Only ever itself.
    Itself,
    /// A selfless object written in E: as its portrayal.
    Portrayed,
    /// Not known yet.
    Unsettled,
}

/// Looks at a (shortened) value.
pub fn kind(heap: &Heap, value: Value) -> Kind {
    let View::Obj(at) = value.view() else {
        return match value.view() {
            View::Static(_) => Kind::Itself,
            _ => Kind::Atom,
        };
    };
    match heap.cell(at) {
        Cell::Short(_) | Cell::Long(..) | Cell::Big(_) => Kind::Atom,
        Cell::Problem(it) if it.plain_text().is_some() => Kind::Atom,
        Cell::Problem(it) if it.about != About::Message => {
            Kind::Parts(&crate::throw::PROBLEM, it.about.values())
        }
        Cell::List(items) => Kind::Parts(&crate::data::list::LIST, items.to_vec()),
        Cell::Native(it) if it.class.stamps.has(Stamps::SELFLESS) => {
            let mut parts = it.fields.clone();
            if let Some(payload) = &it.payload {
                payload.trace(&mut |it| parts.push(it));
            }
            Kind::Parts(it.class, parts)
        }
        Cell::FinalSlot(it) => Kind::Parts(&crate::slot::FINAL_SLOT, vec![*it]),
        Cell::Binding(it) => Kind::Parts(&crate::slot::BINDING, vec![it.slot, it.guard]),
        Cell::Object { stamps, .. } if stamps.has(Stamps::SELFLESS) => Kind::Portrayed,
        Cell::Promise(Promise::Unresolved(_)) => Kind::Unsettled,
        _ => Kind::Itself,
    }
}

/// Atoms compare by content: an int is never a float64, floats by their bits.
fn same_atom(heap: &Heap, a: Value, b: Value) -> bool {
    if a == b {
        return true;
    }
    match (heap.get(a), heap.get(b)) {
        (Some(Cell::Short(x)), Some(Cell::Short(y))) => {
            x.as_bytes() == y.as_bytes() && (heap.has_no_spans() || same_spans(heap, a, b))
        }
        // What is short is never in the other form.
        (Some(Cell::Long(x, _)), Some(Cell::Long(y, _))) => {
            x.bytes() == y.bytes()
                && heap.looked_through(x.bytes())
                && heap.as_text(a) == heap.as_text(b)
                && (heap.has_no_spans() || same_spans(heap, a, b))
        }
        (Some(Cell::Big(a)), Some(Cell::Big(b))) => a == b,
        (Some(Cell::Problem(a)), Some(Cell::Problem(b))) => a.plain_text() == b.plain_text(),
        _ => false,
    }
}

/// Twines are the same only if they come from the same places.
fn same_spans(heap: &Heap, a: Value, b: Value) -> bool {
    match (heap.spans(a), heap.spans(b)) {
        (None, None) => true,
        (Some(a), Some(b)) => a.parts == b.parts,
        _ => false,
    }
}

/// Compares what can be compared without looking at parts: `None` is left to [`same_yet`] and [`same_ever`].
#[inline]
pub fn quick(heap: &Heap, a: Value, b: Value) -> Option<bool> {
    let (a, b) = (heap.shorten(a), heap.shorten(b));
    if a == b {
        return Some(true);
    }
    match (a.view(), b.view()) {
        (View::Obj(one), View::Obj(other)) => match (sort_of(heap, one), sort_of(heap, other)) {
            (Sort::Unsettled, _) | (_, Sort::Unsettled) => None,
            (Sort::Atom, Sort::Atom) => Some(same_atom(heap, a, b)),
            (Sort::Deep, Sort::Deep) => None,
            _ => Some(false),
        },
        (View::Obj(it), _) | (_, View::Obj(it)) => match sort_of(heap, it) {
            Sort::Unsettled => None,
            _ => Some(false),
        },
        _ => Some(false),
    }
}

/// The same for the machine, which pays for one call and no more: `None` too for two long strings of one length.
#[inline]
pub fn at_once(heap: &Heap, a: Value, b: Value) -> Option<bool> {
    if let (Some(Cell::Long(x, _)), Some(Cell::Long(y, _))) = (heap.get(a), heap.get(b))
        && x.bytes() == y.bytes()
        && x.bytes() > LONG
    {
        return None;
    }
    quick(heap, a, b)
}

/// Strings of so many bytes are compared for the price of a call.
const LONG: usize = 1024;

/// A [`Kind`] at a glance.
enum Sort {
    Atom,
    Itself,
    /// Its parts, its portrayal or its payload have to be looked at.
    Deep,
    Unsettled,
}

fn sort_of(heap: &Heap, it: crate::value::Obj) -> Sort {
    match heap.cell(it) {
        Cell::Short(_) | Cell::Long(..) | Cell::Big(_) => Sort::Atom,
        Cell::List(_) | Cell::FinalSlot(_) | Cell::Binding(_) | Cell::Problem(_) => Sort::Deep,
        Cell::Native(it) if it.class.stamps.has(Stamps::SELFLESS) || it.payload.is_some() => Sort::Deep,
        Cell::Object { stamps, .. } if stamps.has(Stamps::SELFLESS) => Sort::Deep,
        Cell::Promise(Promise::Unresolved(_)) => Sort::Unsettled,
        _ => Sort::Itself,
    }
}

/// Compares without asking anyone: `None` when a promise or an object's portrayal would decide.
pub fn same_yet(heap: &Heap, a: Value, b: Value) -> Option<bool> {
    if let Some(it) = quick(heap, a, b) {
        return Some(it);
    }
    let mut it = Comparison::of(a, b);
    loop {
        match it.go(heap) {
            Progress::Different => return Some(false),
            Progress::Alike if it.undecided => return None,
            Progress::Alike => return Some(true),
            Progress::Ask(_, _) => it.undecided = true,
        }
    }
}

/// A comparison under way.
struct Comparison {
    todo: Vec<(Value, Value)>,
    assumed: FxHashSet<(Value, Value)>,
    portrayals: FxHashMap<Value, Value>,
    undecided: bool,
    /// The pair of objects whose portrayals are being asked for.
    asking: (Value, Value),
    steps: u64,
}

enum Progress {
    Different,
    /// Nothing left to compare.
    Alike,
    /// Two selfless objects, not yet portrayed.
    Ask(Value, Value),
}

impl Comparison {
    fn of(a: Value, b: Value) -> Comparison {
        Comparison {
            todo: vec![(a, b)],
            assumed: FxHashSet::default(),
            portrayals: FxHashMap::default(),
            undecided: false,
            asking: (Value::NULL, Value::NULL),
            steps: 0,
        }
    }

    fn go(&mut self, heap: &Heap) -> Progress {
        while let Some((a, b)) = self.todo.pop() {
            self.steps += 1;
            let (a, b) = (heap.shorten(a), heap.shorten(b));
            if a == b {
                continue;
            }
            match (kind(heap, a), kind(heap, b)) {
                (Kind::Unsettled, _) | (_, Kind::Unsettled) => self.undecided = true,
                (Kind::Atom, Kind::Atom) => {
                    if !same_atom(heap, a, b) {
                        return Progress::Different;
                    }
                }
                (Kind::Parts(one, xs), Kind::Parts(other, ys)) => {
                    if !std::ptr::eq(one, other) || xs.len() != ys.len() {
                        return Progress::Different;
                    }
                    if self.assumed.insert((a, b)) {
                        self.todo.extend(xs.into_iter().zip(ys).rev());
                    }
                }
                (Kind::Portrayed, Kind::Portrayed) => {
                    if !self.assumed.insert((a, b)) {
                        continue;
                    }
                    let portrait = |it| self.portrayals.get(&it).copied().or_else(|| heap.portrait(it));
                    match (portrait(a), portrait(b)) {
                        // One that does not portray itself may be anything.
                        (Some(x), Some(y)) if x.is_null() || y.is_null() => self.undecided = true,
                        (Some(x), Some(y)) => self.todo.push((x, y)),
                        _ => {
                            self.assumed.remove(&(a, b));
                            return Progress::Ask(a, b);
                        }
                    }
                }
                _ if same_key(heap, a, b) == Some(true) => {}
                _ => return Progress::Different,
            }
        }
        Progress::Alike
    }
}

impl Payload for Comparison {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for (a, b) in self.todo.iter().chain(&self.assumed) {
            visit(*a);
            visit(*b);
        }
        for (a, b) in &self.portrayals {
            visit(*a);
            visit(*b);
        }
        visit(self.asking.0);
        visit(self.asking.1);
    }
    fn bytes(&self) -> u64 {
        32 * (self.todo.len() + self.assumed.len() + self.portrayals.len()) as u64
    }
}

/// What to make of the answer: true, false, or undecided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    /// Undecided throws.
    Ever,
    /// Undecided is false.
    Yet,
    /// Undecided is null.
    Opt,
}

struct Asked {
    question: Question,
    comparison: Comparison,
}

impl Payload for Asked {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.comparison.trace(visit);
    }
    fn bytes(&self) -> u64 {
        16 + self.comparison.bytes()
    }
}

/// `a == b`: true, false, or a problem where a promise would decide.
pub fn same_ever(cx: &mut Cx, a: Value, b: Value) -> Outcome {
    compare(cx, a, b, Question::Ever)
}

/// `__equalizer.optSame(a, b)`: null where a promise would decide.
pub fn opt_same(cx: &mut Cx, a: Value, b: Value) -> Outcome {
    compare(cx, a, b, Question::Opt)
}

fn compare(cx: &mut Cx, a: Value, b: Value, question: Question) -> Outcome {
    if let Some(it) = quick(&cx.heap, a, b) {
        cx.charge(0)?;
        return done(it);
    }
    let then = Then::new(portrayed, [a, b])
        .with_state(Box::new(Asked { question, comparison: Comparison::of(a, b) }));
    go_on(cx, then)
}

fn go_on(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let Some(asked) = then.state::<Asked>() else { return Err(cx.throw("lost a comparison")) };
    let (question, before) = (asked.question, asked.comparison.steps);
    let progress = asked.comparison.go(&cx.heap);
    let (undecided, steps) = (asked.comparison.undecided, asked.comparison.steps);
    cx.charge(steps - before)?;
    match progress {
        Progress::Different => done(false),
        Progress::Alike if !undecided => done(true),
        Progress::Alike => match question {
            Question::Opt => done(Value::NULL),
            Question::Yet => done(false),
            Question::Ever => {
                let (a, b) = (then.values[0], then.values[1]);
                let problem = Problem::typed("insufficientlySettledException", "not sufficiently settled: ");
                Err(cx.throw(problem.value(a).text(" == ").value(b)))
            }
        },
        Progress::Ask(a, b) => {
            asked.comparison.asking = (a, b);
            let target = if asked.comparison.portrayals.contains_key(&a) { b } else { a };
            cx.call_then(target, "__optUncall", [], then)
        }
    }
}

fn portrayed(cx: &mut Cx, mut then: Box<Then>, portrayal: Value) -> Outcome {
    let Some(asked) = then.state::<Asked>() else { return Err(cx.throw("lost a comparison")) };
    let comparison = &mut asked.comparison;
    let (a, b) = comparison.asking;
    let target = if comparison.portrayals.contains_key(&a) { b } else { a };
    // One that does not portray itself is the same as itself only, and nobody can say that it differs.
    comparison.portrayals.insert(target, portrayal);
    if comparison.portrayals.contains_key(&a) && comparison.portrayals.contains_key(&b) {
        if comparison.portrayals[&a].is_null() || comparison.portrayals[&b].is_null() {
            comparison.undecided = true;
        } else {
            comparison.todo.push((a, b));
        }
    } else {
        comparison.todo.push((a, b));
    }
    go_on(cx, then)
}

/// The first object in a value that sameness would have to ask for its portrayal, and that no table has asked.
pub fn unportrayed(heap: &Heap, value: Value) -> Option<Value> {
    unportrayed_counting(heap, value, &mut 0)
}

/// The same, counting what it looks at: whoever asks again and again pays for it.
pub fn unportrayed_counting(heap: &Heap, value: Value, looked: &mut u64) -> Option<Value> {
    if heap.has_no_selfless() || value.as_obj().is_none() {
        return None;
    }
    let mut todo = vec![value];
    let mut seen = FxHashSet::default();
    while let Some(it) = todo.pop() {
        *looked += 1;
        let it = heap.shorten(it);
        match kind(heap, it) {
            Kind::Portrayed => match heap.portrait(it) {
                None => return Some(it),
                Some(portrait) if seen.insert(it) => todo.push(portrait),
                Some(_) => {}
            },
            Kind::Parts(_, parts) if seen.insert(it) => todo.extend(parts),
            _ => {}
        }
    }
    None
}

// `__equalizer`.

/// What `==` expands to.
pub static EQUALIZER: Class = Class::new(
    "Equalizer",
    "<equalizer>",
    natives![
        "sameEver"(Any, Any) => equalizer_same_ever,
        "sameYet"(Any, Any) => equalizer_same_yet,
        "optSame"(Any, Any) => equalizer_opt_same,
        "isSettled"(Any) => equalizer_is_settled,
        "makeTraversalKey"(Key) => make_traversal_key,
    ],
)
.fqn("org.erights.e.elib.tables.makeEqualizer$equalizer")
.stamps(Stamps::DEEP_FROZEN);

fn equalizer_same_ever(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    compare(cx, args[0], args[1], Question::Ever)
}

fn equalizer_same_yet(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    compare(cx, args[0], args[1], Question::Yet)
}

fn equalizer_opt_same(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    compare(cx, args[0], args[1], Question::Opt)
}

fn equalizer_is_settled(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    is_settled(cx, args[0])
}
