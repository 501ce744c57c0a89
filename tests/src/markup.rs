//! What a page adds to a program: `<|>` is the cursor, `# ^^^ label` names the text above.

use std::ops::Range;

const CURSOR: &str = "<|>";

/// A file of a case, with its markup taken out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Marked {
    /// The program alone.
    pub text: String,
    /// Byte offset of `<|>` in `text`.
    pub cursor: Option<usize>,
    /// Whether the page has label lines.
    pub labelled: bool,
}

/// A name for a part of a file, as carets under it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Label {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Label {
    /// `range` is in bytes of [`Marked::text`].
    pub fn new(range: Range<usize>, text: impl Into<String>) -> Label {
        Label { start: range.start, end: range.end, text: text.into() }
    }
}

impl Marked {
    pub fn read(page: &str) -> Marked {
        let mut marked = Marked::default();
        for line in page.split_inclusive('\n') {
            if is_label(line) {
                marked.labelled = true;
                continue;
            }
            match line.split_once(CURSOR) {
                Some((before, after)) if marked.cursor.is_none() => {
                    marked.cursor = Some(marked.text.len() + before.len());
                    marked.text.push_str(before);
                    marked.text.push_str(after);
                }
                _ => marked.text.push_str(line),
            }
        }
        marked
    }

    /// The page again, with these labels instead of those it had.
    pub fn render(&self, labels: &[Label]) -> String {
        let mut labels = labels.to_vec();
        labels.sort();
        let mut page = String::new();
        let mut at = 0;
        let mut labels = labels.into_iter().peekable();
        for line in self.text.split_inclusive('\n') {
            let end = at + line.len();
            match self.cursor {
                Some(cursor) if (at..end).contains(&cursor) || cursor == end && end == self.text.len() => {
                    page.push_str(&line[..cursor - at]);
                    page.push_str(CURSOR);
                    page.push_str(&line[cursor - at..]);
                }
                _ => page.push_str(line),
            }
            let body = line.trim_end_matches(['\n', '\r']).len();
            let last = end == self.text.len();
            while let Some(label) = labels.next_if(|it| it.start < end || last) {
                if !page.ends_with('\n') {
                    page.push('\n');
                }
                page.push_str(&carets(&line[..body], at, &label));
            }
            at = end;
        }
        for label in labels {
            page.push_str(&carets("", 0, &label));
        }
        page
    }
}

fn is_label(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix('#') else { return false };
    rest.starts_with('<') || rest.trim_start_matches(' ').starts_with('^')
}

/// The comment line that puts `label` under `line`, which starts at `at`.
fn carets(line: &str, at: usize, label: &Label) -> String {
    let start = floor(line, label.start.saturating_sub(at));
    let end = floor(line, label.end.saturating_sub(at));
    let column = line[..start].chars().count();
    let width = line[start..end.max(start)].chars().count().max(1);
    let mut shown = String::from("#");
    if column == 0 {
        shown.push('<');
        shown.push_str(&"^".repeat(width - 1));
    } else {
        shown.push_str(&" ".repeat(column - 1));
        shown.push_str(&"^".repeat(width));
    }
    if label.end > at + line.len() + 1 {
        shown.push('…');
    }
    shown.push(' ');
    shown.push_str(&label.text.replace('\n', " ⏎ "));
    shown.truncate(shown.trim_end().len());
    shown.push('\n');
    shown
}

/// `offset`, moved back to a character of `text` if it is inside one or past the end.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "def mint := makeMint()\n#<^^ keyword\n#   ^^^^ noun\nmint.sealed<|>\n#    ^^^^^^ verb\n";

    #[test]
    fn labels_and_cursor_are_taken_out() {
        let marked = Marked::read(PAGE);
        assert_eq!(marked.text, "def mint := makeMint()\nmint.sealed\n");
        assert_eq!(marked.cursor, Some(34));
        assert!(marked.labelled);
    }

    #[test]
    fn and_put_back_where_they_were() {
        let labels = [Label::new(28..34, "verb"), Label::new(0..3, "keyword"), Label::new(4..8, "noun")];
        assert_eq!(Marked::read(PAGE).render(&labels), PAGE);
    }

    #[test]
    fn a_range_over_two_lines_says_that_it_goes_on() {
        let marked = Marked::read("def x := {\n1 }\n");
        assert_eq!(marked.render(&[Label::new(9..14, "block")]), "def x := {\n#        ^… block\n1 }\n");
    }
}
