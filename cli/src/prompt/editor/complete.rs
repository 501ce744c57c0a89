//! What can be written where the cursor is: names in scope, verbs after a dot, modules after `<import:`.

use crate::imports::Imports;
use crate::prompt::late::Late;
use reedline::{Completer, CompletionResult, Span, Suggestion};
use std::sync::{Arc, Mutex};

/// The names a program is born with, those of the session, and whom to ask for the rest.
#[derive(Clone)]
pub struct Names {
    session: Arc<Mutex<Vec<String>>>,
    late: Late,
    imports: Imports,
}

impl Completer for Names {
    fn complete(&mut self, line: &str, position: usize) -> CompletionResult {
        CompletionResult::Fresh { suggestions: self.suggestions(line, position).into(), partial: None }
    }
}

/// A text that could stand there, and a few words about it.
type Candidate = (String, Option<String>);

impl Names {
    pub fn new(late: Late, imports: Imports) -> Names {
        Names { session: Arc::default(), late, imports }
    }

    pub fn learn(&self, names: Vec<String>) {
        *self.session.lock().unwrap_or_else(|it| it.into_inner()) = names;
    }

    fn suggestions(&self, line: &str, position: usize) -> Vec<Suggestion> {
        let before = line.get(..position).unwrap_or_default();
        let (start, mut found) = match imported(before) {
            Some(start) => (start, self.imports.names().into_iter().map(|it| (it, None)).collect()),
            None => {
                let start = word_start(before);
                match receiver(&before[..start]) {
                    Receiver::Noun(noun) => (start, self.verbs(noun)),
                    Receiver::Unknown => (start, Vec::new()),
                    Receiver::None if start == position => (start, Vec::new()),
                    Receiver::None => (start, self.names()),
                }
            }
        };
        let typed = &before[start..];
        found.retain(|(name, _)| name.starts_with(typed) && name != typed);
        found.sort();
        found.dedup_by(|a, b| a.0 == b.0);
        let span = Span::new(start, position);
        let suggestion =
            |(value, description)| Suggestion { value, description, span, ..Suggestion::default() };
        found.into_iter().map(suggestion).collect()
    }

    fn names(&self) -> Vec<Candidate> {
        let session = self.session.lock().unwrap_or_else(|it| it.into_inner()).clone();
        let born = audit::scopes::privileged().filter(|it| !it.is_internal());
        let mut found: Vec<Candidate> = session.into_iter().map(|it| (it, None)).collect();
        found.extend(born.map(|it| (it.name.to_owned(), Some(it.doc.to_owned()))));
        found
    }

    fn verbs(&self, noun: &str) -> Vec<Candidate> {
        let messages = self.late.messages(noun);
        messages
            .into_iter()
            .map(|(verb, arity)| (format!("{verb}("), Some(format!("{verb}/{arity}"))))
            .collect()
    }
}

fn is_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

fn word_start(before: &str) -> usize {
    before.len() - before.chars().rev().take_while(|it| is_word(*it)).map(char::len_utf8).sum::<usize>()
}

/// Where the name of a module begins that is being written.
fn imported(before: &str) -> Option<usize> {
    let start = before.rfind("<import:")? + "<import:".len();
    before[start..].chars().all(|it| is_word(it) || it == '.').then_some(start)
}

/// What a verb would be sent to.
enum Receiver<'a> {
    None,
    Noun(&'a str),
    /// Something whose value is not known before it is run.
    Unknown,
}

fn receiver(before: &str) -> Receiver<'_> {
    let before = before.trim_end();
    let Some(asked) = before.strip_suffix('.').or_else(|| before.strip_suffix("<-")) else {
        return Receiver::None;
    };
    let asked = asked.trim_end();
    let noun = &asked[word_start(asked)..];
    let alone = !asked[..asked.len() - noun.len()].ends_with(['.', ')', ']', '"', '`']);
    if noun.is_empty() || !alone { Receiver::Unknown } else { Receiver::Noun(noun) }
}
