//! What ints and float64s answer to. The arithmetic itself is in [`super::integer`].

use super::float;
use super::integer::{Int, Refusal};
use crate::cx::Cx;
use crate::heap::{Cell, Heap};
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::{Value, View};
use sha1::{Digest, Sha1};
use std::cmp::Ordering;

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

fn whole_number(cx: &mut Cx, it: f64) -> Outcome {
    match Int::floor_of(it) {
        Some(it) => answer(cx, Ok(it)),
        None => Err(cx.throw(Problem::default().value(it.into()).text(" is not a finite number"))),
    }
}

fn float(cx: &Cx, this: Value) -> f64 {
    number(cx, this).to_f64()
}

fn float_floor(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = float(cx, this);
    whole_number(cx, it)
}

fn float_ceil(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = float(cx, this).ceil();
    whole_number(cx, it)
}

fn float_round(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = (float(cx, this) + 0.5).floor();
    whole_number(cx, it)
}

fn float_truncate(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = float(cx, this).trunc();
    whole_number(cx, it)
}

fn is_nan(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(float(cx, this).is_nan())
}

fn is_infinite(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(float(cx, this).is_infinite())
}

/// Compares with zero; NaN is none of it.
fn sign_is(cx: &mut Cx, this: Value, wanted: fn(Ordering) -> bool) -> Outcome {
    let sign = number(cx, this).compare(&Number::Int(Int::Small(0)));
    done(sign.is_some_and(wanted))
}

fn is_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_eq)
}

fn above_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_gt)
}

fn below_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_lt)
}

fn at_least_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_ge)
}

fn at_most_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_le)
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

fn crypto_hash(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let bytes = int(cx, this).octets_signed();
    cx.charge(bytes.len() as u64 / 16)?;
    let hash = Int::from_octets(&Sha1::digest(&bytes));
    answer(cx, Ok(hash))
}

fn to_octets_unsigned(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(bytes) = int(cx, this).octets_unsigned() else {
        let text = Problem::new("(").value(this).text(").toOctetsUnsigned(): nonnegative numbers only");
        return Err(cx.throw(text));
    };
    cx.reserve(bytes.len() as u64 * 16)?;
    let items: Vec<Value> = bytes.iter().map(|it| i64::from(*it).into()).collect();
    let list = cx.heap.list(items);
    done(list)
}

fn to_string(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
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

fn to_string_in(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let base = super::map::get_text(&cx.heap, args[0], "base").unwrap_or_else(|| 10.into());
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

fn in_doubles(cx: &mut Cx, this: Value, f: fn(f64) -> f64) -> Outcome {
    done(f(float(cx, this)))
}

fn sqrt(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::sqrt)
}

fn exp(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::exp)
}

fn log(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::ln)
}

fn sin(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::sin)
}

fn cos(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::cos)
}

fn tan(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::tan)
}

fn asin(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::asin)
}

fn acos(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::acos)
}

fn atan(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::atan)
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
    let text = super::text::text_of(cx, args[0]);
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
    let items = super::list::items(cx, args[0]);
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
    let text = super::text::text_of(cx, args[0]);
    match float::parse(&text) {
        Some(it) => done(it),
        None => Err(cx.throw(Problem::new("not recognized as a float64: ").value(args[0]))),
    }
}
