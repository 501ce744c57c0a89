//! Diagnostics, for clients to which they are pushed: computed on the pool, published in their order.

use super::{Event, MainLoop, Why};
use crate::framework::Outgoing;
use crate::framework::proto::*;
use crate::to_proto;
use analysis::FileId;

impl MainLoop {
    pub(super) fn diagnose(&self, file: FileId, version: i32, why: Why) {
        if self.client.pulls_diagnostics {
            return;
        }
        let snapshot = self.snapshot();
        let mailbox = self.mailbox.clone();
        self.pool.spawn(move || {
            let diagnostics = to_proto::diagnostics(&snapshot, file).ok();
            drop(snapshot);
            let _ = mailbox.send(Event::Diagnosed { file, version, diagnostics, why });
        });
    }

    /// Every open text but one, because something was changed on which they may rest.
    pub(super) fn diagnose_around(&self, but: FileId) {
        if self.client.pulls_diagnostics {
            return self.say(Outgoing::Refresh(self.client.refreshes.only_diagnostics()));
        }
        for it in self.documents.open() {
            if let Some(version) = it.version.filter(|_| it.file != but) {
                self.diagnose(it.file, version, Why::Around);
            }
        }
    }

    pub(super) fn diagnosed(
        &mut self,
        file: FileId,
        version: i32,
        diagnostics: Option<Vec<Diagnostic>>,
        why: Why,
    ) {
        let Some(document) = self.documents.by_file(file).cloned() else { return };
        if document.version != Some(version) {
            return;
        }
        match diagnostics {
            None => self.diagnose(file, version, why),
            Some(it) => {
                let said = self.published.get(&file);
                if said.is_some_and(|(of, said)| (*of == version || why == Why::Around) && *said == it) {
                    return;
                }
                self.published.insert(file, (version, it.clone()));
                self.publish(document.uri.clone(), Some(version), it);
            }
        }
    }

    pub(super) fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        self.say(Outgoing::Diagnostics { uri, version, diagnostics });
    }
}
