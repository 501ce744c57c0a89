//! Two texts side by side, for a person to compare.

use similar::{ChangeTag, TextDiff};

/// The lines of `expected` and `got`; `-` is expected and missing, `+` is got and unexpected.
pub fn diff(expected: &str, got: &str) -> String {
    let mut shown = String::new();
    for change in TextDiff::from_lines(expected, got).iter_all_changes() {
        shown.push_str(match change.tag() {
            ChangeTag::Delete => "  - ",
            ChangeTag::Insert => "  + ",
            ChangeTag::Equal => "    ",
        });
        shown.push_str(change.value().trim_end_matches('\n'));
        shown.push('\n');
    }
    shown
}
