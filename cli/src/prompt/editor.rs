//! The line editor: several lines until a program is whole, history, completion of names.

use reedline::{
    Completer, CompletionResult, Emacs, FileBackedHistory, IdeMenu, KeyCode, KeyModifiers, MenuBuilder,
    Prompt, PromptEditMode, PromptHistorySearch, Reedline, ReedlineEvent, ReedlineMenu, Signal, Span,
    Suggestion, ValidationResult, Validator, default_emacs_keybindings,
};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use syntax::Completeness;

pub struct Editor {
    line: Reedline,
    names: Names,
}

/// What can be completed: the names a program is born with, and those of the session.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<String>>>);

impl Editor {
    pub fn new() -> Editor {
        let names = Names::default();
        let menu = IdeMenu::default().with_name(MENU);
        let mut keys = default_emacs_keybindings();
        let complete = vec![ReedlineEvent::Menu(MENU.to_owned()), ReedlineEvent::MenuNext];
        keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(complete));
        let mut line = Reedline::create()
            .with_validator(Box::new(Whole))
            .with_completer(Box::new(names.clone()))
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
            .with_edit_mode(Box::new(Emacs::new(keys)));
        // A session without a place for its history is a session all the same.
        if let Some(history) = history_file().and_then(|it| FileBackedHistory::with_file(10_000, it).ok()) {
            line = line.with_history(Box::new(history));
        }
        Editor { line, names }
    }

    /// The next program, or nothing when the session is over.
    pub fn read(&mut self) -> anyhow::Result<Option<String>> {
        loop {
            match self.line.read_line(&Question)? {
                Signal::Success(text) => return Ok(Some(text)),
                Signal::CtrlC => {}
                _ => return Ok(None),
            }
        }
    }

    /// Names that can be completed from now on.
    pub fn learn(&self, names: Vec<String>) {
        *self.names.0.lock().unwrap_or_else(|it| it.into_inner()) = names;
    }
}

const MENU: &str = "names";

/// `$XDG_STATE_HOME/walnut/history`, or where that is by default.
fn history_file() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|it| PathBuf::from(it).join(".local/state"));
    let folder = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).or_else(home)?.join("walnut");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

/// A program is read until it is whole. An empty last line ends it in any case.
struct Whole;

impl Validator for Whole {
    fn validate(&self, text: &str) -> ValidationResult {
        let command = text.trim_start().starts_with(':');
        let ended = text.ends_with("\n\n") || text.trim_start().starts_with('?');
        match syntax::completeness(text) {
            Completeness::Incomplete { .. } if !command && !ended => ValidationResult::Incomplete,
            _ => ValidationResult::Complete,
        }
    }
}

impl Completer for Names {
    fn complete(&mut self, line: &str, position: usize) -> CompletionResult {
        CompletionResult::Fresh { suggestions: self.suggestions(line, position).into(), partial: None }
    }
}

impl Names {
    fn suggestions(&self, line: &str, position: usize) -> Vec<Suggestion> {
        let before = line.get(..position).unwrap_or_default();
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, it)| it.is_alphanumeric() || *it == '_')
            .last()
            .map_or(position, |(at, _)| at);
        let typed = &before[start..];
        // After a dot stands a verb, and verbs are not names.
        if typed.is_empty() || before[..start].ends_with('.') {
            return Vec::new();
        }
        let session = self.0.lock().unwrap_or_else(|it| it.into_inner()).clone();
        let born = audit::scopes::privileged().filter(|it| !it.is_internal());
        let mut found: Vec<(String, Option<String>)> = session.into_iter().map(|it| (it, None)).collect();
        found.extend(born.map(|it| (it.name.to_owned(), Some(it.doc.to_owned()))));
        found.retain(|(name, _)| name.starts_with(typed) && name != typed);
        found.sort();
        found.dedup_by(|a, b| a.0 == b.0);
        let span = Span::new(start, position);
        found
            .into_iter()
            .map(|(value, description)| Suggestion { value, description, span, ..Suggestion::default() })
            .collect()
    }
}

struct Question;

impl Prompt for Question {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }
    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }
    fn render_prompt_indicator(&self, _mode: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("? ")
    }
    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed("> ")
    }
    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        Cow::Owned(format!("(search: {}) ", search.term))
    }
}
