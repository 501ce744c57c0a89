//! The cells' vats, and the names that pass between them.

use crate::asks::asks;
use crate::cell::{Cell, Ended};
use crate::directive::{Directives, Place};
use crate::display::Shown;
use crate::grants::Power;
use crate::pages::Pages;
use crate::powers::Outside;
use crate::prelude;
use crate::program::{self, Program};
use crate::rich;
use crate::sequence::Messages;
use crate::trouble::Trouble;
use crate::voice::Request;
use analysis::{CompletionItem, InlayHint};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use syntax::{Outer, Pragmas};
use vat::problem::Stop;
use vat::{Evaluated, Evaluation, Handle, Interrupt, Limits, Outcome, ReferenceState, Sharing, VatId, World};

/// A cell's E on its way through its vat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Started {
    pub handle: Handle,
    /// What its text is called: `cell 3`.
    pub title: Arc<str>,
}

/// Why a cell has not been started.
pub enum Halt {
    /// Something is wrong with it, and nothing of it has run.
    Trouble(Trouble),
    /// It names powers that it was not granted.
    Asks(Vec<Power>),
}

/// A vat that cells run in.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub vat: VatId,
    /// As messages name it: `the vat of cell 3`, `the vat `bank``.
    pub label: String,
    /// The optional syntaxes that its next cell starts with.
    pub pragmas: Pragmas,
}

/// A name that a cell has defined.
pub(crate) struct Named {
    pub home: Home,
    /// The cell.
    pub title: Arc<str>,
    /// What it was in the last vat that it was brought to.
    pub elsewhere: Option<Sharing>,
}

/// A cell that was read, kept to point at.
pub(crate) struct Source {
    pub vat: VatId,
    pub text: String,
    pub program: Program,
    /// What its front end calls it.
    pub cell: Option<String>,
}

pub struct Notebook {
    pub(crate) world: World,
    pub(crate) outside: Outside,
    pub(crate) messages: Messages,
    /// The modules that Python has loaded for cells.
    pub(crate) modules: Vec<String>,
    /// Where cells run that do not say where.
    lasting: Place,
    pub(crate) homes: HashMap<String, Home>,
    /// The vats that were made for one cell each.
    pub(crate) of_cells: HashSet<VatId>,
    pub(crate) names: BTreeMap<String, Named>,
    pub(crate) sources: HashMap<Arc<str>, Source>,
    pages: Pages,
    /// Which request each evaluation belongs to.
    pub(crate) requests: HashMap<Handle, Arc<Request>>,
    /// How often the cell of a number was run, where numbers repeat.
    runs: HashMap<u64, u64>,
    /// Whether the last turn found something to do.
    is_busy: bool,
    /// When the next timer rings, if the vats are quiet until then.
    timer: Option<Instant>,
}

/// What a turn did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turned {
    /// Nothing was there to do.
    Quiet,
    /// A turn was taken; these evaluations have their value.
    Ran { settled: Vec<Handle> },
}

impl Notebook {
    /// A notebook without cells.
    pub fn new(outside: Outside) -> Notebook {
        Notebook {
            world: World::new(Limits::default()),
            outside,
            messages: Messages::default(),
            modules: Vec::new(),
            lasting: Place::New,
            homes: HashMap::new(),
            of_cells: HashSet::new(),
            names: BTreeMap::new(),
            sources: HashMap::new(),
            pages: Pages::with(prelude::TITLE, prelude::TEXT),
            requests: HashMap::new(),
            runs: HashMap::new(),
            is_busy: false,
            timer: None,
        }
    }

    /// What stops the turn that is running.
    pub fn interrupt(&self) -> Interrupt {
        self.world.interrupt()
    }

    /// Reads a cell and puts it in its vat's queue; or says why not, and nothing of it has run.
    pub fn start(&mut self, cell: &Cell, directives: &Directives) -> Result<Started, Halt> {
        if let Some(place) = &directives.lasting {
            self.lasting = place.clone();
        }
        let place = directives.here.clone().unwrap_or_else(|| self.lasting.clone());
        let title = self.title(cell);
        let home = match &place {
            Place::New => None,
            Place::Named(name) => self.homes.get(name).cloned(),
        };
        let pragmas = home.as_ref().map(|it| it.pragmas).unwrap_or_default();
        let outer = |noun: &str| self.outer(home.as_ref(), noun);
        let program = program::read(&title, &directives.program, &pragmas, &outer).map_err(Halt::Trouble)?;
        let is_ours = |noun: &str| self.names.contains_key(noun);
        let asked = asks(&program.expansion, &program.scopes, &is_ours);
        if !asked.is_empty() {
            let missing = self.outside.grants.missing(&asked, cell.request.id());
            if !missing.is_empty() {
                return Err(Halt::Asks(missing));
            }
        }
        let mut home = home.unwrap_or_else(|| self.make_home(&place, &title));
        home.pragmas = program.pragmas;
        if let Place::Named(name) = place {
            self.homes.insert(name, home.clone());
        }
        self.share_names(&program, &home);
        if asked.iter().any(|it| matches!(it, Power::Python(_))) {
            self.bring_python(&home, &asked).map_err(Halt::Trouble)?;
        }
        let evaluation = Evaluation::new(program.expansion.clone(), &title);
        let handle = self.queue(home.vat, evaluation, &cell.request);
        let source = Source {
            vat: home.vat,
            text: cell.code().to_owned(),
            program,
            cell: cell.id().map(str::to_owned),
        };
        self.sources.insert(title.clone(), source);
        *self.runs.entry(cell.number).or_default() += 1;
        Ok(Started { handle, title })
    }

    /// Queues an expression in the vat of a cell that has come to its end: it sees what the cell has defined.
    pub fn start_beside(
        &mut self,
        cell: &Cell,
        beside: &Started,
        name: &str,
        text: &str,
    ) -> Result<Started, Trouble> {
        let vat = beside.handle.vat;
        let title: Arc<str> = format!("{name} of {}", beside.title).into();
        let label = String::new();
        let home = Home { vat, label, pragmas: Pragmas::default() };
        let outer = |noun: &str| self.outer(Some(&home), noun);
        let program = program::read(&title, text, &Pragmas::default(), &outer)?;
        self.share_names(&program, &home);
        let handle = self.queue(vat, Evaluation::new(program.expansion, &title), &cell.request);
        Ok(Started { handle, title })
    }

    fn queue(&mut self, vat: VatId, evaluation: Evaluation, request: &Arc<Request>) -> Handle {
        let handle = self.world.eval(vat, evaluation);
        self.is_busy = true;
        self.requests.insert(handle, request.clone());
        handle
    }

    /// `cell 3`; cells that do not count have the number of the last one that did.
    fn title(&self, cell: &Cell) -> Arc<str> {
        match self.runs.get(&cell.number).copied().unwrap_or(0) {
            0 => format!("cell {}", cell.number).into(),
            again => format!("cell {}.{again}", cell.number).into(),
        }
    }

    /// What a noun means to a cell that runs in `home`, or in a vat that is still to be made.
    fn outer(&self, home: Option<&Home>, noun: &str) -> Option<Outer> {
        match (self.names.get(noun), home) {
            (Some(named), Some(home)) if named.home.vat == home.vat => self.world.outer(home.vat, noun),
            // A copy, or a reference: assigning to it would not change what it is elsewhere.
            (Some(_), _) => Some(Outer { assignable: false }),
            (None, _) if Notebook::is_python(&self.names, noun) => Some(Outer { assignable: false }),
            (None, _) if prelude::NAMES.contains(&noun) => Some(Outer { assignable: false }),
            (None, Some(home)) => self.world.outer(home.vat, noun),
            (None, None) => audit::scopes::lookup(noun).map(|_| Outer { assignable: false }),
        }
    }

    fn make_home(&mut self, place: &Place, title: &str) -> Home {
        let (name, label) = match place {
            Place::New => (title, format!("the vat of {title}")),
            Place::Named(name) => (name.as_str(), format!("the vat `{name}`")),
        };
        let vat = self.world.make_vat(name, Box::new(self.outside.powers()));
        if *place == Place::New {
            self.of_cells.insert(vat);
        }
        Home { vat, label, pragmas: Pragmas::default() }
    }

    /// Brings the names of other vats that the program uses.
    fn share_names(&mut self, program: &Program, home: &Home) {
        for (noun, ..) in &program.scopes.free {
            if prelude::NAMES.contains(&&**noun) && !self.names.contains_key(&**noun) {
                self.load_prelude();
            }
            if let Some(named) = self.names.get_mut(&**noun).filter(|it| it.home.vat != home.vat) {
                named.elsewhere = Some(self.world.share(named.home.vat, noun, home.vat));
            }
        }
    }

    /// Gives the notebook's own names their values, where no cell has given them others.
    fn load_prelude(&mut self) {
        let vat = self.world.make_vat(prelude::TITLE, Box::new(self.outside.powers()));
        let Ok(program) =
            program::read(prelude::TITLE, prelude::TEXT, &Pragmas::default(), &|it| self.outer(None, it))
        else {
            return debug_assert!(false, "the prelude is a program");
        };
        let handle = self.world.eval(vat, Evaluation::new(program.expansion, prelude::TITLE));
        self.world.run_turn_of(vat);
        let home = Home { vat, label: "the notebook itself".to_owned(), pragmas: Pragmas::default() };
        for noun in self.world.defined(handle) {
            let named = Named { home: home.clone(), title: prelude::TITLE.into(), elsewhere: None };
            self.names.entry(noun.to_string()).or_insert(named);
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

    /// Whether a vat waits for the world: a line of input, a process, a connection.
    pub fn awaits_world(&self) -> bool {
        // The end of its process, which Python's vat always waits for, is nobody's answer.
        let python = self.homes.get(crate::python::VAT).map(|it| it.vat);
        let answers =
            |(vat, all, ends): (VatId, usize, usize)| all > if Some(vat) == python { ends } else { 0 };
        self.world.awaiting_powers().into_iter().any(answers)
    }

    /// The world has answered: there may be something to do.
    pub fn wake(&mut self) {
        self.is_busy = true;
    }

    /// Takes one turn. What it prints is said for the request it goes back to.
    pub fn run_turn(&mut self) -> Turned {
        if let Some(request) = self.world.next_turn().and_then(|(_, cause)| self.requests.get(&cause?)) {
            self.outside.cause.set(request.clone());
        }
        let report = self.world.run_turn();
        if self.messages.is_kept {
            self.hear_messages();
        }
        self.is_busy = true;
        self.timer = None;
        if let Outcome::Quiet { wake_in } = report.outcome {
            self.is_busy = false;
            self.timer = wake_in.map(|it| Instant::now() + it);
            self.flush();
            return Turned::Quiet;
        }
        Turned::Ran { settled: report.settled }
    }

    /// Says what has been printed.
    pub fn flush(&self) {
        self.outside.streams.flush();
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

    /// Whether the cell's own turn is over and it has asked to wait for a promise.
    pub fn is_waiting(&self, started: &Started) -> bool {
        let handle = started.handle;
        self.world.evaluated(handle).is_some() && self.world.is_waiting(handle.vat)
    }

    /// The names of a cell that has come to its end are there for all others.
    pub fn keep_names(&mut self, started: &Started, program: &str) {
        let handle = started.handle;
        let label = self.homes.values().find(|it| it.vat == handle.vat).map(|it| it.label.clone());
        let label = label.unwrap_or_else(|| format!("the vat of {}", started.title));
        let home = Home { vat: handle.vat, label, pragmas: Pragmas::default() };
        let defined = self.world.defined(handle);
        let mut replaced = Vec::new();
        for noun in &defined {
            let named = Named { home: home.clone(), title: started.title.clone(), elsewhere: None };
            replaced.extend(self.names.insert(noun.to_string(), named).map(|it| it.title));
        }
        for title in replaced {
            if !self.names.values().any(|it| it.title == title) {
                self.pages.forget(&title);
            }
        }
        if !defined.is_empty() {
            self.pages.push(&started.title, program);
        }
    }

    /// What a cell's value looks like now.
    pub fn look(&mut self, started: &Started) -> Shown {
        let handle = started.handle;
        let is_pending = self.world.is_pending(handle);
        let is_null = self.world.is_null(handle);
        let mut shown = Shown { is_pending, is_null, ..Shown::default() };
        match self.world.state(handle) {
            ReferenceState::Broken(text) => {
                if let Some(it) = self.world.problem(handle) {
                    // A program may not look into a sealed problem; the person who runs it may.
                    if !text.contains(&it.printed) {
                        shown.places.push(format!("  {}", it.printed));
                    }
                    shown.cells = self.cells_of(&it);
                    shown.places.extend(self.draw(&it.trace));
                    shown.places.extend(self.draw_sends(&it.sent));
                }
                shown.text = text;
            }
            ReferenceState::Near(text) => {
                shown.text = text;
                if !is_null {
                    shown.rich = rich::bundle(&mut self.world, handle, is_pending);
                    shown.is_live = shown.rich.remove(rich::LIVE).is_some_and(|it| it == true);
                }
            }
            ReferenceState::Far(text) | ReferenceState::Promise(text) => shown.text = text,
        }
        shown
    }

    /// Why a pending value can never settle, a line each; nothing if somebody is left who may settle it.
    pub fn why_never(&mut self, started: &Started) -> Option<Vec<String>> {
        let why = self.world.why_pending(started.handle).filter(|it| it.never)?;
        Some(why.to_string().lines().map(|it| format!("  {it}")).collect())
    }

    /// What could be written at a place of `text`: names of the cells and of E, and messages.
    pub fn completions(&mut self, text: &str, at: usize) -> Vec<CompletionItem> {
        self.pages.completions(text, at)
    }

    /// What the analysis knows of the name at a place of `text`, as Markdown.
    pub fn hover(&mut self, text: &str, at: usize) -> Option<String> {
        self.pages.hover(text, at).map(|it| it.markdown)
    }

    /// What auditors say of the objects in `text`, which continues all cells.
    pub fn hints(&mut self, text: &str) -> Vec<InlayHint> {
        self.pages.hints(text)
    }

    /// What a name that a cell has defined reaches.
    pub fn authority(&mut self, noun: &str) -> Option<analysis::NameAuthority> {
        let title = self.names.get(noun)?.title.clone();
        self.pages.authority(&title).into_iter().find(|it| it.name == noun)
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

    /// What it is now, and the cell that defined it.
    pub fn describe_whole(&mut self, noun: &str) -> Option<String> {
        let named = self.names.get(noun)?;
        let value = self.world.print_name(named.home.vat, noun);
        let text = self.sources.get(&named.title).map(|it| it.text.as_str()).unwrap_or_default();
        Some(format!("Now it is {value}\n\n```e\n{text}\n```"))
    }
}
