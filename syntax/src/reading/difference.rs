//! What a text and the one before it do not share.

use crate::cst::Edit;
use text_size::{TextRange, TextSize};

/// So many bytes are compared at once while they are the same.
const STRIDE: usize = 64;

/// What lies between the part that both texts begin with and the part that both end with.
pub(super) fn difference(before: &str, after: &str) -> Edit {
    let mut start = same(before.as_bytes(), after.as_bytes());
    while !before.is_char_boundary(start) || !after.is_char_boundary(start) {
        start -= 1;
    }
    let (left, right) = (&before[start..], &after[start..]);
    let mut end = same_at_the_end(left.as_bytes(), right.as_bytes());
    while !left.is_char_boundary(left.len() - end) || !right.is_char_boundary(right.len() - end) {
        end -= 1;
    }
    let range = TextRange::at(TextSize::new(start as u32), TextSize::new((left.len() - end) as u32));
    Edit { range, new_len: TextSize::new((right.len() - end) as u32) }
}

/// How many bytes two texts begin with that are the same.
fn same(a: &[u8], b: &[u8]) -> usize {
    let strides = a.chunks_exact(STRIDE).zip(b.chunks_exact(STRIDE)).take_while(|(a, b)| a == b).count();
    let from = strides * STRIDE;
    from + a[from..].iter().zip(&b[from..]).take_while(|(a, b)| a == b).count()
}

fn same_at_the_end(a: &[u8], b: &[u8]) -> usize {
    let strides = a.rchunks_exact(STRIDE).zip(b.rchunks_exact(STRIDE)).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - strides * STRIDE], &b[..b.len() - strides * STRIDE]);
    strides * STRIDE + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_found() {
        let found = |before: &str, after: &str| {
            let it = difference(before, after);
            (u32::from(it.range.start()), u32::from(it.range.len()), u32::from(it.new_len))
        };
        assert_eq!(found("def mint", "def mints"), (8, 0, 1));
        assert_eq!(found("aaaa", "aaa"), (3, 1, 0));
        assert_eq!(found("é", "è"), (0, 2, 2));
        assert_eq!(found("same", "same"), (4, 0, 0));
        assert_eq!(found("", "é"), (0, 0, 2));
        let long = "purse.deposit(10)\n".repeat(50);
        assert_eq!(found(&format!("{long}mint{long}"), &format!("{long}note{long}")), (900, 4, 4));
        assert_eq!(found(&long, &format!("{long}{long}")), (900, 0, 900));
    }
}
