//! Transcripts: which bytes of an `.updoc` text are E.
//!
//! A line whose first character is `?` starts a step, `>` continues it, everything else is prose or an answer.
//! A step's text is cut out of the file with all that is not E blanked, so that an offset in the step is an
//! offset in the file less where the step starts.

use std::sync::Arc;
use text_size::{TextRange, TextSize};

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
            // Another vat is no step.
            (Some(b'?'), _) if !line[indent..].starts_with("??") => {
                steps.push((at, masked(line, indent + 1)));
            }
            (Some(b'>'), Some((_, step))) => step.extend(masked(line, indent + 1)),
            (_, Some((_, step))) => step.extend(masked(line, line.len())),
            (_, None) => {}
        }
        at += line.len();
    }
    steps.into_iter().filter_map(|(start, bytes)| piece(start, bytes)).collect()
}

/// A step as it is asked: for those who write it again.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Asked {
    /// The program, without what is before it on its lines.
    pub text: String,
    /// The blanks before the `?`.
    pub margin: String,
    /// Its lines in the file, without the last line end; nothing where prose stands between them.
    pub range: Option<TextRange>,
    /// Whether something other than a value and output is expected.
    pub fails: bool,
    /// Starts of the program's lines: in `text`, and in the file.
    starts: Vec<(usize, usize)>,
}

impl Asked {
    /// The place in the file of an offset into `text`.
    pub fn in_file(&self, offset: TextSize) -> TextSize {
        let offset = usize::from(offset);
        let line = self.starts.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let at = self.starts.get(line).map_or(0, |(start, in_file)| in_file + (offset - start));
        TextSize::new(at as u32)
    }
}

/// The steps of a transcript, line by line. Another vat is no step.
pub(crate) fn asked(text: &str) -> Vec<Asked> {
    let mut steps: Vec<Asked> = Vec::new();
    let mut at = 0;
    // Whether the last line belongs to a step's program, and whether it is an answer.
    let (mut asks, mut answers) = (false, false);
    for whole in text.split_inclusive('\n') {
        let start = at;
        at += whole.len();
        let line = whole.trim_end_matches(['\n', '\r']);
        let margin = line.len() - line.trim_start_matches([' ', '\t']).len();
        let said = &line[margin..];
        let code = |mark: usize| {
            let rest = &said[mark..];
            (
                rest.strip_prefix(' ').unwrap_or(rest),
                start + margin + mark + usize::from(rest.starts_with(' ')),
            )
        };
        let range = |from: u32| Some(TextRange::new(from.into(), ((start + line.len()) as u32).into()));
        match (said.as_bytes().first(), steps.last_mut()) {
            (Some(b'?'), _) if said.starts_with("??") => asks = false,
            (Some(b'?'), _) => {
                let (text, begins) = code(1);
                steps.push(Asked {
                    text: text.to_string(),
                    margin: line[..margin].to_string(),
                    range: range(start as u32),
                    fails: false,
                    starts: vec![(0, begins)],
                });
                asks = true;
            }
            (Some(b'>'), Some(step)) => {
                let (text, begins) = code(1);
                step.text.push('\n');
                step.starts.push((step.text.len(), begins));
                step.text.push_str(text);
                step.range = step.range.filter(|_| asks).and_then(|it| range(it.start().into()));
            }
            (Some(b'#'), Some(step)) => {
                let key = said[1..].split(':').next().unwrap_or_default().trim();
                step.fails |= !answers && !["value", "stdout", "stderr"].contains(&key);
                asks = false;
            }
            _ => asks = false,
        }
        answers = said.starts_with('#');
    }
    steps.retain(|it| !it.text.trim().is_empty());
    steps
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
