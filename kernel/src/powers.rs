//! The world as a cell's vat sees it: what it prints goes to the notebook, under the cell that it is printed for;
//! what it reads is asked of the person; everything else as far as it was granted.

use crate::asking::Line;
use crate::grants::{Grants, Power};
use crate::streams::{Stream, Streams};
use crate::voice::Request;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vat::powers::host::{self, Bell, Host};
use vat::powers::{Command, FileAnswer, FileRequest, Job, Reply, Resource, STDIN, Source, Spawned};

/// The request that the turn which runs goes back to. Set by the notebook before each turn, read when it prints.
#[derive(Clone, Default)]
pub struct Cause(Arc<Mutex<Option<Arc<Request>>>>);

impl Cause {
    pub fn set(&self, request: Arc<Request>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
    }

    fn get(&self) -> Option<Arc<Request>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is told to a vat about its lines of input.
pub type Told = Arc<Mutex<Vec<(u64, Result<Reply, String>)>>>;

/// What all cells' powers come from.
#[derive(Clone)]
pub struct Outside {
    pub streams: Streams,
    pub cause: Cause,
    pub grants: Grants,
    pub bell: Bell,
    /// Lines that programs wait for and that nobody was asked for yet.
    pub lines: Arc<Mutex<Vec<Line>>>,
    /// Where the notebook lies.
    pub folder: Arc<Path>,
}

impl Outside {
    pub fn powers(&self) -> CellPowers {
        CellPowers { outside: self.clone(), told: Told::default(), host: None, python: None }
    }

    /// Those of the vat that drives Python: this command, which no cell can reach.
    pub fn powers_of_python(&self, command: &str) -> CellPowers {
        CellPowers { python: Some(command.to_owned()), ..self.powers() }
    }

    /// The lines that are to be asked for.
    pub fn take_lines(&self) -> Vec<Line> {
        std::mem::take(&mut *lock(&self.lines))
    }

    fn request(&self) -> String {
        self.cause.get().map(|it| it.id().to_owned()).unwrap_or_default()
    }
}

/// The powers of one vat, and of those its programs make.
pub struct CellPowers {
    outside: Outside,
    told: Told,
    /// Files, processes and the network: made when it is first used. Its own grants follow the notebook's.
    host: Option<Host>,
    /// The one command that it may start whatever was granted.
    python: Option<String>,
}

impl CellPowers {
    fn host(&mut self) -> &mut Host {
        let (files, bell) = (self.files(), &self.outside.bell);
        self.host.get_or_insert_with(|| Host::new(files, bell.clone()))
    }

    /// The notebook's folder; which part of it is ours is looked up at each use.
    fn files(&self) -> host::Grants {
        let grant = format!("file={}:rw", self.outside.folder.display());
        host::Grants::default().with(&grant).unwrap_or_default()
    }

    fn check(&self, wanted: &Power) -> Result<(), String> {
        self.outside.grants.check(wanted, &self.outside.request())
    }
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

impl vat::Powers for CellPowers {
    fn stdout(&mut self, text: &str) {
        self.outside.streams.print(self.outside.cause.get(), Stream::Stdout, text);
    }

    fn stderr(&mut self, text: &str) {
        self.outside.streams.print(self.outside.cause.get(), Stream::Stderr, text);
    }

    fn clock_millis(&mut self) -> i64 {
        host::clock_millis()
    }

    fn entropy(&mut self, bytes: &mut [u8]) {
        host::entropy(bytes);
    }

    /// Modules lie beside the notebook: front ends start a kernel in its folder.
    fn import(&mut self, fully_qualified_name: &str) -> Option<Source> {
        let path = self.outside.folder.join(host::module_path(fully_qualified_name)?);
        let text = std::fs::read_to_string(&path).ok()?;
        Some(Source { name: path.to_string_lossy().into(), text: text.into() })
    }

    fn granted(&self, power: &str) -> bool {
        let request = self.outside.request();
        match power {
            "stdin" | "stdout" | "stderr" | "interp" | "vat" => true,
            "timer" => self.check(&Power::Timer).is_ok(),
            "entropy" => self.check(&Power::Entropy).is_ok(),
            "process" if self.python.is_some() => true,
            "process" => {
                let is_process = |it: &Power| matches!(it, Power::Process(_));
                self.outside.grants.has_any(is_process, &request)
            }
            _ => false,
        }
    }

    fn for_vat(&self, _name: &str) -> Box<dyn vat::Powers> {
        let host = self.host.as_ref().map(Host::for_vat);
        Box::new(CellPowers { outside: self.outside.clone(), told: Told::default(), host, python: None })
    }

    fn file(&mut self, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, String> {
        let writes = !matches!(
            request,
            FileRequest::Kind | FileRequest::Size | FileRequest::Read { .. } | FileRequest::List
        );
        self.check(&Power::File { path: path.to_owned(), writes })?;
        self.host().file(path, request)
    }

    fn spawn(&mut self, command: Command) -> Result<Spawned, String> {
        if self.python.as_ref() != Some(&command.program) {
            self.check(&Power::Process(Some(command.program.clone())))?;
        }
        let grants = self.files().with(&format!("process={}", command.program))?;
        let host = self.host();
        host.regrant(grants);
        host.spawn(command)
    }

    fn start(&mut self, ticket: u64, job: Job) -> Result<(), String> {
        match &job {
            Job::ReadLine { from: STDIN, .. } => {
                let request = self.outside.cause.get().filter(|it| it.can_be_asked());
                let request = request.ok_or("nobody is there to be asked for input")?;
                lock(&self.outside.lines).push(Line { request, ticket, told: self.told.clone() });
                return Ok(());
            }
            Job::Read { from: STDIN, .. } | Job::ReadAll { from: STDIN, .. } => {
                return Err("a notebook's input comes in lines: stdin.takeLine()".to_owned());
            }
            Job::Connect { host, port } | Job::Listen { host, port } => {
                self.check(&Power::Network(Some(host.clone())))?;
                let grants = self.files().with(&format!("network={host}:{port}"))?;
                self.host().regrant(grants);
            }
            _ => {}
        }
        self.host().start(ticket, job)
    }

    fn finished(&mut self) -> Vec<(u64, Result<Reply, String>)> {
        let mut all = std::mem::take(&mut *lock(&self.told));
        all.extend(self.host.as_ref().map(Host::finished).unwrap_or_default());
        all
    }

    fn close(&mut self, resource: Resource) {
        if let Some(it) = &self.host {
            it.close(resource);
        }
    }
}
