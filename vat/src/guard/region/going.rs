//! Going through the positions of a region, up or down, and counting them.

use super::{Place, region};
use crate::cx::Cx;
use crate::data::integer::Int;
use crate::data::number::int_value;
use crate::data::region::Region;
use crate::guard::any::MADE;
use crate::guard::scalar;
use crate::iterate::{Items, each};
use crate::native::{Class, Outcome, done};
use crate::natives;
use crate::problem::Problem;
use crate::value::Value;

/// `region.descending()`. Field: the region.
pub(crate) static DESCENDING: Class =
    Class::new("descender", "<descender>", natives!["iterate"(Any) => iterate_down]).stamps(MADE);

/// The runs of an int region as pairs of i64, the last bound open.
fn int_runs(region: &Region<Place>) -> Option<Vec<(i64, i64)>> {
    let small = |it: &Place| match it {
        Place::Int(Int::Small(it)) => Some(*it),
        _ => None,
    };
    let run = |(start, bound): (Option<&Place>, Option<&Place>)| {
        Some((start.and_then(small)?, bound.map_or(Some(i64::MAX), small)?))
    };
    region.runs().into_iter().map(run).collect()
}

fn char_runs(region: &Region<Place>) -> Option<Vec<(char, Option<char>)>> {
    let char = |it: &Place| match it {
        Place::Char(it) => Some(*it),
        _ => None,
    };
    region
        .runs()
        .into_iter()
        .map(|(start, bound)| Some((start.and_then(char)?, bound.and_then(char))))
        .collect()
}

pub(super) fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (space, it) = region(cx, this)?;
    if !it.bounded_left {
        return Err(cx.throw("No least position"));
    }
    let items = if space.is(&scalar::INT) {
        int_runs(&it).map(|runs| Items::Ints { runs, at: 0 })
    } else {
        char_runs(&it).map(|runs| Items::Chars { runs, at: 0 })
    };
    match items {
        Some(items) => each(cx, items, args[0]),
        None => Err(cx.throw(Problem::new("cannot go through the positions of ").value(this))),
    }
}

pub(super) fn descending(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = cx.heap.native(&DESCENDING, [this]);
    done(it)
}

fn iterate_down(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let target = crate::guard::first(cx, this, &DESCENDING).unwrap_or(Value::NULL);
    let (_, it) = region(cx, target)?;
    if !it.is_bounded_right() {
        return Err(cx.throw("No greatest position"));
    }
    let runs = int_runs(&it).filter(|_| it.bounded_left);
    match runs {
        Some(runs) => each(cx, Items::IntsDown { runs, at: 0 }, args[0]),
        None => Err(cx.throw(Problem::new("cannot go down the positions of ").value(target))),
    }
}

pub(super) fn size(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (_, it) = region(cx, this)?;
    let mut sum = Int::Small(0);
    for (start, bound) in it.runs() {
        let length = match (start, bound) {
            (Some(Place::Int(start)), Some(Place::Int(bound))) => bound.subtract(start).ok(),
            (Some(Place::Char(start)), Some(Place::Char(bound))) => {
                Some(Int::Small(i64::from(u32::from(*bound)) - i64::from(u32::from(*start))))
            }
            _ => None,
        };
        match length.and_then(|it| sum.add(&it).ok()) {
            Some(it) => sum = it,
            None => return Err(cx.throw(Problem::new("cannot count the positions of ").value(this))),
        }
    }
    let size = int_value(cx, sum);
    done(size)
}
