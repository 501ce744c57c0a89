//! Integers without bound: `i64` while that fits, dashu's `IBig` beyond.
//!
//! Every operation that can grow checks the size of its answer first, because the library underneath
//! allocates without asking. Nothing here knows the heap; a caller turns an [`Int`] into a value and
//! charges [`Int::limbs`] as work.

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

    /// Shifts left by a positive count, right (rounding down) by a negative one.
    pub fn shift_left(&self, count: &Int) -> Answer {
        let Int::Small(count) = count else {
            return if self.is_zero() {
                Ok(Int::Small(0))
            } else if count.is_negative() {
                Ok(Int::Small(if self.is_negative() { -1 } else { 0 }))
            } else {
                Err(Refusal::TooLarge)
            };
        };
        if *count <= 0 {
            return Ok(self.shift_down(count.unsigned_abs()));
        }
        if self.is_zero() {
            return Ok(Int::Small(0));
        }
        fits(self.magnitude_bits().saturating_add(count.unsigned_abs()))?;
        Ok((self.to_big() << (*count as usize)).into())
    }

    pub fn shift_right(&self, count: &Int) -> Answer {
        self.shift_left(&count.negate())
    }

    fn shift_down(&self, count: u64) -> Int {
        match self {
            Int::Small(it) => Int::Small(it >> count.min(63)),
            Int::Big(it) if count > it.bit_len() as u64 => {
                Int::Small(if it.sign() == Sign::Negative { -1 } else { 0 })
            }
            Int::Big(it) => (it >> (count as usize)).into(),
        }
    }

    pub fn and(&self, other: &Int) -> Int {
        match (self, other) {
            (Int::Small(a), Int::Small(b)) => Int::Small(a & b),
            _ => (self.to_big() & other.to_big()).into(),
        }
    }

    pub fn or(&self, other: &Int) -> Int {
        match (self, other) {
            (Int::Small(a), Int::Small(b)) => Int::Small(a | b),
            _ => (self.to_big() | other.to_big()).into(),
        }
    }

    pub fn xor(&self, other: &Int) -> Int {
        match (self, other) {
            (Int::Small(a), Int::Small(b)) => Int::Small(a ^ b),
            _ => (self.to_big() ^ other.to_big()).into(),
        }
    }

    /// `~`: every bit turned over.
    pub fn complement(&self) -> Int {
        match self {
            Int::Small(it) => Int::Small(!it),
            Int::Big(it) => (!it.clone()).into(),
        }
    }

    fn bit(&self, index: usize) -> bool {
        match self {
            Int::Small(it) => (it >> index.min(63)) & 1 == 1,
            Int::Big(it) => it.bit(index),
        }
    }

    /// Bits of the two's complement form, its sign bit not counted.
    pub fn bit_length(&self) -> u64 {
        if self.is_negative() { self.complement().magnitude_bits() } else { self.magnitude_bits() }
    }

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

    /// Digits in a base of 2 to 36, lower case.
    pub fn digits(&self, base: u32) -> String {
        match self {
            Int::Small(it) if base == 10 => it.to_string(),
            _ => self.to_big().in_radix(base as u8).to_string(),
        }
    }

    /// Reads `-`/`+` and digits of a base; anything else, or nothing, is refused. The digits' number bounds
    /// the size, so that a page of digits costs no more than a page.
    pub fn parse(text: &str, base: u32) -> Option<Int> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if digits.is_empty() || !digits.chars().all(|it| it.is_digit(base)) {
            return None;
        }
        if digits.len() as u64 > MAX_BITS / 6 {
            return None;
        }
        let magnitude = match i64::from_str_radix(digits, base) {
            Ok(small) => Int::Small(small),
            Err(_) => IBig::from_str_radix(digits, base).ok()?.into(),
        };
        Some(if negative { magnitude.negate() } else { magnitude })
    }

    /// The big-endian bytes of an integer that is not negative; zero is one zero byte.
    pub fn octets_unsigned(&self) -> Option<Vec<u8>> {
        if self.is_negative() {
            return None;
        }
        let bytes = self.to_big().unsigned_abs().to_be_bytes();
        Some(if bytes.is_empty() { vec![0] } else { bytes.to_vec() })
    }

    /// The big-endian two's complement bytes, as few as hold the sign too.
    pub fn octets_signed(&self) -> Vec<u8> {
        let length = (self.bit_length() / 8 + 1) as usize;
        let wide =
            if self.is_negative() { self.to_big() + (IBig::ONE << (length * 8)) } else { self.to_big() };
        let bytes = wide.unsigned_abs().to_be_bytes();
        let mut padded = vec![0; length.saturating_sub(bytes.len())];
        padded.extend_from_slice(&bytes);
        padded
    }

    /// The integer whose big-endian unsigned form is `bytes`.
    pub fn from_octets(bytes: &[u8]) -> Int {
        IBig::from(UBig::from_be_bytes(bytes)).into()
    }
}

impl std::fmt::Display for Int {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Int::Small(it) => it.fmt(f),
            Int::Big(it) => it.fmt(f),
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
