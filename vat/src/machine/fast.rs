//! What arithmetic, comparison and sameness answer without asking anyone. `None`: send the message.

use crate::code::{Arith, Compare};
use crate::cx::Cx;
use crate::value::{Value, View};

/// Two integers whose result fits, or two floats.
#[inline]
pub(super) fn arithmetic(arith: Arith, a: Value, b: Value) -> Option<Value> {
    Some(match (a.view(), b.view()) {
        (View::Int(a), View::Int(b)) if arith == Arith::Divide => quotient(a, b)?.into(),
        (View::Int(a), View::Int(b)) => integers(arith, a, b)?.into(),
        (View::Float(a), View::Float(b)) => match arith {
            Arith::Add => a + b,
            Arith::Subtract => a - b,
            Arith::Multiply => a * b,
            Arith::Divide => a / b,
            _ => return None,
        }
        .into(),
        (View::Int(_), View::Float(_)) | (View::Float(_), View::Int(_)) => mixed(arith, a, b)?.into(),
        _ => return None,
    })
}

/// An int beside a float counts as the float it is.
fn mixed(arith: Arith, a: Value, b: Value) -> Option<f64> {
    let float = |it: Value| it.as_float().or_else(|| it.as_int().map(|it| it as f64));
    let (a, b) = (float(a)?, float(b)?);
    Some(match arith {
        Arith::Add => a + b,
        Arith::Subtract => a - b,
        Arith::Multiply => a * b,
        Arith::Divide => a / b,
        _ => return None,
    })
}

/// Ints that are floats exactly have the nearest float as their quotient.
fn quotient(a: i64, b: i64) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    (a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT && b != 0).then(|| a as f64 / b as f64)
}

fn integers(arith: Arith, a: i64, b: i64) -> Option<i64> {
    match arith {
        Arith::Add => a.checked_add(b),
        Arith::Subtract => a.checked_sub(b),
        Arith::Multiply => a.checked_mul(b),
        Arith::FloorDivide => {
            let quotient = a.checked_div(b)?;
            Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
        }
        Arith::Divide => None,
        Arith::And => Some(a & b),
        Arith::Or => Some(a | b),
        Arith::Xor => Some(a ^ b),
        Arith::ShiftRight if (0..64).contains(&b) => Some(a >> b),
        Arith::ShiftLeft if (0..63).contains(&b) && (a << b) >> b == a => Some(a << b),
        Arith::ShiftRight | Arith::ShiftLeft => None,
        Arith::Remainder => a.checked_rem(b),
        Arith::Mod => {
            let rest = a.checked_rem(b)?;
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
    }
}

#[inline]
pub(super) fn compare(how: Compare, a: Value, b: Value) -> Option<bool> {
    fn by<T: PartialOrd>(how: Compare, a: T, b: T) -> bool {
        match how {
            Compare::Less => a < b,
            Compare::Leq => a <= b,
            Compare::Geq => a >= b,
            Compare::Greater => a > b,
        }
    }
    match (a.view(), b.view()) {
        (View::Int(a), View::Int(b)) => Some(by(how, a, b)),
        (View::Float(a), View::Float(b)) => Some(by(how, a, b)),
        (View::Char(a), View::Char(b)) => Some(by(how, a, b)),
        _ => None,
    }
}

/// Sameness of what can be compared without looking at parts.
#[inline]
pub(super) fn same(cx: &Cx, a: Value, b: Value) -> Option<bool> {
    match (a.view(), b.view()) {
        (View::Int(a), View::Int(b)) => Some(a == b),
        (View::Float(a), View::Float(b)) => Some(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()),
        _ => crate::same::at_once(&cx.heap, a, b),
    }
}
