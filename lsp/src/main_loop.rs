//! One thread, one ordered mailbox; the only writer of the analysis.
//!
//! A change waits until every snapshot is dropped, so this thread never holds one across a write, and the pool
//! that holds them runs nothing else. Diagnostics are computed on the pool and come back as an event, with the
//! version they are of; a stale one is dropped, and a file with nothing wrong gets the empty list.

use crate::capabilities;
use crate::dispatch::{Job, Reply};
use crate::documents::{self, Document, Documents};
use crate::framework::Outgoing;
use crate::framework::proto::*;
use crate::pool::Pool;
use crate::positions::{Encoding, Lines};
use crate::state::Snapshot;
use crate::to_proto;
use crate::watchdog::Watchdog;
use analysis::{AnalysisHost, AuditorHost, Change, FileId, FileKind};
use std::sync::{Arc, mpsc};

/// Everything that can happen to the server.
pub enum Event {
    Initialize(Box<InitializeParams>, Reply<InitializeResult>),
    DidOpen(DidOpenTextDocumentParams),
    DidChange(DidChangeTextDocumentParams),
    DidClose(DidCloseTextDocumentParams),
    Request(Job),
    /// Diagnostics of `file` as of `version`; `None` if an edit cut them off.
    Diagnosed {
        file: FileId,
        version: i32,
        diagnostics: Option<Vec<Diagnostic>>,
    },
    /// The client said `exit` or hung up.
    Exit,
}

pub type Mailbox = mpsc::Sender<Event>;

pub type Outbox = tokio::sync::mpsc::UnboundedSender<Outgoing>;

pub struct MainLoop {
    host: AnalysisHost,
    documents: Documents,
    encoding: Encoding,
    pool: Pool,
    next_file: u32,
    mailbox: Mailbox,
    outbox: Outbox,
}

impl MainLoop {
    pub fn new(auditors: Arc<dyn AuditorHost>, mailbox: Mailbox, outbox: Outbox) -> MainLoop {
        MainLoop {
            host: AnalysisHost::with_auditors(auditors),
            documents: Documents::default(),
            encoding: Encoding::negotiate(None),
            pool: Pool::new(2),
            next_file: 0,
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
                let _ = self.outbox.send(Outgoing::Log { level: MessageType::WARNING, text });
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Initialize(params, reply) => self.initialize(*params, reply),
            Event::DidOpen(it) => self.open(it.text_document),
            Event::DidChange(it) => self.change(it),
            Event::DidClose(it) => self.close(it.text_document),
            Event::Request(job) => self.pool.run(job, self.snapshot(), self.mailbox.clone()),
            Event::Diagnosed { file, version, diagnostics } => self.diagnosed(file, version, diagnostics),
            Event::Exit => {}
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            analysis: self.host.analysis(),
            documents: self.documents.clone(),
            encoding: self.encoding,
        }
    }

    fn initialize(&mut self, params: InitializeParams, reply: Reply<InitializeResult>) {
        let offered = params.capabilities.general.and_then(|it| it.position_encodings);
        self.encoding = Encoding::negotiate(offered.as_deref());
        reply.send(Ok(InitializeResult {
            capabilities: capabilities::server(self.encoding),
            server_info: Some(ServerInfo {
                name: "walnut".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        }));
    }

    fn open(&mut self, item: TextDocumentItem) {
        let file = match self.documents.get(&item.uri) {
            Some(known) => known.file,
            None => {
                self.next_file += 1;
                FileId(self.next_file)
            }
        };
        self.set(file, item.uri, item.version, Lines::new(item.text.into()));
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let Some(document) = self.documents.get(&params.text_document.uri).cloned() else {
            let text =
                format!("a change to {}, which is not open, was ignored", params.text_document.uri.as_str());
            let _ = self.outbox.send(Outgoing::Log { level: MessageType::WARNING, text });
            return;
        };
        let lines = documents::apply(&document.lines, params.content_changes, self.encoding);
        self.set(document.file, document.uri.clone(), params.text_document.version, lines);
    }

    fn set(&mut self, file: FileId, uri: Uri, version: i32, lines: Lines) {
        let name = uri.as_str().rsplit('/').next().unwrap_or_default().to_owned();
        let mut change = Change::default();
        change.open(file, &name, kind(&uri, &name), &lines.text);
        self.documents.put(Document { file, uri, version, lines });
        self.host.apply_change(change);
        self.diagnose(file, version);
    }

    fn close(&mut self, item: TextDocumentIdentifier) {
        let Some(document) = self.documents.remove(&item.uri) else { return };
        let mut change = Change::default();
        change.close(document.file);
        self.host.apply_change(change);
        self.publish(item.uri, None, Vec::new());
    }

    fn diagnose(&self, file: FileId, version: i32) {
        let snapshot = self.snapshot();
        let mailbox = self.mailbox.clone();
        self.pool.spawn(move || {
            let diagnostics = to_proto::diagnostics(&snapshot, file).ok();
            drop(snapshot);
            let _ = mailbox.send(Event::Diagnosed { file, version, diagnostics });
        });
    }

    fn diagnosed(&self, file: FileId, version: i32, diagnostics: Option<Vec<Diagnostic>>) {
        let Some(document) = self.documents.by_file(file) else { return };
        if document.version != version {
            return;
        }
        match diagnostics {
            Some(diagnostics) => self.publish(document.uri.clone(), Some(version), diagnostics),
            None => self.diagnose(file, version),
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let _ = self.outbox.send(Outgoing::Diagnostics { uri, version, diagnostics });
    }
}

/// A notebook's cells have a scheme of their own; every other document is told by the end of its name.
fn kind(uri: &Uri, name: &str) -> FileKind {
    if uri.as_str().starts_with("vscode-notebook-cell:") { FileKind::Cell } else { FileKind::of_name(name) }
}
