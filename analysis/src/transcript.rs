//! Transcripts: which bytes of an `.updoc` text are E.
//!
//! A line whose first character is `?` starts a step, `>` continues it, everything else is prose or an answer.
//! A step's text is cut out of the file with all that is not E blanked, so that an offset in the step is an
//! offset in the file less where the step starts.

use std::sync::Arc;
use text_size::TextSize;

/// A piece of a file that is a program of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    /// Where in the file the text starts.
    pub offset: TextSize,
    pub text: Arc<str>,
}

/// The steps of a transcript, in order. A step with nothing in it is none.
pub(crate) fn steps(text: &str) -> Vec<Piece> {
    let mut steps: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        match (line.as_bytes().get(indent), steps.last_mut()) {
            (Some(b'?'), _) => steps.push((at, masked(line, indent + 1))),
            (Some(b'>'), Some((_, step))) => step.extend(masked(line, indent + 1)),
            (_, Some((_, step))) => step.extend(masked(line, line.len())),
            (_, None) => {}
        }
        at += line.len();
    }
    steps.into_iter().filter_map(|(start, bytes)| piece(start, bytes)).collect()
}

/// The line with its first `upto` bytes and, if that is all of it, everything but the line end blanked.
fn masked(line: &str, upto: usize) -> Vec<u8> {
    let blank = |(i, it): (usize, u8)| if i < upto && it != b'\n' && it != b'\r' { b' ' } else { it };
    line.bytes().enumerate().map(blank).collect()
}

fn piece(start: usize, bytes: Vec<u8>) -> Option<Piece> {
    let text = String::from_utf8(bytes).ok()?;
    let kept = text.trim_end();
    (!kept.is_empty()).then(|| Piece { offset: TextSize::new(start as u32), text: kept.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_keeps_its_place_in_the_file() {
        let text = "A mint.\n\n  ? def mint {\n  > }\n  # value: <mint>\n\n? mint\n";
        let steps = steps(text);
        assert_eq!(steps.len(), 2);
        assert_eq!(&*steps[0].text, "    def mint {\n    }");
        assert_eq!(u32::from(steps[0].offset), 9);
        let at = usize::from(steps[1].offset) + steps[1].text.find("mint").unwrap();
        assert_eq!(&text[at..at + 4], "mint");
    }

    #[test]
    fn prose_between_the_lines_of_a_step_is_blank_in_it() {
        let steps = steps("? def x :=\nnöte\n> 3\n? \n");
        assert_eq!(steps.len(), 1);
        assert_eq!(&*steps[0].text, "  def x :=\n     \n  3");
    }
}
