//! The world as a cell's vat sees it: what it prints goes to the notebook, under the cell that it is printed for.

use crate::streams::{Stream, Streams};
use crate::wire::Dict;
use std::sync::{Arc, Mutex, PoisonError};
use vat::powers::{Source, host};

/// What every cell may use. Files, processes and the network are nobody's yet.
const GRANTED: [&str; 6] = ["stdout", "stderr", "timer", "entropy", "interp", "vat"];

/// The request that the turn which runs goes back to. Set by the notebook before each turn, read when it prints.
#[derive(Clone, Default)]
pub struct Cause(Arc<Mutex<Arc<Dict>>>);

impl Cause {
    pub fn set(&self, header: Arc<Dict>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = header;
    }

    fn get(&self) -> Arc<Dict> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The powers of one vat, and of those its programs make.
#[derive(Clone)]
pub struct CellPowers {
    pub streams: Streams,
    pub cause: Cause,
}

impl vat::Powers for CellPowers {
    fn stdout(&mut self, text: &str) {
        self.streams.print(&self.cause.get(), Stream::Stdout, text);
    }

    fn stderr(&mut self, text: &str) {
        self.streams.print(&self.cause.get(), Stream::Stderr, text);
    }

    fn clock_millis(&mut self) -> i64 {
        host::clock_millis()
    }

    fn entropy(&mut self, bytes: &mut [u8]) {
        host::entropy(bytes);
    }

    /// Modules lie beside the notebook: front ends start a kernel in its folder.
    fn import(&mut self, fully_qualified_name: &str) -> Option<Source> {
        let path = host::module_path(fully_qualified_name)?;
        let text = std::fs::read_to_string(&path).ok()?;
        Some(Source { name: path.to_string_lossy().into(), text: text.into() })
    }

    fn granted(&self, power: &str) -> bool {
        GRANTED.contains(&power)
    }

    fn for_vat(&self, _name: &str) -> Box<dyn vat::Powers> {
        Box::new(self.clone())
    }
}
