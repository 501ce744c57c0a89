//! The world as a vat sees it: everything it can touch outside itself goes through here.

pub mod still;

use std::sync::Arc;

/// Handed to a vat at birth. What is not here cannot be reached.
pub trait Powers: Send {
    /// Text the program writes to its standard output.
    fn stdout(&mut self, text: &str);
    /// Text the program writes to its standard error.
    fn stderr(&mut self, text: &str);
    /// Trace output (`trace`, `traceln`).
    fn trace(&mut self, text: &str) {
        self.stderr(text);
    }
    /// Milliseconds since 1970, as the program is to believe.
    fn clock_millis(&mut self) -> i64;
    /// Fills `bytes` with entropy.
    fn entropy(&mut self, bytes: &mut [u8]);
    /// The source of the module `a.b.c`, if there is one: `a/b/c.emaker` on some path.
    fn import(&mut self, fully_qualified_name: &str) -> Option<Source>;
    /// A file that came with the program's modules, by its path below one of their folders, if there is one.
    fn resource(&mut self, path: &str) -> Option<Arc<str>> {
        let _ = path;
        None
    }
    /// `interp.pushTestStep(program, answers)`: whoever runs a transcript is to run this after the present step,
    /// and to compare what it says with `answers` (keys and texts). Elsewhere nobody does.
    fn push_step(&mut self, _program: &str, _answers: Vec<(String, String)>) {}
    /// Is the named power granted (`stdout`, `timer`, `entropy`, `file`, …)? A missing one is a problem that
    /// names the flag that would grant it.
    fn granted(&self, power: &str) -> bool;
    /// The powers of a vat that this one's program makes (`makeVat("name")`).
    fn for_vat(&self, name: &str) -> Box<dyn Powers>;
}

/// A text and what to call it in traces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub name: Arc<str>,
    pub text: Arc<str>,
}
