//! Numbers and texts as bytes.

/// Puts things one after the other.
#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    /// Seven bits a byte, the lowest first.
    pub fn number(&mut self, it: u64) {
        let mut rest = it;
        while rest >= 0x80 {
            self.0.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
    }
    /// Small where its magnitude is.
    pub fn signed(&mut self, it: i64) {
        self.number(((it << 1) ^ (it >> 63)) as u64);
    }
    pub fn bytes(&mut self, it: &[u8]) {
        self.number(it.len() as u64);
        self.0.extend_from_slice(it);
    }
    pub fn text(&mut self, it: &str) {
        self.bytes(it.as_bytes());
    }
}

/// Takes them apart again; `None`: that is not what was put there.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
    pub fn signed(&mut self) -> Option<i64> {
        let it = self.number()?;
        Some((it >> 1) as i64 ^ -((it & 1) as i64))
    }
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (it, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(it)
    }
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
    pub fn string(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }
    pub fn all<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut out = Writer::default();
        let numbers = [0, 1, 127, 128, 300, u64::MAX];
        let signed = [0, 1, -1, i64::MAX, i64::MIN];
        numbers.iter().for_each(|it| out.number(*it));
        signed.iter().for_each(|it| out.signed(*it));
        out.text("ten coins");
        let mut from = Reader(&out.0);
        assert_eq!(numbers.map(|_| from.number().unwrap()), numbers);
        assert_eq!(signed.map(|_| from.signed().unwrap()), signed);
        assert_eq!(from.text(), Some("ten coins"));
        assert_eq!(from.number(), None);
    }
}
