//! Blessing: `UPDATE=1` writes what was got where it was expected.
//!
//! A comparison ends in a [`Mismatch`]; its edits say which lines of which page would have to read otherwise.
//! They are applied after all tests have run, each page from its end, so that line numbers stay good.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

/// What was wrong with one case, and how its page would have to read for it to be right.
#[derive(Default, Debug)]
pub(crate) struct Mismatch {
    /// Each difference, shown.
    pub differences: Vec<String>,
    /// What no blessing mends, such as a fence nobody asked for.
    pub hopeless: Vec<String>,
    pub edits: Vec<Blessing>,
}

impl Mismatch {
    pub fn into_result(self) -> Result<(), Mismatch> {
        if self.differences.is_empty() && self.hopeless.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for it in self.differences.iter().chain(&self.hopeless) {
            writeln!(f, "{it}")?;
        }
        if self.edits.is_empty() { Ok(()) } else { f.write_str("(UPDATE=1 writes the answers in)") }
    }
}

/// Lines of a page to be replaced by other lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Blessing {
    pub path: PathBuf,
    /// Counted from 0, end excluded; an empty range inserts.
    pub lines: Range<usize>,
    pub text: String,
}

pub(crate) fn wanted() -> bool {
    std::env::var_os("UPDATE").is_some_and(|it| it != "0" && !it.is_empty())
}

/// Applies the edits and says how many pages were written.
pub(crate) fn write(edits: Vec<Blessing>) -> std::io::Result<usize> {
    let mut pages: BTreeMap<PathBuf, Vec<Blessing>> = BTreeMap::new();
    for edit in edits {
        pages.entry(edit.path.clone()).or_default().push(edit);
    }
    let count = pages.len();
    for (path, edits) in pages {
        let text = std::fs::read_to_string(&path)?;
        std::fs::write(&path, apply(&text, edits))?;
    }
    Ok(count)
}

fn apply(text: &str, mut edits: Vec<Blessing>) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    edits.sort_by_key(|it| std::cmp::Reverse((it.lines.start, it.lines.end)));
    for edit in &edits {
        let range = edit.lines.start.min(lines.len())..edit.lines.end.min(lines.len());
        lines.splice(range, edit.text.split_inclusive('\n'));
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_do_not_disturb_each_other() {
        let edit = |lines, text: &str| Blessing { path: PathBuf::new(), lines, text: text.into() };
        let text = "a\nb\nc\nd\n";
        assert_eq!(apply(text, vec![edit(1..2, "B\nB\n"), edit(3..3, "C2\n")]), "a\nB\nB\nc\nC2\nd\n");
    }
}
