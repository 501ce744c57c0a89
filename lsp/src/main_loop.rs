//! One thread, one ordered mailbox; the only writer of the analysis.
//!
//! A change waits until every snapshot is dropped, so this thread never holds one across a write, and the pool
//! that holds them runs nothing else. Diagnostics are computed on the pool and come back as an event, with the
//! version they are of; a stale one is dropped, and a file with nothing wrong gets the empty list.

use crate::capabilities::{self, Client};
use crate::config::Config;
use crate::dispatch::{Job, Reply};
use crate::documents::{self, Document, Documents, path_of};
use crate::framework::proto::*;
use crate::framework::{Outgoing, Step};
use crate::loader::{self, Read, Task};
use crate::notebooks::Notebooks;
use crate::pool::Pool;
use crate::positions::{Encoding, Lines};
use crate::state::{Shared, Snapshot};
use crate::to_proto;
use crate::watchdog::Watchdog;
use analysis::{AnalysisHost, AuditorHost, Change, FileId, FileKind};
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
    next_file: u32,
    edits: u64,
    mailbox: Mailbox,
    outbox: Outbox,
}

impl MainLoop {
    pub fn new(auditors: Arc<dyn AuditorHost>, mailbox: Mailbox, outbox: Outbox) -> MainLoop {
        MainLoop {
            host: AnalysisHost::with_auditors(auditors),
            documents: Documents::default(),
            notebooks: Notebooks::default(),
            client: Client::default(),
            encoding: Encoding::negotiate(None),
            config: Arc::default(),
            roots: Arc::default(),
            shared: Arc::default(),
            published: HashMap::new(),
            pool: Pool::new(2),
            loader: loader::start(mailbox.clone()),
            next_file: 0,
            edits: 0,
            mailbox,
            outbox,
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
            }
            Err(why) => self.log(why),
        }
    }

    fn load(&self, task: Task) {
        let _ = self.loader.send(task);
    }

    // Texts that the editor shows.

    fn open(&mut self, item: TextDocumentItem) {
        let kind = kind(&item.uri);
        self.set(item.uri, Some(item.version), Lines::new(item.text.into()), kind);
    }

    fn change(&mut self, it: VersionedTextDocumentIdentifier, changes: Vec<TextDocumentContentChangeEvent>) {
        let open = self.documents.get(&it.uri).filter(|it| it.version.is_some()).cloned();
        let Some(document) = open else {
            return self.log(format!("a change to {}, which is not open, was ignored", it.uri.as_str()));
        };
        let lines = documents::apply(&document.lines, changes, self.encoding);
        let kind = self.notebooks.kind_of(&it.uri).unwrap_or_else(|| kind(&it.uri));
        self.set(it.uri, Some(it.version), lines, kind);
    }

    fn set(&mut self, uri: Uri, version: Option<i32>, lines: Lines, kind: FileKind) -> FileId {
        let mut change = Change::default();
        let file = self.put(&mut change, uri, version, lines, kind);
        let Some(version) = version else { return file };
        self.diagnose(file, version, Why::Edited);
        // What other texts say of themselves may rest on a module's or a cell's.
        if matches!(kind, FileKind::Module | FileKind::Cell) {
            self.diagnose_around(file);
        }
        file
    }

    fn put(
        &mut self,
        change: &mut Change,
        uri: Uri,
        version: Option<i32>,
        lines: Lines,
        kind: FileKind,
    ) -> FileId {
        let known = self.documents.get(&uri).map(|it| it.file);
        let file = known.unwrap_or_else(|| {
            self.next_file += 1;
            FileId(self.next_file)
        });
        match known {
            Some(file) => change.set_text(file, &lines.text),
            None => change.open(file, &self.name(&uri), kind, &lines.text),
        }
        // First the write, which waits for snapshots: then nobody shares the map of documents.
        self.host.apply_change(std::mem::take(change));
        self.edits += 1;
        self.documents.put(Document { file, uri, version, lines });
        file
    }

    /// What a file goes by: its path from the folder that the editor has open.
    fn name(&self, uri: &Uri) -> String {
        let path = path_of(uri);
        let below =
            path.as_ref().and_then(|path| self.roots.iter().find_map(|it| path.strip_prefix(it).ok()));
        match below {
            Some(it) => it.to_string_lossy().into_owned(),
            None => uri.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
        }
    }

    /// A text that is on disk in one of the folders goes on as it is there.
    fn close(&mut self, uri: &Uri) {
        let Some(document) = self.documents.get(uri).filter(|it| it.version.is_some()).cloned() else {
            return;
        };
        let path = path_of(uri).filter(|path| self.roots.iter().any(|it| path.starts_with(it)));
        self.forget_texts(document.file);
        match path {
            Some(path) => {
                self.documents.put(Document { version: None, ..(*document).clone() });
                self.load(Task::Files(vec![path]));
            }
            None => self.remove(uri),
        }
        if !self.client.pulls_diagnostics {
            self.publish(uri.clone(), None, Vec::new());
        }
    }

    fn forget_texts(&mut self, file: FileId) {
        self.published.remove(&file);
        self.shared.forget(file);
    }

    fn remove(&mut self, uri: &Uri) {
        let Some(file) = self.documents.get(uri).map(|it| it.file) else { return };
        let mut change = Change::default();
        change.close(file);
        self.host.apply_change(change);
        self.documents.remove(uri);
        self.forget_texts(file);
    }

    // Notebooks: each cell a text, each continuing the one before.

    fn open_notebook(&mut self, it: DidOpenNotebookDocumentParams) {
        for cell in it.cell_text_documents {
            self.set(cell.uri, Some(cell.version), Lines::new(cell.text.into()), FileKind::Cell);
        }
        self.notebooks.open(it.notebook_document);
        self.chain_cells();
    }

    fn change_notebook(&mut self, it: DidChangeNotebookDocumentParams) {
        let Some(cells) = it.change.cells else { return };
        if let Some(structure) = cells.structure {
            for cell in structure.did_open.unwrap_or_default() {
                self.set(cell.uri, Some(cell.version), Lines::new(cell.text.into()), FileKind::Cell);
            }
            self.notebooks.splice(&it.notebook_document.uri, structure.array);
            for cell in structure.did_close.unwrap_or_default() {
                self.close(&cell.uri);
            }
            self.chain_cells();
        }
        for text in cells.text_content.unwrap_or_default() {
            self.change(text.document, text.changes);
        }
    }

    fn close_notebook(&mut self, it: &DidCloseNotebookDocumentParams) {
        self.notebooks.close(&it.notebook_document.uri);
        for cell in &it.cell_text_documents {
            self.close(&cell.uri);
        }
    }

    fn chain_cells(&mut self) {
        let mut change = Change::default();
        for cells in self.notebooks.in_order() {
            let files: Vec<FileId> =
                cells.iter().filter_map(|it| self.documents.get(it)).map(|it| it.file).collect();
            for (n, file) in files.iter().enumerate() {
                change.continues(*file, n.checked_sub(1).and_then(|it| files.get(it)).copied());
            }
        }
        self.host.apply_change(change);
        self.diagnose_around(FileId(0));
    }

    // Texts on disk.

    fn files_changed(&mut self, changes: Vec<FileEvent>) {
        let mut again = Vec::new();
        for it in changes {
            let Some(path) = path_of(&it.uri) else { continue };
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

    fn folders_changed(&mut self, it: WorkspaceFoldersChangeEvent) {
        for gone in it.removed.iter().filter_map(|it| path_of(&it.uri)) {
            Arc::make_mut(&mut self.roots).retain(|it| *it != gone);
            self.forget_below(&gone);
        }
        for new in it.added.iter().filter_map(|it| path_of(&it.uri)) {
            Arc::make_mut(&mut self.roots).push(new.clone());
            self.load(Task::Folder(new));
        }
    }

    fn loading(&self, folder: &std::path::Path, files: usize) {
        let name = folder.file_name().map_or_else(|| folder.to_string_lossy(), |it| it.to_string_lossy());
        self.progress(Step::Begin(format!("reading {files} E files of {name}")));
    }

    /// The editor's own text of an open file is the true one.
    fn loaded(&mut self, files: Vec<Read>, rest: usize) {
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

    // Diagnostics.

    fn diagnose(&self, file: FileId, version: i32, why: Why) {
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
    fn diagnose_around(&self, but: FileId) {
        if self.client.pulls_diagnostics {
            return self.say(Outgoing::Refresh(self.client.refreshes.only_diagnostics()));
        }
        for it in self.documents.open() {
            if let Some(version) = it.version.filter(|_| it.file != but) {
                self.diagnose(it.file, version, Why::Around);
            }
        }
    }

    fn diagnosed(&mut self, file: FileId, version: i32, diagnostics: Option<Vec<Diagnostic>>, why: Why) {
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

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        self.say(Outgoing::Diagnostics { uri, version, diagnostics });
    }
}

/// A notebook's cells have a scheme of their own; every other document is told by the end of its name.
fn kind(uri: &Uri) -> FileKind {
    if uri.as_str().starts_with("vscode-notebook-cell:") {
        FileKind::Cell
    } else {
        FileKind::of_name(uri.as_str())
    }
}
