//! The only file that names the language-server framework, so that it can be exchanged.
//!
//! Its handlers run concurrently and answer out of order. So each one here does a single thing before its first
//! `.await`: it puts the message into the ordered mailbox of [`crate::main_loop`], which reads them in the order
//! they came. The concurrency level is raised far above the default of four, at which four slow answers would
//! stop the server from reading.

use crate::capabilities::Refreshes;
use crate::dispatch::{Failure, Job, Recall, Reply, WhenCutOff};
use crate::main_loop::{Event, Mailbox};
use crate::state::Snapshot;
use crate::{ext, framing, requests};
use tokio::sync::{mpsc, oneshot};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::{Client, LanguageServer, LspService, Server};

pub use tower_lsp_server::ls_types as proto;

use proto::*;

/// Bytes that may wait between the wire and the framework.
const WIRE_BYTES: usize = 1 << 16;

/// What the main loop wants said to the editor.
pub enum Outgoing {
    Diagnostics {
        uri: Uri,
        version: Option<i32>,
        diagnostics: Vec<Diagnostic>,
    },
    Log {
        level: MessageType,
        text: String,
    },
    /// Asks to be told when an E file changes on disk.
    WatchFiles,
    /// Asks for the settings; they come back as an event.
    AskConfiguration,
    /// Asks to draw again what may have changed.
    Refresh(Refreshes),
    Progress(Step),
}

/// How far something is that takes a while.
pub enum Step {
    Begin(String),
    Report(String),
    End,
}

/// Answers requests read from `input` on `output` until the client says `exit` or hangs up.
/// `parts` of answers are written before the answers themselves.
pub async fn run<I, O>(
    input: I,
    output: O,
    mailbox: Mailbox,
    mut outgoing: mpsc::UnboundedReceiver<Outgoing>,
    parts: mpsc::UnboundedReceiver<String>,
) where
    I: tokio::io::AsyncRead + Unpin + Send + 'static,
    O: tokio::io::AsyncWrite,
{
    let door = mailbox.clone();
    let (service, socket) = LspService::build(|client| {
        let mailbox = door.clone();
        tokio::spawn(async move {
            let progress = progress(client.clone());
            while let Some(message) = outgoing.recv().await {
                say(&client, &mailbox, &progress, message).await;
            }
        });
        Door { mailbox: door }
    })
    .custom_method(ext::SHOW_KERNEL_E, Door::show_kernel_e)
    .custom_method(ext::AUTHORITY_GRAPH, Door::authority_graph)
    .custom_method(ext::FIND_LEAK, Door::find_leak)
    .custom_method(ext::VERDICTS, Door::verdicts)
    .custom_method(ext::STATUS, Door::status)
    .custom_method(ext::REPORT, Door::report)
    .custom_method(framing::PARSE_ERROR, Door::parse_error)
    .custom_method(framing::INVALID_REQUEST, Door::invalid_request)
    .finish();
    let (wire, filtered) = tokio::io::duplex(WIRE_BYTES);
    tokio::spawn(framing::filter(input, wire));
    let (said, to_merge) = tokio::io::duplex(WIRE_BYTES);
    let serve = Server::new(filtered, said, socket).concurrency_level(10_000).serve(service);
    let (_, _) = tokio::join!(serve, framing::merge(to_merge, parts, output));
    let _ = mailbox.send(Event::Exit);
}

/// Passes one message on. What the client has to answer is waited for aside, so that a client which does not
/// answer is told everything else all the same.
async fn say(client: &Client, mailbox: &Mailbox, progress: &mpsc::UnboundedSender<Step>, message: Outgoing) {
    match message {
        Outgoing::Diagnostics { uri, version, diagnostics } => {
            client.publish_diagnostics(uri, diagnostics, version).await;
        }
        Outgoing::Log { level, text } => client.log_message(level, text).await,
        Outgoing::Progress(step) => drop(progress.send(step)),
        Outgoing::WatchFiles => {
            let client = client.clone();
            tokio::spawn(async move { client.register_capability(vec![watcher()]).await });
        }
        Outgoing::AskConfiguration => {
            let (client, mailbox) = (client.clone(), mailbox.clone());
            tokio::spawn(async move {
                let item = ConfigurationItem { scope_uri: None, section: Some("walnut".to_owned()) };
                if let Ok(mut said) = client.configuration(vec![item]).await
                    && let Some(said) = said.pop()
                {
                    let _ = mailbox.send(Event::Configured(said));
                }
            });
        }
        Outgoing::Refresh(it) => {
            let client = client.clone();
            tokio::spawn(async move {
                if it.diagnostics {
                    let _ = client.workspace_diagnostic_refresh().await;
                }
                if it.hints {
                    let _ = client.inlay_hint_refresh().await;
                }
                if it.lenses {
                    let _ = client.code_lens_refresh().await;
                }
            });
        }
    }
}

fn watcher() -> Registration {
    let glob = GlobPattern::String("**/*.{e,emaker,caplet,updoc,e-awt,e-swt}".to_owned());
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![
            FileSystemWatcher { glob_pattern: glob, kind: None },
            // What a commit writes to.
            FileSystemWatcher {
                glob_pattern: GlobPattern::String("**/.git/logs/HEAD".to_owned()),
                kind: None,
            },
        ],
    };
    Registration {
        id: "walnut.files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}

/// Shows one thing after the other that takes a while; for each the client must first know a token.
fn progress(client: Client) -> mpsc::UnboundedSender<Step> {
    let (sender, mut steps) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut count = 0;
        while let Some(step) = steps.recv().await {
            if let Step::Begin(_) = step {
                count += 1;
                let token = NumberOrString::String(format!("walnut.loading.{count}"));
                let _ = client.create_work_done_progress(token).await;
            }
            let token = NumberOrString::String(format!("walnut.loading.{count}"));
            let value = match step {
                Step::Begin(title) => WorkDoneProgress::Begin(WorkDoneProgressBegin {
                    title: "Walnut".to_owned(),
                    message: Some(title),
                    ..WorkDoneProgressBegin::default()
                }),
                Step::Report(message) => WorkDoneProgress::Report(WorkDoneProgressReport {
                    message: Some(message),
                    ..WorkDoneProgressReport::default()
                }),
                Step::End => WorkDoneProgress::End(WorkDoneProgressEnd::default()),
            };
            let params = ProgressParams { token, value: ProgressParamsValue::WorkDone(value) };
            client.send_notification::<notification::Progress>(params).await;
        }
    });
    sender
}

/// Takes the work back when the future that waits for its answer is dropped: then nobody wants it any more.
struct TakeBack(Recall);

impl Drop for TakeBack {
    fn drop(&mut self) {
        self.0.now();
    }
}

struct Door {
    mailbox: Mailbox,
}

impl Door {
    fn tell(&self, event: Event) {
        let _ = self.mailbox.send(event);
    }

    /// Puts a request into the mailbox at once; the future that comes back only waits for its answer.
    fn ask<P, R>(
        &self,
        params: P,
        handler: fn(&Snapshot, &P) -> requests::Answer<R>,
    ) -> impl Future<Output = Result<R>> + Send + use<P, R>
    where
        P: Send + 'static,
        R: Send + 'static,
    {
        self.ask_so(params, handler, WhenCutOff::TryAgain)
    }

    fn ask_so<P, R>(
        &self,
        params: P,
        handler: fn(&Snapshot, &P) -> requests::Answer<R>,
        when_cut_off: WhenCutOff,
    ) -> impl Future<Output = Result<R>> + Send + use<P, R>
    where
        P: Send + 'static,
        R: Send + 'static,
    {
        let (reply, answer) = Reply::pair();
        let recall = Recall::default();
        self.tell(Event::Request(Job::new(params, handler, reply, when_cut_off, recall.clone())));
        let take_back = TakeBack(recall);
        async move {
            // First nobody listens any more, then the work is stopped: it is not tried again.
            let answer = wait(answer).await;
            drop(take_back);
            answer
        }
    }
}

async fn wait<R>(answer: oneshot::Receiver<std::result::Result<R, Failure>>) -> Result<R> {
    match answer.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Failure::ContentModified)) => {
            Err(error(ErrorCode::ContentModified, "the text changed meanwhile"))
        }
        Ok(Err(Failure::AskAgain)) => Err(Error {
            data: Some(serde_json::json!({ "retriggerRequest": true })),
            ..error(ErrorCode::ServerError(SERVER_CANCELLED), "the text changed meanwhile; ask again")
        }),
        Ok(Err(Failure::Invalid(why))) => Err(error(ErrorCode::InvalidParams, &why)),
        Ok(Err(Failure::Internal(why))) => Err(error(ErrorCode::InternalError, &why)),
        Err(_) => Err(error(ErrorCode::InternalError, "the server is shutting down")),
    }
}

/// The protocol's number for a request that the server gives back.
const SERVER_CANCELLED: i64 = -32802;

fn error(code: ErrorCode, message: &str) -> Error {
    Error { code, message: message.to_owned().into(), data: None }
}

impl Door {
    async fn parse_error(&self) -> Result<()> {
        Err(Error::parse_error())
    }

    async fn invalid_request(&self) -> Result<()> {
        Err(Error::invalid_request())
    }

    async fn show_kernel_e(&self, params: ext::KernelEParams) -> Result<Option<String>> {
        self.ask(params, requests::show_kernel_e::handle).await
    }

    async fn authority_graph(&self, params: ext::GraphParams) -> Result<ext::GraphAnswer> {
        self.ask(params, requests::authority_graph::handle).await
    }

    async fn find_leak(&self, params: ext::LeakParams) -> Result<Option<ext::LeakAnswer>> {
        self.ask(params, requests::find_leak::handle).await
    }

    async fn verdicts(&self, params: ext::FileParams) -> Result<Vec<ext::VerdictOfObject>> {
        self.ask(params, requests::verdicts::handle).await
    }

    async fn status(&self) -> Result<ext::Status> {
        self.ask((), requests::status::handle).await
    }

    async fn report(&self) -> Result<String> {
        self.ask((), requests::report::handle).await
    }
}

impl LanguageServer for Door {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let (reply, answer) = Reply::pair();
        self.tell(Event::Initialize(Box::new(params), reply));
        wait(answer).await
    }

    async fn initialized(&self, _: InitializedParams) {
        self.tell(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn notebook_did_open(&self, params: DidOpenNotebookDocumentParams) {
        self.tell(Event::NotebookOpened(params));
    }

    async fn notebook_did_change(&self, params: DidChangeNotebookDocumentParams) {
        self.tell(Event::NotebookChanged(params));
    }

    async fn notebook_did_save(&self, _: DidSaveNotebookDocumentParams) {}

    async fn notebook_did_close(&self, params: DidCloseNotebookDocumentParams) {
        self.tell(Event::NotebookClosed(params));
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.tell(Event::DidOpen(params));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.tell(Event::DidChange(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Event::DidClose(params));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.tell(Event::DidSave(params.text_document.uri));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        // Some clients send the settings along, some only say that they are others.
        if !params.settings.is_null() {
            self.tell(Event::Configured(params.settings));
        }
        self.tell(Event::ConfigurationChanged);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.tell(Event::FilesChanged(params.changes));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.tell(Event::FoldersChanged(params.event));
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.ask(params, requests::will_rename_files::handle).await
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        self.ask_so(params, requests::diagnostic::document, WhenCutOff::GiveBack).await
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask_so(params, requests::diagnostic::workspace, WhenCutOff::GiveBack).await
    }

    async fn goto_declaration(
        &self,
        params: request::GotoDeclarationParams,
    ) -> Result<Option<request::GotoDeclarationResponse>> {
        self.ask(params, requests::goto_definition::handle).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(params, requests::code_lens::handle).await
    }

    async fn code_lens_resolve(&self, params: CodeLens) -> Result<CodeLens> {
        self.ask(params, requests::code_lens::resolve).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask(params, requests::document_link::handle).await
    }

    async fn inlay_hint_resolve(&self, params: InlayHint) -> Result<InlayHint> {
        self.ask(params, requests::inlay_hint::resolve).await
    }

    async fn completion_resolve(&self, params: CompletionItem) -> Result<CompletionItem> {
        self.ask(params, requests::completion::resolve).await
    }

    async fn code_action_resolve(&self, params: CodeAction) -> Result<CodeAction> {
        self.ask(params, requests::code_action::resolve).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        self.ask(params, requests::semantic_tokens::delta).await
    }

    async fn linked_editing_range(
        &self,
        params: LinkedEditingRangeParams,
    ) -> Result<Option<LinkedEditingRanges>> {
        self.ask(params, requests::linked_editing_range::handle).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(params, requests::formatting::range).await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        self.ask(params, requests::formatting::on_type).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask(params, requests::hover::handle).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.ask(params, requests::goto_definition::handle).await
    }

    async fn goto_type_definition(
        &self,
        params: request::GotoTypeDefinitionParams,
    ) -> Result<Option<request::GotoTypeDefinitionResponse>> {
        self.ask(params, requests::goto_definition::of_type).await
    }

    async fn goto_implementation(
        &self,
        params: request::GotoImplementationParams,
    ) -> Result<Option<request::GotoImplementationResponse>> {
        self.ask(params, requests::goto_definition::implementation).await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        self.ask(params, requests::signature_help::handle).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask(params, requests::code_action::handle).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.ask(params, requests::workspace_symbol::handle).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        self.ask(params, requests::call_hierarchy::prepare).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.ask(params, requests::call_hierarchy::incoming).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.ask(params, requests::call_hierarchy::outgoing).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        self.ask(params, requests::references::handle).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        self.ask(params, requests::document_highlight::handle).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(params, requests::document_symbol::handle).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(params, requests::folding_range::handle).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(params, requests::formatting::handle).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask(params, requests::inlay_hint::handle).await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        self.ask(params, requests::semantic_tokens::full).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        self.ask(params, requests::semantic_tokens::range).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        self.ask(params, requests::rename::prepare).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        self.ask(params, requests::rename::handle).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.ask(params, requests::selection_range::handle).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        self.ask(params, requests::completion::handle).await
    }
}
