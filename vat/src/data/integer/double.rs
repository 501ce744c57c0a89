//! Integers beside doubles.

use super::Int;
use dashu_int::ops::{DivRem, UnsignedAbs};
use dashu_int::{IBig, UBig};
use std::cmp::Ordering;

impl Int {
    /// The nearest double, ties to even.
    pub fn to_f64(&self) -> f64 {
        match self {
            Int::Small(it) => *it as f64,
            Int::Big(it) => it.to_f64().value(),
        }
    }

    /// `/`: the double nearest to the exact quotient.
    pub fn approx_divide(&self, divisor: &Int) -> f64 {
        const EXACT: u64 = 53;
        if divisor.is_zero() || (self.magnitude_bits() <= EXACT && divisor.magnitude_bits() <= EXACT) {
            return self.to_f64() / divisor.to_f64();
        }
        // A quotient of at least 66 bits whose last bit says "there was more" rounds as the exact one does.
        let wanted = 66 + divisor.magnitude_bits() as i64 - self.magnitude_bits() as i64;
        let shift = wanted.max(0);
        let numerator = self.to_big().unsigned_abs() << (shift as usize);
        let (quotient, rest) = numerator.div_rem(divisor.to_big().unsigned_abs());
        let sticky = if rest == UBig::ZERO { quotient } else { quotient | UBig::ONE };
        let magnitude = scale(sticky.to_f64().value(), -shift);
        if self.is_negative() == divisor.is_negative() { magnitude } else { -magnitude }
    }

    /// The integer nearest to `it` toward negative infinity; `None` for NaN and the infinities.
    pub fn floor_of(it: f64) -> Option<Int> {
        let whole = it.floor();
        if !whole.is_finite() {
            return None;
        }
        if (-9.2e18..=9.2e18).contains(&whole) {
            return Some(Int::Small(whole as i64));
        }
        IBig::try_from(whole).ok().map(Int::from)
    }

    /// Compares with a double without rounding; `None` for NaN.
    pub fn compare_f64(&self, other: f64) -> Option<Ordering> {
        if other.is_nan() {
            return None;
        }
        let Some(floor) = Int::floor_of(other) else {
            return Some(if other > 0.0 { Ordering::Less } else { Ordering::Greater });
        };
        match self.compare(&floor) {
            // Equal to the floor, but the double may be a little above it.
            Ordering::Equal if other.floor() < other => Some(Ordering::Less),
            it => Some(it),
        }
    }
}

/// `it · 2ⁿ`, in steps that do not overflow on the way.
fn scale(mut it: f64, mut n: i64) -> f64 {
    while n < -1000 {
        it *= 2f64.powi(-1000);
        n += 1000;
        if it == 0.0 {
            return it;
        }
    }
    it * 2f64.powi(n as i32)
}
