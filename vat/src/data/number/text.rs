//! Numbers as digits and as bytes, and numbers made of these.

use super::{Number, answer, int, multiplication_work, number};
use crate::cx::Cx;
use crate::data::float;
use crate::data::integer::Int;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;
use sha1::{Digest, Sha1};

pub(super) fn crypto_hash(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let bytes = int(cx, this).octets_signed();
    cx.charge(bytes.len() as u64 / 16)?;
    let hash = Int::from_octets(&Sha1::digest(&bytes));
    answer(cx, Ok(hash))
}

pub(super) fn to_octets_unsigned(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(bytes) = int(cx, this).octets_unsigned() else {
        let text = Problem::new("(").value(this).text(").toOctetsUnsigned(): nonnegative numbers only");
        return Err(cx.throw(text));
    };
    cx.reserve(bytes.len() as u64 * 16)?;
    let items: Vec<Value> = bytes.iter().map(|it| i64::from(*it).into()).collect();
    let list = cx.heap.list(items);
    done(list)
}

pub(super) fn to_string(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = digits(cx, this, 10)?;
    let text = cx.heap.text(text);
    done(text)
}

/// The digits of an int, paid for: printing is worse than linear.
fn digits(cx: &mut Cx, this: Value, base: u32) -> Result<String, Exit> {
    match number(cx, this) {
        Number::Float(it) => Ok(float::print(it)),
        Number::Int(it) => {
            let limbs = it.limbs();
            cx.charge(multiplication_work(limbs, limbs))?;
            cx.reserve(it.magnitude_bits() / 3)?;
            Ok(it.digits(base))
        }
    }
}

pub(super) fn to_string_in(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let base = crate::data::map::get_text(&cx.heap, args[0], "base").unwrap_or_else(|| 10.into());
    crate::coerce::coerced(cx, this, &[base], &[crate::coerce::Ty::Int], to_string_in_base)
}

fn to_string_in_base(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match args[0].as_int() {
        Some(base @ 2..=36) => {
            let text = digits(cx, this, base as u32)?;
            let text = cx.heap.text(text);
            done(text)
        }
        _ => Err(cx.throw(Problem::new("base must be in 2..36, not ").value(args[0]))),
    }
}

/// `__makeInt("12")`
pub static MAKE_INT: Class = Class::new(
    "makeInt",
    "<makeInt>",
    natives!["run"(Text) => make_int, "run"(Text, Int) => make_int_in_base, "fromOctets"(List) => from_octets],
)
.stamps(Stamps::DEEP_FROZEN);

fn make_int(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    make_int_in_base(cx, this, &[args[0], 10.into()])
}

fn make_int_in_base(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = crate::data::text::text_of(cx, args[0]);
    let Some(base @ 2..=36) = args[1].as_int() else {
        return Err(cx.throw(Problem::new("base must be in 2..36, not ").value(args[1])));
    };
    let limbs = text.len() as u64 / 16 + 1;
    cx.charge(multiplication_work(limbs, limbs))?;
    cx.reserve(text.len() as u64)?;
    match Int::parse(text.trim(), base as u32) {
        Some(it) => answer(cx, Ok(it)),
        None => Err(cx.throw(Problem::new("not recognized as an integer: ").value(args[0]))),
    }
}

fn from_octets(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let items = crate::data::list::items(cx, args[0]);
    cx.reserve(items.len() as u64)?;
    let mut bytes = Vec::with_capacity(items.len());
    for it in &*items {
        match cx.near(*it).as_int() {
            Some(byte @ 0..=255) => bytes.push(byte as u8),
            _ => return Err(cx.throw(Problem::new("not a byte: ").value(*it))),
        }
    }
    answer(cx, Ok(Int::from_octets(&bytes)))
}

/// `makeFloat64("1.5")`
pub static MAKE_FLOAT64: Class =
    Class::new("makeFloat64", "<makeFloat64>", natives!["run"(Text) => make_float64])
        .fqn("org.erights.e.elib.atom.makeFloat64")
        .stamps(Stamps::DEEP_FROZEN);

fn make_float64(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = crate::data::text::text_of(cx, args[0]);
    match float::parse(&text) {
        Some(it) => done(it),
        None => Err(cx.throw(Problem::new("not recognized as a float64: ").value(args[0]))),
    }
}
