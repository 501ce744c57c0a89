//! The world as a vat started from the command line sees it: streams, clock, entropy, modules, grants.
//!
//! Two ways of keeping time: a program that runs waits for the clock on the wall, a transcript has a clock of
//! its own that jumps to the next thing that is due, so that it never waits and always says the same.

use crate::imports::Imports;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use vat::Interrupt;
use vat::powers::host::{self, Bell, Host};
use vat::powers::{Command, FileAnswer, FileRequest, Job, Reply, Resource, Spawned};

pub use vat::powers::host::Grants;

/// What `walnut run` grants without being asked.
pub fn usual() -> Grants {
    Grants::of(&["stdout", "stderr", "timer"])
}

/// What a person at the prompt and a transcript have: their own output, clock, entropy, interpreter, vats. What
/// they read is the prompt's, or nobody's.
pub fn own() -> Grants {
    Grants::of(&["stdout", "stderr", "timer", "entropy", "interp", "vat"])
}

/// What a confined transcript has.
pub fn confined() -> Grants {
    Grants::of(&["stdin", "stdout", "stderr", "interp"])
}

/// These and more, or why that makes no sense.
pub fn with(grants: Grants, more: &[String]) -> Result<Grants, String> {
    more.iter().try_fold(grants, |grants, it| grants.with(it))
}

/// How long nobody looks whether the waiting has been interrupted.
const LONGEST_NAP: Duration = Duration::from_millis(20);

/// Kept outside the vat by whoever runs it; what the vat writes and waits for arrives here.
#[derive(Clone, Default)]
pub struct Console {
    state: Arc<Mutex<State>>,
    /// What the clock says, where time jumps; one clock for all consoles of a world.
    clock: Arc<Mutex<Option<i64>>>,
    /// Rung when something that a program of this world waits for has happened.
    bell: Bell,
    /// What the program is told when it is started.
    arguments: Arc<[String]>,
}

/// A step that a program has asked for: the program, and the keys and texts it should say.
pub type Pushed = (String, Vec<(String, String)>);

#[derive(Default)]
struct State {
    /// Texts written and not taken yet; nothing is kept where they go straight to the terminal.
    stdout: String,
    stderr: String,
    captured: bool,
    pushed: Vec<Pushed>,
    properties: Vec<(String, String)>,
}

impl Console {
    /// Text goes to the terminal at once; time passes by itself.
    pub fn terminal() -> Console {
        Console::default()
    }

    /// The same for a program that is told something.
    pub fn telling(self, arguments: &[String]) -> Console {
        Console { arguments: arguments.into(), ..self }
    }

    /// What `interp.getProps()` gives from now on.
    pub fn set_properties(&self, properties: &[(String, String)]) {
        self.lock().properties = properties.to_vec();
    }

    /// Text is kept; time jumps.
    pub fn captured() -> Console {
        let clock = Arc::new(Mutex::new(Some(host::clock_millis())));
        Console { clock, ..Console::captured_in_real_time() }
    }

    /// Text is kept; time passes by itself.
    pub fn captured_in_real_time() -> Console {
        let state = Arc::new(Mutex::new(State { captured: true, ..State::default() }));
        Console { state, ..Console::default() }
    }

    /// Streams of its own, and the same clock.
    pub fn beside(&self) -> Console {
        let captured = self.lock().captured;
        let properties = self.lock().properties.clone();
        let state = Arc::new(Mutex::new(State { captured, properties, ..State::default() }));
        Console { state, ..self.clone() }
    }

    /// The steps that were asked for since the last time.
    pub fn take_pushed(&self) -> Vec<Pushed> {
        std::mem::take(&mut self.lock().pushed)
    }

    /// What was written since the last time: standard output, standard error.
    pub fn take(&self) -> (String, String) {
        let mut state = self.lock();
        (std::mem::take(&mut state.stdout), std::mem::take(&mut state.stderr))
    }

    /// Lets this much time go by.
    pub fn wait(&self, duration: Duration, interrupt: &Interrupt) {
        if self.jump(duration) {
            return;
        }
        let until = std::time::Instant::now().checked_add(duration);
        while !interrupt.is_raised() {
            let left =
                until.map_or(LONGEST_NAP, |it| it.saturating_duration_since(std::time::Instant::now()));
            if left.is_zero() {
                break;
            }
            std::thread::sleep(left.min(LONGEST_NAP));
        }
    }

    /// Waits until the world has answered, or for so long, or until someone interrupts.
    pub fn wait_for_answer(&self, at_most: Option<Duration>, interrupt: &Interrupt) {
        let mut left = at_most;
        while left.is_none_or(|it| !it.is_zero()) && !interrupt.is_raised() {
            let now = left.map_or(LONGEST_NAP, |it| it.min(LONGEST_NAP));
            if self.bell.wait(now) {
                return;
            }
            left = left.map(|it| it.saturating_sub(now));
        }
        if let Some(duration) = at_most {
            self.jump(duration);
        }
    }

    /// Where time jumps, it does.
    fn jump(&self, duration: Duration) -> bool {
        let mut clock = self.clock.lock().unwrap_or_else(|it| it.into_inner());
        let Some(now) = &mut *clock else { return false };
        // At least a millisecond, or a timer that is due in less would be waited for again and again.
        *now = now.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1));
        true
    }

    /// The powers of a vat that writes and waits here.
    pub fn powers(&self, imports: Imports, grants: Grants) -> Box<dyn vat::Powers> {
        let host = Host::new(grants, self.bell.clone());
        Box::new(Powers { console: self.clone(), imports, host })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|it| it.into_inner())
    }
}

struct Powers {
    console: Console,
    imports: Imports,
    host: Host,
}

impl vat::Powers for Powers {
    fn stdout(&mut self, text: &str) {
        let mut state = self.console.lock();
        if state.captured {
            state.stdout.push_str(text);
        } else {
            // A reader that has gone away is no reason for the program to stop.
            let mut out = std::io::stdout().lock();
            let _gone = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        }
    }

    fn stderr(&mut self, text: &str) {
        let mut state = self.console.lock();
        if state.captured {
            state.stderr.push_str(text);
        } else {
            let _gone = std::io::stderr().lock().write_all(text.as_bytes());
        }
    }

    /// Traces are for the person at the terminal; a program, and a transcript of it, cannot read them.
    fn trace(&mut self, text: &str) {
        let _gone = std::io::stderr().lock().write_all(text.as_bytes());
    }

    fn clock_millis(&mut self) -> i64 {
        self.console.clock.lock().unwrap_or_else(|it| it.into_inner()).unwrap_or_else(host::clock_millis)
    }

    fn entropy(&mut self, bytes: &mut [u8]) {
        host::entropy(bytes);
    }

    fn import(&mut self, fully_qualified_name: &str) -> Option<vat::powers::Source> {
        self.imports.find(fully_qualified_name)
    }

    fn resource(&mut self, path: &str) -> Option<std::sync::Arc<str>> {
        self.imports.resource(path)
    }

    fn push_step(&mut self, program: &str, answers: Vec<(String, String)>) {
        self.console.lock().pushed.push((program.to_owned(), answers));
    }

    fn granted(&self, power: &str) -> bool {
        self.host.granted(power)
    }

    /// A vat that the program makes can do what the program can, in the same world.
    fn for_vat(&self, _name: &str) -> Box<dyn vat::Powers> {
        let (console, imports) = (self.console.clone(), self.imports.clone());
        Box::new(Powers { console, imports, host: self.host.for_vat() })
    }

    fn arguments(&self) -> Vec<String> {
        self.console.arguments.to_vec()
    }

    fn properties(&self) -> Vec<(String, String)> {
        self.console.lock().properties.clone()
    }

    fn file(&mut self, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, String> {
        self.host.file(path, request)
    }

    fn spawn(&mut self, command: Command) -> Result<Spawned, String> {
        self.host.spawn(command)
    }

    fn start(&mut self, ticket: u64, job: Job) -> Result<(), String> {
        self.host.start(ticket, job)
    }

    fn finished(&mut self) -> Vec<(u64, Result<Reply, String>)> {
        self.host.finished()
    }

    fn vat_process(&mut self, order: &vat::world::Hosted) -> Result<Box<dyn vat::powers::Line>, String> {
        self.host.vat_process(order)
    }

    fn close(&mut self, resource: Resource) {
        self.host.close(resource);
    }
}
