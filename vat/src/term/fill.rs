//! Filling a template: ``term`buy($what, $prices*)` ``.

use super::syntax::{Datum, Node, NodeId, Template};
use super::{coerced, leaf_data, leaf_tag, parts, term};
use crate::cx::Cx;
use crate::data::list::items;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// The term a template stands for, given what goes in its holes.
pub fn fill(cx: &mut Cx, template: &Template, values: &[Value]) -> Result<Value, Exit> {
    let mut filled = Vec::new();
    Filling { cx, template, values, index: Vec::new() }.node(template.root(), &mut filled)?;
    match filled[..] {
        [it] => Ok(it),
        _ => Err(cx.throw(format!("in term`…`: that makes {} terms, not one", filled.len()))),
    }
}

struct Filling<'a> {
    cx: &'a mut Cx,
    template: &'a Template,
    values: &'a [Value],
    /// Which time round each of the repetitions is that this is within.
    index: Vec<usize>,
}

impl Filling<'_> {
    /// Recurses on the template, whose depth is bounded, and never on terms.
    fn node(&mut self, at: NodeId, out: &mut Vec<Value>) -> Result<(), Exit> {
        self.cx.reserve(64)?;
        match self.template.node(at) {
            Node::Tag(name) => out.push(leaf_tag(self.cx, name)),
            Node::Data(it) => {
                let data = value(self.cx, it);
                out.extend(leaf_data(self.cx, data));
            }
            Node::Hole(hole) if hole.is_pattern => {
                return Err(self.cx.throw(format!("@{{{}}} is for matching and makes no term", hole.at)));
            }
            Node::Hole(hole) => {
                let value = at_index(self.cx, self.values, hole.at, &self.index)?;
                let made = coerced(self.cx, value, hole.tag.as_deref()).map_err(|why| self.cx.throw(*why))?;
                if hole.is_functor && parts(self.cx, made).is_some_and(|it| !it.args.is_empty()) {
                    let problem = Problem::new("has arguments already: ").value(made);
                    return Err(self.cx.throw(problem));
                }
                out.push(made);
            }
            Node::Term(head, args) => {
                let mut heads = Vec::new();
                self.node(*head, &mut heads)?;
                let mut filled = Vec::new();
                self.node(*args, &mut filled)?;
                self.cx.reserve(16 * filled.len() as u64)?;
                if let Some(it) = heads.first().and_then(|it| parts(self.cx, *it)) {
                    out.push(term(self.cx, it.tag, it.data, filled));
                }
            }
            Node::Seq(all) => {
                for it in all {
                    self.node(*it, out)?;
                }
            }
            Node::Repeated(part, quantity) => {
                let Some(times) = times(self.cx, self.template, *part, self.values, &self.index)? else {
                    return Err(self
                        .cx
                        .throw("in term`…`: nothing says how often to repeat; a hole has to hold a list"));
                };
                if !quantity.allows(times) {
                    return Err(self
                        .cx
                        .throw(format!("in term`…`: {times} are not what the repetition allows")));
                }
                for round in 0..times {
                    self.index.push(round);
                    self.node(*part, out)?;
                    self.index.pop();
                }
            }
        }
        Ok(())
    }
}

/// The value of a literal.
pub fn value(cx: &mut Cx, datum: &Datum) -> Value {
    match datum {
        Datum::Int(it) => cx.heap.int(it.clone()),
        Datum::Float(it) => (*it).into(),
        Datum::Char(it) => (*it).into(),
        Datum::Text(it) => cx.heap.text(it.as_str()),
    }
}

/// What a value hole holds in this round of the repetitions. One that is not a list is the same in each.
pub fn at_index(cx: &mut Cx, values: &[Value], hole: usize, index: &[usize]) -> Result<Value, Exit> {
    let Some(mut value) = values.get(hole).copied() else {
        return Err(cx.throw(format!("there is no value for ${{{hole}}}")));
    };
    for at in index {
        value = cx.near(value);
        let Some(list) = cx.heap.as_list(value) else { return Ok(value) };
        let Some(it) = list.get(*at).copied() else {
            return Err(crate::data::list::out_of_range(cx, value, (*at as i64).into()));
        };
        value = it;
    }
    Ok(cx.near(value))
}

/// How often the lists in the value holes of a node say that it is repeated; `None`: there are no lists.
pub fn times(
    cx: &mut Cx,
    template: &Template,
    part: NodeId,
    values: &[Value],
    index: &[usize],
) -> Result<Option<usize>, Exit> {
    let mut agreed = None;
    for hole in template.holes(part).into_iter().filter(|it| !it.is_pattern) {
        cx.charge(1)?;
        let value = at_index(cx, values, hole.at, index)?;
        if cx.heap.as_list(value).is_none() {
            continue;
        }
        let size = items(cx, value).len();
        if agreed.is_some_and(|it| it != size) {
            let problem = format!("in term`…`: one list is {} long, another {size}", agreed.unwrap_or(0));
            return Err(cx.throw(problem));
        }
        agreed = Some(size);
    }
    Ok(agreed)
}
