//! While typing: the indent of a line that was just begun, and of a brace that closes a block.
//!
//! The text is half typed, so nothing is asked of the parser: brackets are counted, those in comments and in quotes
//! aside.

use super::formatting::TextEdit;
use crate::db::Db;
use crate::input::{File, FileKind};
use text_size::{TextRange, TextSize};

/// Blanks for each open bracket.
const STEP: usize = 4;

pub(crate) fn on_type(db: &dyn Db, file: File, at: TextSize, typed: char) -> Vec<TextEdit> {
    let text = file.text(db);
    let (Some(before), Some(rest)) = (text.get(..usize::from(at)), text.get(usize::from(at)..)) else {
        return Vec::new();
    };
    // A transcript's lines begin with what they are.
    if file.kind(db) == FileKind::Transcript {
        return Vec::new();
    }
    let line = before.rfind('\n').map_or(0, |it| it + 1);
    let rest = rest.split(['\n', '\r']).next().unwrap_or("");
    match typed {
        '\n' => {
            let written = before[line..].len() + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
            let closes = rest.trim_start().starts_with(['}', ')', ']']);
            let open = unclosed(&before[..line]);
            let indent = match open.last() {
                Some(open) if closes => indent_of(text, *open),
                Some(open) => indent_of(text, *open) + STEP,
                None => 0,
            };
            edit(line, written, indent)
        }
        '}' => {
            let Some(start) = before.strip_suffix('}').filter(|it| it[line..].trim().is_empty()) else {
                return Vec::new();
            };
            let Some(open) = unclosed(start).pop() else { return Vec::new() };
            edit(line, start.len() - line, indent_of(text, open))
        }
        _ => Vec::new(),
    }
}

fn edit(line: usize, written: usize, indent: usize) -> Vec<TextEdit> {
    if written == indent {
        return Vec::new();
    }
    let range = TextRange::at(TextSize::new(line as u32), TextSize::new(written as u32));
    vec![TextEdit { range, text: " ".repeat(indent) }]
}

/// How far the line of a place is indented.
pub(super) fn indent_of(text: &str, at: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
    let line = &text[line..];
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The brackets that are open at the end of a text, the innermost last.
pub(super) fn unclosed(text: &str) -> Vec<usize> {
    let mut open = Vec::new();
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match it {
            '{' | '(' | '[' => open.push(at),
            '}' | ')' | ']' => drop(open.pop()),
            '#' => drop(chars.by_ref().find(|(_, it)| *it == '\n')),
            '"' | '\'' => {
                while let Some((_, inside)) = chars.next() {
                    match inside {
                        '\\' => drop(chars.next()),
                        end if end == it => break,
                        _ => {}
                    }
                }
            }
            '`' => drop(chars.by_ref().find(|(_, it)| *it == '`')),
            '/' if text[at..].starts_with("/**") => {
                let end = text[at..].find("*/").map_or(text.len(), |it| at + it);
                while chars.clone().next().is_some_and(|(next, _)| next < end) {
                    chars.next();
                }
            }
            _ => {}
        }
    }
    open
}
