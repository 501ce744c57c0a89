//! A string as a cell holds it: in one piece, or as two that are laid together when somebody reads them.
//!
//! So `text += more` in a loop costs what is added, not what is there already. What is small is copied, so that
//! the pieces stay few; nothing here recurses on how a string came to be.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Sums up to this are copied at once.
const SHORT: usize = 256;
/// A piece at the end takes more until it is as long as this.
const TAIL: usize = 512;

/// Characters, read as a `str`.
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Flat(Arc<str>),
    Rope(Arc<Rope>),
}

struct Rope {
    bytes: usize,
    /// How many bytes were copied to make it.
    copied: usize,
    flat: OnceLock<Arc<str>>,
    /// Gone once it is flat.
    halves: Mutex<Option<(Text, Text)>>,
}

impl Text {
    /// The characters in one piece; clone the `Arc` to keep them while the heap changes.
    #[inline]
    pub fn flat(&self) -> &Arc<str> {
        match &self.0 {
            Repr::Flat(it) => it,
            Repr::Rope(it) => it.flat(),
        }
    }
    /// Would reading it lay it together first?
    pub fn is_flat(&self) -> bool {
        match &self.0 {
            Repr::Flat(_) => true,
            Repr::Rope(it) => it.flat.get().is_some(),
        }
    }
    /// How many bytes of UTF-8, known without looking.
    #[inline]
    pub fn bytes(&self) -> usize {
        match &self.0 {
            Repr::Flat(it) => it.len(),
            Repr::Rope(it) => it.bytes,
        }
    }
    /// What it took to make, in bytes: the pieces were there before.
    pub(super) fn fresh_bytes(&self) -> usize {
        match &self.0 {
            Repr::Flat(it) => it.len(),
            Repr::Rope(it) => 96 + it.copied,
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
        if bytes <= SHORT {
            return joined(self.flat(), that.flat());
        }
        if that.bytes() < TAIL / 2
            && let Some((head, tail)) = self.halves()
            && tail.bytes() + that.bytes() <= TAIL
        {
            return Text::rope(head, joined(tail.flat(), that.flat()), tail.bytes() + that.bytes());
        }
        if self.bytes() < TAIL / 2
            && let Some((head, tail)) = that.halves()
            && self.bytes() + head.bytes() <= TAIL
        {
            return Text::rope(joined(self.flat(), head.flat()), tail, self.bytes() + head.bytes());
        }
        Text::rope(self.clone(), that.clone(), 0)
    }

    fn rope(head: Text, tail: Text, copied: usize) -> Text {
        let bytes = head.bytes() + tail.bytes();
        let halves = Mutex::new(Some((head, tail)));
        Text(Repr::Rope(Arc::new(Rope { bytes, copied, flat: OnceLock::new(), halves })))
    }

    fn halves(&self) -> Option<(Text, Text)> {
        match &self.0 {
            Repr::Flat(_) => None,
            Repr::Rope(it) => it.halves().clone(),
        }
    }
}

fn joined(head: &str, tail: &str) -> Text {
    let mut sum = String::with_capacity(head.len() + tail.len());
    sum.push_str(head);
    sum.push_str(tail);
    Text(Repr::Flat(sum.into()))
}

impl Rope {
    fn flat(&self) -> &Arc<str> {
        if let Some(it) = self.flat.get() {
            return it;
        }
        let flat = self.flat.get_or_init(|| {
            let mut all = String::with_capacity(self.bytes);
            let mut todo: Vec<Text> =
                self.halves().clone().map(|(a, b)| [b, a]).into_iter().flatten().collect();
            while let Some(Text(it)) = todo.pop() {
                match it {
                    Repr::Flat(it) => all.push_str(&it),
                    Repr::Rope(it) => match (it.flat.get(), it.halves().clone()) {
                        (Some(flat), _) => all.push_str(flat),
                        (None, halves) => todo.extend(halves.map(|(a, b)| [b, a]).into_iter().flatten()),
                    },
                }
            }
            all.into()
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
        while let Some(Text(it)) = todo.pop() {
            if let Repr::Rope(it) = it
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

impl From<Arc<str>> for Text {
    fn from(it: Arc<str>) -> Text {
        Text(Repr::Flat(it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(it: &str) -> Text {
        Text::from(Arc::from(it))
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
        assert!(!grown.is_flat());
        assert_eq!(&*grown, copied);
        assert!(grown.is_flat());
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
