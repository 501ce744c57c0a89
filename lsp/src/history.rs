//! Asks git what the last commit says of a file, on a thread of its own: `git cat-file blob HEAD:./mint.e`.
//!
//! That reads an object and does nothing else: no hook, no filter and no program that a repository may name in its
//! configuration is run, nothing is fetched, nobody is asked. Where there is no git, no repository or no such file in
//! it, the answer is a sentence that says so.

use crate::main_loop::{Event, Mailbox};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;

/// What the last commit has for a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Committed {
    Text(Arc<str>),
    /// Why there is nothing.
    Nothing(String),
}

/// Starts the thread; it ends when nobody can ask any more.
pub fn start(mailbox: Mailbox) -> mpsc::Sender<PathBuf> {
    let (ask, paths) = mpsc::channel::<PathBuf>();
    let started = thread::Builder::new().name("history".to_owned()).spawn(move || {
        for path in paths {
            let said = committed(&path);
            if mailbox.send(Event::LookedBack { path, said }).is_err() {
                return;
            }
        }
    });
    debug_assert!(started.is_ok(), "no thread for what was committed");
    ask
}

fn committed(path: &Path) -> Committed {
    let nothing = |why: &str| Committed::Nothing(why.to_owned());
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|it| it.to_str())) else {
        return nothing("not a file that git could know");
    };
    let output = Command::new("git")
        .args(["cat-file", "blob", &format!("HEAD:./{name}")])
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .stdin(Stdio::null())
        .output();
    let output = match output {
        Ok(it) => it,
        // Also where the file's own folder is gone.
        Err(_) if !folder.is_dir() => return nothing("its folder is gone"),
        Err(why) => return Committed::Nothing(format!("git did not start: {why}")),
    };
    if output.status.success() {
        return Committed::Text(String::from_utf8_lossy(&output.stdout).into());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("not a git repository") {
        nothing("not in a git repository")
    } else if said.contains("dubious ownership") {
        nothing("a git repository of somebody else")
    } else {
        nothing("not in the last commit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_nothing_to_compare_with_a_sentence_says_why() {
        let folder = std::env::temp_dir().join(format!("walnut-history-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let page = folder.join("mint.e");
        let nothing = |why: &str| Committed::Nothing(why.to_owned());
        assert_eq!(committed(&page), nothing("not in a git repository"));
        let git = Command::new("git").args(["init", "--quiet"]).current_dir(&folder).status();
        assert!(git.unwrap().success());
        assert_eq!(committed(&page), nothing("not in the last commit"));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(committed(&page), nothing("its folder is gone"));
    }
}
