//! One thread, one ordered mailbox; the only writer of the analysis.
//!
//! A change waits until every snapshot is dropped, so this thread never holds one across a write, and the pool
//! that holds them runs nothing else. Diagnostics are computed on the pool and come back as an event, with the
//! version they are of; a stale one is dropped, and a file with nothing wrong gets the empty list. What the events
//! do is in the modules below, by what they are about.

mod cells;
mod disk;
mod faults;
mod history;
mod texts;

use crate::capabilities::{self, Client};
use crate::config::Config;
use crate::dispatch::{Job, Reply};
use crate::documents::Documents;
use crate::framework::proto::*;
use crate::framework::{Outgoing, Step};
use crate::framing::Ahead;
use crate::history::{self as past, Committed};
use crate::loader::{self, Read, Task};
use crate::notebooks::Notebooks;
use crate::pool::Pool;
use crate::positions::Encoding;
use crate::state::{Shared, Snapshot};
use crate::watchdog::Watchdog;
use analysis::{AnalysisHost, AuditorHost, FileId};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

/// Everything that can happen to the server.
pub enum Event {
    Initialize(Box<InitializeParams>, Reply<InitializeResult>),
    Initialized,
    DidOpen(DidOpenTextDocumentParams),
    DidChange(DidChangeTextDocumentParams),
    DidClose(DidCloseTextDocumentParams),
    DidSave(Uri),
    NotebookOpened(DidOpenNotebookDocumentParams),
    NotebookChanged(DidChangeNotebookDocumentParams),
    NotebookClosed(DidCloseNotebookDocumentParams),
    FilesChanged(Vec<FileEvent>),
    FoldersChanged(WorkspaceFoldersChangeEvent),
    ConfigurationChanged,
    /// The settings, as the client sent them.
    Configured(serde_json::Value),
    /// The loader has found this many files in a folder.
    LoadingBegins {
        folder: PathBuf,
        files: usize,
    },
    /// Some of them; `rest` are still to come.
    Loaded {
        files: Vec<Read>,
        rest: usize,
    },
    LoadingEnds,
    /// What the last commit says of a file.
    LookedBack {
        path: PathBuf,
        said: Committed,
    },
    Request(Job),
    /// Diagnostics of `file` as of `version`; `None` if an edit cut them off.
    Diagnosed {
        file: FileId,
        version: i32,
        diagnostics: Option<Vec<Diagnostic>>,
        why: Why,
    },
    /// The client said `exit` or hung up.
    Exit,
}

/// What diagnostics were computed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The text is another one: the client waits for an answer.
    Edited,
    /// Something else is: they are worth sending only if they differ.
    Around,
}

pub type Mailbox = mpsc::Sender<Event>;

pub type Outbox = tokio::sync::mpsc::UnboundedSender<Outgoing>;

pub struct MainLoop {
    host: AnalysisHost,
    documents: Documents,
    notebooks: Notebooks,
    client: Client,
    encoding: Encoding,
    config: Arc<Config>,
    roots: Arc<Vec<PathBuf>>,
    shared: Arc<Shared>,
    /// What was published last, to say nothing twice.
    published: HashMap<FileId, (i32, Vec<Diagnostic>)>,
    pool: Pool,
    loader: mpsc::Sender<Task>,
    history: mpsc::Sender<PathBuf>,
    next_file: u32,
    edits: u64,
    mailbox: Mailbox,
    outbox: Outbox,
    ahead: Ahead,
}

impl MainLoop {
    pub fn new(
        auditors: Arc<dyn AuditorHost>,
        prelude: &'static str,
        mailbox: Mailbox,
        outbox: Outbox,
        ahead: Ahead,
    ) -> MainLoop {
        MainLoop {
            host: AnalysisHost::with_auditors(auditors),
            documents: Documents::default(),
            notebooks: Notebooks::new(prelude),
            client: Client::default(),
            encoding: Encoding::negotiate(None),
            config: Arc::default(),
            roots: Arc::default(),
            shared: Arc::default(),
            published: HashMap::new(),
            pool: Pool::new(2),
            loader: loader::start(mailbox.clone()),
            history: past::start(mailbox.clone()),
            next_file: 0,
            edits: 0,
            mailbox,
            outbox,
            ahead,
        }
    }

    /// Runs until [`Event::Exit`].
    pub fn run(mut self, events: mpsc::Receiver<Event>) {
        for event in events {
            let watch = Watchdog::start(&event);
            if let Event::Exit = event {
                return;
            }
            self.handle(event);
            if let Some(text) = watch.complaint() {
                self.log(text);
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Initialize(params, reply) => self.initialize(*params, reply),
            Event::Initialized => self.initialized(),
            Event::DidOpen(it) => self.open(it.text_document),
            Event::DidChange(it) => self.change(it.text_document, it.content_changes),
            Event::DidClose(it) => self.close(&it.text_document.uri),
            Event::DidSave(uri) => self.look_back(&uri),
            Event::LookedBack { path, said } => self.looked_back(&path, said),
            Event::NotebookOpened(it) => self.open_notebook(it),
            Event::NotebookChanged(it) => self.change_notebook(it),
            Event::NotebookClosed(it) => self.close_notebook(&it),
            Event::FilesChanged(changes) => self.files_changed(changes),
            Event::FoldersChanged(it) => self.folders_changed(it),
            Event::ConfigurationChanged if self.client.pulls_configuration => {
                self.say(Outgoing::AskConfiguration);
            }
            Event::ConfigurationChanged => {}
            Event::Configured(sent) => self.configure(sent),
            Event::LoadingBegins { folder, files } => self.loading(&folder, files),
            Event::Loaded { files, rest } => self.loaded(files, rest),
            Event::LoadingEnds => self.progress(Step::End),
            Event::Request(job) => self.pool.run(job, self.snapshot(), self.mailbox.clone()),
            Event::Diagnosed { file, version, diagnostics, why } => {
                self.diagnosed(file, version, diagnostics, why);
            }
            Event::Exit => {}
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            analysis: self.host.analysis(),
            documents: self.documents.clone(),
            encoding: self.encoding,
            config: self.config.clone(),
            shared: self.shared.clone(),
            roots: self.roots.clone(),
            edits: self.edits,
            ahead: self.ahead.clone(),
            snippets: self.client.snippets,
        }
    }

    fn say(&self, it: Outgoing) {
        let _ = self.outbox.send(it);
    }

    fn log(&self, text: String) {
        self.say(Outgoing::Log { level: MessageType::WARNING, text });
    }

    fn progress(&self, step: Step) {
        if self.client.shows_progress {
            self.say(Outgoing::Progress(step));
        }
    }

    fn initialize(&mut self, params: InitializeParams, reply: Reply<InitializeResult>) {
        self.client = Client::of(&params);
        let offered = params.capabilities.general.as_ref().and_then(|it| it.position_encodings.as_deref());
        self.encoding = Encoding::negotiate(offered);
        self.roots = Arc::new(capabilities::roots(&params));
        if let Some(sent) = params.initialization_options {
            self.configure(sent);
        }
        reply.send(Ok(InitializeResult {
            capabilities: capabilities::server(self.encoding),
            server_info: Some(ServerInfo {
                name: "walnut".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        }));
    }

    fn initialized(&mut self) {
        if self.client.registers_watchers {
            self.say(Outgoing::WatchFiles);
        }
        if self.client.pulls_configuration {
            self.say(Outgoing::AskConfiguration);
        }
        for root in self.roots.iter() {
            self.load(Task::Folder(root.clone()));
        }
    }

    fn configure(&mut self, sent: serde_json::Value) {
        match Config::read(sent) {
            Ok(config) if config == *self.config => {}
            Ok(config) => {
                self.config = Arc::new(config);
                self.say(Outgoing::Refresh(self.client.refreshes));
                self.look_back_everywhere();
            }
            Err(why) => self.log(why),
        }
    }

    fn load(&self, task: Task) {
        let _ = self.loader.send(task);
    }
}
