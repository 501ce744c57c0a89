//! Reads the E files of the editor's folders, on a thread of its own, and reports them as events.
//!
//! What cannot be read is reported as gone. Links are followed, and a folder is entered once by whatever way, so
//! circles of links end. Nothing in a folder is run.

use crate::documents::MAX_BYTES;
use crate::main_loop::{Event, Mailbox};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

/// What to read.
pub enum Task {
    /// Every E file below a folder.
    Folder(PathBuf),
    /// These files, as they are now.
    Files(Vec<PathBuf>),
}

/// What a file says; nothing if there is no such file any more.
pub struct Read {
    pub path: PathBuf,
    pub text: Option<String>,
}

/// Files per event: few, so that an edit in between need not wait.
const BATCH: usize = 256;
/// A folder with more E files than this is not read to its end.
const MAX_FILES: usize = 50_000;
/// Folders that hold what was made, not written.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// Starts the thread; it ends when nobody can ask any more.
pub fn start(mailbox: Mailbox) -> mpsc::Sender<Task> {
    let (ask, tasks) = mpsc::channel();
    let started = thread::Builder::new().name("loader".to_owned()).spawn(move || {
        for task in tasks {
            run(task, &mailbox);
        }
    });
    debug_assert!(started.is_ok(), "no thread for the loader");
    ask
}

fn run(task: Task, mailbox: &Mailbox) {
    match task {
        Task::Files(paths) => {
            let files =
                paths.into_iter().map(|path| Read { text: text(&path).ok().flatten(), path }).collect();
            let _ = mailbox.send(Event::Loaded { files, rest: 0 });
        }
        Task::Folder(folder) => {
            let paths = programs_below(&folder);
            let _ = mailbox.send(Event::LoadingBegins { folder, files: paths.len() });
            for (n, batch) in paths.chunks(BATCH).enumerate() {
                let files = batch.iter().filter_map(|path| {
                    let text = text(path).ok()??;
                    Some(Read { path: path.clone(), text: Some(text) })
                });
                let rest = paths.len() - (n * BATCH + batch.len());
                let _ = mailbox.send(Event::Loaded { files: files.collect(), rest });
            }
            let _ = mailbox.send(Event::LoadingEnds);
        }
    }
}

/// What is not UTF-8 is shown with replacement characters, as an editor would.
fn text(path: &Path) -> std::io::Result<Option<String>> {
    if fs::metadata(path)?.len() > MAX_BYTES as u64 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&fs::read(path)?).into_owned()))
}

/// Whether a file's name says that it is E.
pub fn is_program(path: &Path) -> bool {
    let known = |it: &str| matches!(it, "e" | "emaker" | "caplet" | "updoc" | "e-awt" | "e-swt");
    path.extension().and_then(|it| it.to_str()).is_some_and(known)
}

fn programs_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        let is_new = fs::canonicalize(&folder).is_ok_and(|it| seen.insert(it));
        let Some(entries) = is_new.then(|| fs::read_dir(&folder).ok()).flatten() else { continue };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') || SKIPPED.contains(&&*name) {
                continue;
            }
            // Of a link, what it leads to.
            match fs::metadata(&path) {
                Ok(it) if it.is_dir() => todo.push(path),
                Ok(it) if it.is_file() && is_program(&path) => found.push(path),
                _ => {}
            }
            if found.len() >= MAX_FILES {
                return found;
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is gone when the test is over.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("walnut-loader-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[cfg(unix)]
    #[test]
    fn circles_of_links_end() {
        let folder = Folder::new("circle");
        let bank = folder.0.join("bank");
        fs::create_dir_all(&bank).unwrap();
        fs::write(bank.join("mint.emaker"), "def mint {}").unwrap();
        std::os::unix::fs::symlink(&folder.0, bank.join("up")).unwrap();
        std::os::unix::fs::symlink(&bank, bank.join("here")).unwrap();
        assert_eq!(programs_below(&folder.0), [bank.join("mint.emaker")]);
    }

    #[test]
    fn what_was_made_is_not_read_and_what_is_no_text_is_read_as_far_as_it_goes() {
        let folder = Folder::new("odd");
        fs::create_dir_all(folder.0.join("target")).unwrap();
        fs::write(folder.0.join("target/made.e"), "1").unwrap();
        fs::write(folder.0.join("notes.txt"), "1").unwrap();
        fs::write(folder.0.join("odd.e"), b"def \xff").unwrap();
        let found = programs_below(&folder.0);
        assert_eq!(found, [folder.0.join("odd.e")]);
        assert_eq!(text(&found[0]).unwrap().as_deref(), Some("def \u{fffd}"));
    }
}
