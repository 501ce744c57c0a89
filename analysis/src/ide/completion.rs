//! Names that are in scope at the cursor.

use super::semantic_tokens::parameters;
use crate::db::Db;
use crate::input::File;
use crate::names::{level, names};
use crate::program::maps;
use audit::scopes::{Level, ScopeName};
use std::collections::BTreeMap;
use syntax::scope::{DefinitionId, DefinitionKind};
use text_size::{TextRange, TextSize};

/// A name that could be written at the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompletionItem {
    pub label: String,
    pub kind: CompletionKind,
    /// A few words beside it.
    pub detail: String,
    /// What is replaced by it: the part of a name that is there.
    pub replace: TextRange,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CompletionKind {
    Object,
    Constant,
    Variable,
    Parameter,
    Guard,
    Power,
    Builtin,
    Keyword,
}

/// Those of E's words that can start or join something here.
const KEYWORDS: &[&str] = &[
    "accum",
    "as",
    "bind",
    "break",
    "catch",
    "continue",
    "def",
    "else",
    "escape",
    "extends",
    "finally",
    "fn",
    "for",
    "if",
    "implements",
    "in",
    "interface",
    "match",
    "meta",
    "method",
    "pragma",
    "return",
    "switch",
    "to",
    "try",
    "var",
    "via",
    "when",
    "while",
];

pub(crate) fn completions(db: &dyn Db, file: File, at: TextSize) -> Vec<CompletionItem> {
    let text = file.text(db);
    let Some(replace) = name_around(text, at) else { return Vec::new() };
    let mut found: BTreeMap<String, CompletionItem> = BTreeMap::new();
    let mut add = |label: &str, kind, detail: &str| {
        found.entry(label.to_string()).or_insert_with(|| CompletionItem {
            label: label.to_string(),
            kind,
            detail: detail.to_string(),
            replace,
        });
    };
    for (label, kind, detail) in in_scope(db, file, at) {
        add(&label, kind, &detail);
    }
    let level = level(file.kind(db));
    for it in audit::scopes::names(level).filter(|it| !it.is_internal()) {
        if let Some(scheme) = it.name.strip_suffix("__uriGetter") {
            add(&format!("<{scheme}:"), scope_kind(it), it.doc);
        } else {
            add(it.name, scope_kind(it), it.doc);
        }
    }
    for it in KEYWORDS {
        add(it, CompletionKind::Keyword, "keyword");
    }
    found.into_values().collect()
}

fn scope_kind(it: &ScopeName) -> CompletionKind {
    if it.standard_guard().is_some() {
        CompletionKind::Guard
    } else if it.level == Level::Privileged {
        CompletionKind::Power
    } else {
        CompletionKind::Builtin
    }
}

/// The name that the cursor is in or at the end of; nothing after a dot, where a message name goes.
fn name_around(text: &str, at: TextSize) -> Option<TextRange> {
    let (before, after) = text.split_at_checked(usize::from(at))?;
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    let start =
        before.len() - before.chars().rev().take_while(|it| is_name(*it)).map(char::len_utf8).sum::<usize>();
    let end = before.len() + after.chars().take_while(|it| is_name(*it)).map(char::len_utf8).sum::<usize>();
    let dotted = before[..start].ends_with('.') || before[..start].ends_with("<-");
    (!dotted).then(|| TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)))
}

/// The definitions whose scope the cursor is in, as far as their places tell: those of the enclosing scripts
/// and methods that stand before it, and what the programs before this one define.
fn in_scope(db: &dyn Db, file: File, at: TextSize) -> Vec<(String, CompletionKind, String)> {
    let mut found = Vec::new();
    for (index, map) in maps(db, file).iter().enumerate() {
        if map.in_program(at).is_none() {
            continue;
        }
        let program = &names(db, file).programs[index];
        let parameters = parameters(db, file, index);
        for (id, it) in program.scopes.definitions.iter().enumerate() {
            let Some(noun) = map.source.nouns.get(it.pattern.index()).copied().flatten() else { continue };
            let noun = map.in_file(noun);
            let object = it.owner.map(|owner| map.in_file(map.source.object(owner).whole));
            let visible =
                object.is_none_or(|whole| whole.contains_inclusive(at)) && !noun.contains_inclusive(at);
            if !visible || !in_same_method(map, it.owner, noun, at) {
                continue;
            }
            let (kind, detail) = match it.kind {
                DefinitionKind::Object { .. } => (CompletionKind::Object, "object"),
                DefinitionKind::Var { .. } => (CompletionKind::Variable, "var"),
                _ if parameters.contains(&DefinitionId(id as u32)) => {
                    (CompletionKind::Parameter, "parameter")
                }
                _ => (CompletionKind::Constant, "def"),
            };
            found.push((it.noun.to_string(), kind, detail.to_string()));
        }
        for (noun, site) in names(db, file).earlier(index) {
            let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
            let kind = match definition.kind {
                DefinitionKind::Object { .. } => CompletionKind::Object,
                DefinitionKind::Var { .. } => CompletionKind::Variable,
                _ => CompletionKind::Constant,
            };
            found.push((noun.to_string(), kind, "defined earlier".to_string()));
        }
    }
    found
}

/// What a method defines is seen in that method only.
fn in_same_method(
    map: &crate::program::Map,
    owner: Option<syntax::kernel_e::ObjectId>,
    noun: TextRange,
    at: TextSize,
) -> bool {
    let Some(owner) = owner else { return true };
    let methods = map.source.object(owner).methods.iter().map(|it| map.in_file(*it));
    let mut home = methods.filter(|it| it.contains_range(noun));
    home.next().is_none_or(|it| it.contains_inclusive(at))
}
