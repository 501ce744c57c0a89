//! Numbers, texts and values as bytes, and back.
//!
//! Whatever is read is checked before it is believed: a number of items can be no larger than the bytes that are
//! left, a handle has to lie in the heap that is being read, a class has to be one of the table's.

use super::classes::{self, Entry};
use crate::native::Class;
use crate::value::{Obj, Value, View};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Why bytes are not what they should be, in a few words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Damage(pub &'static str);

pub(crate) type Read<T> = Result<T, Damage>;

/// Writes into a row of bytes.
#[derive(Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
    /// Classes in the order they were met, and by their place in the table.
    classes: Vec<u32>,
    numbers: Vec<u32>,
    /// Something that cannot be kept.
    lost: Option<String>,
}

const NOT_MET: u32 = u32::MAX;

const NULL: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const CHAR: u8 = 3;
const INT: u8 = 4;
const FLOAT: u8 = 5;
const STATIC: u8 = 6;
const OBJ: u8 = 7;
/// Small ints, in one byte.
const SMALL: u8 = 64;

impl Writer {
    pub fn new() -> Writer {
        Writer { numbers: vec![NOT_MET; classes::count()], ..Writer::default() }
    }

    /// The table of classes and what was written; an error names what cannot be kept.
    pub fn finish(self) -> Result<Vec<u8>, String> {
        if let Some(it) = self.lost {
            return Err(it);
        }
        let mut head = Writer { out: Vec::with_capacity(self.out.len() + 64), ..Writer::default() };
        head.size(self.classes.len());
        for it in &self.classes {
            head.text(classes::name(*it));
        }
        head.out.extend_from_slice(&self.out);
        Ok(head.out)
    }
    /// Remembers that something cannot be kept.
    pub fn lose(&mut self, what: impl Into<String>) {
        self.lost.get_or_insert_with(|| what.into());
    }

    pub fn byte(&mut self, it: u8) {
        self.out.push(it);
    }
    pub fn bool(&mut self, it: bool) {
        self.out.push(u8::from(it));
    }
    pub fn u64(&mut self, it: u64) {
        let mut left = it;
        while left >= 0x80 {
            self.out.push(left as u8 | 0x80);
            left >>= 7;
        }
        self.out.push(left as u8);
    }
    pub fn u32(&mut self, it: u32) {
        self.u64(it.into());
    }
    pub fn size(&mut self, it: usize) {
        self.u64(it as u64);
    }
    pub fn i64(&mut self, it: i64) {
        self.u64(((it << 1) ^ (it >> 63)) as u64);
    }
    pub fn fixed(&mut self, it: u64) {
        self.out.extend_from_slice(&it.to_le_bytes());
    }
    pub fn bytes(&mut self, it: &[u8]) {
        self.size(it.len());
        self.out.extend_from_slice(it);
    }
    pub fn text(&mut self, it: &str) {
        self.bytes(it.as_bytes());
    }
    pub fn option<T>(&mut self, it: Option<T>, write: impl FnOnce(&mut Writer, T)) {
        self.bool(it.is_some());
        if let Some(it) = it {
            write(self, it);
        }
    }
    pub fn all<T>(&mut self, them: impl ExactSizeIterator<Item = T>, mut write: impl FnMut(&mut Writer, T)) {
        self.size(them.len());
        them.for_each(|it| write(self, it));
    }

    pub fn class(&mut self, it: &'static Class) {
        let Some(place) = classes::place(it) else { return self.lose(format!("class {}", it.fqn)) };
        let number = &mut self.numbers[place as usize];
        if *number == NOT_MET {
            *number = self.classes.len() as u32;
            self.classes.push(place);
        }
        let number = *number;
        self.u32(number);
    }
    pub fn obj(&mut self, it: Obj) {
        self.u32(it.0);
    }
    pub fn value(&mut self, it: Value) {
        match it.view() {
            View::Null => self.byte(NULL),
            View::Bool(true) => self.byte(TRUE),
            View::Bool(false) => self.byte(FALSE),
            View::Char(it) => {
                self.byte(CHAR);
                self.u32(it.into());
            }
            View::Int(it @ 0..=127) => self.byte(SMALL + (it as u8 >> 1) + ((it as u8 & 1) << 7)),
            View::Int(it) => {
                self.byte(INT);
                self.i64(it);
            }
            View::Float(it) => {
                self.byte(FLOAT);
                self.fixed(it.to_bits());
            }
            View::Static(it) => {
                self.byte(STATIC);
                self.class(it);
            }
            View::Obj(it) => {
                self.byte(OBJ);
                self.obj(it);
            }
        }
    }
    pub fn values(&mut self, them: &[Value]) {
        self.size(them.len());
        them.iter().for_each(|it| self.value(*it));
    }
}

/// Reads what a [`Writer`] wrote, or something else.
pub(crate) struct Reader<'a> {
    left: &'a [u8],
    classes: Vec<&'static Entry>,
    /// Handles lie below this.
    pub cells: usize,
    /// What other vats are called here.
    pub places: Places,
    /// Only what is the same in every vat of every process may be named.
    pub harmless: bool,
}

/// What the vats that bytes speak of are called where they are read.
#[derive(Default)]
pub(crate) struct Places {
    pub here: FxHashMap<u32, u32>,
    /// Those that are not here, by numbers that no vat will ever have.
    gone: FxHashMap<u32, u32>,
    /// Nothing has moved: all vats are where they were.
    pub same: bool,
}

impl Places {
    pub fn here(&self, vat: u32) -> Option<u32> {
        if self.same { Some(vat) } else { self.here.get(&vat).copied() }
    }
    /// Stands for a vat that is not here as well.
    fn number(&mut self, vat: u32) -> u32 {
        match self.here(vat) {
            Some(it) => it,
            None => {
                let next = u32::MAX - self.gone.len() as u32;
                *self.gone.entry(vat).or_insert(next)
            }
        }
    }
    /// All that were spoken of and are not here.
    pub fn gone(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.gone.values().copied().collect();
        all.sort_unstable();
        all
    }
}

impl<'a> Reader<'a> {
    /// Reads the table of classes first.
    pub fn new(bytes: &'a [u8]) -> Read<Reader<'a>> {
        let mut it =
            Reader { left: bytes, classes: Vec::new(), cells: 0, places: Places::default(), harmless: false };
        it.classes = it.all(|it| {
            let name = it.text()?;
            classes::named(name).ok_or(Damage("it names a class that this Walnut does not have"))
        })?;
        Ok(it)
    }
    pub fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    pub fn byte(&mut self) -> Read<u8> {
        let (first, rest) = self.left.split_first().ok_or(Damage("it ends too early"))?;
        self.left = rest;
        Ok(*first)
    }
    pub fn bool(&mut self) -> Read<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damage("neither true nor false")),
        }
    }
    pub fn u64(&mut self) -> Read<u64> {
        let (mut sum, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return Err(Damage("a number is too large"));
            }
            sum |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(sum);
            }
            shift += 7;
        }
    }
    pub fn u32(&mut self) -> Read<u32> {
        u32::try_from(self.u64()?).map_err(|_| Damage("a number is too large"))
    }
    pub fn u16(&mut self) -> Read<u16> {
        u16::try_from(self.u64()?).map_err(|_| Damage("a number is too large"))
    }
    pub fn usize(&mut self) -> Read<usize> {
        usize::try_from(self.u64()?).map_err(|_| Damage("a number is too large"))
    }
    /// Something that is counted up, one at a time.
    pub fn count(&mut self) -> Read<u64> {
        let it = self.u64()?;
        if it < 1 << 62 { Ok(it) } else { Err(Damage("a number is too large")) }
    }
    pub fn i64(&mut self) -> Read<i64> {
        let it = self.u64()?;
        Ok((it >> 1) as i64 ^ -((it & 1) as i64))
    }
    pub fn fixed(&mut self) -> Read<u64> {
        let (first, rest) = self.left.split_first_chunk::<8>().ok_or(Damage("it ends too early"))?;
        self.left = rest;
        Ok(u64::from_le_bytes(*first))
    }
    /// How many items follow, each of a byte at least.
    pub fn size(&mut self) -> Read<usize> {
        let it = self.usize()?;
        if it > self.left.len() { Err(Damage("it ends too early")) } else { Ok(it) }
    }
    pub fn bytes(&mut self) -> Read<&'a [u8]> {
        let size = self.size()?;
        let (first, rest) = self.left.split_at(size);
        self.left = rest;
        Ok(first)
    }
    pub fn text(&mut self) -> Read<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Damage("a text is not UTF-8"))
    }
    pub fn arc(&mut self) -> Read<Arc<str>> {
        Ok(Arc::from(self.text()?))
    }
    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        if self.bool()? { Ok(Some(read(self)?)) } else { Ok(None) }
    }
    pub fn all<T>(&mut self, mut read: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let size = self.size()?;
        // What an item takes here may be much more than it takes there.
        let mut all = Vec::with_capacity(size.min(4096));
        for _ in 0..size {
            all.push(read(self)?);
        }
        Ok(all)
    }

    pub fn entry(&mut self) -> Read<&'static Entry> {
        let at = self.usize()?;
        self.classes.get(at).copied().ok_or(Damage("a class has a wrong number"))
    }
    pub fn obj(&mut self) -> Read<Obj> {
        let it = self.u32()?;
        if (it as usize) < self.cells { Ok(Obj(it)) } else { Err(Damage("a reference leads nowhere")) }
    }
    /// A vat, by its number here.
    pub fn vat(&mut self) -> Read<u32> {
        let it = self.u32()?;
        Ok(self.places.number(it))
    }
    pub fn value(&mut self) -> Read<Value> {
        match self.any_value()? {
            it if self.harmless && !crate::far::wire::is_the_same_everywhere(it) => {
                Err(Damage("it names a power"))
            }
            it => Ok(it),
        }
    }
    pub fn any_value(&mut self) -> Read<Value> {
        Ok(match self.byte()? {
            NULL => Value::NULL,
            TRUE => Value::TRUE,
            FALSE => Value::FALSE,
            CHAR => char::from_u32(self.u32()?).ok_or(Damage("not a character"))?.into(),
            INT => self.i64()?.into(),
            FLOAT => f64::from_bits(self.fixed()?).into(),
            STATIC => Value::of(self.entry()?.class),
            OBJ => self.obj()?.into(),
            it if it & SMALL != 0 => i64::from(((it & (SMALL - 1)) << 1) | (it >> 7)).into(),
            _ => return Err(Damage("not a value")),
        })
    }
    pub fn values(&mut self) -> Read<Vec<Value>> {
        self.all(Reader::value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_texts_and_values_come_back() {
        let ints = [0, 1, 2, 63, 64, 126, 127, 128, -1, -64, i64::MAX, i64::MIN];
        let mut out = Writer::new();
        ints.iter().for_each(|it| out.i64(*it));
        ints.iter().for_each(|it| out.value((*it).into()));
        out.u64(u64::MAX);
        out.text("Münze");
        let values = [Value::NULL, Value::TRUE, 'ß'.into(), (-0.0).into(), Value::of(&crate::e::E)];
        out.values(&values);
        let bytes = out.finish().unwrap();
        let mut from = Reader::new(&bytes).unwrap();
        ints.iter().for_each(|it| assert_eq!(from.i64(), Ok(*it)));
        ints.iter().for_each(|it| assert_eq!(from.value(), Ok((*it).into())));
        assert_eq!(from.u64(), Ok(u64::MAX));
        assert_eq!(from.text(), Ok("Münze"));
        assert_eq!(from.values().unwrap(), values);
        assert!(from.is_done());
    }

    #[test]
    fn a_number_of_items_that_cannot_be_there_is_refused_before_room_is_made() {
        let mut out = Writer::new();
        out.u64(u64::MAX / 2);
        let bytes = out.finish().unwrap();
        assert_eq!(Reader::new(&bytes).unwrap().values(), Err(Damage("it ends too early")));
    }
}
