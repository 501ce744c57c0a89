//! `<import:time.makeDate>` and its like: dates and times as data.
//!
//! Nothing here knows what time it is: that is the `timer`'s to say. Each kind is a value that holds its ISO
//! 8601 text and nothing else, so that it compares, prints and travels as what it says.

pub(crate) mod civil;
pub(crate) mod duration;
pub(crate) mod instant;
pub(crate) mod zoned;

pub use civil::{MAKE_DATE, MAKE_DATE_TIME};
pub use duration::MAKE_DURATION;
pub use instant::MAKE_INSTANT;
pub use zoned::MAKE_ZONED_TIME;

use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, done};
use crate::print::write_pieces;
use crate::problem::{Exit, Problem};
use crate::value::Value;
use jiff::Span;
use std::fmt::Display;
use std::str::FromStr;

/// What every kind of time promises.
const STAMPS: Stamps =
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::DEEP_FROZEN).and(Stamps::PASS_BY_COPY);

/// A kind of time: its class, its maker, and what its problems call it.
struct Kind {
    class: &'static Class,
    maker: &'static Class,
    name: &'static str,
}

impl Kind {
    fn value(&self, cx: &mut Cx, it: impl Display) -> Value {
        let text = cx.heap.text(it.to_string());
        cx.heap.native(self.class, [text])
    }

    /// What an instance of this kind says.
    fn of<T: FromStr>(&self, cx: &Cx, value: Value) -> Option<T> {
        let text = *cx.heap.fields(value, self.class)?.first()?;
        cx.heap.as_text(text)?.parse().ok()
    }

    /// The same of a receiver, or of an argument that has to be of this kind.
    fn wanted<T: FromStr>(&self, cx: &mut Cx, value: Value) -> Result<T, Exit> {
        match self.of(cx, value) {
            Some(it) => Ok(it),
            None => Err(cx.throw(crate::object::does_not_coerce(value, self.name))),
        }
    }

    /// `maker.parse(text)`
    fn parse<T: FromStr<Err = jiff::Error> + Display>(&self, cx: &mut Cx, text: Value) -> Outcome {
        let text = text_of(cx, text);
        cx.charge(1 + text.len() as u64 / 16)?;
        match text.parse::<T>() {
            Ok(it) => done(self.value(cx, it)),
            Err(why) => Err(wrong(cx, why)),
        }
    }

    fn iso(&self, cx: &mut Cx, this: Value) -> Outcome {
        done(cx.heap.fields(this, self.class).map_or(Value::NULL, |it| it[0]))
    }

    fn opt_uncall(&self, cx: &mut Cx, this: Value) -> Outcome {
        let text = cx.heap.fields(this, self.class).map_or(Value::NULL, |it| it[0]);
        crate::data::list::portrayal(cx, Value::of(self.maker), "parse", &[text])
    }

    /// `<Date 2024-02-29>`
    fn print_on(&self, cx: &mut Cx, this: Value, writer: Value) -> Outcome {
        let text = cx.heap.fields(this, self.class).map_or(Value::NULL, |it| it[0]);
        let text = text_of(cx, text);
        write_pieces(cx, writer, vec![format!("<{} {text}>", self.class.name).into()])
    }

    /// `a.op__cmp(b)`, which `<` and its like ask.
    fn compare<T: FromStr + Ord>(&self, cx: &mut Cx, this: Value, other: Value) -> Outcome {
        let (a, b): (T, T) = (self.wanted(cx, this)?, self.wanted(cx, other)?);
        done(a.cmp(&b) as i64)
    }

    fn done(&self, cx: &mut Cx, it: Result<impl Display, jiff::Error>) -> Outcome {
        match it {
            Ok(it) => done(self.value(cx, it)),
            Err(why) => Err(wrong(cx, why)),
        }
    }
}

fn wrong(cx: &mut Cx, why: jiff::Error) -> Exit {
    cx.throw(Problem::new(format!("not a time: {why}")))
}

/// The span that a duration stands for.
fn span(cx: &mut Cx, duration: Value) -> Result<Span, Exit> {
    duration::KIND.wanted(cx, duration)
}

/// `it.format("%A, %-d %B %Y")`, as `strftime` has it.
fn format(cx: &mut Cx, pattern: Value, it: impl Into<jiff::fmt::strtime::BrokenDownTime>) -> Outcome {
    let pattern = text_of(cx, pattern);
    cx.charge(1 + pattern.len() as u64)?;
    match it.into().to_string(pattern.as_bytes()) {
        Ok(text) => done(super::bytes::text_value(cx, text)?),
        Err(why) => Err(wrong(cx, why)),
    }
}

/// A whole number that a time is made of.
fn part<T: TryFrom<i64>>(cx: &mut Cx, value: Value) -> Result<T, Exit> {
    match cx.near(value).as_int().and_then(|it| T::try_from(it).ok()) {
        Some(it) => Ok(it),
        None => Err(cx.throw(Problem::new("not a part of a date or a time: ").value(value))),
    }
}

/// The time zone of that name: `Europe/Paris`, `UTC`. The table is built in, and asks no machine.
fn zone(cx: &mut Cx, name: Value) -> Result<jiff::tz::TimeZone, Exit> {
    static ZONES: std::sync::LazyLock<jiff::tz::TimeZoneDatabase> =
        std::sync::LazyLock::new(jiff::tz::TimeZoneDatabase::bundled);
    let name = text_of(cx, name);
    match ZONES.get(&name) {
        Ok(it) => Ok(it),
        Err(_) => Err(cx.throw(format!("no time zone is called {:?}; one is Europe/Paris", &*name))),
    }
}
