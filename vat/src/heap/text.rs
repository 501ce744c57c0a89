//! A string as a cell holds it: in the cell itself if it is short, otherwise in one piece, or as two that are laid
//! together when somebody reads them.
//!
//! So `text += more` in a loop costs what is added, not what is there already. What is small is copied, so that
//! the pieces stay few; nothing here recurses on how a string came to be.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A string that lies in the cell itself.
pub type Short = heapless::String<22, u8>;

/// Sums up to this are copied at once.
const COPIED: usize = 256;
/// A piece at the end takes more until it is as long as this.
const TAIL: usize = 512;
/// A `String` as long as this is kept as it is and not copied.
const LARGE: usize = 4096;

/// Characters, read as a `str`. Cloning it copies none but the few of a short one.
#[derive(Clone)]
pub enum Text {
    /// Up to 22 bytes, here.
    Short(Short),
    Long(Long, Letters),
}

/// Characters elsewhere.
#[derive(Clone)]
pub enum Long {
    Flat(Arc<str>),
    Rope(Arc<Rope>),
}

/// Whether a string's characters are its bytes, so that an index is a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Letters {
    Ascii,
    Any,
}

impl Letters {
    pub(super) fn of(text: &str) -> Letters {
        if text.is_ascii() { Letters::Ascii } else { Letters::Any }
    }
    fn and(self, other: Letters) -> Letters {
        if self == other { self } else { Letters::Any }
    }
}

/// Two pieces, or one that was long when it came.
pub struct Rope {
    bytes: usize,
    /// What it took to make.
    fresh: usize,
    flat: OnceLock<Box<str>>,
    /// Gone once it is flat.
    halves: Mutex<Option<(Text, Text)>>,
}

impl Long {
    /// The characters in one piece.
    #[inline]
    pub fn flat(&self) -> &str {
        match self {
            Long::Flat(it) => it,
            Long::Rope(it) => it.flat(),
        }
    }
    /// Would reading it lay it together first?
    #[inline]
    pub fn is_flat(&self) -> bool {
        match self {
            Long::Flat(_) => true,
            Long::Rope(it) => it.flat.get().is_some(),
        }
    }
    /// How many bytes of UTF-8, known without looking.
    #[inline]
    pub fn bytes(&self) -> usize {
        match self {
            Long::Flat(it) => it.len(),
            Long::Rope(it) => it.bytes,
        }
    }
    /// What it took to make, in bytes: the pieces were there before.
    pub(super) fn fresh_bytes(&self) -> usize {
        match self {
            Long::Flat(it) => it.len(),
            Long::Rope(it) => it.fresh,
        }
    }
    fn halves(&self) -> Option<(Text, Text)> {
        match self {
            Long::Flat(_) => None,
            Long::Rope(it) => it.halves().clone(),
        }
    }
}

impl Text {
    /// The characters in one piece.
    #[inline]
    pub fn flat(&self) -> &str {
        match self {
            Text::Short(it) => it,
            Text::Long(it, _) => it.flat(),
        }
    }
    /// How many bytes of UTF-8, known without looking.
    #[inline]
    pub fn bytes(&self) -> usize {
        match self {
            Text::Short(it) => it.len(),
            Text::Long(it, _) => it.bytes(),
        }
    }
    /// Whether it is all ASCII, known without looking.
    pub fn letters(&self) -> Letters {
        match self {
            Text::Short(it) => Letters::of(it),
            Text::Long(_, letters) => *letters,
        }
    }

    /// This text and then that.
    pub fn and(&self, that: &Text) -> Text {
        let bytes = self.bytes() + that.bytes();
        if that.bytes() == 0 {
            return self.clone();
        }
        if self.bytes() == 0 {
            return that.clone();
        }
        if bytes <= COPIED {
            return joined(self, that);
        }
        if that.bytes() < TAIL / 2
            && let Some((head, tail)) = self.halves()
            && tail.bytes() + that.bytes() <= TAIL
        {
            return Text::rope(head, joined(&tail, that), tail.bytes() + that.bytes());
        }
        if self.bytes() < TAIL / 2
            && let Some((head, tail)) = that.halves()
            && self.bytes() + head.bytes() <= TAIL
        {
            return Text::rope(joined(self, &head), tail, self.bytes() + head.bytes());
        }
        Text::rope(self.clone(), that.clone(), 0)
    }

    fn rope(head: Text, tail: Text, copied: usize) -> Text {
        let bytes = head.bytes() + tail.bytes();
        let letters = head.letters().and(tail.letters());
        let halves = Mutex::new(Some((head, tail)));
        let rope = Rope { bytes, fresh: 96 + copied, flat: OnceLock::new(), halves };
        Text::Long(Long::Rope(Arc::new(rope)), letters)
    }

    fn halves(&self) -> Option<(Text, Text)> {
        match self {
            Text::Short(_) => None,
            Text::Long(it, _) => it.halves(),
        }
    }
}

/// Two texts that are not long, copied.
fn joined(head: &Text, tail: &Text) -> Text {
    let (head, tail) = (head.flat(), tail.flat());
    let mut short = Short::new();
    if short.push_str(head).is_ok() && short.push_str(tail).is_ok() {
        return Text::Short(short);
    }
    let mut sum = String::with_capacity(head.len() + tail.len());
    sum.push_str(head);
    sum.push_str(tail);
    sum.into()
}

impl Rope {
    fn flat(&self) -> &str {
        if let Some(it) = self.flat.get() {
            return it;
        }
        let flat = self.flat.get_or_init(|| {
            let mut all = String::with_capacity(self.bytes);
            let mut todo: Vec<Text> =
                self.halves().clone().map(|(a, b)| [b, a]).into_iter().flatten().collect();
            while let Some(it) = todo.pop() {
                match it {
                    Text::Short(it) => all.push_str(&it),
                    Text::Long(Long::Flat(it), _) => all.push_str(&it),
                    Text::Long(Long::Rope(it), _) => match (it.flat.get(), it.halves().clone()) {
                        (Some(flat), _) => all.push_str(flat),
                        (None, halves) => todo.extend(halves.map(|(a, b)| [b, a]).into_iter().flatten()),
                    },
                }
            }
            all.into_boxed_str()
        });
        *self.halves() = None;
        flat
    }
    fn halves(&self) -> MutexGuard<'_, Option<(Text, Text)>> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Rope {
    /// Whoever held the last reference to a long chain of pieces lets go of them one after the other.
    fn drop(&mut self) {
        let mut todo: Vec<Text> = Vec::new();
        let taken = |it: &mut Rope| {
            let halves = it.halves.get_mut().unwrap_or_else(PoisonError::into_inner).take();
            halves.map(|(a, b)| [a, b]).into_iter().flatten()
        };
        todo.extend(taken(self));
        while let Some(it) = todo.pop() {
            if let Text::Long(Long::Rope(it), _) = it
                && let Some(mut it) = Arc::into_inner(it)
            {
                todo.extend(taken(&mut it));
            }
        }
    }
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        self.flat()
    }
}

impl Default for Text {
    fn default() -> Text {
        Text::Short(Short::new())
    }
}

impl From<&str> for Text {
    #[inline]
    fn from(it: &str) -> Text {
        match Short::try_from(it) {
            Ok(it) => Text::Short(it),
            Err(_) => Text::Long(Long::Flat(it.into()), Letters::of(it)),
        }
    }
}
impl From<Arc<str>> for Text {
    fn from(it: Arc<str>) -> Text {
        match Short::try_from(&*it) {
            Ok(it) => Text::Short(it),
            Err(_) => {
                let letters = Letters::of(&it);
                Text::Long(Long::Flat(it), letters)
            }
        }
    }
}
impl From<&Arc<str>> for Text {
    fn from(it: &Arc<str>) -> Text {
        it.clone().into()
    }
}
impl From<String> for Text {
    fn from(it: String) -> Text {
        if it.len() < LARGE {
            return (&*it).into();
        }
        let (letters, bytes) = (Letters::of(&it), it.len());
        let flat = OnceLock::from(it.into_boxed_str());
        let one = Rope { bytes, fresh: bytes, flat, halves: Mutex::new(None) };
        Text::Long(Long::Rope(Arc::new(one)), letters)
    }
}
impl From<Box<str>> for Text {
    fn from(it: Box<str>) -> Text {
        String::from(it).into()
    }
}
impl From<&String> for Text {
    fn from(it: &String) -> Text {
        it.as_str().into()
    }
}
impl From<std::borrow::Cow<'_, str>> for Text {
    fn from(it: std::borrow::Cow<'_, str>) -> Text {
        match it {
            std::borrow::Cow::Borrowed(it) => it.into(),
            std::borrow::Cow::Owned(it) => it.into(),
        }
    }
}
impl From<Text> for Arc<str> {
    fn from(it: Text) -> Arc<str> {
        match it {
            Text::Long(Long::Flat(it), _) => it,
            it => it.flat().into(),
        }
    }
}
impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.flat() == other.flat()
    }
}
impl Eq for Text {}
impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.flat().fmt(f)
    }
}
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.flat().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(it: &str) -> Text {
        Text::from(it)
    }

    #[test]
    fn a_text_grown_at_either_end_reads_as_if_it_had_been_copied() {
        let (mut grown, mut copied) = (text(""), String::new());
        for i in 0..5_000 {
            let piece = format!("<{i}>");
            if i % 3 == 0 {
                grown = text(&piece).and(&grown);
                copied.insert_str(0, &piece);
            } else {
                grown = grown.and(&text(&piece));
                copied.push_str(&piece);
            }
            assert_eq!(grown.bytes(), copied.len());
        }
        assert!(matches!(&grown, Text::Long(it, _) if !it.is_flat()));
        assert_eq!(&*grown, copied);
        assert!(matches!(&grown, Text::Long(it, _) if it.is_flat()));
    }

    #[test]
    fn a_very_long_chain_is_laid_together_and_dropped() {
        let piece = text(&"purse ".repeat(200));
        let mut chain = text("");
        for _ in 0..100_000 {
            chain = chain.and(&piece);
        }
        assert_eq!(chain.bytes(), 100_000 * piece.bytes());
        let doubled = (0..10).fold(chain.clone(), |it, _| it.and(&it));
        assert_eq!(doubled.bytes(), 1024 * chain.bytes());
        drop(doubled);
        assert_eq!(chain.len(), chain.bytes());
        drop(chain);
    }
}
