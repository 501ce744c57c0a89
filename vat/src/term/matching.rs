//! Matching a term against a template: ``def term`buy(@what, @prices*)` := order``.

use super::fill::{at_index, times, value};
use super::syntax::{Datum, Hole, Node, NodeId, Quantity, Template};
use super::{coerced, functor, parts, tag};
use crate::cx::Cx;
use crate::problem::Exit;
use crate::value::Value;

/// What the pattern holes take, in the order of their numbers; `None`: it does not match.
pub fn match_term(
    cx: &mut Cx,
    template: &Template,
    values: &[Value],
    specimen: Value,
) -> Result<Option<Vec<Value>>, Exit> {
    let holes = template.holes(template.root());
    let patterns = holes.iter().filter(|it| it.is_pattern).map(|it| it.at + 1).max().unwrap_or(0);
    let bound = (0..patterns).map(|_| Bound::One(Value::NULL)).collect();
    let mut matching = Matching { cx, template, values, index: Vec::new(), bound };
    let taken = matching.node(template.root(), &[specimen])?;
    let bound = std::mem::take(&mut matching.bound);
    if taken != Some(1) {
        return Ok(None);
    }
    Ok(Some(bound.into_iter().map(|it| it.into_value(cx)).collect()))
}

/// What a pattern hole has taken: a term, or within a repetition one for each round.
enum Bound {
    One(Value),
    Rounds(Vec<Bound>),
}

impl Bound {
    fn into_value(self, cx: &mut Cx) -> Value {
        match self {
            Bound::One(it) => it,
            Bound::Rounds(all) => {
                let all: Vec<Value> = all.into_iter().map(|it| it.into_value(cx)).collect();
                cx.heap.list(all)
            }
        }
    }
    /// The place of one round of the repetitions.
    fn at(&mut self, index: &[usize]) -> &mut Bound {
        let Some((first, rest)) = index.split_first() else { return self };
        if let Bound::One(_) = self {
            *self = Bound::Rounds(Vec::new());
        }
        match self {
            Bound::One(_) => self,
            Bound::Rounds(all) => {
                while all.len() <= *first {
                    all.push(Bound::One(Value::NULL));
                }
                all[*first].at(rest)
            }
        }
    }
}

struct Matching<'a> {
    cx: &'a mut Cx,
    template: &'a Template,
    values: &'a [Value],
    index: Vec<usize>,
    bound: Vec<Bound>,
}

impl Matching<'_> {
    /// How many of the specimens a node takes, from the first on. Recurses on the template, whose depth is
    /// bounded, and never on terms.
    fn node(&mut self, at: NodeId, specimens: &[Value]) -> Result<Option<usize>, Exit> {
        self.cx.reserve(64)?;
        match self.template.node(at) {
            Node::Seq(all) => return self.seq(all, specimens),
            Node::Repeated(part, quantity) => return self.repeated(*part, *quantity, specimens),
            _ => {}
        }
        let Some(specimen) = specimens.first().map(|it| self.cx.near(*it)) else { return Ok(None) };
        let Some(it) = parts(self.cx, specimen) else {
            // An argument that is no term: only a hole takes it.
            return match self.template.node(at) {
                Node::Hole(hole) if hole.is_pattern && hole.tag.is_none() && !hole.is_functor => {
                    self.bind(hole.at, specimen);
                    Ok(Some(1))
                }
                _ => Ok(None),
            };
        };
        let fits = match self.template.node(at) {
            Node::Tag(name) => *tag::name(self.cx, it.tag) == **name,
            Node::Data(wanted) => self.is_datum(wanted, it.data)?,
            Node::Hole(hole) => self.hole(hole, specimen)?,
            Node::Term(head, args) => {
                self.node(*head, &[specimen])? == Some(1)
                    && self.node(*args, &it.args)? == Some(it.args.len())
            }
            Node::Seq(_) | Node::Repeated(..) => false,
        };
        Ok(fits.then_some(1))
    }

    /// Each part takes as much as it can and leaves what those behind it need at least.
    fn seq(&mut self, all: &[NodeId], specimens: &[Value]) -> Result<Option<usize>, Exit> {
        let mut needed: usize = all.iter().map(|it| self.template.least(*it)).sum();
        let mut taken = 0;
        for part in all {
            needed -= self.template.least(*part);
            let Some(end) = specimens.len().checked_sub(needed).filter(|it| *it >= taken) else {
                return Ok(None);
            };
            let Some(more) = self.node(*part, &specimens[taken..end])? else { return Ok(None) };
            taken += more;
        }
        Ok(Some(taken))
    }

    fn repeated(
        &mut self,
        part: NodeId,
        quantity: Quantity,
        specimens: &[Value],
    ) -> Result<Option<usize>, Exit> {
        let wanted = times(self.cx, self.template, part, self.values, &self.index)?;
        let most = match quantity {
            Quantity::Optional => Some(wanted.unwrap_or(1).min(1)),
            _ => wanted,
        };
        let patterns: Vec<usize> =
            self.template.holes(part).iter().filter(|it| it.is_pattern).map(|it| it.at).collect();
        for hole in &patterns {
            if let Some(it) = self.bound.get_mut(*hole) {
                *it.at(&self.index) = Bound::Rounds(Vec::new());
            }
        }
        let (mut taken, mut rounds) = (0, 0);
        while most.is_none_or(|it| rounds < it) && taken < specimens.len() {
            self.index.push(rounds);
            let more = self.node(part, &specimens[taken..]);
            self.index.pop();
            match more? {
                Some(more) if more > 0 => taken += more,
                _ => break,
            }
            rounds += 1;
        }
        // The round that did not match may have bound something.
        for hole in patterns {
            if let Some(Bound::Rounds(all)) = self.bound.get_mut(hole).map(|it| it.at(&self.index)) {
                all.truncate(rounds);
            }
        }
        let complete = wanted.is_none_or(|it| it == rounds);
        Ok((complete && quantity.allows(rounds)).then_some(taken))
    }

    fn bind(&mut self, hole: usize, value: Value) {
        if let Some(it) = self.bound.get_mut(hole) {
            *it.at(&self.index) = Bound::One(value);
        }
    }

    fn hole(&mut self, hole: &Hole, specimen: Value) -> Result<bool, Exit> {
        if hole.tag.as_deref().is_some_and(|it| *tag::name_of_term(self.cx, specimen) != *it) {
            return Ok(false);
        }
        let part = if hole.is_functor { functor(self.cx, specimen) } else { specimen };
        if hole.is_pattern {
            self.bind(hole.at, part);
            return Ok(true);
        }
        let wanted = at_index(self.cx, self.values, hole.at, &self.index)?;
        match coerced(self.cx, wanted, hole.tag.as_deref()) {
            Ok(wanted) => crate::data::list::same(self.cx, wanted, part),
            Err(why) => Err(self.cx.throw(*why)),
        }
    }

    fn is_datum(&mut self, wanted: &Datum, data: Value) -> Result<bool, Exit> {
        let data = self.cx.near(data);
        if let Datum::Text(wanted) = wanted {
            return Ok(self.cx.heap.as_text(data).is_some_and(|it| *it == **wanted));
        }
        let wanted = value(self.cx, wanted);
        crate::data::list::same(self.cx, wanted, data)
    }
}
