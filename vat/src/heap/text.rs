//! A string as a cell holds it.

use std::sync::Arc;

/// Characters, read as a `str`.
#[derive(Clone)]
pub struct Text(Arc<str>);

impl Text {
    /// The characters in one piece; clone the `Arc` to keep them while the heap changes.
    pub fn flat(&self) -> &Arc<str> {
        &self.0
    }
    /// How many bytes of UTF-8, known without looking.
    pub fn bytes(&self) -> usize {
        self.0.len()
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
        Text(it)
    }
}
