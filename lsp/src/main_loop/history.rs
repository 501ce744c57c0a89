//! What the last commit says of the texts that are open, to compare with.

use super::MainLoop;
use crate::documents::path_of;
use crate::framework::Outgoing;
use crate::framework::proto::Uri;
use crate::history::Committed;
use analysis::Change;
use std::path::Path;

impl MainLoop {
    /// Has the last commit's text of a file looked up, off this thread.
    pub(super) fn look_back(&self, uri: &Uri) {
        if self.config.lenses.authority
            && self.config.lenses.since_head
            && let Some(path) = path_of(uri)
        {
            let _ = self.history.send(path);
        }
    }

    /// The same for all that is open: there is a new commit, or a new setting.
    pub(super) fn look_back_everywhere(&self) {
        for it in self.documents.open() {
            self.look_back(&it.uri);
        }
    }

    pub(super) fn looked_back(&mut self, path: &Path, said: Committed) {
        let Some(uri) = Uri::from_file_path(path) else { return };
        let Some(document) = self.documents.get(&uri).filter(|it| it.version.is_some()).cloned() else {
            return;
        };
        let known = self.shared.earlier(document.file);
        if known.as_ref() == Some(&said) {
            return;
        }
        let text = match &said {
            Committed::Text(text) => Some(&**text),
            Committed::Nothing(_) => None,
        };
        let had_text = matches!(known, Some(Committed::Text(_)));
        if had_text || text.is_some() {
            let mut change = Change::default();
            change.set_earlier(document.file, text);
            self.host.apply_change(change);
            self.say(Outgoing::Refresh(self.client.refreshes.only_lenses()));
        }
        self.shared.keep_earlier(document.file, said);
    }

    /// A text that is not shown any more is compared with nothing.
    pub(super) fn forget_earlier(&mut self, file: analysis::FileId) {
        if let Some(Committed::Text(_)) = self.shared.forget_earlier(file) {
            let mut change = Change::default();
            change.set_earlier(file, None);
            self.host.apply_change(change);
        }
    }
}
