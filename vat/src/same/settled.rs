//! Whether a value is settled: no promise decides what it is the same as.

use super::{Kind, kind};
use crate::cx::Cx;
use crate::heap::Heap;
use crate::native::{Outcome, Payload, Then, done};
use crate::value::Value;
use rustc_hash::FxHashSet;

/// Is every part of `value` known? Objects that portray themselves are taken to be.
pub fn is_settled_yet(heap: &Heap, value: Value) -> bool {
    let mut todo = vec![value];
    let mut seen = FxHashSet::default();
    while let Some(it) = todo.pop() {
        let it = heap.shorten(it);
        match kind(heap, it) {
            Kind::Unsettled => return false,
            Kind::Parts(_, parts) if seen.insert(it) => todo.extend(parts),
            _ => {}
        }
    }
    true
}

/// Looks for anything unsettled, asking selfless objects for their portrayal.
struct Settling {
    todo: Vec<Value>,
    seen: FxHashSet<Value>,
}

impl Payload for Settling {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.todo.iter().chain(&self.seen).for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        16 * (self.todo.len() + self.seen.len()) as u64
    }
}

/// `Ref.isSettled(value)`
pub fn is_settled(cx: &mut Cx, value: Value) -> Outcome {
    let state = Settling { todo: vec![value], seen: FxHashSet::default() };
    settle_on(cx, Then::new(settle_portrayed, []).with_state(Box::new(state)))
}

fn settle_on(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let Some(state) = then.state::<Settling>() else { return Err(cx.throw("lost a question")) };
    let mut steps = 0;
    let mut ask = None;
    let mut settled = true;
    while let Some(it) = state.todo.pop() {
        steps += 1;
        let it = cx.heap.shorten(it);
        match kind(&cx.heap, it) {
            Kind::Unsettled => {
                settled = false;
                break;
            }
            Kind::Parts(_, parts) if state.seen.insert(it) => state.todo.extend(parts),
            Kind::Portrayed if state.seen.insert(it) => {
                ask = Some(it);
                break;
            }
            _ => {}
        }
    }
    cx.charge(steps)?;
    match ask {
        Some(it) => cx.call_then(it, "__optUncall", [], then),
        None => done(settled),
    }
}

fn settle_portrayed(cx: &mut Cx, mut then: Box<Then>, portrayal: Value) -> Outcome {
    if portrayal.is_null() {
        return done(false);
    }
    if let Some(state) = then.state::<Settling>() {
        state.todo.push(portrayal);
    }
    settle_on(cx, then)
}
