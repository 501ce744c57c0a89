//! What the parser could not fit into its tree, in words: what was found, what was wanted, what to try.

use crate::balance::{Opener, balance};
use crate::cst::{Cst, Kind, Node};
use crate::print::names::is_keyword;
use crate::{SyntaxError, SyntaxErrorKind};
use text_size::{TextRange, TextSize};

/// Past this many, one more mistake says nothing new.
const MOST: usize = 100;

/// Every fault of a tree that has some.
pub(super) fn faults(cst: &Cst) -> Vec<SyntaxError> {
    let mut errors = unbalanced(cst.text());
    if errors.is_empty() {
        errors = misfits(cst);
    }
    if errors.is_empty() {
        errors.push(syntax(TextRange::up_to(TextSize::of(cst.text())), "this is not E".to_string()));
    }
    errors
}

fn syntax(range: TextRange, message: String) -> SyntaxError {
    SyntaxError { range, message, kind: SyntaxErrorKind::Syntax }
}

/// A bracket that is left open puts what follows in the wrong place, so it is reported alone.
fn unbalanced(text: &str) -> Vec<SyntaxError> {
    let balance = balance(text);
    if let Some((at, open)) = balance.mismatch {
        let found = &text[at];
        return vec![syntax(
            at,
            match open {
                None => format!("found `{found}`, but nothing is open that it could close"),
                Some((opener, from)) => format!(
                    "found `{found}`, but `{}` of line {} is still open; close it with {} first",
                    &text[from],
                    line_of(text, from.start()),
                    closer(opener)
                ),
            },
        )];
    }
    if let Some((opener, at)) = balance.unclosed.last() {
        let what = match opener {
            Opener::String => "this string",
            Opener::Quasi => "this quasi-literal",
            Opener::DocComment => "this comment",
            Opener::Hole => "this hole",
            Opener::Paren | Opener::Bracket | Opener::Brace => "this bracket",
        };
        let message =
            format!("{what} is not closed before the text ends; close it with `{}`", opener.closer());
        return vec![SyntaxError { range: *at, message, kind: SyntaxErrorKind::Incomplete }];
    }
    if let Some(at) = balance.unfinished {
        let message = format!("the text ends after `{}`, which wants something to follow", shown(&text[at]));
        return vec![SyntaxError { range: at, message, kind: SyntaxErrorKind::Incomplete }];
    }
    Vec::new()
}

fn closer(opener: Opener) -> String {
    match opener {
        Opener::Quasi => "a backquote".to_string(),
        _ => format!("`{}`", opener.closer()),
    }
}

fn line_of(text: &str, at: TextSize) -> usize {
    let before = &text.as_bytes()[..usize::from(at)];
    let lone_returns = before
        .iter()
        .zip(before.iter().skip(1).chain([&0]))
        .filter(|it| matches!(it, (b'\r', b) if **b != b'\n'));
    1 + lone_returns.count() + before.iter().filter(|it| **it == b'\n').count()
}

fn misfits(cst: &Cst) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    let mut covered = TextSize::new(0);
    for it in cst.nodes() {
        if errors.len() == MOST {
            break;
        }
        if it.is_missing() {
            errors.push(missing(cst.text(), it));
        } else if it.kind() == Kind::Error && it.range().start() >= covered {
            // Mistakes within a mistake are its consequences.
            covered = it.range().end();
            errors.push(misfit(cst.text(), innermost(it)));
        }
    }
    // On one line, what comes after a mistake is as likely one of its consequences.
    let mut line = None;
    errors.retain(|it| line.replace(line_of(cst.text(), it.range.start())) != line);
    errors
}

fn missing(text: &str, it: Node<'_>) -> SyntaxError {
    let before = text[..usize::from(it.range().start())].trim_end();
    if before.ends_with("++") || before.ends_with("--") {
        let range = TextRange::at(TextSize::of(before) - TextSize::new(2), TextSize::new(2));
        let advice = advice(text, range, &text[range]);
        return syntax(range, format!("found `{}`, {advice}", &text[range]));
    }
    let wanted = match it.kind() {
        Kind::Identifier => "a name".to_string(),
        Kind::Token => format!("`{}`", it.kind_name()),
        _ => it.kind_name().replace('_', " "),
    };
    syntax(it.range(), format!("wanted {wanted} here"))
}

fn misfit(text: &str, it: Node<'_>) -> SyntaxError {
    let range = culprit(text, it.range());
    let found = &text[range];
    let advice = advice(text, range, found);
    syntax(range, format!("found `{}`, {advice}", shown(found)))
}

/// A mistake carries along what was read before it; the piece that did not fit is within.
fn innermost(it: Node<'_>) -> Node<'_> {
    let mut it = it;
    while let Some(inner) = it.children().find(|it| it.kind() == Kind::Error) {
        it = inner;
    }
    it
}

/// The first line of what fits nowhere.
fn culprit(text: &str, range: TextRange) -> TextRange {
    let whole = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default();
    let start = range.start() + TextSize::of(whole) - TextSize::of(whole.trim_start());
    let line = whole.trim_start().lines().next().unwrap_or_default().trim_end();
    if line.is_empty() { TextRange::empty(range.start()) } else { TextRange::at(start, TextSize::of(line)) }
}

/// At most a glance of it.
fn shown(found: &str) -> String {
    match found.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found.to_string(),
    }
}

fn advice(text: &str, range: TextRange, found: &str) -> String {
    let before = &text[..usize::from(range.start())];
    let ahead = &text[usize::from(range.start())..];
    let starts_line = before.rsplit(['\n', '\r']).next().is_some_and(|it| it.trim().is_empty());
    let word: String = found.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
    let lone = |it: &str| found.starts_with(it) && !found[it.len()..].starts_with(['=', '~', '>']);
    if ahead.starts_with("/*") {
        "and E has no such comments; begin each line of one with `#`".to_string()
    } else if ahead.starts_with("//") {
        "and E's comments begin with `#`".to_string()
    } else if ahead.starts_with("++") || ahead.starts_with("--") {
        format!("which is reserved; write `{0}= 1` to count", &found[..1])
    } else if lone("=") {
        "which means nothing alone; write `:=` to assign, `==` to compare".to_string()
    } else if matches!(word.as_str(), "else" | "catch" | "finally") {
        format!("but `{word}` has to follow the `}}` before it on the same line")
    } else if found.starts_with("$_") {
        "but `_` names nothing that could have a value".to_string()
    } else if found.starts_with(['$', '@']) {
        format!("which begins a hole; write `{0}{0}` for the character", &found[..1])
    } else if is_keyword(&word) {
        format!("but `{word}` is a word of E and does not fit here")
    } else if starts_line && found.starts_with(['.', '|', '&', '+', '*', '/', '%', '=', '<', ':', '?']) {
        "but a line cannot begin with an operator; end the line before with it, or with a backslash"
            .to_string()
    } else if found.starts_with('\'') {
        "but a character literal holds one character; a string is written \"…\"".to_string()
    } else if found.starts_with(['\0', '\u{FFFD}']) {
        "which is no character of a program".to_string()
    } else if !starts_line && (!word.is_empty() || found.starts_with('"')) {
        "which does not fit behind what is before it; is an operator, a comma or a line end missing?"
            .to_string()
    } else {
        "which does not fit here".to_string()
    }
}
