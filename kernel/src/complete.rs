//! Completion and inspection: translated from the protocol, asked of the cells, translated back.

use crate::directive;
use crate::notebook::Notebook;
use crate::wire::{Dict, text};
use analysis::{CompletionItem, CompletionKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;

/// What could be written at the cursor: names in scope, messages after a dot or an arrow, directives.
pub fn complete(notebook: &mut Notebook, content: &Dict) -> Value {
    let code = text(content, "code");
    let cursor = cursor(code, content);
    if let Some((start, matches)) = directive::completions(&code[..cursor]) {
        let types = vec!["directive".to_owned(); matches.len()];
        return reply(code, start..cursor, &matches, &types, &[]);
    }
    let items = notebook.completions(&directive::read(code).program, cursor);
    let noun = noun_at(code, cursor);
    let typed = &code[noun.start..cursor];
    let mut found: BTreeMap<&str, &CompletionItem> = BTreeMap::new();
    for it in items.iter().filter(|it| it.label.starts_with(typed)) {
        found.entry(&it.label).or_insert(it);
    }
    let matches: Vec<String> = found.keys().map(|it| (*it).to_owned()).collect();
    let types: Vec<String> = found.values().map(|it| kind(it.kind).to_owned()).collect();
    let signatures: Vec<String> = found.values().map(|it| it.detail.clone()).collect();
    reply(code, noun.start..cursor, &matches, &types, &signatures)
}

fn reply(code: &str, range: Range<usize>, matches: &[String], types: &[String], details: &[String]) -> Value {
    let (start, end) = (characters(code, range.start), characters(code, range.end));
    let described: Vec<Value> = (0..matches.len())
        .map(|at| {
            let detail = details.get(at).map_or("", String::as_str);
            json!({ "start": start, "end": end, "text": matches[at], "type": types[at], "signature": detail })
        })
        .collect();
    json!({
        "status": "ok",
        "matches": matches,
        "cursor_start": start,
        "cursor_end": end,
        "metadata": { "_jupyter_types_experimental": described },
    })
}

fn kind(kind: CompletionKind) -> &'static str {
    match kind {
        CompletionKind::Object => "object",
        CompletionKind::Constant => "constant",
        CompletionKind::Variable => "variable",
        CompletionKind::Parameter => "parameter",
        CompletionKind::Guard => "guard",
        CompletionKind::Power => "power",
        CompletionKind::Builtin => "builtin",
        CompletionKind::Keyword => "keyword",
        CompletionKind::Method => "method",
    }
}

/// What is known of the name at the cursor: its kind, guard, verdict, what it reaches and where it lives; at the
/// second level also what it is now and the text that defined it.
pub fn inspect(notebook: &mut Notebook, content: &Dict) -> Value {
    let code = text(content, "code");
    let at = cursor(code, content);
    let whole = content.get("detail_level").and_then(Value::as_u64).unwrap_or(0) > 0;
    let mut parts: Vec<String> = Vec::new();
    let noun = code[noun_at(code, at)].to_owned();
    let hover = notebook.hover(&directive::read(code).program, at);
    parts.extend(hover.filter(|it| !it.ends_with("is not defined.")));
    parts.extend(notebook.describe(&noun));
    if whole {
        parts.extend(notebook.describe_whole(&noun));
    }
    if parts.is_empty() {
        return json!({ "status": "ok", "found": false, "data": {}, "metadata": {} });
    }
    let markdown = parts.join("\n\n");
    let data = json!({ "text/plain": plain(&markdown), "text/markdown": markdown });
    json!({ "status": "ok", "found": true, "data": data, "metadata": {} })
}

/// Markdown for a terminal: without fences and marks.
fn plain(markdown: &str) -> String {
    let lines = markdown.lines().filter(|it| !it.starts_with("```"));
    lines.map(|it| it.replace("**", "")).collect::<Vec<_>>().join("\n")
}

/// The cursor as a byte offset; front ends count characters.
fn cursor(code: &str, content: &Dict) -> usize {
    let characters = content.get("cursor_pos").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let after = usize::try_from(characters).ok().and_then(|it| code.char_indices().nth(it));
    after.map_or(code.len(), |(at, _)| at)
}

fn characters(code: &str, at: usize) -> usize {
    code[..at].chars().count()
}

/// The noun that the cursor is in or behind.
fn noun_at(code: &str, cursor: usize) -> Range<usize> {
    let is_part = |it: char| it == '_' || it.is_alphanumeric();
    let start = code[..cursor].trim_end_matches(is_part).len();
    let rest = &code[cursor..];
    start..cursor + (rest.len() - rest.trim_start_matches(is_part).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noun_is_that_before_and_behind_the_cursor() {
        let code = "«» + purse.balance()";
        let inside = code.find("rse").unwrap();
        assert_eq!(&code[noun_at(code, inside)], "purse");
        assert_eq!(&code[noun_at(code, code.len())], "");
    }

    #[test]
    fn front_ends_count_characters() {
        let content = json!({ "cursor_pos": 2 });
        assert_eq!(cursor("«»x", content.as_object().unwrap()), 4);
        assert_eq!(characters("«»x", 4), 2);
    }

    #[test]
    fn a_terminal_sees_no_marks() {
        assert_eq!(plain("```e\ntimer\n```\n\n**Power**: time."), "timer\n\nPower: time.");
    }
}
