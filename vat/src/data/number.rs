//! What ints and float64s answer to. The arithmetic itself is in [`super::integer`].

mod doubles;
pub(crate) mod text;

pub use text::{MAKE_FLOAT64, MAKE_INT};

use super::float;
use super::integer::{Int, Refusal};
use crate::cx::Cx;
use crate::heap::{Cell, Heap};
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::Problem;
use crate::value::{Value, View};
use doubles::{
    above_zero, acos, asin, at_least_zero, at_most_zero, atan, below_zero, cos, exp, float, float_ceil,
    float_floor, float_round, float_truncate, is_infinite, is_nan, is_zero, log, sin, sqrt, tan,
    whole_number,
};
use std::cmp::Ordering;
use text::{crypto_hash, to_octets_unsigned, to_string, to_string_in};

/// What `1` answers to.
pub static INT: Class = Class::new(
    "int",
    "int",
    natives![
        "add"(Number) => add,
        "subtract"(Number) => subtract,
        "multiply"(Number) => multiply,
        "approxDivide"(Number) => approx_divide,
        "floorDivide"(Number) => floor_divide,
        "ceilDivide"(Number) => ceil_divide,
        "truncDivide"(Number) => trunc_divide,
        "remainder"(Number) => remainder,
        "mod"(Number) => modulo,
        "pow"(Number) => pow,
        "modPow"(Int, Int) => mod_pow,
        "negate"() => negate,
        "abs"() => abs,
        "signum"() => signum,
        "min"(Number) => min,
        "max"(Number) => max,
        "op__cmp"(Number) => op_cmp,
        "and"(Int) => and,
        "or"(Int) => or,
        "xor"(Int) => xor,
        "butNot"(Int) => but_not,
        "complement"() => complement,
        "shiftLeft"(Int) => shift_left,
        "shiftRight"(Int) => shift_right,
        "bitLength"() => bit_length,
        "next"() => next,
        "previous"() => previous,
        "floor"() => itself,
        "ceil"() => itself,
        "round"() => itself,
        "truncate"() => itself,
        "isNaN"() => is_nan,
        "isZero"() => is_zero,
        "aboveZero"() => above_zero,
        "belowZero"() => below_zero,
        "atLeastZero"() => at_least_zero,
        "atMostZero"() => at_most_zero,
        "asChar"() => as_char,
        "asFloat64"() => as_float64,
        "cryptoHash"() => crypto_hash,
        "toOctetsUnsigned"() => to_octets_unsigned,
        "toString"() => to_string,
        "toString"(Map) => to_string_in,
    ],
)
.stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN).and(Stamps::SELFLESS));

/// What `1.0` answers to.
pub static FLOAT: Class = Class::new(
    "float64",
    "float64",
    natives![
        "add"(Number) => add,
        "subtract"(Number) => subtract,
        "multiply"(Number) => multiply,
        "approxDivide"(Number) => approx_divide,
        "floorDivide"(Number) => floor_divide,
        "ceilDivide"(Number) => ceil_divide,
        "truncDivide"(Number) => trunc_divide,
        "remainder"(Number) => remainder,
        "mod"(Number) => modulo,
        "pow"(Number) => pow,
        "negate"() => negate,
        "abs"() => abs,
        "signum"() => signum,
        "min"(Number) => min,
        "max"(Number) => max,
        "op__cmp"(Number) => op_cmp,
        "next"() => next,
        "previous"() => previous,
        "floor"() => float_floor,
        "ceil"() => float_ceil,
        "round"() => float_round,
        "truncate"() => float_truncate,
        "isNaN"() => is_nan,
        "isInfinite"() => is_infinite,
        "isZero"() => is_zero,
        "aboveZero"() => above_zero,
        "belowZero"() => below_zero,
        "atLeastZero"() => at_least_zero,
        "atMostZero"() => at_most_zero,
        "asFloat64"() => itself,
        "sqrt"() => sqrt,
        "exp"() => exp,
        "log"() => log,
        "sin"() => sin,
        "cos"() => cos,
        "tan"() => tan,
        "asin"() => asin,
        "acos"() => acos,
        "atan"() => atan,
        "toString"() => to_string,
    ],
)
.stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN).and(Stamps::SELFLESS));

/// A number taken out of its value.
#[derive(Clone, Debug)]
pub enum Number {
    Int(Int),
    Float(f64),
}

impl Number {
    pub fn of(heap: &Heap, value: Value) -> Option<Number> {
        let value = heap.shorten(value);
        Some(match value.view() {
            View::Int(it) => Number::Int(Int::Small(it)),
            View::Float(it) => Number::Float(it),
            View::Obj(at) => match heap.cell(at) {
                Cell::Big(it) => Number::Int(Int::Big((**it).clone())),
                _ => return None,
            },
            _ => return None,
        })
    }
    pub fn to_f64(&self) -> f64 {
        match self {
            Number::Int(it) => it.to_f64(),
            Number::Float(it) => *it,
        }
    }
    /// Numeric order; `None` beside NaN.
    pub fn compare(&self, other: &Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => Some(a.compare(b)),
            (Number::Int(a), Number::Float(b)) => a.compare_f64(*b),
            (Number::Float(a), Number::Int(b)) => b.compare_f64(*a).map(Ordering::reverse),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(b),
        }
    }
}

/// The integer a value is.
pub fn int_of(heap: &Heap, value: Value) -> Option<Int> {
    match Number::of(heap, value)? {
        Number::Int(it) => Some(it),
        Number::Float(_) => None,
    }
}

/// An integer as a value, inline where it fits.
pub fn int_value(cx: &mut Cx, it: Int) -> Value {
    match it {
        Int::Small(it) => it.into(),
        Int::Big(it) => cx.heap.int(it),
    }
}

/// How a number prints.
pub fn printed(heap: &Heap, value: Value) -> Option<String> {
    Some(match Number::of(heap, value)? {
        Number::Int(it) => it.to_string(),
        Number::Float(it) => float::print(it),
    })
}

/// The receiver or a coerced argument.
fn number(cx: &Cx, value: Value) -> Number {
    let it = Number::of(&cx.heap, value);
    debug_assert!(it.is_some(), "a number method was given {value:?}");
    it.unwrap_or(Number::Float(f64::NAN))
}

fn int(cx: &Cx, value: Value) -> Int {
    match number(cx, value) {
        Number::Int(it) => it,
        Number::Float(_) => Int::Small(0),
    }
}

/// Pays for an operation on integers and answers its value or its refusal.
fn answer(cx: &mut Cx, it: Result<Int, Refusal>) -> Outcome {
    match it {
        Ok(it) => {
            let limbs = it.limbs();
            if limbs > 1 {
                cx.reserve(limbs * 8)?;
            }
            let value = int_value(cx, it);
            done(value)
        }
        Err(refusal) => Err(cx.throw(refusal.message())),
    }
}

type OnInts = fn(&Int, &Int) -> Result<Int, Refusal>;

/// An operation that is exact on ints and done in doubles as soon as one side is a double.
fn either(cx: &mut Cx, this: Value, args: &[Value], ints: OnInts, floats: fn(f64, f64) -> f64) -> Outcome {
    match (number(cx, this), number(cx, args[0])) {
        (Number::Int(a), Number::Int(b)) => {
            let (wide, narrow) = (a.limbs().max(b.limbs()), a.limbs().min(b.limbs()));
            cx.charge(if wide == 1 { 1 } else { wide * narrow.ilog2().max(1) as u64 * 2 })?;
            let it = ints(&a, &b);
            answer(cx, it)
        }
        (a, b) => done(floats(a.to_f64(), b.to_f64())),
    }
}

fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    either(cx, this, args, Int::add, |a, b| a + b)
}

fn subtract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    either(cx, this, args, Int::subtract, |a, b| a - b)
}

fn multiply(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let (Number::Int(a), Number::Int(b)) = (number(cx, this), number(cx, args[0])) {
        cx.charge(multiplication_work(a.limbs(), b.limbs()))?;
    }
    either(cx, this, args, Int::multiply, |a, b| a * b)
}

/// Fuel for multiplying or dividing numbers of so many limbs: schoolbook while that is small, then less.
fn multiplication_work(a: u64, b: u64) -> u64 {
    let small = a.min(b);
    a.max(b).saturating_mul(small.min(64 + small / 16)) / 8 + 1
}

fn approx_divide(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match (number(cx, this), number(cx, args[0])) {
        (Number::Int(a), Number::Int(b)) => {
            cx.charge(multiplication_work(a.limbs(), b.limbs()))?;
            done(a.approx_divide(&b))
        }
        (a, b) => done(a.to_f64() / b.to_f64()),
    }
}

/// Division to a whole number, of ints exactly, of doubles by rounding their quotient.
fn whole(cx: &mut Cx, this: Value, args: &[Value], ints: OnInts, round: fn(f64) -> f64) -> Outcome {
    match (number(cx, this), number(cx, args[0])) {
        (Number::Int(a), Number::Int(b)) => {
            cx.charge(multiplication_work(a.limbs(), b.limbs()))?;
            let it = ints(&a, &b);
            answer(cx, it)
        }
        (a, b) => whole_number(cx, round(a.to_f64() / b.to_f64())),
    }
}

fn floor_divide(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    whole(cx, this, args, Int::floor_divide, f64::floor)
}

fn ceil_divide(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    whole(cx, this, args, Int::ceil_divide, f64::ceil)
}

fn trunc_divide(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    whole(cx, this, args, Int::trunc_divide, f64::trunc)
}

fn remainder(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    either(cx, this, args, Int::remainder, |a, b| a % b)
}

fn modulo(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    either(cx, this, args, Int::modulo, |a, b| a - b * (a / b).floor())
}

fn pow(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    match (number(cx, this), number(cx, args[0])) {
        (Number::Int(base), Number::Int(exponent)) => {
            let times = match &exponent {
                Int::Small(it) => it.unsigned_abs(),
                Int::Big(_) => u64::MAX,
            };
            let limbs = base.magnitude_bits().saturating_mul(times) / 64 + 1;
            if base.magnitude_bits() > 1 && limbs <= super::integer::MAX_BITS / 64 {
                cx.charge(multiplication_work(limbs, limbs))?;
                cx.reserve(limbs * 8)?;
            }
            answer(cx, base.pow(&exponent))
        }
        (base, exponent) => done(base.to_f64().powf(exponent.to_f64())),
    }
}

fn mod_pow(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (exponent, modulus) = (int(cx, args[0]), int(cx, args[1]));
    cx.charge(Int::mod_pow_work(&exponent, &modulus))?;
    let it = int(cx, this).mod_pow(&exponent, &modulus);
    answer(cx, it)
}

fn negate(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match number(cx, this) {
        Number::Int(it) => answer(cx, Ok(it.negate())),
        Number::Float(it) => done(-it),
    }
}

fn abs(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match number(cx, this) {
        Number::Int(it) => answer(cx, Ok(it.abs())),
        Number::Float(it) => done(it.abs()),
    }
}

fn signum(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match number(cx, this) {
        Number::Int(it) => done(it.signum()),
        // Zero keeps its sign, and NaN stays what it is.
        Number::Float(it) if it == 0.0 || it.is_nan() => done(it),
        Number::Float(it) => done(it.signum()),
    }
}

fn min(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    extreme(cx, this, args[0], Ordering::Less)
}

fn max(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    extreme(cx, this, args[0], Ordering::Greater)
}

fn extreme(cx: &mut Cx, this: Value, other: Value, wanted: Ordering) -> Outcome {
    let (a, b) = (number(cx, this), number(cx, other));
    match a.compare(&b) {
        None => done(f64::NAN),
        Some(it) if it == wanted || it == Ordering::Equal => done(this),
        Some(_) => done(other),
    }
}

fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (a, b) = (number(cx, this), number(cx, args[0]));
    let float = matches!(a, Number::Float(_)) || matches!(b, Number::Float(_));
    match a.compare(&b) {
        None => done(f64::NAN),
        Some(it) if float => done(f64::from(it as i8)),
        Some(it) => done(it as i64),
    }
}

/// Numeric order of two values: `None` if one is no number, `Some(None)` beside NaN.
pub fn compare(heap: &Heap, a: Value, b: Value) -> Option<Option<Ordering>> {
    Some(Number::of(heap, a)?.compare(&Number::of(heap, b)?))
}

fn on_bits(cx: &mut Cx, this: Value, args: &[Value], f: fn(&Int, &Int) -> Int) -> Outcome {
    let (a, b) = (int(cx, this), int(cx, args[0]));
    cx.charge(a.limbs().max(b.limbs()))?;
    answer(cx, Ok(f(&a, &b)))
}

fn and(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    on_bits(cx, this, args, Int::and)
}

fn or(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    on_bits(cx, this, args, Int::or)
}

fn xor(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    on_bits(cx, this, args, Int::xor)
}

fn but_not(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    on_bits(cx, this, args, |a, b| a.and(&b.complement()))
}

fn complement(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = int(cx, this).complement();
    answer(cx, Ok(it))
}

fn shift_left(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, count) = (int(cx, this), int(cx, args[0]));
    let result = it.shift_left(&count);
    answer(cx, result)
}

fn shift_right(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (it, count) = (int(cx, this), int(cx, args[0]));
    let result = it.shift_right(&count);
    answer(cx, result)
}

fn bit_length(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(int(cx, this).bit_length() as i64)
}

fn next(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match number(cx, this) {
        Number::Int(it) => answer(cx, it.add(&Int::Small(1))),
        Number::Float(it) => done(it.next_up()),
    }
}

fn previous(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match number(cx, this) {
        Number::Int(it) => answer(cx, it.subtract(&Int::Small(1))),
        Number::Float(it) => done(it.next_down()),
    }
}

fn itself(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}

fn as_char(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let code = match int(cx, this) {
        Int::Small(it) => u32::try_from(it).ok().and_then(char::from_u32),
        Int::Big(_) => None,
    };
    match code {
        Some(it) => done(it),
        None => Err(cx.throw(Problem::new("not a Unicode character: ").value(this))),
    }
}

fn as_float64(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(float(cx, this))
}
