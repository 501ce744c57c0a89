//! `<import:text.json>`: JSON as E data, and back.
//!
//! An object is a map, in the order it was written; a number without point and exponent is an int, however
//! long, any other a float64. What cannot be said in JSON is refused: so is a key that comes twice.

mod parse;
mod print;

use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::value::Value;

/// Deeper than anything a person writes, and shallow enough for whoever reads it elsewhere.
const DEPTH: usize = 1000;

/// `<import:text.json>`
pub static JSON: Class = Class::new(
    "json",
    "<json>",
    natives!["parse"(Text) => parse, "print"(Any) => print, "printPretty"(Any) => print_pretty],
)
.fqn("text.json")
.stamps(Stamps::DEEP_FROZEN);

fn parse(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    cx.charge(text.len() as u64 / 4)?;
    done(parse::parse(cx, &text)?)
}

/// On one line, without blanks.
fn print(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    print::print(cx, args[0], None)
}

/// A line for each item, two blanks for each level.
fn print_pretty(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    print::print(cx, args[0], Some("  "))
}
