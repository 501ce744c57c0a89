//! No world at all: nothing is granted, nothing is heard, and nothing that is said goes anywhere. There are modules.

use super::{Powers, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Powers of a vat that is only to think.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    modules: Arc<BTreeMap<Arc<str>, Arc<str>>>,
}

impl Closed {
    /// With these modules, by fully qualified name.
    pub fn new(modules: Arc<BTreeMap<Arc<str>, Arc<str>>>) -> Closed {
        Closed { modules }
    }
}

impl Powers for Closed {
    fn stdout(&mut self, _: &str) {}
    fn stderr(&mut self, _: &str) {}
    fn clock_millis(&mut self) -> i64 {
        0
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
    fn import(&mut self, fully_qualified_name: &str) -> Option<Source> {
        let text = self.modules.get(fully_qualified_name)?;
        Some(Source { name: fully_qualified_name.into(), text: text.clone() })
    }
    fn granted(&self, _: &str) -> bool {
        false
    }
    fn for_vat(&self, _: &str) -> Box<dyn Powers> {
        Box::new(self.clone())
    }
}
