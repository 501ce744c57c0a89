//! Hashes that agree with sameness.

use super::key::Traversed;
use super::{Kind, kind};
use crate::heap::{Cell, Heap};
use crate::value::{Value, View};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// A value that is not settled, so that it has no hash and cannot be a key.
#[derive(Clone, Copy, Debug)]
pub struct Unsettled;

/// How many parts of a structure its hash looks at. The rest is left to the comparison.
const HASHED: usize = 128;

/// A hash that agrees with sameness. Fails on a promise among the parts it looks at.
pub fn hash(heap: &Heap, value: Value) -> Result<u64, Unsettled> {
    let mut state = FxHasher::default();
    let value = heap.shorten(value);
    match value.view() {
        View::Obj(_) => {}
        // Ints in a row have hashes in a row; see `Table::start`.
        View::Int(it) => return Ok(it as u64),
        _ => {
            value.hash(&mut state);
            return Ok(state.finish());
        }
    }
    if let Some(text) = heap.as_text(value) {
        hash_text(text, &mut state);
        return Ok(state.finish());
    }
    let mut todo = vec![value];
    let mut seen = 0;
    while let Some(it) = todo.pop() {
        let it = heap.shorten(it);
        seen += 1;
        match kind(heap, it) {
            Kind::Unsettled => return Err(Unsettled),
            Kind::Atom => match heap.get(it) {
                Some(Cell::Short(text)) => hash_text(text, &mut state),
                Some(Cell::Long(..)) => hash_text(heap.as_text(it).unwrap_or_default(), &mut state),
                Some(Cell::Problem(it)) => it.plain_text().hash(&mut state),
                Some(Cell::Big(big)) => big.as_sign_words().1.hash(&mut state),
                _ => it.hash(&mut state),
            },
            Kind::Itself => match heap.payload::<Traversed>(it) {
                Some(key) => key.tokens.iter().take(HASHED).for_each(|it| it.hash(&mut state)),
                None => it.hash(&mut state),
            },
            // Two of them may portray themselves alike.
            Kind::Portrayed => 7u8.hash(&mut state),
            Kind::Parts(class, parts) => {
                class.fqn.hash(&mut state);
                parts.len().hash(&mut state);
                if seen + todo.len() < HASHED {
                    let room = HASHED - todo.len();
                    todo.extend(parts.into_iter().take(room).rev());
                } else if parts.iter().any(|it| matches!(kind(heap, heap.shorten(*it)), Kind::Unsettled)) {
                    return Err(Unsettled);
                }
            }
        }
    }
    Ok(state.finish())
}

/// Of a long text its length and both ends. The rest is left to the comparison.
fn hash_text(text: &str, state: &mut FxHasher) {
    let bytes = text.as_bytes();
    match bytes.len() {
        0..=1024 => bytes.hash(state),
        size => {
            bytes[..512].hash(state);
            bytes[size - 512..].hash(state);
            size.hash(state);
        }
    }
}
