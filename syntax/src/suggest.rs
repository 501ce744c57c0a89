//! What a misspelt word was probably meant to be.

/// Words longer than this are nobody's slip of the finger.
const LONGEST: usize = 64;

/// The candidate that is nearest to `word`, if it is near enough to be meant: at most a third of the letters
/// differ, a swap of two neighbours counting once. Of several the first in the alphabet.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().take(LONGEST + 1).map(fold).collect();
    if letters.is_empty() || letters.len() > LONGEST {
        return None;
    }
    // A word of two letters has too many neighbours.
    let limit = (letters.len() / 3).clamp(1, 3);
    let near = candidates.into_iter().filter_map(|it| {
        let distance = distance(&letters, it, limit)?;
        (it != word && (letters.len() > 2 || distance == 0)).then_some((distance, it))
    });
    near.min().map(|(_, it)| it)
}

/// Letters that differ in case only count as the same.
fn fold(it: char) -> char {
    if it.is_ascii() { it.to_ascii_lowercase() } else { it.to_lowercase().next().unwrap_or(it) }
}

/// How many letters have to be put in, left out, changed or swapped; `None`: more than `limit`.
fn distance(word: &[char], other: &str, limit: usize) -> Option<usize> {
    // Most candidates are of another length.
    if word.len().abs_diff(other.chars().take(LONGEST + 4).count()) > limit {
        return None;
    }
    let other: Vec<char> = other.chars().take(LONGEST + 4).map(fold).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in word.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut cost = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && word[i - 1] == *b {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|it| *it <= limit)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        let names = ["purse", "mint", "makePurse", "println"];
        assert_eq!(nearest("pruse", names), Some("purse"));
        assert_eq!(nearest("makepurse", names), Some("makePurse"));
        assert_eq!(nearest("printn", names), Some("println"));
        assert_eq!(nearest("gate", names), None);
        assert_eq!(nearest("m", names), None);
        assert_eq!(nearest(&"purse".repeat(100), names), None);
    }
}
