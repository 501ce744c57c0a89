//! Integers as digits and as bytes.

use super::{Int, MAX_BITS};
use dashu_int::ops::UnsignedAbs;
use dashu_int::{IBig, UBig};

impl Int {
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
