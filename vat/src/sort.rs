//! Sorting: a merge sort that can wait for each comparison, since comparing may run E code.

use crate::cx::Cx;
use crate::data::number;
use crate::native::{Outcome, Payload, Then, done};
use crate::problem::{Exit, Problem};
use crate::value::{Value, View};
use std::cmp::Ordering;

/// What to do with the order once it is known: gets places in the old order.
pub type Sorted = fn(&mut Cx, Value, Vec<usize>) -> Outcome;

struct Sort {
    keys: Vec<Value>,
    /// Places in `keys`: what is sorted so far, and what it is merged from.
    order: Vec<usize>,
    merged: Vec<usize>,
    /// Length of the runs being merged, start of the pair, and how far each run is used up.
    width: usize,
    start: usize,
    left: usize,
    right: usize,
    /// Whether the pair's runs follow each other as they are: not asked yet, being asked, no.
    following: Following,
    finish: Sorted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Following {
    Unknown,
    Asking,
    No,
}

impl Payload for Sort {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.keys.iter().for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        32 * self.keys.len() as u64
    }
}

/// Sorts `keys` stably by `a.op__cmp(b)`, or by `compare(a, b)` where that is not null, and finishes with
/// `finish(cx, whose, order)`.
pub fn sort(cx: &mut Cx, whose: Value, keys: Vec<Value>, compare: Value, finish: Sorted) -> Outcome {
    cx.reserve(32 * keys.len() as u64)?;
    if compare.is_null() {
        let n = keys.len() as u64;
        let letters: u64 = keys.iter().filter_map(|it| cx.heap.text_size(*it)).map(|it| it.0 as u64).sum();
        let rounds = 1 + u64::from(n.max(1).ilog2());
        cx.charge(n * rounds / 8 + letters / 64 * rounds)?;
        if let Some(order) = plain(cx, &keys) {
            return finish(cx, whose, order);
        }
    }
    let order = (0..keys.len()).collect();
    let sort = Sort {
        keys,
        order,
        merged: Vec::new(),
        width: 1,
        start: 0,
        left: 0,
        right: 0,
        following: Following::Unknown,
        finish,
    };
    go_on(cx, Then::new(compared, [whose, compare]).with_state(Box::new(sort)))
}

/// The order of keys that are all ints, all characters or all strings.
fn plain(cx: &Cx, keys: &[Value]) -> Option<Vec<usize>> {
    match cx.near(*keys.first()?).view() {
        View::Int(_) => ordered(keys.iter().map(|it| cx.near(*it).as_int())),
        View::Char(_) => ordered(keys.iter().map(|it| cx.near(*it).as_char())),
        _ => ordered(keys.iter().map(|it| cx.heap.as_text(*it))),
    }
}

/// The places of these keys in rising order, those of equal ones as they were; `None` if a key is.
fn ordered<K: Ord>(keys: impl Iterator<Item = Option<K>>) -> Option<Vec<usize>> {
    let mut keys: Vec<(K, usize)> = keys.zip(0..).map(|(key, at)| Some((key?, at))).collect::<Option<_>>()?;
    keys.sort_unstable();
    Some(keys.into_iter().map(|it| it.1).collect())
}

impl Sort {
    fn bounds(&self) -> (usize, usize) {
        let n = self.order.len();
        ((self.start + self.width).min(n), (self.start + 2 * self.width).min(n))
    }

    /// Moves on to the next two keys that have to be compared; `None`: sorted.
    fn next(&mut self) -> Option<(Value, Value)> {
        loop {
            if self.width >= self.order.len() {
                return None;
            }
            let (middle, end) = self.bounds();
            let (a, b) = (self.start + self.left, middle + self.right);
            if self.following == Following::Unknown && self.width > 1 && middle < end {
                self.following = Following::Asking;
                return Some((self.keys[self.order[middle - 1]], self.keys[self.order[middle]]));
            }
            if a < middle && b < end {
                return Some((self.keys[self.order[a]], self.keys[self.order[b]]));
            }
            self.merged.extend_from_slice(&self.order[a.min(middle)..middle]);
            self.merged.extend_from_slice(&self.order[b.min(end)..end]);
            self.start = end;
            (self.left, self.right) = (0, 0);
            self.following = Following::Unknown;
            if self.start >= self.order.len() {
                self.order = std::mem::take(&mut self.merged);
                self.width *= 2;
                self.start = 0;
            }
        }
    }

    fn take(&mut self, order: Ordering) {
        let (middle, _) = self.bounds();
        if self.following == Following::Asking {
            self.following = Following::No;
            if order != Ordering::Greater {
                self.merged.extend_from_slice(&self.order[self.start..middle]);
                self.left = middle - self.start;
            }
            return;
        }
        if order == Ordering::Greater {
            self.merged.push(self.order[middle + self.right]);
            self.right += 1;
        } else {
            self.merged.push(self.order[self.start + self.left]);
            self.left += 1;
        }
    }
}

fn go_on(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let compare = then.values[1];
    loop {
        cx.charge(1)?;
        let Some(sort) = then.state::<Sort>() else { return Err(cx.throw("lost a sort")) };
        let Some((a, b)) = sort.next() else {
            let (order, finish) = (std::mem::take(&mut sort.order), sort.finish);
            return finish(cx, then.values[0], order);
        };
        if !compare.is_null() {
            return cx.call_then(compare, "run", [a, b], then);
        }
        match natural(cx, a, b) {
            Some(order) => sort.take(order),
            None => return cx.call_then(a, "op__cmp", [b], then),
        }
    }
}

/// The order of two plain values of one kind.
fn natural(cx: &Cx, a: Value, b: Value) -> Option<Ordering> {
    let (a, b) = (cx.near(a), cx.near(b));
    if let Some(order) = number::compare(&cx.heap, a, b) {
        return order;
    }
    match (a.view(), b.view()) {
        (View::Char(a), View::Char(b)) => Some(a.cmp(&b)),
        _ => match (cx.heap.get(a), cx.heap.get(b)) {
            (Some(one), Some(other)) if one.is_text() && other.is_text() => {
                Some(cx.heap.as_text(a).cmp(&cx.heap.as_text(b)))
            }
            _ => None,
        },
    }
}

fn compared(cx: &mut Cx, mut then: Box<Then>, answer: Value) -> Outcome {
    let order = order_of(cx, answer)?;
    if let Some(sort) = then.state::<Sort>() {
        sort.take(order);
    }
    go_on(cx, then)
}

/// What the answer of `op__cmp` says.
fn order_of(cx: &mut Cx, answer: Value) -> Result<Ordering, Exit> {
    match number::compare(&cx.heap, answer, 0.into()) {
        Some(Some(order)) => Ok(order),
        Some(None) => Err(cx.throw("partial order not yet implemented")),
        None => {
            let problem = Problem::new("not an answer of op__cmp: ").value(answer);
            Err(cx.throw(problem))
        }
    }
}

/// Finishes at once with the list of `order`'s items: for callers that keep the sorted list.
pub fn finish_list(cx: &mut Cx, items: &[Value], order: &[usize]) -> Outcome {
    let sorted: Vec<Value> = order.iter().map(|at| items[*at]).collect();
    let list = cx.heap.list(sorted);
    done(list)
}
