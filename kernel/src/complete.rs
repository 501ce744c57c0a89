//! Completion and inspection: the names a cell can use. Verbs are not completed yet.

use crate::notebook::Notebook;
use crate::wire::{Dict, text};
use audit::scopes;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::Range;

/// The names in scope that begin as the one at the cursor does: those of earlier cells, then those E is born with.
pub fn complete(notebook: &Notebook, content: &Dict) -> Value {
    let code = text(content, "code");
    let cursor = cursor(code, content);
    let noun = noun_at(code, cursor);
    let typed = &code[noun.start..cursor];
    let follows_dot = code[..noun.start].trim_end().ends_with(['.', '-']);
    let born = scopes::privileged().filter(|it| !it.is_internal()).map(|it| it.name);
    let names: BTreeSet<&str> = notebook.names().chain(born).filter(|it| it.starts_with(typed)).collect();
    let matches: Vec<&str> = if follows_dot { Vec::new() } else { names.into_iter().collect() };
    json!({
        "status": "ok",
        "matches": matches,
        "cursor_start": characters(code, noun.start),
        "cursor_end": characters(code, cursor),
        "metadata": {},
    })
}

/// What is known of the name at the cursor.
pub fn inspect(notebook: &Notebook, content: &Dict) -> Value {
    let code = text(content, "code");
    let noun = &code[noun_at(code, cursor(code, content))];
    let born = || scopes::lookup(noun).map(|it| format!("{noun}: {}", it.doc));
    let data = match notebook.describe(noun).or_else(born) {
        Some(description) => json!({ "text/plain": description }),
        None => json!({}),
    };
    let found = data.get("text/plain").is_some();
    json!({ "status": "ok", "found": found, "data": data, "metadata": {} })
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
}
