//! The world as a vat started from the command line sees it: streams, clock, entropy, modules, grants.
//!
//! Two ways of keeping time: a program that runs waits for the clock on the wall, a transcript has a clock of
//! its own that jumps to the next thing that is due, so that it never waits and always says the same.

use crate::imports::Imports;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What a program may use besides what every program may.
#[derive(Clone, Debug, Default)]
pub struct Grants(BTreeSet<String>);

impl Grants {
    /// What `walnut run` grants without being asked.
    pub fn usual() -> Grants {
        Grants(["stdout", "stderr", "timer"].map(str::to_owned).into())
    }
    /// What a person at the prompt and a transcript have: their own streams, clock, entropy, interpreter, vats.
    pub fn own() -> Grants {
        let names = ["stdin", "stdout", "stderr", "timer", "entropy", "interp", "vat"];
        Grants(names.map(str::to_owned).into())
    }
    /// What a confined transcript has.
    pub fn confined() -> Grants {
        Grants(["stdin", "stdout", "stderr", "interp"].map(str::to_owned).into())
    }
    pub fn with(mut self, more: &[String]) -> Grants {
        self.0.extend(more.iter().cloned());
        self
    }
}

/// How long nobody looks whether the waiting has been interrupted.
const LONGEST_NAP: Duration = Duration::from_millis(20);

/// Kept outside the vat by whoever runs it; what the vat writes and waits for arrives here.
#[derive(Clone, Default)]
pub struct Console {
    state: Arc<Mutex<State>>,
    /// What the clock says, where time jumps; one clock for all consoles of a world.
    clock: Arc<Mutex<Option<i64>>>,
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
}

impl Console {
    /// Text goes to the terminal at once; time passes by itself.
    pub fn terminal() -> Console {
        Console::default()
    }

    /// Text is kept; time jumps.
    pub fn captured() -> Console {
        let clock = Arc::new(Mutex::new(Some(wall_clock())));
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
        let state = Arc::new(Mutex::new(State { captured, ..State::default() }));
        Console { state, clock: self.clock.clone() }
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
    pub fn wait(&self, duration: Duration, interrupt: &vat::Interrupt) {
        let mut clock = self.clock.lock().unwrap_or_else(|it| it.into_inner());
        if let Some(now) = &mut *clock {
            // At least a millisecond, or a timer that is due in less would be waited for again and again.
            *now = now.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1));
            return;
        }
        drop(clock);
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

    /// The powers of a vat that writes and waits here.
    pub fn powers(&self, imports: Imports, grants: Grants) -> Box<dyn vat::Powers> {
        Box::new(Powers { console: self.clone(), imports, grants })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|it| it.into_inner())
    }
}

struct Powers {
    console: Console,
    imports: Imports,
    grants: Grants,
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
        self.console.clock.lock().unwrap_or_else(|it| it.into_inner()).unwrap_or_else(wall_clock)
    }

    fn entropy(&mut self, bytes: &mut [u8]) {
        use std::io::Read;
        let device = std::fs::File::open("/dev/urandom");
        if device.and_then(|mut it| it.read_exact(bytes)).is_ok() {
            return;
        }
        // Keyed by the operating system's entropy, like every hash map of this process.
        for chunk in bytes.chunks_mut(8) {
            let word = RandomState::new().build_hasher().finish().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
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
        self.grants.0.contains(power)
    }

    /// A vat that the program makes can do what the program can, in the same world.
    fn for_vat(&self, _name: &str) -> Box<dyn vat::Powers> {
        self.console.powers(self.imports.clone(), self.grants.clone())
    }
}

fn wall_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
