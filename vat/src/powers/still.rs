//! A world at rest, for tests: the clock stands, entropy is a counter, output is kept.

use super::{Powers, Source};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Powers that only remember what was written. Clone it to read what another clone was given.
#[derive(Clone, Default)]
pub struct Still {
    written: Arc<Mutex<Written>>,
    modules: Arc<BTreeMap<String, String>>,
}

#[derive(Default)]
struct Written {
    stdout: String,
    stderr: String,
    entropy: u8,
}

impl Still {
    pub fn new() -> Still {
        Still::default()
    }
    /// A world with these modules, by fully qualified name.
    pub fn with_modules(modules: BTreeMap<String, String>) -> Still {
        Still { modules: Arc::new(modules), ..Still::default() }
    }
    /// What was written to stdout since the last call.
    pub fn take_stdout(&self) -> String {
        std::mem::take(&mut self.lock().stdout)
    }
    /// What was written to stderr since the last call.
    pub fn take_stderr(&self) -> String {
        std::mem::take(&mut self.lock().stderr)
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(|it| it.into_inner())
    }
}

impl Powers for Still {
    fn stdout(&mut self, text: &str) {
        self.lock().stdout.push_str(text);
    }
    fn stderr(&mut self, text: &str) {
        self.lock().stderr.push_str(text);
    }
    fn clock_millis(&mut self) -> i64 {
        0
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        let mut written = self.lock();
        for it in bytes {
            written.entropy = written.entropy.wrapping_mul(5).wrapping_add(113);
            *it = written.entropy;
        }
    }
    fn import(&mut self, fully_qualified_name: &str) -> Option<Source> {
        let text = self.modules.get(fully_qualified_name)?;
        Some(Source { name: Arc::from(fully_qualified_name), text: Arc::from(text.as_str()) })
    }
    fn granted(&self, _: &str) -> bool {
        true
    }
    fn for_vat(&self, _: &str) -> Box<dyn Powers> {
        Box::new(self.clone())
    }
}
