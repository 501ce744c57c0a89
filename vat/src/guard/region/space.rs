//! Ordered spaces: what `int < 3`, `int + 3` and `1..3` ask, and `__makeOrderedSpace`.

use super::{Place, make, space_of};
use crate::coerce::failure;
use crate::cx::Cx;
use crate::data::list::items;
use crate::data::region::{Region, Relation};
use crate::guard::any::MADE;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// `int + 3`: moves what it is called with. Fields: the space and the offset.
pub static TWISTER: Class = Class::new(
    "twister",
    "twister",
    natives!["run"(Any) => twist_one, "getOffset"() => get_offset, "add"(Any) => twist_more, "subtract"(Any) => twist_less],
)
.stamps(MADE);

/// What `space.op__cmp(position)` answers: a region for each relation. Fields: the space and the position.
pub(crate) static COMPARISON: Class = Class::new(
    "regionMaker",
    "<regionMaker>",
    natives![
        "belowZero"() => below,
        "atMostZero"() => at_most,
        "isZero"() => equal,
        "atLeastZero"() => at_least,
        "aboveZero"() => above,
    ],
);

/// `__makeOrderedSpace`
pub static MAKE_ORDERED_SPACE: Class = Class::new(
    "OrderedSpaceMaker",
    "<OrderedSpaceMaker>",
    natives!["op__thru"(Any, Any) => thru, "op__till"(Any, Any) => till, "spaceOfValue"(Any) => space_of_value, "region"(Any, Bool, List) => remake],
)
.fqn("org.erights.e.elang.coord.OrderedSpaceMaker")
.stamps(Stamps::DEEP_FROZEN);

/// `space < position` and its like expand to a call on what this answers.
pub fn compare_space(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&COMPARISON, [this, args[0]]);
    done(it)
}

fn compared(cx: &mut Cx, this: Value, relation: Relation) -> Outcome {
    let [space, position] = cx.heap.fields(this, &COMPARISON).unwrap_or_default() else {
        return done(Value::NULL);
    };
    let space = *space;
    let Some(place) = Place::of(&cx.heap, space, *position) else { return done(Value::NULL) };
    if matches!(place, Place::Float(it) if it.is_nan()) {
        return Err(cx.throw("NaN is not a position of float64"));
    }
    let region = make(cx, space, Region::comparing(relation, place));
    done(region)
}

fn below(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    compared(cx, this, Relation::Below)
}

fn at_most(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    compared(cx, this, Relation::AtMost)
}

fn equal(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    compared(cx, this, Relation::Equal)
}

fn at_least(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    compared(cx, this, Relation::AtLeast)
}

fn above(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    compared(cx, this, Relation::Above)
}

/// `space + offset`
pub fn twist(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&TWISTER, [this, args[0]]);
    done(it)
}

/// `space - offset`
pub fn untwist(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    cx.call_then(
        args[0],
        "negate",
        [],
        crate::native::Then::new(
            |cx, then, offset| {
                let it = cx.heap.native(&TWISTER, [then.values[0], offset]);
                done(it)
            },
            [this],
        ),
    )
}

fn parts(cx: &Cx, this: Value) -> (Value, Value) {
    match cx.heap.fields(this, &TWISTER) {
        Some([space, offset]) => (*space, *offset),
        _ => (Value::NULL, Value::NULL),
    }
}

fn twist_one(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (_, offset) = parts(cx, this);
    cx.call(args[0], "add", [offset])
}

fn get_offset(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(parts(cx, this).1)
}

fn twist_again(cx: &mut Cx, this: Value, verb: &str, more: Value) -> Outcome {
    let (space, offset) = parts(cx, this);
    let then = crate::native::Then::new(
        |cx, then, offset| {
            let it = cx.heap.native(&TWISTER, [then.values[0], offset]);
            done(it)
        },
        [space],
    );
    cx.call_then(offset, verb, [more], then)
}

fn twist_more(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    twist_again(cx, this, "add", args[0])
}

fn twist_less(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    twist_again(cx, this, "subtract", args[0])
}

// `__makeOrderedSpace`

fn no_space(cx: &mut Cx, value: Value) -> Exit {
    cx.throw(Problem::default().value(value).text(" is not in an ordered space"))
}

fn space_of_value(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match space_of(cx, args[0]) {
        Some(it) => done(it),
        None => Err(no_space(cx, args[0])),
    }
}

fn between(cx: &mut Cx, start: Value, end: Value, upper: Relation) -> Outcome {
    let Some(space) = space_of(cx, start) else { return Err(no_space(cx, start)) };
    let (from, to) = (Place::of(&cx.heap, space, start), Place::of(&cx.heap, space, end));
    let (Some(from), Some(to)) = (from, to) else {
        let problem = failure(cx, end, crate::guard::name_of(cx, space));
        return Err(cx.throw(problem));
    };
    let region = Region::comparing(Relation::AtLeast, from).and(&Region::comparing(upper, to));
    let region = make(cx, space, region);
    done(region)
}

/// `start..end`
fn thru(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    between(cx, args[0], args[1], Relation::AtMost)
}

/// `start..!bound`
fn till(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    between(cx, args[0], args[1], Relation::Below)
}

/// What a portrayed region is made of again.
fn remake(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let space = cx.near(args[0]);
    let edges: Option<Vec<Place>> =
        items(cx, args[2]).iter().map(|it| Place::of(&cx.heap, space, *it)).collect();
    let rising = |it: &Vec<Place>| it.windows(2).all(|it| it[0] < it[1]);
    match edges.filter(rising) {
        Some(edges) => {
            let region = make(cx, space, Region { bounded_left: args[1] == Value::TRUE, edges });
            done(region)
        }
        None => Err(cx.throw(Problem::new("not the edges of a region: ").value(args[2]))),
    }
}
