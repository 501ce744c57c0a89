//! A step that did not say what it should, for people: its program with a caret where it went wrong, and both
//! answers line by line, with carets under what differs.

use super::Done;
use super::transcript::{self, Step};
use crate::paint::Paint;
use crate::sources::Source;
use std::io::Write;

pub fn step(source: &Source, step: &Step, done: &Done, out: &mut impl Write) -> std::io::Result<()> {
    let paint = Paint::for_stdout();
    let head = format!("{}:{}: {}", source.name, step.line, done.status.name());
    writeln!(out, "{}", paint.bold(&head))?;
    let mut at = 0;
    for (n, line) in step.input.split('\n').enumerate() {
        writeln!(out, "    {} {line}", if n == 0 { '?' } else { '>' })?;
        if let Some(place) = done.place.as_ref().filter(|it| (at..=at + line.len()).contains(&it.start)) {
            let from = place.start - at;
            let upto = (place.end.max(place.start) - at).min(line.len());
            writeln!(out, "      {}", paint.red(&carets(line, from, upto)))?;
        }
        at += line.len() + 1;
    }
    let expected = transcript::render(&step.expected, "");
    let actual = transcript::render(&done.actual, "");
    for it in difference(&expected, &actual) {
        match it {
            Line::Same(line) => writeln!(out, "    {line}")?,
            Line::Expected(line) => writeln!(out, "{}", paint.red(&format!("  - {line}")))?,
            Line::Actual(line, None) => writeln!(out, "{}", paint.green(&format!("  + {line}")))?,
            Line::Actual(line, Some(other)) => {
                writeln!(out, "{}", paint.green(&format!("  + {line}")))?;
                let (from, upto) = differing(other, line);
                // Where the keys differ already, nothing needs to be pointed at.
                if line[..from].contains(':') {
                    writeln!(out, "    {}", paint.green(&carets(line, from, upto)))?;
                }
            }
        }
    }
    for note in &done.notes {
        writeln!(out, "    = note: {note}")?;
    }
    writeln!(out)
}

/// Blanks up to byte `from` of the line, then carets up to byte `upto`, one at least.
fn carets(line: &str, from: usize, upto: usize) -> String {
    let chars = |it: Option<&str>| it.map_or(0, |it| it.chars().count());
    let (before, under) = (chars(line.get(..from)), chars(line.get(from..upto)));
    format!("{}{}", " ".repeat(before), "^".repeat(under.max(1)))
}

/// The part of `line` that is not in `other` in the same place, seen from both ends.
fn differing(other: &str, line: &str) -> (usize, usize) {
    let same = |(a, b): &(char, char)| a == b;
    let len = |it: (char, char)| it.1.len_utf8();
    let from: usize = other.chars().zip(line.chars()).take_while(same).map(len).sum();
    let back = other.get(from..).unwrap_or_default().chars().rev();
    let behind: usize = back.zip(line[from..].chars().rev()).take_while(same).map(len).sum();
    (from, line.len() - behind)
}

#[derive(PartialEq, Eq, Debug)]
enum Line<'a> {
    Same(&'a str),
    Expected(&'a str),
    /// With the line that was expected there, if there is one.
    Actual(&'a str, Option<&'a str>),
}

/// The lines of both texts. What is common at both ends is common; between them, as many lines as both have are
/// put against each other, and the rest follows.
fn difference<'a>(expected: &'a str, actual: &'a str) -> Vec<Line<'a>> {
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let start = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let rest = expected.len().min(actual.len()) - start;
    let end = expected.iter().rev().zip(actual.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut lines: Vec<Line> = expected[..start].iter().map(|it| Line::Same(it)).collect();
    let mut wanted = expected[start..expected.len() - end].iter();
    let mut got = actual[start..actual.len() - end].iter();
    loop {
        match (wanted.next(), got.next()) {
            (Some(a), Some(b)) if a == b => lines.push(Line::Same(a)),
            (Some(a), Some(b)) => lines.extend([Line::Expected(a), Line::Actual(b, Some(a))]),
            (Some(a), None) => lines.push(Line::Expected(a)),
            (None, Some(b)) => lines.push(Line::Actual(b, None)),
            (None, None) => break,
        }
    }
    lines.extend(expected[expected.len() - end..].iter().map(|it| Line::Same(it)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_marked() {
        let lines = difference("# stdout: a\n\n# value: 1\n", "# stdout: b\n\n# value: 1\n");
        let first = [Line::Expected("# stdout: a"), Line::Actual("# stdout: b", Some("# stdout: a"))];
        assert_eq!(lines[..2], first);
        assert_eq!(lines[2..], [Line::Same(""), Line::Same("# value: 1")]);
        assert_eq!(difference("", "# value: 1\n"), [Line::Actual("# value: 1", None)]);
    }

    #[test]
    fn carets_stand_under_what_differs() {
        let (from, upto) = differing("# value: [1, 2, 3]", "# value: [1, 20, 3]");
        assert_eq!(carets("# value: [1, 20, 3]", from, upto), format!("{}^", " ".repeat(14)));
        let (from, upto) = differing("# value: 1", "# value: é");
        assert_eq!(carets("# value: é", from, upto), format!("{}^", " ".repeat(9)));
        let (from, upto) = differing("aa", "a");
        assert_eq!((from, upto), (1, 1));
    }
}
