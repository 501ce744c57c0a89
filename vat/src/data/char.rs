//! Characters: Unicode code points.

use super::integer::Int;
use super::number::{int_of, int_value};
use super::quote::{quote_char, quote_string};
use super::region::{next_char, previous_char};
use crate::coerce::failure;
use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::Problem;
use crate::value::{Value, View};

/// What `'a'` answers to.
pub static CHAR: Class = Class::new(
    "char",
    "char",
    natives![
        "next"() => next,
        "previous"() => previous,
        "add"(Int) => add,
        "subtract"(Any) => subtract,
        "op__cmp"(Char) => op_cmp,
        "min"(Char) => min,
        "max"(Char) => max,
        "toUpperCase"() => to_upper_case,
        "toLowerCase"() => to_lower_case,
        "getCodepoint"() => get_codepoint,
        "asInteger"() => get_codepoint,
        "quote"() => quote,
        "escaped"() => escaped,
    ],
)
.stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN).and(Stamps::SELFLESS));

fn char(value: Value) -> char {
    value.as_char().unwrap_or('\u{FFFD}')
}

fn next(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match next_char(char(this)) {
        Some(it) => done(it),
        None => Err(cx.throw(Problem::new("there is no character after ").value(this))),
    }
}

fn previous(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match previous_char(char(this)) {
        Some(it) => done(it),
        None => Err(cx.throw(Problem::new("there is no character before ").value(this))),
    }
}

fn moved(cx: &mut Cx, this: Value, by: Int) -> Outcome {
    let code = Int::Small(i64::from(u32::from(char(this)))).add(&by);
    let target = match code {
        Ok(Int::Small(it)) => u32::try_from(it).ok().and_then(char::from_u32),
        _ => None,
    };
    match target {
        Some(it) => done(it),
        None => {
            let offset = int_value(cx, by);
            Err(cx.throw(Problem::new("there is no character ").value(offset).text(" after ").value(this)))
        }
    }
}

fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match int_of(&cx.heap, args[0]) {
        Some(by) => moved(cx, this, by),
        None => done(this),
    }
}

/// `'b' - 'a'` is 1, `'b' - 1` is `'a'`.
fn subtract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let other = cx.near(args[0]);
    if let View::Char(other) = other.view() {
        return done(i64::from(u32::from(char(this))) - i64::from(u32::from(other)));
    }
    match int_of(&cx.heap, other) {
        Some(by) => moved(cx, this, by.negate()),
        None => {
            let problem = failure(cx, other, "any[char, int]");
            Err(cx.throw(problem))
        }
    }
}

fn op_cmp(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(char(this).cmp(&char(args[0])) as i64)
}

fn min(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(char(this).min(char(args[0])))
}

fn max(_: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    done(char(this).max(char(args[0])))
}

/// The character in another case, where that is one character.
fn single(mut it: impl ExactSizeIterator<Item = char>, otherwise: char) -> char {
    if it.len() == 1 { it.next().unwrap_or(otherwise) } else { otherwise }
}

fn to_upper_case(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = char(this);
    done(single(it.to_uppercase(), it))
}

fn to_lower_case(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = char(this);
    done(single(it.to_lowercase(), it))
}

fn get_codepoint(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(i64::from(u32::from(char(this))))
}

fn quote(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let mut out = String::new();
    quote_char(char(this), &mut out);
    let text = cx.heap.text(out);
    done(text)
}

/// As it stands inside a string literal.
fn escaped(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let mut out = String::new();
    quote_string(char(this).encode_utf8(&mut [0; 4]), &mut out);
    let text = cx.heap.text(out[1..out.len() - 1].to_string());
    done(text)
}
