//! What was said of each object while a vat ran, for whoever compares it with what was foretold.

use super::Auditor;
use crate::world::{VatId, World};
use audit::Verdict;
use std::sync::Arc;
use syntax::kernel_e::ObjectId;

/// A built-in auditor's answer at run time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// What the object's text is called.
    pub source: Arc<str>,
    pub object: ObjectId,
    pub auditor: Auditor,
    pub verdict: Verdict,
}

impl World {
    /// From now on, what built-in auditors answer in the vat is written down.
    pub fn listen(&mut self, vat: VatId) {
        if let Some(cx) = self.cx_mut(vat) {
            cx.audits.heard = Some(Vec::new());
        }
    }

    /// What was written down since the last time.
    pub fn heard(&mut self, vat: VatId) -> Vec<Heard> {
        let heard = self.cx_mut(vat).and_then(|it| it.audits.heard.as_mut());
        heard.map(std::mem::take).unwrap_or_default()
    }
}
