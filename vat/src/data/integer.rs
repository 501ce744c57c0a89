//! Integers without bound: `i64` while that fits, dashu's `IBig` beyond.
//!
//! Every operation that can grow checks the size of its answer first, because the library underneath
//! allocates without asking. Nothing here knows the heap; a caller turns an [`Int`] into a value and
//! charges [`Int::limbs`] as work.

mod bits;
mod double;
mod text;

use std::cmp::Ordering;

use dashu_int::ops::{BitTest, DivRem, UnsignedAbs};
use dashu_int::{IBig, Sign, UBig, fast_div::ConstDivisor};

/// The widest integer a program may make: 2²⁷ bits, sixteen megabytes.
pub const MAX_BITS: u64 = 1 << 27;

/// An integer in its shortest form: `Big` only when an `i64` does not hold it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Int {
    Small(i64),
    Big(IBig),
}

/// Why an operation on integers has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The answer would be wider than [`MAX_BITS`].
    TooLarge,
    /// A division by zero, or modulo zero.
    DivisionByZero,
    /// A power or a modular power with a negative exponent.
    NegativeExponent,
}

impl Refusal {
    /// The text a program's problem carries.
    pub fn message(&self) -> &'static str {
        match self {
            Refusal::TooLarge => "integer too large",
            Refusal::DivisionByZero => "division by zero",
            Refusal::NegativeExponent => "an int cannot be raised to a negative int; use a float64 exponent",
        }
    }
}

type Answer = Result<Int, Refusal>;

impl From<IBig> for Int {
    fn from(big: IBig) -> Int {
        match i64::try_from(&big) {
            Ok(small) => Int::Small(small),
            Err(_) => Int::Big(big),
        }
    }
}

impl From<i64> for Int {
    fn from(small: i64) -> Int {
        Int::Small(small)
    }
}

fn fits(bits: u64) -> Result<(), Refusal> {
    if bits > MAX_BITS { Err(Refusal::TooLarge) } else { Ok(()) }
}

impl Int {
    /// The same integer as an owned big one.
    pub fn to_big(&self) -> IBig {
        match self {
            Int::Small(it) => IBig::from(*it),
            Int::Big(it) => it.clone(),
        }
    }

    /// Bits of the magnitude.
    pub fn magnitude_bits(&self) -> u64 {
        match self {
            Int::Small(it) => u64::from(64 - it.unsigned_abs().leading_zeros()),
            Int::Big(it) => it.clone().unsigned_abs().bit_len() as u64,
        }
    }

    /// 64-bit words an operation on this integer touches; at least one.
    pub fn limbs(&self) -> u64 {
        match self {
            Int::Small(_) => 1,
            Int::Big(it) => it.as_sign_words().1.len() as u64,
        }
    }

    pub fn is_zero(&self) -> bool {
        matches!(self, Int::Small(0))
    }

    pub fn is_negative(&self) -> bool {
        match self {
            Int::Small(it) => *it < 0,
            Int::Big(it) => it.sign() == Sign::Negative,
        }
    }

    pub fn signum(&self) -> i64 {
        match self {
            Int::Small(it) => it.signum(),
            Int::Big(_) if self.is_negative() => -1,
            Int::Big(_) => 1,
        }
    }

    pub fn compare(&self, other: &Int) -> Ordering {
        match (self, other) {
            (Int::Small(a), Int::Small(b)) => a.cmp(b),
            _ => self.to_big().cmp(&other.to_big()),
        }
    }

    pub fn add(&self, other: &Int) -> Answer {
        if let (Int::Small(a), Int::Small(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(Int::Small(sum));
        }
        fits(self.magnitude_bits().max(other.magnitude_bits()) + 1)?;
        Ok((self.to_big() + other.to_big()).into())
    }

    pub fn subtract(&self, other: &Int) -> Answer {
        if let (Int::Small(a), Int::Small(b)) = (self, other)
            && let Some(difference) = a.checked_sub(*b)
        {
            return Ok(Int::Small(difference));
        }
        fits(self.magnitude_bits().max(other.magnitude_bits()) + 1)?;
        Ok((self.to_big() - other.to_big()).into())
    }

    pub fn multiply(&self, other: &Int) -> Answer {
        if let (Int::Small(a), Int::Small(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Int::Small(product));
        }
        fits(self.magnitude_bits() + other.magnitude_bits())?;
        Ok((self.to_big() * other.to_big()).into())
    }

    pub fn negate(&self) -> Int {
        match self {
            Int::Small(it) if *it != i64::MIN => Int::Small(-it),
            _ => (-self.to_big()).into(),
        }
    }

    pub fn abs(&self) -> Int {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    /// `//`: rounds toward negative infinity.
    pub fn floor_divide(&self, divisor: &Int) -> Answer {
        let (quotient, remainder) = self.divide(divisor)?;
        if !remainder.is_zero() && remainder.is_negative() != divisor.is_negative() {
            quotient.subtract(&Int::Small(1))
        } else {
            Ok(quotient)
        }
    }

    /// Rounds toward positive infinity.
    pub fn ceil_divide(&self, divisor: &Int) -> Answer {
        let (quotient, remainder) = self.divide(divisor)?;
        if !remainder.is_zero() && remainder.is_negative() == divisor.is_negative() {
            quotient.add(&Int::Small(1))
        } else {
            Ok(quotient)
        }
    }

    /// Rounds toward zero.
    pub fn trunc_divide(&self, divisor: &Int) -> Answer {
        Ok(self.divide(divisor)?.0)
    }

    /// `%`: what `trunc_divide` leaves; has the sign of the dividend.
    pub fn remainder(&self, divisor: &Int) -> Answer {
        Ok(self.divide(divisor)?.1)
    }

    /// `%%`: what `floor_divide` leaves; has the sign of the divisor.
    pub fn modulo(&self, divisor: &Int) -> Answer {
        let (_, remainder) = self.divide(divisor)?;
        if !remainder.is_zero() && remainder.is_negative() != divisor.is_negative() {
            remainder.add(divisor)
        } else {
            Ok(remainder)
        }
    }

    fn divide(&self, divisor: &Int) -> Result<(Int, Int), Refusal> {
        if divisor.is_zero() {
            return Err(Refusal::DivisionByZero);
        }
        if let (Int::Small(a), Int::Small(b)) = (self, divisor)
            && let Some(quotient) = a.checked_div(*b)
        {
            return Ok((Int::Small(quotient), Int::Small(a % b)));
        }
        let (quotient, remainder) = self.to_big().div_rem(divisor.to_big());
        Ok((quotient.into(), remainder.into()))
    }

    /// `**` with an int exponent.
    pub fn pow(&self, exponent: &Int) -> Answer {
        if exponent.is_negative() {
            return Err(Refusal::NegativeExponent);
        }
        if let Int::Small(base @ -1..=1) = self {
            let odd = exponent.bit(0);
            return Ok(Int::Small(match (exponent.is_zero(), *base, odd) {
                (true, _, _) => 1,
                (_, -1, false) => 1,
                (_, base, _) => base,
            }));
        }
        let Int::Small(times) = exponent else { return Err(Refusal::TooLarge) };
        fits(self.magnitude_bits().saturating_mul(times.unsigned_abs()))?;
        if let (Int::Small(base), Ok(times)) = (self, u32::try_from(*times))
            && let Some(power) = base.checked_pow(times)
        {
            return Ok(Int::Small(power));
        }
        Ok(self.to_big().pow(times.unsigned_abs() as usize).into())
    }

    /// `a ** b %% c`, without making `a ** b`.
    pub fn mod_pow(&self, exponent: &Int, modulus: &Int) -> Answer {
        if modulus.is_zero() {
            return Err(Refusal::DivisionByZero);
        }
        if exponent.is_negative() {
            return Err(Refusal::NegativeExponent);
        }
        let magnitude: UBig = modulus.to_big().unsigned_abs();
        let ring = ConstDivisor::new(magnitude);
        let residue = ring.reduce(self.to_big()).pow(&exponent.to_big().unsigned_abs()).residue();
        Int::from(IBig::from(residue)).modulo(modulus)
    }

    /// Work units of [`Int::mod_pow`]: one multiplication for each bit of the exponent.
    pub fn mod_pow_work(exponent: &Int, modulus: &Int) -> u64 {
        let limbs = modulus.limbs();
        exponent.magnitude_bits().saturating_mul(limbs.saturating_mul(limbs)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(text: &str) -> Int {
        Int::parse(text, 10).unwrap()
    }

    #[test]
    fn the_four_divisions_agree_about_every_sign() {
        for a in -7i64..=7 {
            for b in [-3i64, -2, 2, 3] {
                let (x, y) = (Int::Small(a), Int::Small(b));
                let floor = (a as f64 / b as f64).floor() as i64;
                assert_eq!(x.floor_divide(&y), Ok(Int::Small(floor)));
                assert_eq!(x.ceil_divide(&y), Ok(Int::Small((a as f64 / b as f64).ceil() as i64)));
                assert_eq!(x.trunc_divide(&y), Ok(Int::Small(a / b)));
                assert_eq!(x.remainder(&y), Ok(Int::Small(a % b)));
                assert_eq!(x.modulo(&y), Ok(Int::Small(a - b * floor)));
            }
        }
    }

    #[test]
    fn what_leaves_an_i64_comes_back_to_one() {
        let huge = Int::Small(i64::MAX).add(&Int::Small(1)).unwrap();
        assert!(matches!(huge, Int::Big(_)));
        assert_eq!(huge.subtract(&Int::Small(1)).unwrap(), Int::Small(i64::MAX));
        assert_eq!(Int::Small(i64::MIN).negate(), huge);
        assert_eq!(Int::Small(i64::MIN).trunc_divide(&Int::Small(-1)).unwrap(), huge);
    }

    #[test]
    fn a_power_is_refused_before_it_is_made() {
        assert_eq!(Int::Small(5).pow(&int("30517578125")), Err(Refusal::TooLarge));
        assert_eq!(Int::Small(1).shift_left(&int("99999999999999999999999")), Err(Refusal::TooLarge));
        assert_eq!(Int::Small(-1).pow(&int("99999999999999999999999")), Ok(Int::Small(-1)));
        assert_eq!(Int::Small(2).pow(&Int::Small(-1)), Err(Refusal::NegativeExponent));
        assert_eq!(Int::Small(2).pow(&Int::Small(64)).unwrap().to_string(), "18446744073709551616");
    }

    #[test]
    fn a_modular_power_has_the_sign_of_its_modulus() {
        assert_eq!(Int::Small(-3).mod_pow(&Int::Small(3), &Int::Small(10)), Ok(Int::Small(3)));
        assert_eq!(Int::Small(3).mod_pow(&Int::Small(3), &Int::Small(10)), Ok(Int::Small(7)));
        assert_eq!(Int::Small(3).mod_pow(&Int::Small(3), &Int::Small(-10)), Ok(Int::Small(-3)));
        assert_eq!(Int::Small(3).mod_pow(&Int::Small(3), &Int::Small(1)), Ok(Int::Small(0)));
    }

    #[test]
    fn shifts_round_down() {
        assert_eq!(Int::Small(-1).shift_right(&Int::Small(5)), Ok(Int::Small(-1)));
        assert_eq!(Int::Small(-5).shift_right(&Int::Small(1)), Ok(Int::Small(-3)));
        let wide = Int::Small(-3).shift_left(&Int::Small(100)).unwrap();
        assert_eq!(wide.shift_right(&Int::Small(100)), Ok(Int::Small(-3)));
        assert_eq!(wide.shift_right(&Int::Small(101)), Ok(Int::Small(-2)));
        assert_eq!(wide.shift_right(&Int::Small(1000)), Ok(Int::Small(-1)));
    }

    #[test]
    fn a_quotient_of_large_integers_is_the_nearest_double() {
        let big = Int::Small(10).pow(&Int::Small(400)).unwrap();
        assert_eq!(big.approx_divide(&big), 1.0);
        assert_eq!(big.approx_divide(&big.multiply(&Int::Small(3)).unwrap()), 1.0 / 3.0);
        assert_eq!(Int::Small(1).approx_divide(&big), 0.0);
        assert_eq!(big.negate().approx_divide(&Int::Small(7)), f64::NEG_INFINITY);
        assert_eq!(Int::Small(-5).approx_divide(&Int::Small(3)), -1.6666666666666667);
    }

    #[test]
    fn bytes_hold_the_sign() {
        assert_eq!(Int::Small(127).octets_signed(), [127]);
        assert_eq!(Int::Small(128).octets_signed(), [0, 128]);
        assert_eq!(Int::Small(-128).octets_signed(), [128]);
        assert_eq!(Int::Small(-129).octets_signed(), [255, 127]);
        assert_eq!(Int::Small(0).octets_signed(), [0]);
        assert_eq!(Int::Small(10000001).octets_unsigned().unwrap(), [152, 150, 129]);
    }

    #[test]
    fn bit_lengths_are_those_of_twos_complement() {
        let lengths: Vec<u64> = (-5..=5).map(|it| Int::Small(it).bit_length()).collect();
        assert_eq!(lengths, [3, 2, 2, 1, 0, 0, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn a_double_is_compared_without_rounding() {
        let odd = int("9007199254740993");
        assert_eq!(odd.compare_f64(9007199254740992.0), Some(Ordering::Greater));
        assert_eq!(Int::Small(1).compare_f64(1.5), Some(Ordering::Less));
        assert_eq!(Int::Small(1).compare_f64(f64::INFINITY), Some(Ordering::Less));
        assert_eq!(Int::Small(1).compare_f64(f64::NAN), None);
    }
}
