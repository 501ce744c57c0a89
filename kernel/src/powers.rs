//! The world as a cell's vat sees it: what it prints goes to the notebook, under the cell that it is printed for.

use crate::streams::{Stream, Streams};
use crate::wire::Dict;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;
use vat::powers::Source;

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
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn entropy(&mut self, bytes: &mut [u8]) {
        // The first four bytes of a version 4 UUID are as the system's generator gave them.
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&Uuid::new_v4().as_bytes()[..chunk.len()]);
        }
    }

    /// Modules lie beside the notebook: front ends start a kernel in its folder.
    fn import(&mut self, fully_qualified_name: &str) -> Option<Source> {
        let path = module(fully_qualified_name)?;
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

/// `a.b.c` is `a/b/c.emaker`. Names of any other shape are no modules, so none climbs out of the folder.
fn module(fully_qualified_name: &str) -> Option<PathBuf> {
    let is_name = |it: &str| !it.is_empty() && it.chars().all(|it| it == '_' || it.is_alphanumeric());
    let parts: Vec<&str> = fully_qualified_name.split('.').collect();
    parts.iter().all(|it| is_name(it)).then(|| parts.iter().collect::<PathBuf>().with_extension("emaker"))
}

#[cfg(test)]
mod tests {
    use super::module;
    use std::path::Path;

    #[test]
    fn a_module_stays_in_its_folder() {
        assert_eq!(module("bank.mint").as_deref(), Some(Path::new("bank/mint.emaker")));
        for name in ["", "..", "/etc.passwd", "bank..mint", "bank/../mint", "c:.mint"] {
            assert_eq!(module(name), None, "{name}");
        }
    }
}
