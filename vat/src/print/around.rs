//! What is being printed around a print: how a cycle is seen.
//!
//! A print knows the values it is within itself, and a chain of links for those of the prints around it. A link is
//! a cell, so that a print within a print, however deep, weighs what it holds and no more.

use crate::cx::Cx;
use crate::native::Class;
use crate::problem::Exit;
use crate::value::Value;
use rustc_hash::FxHashSet;

/// Fields: the next link outwards (or null), then values whose prints a writer is within.
pub(crate) static LINK: Class = Class::new("around", "<around>", &[]);

/// A link around some more values.
pub(super) fn link(cx: &mut Cx, next: Value, values: &[Value]) -> Result<Value, Exit> {
    cx.reserve(16 * values.len() as u64)?;
    let mut fields = Vec::with_capacity(values.len() + 1);
    fields.push(next);
    fields.extend_from_slice(values);
    Ok(cx.heap.native(&LINK, fields))
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
    /// Links that have been made: each goes through so many of `entered`.
    links: Vec<(usize, Value)>,
}

impl Around {
    pub fn within(outer: Value) -> Around {
        Around { outer, entered: Vec::new(), inside: FxHashSet::default(), links: Vec::new() }
    }
    pub fn enter(&mut self, value: Value) {
        self.inside.insert(value);
        self.entered.push(value);
    }
    pub fn leave(&mut self) {
        if let Some(it) = self.entered.pop() {
            self.inside.remove(&it);
        }
        while self.links.last().is_some_and(|it| it.0 > self.entered.len()) {
            self.links.pop();
        }
    }
    pub fn contains(&self, cx: &mut Cx, value: Value) -> Result<bool, Exit> {
        Ok(self.inside.contains(&value) || goes_through(cx, self.outer, value)?)
    }
    /// The chain through all of them, for a print within this one.
    pub fn chain(&mut self, cx: &mut Cx) -> Result<Value, Exit> {
        let (linked, next) = self.links.last().copied().unwrap_or((0, self.outer));
        if linked == self.entered.len() {
            return Ok(next);
        }
        let made = link(cx, next, &self.entered[linked..])?;
        self.links.push((self.entered.len(), made));
        Ok(made)
    }
    pub fn trace(&self, visit: &mut dyn FnMut(Value)) {
        visit(self.outer);
        self.entered.iter().for_each(|it| visit(*it));
        self.links.iter().for_each(|it| visit(it.1));
    }
}
