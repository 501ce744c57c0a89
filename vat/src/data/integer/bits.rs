//! Integers as bits, in two's complement without end.

use super::{Answer, Int, Refusal, fits};
use dashu_int::Sign;
use dashu_int::ops::BitTest;

impl Int {
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

    pub(super) fn bit(&self, index: usize) -> bool {
        match self {
            Int::Small(it) => (it >> index.min(63)) & 1 == 1,
            Int::Big(it) => it.bit(index),
        }
    }

    /// Bits of the two's complement form, its sign bit not counted.
    pub fn bit_length(&self) -> u64 {
        if self.is_negative() { self.complement().magnitude_bits() } else { self.magnitude_bits() }
    }
}
