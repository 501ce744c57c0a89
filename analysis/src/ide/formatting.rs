//! One formatting of a file: the edits that lay it out, none where nothing changes.
//!
//! Of a transcript the programs of its steps are formatted, in the lines they stand on; prose and answers are
//! not touched. A step that is no E is left alone if its answer says so.

use crate::cells;
use crate::db::Db;
use crate::input::{File, FileKind};
use crate::transcript::{self, Asked};
use syntax::{FormatError, Pragmas, SyntaxErrorKind};
use text_size::{TextRange, TextSize};

/// A part of a text, and what is to stand there instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextEdit {
    pub range: TextRange,
    pub text: String,
}

/// Why a file is left as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unformatted {
    /// Where what is in the way stands.
    pub range: TextRange,
    pub message: String,
}

/// How wide the lines of a transcript may be, its margins included.
const WIDTH: usize = 100;

pub(crate) fn format(db: &dyn Db, file: File) -> Result<Vec<TextEdit>, Unformatted> {
    let text = file.text(db);
    match file.kind(db) {
        FileKind::Transcript => transcript(text),
        FileKind::Program | FileKind::Module => program(text, TextSize::new(0)),
        FileKind::Cell | FileKind::Notebook => {
            let bodies = cells::bodies(file.kind(db), text);
            let edits: Result<Vec<_>, _> = bodies.iter().map(|it| program(&it.text, it.offset)).collect();
            edits.map(|it| it.into_iter().flatten().collect())
        }
    }
}

/// The edits of a program that stands at `offset`.
fn program(text: &str, offset: TextSize) -> Result<Vec<TextEdit>, Unformatted> {
    match syntax::format(text) {
        Ok(edits) => {
            Ok(edits.into_iter().map(|it| TextEdit { range: it.range + offset, text: it.text }).collect())
        }
        Err(why) => Err(unformatted(why, TextRange::at(offset, TextSize::of(text)), |at| at + offset)),
    }
}

/// The edits of a whole layout that lie in the lines of `range`.
pub(crate) fn format_range(db: &dyn Db, file: File, range: TextRange) -> Vec<TextEdit> {
    let text = file.text(db);
    let start = text.get(..usize::from(range.start())).and_then(|it| it.rfind('\n')).map_or(0, |it| it + 1);
    let end = usize::from(range.end());
    let end = text.get(end..).and_then(|it| it.find('\n')).map_or(text.len(), |it| end + it);
    let lines = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32));
    let edits = format(db, file).unwrap_or_default();
    // An edit may begin with the line end before: the blank it makes belongs to the line.
    edits.into_iter().filter(|it| lines.contains_range(it.range) || lines.contains(it.range.end())).collect()
}

fn transcript(text: &str) -> Result<Vec<TextEdit>, Unformatted> {
    let mut edits = Vec::new();
    let mut pragmas = Pragmas::default();
    for step in transcript::asked(text) {
        if let Some(range) = step.range {
            match syntax::format_step(&step.text, &pragmas, WIDTH.saturating_sub(step.margin.len() + 2)) {
                Ok(formatted) if formatted == step.text => {}
                Ok(formatted) => edits.push(TextEdit { range, text: step.lines(&formatted) }),
                Err(FormatError::Syntax(_)) if step.fails => {}
                Err(why) => return Err(unformatted(why, range, |at| step.in_file(at))),
            }
        }
        let parse = syntax::parse_with(&step.text, &pragmas);
        if parse.errors.iter().all(|it| it.kind == SyntaxErrorKind::Warning) {
            pragmas = parse.pragmas;
        }
    }
    Ok(edits)
}

fn unformatted(why: FormatError, whole: TextRange, in_file: impl Fn(TextSize) -> TextSize) -> Unformatted {
    match &why {
        FormatError::Syntax(errors) if !errors.is_empty() => {
            let it = &errors[0];
            let range = TextRange::new(in_file(it.range.start()), in_file(it.range.end()));
            Unformatted { range, message: it.message.clone() }
        }
        _ => Unformatted { range: whole, message: why.to_string() },
    }
}

impl Asked {
    /// A program as the lines of a step.
    fn lines(&self, program: &str) -> String {
        let mut lines = String::new();
        for (n, line) in program.split('\n').enumerate() {
            if n > 0 {
                lines.push('\n');
            }
            lines.push_str(&self.margin);
            lines.push(if n == 0 { '?' } else { '>' });
            if !line.is_empty() {
                lines.push(' ');
                lines.push_str(line);
            }
        }
        lines
    }
}
