//! Instants: points in time, the same everywhere.

use super::{Kind, STAMPS, duration, span, wrong, zone, zoned};
use crate::cx::Cx;
use crate::native::{Class, Outcome, done};
use crate::natives;
use crate::value::Value;
use jiff::{Timestamp, Unit, Zoned};

/// `<import:time.makeInstant>`: `makeInstant(millis)`, as the `timer` counts, and `makeInstant.parse(text)`.
pub static MAKE_INSTANT: Class =
    Class::new("makeInstant", "<makeInstant>", natives!["run"(Int) => run, "parse"(Text) => parse])
        .fqn("time.makeInstant")
        .stamps(crate::native::Stamps::DEEP_FROZEN);

pub(crate) static INSTANT: Class = Class::new(
    "Instant",
    "<Instant>",
    natives![
        "getMillis"() => get_millis,
        "iso"() => iso,
        "inZone"(Text) => in_zone,
        "add"(Any) => add,
        "subtract"(Any) => subtract,
        "op__cmp"(Any) => op_cmp,
        "__optUncall"() => opt_uncall,
        "__printOn"(Any) => print_on,
    ],
)
.fqn("time.Instant")
.stamps(STAMPS);

pub(super) const KIND: Kind = Kind { class: &INSTANT, maker: &MAKE_INSTANT, name: "an Instant" };

fn run(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let millis = super::part(cx, args[0])?;
    KIND.done(cx, Timestamp::from_millisecond(millis))
}

fn parse(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    KIND.parse::<Timestamp>(cx, args[0])
}

fn get_millis(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it: Timestamp = KIND.wanted(cx, this)?;
    done(it.as_millisecond())
}

fn iso(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    KIND.iso(cx, this)
}

fn in_zone(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: Timestamp = KIND.wanted(cx, this)?;
    let zone = zone(cx, args[0])?;
    done(zoned::KIND.value(cx, Zoned::new(it, zone)))
}

fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, span): (Timestamp, _) = (KIND.wanted(cx, this)?, span(cx, args[0])?);
    KIND.done(cx, it.checked_add(span))
}

/// An instant less a duration is an instant; less an instant it is the duration between them.
fn subtract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: Timestamp = KIND.wanted(cx, this)?;
    if let Some(other) = KIND.of::<Timestamp>(cx, args[0]) {
        return duration::KIND.done(cx, it.since((Unit::Hour, other)));
    }
    let span = span(cx, args[0])?;
    match it.checked_sub(span) {
        Ok(it) => done(KIND.value(cx, it)),
        Err(why) => Err(wrong(cx, why)),
    }
}

fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    KIND.compare::<Timestamp>(cx, this, args[0])
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    KIND.opt_uncall(cx, this)
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    KIND.print_on(cx, this, args[0])
}
