//! The cells' vats, and the names that pass between them.

use crate::cell::{Cell, Ended};
use crate::directive::{self, Place};
use crate::display::Shown;
use crate::powers::{Cause, CellPowers};
use crate::program::{self, Program};
use crate::snippet;
use crate::streams::Streams;
use crate::trouble::Trouble;
use crate::wire::Dict;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};
use syntax::{Outer, Pragmas};
use vat::causality::SentLine;
use vat::problem::{Stop, TraceLine};
use vat::{
    Evaluated, Evaluation, Handle, Limits, Outcome, ProblemReport, ReferenceState, Sharing, VatId, World,
};

/// Frames of a trace that are drawn.
const DRAWN: usize = 12;

/// A cell's E on its way through its vat.
#[derive(Clone, Debug)]
pub struct Started {
    handle: Handle,
    /// What its text is called: `cell 3`.
    title: Arc<str>,
}

/// A vat that cells run in.
#[derive(Clone, Debug)]
struct Home {
    vat: VatId,
    /// As messages name it: `the vat of cell 3`, `the vat bank`.
    label: String,
    /// The optional syntaxes that its next cell starts with.
    pragmas: Pragmas,
}

/// A name that a cell has defined.
struct Named {
    home: Home,
    /// The cell.
    title: Arc<str>,
    /// What it was in the last vat that it was brought to.
    elsewhere: Option<Sharing>,
}

/// A cell that was read, kept to point at.
struct Source {
    vat: VatId,
    text: String,
    program: Program,
}

pub struct Notebook {
    world: World,
    streams: Streams,
    cause: Cause,
    /// Where cells run that do not say where.
    lasting: Place,
    homes: HashMap<String, Home>,
    names: BTreeMap<String, Named>,
    sources: HashMap<Arc<str>, Source>,
    /// Which request each evaluation belongs to.
    requests: HashMap<Handle, Arc<Dict>>,
    /// Whether the last turn found something to do.
    is_busy: bool,
    /// When the next timer rings, if the vats are quiet until then.
    timer: Option<Instant>,
}

/// What a turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turned {
    /// Nothing was there to do.
    Quiet,
    /// A turn was taken; a value that somebody waits for may have settled.
    Ran { settled: bool },
}

impl Notebook {
    /// A notebook without cells, whose programs print to `streams`.
    pub fn new(streams: Streams) -> Notebook {
        Notebook {
            world: World::new(Limits::default()),
            streams,
            cause: Cause::default(),
            lasting: Place::New,
            homes: HashMap::new(),
            names: BTreeMap::new(),
            sources: HashMap::new(),
            requests: HashMap::new(),
            is_busy: false,
            timer: None,
        }
    }

    /// What stops the turn that is running.
    pub fn interrupt(&self) -> vat::Interrupt {
        self.world.interrupt()
    }

    /// Reads a cell and puts it in its vat's queue; or says what is wrong with it, and nothing of it has run.
    pub fn start(&mut self, cell: &Cell) -> Result<Started, Trouble> {
        let directives = directive::read(cell.code());
        if let Some(line) = directives.unknown.first() {
            let message =
                format!("`{line}` is no directive; there are `%%vat NAME`, `%vat NAME` and `%vat new`");
            return Err(Trouble::new("UnknownDirective", message));
        }
        if let Some(place) = directives.lasting {
            self.lasting = place;
        }
        let place = directives.here.unwrap_or_else(|| self.lasting.clone());
        let title: Arc<str> = format!("cell {}", cell.number).into();
        let home = match &place {
            Place::New => None,
            Place::Named(name) => self.homes.get(name).cloned(),
        };
        let pragmas = home.as_ref().map(|it| it.pragmas).unwrap_or_default();
        let outer = |noun: &str| self.outer(home.as_ref(), noun);
        let program = program::read(&title, &directives.program, &pragmas, &outer)?;

        let mut home = home.unwrap_or_else(|| self.make_home(&place, &title));
        home.pragmas = program.pragmas;
        if let Place::Named(name) = place {
            self.homes.insert(name, home.clone());
        }
        self.share_names(&program, &home);
        let evaluation = Evaluation::new(program.expansion.clone(), &title);
        let handle = self.world.eval(home.vat, evaluation);
        self.is_busy = true;
        self.requests.insert(handle, Arc::new(cell.request.header().clone()));
        self.sources.insert(title.clone(), Source { vat: home.vat, text: cell.code().to_owned(), program });
        Ok(Started { handle, title })
    }

    /// What a noun means to a cell that runs in `home`, or in a vat that is still to be made.
    fn outer(&self, home: Option<&Home>, noun: &str) -> Option<Outer> {
        match (self.names.get(noun), home) {
            (Some(named), Some(home)) if named.home.vat == home.vat => self.world.outer(home.vat, noun),
            // A copy, or a reference: assigning to it would not change what it is elsewhere.
            (Some(_), _) => Some(Outer { assignable: false }),
            (None, Some(home)) => self.world.outer(home.vat, noun),
            (None, None) => audit::scopes::lookup(noun).map(|_| Outer { assignable: false }),
        }
    }

    fn make_home(&mut self, place: &Place, title: &str) -> Home {
        let (name, label) = match place {
            Place::New => (title, format!("the vat of {title}")),
            Place::Named(name) => (name.as_str(), format!("the vat `{name}`")),
        };
        let powers = CellPowers { streams: self.streams.clone(), cause: self.cause.clone() };
        let vat = self.world.make_vat(name, Box::new(powers));
        Home { vat, label, pragmas: Pragmas::default() }
    }

    /// Brings the names of other vats that the program uses.
    fn share_names(&mut self, program: &Program, home: &Home) {
        for (noun, ..) in &program.scopes.free {
            if let Some(named) = self.names.get_mut(&**noun).filter(|it| it.home.vat != home.vat) {
                named.elsewhere = Some(self.world.share(named.home.vat, noun, home.vat));
            }
        }
    }

    /// Whether there is a turn to take now.
    pub fn has_turns(&self) -> bool {
        self.is_busy || self.timer.is_some_and(|it| it <= Instant::now())
    }

    /// How long it is until a timer rings.
    pub fn next_timer(&self) -> Option<Duration> {
        self.timer.map(|it| it.saturating_duration_since(Instant::now()))
    }

    /// Takes one turn. What it prints is said for the request it goes back to.
    pub fn run_turn(&mut self) -> Turned {
        if let Some(request) = self.world.next_turn().and_then(|(_, cause)| self.requests.get(&cause?)) {
            self.cause.set(request.clone());
        }
        let report = self.world.run_turn();
        self.is_busy = true;
        self.timer = None;
        if let Outcome::Quiet { wake_in } = report.outcome {
            self.is_busy = false;
            self.timer = wake_in.map(|it| Instant::now() + it);
            self.flush();
            return Turned::Quiet;
        }
        Turned::Ran { settled: !report.settled.is_empty() }
    }

    /// Says what has been printed.
    pub fn flush(&self) {
        self.streams.flush();
    }

    /// How the cell's own turn ended; none if it has not, or if the cell has asked to wait for a promise.
    pub fn ended(&mut self, started: &Started) -> Option<Ended> {
        let handle = started.handle;
        match self.world.evaluated(handle)? {
            Evaluated::Value if self.world.is_waiting(handle.vat) => None,
            Evaluated::Value => Some(Ended::Value),
            Evaluated::Stopped(Stop::Interrupted) => Some(Ended::Failed(Trouble::interrupted())),
            Evaluated::Stopped(_) | Evaluated::Threw => {
                let problem = self.world.problem(handle);
                Some(Ended::Failed(problem.map_or_else(Trouble::unknown, |it| self.trouble(&it))))
            }
        }
    }

    /// The names of a cell that has come to its end are there for all others.
    pub fn keep_names(&mut self, started: &Started) {
        let handle = started.handle;
        let label = self.homes.values().find(|it| it.vat == handle.vat).map(|it| it.label.clone());
        let label = label.unwrap_or_else(|| format!("the vat of {}", started.title));
        let home = Home { vat: handle.vat, label, pragmas: Pragmas::default() };
        for noun in self.world.defined(handle) {
            let named = Named { home: home.clone(), title: started.title.clone(), elsewhere: None };
            self.names.insert(noun.to_string(), named);
        }
    }

    /// What a cell's value looks like now.
    pub fn look(&mut self, started: &Started) -> Shown {
        let handle = started.handle;
        let is_pending = self.world.is_pending(handle);
        let is_null = self.world.is_null(handle);
        let (text, places) = match self.world.state(handle) {
            ReferenceState::Broken(text) => {
                let mut places = Vec::new();
                if let Some(it) = self.world.problem(handle) {
                    // A program may not look into a sealed problem; the person who runs it may.
                    if !text.contains(&it.printed) {
                        places.push(format!("  {}", it.printed));
                    }
                    places.extend(self.draw(&it.trace));
                    places.extend(self.draw_sends(&it.sent));
                }
                (text, places)
            }
            ReferenceState::Near(text) | ReferenceState::Far(text) | ReferenceState::Promise(text) => {
                (text, Vec::new())
            }
        };
        Shown { text, is_pending, is_null, places, note: None }
    }

    fn trouble(&self, problem: &ProblemReport) -> Trouble {
        let name = problem.kind.as_deref().unwrap_or("problem");
        let message = message_of(&problem.printed, name);
        let mut trouble = Trouble::new(name, message);
        if let Some(reason) = self.why_far(problem) {
            trouble.message += &format!("\n{reason}");
        }
        trouble.places = self.draw(&problem.trace);
        trouble.places.extend(self.draw_sends(&problem.sent));
        trouble
    }

    /// Of an immediate call on another vat's object: where it lives, why it is far, and what to do.
    fn why_far(&self, problem: &ProblemReport) -> Option<String> {
        let place =
            problem.trace.first().filter(|_| problem.printed.contains("not synchronously callable"))?;
        let source = self.sources.get(&place.source)?;
        let noun = source.program.called_noun(place.range)?;
        let named = self.names.get(noun).filter(|it| it.home.vat != source.vat)?;
        let Some(Sharing::Far { why }) = &named.elsewhere else { return None };
        let reason = why.first().map_or("it may change", String::as_str);
        let label = &named.home.label;
        let ways = match label.strip_prefix("the vat `").and_then(|it| it.strip_suffix('`')) {
            Some(name) => format!("or let this cell run there, with `%%vat {name}` as its first line"),
            None => format!(
                "or let {} and this cell run in one vat, with `%%vat NAME` as the first line of both",
                named.title
            ),
        };
        Some(format!("`{noun}` stays in {label} because {reason}. Send to it with `{noun} <- …`, {ways}."))
    }

    /// Snippets of the cells that a problem went through, innermost first.
    fn draw(&self, trace: &[TraceLine]) -> Vec<String> {
        let mut lines = Vec::new();
        for it in trace.iter().take(DRAWN) {
            match self.sources.get(&it.source) {
                Some(source) => {
                    let mut drawn = snippet::draw(&it.source, &source.text, it.range.into());
                    if *it.place != *"__main" {
                        drawn[0] += &format!(", in {}", it.place.trim_start_matches("__main$"));
                    }
                    lines.extend(drawn);
                }
                None => lines.push(format!("  {} in {}", it.source, it.place)),
            }
        }
        if trace.len() > DRAWN {
            lines.push(format!("  and {} calls around them", trace.len() - DRAWN));
        }
        lines
    }

    /// The sends that led to a problem, the latest first, with the cells that sent.
    fn draw_sends(&self, sends: &[SentLine]) -> Vec<String> {
        let mut lines = Vec::new();
        for it in sends.iter().take(DRAWN) {
            lines.push(format!("sent in turn {} of {}", it.turn, it.vat));
            lines.extend(self.draw(it.at.as_slice()));
        }
        lines
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Where a name comes from and what it is elsewhere.
    pub fn describe(&self, noun: &str) -> Option<String> {
        let named = self.names.get(noun)?;
        let elsewhere = match &named.elsewhere {
            None => String::new(),
            Some(Sharing::Near) => "; near in every cell".to_owned(),
            Some(Sharing::Far { why }) if why.is_empty() => "; far in every other vat".to_owned(),
            Some(Sharing::Far { why }) => format!("; far in every other vat, because {}", why.join(" and ")),
            Some(Sharing::Promise) => "; a promise in every other vat".to_owned(),
            Some(Sharing::Missing) => "; gone with its vat".to_owned(),
        };
        Some(format!("{noun}: of {}, in {}{elsewhere}", named.title, named.home.label))
    }
}

/// `problem: too late` and `problem: <tooLate: too late>` are both `too late`; the name is said beside it.
fn message_of(printed: &str, name: &str) -> String {
    let plain = printed.strip_prefix("problem: ").unwrap_or(printed);
    let typed = plain.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    typed.and_then(|it| it.strip_prefix(name)?.strip_prefix(": ")).unwrap_or(plain).to_owned()
}

#[cfg(test)]
mod tests {
    use super::message_of;

    #[test]
    fn a_problem_is_named_once() {
        assert_eq!(message_of("problem: too late", "problem"), "too late");
        assert_eq!(message_of("problem: <lateException: too late>", "lateException"), "too late");
        assert_eq!(message_of("<lateException: too late>", "lateException"), "too late");
        assert_eq!(message_of("problem: <x>", "problem"), "<x>");
    }
}
