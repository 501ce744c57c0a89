//! What the parser could not fit into its tree, in words: what was found, what was wanted, what to try.

use crate::balance::{Opener, balance};
use crate::cst::{Cst, Kind, Misfit, Node};
use crate::print::names::is_keyword;
use crate::{SyntaxError, SyntaxErrorKind};
use text_size::{TextRange, TextSize};

/// Past this many, one more mistake says nothing new.
const MOST: usize = 100;

/// Every fault of a tree that has some.
pub(crate) fn faults(cst: &Cst) -> Vec<SyntaxError> {
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
    SyntaxError::new(range, SyntaxErrorKind::Syntax, message)
}

/// A bracket that is left open puts what follows in the wrong place, so it is reported alone.
fn unbalanced(text: &str) -> Vec<SyntaxError> {
    let balance = balance(text);
    if let Some((at, open)) = balance.mismatch {
        let found = &text[at];
        let Some((opener, from)) = open else {
            return vec![syntax(at, format!("found `{found}`, but nothing is open that it could close"))];
        };
        let message = format!(
            "found `{found}`, but `{}` of line {} is still open; close it with {} first",
            &text[from],
            line_of(text, from.start()),
            closer(opener)
        );
        return vec![syntax(at, message).related_to(from, "still open")];
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
        return vec![SyntaxError::new(*at, SyntaxErrorKind::Incomplete, message)];
    }
    if let Some(at) = balance.unfinished {
        let message = format!("the text ends after `{}`, which wants something to follow", shown(&text[at]));
        return vec![SyntaxError::new(at, SyntaxErrorKind::Incomplete, message)];
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
    let text = cst.text();
    let missing = cst.nodes().filter(|it| it.is_missing()).take(MOST).map(|it| missing(text, it));
    let mut errors: Vec<SyntaxError> = missing.collect();
    errors.extend(cst.misfits(MOST).iter().map(|it| misfit(text, it)));
    errors.sort_by_key(|it| it.range.start());
    // That more was wanted at the end is what an earlier mistake comes to.
    while errors.len() > 1
        && errors.last().is_some_and(|it| usize::from(it.range.start()) == text.trim_end().len())
    {
        errors.pop();
    }
    // On one line, what comes after a mistake is as likely one of its consequences.
    let mut line = None;
    errors.retain(|it| line.replace(line_of(text, it.range.start())) != line);
    errors
}

fn missing(text: &str, it: Node<'_>) -> SyntaxError {
    let before = text[..usize::from(it.range().start())].trim_end();
    if before.ends_with("++") || before.ends_with("--") {
        let range = TextRange::at(TextSize::of(before) - TextSize::new(2), TextSize::new(2));
        return misfit(text, &Misfit { culprit: range, wanted: Vec::new() });
    }
    let wanted = match it.kind() {
        Kind::Identifier => "a name".to_string(),
        Kind::Token => format!("`{}`", it.kind_name()),
        _ => it.kind_name().replace('_', " "),
    };
    syntax(it.range(), format!("wanted {wanted} here"))
}

fn misfit(text: &str, it: &Misfit) -> SyntaxError {
    let range = culprit(text, it.culprit);
    if let Some(error) = unknown_pragma(text, range)
        .or_else(|| ignored_hole(text, range))
        .or_else(|| forward_export(text, range, &it.wanted))
    {
        return error;
    }
    let found = &text[range];
    match advice(text, range, found, wanted(&it.wanted)) {
        Some(advice) if range.is_empty() => syntax(range, format!("found the end of the text, {advice}")),
        None if range.is_empty() => syntax(range, "the text ends too early".to_string()),
        advice => {
            let advice = advice.unwrap_or_else(|| "which does not fit here".to_string());
            syntax(range, format!("found `{}`, {advice}", shown(found)))
        }
    }
}

/// The first line of what fits nowhere.
fn culprit(text: &str, range: TextRange) -> TextRange {
    let whole = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default();
    let start = range.start() + TextSize::of(whole) - TextSize::of(whole.trim_start());
    let line = whole.trim_start().lines().next().unwrap_or_default().trim_end();
    if line.is_empty() { TextRange::empty(range.start()) } else { TextRange::at(start, TextSize::of(line)) }
}

/// `pragma.wish()`: the grammar wants a string there, E a verb it knows.
fn unknown_pragma(text: &str, range: TextRange) -> Option<SyntaxError> {
    let (before, verb) = text[..usize::from(range.start())].trim_end_matches('(').rsplit_once("pragma.")?;
    let verb = if verb.is_empty() { &text[range] } else { verb };
    let known = matches!(verb, "syntax" | "enable" | "disable" | "warn");
    if known || verb.is_empty() || !verb.chars().all(char::is_alphanumeric) {
        return None;
    }
    let from = TextSize::of(before) + TextSize::of("pragma.");
    // Up to its closing parenthesis, or its line's end.
    let line = text[usize::from(from)..].lines().next().unwrap_or_default();
    let whole = line.find(')').map_or(line, |it| &line[..=it]);
    let message = format!("Unknown pragma \"{verb}\".");
    Some(SyntaxError::new(TextRange::at(from, TextSize::of(whole)), SyntaxErrorKind::Pragma, message))
}

/// `` `$_` ``: what is ignored has no value to put there.
fn ignored_hole(text: &str, range: TextRange) -> Option<SyntaxError> {
    let before = &text[..usize::from(range.start())];
    (before.ends_with('$') && text[range].starts_with('_')).then(|| {
        let range = TextRange::at(range.start() - TextSize::new(1), TextSize::new(2));
        syntax(range, "Cannot have ignore as an expression hole.".to_string())
    })
}

/// `[=> def purse]`: E keeps this for a meaning that it has not been given.
fn forward_export(text: &str, range: TextRange, wanted: &[&str]) -> Option<SyntaxError> {
    let before = text[..usize::from(range.start())].trim_end();
    let ahead = &text[usize::from(range.start())..];
    let name = ahead.strip_prefix("def").filter(|it| it.starts_with(char::is_whitespace))?;
    let word = name.trim_start().find(|it: char| !it.is_alphanumeric() && it != '_');
    let skipped = name.len() - name.trim_start().len();
    let whole = "def".len() + skipped + word.unwrap_or(name.trim_start().len());
    // A pattern is refused at its first word.
    let width = if wanted.contains(&"bind") { "def".len() } else { whole };
    let range = TextRange::at(range.start(), TextSize::of(&ahead[..width]));
    before.ends_with("=>").then(|| syntax(range, "Reserved syntax: forward export".to_string()))
}

/// So many tokens can be said in a sentence.
const FEW: usize = 6;

/// What would have fitted, where that is little enough to say.
fn wanted(names: &[&str]) -> Option<String> {
    let has = |name: &str| names.contains(&name);
    if has("identifier") && has("integer") {
        return Some("wanted an expression".to_string());
    }
    if has("identifier") && (has("via") || has("via_token1")) {
        return Some("wanted a pattern".to_string());
    }
    let mut said: Vec<String> = names.iter().filter_map(|it| said(it)).collect();
    said.sort();
    said.dedup();
    if said.len() > FEW {
        // Behind an expression any operator may follow; what else may is worth saying.
        said.retain(|it| {
            it.len() > 5 || matches!(it.as_str(), "`{`" | "`}`" | "`)`" | "`]`" | "`,`" | "`->`" | "`=>`")
        });
    }
    let last = said.pop().filter(|_| said.len() < FEW)?;
    Some(match said.is_empty() {
        true => format!("wanted {last}"),
        false => format!("wanted {} or {last}", said.join(", ")),
    })
}

fn said(name: &str) -> Option<String> {
    let word = name.split_once("_token").map_or(name, |(word, _)| word);
    match word {
        "identifier" => Some("a name".to_string()),
        "via" | "string" | "integer" => None,
        "_newline" => Some("a line end".to_string()),
        "end" => Some("the end of the text".to_string()),
        "string_content" | "escape_sequence" | "quasi_text" | "comment" | "updoc" => None,
        _ if word.starts_with('_') && word.len() > 1 || word.contains("_repeat") => None,
        _ => Some(format!("`{word}`")),
    }
}

/// At most a glance of it.
fn shown(found: &str) -> String {
    match found.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found.to_string(),
    }
}

fn advice(text: &str, range: TextRange, found: &str, wanted: Option<String>) -> Option<String> {
    let before = &text[..usize::from(range.start())];
    let ahead = &text[usize::from(range.start())..];
    let starts_line = before.rsplit(['\n', '\r']).next().is_some_and(|it| it.trim().is_empty());
    let word: String = found.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
    let lone = |it: &str| found.starts_with(it) && !found[it.len()..].starts_with(['=', '~', '>']);
    Some(if ahead.starts_with("/*") {
        "and E has no such comments; begin each line of one with `#`".to_string()
    } else if ahead.starts_with("//") {
        "and E's comments begin with `#`".to_string()
    } else if ahead.starts_with("++") || ahead.starts_with("--") {
        format!("which is reserved; write `{0}= 1` to count", &found[..1])
    } else if lone("=") {
        "which means nothing alone; write `:=` to assign, `==` to compare".to_string()
    } else if matches!(word.as_str(), "else" | "catch" | "finally") {
        format!("but `{word}` has to follow the `}}` before it on the same line")
    } else if is_keyword(&word) && (before.ends_with('.') || before.trim_end().ends_with("<-")) {
        format!("but `{word}` is a word of E; as a verb it is written in quotes: \"{word}\"")
    } else if word == "pragma" {
        "but a pragma stands at the top of a text, outside of all braces".to_string()
    } else if found.starts_with(['$', '@']) {
        format!("which begins a hole; write `{0}{0}` for the character", &found[..1])
    } else if starts_line && found.starts_with(['.', '|', '&', '+', '*', '/', '%', '=', '<', ':', '?']) {
        "but a line cannot begin with an operator; end the line before with it, or with a backslash"
            .to_string()
    } else if found.starts_with('\'') {
        "but a character literal holds one character; a string is written \"…\"".to_string()
    } else if found.starts_with(['\0', '\u{FFFD}']) {
        "which is no character of a program".to_string()
    } else if !starts_line && (!word.is_empty() || found.starts_with(['"', '`'])) && wanted.is_none() {
        "which does not fit behind what is before it; is an operator, a comma or a line end missing?"
            .to_string()
    } else {
        return wanted;
    })
}
