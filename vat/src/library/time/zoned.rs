//! Zoned times: an instant, and what calendar and clock show for it in a place.

use super::{Kind, STAMPS, civil, duration, format, instant, span, zone};
use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::value::Value;
use jiff::{Unit, Zoned};

/// `<import:time.makeZonedTime>`: `makeZonedTime.parse("2024-07-14T12:00[Europe/Paris]")`.
pub static MAKE_ZONED_TIME: Class =
    Class::new("makeZonedTime", "<makeZonedTime>", natives!["parse"(Text) => parse])
        .fqn("time.makeZonedTime")
        .stamps(Stamps::DEEP_FROZEN);

pub(crate) static ZONED_TIME: Class = Class::new(
    "ZonedTime",
    "<ZonedTime>",
    natives![
        "getInstant"() => get_instant,
        "getDateTime"() => get_date_time,
        "getZone"() => get_zone,
        "getOffset"() => get_offset,
        "inZone"(Text) => in_zone,
        "iso"() => iso,
        "format"(Text) => formatted,
        "add"(Any) => add,
        "subtract"(Any) => subtract,
        "op__cmp"(Any) => op_cmp,
        "__optUncall"() => opt_uncall,
        "__printOn"(Any) => print_on,
    ],
)
.fqn("time.ZonedTime")
.stamps(STAMPS);

pub(super) const KIND: Kind = Kind { class: &ZONED_TIME, maker: &MAKE_ZONED_TIME, name: "a ZonedTime" };

fn parse(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    KIND.parse::<Zoned>(cx, args[0])
}

fn get_instant(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it: Zoned = KIND.wanted(cx, this)?;
    done(instant::KIND.value(cx, it.timestamp()))
}

fn get_date_time(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it: Zoned = KIND.wanted(cx, this)?;
    done(civil::DATE_TIMES.value(cx, it.datetime()))
}

/// The name of the zone; null if there is only an offset.
fn get_zone(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it: Zoned = KIND.wanted(cx, this)?;
    done(it.time_zone().iana_name().map_or(Value::NULL, |it| cx.heap.text(it)))
}

/// By how many seconds the clocks there are ahead of UTC.
fn get_offset(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(KIND.wanted::<Zoned>(cx, this)?.offset().seconds()))
}

fn in_zone(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: Zoned = KIND.wanted(cx, this)?;
    let zone = zone(cx, args[0])?;
    done(KIND.value(cx, it.with_time_zone(zone)))
}

fn iso(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    KIND.iso(cx, this)
}

fn formatted(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: Zoned = KIND.wanted(cx, this)?;
    format(cx, args[0], &it)
}

fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, span): (Zoned, _) = (KIND.wanted(cx, this)?, span(cx, args[0])?);
    KIND.done(cx, it.checked_add(span))
}

fn subtract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: Zoned = KIND.wanted(cx, this)?;
    if let Some(other) = KIND.of::<Zoned>(cx, args[0]) {
        return duration::KIND.done(cx, it.since((Unit::Hour, &other)));
    }
    let span = span(cx, args[0])?;
    KIND.done(cx, it.checked_sub(span))
}

fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    KIND.compare::<Zoned>(cx, this, args[0])
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    KIND.opt_uncall(cx, this)
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    KIND.print_on(cx, this, args[0])
}
