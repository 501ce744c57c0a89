//! Durations: how long, in the units they are said in. A month is a month, however many days it has.

use super::{Kind, STAMPS, part};
use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::Exit;
use crate::value::Value;
use jiff::{Span, SpanRelativeTo, Unit};

/// `<import:time.makeDuration>`: `makeDuration(["hours" => 1])`, `makeDuration.parse("PT1H30M")`.
pub static MAKE_DURATION: Class =
    Class::new("makeDuration", "<makeDuration>", natives!["run"(Map) => run, "parse"(Text) => parse])
        .fqn("time.makeDuration")
        .stamps(Stamps::DEEP_FROZEN);

pub(crate) static DURATION: Class = Class::new(
    "Duration",
    "<Duration>",
    natives![
        "get"(Text) => get,
        "total"(Text) => total,
        "negate"() => negate,
        "add"(Any) => add,
        "subtract"(Any) => subtract,
        "multiply"(Int) => multiply,
        "op__cmp"(Any) => op_cmp,
        "iso"() => iso,
        "__optUncall"() => opt_uncall,
        "__printOn"(Any) => print_on,
    ],
)
.fqn("time.Duration")
.stamps(STAMPS);

pub(super) const KIND: Kind = Kind { class: &DURATION, maker: &MAKE_DURATION, name: "a Duration" };

/// Where no calendar says otherwise, a day has 24 hours; a month has no length of its own.
const DAYS: SpanRelativeTo<'static> = SpanRelativeTo::days_are_24_hours();

fn unit(cx: &mut Cx, name: Value) -> Result<Unit, Exit> {
    let name = text_of(cx, name);
    Ok(match &*name {
        "years" => Unit::Year,
        "months" => Unit::Month,
        "weeks" => Unit::Week,
        "days" => Unit::Day,
        "hours" => Unit::Hour,
        "minutes" => Unit::Minute,
        "seconds" => Unit::Second,
        "millis" => Unit::Millisecond,
        "micros" => Unit::Microsecond,
        "nanos" => Unit::Nanosecond,
        _ => {
            return Err(cx.throw(format!(
                "no unit of time is called {:?}: years, months, weeks, days, hours, minutes, seconds, millis, \
                 micros, nanos",
                &*name
            )));
        }
    })
}

fn with(span: Span, unit: Unit, n: i64) -> Result<Span, jiff::Error> {
    match unit {
        Unit::Year => span.try_years(n),
        Unit::Month => span.try_months(n),
        Unit::Week => span.try_weeks(n),
        Unit::Day => span.try_days(n),
        Unit::Hour => span.try_hours(n),
        Unit::Minute => span.try_minutes(n),
        Unit::Second => span.try_seconds(n),
        Unit::Millisecond => span.try_milliseconds(n),
        Unit::Microsecond => span.try_microseconds(n),
        Unit::Nanosecond => span.try_nanoseconds(n),
    }
}

fn run(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let mut span = Span::new();
    for (name, n) in crate::data::map::pairs(cx, args[0]) {
        let (unit, n) = (unit(cx, name)?, part(cx, n)?);
        span = with(span, unit, n).map_err(|why| super::wrong(cx, why))?;
    }
    done(KIND.value(cx, span))
}

fn parse(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    KIND.parse::<Span>(cx, args[0])
}

/// How many of one unit it was said in: `PT90M` has 90 minutes and no hours.
fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, unit): (Span, _) = (KIND.wanted(cx, this)?, unit(cx, args[0])?);
    done(match unit {
        Unit::Year => it.get_years().into(),
        Unit::Month => it.get_months().into(),
        Unit::Week => it.get_weeks().into(),
        Unit::Day => it.get_days().into(),
        Unit::Hour => it.get_hours().into(),
        Unit::Minute => it.get_minutes(),
        Unit::Second => it.get_seconds(),
        Unit::Millisecond => it.get_milliseconds(),
        Unit::Microsecond => it.get_microseconds(),
        Unit::Nanosecond => it.get_nanoseconds(),
    })
}

/// The exit for a question that only a calendar answers.
fn by_calendar(cx: &mut Cx) -> Exit {
    cx.throw("a month or a year has no length of its own: add it to a date")
}

fn sum(cx: &mut Cx, it: Result<Span, jiff::Error>) -> Outcome {
    match it {
        Ok(it) => done(KIND.value(cx, it)),
        Err(_) => Err(by_calendar(cx)),
    }
}

/// All of it in one unit, as a float64.
fn total(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, unit): (Span, _) = (KIND.wanted(cx, this)?, unit(cx, args[0])?);
    match it.total((unit, DAYS)) {
        Ok(it) => done(it),
        Err(_) => Err(by_calendar(cx)),
    }
}

fn negate(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it: Span = KIND.wanted(cx, this)?;
    done(KIND.value(cx, it.negate()))
}

fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (a, b): (Span, Span) = (KIND.wanted(cx, this)?, KIND.wanted(cx, args[0])?);
    sum(cx, a.checked_add((b, DAYS)))
}

fn subtract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (a, b): (Span, Span) = (KIND.wanted(cx, this)?, KIND.wanted(cx, args[0])?);
    sum(cx, a.checked_sub((b, DAYS)))
}

fn multiply(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, n): (Span, _) = (KIND.wanted(cx, this)?, part(cx, args[0])?);
    KIND.done(cx, it.checked_mul(n))
}

fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (a, b): (Span, Span) = (KIND.wanted(cx, this)?, KIND.wanted(cx, args[0])?);
    match a.compare((b, DAYS)) {
        Ok(it) => done(it as i64),
        Err(_) => Err(by_calendar(cx)),
    }
}

fn iso(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    KIND.iso(cx, this)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    KIND.opt_uncall(cx, this)
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    KIND.print_on(cx, this, args[0])
}
