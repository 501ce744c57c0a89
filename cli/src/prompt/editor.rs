//! The line editor: several lines until a program is whole, moved in as far as they are deep; history, colours.

use super::late::Late;
use crate::imports::Imports;
use reedline::{
    Color, EditCommand, EditMode, Emacs, ExternalPrinter, FileBackedHistory, Highlighter, IdeMenu, KeyCode,
    KeyModifiers, MenuBuilder, Prompt, PromptEditMode, PromptHistorySearch, Reedline, ReedlineEvent,
    ReedlineMenu, ReedlineRawEvent, Signal, StyledText, ValidationResult, Validator,
    default_emacs_keybindings,
};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use syntax::Completeness;
use syntax::words::{Word, words};

mod complete;

use complete::Names;

pub struct Editor {
    line: Reedline,
    names: Names,
}

/// What came of a line.
pub enum Typed {
    Program(String),
    /// The line was left.
    Interrupt,
    End,
}

/// How many messages may wait to be printed above the line.
const WAITING: usize = 256;

impl Editor {
    pub fn new(late: &Late, imports: &Imports) -> Editor {
        let names = Names::new(late.clone(), imports.clone());
        let menu = IdeMenu::default().with_name(MENU);
        let mut keys = default_emacs_keybindings();
        let complete = vec![ReedlineEvent::Menu(MENU.to_owned()), ReedlineEvent::MenuNext];
        keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(complete));
        let printer = ExternalPrinter::new(WAITING);
        late.print_to(printer.sender());
        let indent = Indent::default();
        let mut line = Reedline::create()
            .with_validator(Box::new(Whole(indent.clone())))
            .with_completer(Box::new(names.clone()))
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
            .with_highlighter(Box::new(Colours))
            .with_external_printer(printer)
            .with_edit_mode(Box::new(Indenting { keys: Emacs::new(keys), indent }));
        // A session without a place for its history is a session all the same.
        if let Some(history) = history_file().and_then(|it| FileBackedHistory::with_file(10_000, it).ok()) {
            line = line.with_history(Box::new(history));
        }
        Editor { line, names }
    }

    /// The next program.
    pub fn read(&mut self) -> anyhow::Result<Typed> {
        Ok(match self.line.read_line(&Question)? {
            Signal::Success(text) => Typed::Program(text),
            Signal::CtrlC => Typed::Interrupt,
            _ => Typed::End,
        })
    }

    /// Names that can be completed from now on.
    pub fn learn(&self, names: Vec<String>) {
        self.names.learn(names);
    }
}

const MENU: &str = "names";

/// `$XDG_STATE_HOME/walnut/history`, or where that is by default; nobody else may read it.
fn history_file() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|it| PathBuf::from(it).join(".local/state"));
    let folder = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).or_else(home)?.join("walnut");
    std::fs::create_dir_all(&folder).ok()?;
    let file = folder.join("history");
    private(&file).ok()?;
    Some(file)
}

/// Makes a file that only its owner may read and write.
fn private(file: &std::path::Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file)?;
    #[cfg(unix)]
    opened.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(opened);
    Ok(())
}

/// How far the next line is to be moved in, while it is empty.
type Indent = Arc<Mutex<Option<usize>>>;

fn set(indent: &Indent, to: Option<usize>) -> Option<usize> {
    std::mem::replace(&mut indent.lock().unwrap_or_else(|it| it.into_inner()), to)
}

/// A program is read until it is whole. An empty last line ends it in any case.
struct Whole(Indent);

impl Validator for Whole {
    fn validate(&self, text: &str) -> ValidationResult {
        let command = text.trim_start().starts_with(':');
        let ended = text.ends_with("\n\n") || text.trim_start().starts_with('?');
        match syntax::completeness(text) {
            Completeness::Incomplete { indent } if !command && !ended => {
                set(&self.0, Some(indent));
                ValidationResult::Incomplete
            }
            _ => ValidationResult::Complete,
        }
    }
}

/// Moves a new line in when its first character is typed: then it is known whether that closes something.
struct Indenting {
    keys: Emacs,
    indent: Indent,
}

impl EditMode for Indenting {
    fn parse_event(&mut self, event: ReedlineRawEvent) -> ReedlineEvent {
        let event = self.keys.parse_event(event);
        let ReedlineEvent::Edit(commands) = &event else {
            if event != ReedlineEvent::None {
                set(&self.indent, None);
            }
            return event;
        };
        let columns = match (set(&self.indent, None), commands.first()) {
            (Some(_), Some(EditCommand::InsertChar(' ' | '\n'))) => return event,
            (Some(columns), Some(EditCommand::InsertChar('}' | ')' | ']'))) => columns.saturating_sub(4),
            (Some(columns), Some(EditCommand::InsertChar(_))) => columns,
            _ => return event,
        };
        let mut edits = vec![EditCommand::InsertString(" ".repeat(columns))];
        edits.extend(commands.iter().cloned());
        ReedlineEvent::Edit(edits)
    }

    fn edit_mode(&self) -> PromptEditMode {
        self.keys.edit_mode()
    }
}

struct Colours;

/// Longer programs are left plain: they are parsed at every key.
const LONGEST: usize = 20_000;

impl Highlighter for Colours {
    fn highlight(&self, line: &str, _: usize) -> StyledText {
        let mut styled = StyledText::new();
        let plain = Color::Default.normal();
        let coloured = std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
        let mut at = 0;
        if line.len() <= LONGEST && coloured {
            for (range, word) in words(line) {
                let style = match word {
                    Word::Keyword => Color::Magenta.normal(),
                    Word::Text => Color::Green.normal(),
                    Word::Number => Color::Cyan.normal(),
                    Word::Comment => Color::DarkGray.normal(),
                    Word::Name | Word::Punctuation => plain,
                };
                let (start, end) = (usize::from(range.start()), usize::from(range.end()));
                let (Some(before), Some(text)) = (line.get(at..start), line.get(start..end)) else {
                    continue;
                };
                styled.push((plain, before.to_owned()));
                styled.push((style, text.to_owned()));
                at = end;
            }
        }
        styled.push((plain, line.get(at..).unwrap_or_default().to_owned()));
        styled
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
