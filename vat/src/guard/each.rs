//! Coercing the items of a collection one by one, as `List[g]`, `Map[k, v]`, `Set[g]` and `Tuple[…]` do.

use super::accepts;
use crate::cx::Cx;
use crate::data::{map, set, table::Table};
use crate::native::{Outcome, Payload, Then, done};
use crate::value::Value;
use std::sync::Arc;

/// What the coerced items become.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Become {
    List,
    Set,
    /// Items are keys and values in turn.
    Map,
}

struct Each {
    items: Arc<[Value]>,
    /// The item at `n` goes through the guard at `n` modulo their number.
    guards: Vec<Value>,
    coerced: Vec<Value>,
    changed: bool,
    become_: Become,
}

impl Payload for Each {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.items.iter().chain(&self.guards).chain(&self.coerced).for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        16 * (self.guards.len() + self.coerced.len()) as u64
    }
}

/// Coerces `items` by `guards` in turn; answers `original` if nothing changed.
pub fn coerce_each(
    cx: &mut Cx,
    original: Value,
    items: Arc<[Value]>,
    guards: Vec<Value>,
    ejector: Value,
    become_: Become,
) -> Outcome {
    if guards.is_empty() {
        return done(original);
    }
    let coerced = Vec::with_capacity(items.len());
    let state = Each { items, guards, coerced, changed: false, become_ };
    go_on(cx, Then::new(coerced_one, [original, ejector]).with_state(Box::new(state)))
}

fn go_on(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let (original, ejector) = (then.values[0], then.values[1]);
    let Some(state) = then.state::<Each>() else { return Err(cx.throw("lost a guard")) };
    while let Some(item) = state.items.get(state.coerced.len()).copied() {
        cx.charge(1)?;
        let guard = state.guards[state.coerced.len() % state.guards.len()];
        if !accepts(&cx.heap, guard, item) {
            return cx.call_then(guard, "coerce", [item, ejector], then);
        }
        state.coerced.push(item);
    }
    if !state.changed {
        return done(original);
    }
    let coerced = std::mem::take(&mut state.coerced);
    match state.become_ {
        Become::List => {
            let list = cx.heap.list(coerced);
            done(list)
        }
        Become::Set => {
            let mut table = Table::default();
            for it in coerced {
                map::put(cx, &mut table, it, Value::NULL)?;
            }
            let set = set::make(cx, table);
            done(set)
        }
        Become::Map => {
            let mut table = Table::default();
            for it in coerced.chunks_exact(2) {
                map::put(cx, &mut table, it[0], it[1])?;
            }
            let map = map::make(cx, table);
            done(map)
        }
    }
}

fn coerced_one(cx: &mut Cx, mut then: Box<Then>, item: Value) -> Outcome {
    if let Some(state) = then.state::<Each>() {
        let before = state.items.get(state.coerced.len()).copied();
        state.changed |= before != Some(item);
        state.coerced.push(item);
    }
    go_on(cx, then)
}
