//! What is being printed around a print: how a cycle is seen.
//!
//! A print knows the values it is within itself, and a chain of links for those of the prints around it. A link is
//! a cell, so that a print within a print, however deep, weighs what it holds and no more. When a value has been
//! printed, its link lets go of it: whoever kept a writer has nothing of what was printed on it.

use crate::cx::Cx;
use crate::native::Class;
use crate::problem::Exit;
use crate::value::Value;
use rustc_hash::FxHashSet;

/// Fields: the next link outwards (or null), then the value whose print a writer is within; null when that is over.
pub(crate) static LINK: Class = Class::new("around", "<around>", &[]);

/// A link around one more value.
pub(super) fn link(cx: &mut Cx, next: Value, value: Value) -> Result<Value, Exit> {
    cx.reserve(64)?;
    Ok(cx.heap.native(&LINK, [next, value]))
}

/// The value of a link has been printed.
fn let_go(cx: &mut Cx, link: Value) {
    if let Some(fields) = cx.heap.fields_mut(link, &LINK) {
        fields[1..].fill(Value::NULL);
    }
}

/// Is `value` one of those that a chain goes through?
pub(super) fn goes_through(cx: &mut Cx, chain: Value, value: Value) -> Result<bool, Exit> {
    let mut at = chain;
    while let Some([next, values @ ..]) = cx.heap.fields(at, &LINK) {
        let (next, found, looked) = (*next, values.contains(&value), values.len() as u64);
        if found {
            return Ok(true);
        }
        cx.charge(1 + looked / 8)?;
        at = next;
    }
    Ok(false)
}

/// The values that one print is within.
pub(super) struct Around {
    /// The prints around this one.
    outer: Value,
    /// Those of this one, the innermost last.
    entered: Vec<Value>,
    inside: FxHashSet<Value>,
    /// The links that have been made, for the first of `entered`.
    links: Vec<Value>,
}

impl Around {
    pub fn within(outer: Value) -> Around {
        Around { outer, entered: Vec::new(), inside: FxHashSet::default(), links: Vec::new() }
    }
    pub fn enter(&mut self, value: Value) {
        self.inside.insert(value);
        self.entered.push(value);
    }
    pub fn leave(&mut self, cx: &mut Cx) {
        if let Some(it) = self.entered.pop() {
            self.inside.remove(&it);
        }
        for it in self.links.drain(self.entered.len().min(self.links.len())..) {
            let_go(cx, it);
        }
    }
    /// The print is not gone on with.
    pub fn leave_all(&mut self, cx: &mut Cx) {
        self.entered.clear();
        self.leave(cx);
    }
    pub fn contains(&self, cx: &mut Cx, value: Value) -> Result<bool, Exit> {
        Ok(self.inside.contains(&value) || goes_through(cx, self.outer, value)?)
    }
    /// The chain through all of them, for a print within this one.
    pub fn chain(&mut self, cx: &mut Cx) -> Result<Value, Exit> {
        let mut next = self.links.last().copied().unwrap_or(self.outer);
        for it in &self.entered[self.links.len()..] {
            next = link(cx, next, *it)?;
            self.links.push(next);
        }
        Ok(next)
    }
    pub fn trace(&self, visit: &mut dyn FnMut(Value)) {
        visit(self.outer);
        self.entered.iter().for_each(|it| visit(*it));
        self.links.iter().for_each(|it| visit(*it));
    }
}
