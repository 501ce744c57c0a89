//! Offsets as people count: lines and columns from 1, columns in characters.
//!
//! All offsets of a file are turned in one pass, so that a thousand errors on one line of ten megabytes cost
//! one reading of it.

/// A place in a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// The places of `offsets` (bytes of `text`), in the order they were given.
pub fn places(text: &str, offsets: &[usize]) -> Vec<Place> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|&it| offsets[it]);
    let mut found = vec![Place { line: 1, column: 1 }; offsets.len()];
    let mut here = Place { line: 1, column: 1 };
    let mut chars = text.char_indices().peekable();
    for index in order {
        while let Some((_, passed)) = chars.next_if(|(at, _)| *at < offsets[index]) {
            let carriage = passed == '\r' && !matches!(chars.peek(), Some((_, '\n')));
            if passed == '\n' || carriage {
                here = Place { line: here.line + 1, column: 1 };
            } else {
                here.column += 1;
            }
        }
        found[index] = here;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let text = "é := 1\nsecond\r\nthird\rfourth";
        let place = |line, column| Place { line, column };
        assert_eq!(
            places(text, &[3, 0, 8, 16, 22, 999]),
            [place(1, 3), place(1, 1), place(2, 1), place(3, 1), place(4, 1), place(4, 7)]
        );
    }
}
