//! How natives call an E function once for each of their items: `it.iterate(f)`.

use crate::cx::Cx;
use crate::heap::Text;
use crate::native::{Outcome, Payload, Then, done};
use crate::value::Value;
use std::sync::Arc;

/// What is gone through: each item gives a key and a value.
pub enum Items {
    /// Indices and items.
    List(Arc<[Value]>),
    /// A FlexList's, as they were.
    Flex(Arc<Vec<Value>>),
    Pairs(Vec<(Value, Value)>),
    /// Indices and characters.
    Text(Text),
    /// Runs of ints, each from its start up to its bound; indices and ints.
    Ints {
        runs: Vec<(i64, i64)>,
        at: usize,
    },
    /// The same from the last run's bound down.
    IntsDown {
        runs: Vec<(i64, i64)>,
        at: usize,
    },
    /// Runs of characters, the last one perhaps without bound; indices and characters.
    Chars {
        runs: Vec<(char, Option<char>)>,
        at: usize,
    },
}

/// How far through its items a loop is.
pub(crate) struct Walk {
    items: Items,
    /// How many are done, and for text the byte they end at.
    at: usize,
    byte: usize,
}

impl Payload for Walk {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        match &self.items {
            Items::List(it) => it.iter().for_each(|it| visit(*it)),
            Items::Flex(it) => it.iter().for_each(|it| visit(*it)),
            Items::Pairs(it) => it.iter().for_each(|(a, b)| {
                visit(*a);
                visit(*b);
            }),
            Items::Text(_) | Items::Ints { .. } | Items::IntsDown { .. } | Items::Chars { .. } => {}
        }
    }
    fn bytes(&self) -> u64 {
        match &self.items {
            Items::Pairs(it) => 32 * it.len() as u64,
            _ => 64,
        }
    }
}

impl crate::store::Saved for Walk {
    fn save(&self, _: &mut crate::store::Writer) {
        // Only a loop that is running goes on with one, and between turns none is.
    }
    fn load(_: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        Ok(Walk { items: Items::List(Arc::new([])), at: 0, byte: 0 })
    }
}

impl Walk {
    /// All there is to go through, if it is a list.
    pub(crate) fn into_list(self: Box<Walk>) -> Result<Arc<[Value]>, Box<Walk>> {
        match self.items {
            Items::List(it) => Ok(it),
            _ => Err(self),
        }
    }
    pub(crate) fn next(&mut self) -> Option<(Value, Value)> {
        let at = self.at;
        self.at += 1;
        let index: Value = (at as i64).into();
        match &mut self.items {
            Items::List(it) => it.get(at).map(|it| (index, *it)),
            Items::Flex(it) => it.get(at).map(|it| (index, *it)),
            Items::Pairs(it) => it.get(at).copied(),
            Items::Text(it) => {
                let char = it[self.byte..].chars().next()?;
                self.byte += char.len_utf8();
                Some((index, char.into()))
            }
            Items::Ints { runs, at } => loop {
                let (start, bound) = runs.get_mut(*at)?;
                if *start < *bound {
                    let it = *start;
                    *start += 1;
                    return Some((index, it.into()));
                }
                *at += 1;
            },
            Items::IntsDown { runs, .. } => loop {
                let (start, bound) = runs.last_mut()?;
                if *start < *bound {
                    *bound -= 1;
                    return Some((index, (*bound).into()));
                }
                runs.pop();
            },
            Items::Chars { runs, at } => loop {
                let (start, bound) = runs.get_mut(*at)?;
                let it = *start;
                if bound.is_none_or(|bound| it < bound) {
                    match crate::data::region::next_char(it) {
                        Some(next) => *start = next,
                        // The last character of all: nothing is below this bound.
                        None => *bound = Some('\0'),
                    }
                    return Some((index, it.into()));
                }
                *at += 1;
            },
        }
    }
}

/// Calls `f(key, value)` for each item, in order; answers null.
pub fn each(cx: &mut Cx, items: Items, f: Value) -> Outcome {
    let walk = Walk { items, at: 0, byte: 0 };
    // A loop in code goes through them by itself.
    if std::mem::take(&mut cx.walks) {
        cx.walk = Some(Box::new(walk));
        return done(Value::NULL);
    }
    step(cx, Then::new(stepped, [f]).with_state(Box::new(walk)))
}

fn step(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    cx.charge(1)?;
    let Some((key, value)) = then.state::<Walk>().and_then(Walk::next) else { return done(Value::NULL) };
    let f = then.values[0];
    cx.call_then(f, "run", [key, value], then)
}

fn stepped(cx: &mut Cx, then: Box<Then>, _: Value) -> Outcome {
    step(cx, then)
}
