//! A vat and the texts that are evaluated in it, one after the other.
//!
//! Names and pragmas stay from text to text. How long to run, and what to show of the outcome, is for the
//! command to say: a transcript counts turns, a program runs until it is quiet.

use crate::causeway::Causeway;
use crate::imports::Imports;
use crate::powers::{Console, Grants};
use std::time::Duration;
use syntax::{Expansion, Pragmas, Scopes, SyntaxError, SyntaxErrorKind};
use vat::causality::why::Why;
use vat::problem::Stop;
use vat::transcript::Recorder;
use vat::world::Workers;
use vat::{
    Evaluated, Evaluation, Handle, Interrupt, Limits, Outcome, ProblemReport, ReferenceState, VatId, World,
};

/// How running until something ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// It has come to pass.
    Done,
    /// Nothing is left that could make it come to pass.
    Stuck,
    /// A turn used up its budget, or there were too many turns.
    Exhausted,
    /// Somebody stopped it.
    Interrupted,
}

pub struct Session {
    world: World,
    /// The vat that texts go to now, and the others.
    seat: Seat,
    others: Vec<Seat>,
    imports: Imports,
    grants: Grants,
    recorder: Option<Recorder>,
    causeway: Option<Causeway>,
    /// On how many threads vats run where nobody counts their turns.
    workers: usize,
}

/// A vat with what stays from one of its texts to the next.
struct Seat {
    name: String,
    vat: VatId,
    pragmas: Pragmas,
    console: Console,
}

/// A text that was read: it can be run if it has no errors.
pub struct Read {
    pub expansion: Expansion,
    pub scopes: Scopes,
    pub errors: Vec<SyntaxError>,
}

impl Read {
    pub fn uses(&self) -> impl Iterator<Item = &str> {
        self.scopes.free.iter().map(|(noun, ..)| &**noun)
    }
    pub fn defines(&self) -> impl Iterator<Item = &str> {
        self.scopes.definitions.iter().filter(|it| it.top_level).map(|it| &*it.noun)
    }
}

/// Turns between two looks at timers and at what powers have answered.
const AT_ONCE: u64 = 256;

/// More turns than any step needs; a program that sends to itself for ever is stopped after so many.
pub const TURNS: u64 = 1_000_000;

impl Session {
    /// A vat in a world of its own.
    pub fn new(console: Console, imports: Imports, grants: Grants, limits: Limits) -> Session {
        Session::recorded(console, imports, grants, limits, None)
    }

    /// The same; what it does, run until it is quiet, is recorded.
    pub fn recorded(
        console: Console,
        imports: Imports,
        grants: Grants,
        limits: Limits,
        recorder: Option<Recorder>,
    ) -> Session {
        let mut world = World::new(limits);
        let powers = console.powers(imports.clone(), grants.clone());
        let powers = match &recorder {
            Some(it) => it.powers(powers),
            None => powers,
        };
        recorder.iter().for_each(|it| world.record(it.clone()));
        let vat = world.make_vat("main", powers);
        let seat = Seat { name: String::new(), vat, pragmas: Pragmas::default(), console };
        Session { world, seat, others: Vec::new(), imports, grants, recorder, causeway: None, workers: 1 }
    }

    /// What `interp.getProps()` gives from now on.
    pub fn set_properties(&self, properties: &[(String, String)]) {
        self.seat.console.set_properties(properties);
    }

    /// Vats run on so many threads at most, where nobody counts their turns.
    pub fn set_workers(&mut self, workers: usize) {
        self.workers = workers;
    }

    /// Texts go to the vat of this name from now on; it is made if there is none, or if a new one is wanted.
    pub fn enter(&mut self, name: &str, new: bool) {
        let known = self.others.iter().position(|it| it.name == name).filter(|_| !new);
        let next = match known {
            Some(at) => self.others.remove(at),
            None if self.seat.name == name && !new => return,
            None => {
                let console = self.seat.console.beside();
                let powers = console.powers(self.imports.clone(), self.grants.clone());
                let vat = self.world.make_vat(name, powers);
                Seat { name: name.to_owned(), vat, pragmas: Pragmas::default(), console }
            }
        };
        self.others.retain(|it| it.name != name);
        self.others.push(std::mem::replace(&mut self.seat, next));
    }

    /// Reads a text as the next one: what it says, or why it cannot be run.
    pub fn read(&mut self, text: &str) -> Read {
        let parse = syntax::parse_with(text, &self.seat.pragmas);
        let expansion = syntax::expand(&parse.program);
        let scopes = syntax::resolve(&expansion.program);
        let is_error = |it: &SyntaxError| it.kind != SyntaxErrorKind::Warning;
        let mut errors: Vec<SyntaxError> =
            parse.errors.into_iter().chain(expansion.errors.iter().cloned()).filter(is_error).collect();
        if errors.is_empty() {
            self.seat.pragmas = parse.pragmas;
            let outer = |noun: &str| self.world.outer(self.seat.vat, noun);
            errors.extend(syntax::static_errors(&expansion, &scopes, &outer).into_iter().filter(is_error));
        }
        Read { expansion, scopes, errors }
    }

    /// What a noun that nothing defines was probably meant to be; `scopes` is what its program defines itself.
    pub fn meant(&self, fault: &SyntaxError, scopes: &Scopes) -> Option<String> {
        let noun = fault
            .message
            .strip_prefix("undefined variable: ")
            .filter(|_| fault.kind == SyntaxErrorKind::Unbound)?;
        let names = self.names();
        let born = audit::scopes::privileged().filter(|it| !it.is_internal()).map(|it| it.name);
        let own = scopes.definitions.iter().map(|it| it.noun.as_str());
        let meant = syntax::suggest::nearest(noun, names.iter().map(String::as_str).chain(own).chain(born))?;
        Some(format!("did you mean `{meant}`?"))
    }

    /// Queues a program for a turn of its own; `source` is what it is called in traces.
    pub fn queue(&mut self, program: Expansion, source: &str) -> Handle {
        self.world.eval(self.seat.vat, Evaluation::new(program, source))
    }

    /// The same, with its text: the message log says lines and columns of it.
    pub fn queue_text(&mut self, program: Expansion, source: &str, text: &str) -> Handle {
        let it = Evaluation { text: Some(text.into()), ..Evaluation::new(program, source) };
        self.world.eval(self.seat.vat, it)
    }

    /// From now on the message log is written down.
    pub fn log_to(&mut self, causeway: Causeway) {
        self.world.log_messages();
        self.causeway = Some(causeway);
    }

    /// Writes down what has been logged; a log that cannot be written ends with that.
    fn log(&mut self) {
        let events = self.world.take_log();
        let Some(it) = &mut self.causeway else { return };
        if let Err(why) = it.write(&self.world, &events) {
            eprintln!("walnut: {why}; the message log is not complete");
            self.causeway = None;
        }
    }

    /// The message log comes to its end.
    pub fn end_log(&mut self) -> std::io::Result<()> {
        self.log();
        self.causeway.take().map_or(Ok(()), Causeway::end)
    }

    /// Queues a turn that does nothing.
    pub fn queue_nothing(&mut self) -> Handle {
        self.queue(syntax::expand(&syntax::parse("").program), "")
    }

    /// Queues the reaction that waits for what `interp.waitAtTop` was given.
    pub fn queue_reactor(&mut self) -> Handle {
        self.world.reactor(self.seat.vat)
    }

    /// Turns until this program has had its own.
    pub fn until_evaluated(&mut self, program: Handle) -> Ended {
        self.turns(|world| match world.evaluated(program) {
            Some(Evaluated::Stopped(stop)) => Some(stopped(stop)),
            Some(_) => Some(Ended::Done),
            None => None,
        })
    }

    /// Turns until this is no promise any more.
    pub fn until_settled(&mut self, handle: Handle) -> Ended {
        self.turns(|world| (!world.is_pending(handle)).then_some(Ended::Done))
    }

    /// A turn. One of another vat that its bank did not let go on is a turn like others: who waits for it is told.
    fn one_turn(&mut self) -> vat::Outcome {
        self.some_turns(1)
    }

    /// Up to so many turns, of which only the last may have ended in a way of its own.
    fn some_turns(&mut self, at_most: u64) -> vat::Outcome {
        let report = match self.workers {
            2.. if at_most > 1 && self.recorder.is_none() => self.world.run_on(Workers::new(self.workers)),
            _ => self.world.run_turns(at_most),
        };
        if self.causeway.is_some() {
            self.log();
        }
        let is_elsewhere = report.vat != Some(self.seat.vat);
        match report.outcome {
            Outcome::Stopped(stop) if stop != Stop::Interrupted && is_elsewhere => Outcome::Turned,
            outcome => outcome,
        }
    }

    /// Turns until nothing is left to do; time passes where only timers are waited for.
    pub fn until_quiet(&mut self) -> Ended {
        let ended = self.quiet();
        if let Some(it) = self.recorder.as_ref() {
            it.end();
        }
        ended
    }

    fn quiet(&mut self) -> Ended {
        // A log is written from turn to turn.
        let at_once = if self.causeway.is_some() { 1 } else { AT_ONCE };
        loop {
            match self.some_turns(at_once) {
                Outcome::Turned => {}
                Outcome::Stopped(stop) => return stopped(stop),
                Outcome::Quiet { wake_in } if self.rests(wake_in) => {
                    if self.world.interrupt().take() {
                        return Ended::Interrupted;
                    }
                }
                Outcome::Quiet { .. } => return Ended::Done,
            }
        }
    }

    /// Lets time go by until a power answers, a timer is due or someone interrupts; not where none of them can.
    fn rests(&self, wake_in: Option<Duration>) -> bool {
        match wake_in {
            _ if self.world.awaits_powers() => {
                self.seat.console.wait_for_answer(wake_in, &self.world.interrupt());
            }
            Some(duration) => self.seat.console.wait(duration, &self.world.interrupt()),
            None => return false,
        }
        true
    }

    fn turns(&mut self, mut over: impl FnMut(&World) -> Option<Ended>) -> Ended {
        for _ in 0..TURNS {
            if let Some(ended) = over(&self.world) {
                return ended;
            }
            match self.one_turn() {
                Outcome::Turned => {}
                // A turn that was stopped may have been another's than the one waited for.
                Outcome::Stopped(stop) => return over(&self.world).unwrap_or(stopped(stop)),
                Outcome::Quiet { wake_in } if self.rests(wake_in) => {
                    if self.world.interrupt().take() {
                        return Ended::Interrupted;
                    }
                }
                Outcome::Quiet { .. } => return over(&self.world).unwrap_or(Ended::Stuck),
            }
        }
        Ended::Exhausted
    }

    /// What is waited for is waited for no longer.
    pub fn stop_waiting(&mut self) {
        self.world.stop_waiting(self.seat.vat);
    }

    pub fn is_null(&self, handle: Handle) -> bool {
        self.world.is_null(handle)
    }

    /// Whether the program threw, or was stopped.
    pub fn failed(&self, program: Handle) -> bool {
        self.world.evaluated(program).is_some_and(|it| it != Evaluated::Value)
    }

    pub fn state(&mut self, handle: Handle) -> ReferenceState {
        self.world.state(handle)
    }

    pub fn problem(&mut self, handle: Handle) -> Option<ProblemReport> {
        let mut report = self.world.problem(handle)?;
        let missing =
            report.printed.split_once("<import:*> can't find \"").and_then(|it| it.1.split_once('"'));
        if let Some((name, _)) = missing {
            let names = self.imports.names();
            let meant = syntax::suggest::nearest(name, names.iter().map(String::as_str));
            report.notes.extend(meant.map(|it| format!("did you mean <import:{it}>?")));
        }
        Some(report)
    }

    /// Why this is not settled, if it is not.
    pub fn why_pending(&mut self, handle: Handle) -> Option<Why> {
        self.world.why_pending(handle)
    }

    pub fn release(&mut self, handle: Handle) {
        self.world.release(handle);
    }

    pub fn names(&self) -> Vec<String> {
        self.world.names(self.seat.vat).iter().map(|it| it.to_string()).collect()
    }

    pub fn interrupt(&self) -> Interrupt {
        self.world.interrupt()
    }

    /// What the thing of this name answers to: verbs, and how many arguments they take.
    pub fn messages(&mut self, noun: &str) -> Vec<(String, usize)> {
        let messages = self.world.messages(self.seat.vat, noun);
        messages.into_iter().map(|(verb, arity)| (verb.to_string(), arity)).collect()
    }

    /// One turn, if there is anything to do: what it did.
    pub fn turn(&mut self) -> vat::TurnReport {
        self.world.run_turn()
    }

    /// Says once more when this is settled.
    pub fn watch(&mut self, handle: Handle) {
        self.world.watch(handle);
    }

    pub fn is_pending(&self, handle: Handle) -> bool {
        self.world.is_pending(handle)
    }

    pub fn take_pushed(&mut self) -> Vec<crate::powers::Pushed> {
        self.seat.console.take_pushed()
    }

    pub fn take_output(&mut self) -> (String, String) {
        self.seat.console.take()
    }
}

fn stopped(stop: Stop) -> Ended {
    match stop {
        Stop::Interrupted => Ended::Interrupted,
        Stop::OutOfFuel | Stop::OutOfMemory => Ended::Exhausted,
    }
}
