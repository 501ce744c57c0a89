//! Filling the holes of a node, and matching a node against one with holes.
//!
//! What has no hole in it is shared between the template and what is made of it.

use super::kind::{self, K, Shape};
use super::make::is_a;
use super::read::{node, noun};
use super::run;
use crate::cx::Cx;
use crate::data::list::{items, paid_items};
use crate::heap::Cell;
use crate::native::{Outcome, done};
use crate::problem::{Exit, Problem};
use crate::value::{Value, View};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{NESTING_LIMIT, deep};

/// `template.substitute(values)`
pub fn substitute(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let values = paid_items(cx, args[0])?;
    let filled = filled(cx, this, &values)?;
    done(filled)
}

/// The template with its value holes filled.
fn filled(cx: &mut Cx, template: Value, values: &[Value]) -> Result<Value, Exit> {
    let mut filling = Filling { values, depth: 0, known: FxHashMap::default() };
    filling.fill(cx, template)
}

/// What is being filled in, and what became of the parts that were met before: a part that stands in many places
/// is filled once.
struct Filling<'a> {
    values: &'a [Value],
    depth: u32,
    known: FxHashMap<Value, Value>,
}

impl Filling<'_> {
    fn fill(&mut self, cx: &mut Cx, template: Value) -> Result<Value, Exit> {
        cx.charge(1)?;
        if let Some(it) = self.known.get(&template) {
            return Ok(*it);
        }
        if self.depth == NESTING_LIMIT {
            return Err(cx.throw("this expression nests too deep"));
        }
        self.depth += 1;
        let filled = deep(|| self.fill_here(cx, template));
        self.depth -= 1;
        let filled = filled?;
        self.known.insert(template, filled);
        Ok(filled)
    }

    fn fill_here(&mut self, cx: &mut Cx, template: Value) -> Result<Value, Exit> {
        let values = self.values;
        let Some(kind) = kind::of(cx, template) else { return Ok(template) };
        let mut fields = cx.heap.as_native(template).map(|it| it.fields.clone()).unwrap_or_default();
        if matches!(kind.k, K::QuasiLiteralExpr | K::QuasiLiteralPatt) {
            let at = fields.get(1).and_then(|it| it.as_int()).unwrap_or(0);
            // Without values there is nothing to fill in yet.
            if values.is_empty() {
                return Ok(template);
            }
            let Some(value) = usize::try_from(at).ok().and_then(|it| values.get(it)) else {
                return Err(cx.throw(format!("there is no value for ${{{at}}}")));
            };
            let value = of_value(cx, *value)?;
            if kind.k == K::QuasiLiteralPatt && is_a(cx, value, "NounExpr") {
                return Ok(node(cx, K::FinalPattern, Value::NULL, &[value, Value::NULL]));
            }
            return Ok(value);
        }
        let mut changed = false;
        for ((_, shape), value) in kind.fields.iter().zip(fields.iter_mut().skip(1)) {
            let filled = match shape {
                Shape::One(_) | Shape::Opt(_) => self.fill(cx, *value)?,
                Shape::Many(_) => self.fill_all(cx, *value)?,
                _ => continue,
            };
            changed |= filled != *value;
            *value = filled;
        }
        if !changed {
            return Ok(template);
        }
        Ok(node(cx, kind.k, fields[0], &fields[1..]))
    }

    fn fill_all(&mut self, cx: &mut Cx, list: Value) -> Result<Value, Exit> {
        let all = items(cx, list);
        let mut filled = Vec::with_capacity(all.len());
        for it in &*all {
            filled.push(self.fill(cx, *it)?);
        }
        if filled[..] == all[..] { Ok(list) } else { Ok(cx.heap.list(filled)) }
    }
}

/// A value as a node: a node is itself, plain data is its literal, and the constants are their nouns.
pub fn of_value(cx: &mut Cx, value: Value) -> Result<Value, Exit> {
    let value = cx.near(value);
    if kind::of(cx, value).is_some() {
        return Ok(value);
    }
    match value.view() {
        View::Null => return Ok(noun(cx, "null")),
        View::Bool(it) => return Ok(noun(cx, if it { "true" } else { "false" })),
        View::Int(_) | View::Float(_) | View::Char(_) => {}
        _ if matches!(cx.heap.get(value), Some(Cell::Big(_))) => {}
        _ if cx.heap.as_text(value).is_some() => {}
        _ => return Err(cx.throw(Problem::new("not an expression: ").value(value))),
    }
    Ok(node(cx, K::LiteralExpr, Value::NULL, &[value]))
}

/// `template.matchBind(values, specimen, ejector)`: what stands in each pattern hole, by number.
///
/// What was written is compared first; if it differs, what both say in Kernel-E.
pub fn match_bind(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let specimen = cx.near(args[1]);
    if kind::of(cx, specimen).is_none() {
        return cx.eject(args[2], Problem::new("not an expression: ").value(args[1]));
    }
    let values = paid_items(cx, args[0])?;
    let template = filled(cx, this, &values)?;
    let mut found = matched(cx, template, specimen)?;
    if found.is_none() {
        let (wanted, said) = (run::kernel(cx, template)?, run::kernel(cx, specimen)?);
        found = matched(cx, wanted, said)?;
    }
    match found {
        Some(mut parts) => {
            parts.sort_by_key(|it| it.0);
            let parts: Vec<Value> = parts.into_iter().map(|it| it.1).collect();
            done(cx.heap.list(parts))
        }
        None => {
            let problem = Problem::default().value(args[1]).text(" is not of the form ").value(this);
            cx.eject(args[2], problem)
        }
    }
}

fn matched(cx: &mut Cx, wanted: Value, found: Value) -> Result<Option<Vec<(i64, Value)>>, Exit> {
    let mut todo = vec![(wanted, found)];
    let mut parts = Vec::new();
    let mut seen = FxHashSet::default();
    while let Some((wanted, found)) = todo.pop() {
        cx.charge(1)?;
        let (wanted, found) = (cx.near(wanted), cx.near(found));
        if !seen.insert((wanted, found)) {
            continue;
        }
        if wanted == found && !wanted.is_null() && kind::of(cx, wanted).is_none() {
            continue;
        }
        let (a, b) = (kind::of(cx, wanted), kind::of(cx, found));
        if let (Some(kind), Some(_)) = (a, b)
            && matches!(kind.k, K::QuasiPatternExpr | K::QuasiPatternPatt)
        {
            let number = fields(cx, wanted).get(1).and_then(|it| it.as_int()).unwrap_or(0);
            parts.push((number, found));
            continue;
        }
        match (a, b) {
            (Some(a), Some(b)) if a.k == b.k => {
                let (ours, theirs) = (fields(cx, wanted), fields(cx, found));
                let pairs = ours.into_iter().zip(theirs).skip(1);
                for ((_, shape), (ours, theirs)) in a.fields.iter().zip(pairs) {
                    if let Shape::Many(_) = shape {
                        let (ours, theirs) = (items(cx, ours), items(cx, theirs));
                        if ours.len() != theirs.len() {
                            return Ok(None);
                        }
                        todo.extend(ours.iter().copied().zip(theirs.iter().copied()));
                    } else {
                        todo.push((ours, theirs));
                    }
                }
            }
            (None, None) if same_data(cx, wanted, found) => {}
            _ => return Ok(None),
        }
    }
    Ok(Some(parts))
}

fn fields(cx: &Cx, node: Value) -> Vec<Value> {
    cx.heap.as_native(node).map(|it| it.fields.clone()).unwrap_or_default()
}

fn same_data(cx: &Cx, a: Value, b: Value) -> bool {
    if a == b {
        return true;
    }
    if let (Some(a), Some(b)) = (cx.heap.as_text(a), cx.heap.as_text(b)) {
        return a == b;
    }
    matches!((cx.heap.as_big(a), cx.heap.as_big(b)), (Some(a), Some(b)) if a == b)
}
