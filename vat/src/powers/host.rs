//! The real world, for the rooms above that hand it to a vat: clock, entropy, modules on a disk, and what was
//! granted of files, processes and the network.
//!
//! The vat's one window; the feature `host` opens it. A turn waits for none of this but the disk: whatever takes
//! long has a thread, and rings a [`Bell`] when it has an answer.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the window that the other modules of the vat do not have"
)]

mod bell;
mod disk;
mod grants;
mod jobs;
mod streams;
mod vat_process;

pub use bell::Bell;
pub use grants::Grants;
pub use vat_process::{Process, serve_vat, vat_process};

use super::{Command, FileAnswer, FileRequest, Job, Line, Reply, Resource, Spawned};
use crate::world::Hosted;
use jobs::Jobs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970 by the clock on the wall.
pub fn clock_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Fills `bytes` from the operating system's generator.
pub fn entropy(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_ok() {
        return;
    }
    // Keyed by the operating system's entropy, like every hash map of this process.
    for chunk in bytes.chunks_mut(8) {
        let word = RandomState::new().build_hasher().finish().to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
}

/// `a/b/c.emaker` for `a.b.c`. A name with anything else in it names no file: it cannot climb out of a folder.
pub fn module_path(name: &str) -> Option<PathBuf> {
    let is_plain = |it: char| it.is_alphanumeric() || it == '_' || it == '-';
    let parts: Vec<&str> = name.split('.').collect();
    if !parts.iter().all(|it| !it.is_empty() && it.chars().all(is_plain)) {
        return None;
    }
    // `with_extension` would take `c` of a name such as `a.b` apart; this adds.
    let mut file = parts.iter().collect::<PathBuf>().into_os_string();
    file.push(".emaker");
    Some(PathBuf::from(file))
}

/// What one vat may use of the world.
pub struct Host {
    grants: Arc<Grants>,
    jobs: Jobs,
}

impl Host {
    /// The world as far as it is granted. The bell is rung for every reply.
    pub fn new(grants: Grants, bell: Bell) -> Host {
        Host { grants: Arc::new(grants), jobs: Jobs::new(bell) }
    }

    /// The same world for another vat: its replies are its own.
    pub fn for_vat(&self) -> Host {
        Host { grants: self.grants.clone(), jobs: self.jobs.for_vat() }
    }

    /// From now on this is what is granted; what is open stays open.
    pub fn regrant(&mut self, grants: Grants) {
        self.grants = Arc::new(grants);
    }

    pub fn granted(&self, power: &str) -> bool {
        self.grants.has(power)
    }

    pub fn file(&self, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, String> {
        let folder = self.grants.folder().ok_or_else(|| super::missing("file"))?;
        disk::act(folder, path, request)
    }

    pub fn spawn(&self, command: Command) -> Result<Spawned, String> {
        self.grants.allows_command(&command.program)?;
        self.jobs.spawn(command)
    }

    /// A process for a vat: this program once more.
    pub fn vat_process(&self, order: &Hosted) -> Result<Box<dyn Line>, String> {
        let walnut = std::env::current_exe().map_err(|it| format!("Walnut cannot find itself: {it}"))?;
        Ok(Box::new(vat_process(&walnut, order, self.jobs.bell())?))
    }

    pub fn start(&self, ticket: u64, job: Job) -> Result<(), String> {
        if let Job::Connect { host, port } | Job::Listen { host, port } = &job {
            self.grants.allows_address(host, *port)?;
        }
        self.jobs.start(ticket, job)
    }

    pub fn finished(&self) -> Vec<(u64, Result<Reply, String>)> {
        self.jobs.finished()
    }

    pub fn close(&self, resource: Resource) {
        self.jobs.close(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_module_is_a_path_and_climbs_nowhere() {
        assert_eq!(module_path("bank.mint").as_deref(), Some(Path::new("bank/mint.emaker")));
        for name in ["", "a..b", "..", "../secret", "/etc/passwd", "a.b/c", "c:\\x", "a.b\0"] {
            assert_eq!(module_path(name), None, "{name}");
        }
    }
}
