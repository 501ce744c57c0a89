//! Civil dates and times: what a calendar and a clock on a wall say, wherever they hang.

use super::{Kind, STAMPS, duration, format, part, span, zone, zoned};
use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::value::Value;
use jiff::Unit;
use jiff::civil::{Date, DateTime};

/// `<import:time.makeDate>`: `makeDate(2024, 2, 29)`, `makeDate.parse("2024-02-29")`.
pub static MAKE_DATE: Class = Class::new(
    "makeDate",
    "<makeDate>",
    natives!["run"(Int, Int, Int) => make_date, "parse"(Text) => parse_date],
)
.fqn("time.makeDate")
.stamps(Stamps::DEEP_FROZEN);

pub(crate) static DATE: Class = Class::new(
    "Date",
    "<Date>",
    natives![
        "getYear"() => date_year,
        "getMonth"() => date_month,
        "getDay"() => date_day,
        "getWeekday"() => date_weekday,
        "getDayOfYear"() => date_day_of_year,
        "getDaysInMonth"() => date_days_in_month,
        "at"(Int, Int, Int) => date_at,
        "iso"() => date_iso,
        "format"(Text) => date_format,
        "add"(Any) => date_add,
        "subtract"(Any) => date_subtract,
        "op__cmp"(Any) => date_cmp,
        "__optUncall"() => date_uncall,
        "__printOn"(Any) => date_print,
    ],
)
.fqn("time.Date")
.stamps(STAMPS);

pub(super) const DATES: Kind = Kind { class: &DATE, maker: &MAKE_DATE, name: "a Date" };

fn make_date(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (year, month, day) = (part(cx, args[0])?, part(cx, args[1])?, part(cx, args[2])?);
    DATES.done(cx, Date::new(year, month, day))
}

fn parse_date(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    DATES.parse::<Date>(cx, args[0])
}

fn date_year(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATES.wanted::<Date>(cx, this)?.year()))
}

fn date_month(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATES.wanted::<Date>(cx, this)?.month()))
}

fn date_day(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATES.wanted::<Date>(cx, this)?.day()))
}

/// 1 is Monday, 7 is Sunday, as ISO 8601 counts.
fn date_weekday(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATES.wanted::<Date>(cx, this)?.weekday().to_monday_one_offset()))
}

fn date_day_of_year(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATES.wanted::<Date>(cx, this)?.day_of_year()))
}

fn date_days_in_month(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATES.wanted::<Date>(cx, this)?.days_in_month()))
}

/// `date.at(hour, minute, second)`
fn date_at(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let date: Date = DATES.wanted(cx, this)?;
    let (hour, minute, second) = (part(cx, args[0])?, part(cx, args[1])?, part(cx, args[2])?);
    let (year, month, day) = (date.year(), date.month(), date.day());
    DATE_TIMES.done(cx, DateTime::new(year, month, day, hour, minute, second, 0))
}

fn date_iso(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    DATES.iso(cx, this)
}

fn date_format(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: Date = DATES.wanted(cx, this)?;
    format(cx, args[0], it)
}

fn date_add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, span): (Date, _) = (DATES.wanted(cx, this)?, span(cx, args[0])?);
    DATES.done(cx, it.checked_add(span))
}

/// A date less a duration is a date; less a date it is the days between them.
fn date_subtract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: Date = DATES.wanted(cx, this)?;
    if let Some(other) = DATES.of::<Date>(cx, args[0]) {
        return duration::KIND.done(cx, it.since((Unit::Day, other)));
    }
    let span = span(cx, args[0])?;
    DATES.done(cx, it.checked_sub(span))
}

fn date_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    DATES.compare::<Date>(cx, this, args[0])
}

fn date_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    DATES.opt_uncall(cx, this)
}

fn date_print(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    DATES.print_on(cx, this, args[0])
}

/// `<import:time.makeDateTime>`: `makeDateTime(2024, 2, 29, 12, 30, 0)`, `makeDateTime.parse(text)`.
pub static MAKE_DATE_TIME: Class = Class::new(
    "makeDateTime",
    "<makeDateTime>",
    natives!["run"(Int, Int, Int, Int, Int, Int) => make_date_time, "parse"(Text) => parse_date_time],
)
.fqn("time.makeDateTime")
.stamps(Stamps::DEEP_FROZEN);

pub(crate) static DATE_TIME: Class = Class::new(
    "DateTime",
    "<DateTime>",
    natives![
        "getDate"() => date_time_date,
        "getHour"() => date_time_hour,
        "getMinute"() => date_time_minute,
        "getSecond"() => date_time_second,
        "getNanos"() => date_time_nanos,
        "inZone"(Text) => date_time_in_zone,
        "iso"() => date_time_iso,
        "format"(Text) => date_time_format,
        "add"(Any) => date_time_add,
        "subtract"(Any) => date_time_subtract,
        "op__cmp"(Any) => date_time_cmp,
        "__optUncall"() => date_time_uncall,
        "__printOn"(Any) => date_time_print,
    ],
)
.fqn("time.DateTime")
.stamps(STAMPS);

pub(super) const DATE_TIMES: Kind = Kind { class: &DATE_TIME, maker: &MAKE_DATE_TIME, name: "a DateTime" };

fn make_date_time(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (year, month, day) = (part(cx, args[0])?, part(cx, args[1])?, part(cx, args[2])?);
    let (hour, minute, second) = (part(cx, args[3])?, part(cx, args[4])?, part(cx, args[5])?);
    DATE_TIMES.done(cx, DateTime::new(year, month, day, hour, minute, second, 0))
}

fn parse_date_time(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    DATE_TIMES.parse::<DateTime>(cx, args[0])
}

fn date_time_date(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it: DateTime = DATE_TIMES.wanted(cx, this)?;
    done(DATES.value(cx, it.date()))
}

fn date_time_hour(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATE_TIMES.wanted::<DateTime>(cx, this)?.hour()))
}

fn date_time_minute(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATE_TIMES.wanted::<DateTime>(cx, this)?.minute()))
}

fn date_time_second(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATE_TIMES.wanted::<DateTime>(cx, this)?.second()))
}

fn date_time_nanos(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(DATE_TIMES.wanted::<DateTime>(cx, this)?.subsec_nanosecond()))
}

/// In a night when clocks are set forward or back, what a clock that was not set would show counts.
fn date_time_in_zone(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: DateTime = DATE_TIMES.wanted(cx, this)?;
    let zone = zone(cx, args[0])?;
    zoned::KIND.done(cx, it.to_zoned(zone))
}

fn date_time_iso(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    DATE_TIMES.iso(cx, this)
}

fn date_time_format(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: DateTime = DATE_TIMES.wanted(cx, this)?;
    format(cx, args[0], it)
}

fn date_time_add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, span): (DateTime, _) = (DATE_TIMES.wanted(cx, this)?, span(cx, args[0])?);
    DATE_TIMES.done(cx, it.checked_add(span))
}

fn date_time_subtract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it: DateTime = DATE_TIMES.wanted(cx, this)?;
    if let Some(other) = DATE_TIMES.of::<DateTime>(cx, args[0]) {
        return duration::KIND.done(cx, it.since((Unit::Day, other)));
    }
    let span = span(cx, args[0])?;
    DATE_TIMES.done(cx, it.checked_sub(span))
}

fn date_time_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    DATE_TIMES.compare::<DateTime>(cx, this, args[0])
}

fn date_time_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    DATE_TIMES.opt_uncall(cx, this)
}

fn date_time_print(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    DATE_TIMES.print_on(cx, this, args[0])
}
