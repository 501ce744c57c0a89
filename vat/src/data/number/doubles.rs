//! What is done in doubles: roots and angles, rounding to whole numbers, and where a number lies from zero.

use super::{Number, answer, number};
use crate::cx::Cx;
use crate::data::integer::Int;
use crate::native::{Outcome, done};
use crate::problem::Problem;
use crate::value::Value;
use std::cmp::Ordering;

pub(super) fn whole_number(cx: &mut Cx, it: f64) -> Outcome {
    match Int::floor_of(it) {
        Some(it) => answer(cx, Ok(it)),
        None => Err(cx.throw(Problem::default().value(it.into()).text(" is not a finite number"))),
    }
}

pub(super) fn float(cx: &Cx, this: Value) -> f64 {
    number(cx, this).to_f64()
}

pub(super) fn float_floor(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = float(cx, this);
    whole_number(cx, it)
}

pub(super) fn float_ceil(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = float(cx, this).ceil();
    whole_number(cx, it)
}

pub(super) fn float_round(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = (float(cx, this) + 0.5).floor();
    whole_number(cx, it)
}

pub(super) fn float_truncate(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let it = float(cx, this).trunc();
    whole_number(cx, it)
}

pub(super) fn is_nan(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(float(cx, this).is_nan())
}

pub(super) fn is_infinite(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(float(cx, this).is_infinite())
}

/// Compares with zero; NaN is none of it.
fn sign_is(cx: &mut Cx, this: Value, wanted: fn(Ordering) -> bool) -> Outcome {
    let sign = number(cx, this).compare(&Number::Int(Int::Small(0)));
    done(sign.is_some_and(wanted))
}

pub(super) fn is_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_eq)
}

pub(super) fn above_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_gt)
}

pub(super) fn below_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_lt)
}

pub(super) fn at_least_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_ge)
}

pub(super) fn at_most_zero(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    sign_is(cx, this, Ordering::is_le)
}

fn in_doubles(cx: &mut Cx, this: Value, f: fn(f64) -> f64) -> Outcome {
    done(f(float(cx, this)))
}

pub(super) fn sqrt(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::sqrt)
}

pub(super) fn exp(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::exp)
}

pub(super) fn log(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::ln)
}

pub(super) fn sin(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::sin)
}

pub(super) fn cos(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::cos)
}

pub(super) fn tan(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::tan)
}

pub(super) fn asin(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::asin)
}

pub(super) fn acos(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::acos)
}

pub(super) fn atan(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    in_doubles(cx, this, f64::atan)
}
