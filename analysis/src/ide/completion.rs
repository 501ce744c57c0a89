//! What can be written at the cursor: names in scope, and after a dot the messages that the receiver takes. Only what
//! has the letters that stand before the cursor, in their order, is worth telling.

mod snippets;

use super::places::is_written;
use super::scope::{InScope, in_scope_if, visible};
use super::signature::{last_word, signature};
use crate::db::Db;
use crate::input::File;
use crate::messages::{FARTHEST, MethodSite, ObjectSite, methods, object_at, object_of, object_of_name};
use crate::names::{level, names};
use crate::program::{maps, programs};
use audit::scopes::{Level, ScopeName};
use std::collections::BTreeMap;
use syntax::kernel_e::{ExprId, ObjectId};
use syntax::scope::DefinitionKind;
use text_size::{TextRange, TextSize};

/// A name that could be written at the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompletionItem {
    pub label: String,
    pub kind: CompletionKind,
    /// A few words beside it.
    pub detail: String,
    /// What its definition says of it, as Markdown.
    pub doc: Option<String>,
    /// What is replaced by it: the part of a name that is there.
    pub replace: TextRange,
    /// The same with what usually follows: each gap is `${1:amount}`, where the cursor ends is `$0`.
    pub snippet: Option<String>,
    /// Whether it begins with what is typed; else it has those letters somewhere, in that order.
    pub begins: bool,
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
    Method,
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
    if let Some(it) = member_around(text, at) {
        return members(db, file, &it);
    }
    let Some(replace) = name_around(text, at) else { return Vec::new() };
    let typed = &text[std::ops::Range::<usize>::from(TextRange::new(replace.start(), at))];
    // A number is no name.
    if typed.starts_with(|it: char| it.is_ascii_digit()) {
        return Vec::new();
    }
    let mut found: BTreeMap<String, CompletionItem> = BTreeMap::new();
    let mut add = |label: &str, kind, detail: &str| {
        if !has_letters(label, typed) {
            return;
        }
        found.entry(label.to_string()).or_insert_with(|| CompletionItem {
            label: label.to_string(),
            kind,
            detail: detail.to_string(),
            doc: None,
            replace,
            snippet: (kind == CompletionKind::Keyword)
                .then(|| snippets::of_keyword(label))
                .flatten()
                .map(str::to_string),
            begins: begins(label, typed),
        });
    };
    for it in in_scope_if(db, file, at, |noun| has_letters(noun, typed)) {
        let (kind, detail) = own(db, &it);
        add(&it.noun, kind, detail);
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

/// Whether the letters that are typed are all in a label, in their order.
fn has_letters(label: &str, typed: &str) -> bool {
    let mut letters = label.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|it| letters.any(|letter| letter == it))
}

fn begins(label: &str, typed: &str) -> bool {
    let mut letters = label.trim_start_matches('<').chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|it| letters.next() == Some(it))
}

/// What is known of a name that could be written at a place, as if the cursor rested on its definition.
pub(crate) fn doc(db: &dyn Db, file: File, at: TextSize, name: &str) -> Option<String> {
    let site = visible(db, file, name, at)?;
    let place = super::places::definition_range(db, site)?;
    super::hover::hover(db, site.file, place.range.start()).map(|it| it.markdown)
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

/// The name that the cursor is in or at the end of.
fn name_around(text: &str, at: TextSize) -> Option<TextRange> {
    let (before, after) = text.split_at_checked(usize::from(at))?;
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    let start =
        before.len() - before.chars().rev().take_while(|it| is_name(*it)).map(char::len_utf8).sum::<usize>();
    let end = before.len() + after.chars().take_while(|it| is_name(*it)).map(char::len_utf8).sum::<usize>();
    Some(TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)))
}

fn own(db: &dyn Db, it: &InScope) -> (CompletionKind, &'static str) {
    let definition = names(db, it.site.file).programs[it.site.program].scopes.definition(it.site.definition);
    let (kind, detail) = match definition.kind {
        DefinitionKind::Object { .. } => (CompletionKind::Object, "object"),
        DefinitionKind::Var { .. } => (CompletionKind::Variable, "var"),
        _ if it.is_parameter => (CompletionKind::Parameter, "parameter"),
        _ => (CompletionKind::Constant, "def"),
    };
    (kind, if it.is_here { detail } else { "defined earlier" })
}

/// Where a message name goes: after a dot, or after `<-`.
struct Member<'a> {
    /// The text up to the receiver's end.
    receiver: &'a str,
    /// The part of a message name before the cursor.
    typed: &'a str,
    /// The part of a message name that is there.
    replace: TextRange,
    /// Whether its arguments stand there already.
    is_sent: bool,
}

fn member_around(text: &str, at: TextSize) -> Option<Member<'_>> {
    let (before, after) = text.split_at_checked(usize::from(at))?;
    let word = last_word(before);
    let lead = before[..before.len() - word.len()].trim_end_matches([' ', '\t']);
    let receiver =
        lead.strip_suffix("<-").or_else(|| lead.strip_suffix('.').filter(|it| !it.ends_with('.')))?;
    let rest =
        after.chars().take_while(|it| it.is_alphanumeric() || *it == '_').map(char::len_utf8).sum::<usize>();
    let start = TextSize::new((before.len() - word.len()) as u32);
    let end = TextSize::new((before.len() + rest) as u32);
    let is_sent = after[rest..].starts_with('(');
    Some(Member { receiver: receiver.trim_end(), typed: word, replace: TextRange::new(start, end), is_sent })
}

/// What the receiver answers to; of one that nobody knows, what the objects of this text do.
fn members(db: &dyn Db, file: File, it: &Member<'_>) -> Vec<CompletionItem> {
    let known = receiver(db, file, it.receiver);
    let objects: Vec<ObjectSite> = match known {
        Some(it) => vec![it],
        None => written_objects(db, file),
    };
    let mut found: BTreeMap<(String, usize), CompletionItem> = BTreeMap::new();
    for object in objects {
        for (method, each) in methods(object_at(db, object)).iter().enumerate() {
            if &*each.verb == "run" || !has_letters(&each.verb, it.typed) {
                continue;
            }
            found.entry((each.verb.to_string(), each.params.len())).or_insert_with(|| {
                let signature = signature(db, MethodSite { object, method });
                let program = &programs(db, object.file)[object.program];
                CompletionItem {
                    label: each.verb.to_string(),
                    kind: CompletionKind::Method,
                    detail: signature.as_ref().map(|it| it.label.clone()).unwrap_or_default(),
                    doc: signature.and_then(|it| it.doc),
                    replace: it.replace,
                    snippet: (!it.is_sent).then(|| snippets::of_message(program, each)),
                    begins: begins(&each.verb, it.typed),
                }
            });
        }
    }
    found.into_values().collect()
}

fn receiver(db: &dyn Db, file: File, text: &str) -> Option<ObjectSite> {
    let end = TextSize::of(text);
    let word = last_word(text);
    let lead = text[..text.len() - word.len()].trim_end();
    if !word.is_empty() && !lead.ends_with('.') && !lead.ends_with("<-") {
        return object_of_name(db, visible(db, file, word, end)?);
    }
    // The largest expression that ends there: of `a.b().`, all of `a.b()`.
    maps(db, file).iter().enumerate().find_map(|(index, map)| {
        let end = map.in_program(end)?;
        let ends = map.source.exprs.iter().enumerate().filter(|(_, it)| it.end() == end && !it.is_empty());
        let (id, _) = ends.max_by_key(|(_, it)| it.len())?;
        object_of(db, file, index, ExprId(id as u32), FARTHEST)
    })
}

fn written_objects(db: &dyn Db, file: File) -> Vec<ObjectSite> {
    let of = |program: usize, count: usize| (0..count as u32).map(move |it| (program, ObjectId(it)));
    let all = programs(db, file).iter().enumerate().flat_map(|(program, it)| of(program, it.objects.len()));
    all.filter(|(program, object)| is_written(db, file, *program, *object))
        .map(|(program, object)| ObjectSite { file, program, object })
        .collect()
}
