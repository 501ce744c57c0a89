//! Regions of ordered spaces: `int > 3`, `1..!10`, `'a'..'z'`.

pub(crate) mod going;
pub(crate) mod space;

use super::scalar;
use super::{any::MADE, protocol};
use crate::coerce::failure;
use crate::cx::Cx;
use crate::data::integer::Int;
use crate::data::list::portrayal;
use crate::data::number::{Number, int_value};
use crate::data::region::{Position, Region};
use crate::heap::Heap;
use crate::native::{Class, Outcome, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::{Exit, Problem};
use crate::value::{Value, View};
use going::{descending, iterate, size};
use std::cmp::Ordering;

pub use space::{MAKE_ORDERED_SPACE, TWISTER, compare_space, twist, untwist};

/// A set of positions. Fields: the space (a guard), whether it is bounded on the left, its edges.
pub static REGION: Class = Class::new(
    "OrderedRegion",
    "OrderedRegion",
    natives![
        "coerce"(Any, Any) => coerce,
        "coerce"(Any) => protocol::coerce_or_throw,
        "accepts"(Any) => protocol::accepts,
        "or"(Any) => or,
        "and"(Any) => and,
        "not"() => not,
        "butNot"(Any) => but_not,
        "run"(Any) => run,
        "getEdges"() => get_edges,
        "getTheTrivialValue"() => get_the_trivial_value,
        "isBoundedLeft"() => is_bounded_left,
        "isBoundedRight"() => is_bounded_right,
        "getOptStart"() => get_opt_start,
        "getOptBound"() => get_opt_bound,
        "isEmpty"() => is_empty,
        "isFull"() => is_full,
        "isDistinction"() => is_distinction,
        "isSimpleRegion"() => is_simple,
        "getSimpleRegions"() => get_simple_regions,
        "add"(Any) => moved,
        "subtract"(Any) => moved_back,
        "iterate"(Any) => iterate,
        "descending"() => descending,
        "size"() => size,
        "op__cmp"(Any) => op_cmp,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elang.coord.OrderedRegion")
.stamps(MADE);

/// A position of one of the three spaces. Positions of different spaces are never compared.
#[derive(Clone, PartialEq, Debug)]
enum Place {
    Int(Int),
    Float(f64),
    Char(char),
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Place) -> Option<Ordering> {
        match (self, other) {
            (Place::Int(a), Place::Int(b)) => Some(a.compare(b)),
            (Place::Float(a), Place::Float(b)) => a.partial_cmp(b),
            (Place::Char(a), Place::Char(b)) => a.partial_cmp(b),
            _ => None,
        }
    }
}

impl Position for Place {
    fn after(&self) -> Place {
        match self {
            Place::Int(it) => Place::Int(it.after()),
            Place::Float(it) => Place::Float(it.after()),
            Place::Char(it) => Place::Char(it.after()),
        }
    }
}

impl Place {
    /// A value as a position of `space`.
    fn of(heap: &Heap, space: Value, value: Value) -> Option<Place> {
        let value = heap.shorten(value);
        let place = match value.view() {
            View::Char(it) => Place::Char(it),
            _ => match Number::of(heap, value)? {
                Number::Int(it) => Place::Int(it),
                Number::Float(it) => Place::Float(it),
            },
        };
        match (place, space) {
            (Place::Int(it), space) if space.is(&scalar::FLOAT64) => Some(Place::Float(it.to_f64())),
            (it @ Place::Int(_), space) if space.is(&scalar::INT) => Some(it),
            (it @ Place::Float(_), space) if space.is(&scalar::FLOAT64) => Some(it),
            (it @ Place::Char(_), space) if space.is(&scalar::CHAR) => Some(it),
            _ => None,
        }
    }
    fn value(self, cx: &mut Cx) -> Value {
        match self {
            Place::Int(it) => int_value(cx, it),
            Place::Float(it) => it.into(),
            Place::Char(it) => it.into(),
        }
    }
}

/// The space a region is of.
pub fn space_of_region(cx: &Cx, region: Value) -> Option<Value> {
    cx.heap.fields(region, &REGION)?.first().copied()
}

/// The space a value is a position of.
fn space_of(cx: &Cx, value: Value) -> Option<Value> {
    let value = cx.near(value);
    let class = match value.view() {
        View::Char(_) => &scalar::CHAR,
        _ => match Number::of(&cx.heap, value)? {
            Number::Int(_) => &scalar::INT,
            Number::Float(_) => &scalar::FLOAT64,
        },
    };
    Some(Value::of(class))
}

fn read(heap: &Heap, region: Value) -> Option<(Value, Region<Place>)> {
    let [space, bounded_left, edges] = heap.fields(region, &REGION)? else { return None };
    let edges = heap.as_list(*edges)?.iter().map(|it| Place::of(heap, *space, *it));
    Some((
        *space,
        Region { bounded_left: *bounded_left == Value::TRUE, edges: edges.collect::<Option<_>>()? },
    ))
}

/// A receiver's region; the methods of [`REGION`] are only ever called on one.
fn region(cx: &mut Cx, this: Value) -> Result<(Value, Region<Place>), Exit> {
    match read(&cx.heap, this) {
        Some(it) => {
            cx.charge(it.1.edges.len() as u64)?;
            Ok(it)
        }
        None => Err(cx.throw(Problem::new("not a region: ").value(this))),
    }
}

fn make(cx: &mut Cx, space: Value, region: Region<Place>) -> Value {
    let edges: Vec<Value> = region.edges.into_iter().map(|it| it.value(cx)).collect();
    let edges = cx.heap.list(edges);
    cx.heap.native(&REGION, [space, region.bounded_left.into(), edges])
}

/// Is `specimen` a position in the region?
pub fn contains(heap: &Heap, guard: Value, specimen: Value) -> bool {
    let Some((space, region)) = read(heap, guard) else { return false };
    let fits = scalar::type_of_space(space).is_some_and(|ty| {
        let specimen = heap.shorten(specimen);
        ty.check(heap, specimen) == Some(specimen)
    });
    fits && Place::of(heap, space, specimen).is_some_and(|it| region.contains(&it))
}

/// How a region prints: `1..!3 | (int >= 13)`.
pub fn pieces(cx: &Cx, value: Value) -> Option<Vec<Piece>> {
    let (space, region) = read(&cx.heap, value)?;
    let position = |it: &Place| match it {
        Place::Int(it) => it.to_string(),
        Place::Float(it) => crate::data::float::print(*it),
        Place::Char(it) => it.to_string(),
    };
    Some(vec![region.print(super::name_of(cx, space), position).into()])
}

/// A region as auditors see it.
pub fn describe(cx: &Cx, value: Value) -> Option<audit::guards::Guard> {
    use audit::guards::{Guard, Standard};
    let (space, _) = read(&cx.heap, value)?;
    let standard = if space.is(&scalar::INT) {
        Standard::Int
    } else if space.is(&scalar::CHAR) {
        Standard::Char
    } else {
        Standard::Float64
    };
    let printed = match pieces(cx, value)?.into_iter().next() {
        Some(Piece::Text(text)) => text.into_owned(),
        _ => String::new(),
    };
    Some(Guard::Region(standard, printed.into()))
}

// Guarding.

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if contains(&cx.heap, this, args[0]) {
        return done(args[0]);
    }
    super::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, guard, specimen| {
            let (space, region) = read(&cx.heap, guard)?;
            let fitting = scalar::type_of_space(space)?.check(&cx.heap, specimen)?;
            region.contains(&Place::of(&cx.heap, space, fitting)?).then_some(fitting)
        },
        |cx, guard, specimen| match read(&cx.heap, guard) {
            Some((space, _)) if Place::of(&cx.heap, space, specimen).is_none() => {
                failure(cx, specimen, super::name_of(cx, space))
            }
            _ => Problem::default().value(specimen).text(" is not in the region ").value(guard),
        },
    )
}

/// Is it in? What is not of the space is a problem.
fn run(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (space, region) = region(cx, this)?;
    match Place::of(&cx.heap, space, args[0]) {
        Some(it) => done(region.contains(&it)),
        None => {
            let problem = failure(cx, args[0], super::name_of(cx, space));
            Err(cx.throw(problem))
        }
    }
}

fn get_the_trivial_value(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (space, _) = region(cx, this)?;
    let zero: Value = if space.is(&scalar::INT) {
        0i64.into()
    } else if space.is(&scalar::CHAR) {
        '\0'.into()
    } else {
        0.0.into()
    };
    if contains(&cx.heap, this, zero) {
        return done(zero);
    }
    let problem = Problem::new("trivial value ").value(zero).text(" is not available in region ").print(this);
    Err(cx.throw(problem))
}

// Looking.

fn get_edges(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.fields(this, &REGION).map_or(Value::NULL, |it| it[2]))
}

fn is_bounded_left(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(region(cx, this)?.1.bounded_left)
}

fn is_bounded_right(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(region(cx, this)?.1.is_bounded_right())
}

fn get_opt_start(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (_, region) = region(cx, this)?;
    let start = region.start().cloned().map_or(Value::NULL, |it| it.value(cx));
    done(start)
}

fn get_opt_bound(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (_, region) = region(cx, this)?;
    let bound = region.bound().cloned().map_or(Value::NULL, |it| it.value(cx));
    done(bound)
}

fn is_empty(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(region(cx, this)?.1.is_empty())
}

fn is_full(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(region(cx, this)?.1.is_full())
}

fn is_distinction(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(region(cx, this)?.1.edges.len() == 1)
}

fn is_simple(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (_, it) = region(cx, this)?;
    done(it.edges.len() <= 1 || it.edges.len() == 2 && it.bounded_left)
}

fn get_simple_regions(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (space, it) = region(cx, this)?;
    let runs: Vec<Region<Place>> = it
        .runs()
        .into_iter()
        .map(|(start, bound)| Region {
            bounded_left: start.is_some(),
            edges: start.into_iter().chain(bound).cloned().collect(),
        })
        .collect();
    let regions: Vec<Value> = runs.into_iter().map(|it| make(cx, space, it)).collect();
    let list = cx.heap.list(regions);
    done(list)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields: Vec<Value> = cx.heap.fields(this, &REGION).unwrap_or_default().to_vec();
    portrayal(cx, Value::of(&MAKE_ORDERED_SPACE), "region", &fields)
}

// Combining. These come before the ones every guard has.

/// A space, and two regions of it.
type Two = (Value, Region<Place>, Region<Place>);

fn two(cx: &mut Cx, this: Value, other: Value) -> Result<Option<Two>, Exit> {
    let (space, mine) = region(cx, this)?;
    Ok(match read(&cx.heap, other) {
        Some((other_space, others)) if other_space == space => Some((space, mine, others)),
        _ => None,
    })
}

/// `a | b`: of two regions a region, otherwise what any two guards give.
pub fn or(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match two(cx, this, args[0])? {
        Some((space, a, b)) => {
            let region = make(cx, space, a.or(&b));
            done(region)
        }
        None => protocol::or(cx, this, args),
    }
}

/// `a & b`
pub fn and(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match two(cx, this, args[0])? {
        Some((space, a, b)) => {
            let region = make(cx, space, a.and(&b));
            done(region)
        }
        None => protocol::and(cx, this, args),
    }
}

/// `a &! b`
pub fn but_not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match two(cx, this, args[0])? {
        Some((space, a, b)) => {
            let region = make(cx, space, a.but_not(&b));
            done(region)
        }
        None => protocol::but_not(cx, this, args),
    }
}

/// `!a`
pub fn not(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (space, it) = region(cx, this)?;
    let region = make(cx, space, it.not());
    done(region)
}

/// Regions are ordered by inclusion.
fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some((_, a, b)) = two(cx, this, args[0])? else {
        return Err(cx.throw(Problem::new("not a region of the same space: ").value(args[0])));
    };
    done(match (a.but_not(&b).is_empty(), b.but_not(&a).is_empty()) {
        (true, true) => 0.0,
        (true, false) => -1.0,
        (false, true) => 1.0,
        (false, false) => f64::NAN,
    })
}

fn by(cx: &mut Cx, place: &Place, offset: Value, back: bool) -> Option<Place> {
    let offset = Number::of(&cx.heap, offset)?;
    Some(match (place, offset) {
        (Place::Int(it), Number::Int(by)) => {
            Place::Int(if back { it.subtract(&by) } else { it.add(&by) }.ok()?)
        }
        (Place::Float(it), by) => Place::Float(if back { it - by.to_f64() } else { it + by.to_f64() }),
        (Place::Char(it), Number::Int(by)) => {
            let by = if back { by.negate() } else { by };
            let Ok(Int::Small(code)) = Int::Small(i64::from(u32::from(*it))).add(&by) else { return None };
            Place::Char(u32::try_from(code).ok().and_then(char::from_u32)?)
        }
        (Place::Int(_), Number::Float(_)) | (Place::Char(_), Number::Float(_)) => return None,
    })
}

fn displaced(cx: &mut Cx, this: Value, offset: Value, back: bool) -> Outcome {
    let (space, it) = region(cx, this)?;
    let edges: Option<Vec<Place>> = it.edges.iter().map(|edge| by(cx, edge, offset, back)).collect();
    match edges {
        Some(edges) => {
            let region = make(cx, space, Region { bounded_left: it.bounded_left, edges });
            done(region)
        }
        None => Err(cx.throw(Problem::new("cannot move ").value(this).text(" by ").value(offset))),
    }
}

fn moved(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    displaced(cx, this, args[0], false)
}

fn moved_back(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    displaced(cx, this, args[0], true)
}
