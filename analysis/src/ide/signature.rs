//! A method as its text writes it, and which of its parameters the cursor fills in.

use super::scope::visible;
use crate::db::Db;
use crate::input::File;
use crate::messages::{MethodSite, methods, object_at, object_of_name};
use crate::program::maps;
use text_size::{TextRange, TextSize};

/// The calls that the parenthesis around the cursor may be of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignatureHelp {
    pub signatures: Vec<Signature>,
    /// Which of them has room for the argument at the cursor.
    pub active: usize,
    /// Which argument the cursor is in, from 0.
    pub argument: usize,
}

/// How one method is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// `deposit(amount :int) :void`
    pub label: String,
    /// Where in the label each parameter stands, in bytes.
    pub parameters: Vec<(u32, u32)>,
    pub doc: Option<String>,
}

pub(crate) fn signature_help(db: &dyn Db, file: File, at: TextSize) -> Option<SignatureHelp> {
    let text = file.text(db);
    let start = maps(db, file).iter().rev().find(|it| it.in_program(at).is_some())?.offset;
    let before = text.get(usize::from(start)..usize::from(at))?;
    let open = syntax::open_parenthesis(before)?;
    let called = called(&before[..usize::from(open.at)])?;
    let site = visible(db, file, called.noun, start + called.at)?;
    let object = object_of_name(db, site)?;
    let all = methods(object_at(db, object));
    let fitting: Vec<MethodSite> = (0..all.len())
        .filter(|it| &*all[*it].verb == called.verb)
        .map(|method| MethodSite { object, method })
        .collect();
    let active = fitting.iter().position(|it| open.commas < all[it.method].params.len()).unwrap_or(0);
    let signatures: Vec<Signature> = fitting.iter().filter_map(|it| signature(db, *it)).collect();
    (!signatures.is_empty()).then_some(SignatureHelp { signatures, active, argument: open.commas })
}

/// What stands before a parenthesis: `noun.verb` or `noun <- verb`, or a function's `noun`.
struct Called<'a> {
    noun: &'a str,
    /// Where the noun begins.
    at: TextSize,
    verb: &'a str,
}

fn called(text: &str) -> Option<Called<'_>> {
    let text = text.trim_end();
    let word = last_word(text);
    let before = text[..text.len() - word.len()].trim_end();
    let receiver = before.strip_suffix('.').or_else(|| before.strip_suffix("<-"));
    let (noun, verb) = match receiver {
        // `f <- (x)` sends `run`.
        None if word.is_empty() => return None,
        None => (word, "run"),
        Some(receiver) => (last_word(receiver.trim_end()), if word.is_empty() { "run" } else { word }),
    };
    let end = receiver.map_or(text.len(), |it| it.trim_end().len());
    let lead = text[..end - noun.len()].trim_end();
    // Of a longer chain, only its last link is here: who that is, nobody knows from a word.
    let chained = lead.ends_with('.') || lead.ends_with("<-") || lead.ends_with("::");
    (!noun.is_empty() && !chained).then(|| Called {
        noun,
        at: TextSize::new((end - noun.len()) as u32),
        verb,
    })
}

pub(crate) fn last_word(text: &str) -> &str {
    let start = text.char_indices().rev().take_while(|(_, it)| it.is_alphanumeric() || *it == '_').last();
    start.map_or("", |(at, _)| &text[at..])
}

/// How a method is called, in the words of its definition.
pub(crate) fn signature(db: &dyn Db, it: MethodSite) -> Option<Signature> {
    let file = it.object.file;
    let map = maps(db, file).get(it.object.program)?;
    let object = object_at(db, it.object);
    let method = methods(object).get(it.method)?;
    let words = |range: TextRange| {
        let text = file.text(db).get(std::ops::Range::<usize>::from(map.in_file(range))).unwrap_or("");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut label = match &*method.verb {
        "run" => {
            super::places::name_of(&crate::program::programs(db, file)[it.object.program], it.object.object)
        }
        verb => verb.to_string(),
    };
    label.push('(');
    let mut parameters = Vec::new();
    for (n, pattern) in method.params.iter().enumerate() {
        if n > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        label.push_str(&words(map.source.pattern(*pattern)));
        parameters.push((start, label.len() as u32));
    }
    label.push(')');
    if let Some(guard) = method.result_guard {
        label.push_str(&format!(" :{}", words(map.source.expr(guard))));
    }
    let doc = method.doc.as_deref().or(if methods(object).len() == 1 { object.doc.as_deref() } else { None });
    Some(Signature { label, parameters, doc: doc.filter(|it| !it.is_empty()).map(str::to_string) })
}
