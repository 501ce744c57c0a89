//! What is thrown: problems, and the ways a computation can end without a value.
//!
//! A problem's message is kept in parts and printed only when someone looks, because printing the values in
//! it may run E code.

use crate::causality::Sent;
use crate::value::Value;
use std::sync::Arc;
use text_size::TextRange;

/// How a call ends when it does not return.
#[derive(Clone, Debug)]
pub enum Exit {
    /// Something was thrown: a problem (`Cell::Problem`).
    Thrown(Value),
    /// `throw.free(x)`: what a `catch` gets is `x` itself, not a sealed problem.
    Freed(Value),
    /// An ejector (`Cell::Ejector`) was called with a value.
    Ejected { ejector: Value, value: Value },
    /// The turn ends at once; no `catch` and no `finally` of the program sees it.
    Stopped(Stop),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The turn's budget of instructions is used up.
    OutOfFuel,
    /// Someone outside asked for it.
    Interrupted,
    /// The vat's heap has reached its limit, and collecting did not help.
    OutOfMemory,
}

/// A part of a message.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    Text(Arc<str>),
    /// A value as `E.toQuote` shows it.
    Quote(Value),
    /// A value as `E.toString` shows it.
    Print(Value),
    /// The value's type with its article: `an int`, `a String`, `the "__main$gate"` minus the article's choice.
    TypeOf(Value),
}

/// What a problem tells a program that looks into it.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum About {
    /// Its message and no more.
    #[default]
    Message,
    /// A guard refused a specimen.
    Coercion { specimen: Value, guard: Value },
    /// It was made in E.
    Structure(Box<Structure>),
}

/// A problem made in E.
#[derive(Clone, PartialEq, Debug)]
pub struct Structure {
    /// The list of its types' names.
    pub types: Value,
    /// A map.
    pub properties: Value,
    /// What prints it, given a writer and the problem.
    pub printer: Value,
}

impl About {
    /// The values it holds.
    pub fn values(&self) -> Vec<Value> {
        match self {
            About::Message => Vec::new(),
            About::Coercion { specimen, guard } => vec![*specimen, *guard],
            About::Structure(it) => vec![it.types, it.properties, it.printer],
        }
    }
    fn values_mut(&mut self) -> Vec<&mut Value> {
        match self {
            About::Message => Vec::new(),
            About::Coercion { specimen, guard } => vec![specimen, guard],
            About::Structure(it) => vec![&mut it.types, &mut it.properties, &mut it.printer],
        }
    }
}

/// A problem: an optional type name, a message, and where it happened.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Problem {
    /// `viciousCycleException` in `<viciousCycleException: Ref loop>`; without one it prints
    /// `problem: message`.
    pub kind: Option<Arc<str>>,
    pub message: Vec<Part>,
    pub about: About,
    /// What was asked in vain, for those who want to know what it would have answered to.
    pub subject: Option<Box<Value>>,
    /// The frames it went through, innermost first.
    pub trace: Vec<TraceLine>,
    /// The message that began the turn it ended.
    pub sent: Option<Sent>,
}

/// A place a problem went through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceLine {
    /// The fully qualified name of the object and the verb: `__main$purse.deposit/2`; or the name of the text.
    pub place: Arc<str>,
    /// The name of the text (`cell 3`, `mint.e`).
    pub source: Arc<str>,
    pub range: TextRange,
}

impl Problem {
    /// `Problem::new("list index ").value(i).text(" is out of range")`
    pub fn new(text: impl AsRef<str>) -> Problem {
        Problem::default().text(text)
    }
    /// `Problem::typed("viciousCycleException", "Ref loop")`
    pub fn typed(kind: &str, text: impl AsRef<str>) -> Problem {
        Problem { kind: Some(Arc::from(kind)), ..Problem::new(text) }
    }
    pub fn text(mut self, text: impl AsRef<str>) -> Problem {
        if !text.as_ref().is_empty() {
            self.message.push(Part::Text(Arc::from(text.as_ref())));
        }
        self
    }
    /// The same problem, known to be a guard's refusal.
    pub fn refused(self, specimen: Value, guard: Value) -> Problem {
        Problem { about: About::Coercion { specimen, guard }, ..self }
    }
    /// The values in the message, and those it is about.
    pub fn values(&self) -> impl Iterator<Item = Value> + '_ {
        let said = self.message.iter().filter_map(|it| match it {
            Part::Text(_) => None,
            Part::Quote(it) | Part::Print(it) | Part::TypeOf(it) => Some(*it),
        });
        said.chain(self.about.values()).chain(self.subject.as_deref().copied())
    }
    /// The same, to put others in their place.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> + '_ {
        let said = self.message.iter_mut().filter_map(|it| match it {
            Part::Text(_) => None,
            Part::Quote(it) | Part::Print(it) | Part::TypeOf(it) => Some(it),
        });
        said.chain(self.about.values_mut()).chain(self.subject.as_deref_mut())
    }
    /// The whole of a problem that a string was thrown as; `None`: there is more to it.
    pub fn plain_text(&self) -> Option<&str> {
        match &self.message[..] {
            _ if self.kind.is_some() || self.about != About::Message => None,
            [] => Some(""),
            [Part::Text(it)] => Some(it),
            _ => None,
        }
    }
    /// A value, quoted.
    pub fn value(mut self, value: Value) -> Problem {
        self.message.push(Part::Quote(value));
        self
    }
    /// A value, unquoted.
    pub fn print(mut self, value: Value) -> Problem {
        self.message.push(Part::Print(value));
        self
    }
    /// `int`, `String`, `"__main$gate"`: the value's type as messages name it, without an article.
    pub fn type_of(mut self, value: Value) -> Problem {
        self.message.push(Part::TypeOf(value));
        self
    }
}

impl From<&str> for Problem {
    fn from(text: &str) -> Problem {
        Problem::new(text)
    }
}
impl From<String> for Problem {
    fn from(text: String) -> Problem {
        Problem::new(text)
    }
}
