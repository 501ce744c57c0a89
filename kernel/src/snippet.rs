//! A place in a cell, drawn: the line and a caret under what is meant.

use std::ops::Range;

/// The line of `text` in which `range` begins, with carets under as much of the range as stands in it.
///
/// ```text
///   cell 3, line 2
///     gate.open()
///     ^^^^^^^^^^^
/// ```
pub fn draw(title: &str, text: &str, range: Range<usize>) -> Vec<String> {
    let start = floor(text, range.start.min(text.len()));
    let end = floor(text, range.end.min(text.len())).max(start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let number = text[..start].matches('\n').count() + 1;
    let line = &text[line_start..line_end];
    let before = text[line_start..start].chars().map(|it| if it == '\t' { '\t' } else { ' ' });
    let carets = text[start..end.min(line_end).max(start)].chars().count().max(1);
    vec![
        format!("  {title}, line {number}"),
        format!("    {}", line.trim_end()),
        format!("    {}{}", before.collect::<String>(), "^".repeat(carets)),
    ]
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_what_is_meant() {
        let cell = "def gate := makeGate()\ngate.open(key)";
        let at = cell.find("gate.open").unwrap();
        assert_eq!(
            draw("cell 3", cell, at..at + 9),
            ["  cell 3, line 2", "    gate.open(key)", "    ^^^^^^^^^"]
        );
    }

    #[test]
    fn a_range_past_the_end_or_within_a_character_is_still_drawn() {
        assert_eq!(draw("cell 1", "«", 1..99), ["  cell 1, line 1", "    «", "    ^"]);
        assert_eq!(draw("cell 1", "", 5..9)[2], "    ^");
    }
}
