//! What happens to the texts of the editor's folders as they are on disk.

use super::MainLoop;
use super::texts::kind;
use crate::documents::{Document, path_of};
use crate::framework::Step;
use crate::framework::proto::*;
use crate::loader::{self, Read, Task};
use crate::positions::Lines;
use analysis::{Change, FileId};
use std::sync::Arc;

impl MainLoop {
    pub(super) fn files_changed(&mut self, changes: Vec<FileEvent>) {
        let mut again = Vec::new();
        for it in changes {
            let Some(path) = path_of(&it.uri) else { continue };
            if path.ends_with(".git/logs/HEAD") {
                self.look_back_everywhere();
                continue;
            }
            if it.typ == FileChangeType::DELETED {
                self.forget_below(&path);
            } else if loader::is_program(&path) {
                again.push(path);
            } else if path.is_dir() {
                self.load(Task::Folder(path));
            }
        }
        if !again.is_empty() {
            self.load(Task::Files(again));
        }
    }

    /// A file, or all of a folder, is gone from the disk. What is open stays.
    fn forget_below(&mut self, path: &std::path::Path) {
        for it in self.documents.below(path) {
            if it.version.is_none() {
                self.remove(&it.uri);
            }
        }
        self.diagnose_around(FileId(0));
    }

    pub(super) fn folders_changed(&mut self, it: WorkspaceFoldersChangeEvent) {
        for gone in it.removed.iter().filter_map(|it| path_of(&it.uri)) {
            Arc::make_mut(&mut self.roots).retain(|it| *it != gone);
            self.forget_below(&gone);
        }
        for new in it.added.iter().filter_map(|it| path_of(&it.uri)) {
            Arc::make_mut(&mut self.roots).push(new.clone());
            self.load(Task::Folder(new));
        }
    }

    pub(super) fn loading(&self, folder: &std::path::Path, files: usize) {
        let name = folder.file_name().map_or_else(|| folder.to_string_lossy(), |it| it.to_string_lossy());
        self.progress(Step::Begin(format!("reading {files} E files of {name}")));
    }

    /// The editor's own text of an open file is the true one.
    pub(super) fn loaded(&mut self, files: Vec<Read>, rest: usize) {
        let mut change = Change::default();
        let mut new = Vec::new();
        for Read { path, text } in files {
            let Some(uri) = Uri::from_file_path(&path) else { continue };
            let known = self.documents.get(&uri).cloned();
            match (text, known) {
                (_, Some(it)) if it.version.is_some() => {}
                (None, Some(_)) => self.remove(&uri),
                (None, None) => {}
                (Some(text), Some(it)) if *it.lines.text == *text => {}
                (Some(text), known) => {
                    let lines = Lines::new(text.into());
                    let file = known.as_ref().map_or_else(
                        || {
                            self.next_file += 1;
                            FileId(self.next_file)
                        },
                        |it| it.file,
                    );
                    match known {
                        Some(_) => change.set_text(file, &lines.text),
                        None => change.open(file, &self.name(&uri), kind(&uri), &lines.text),
                    }
                    new.push(Document { file, uri, version: None, lines });
                }
            }
        }
        if !new.is_empty() {
            self.host.apply_change(change);
            new.into_iter().for_each(|it| self.documents.put(it));
        }
        if rest == 0 {
            self.diagnose_around(FileId(0));
        } else {
            self.progress(Step::Report(format!("{rest} to go")));
        }
    }
}
