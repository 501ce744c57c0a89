//! The only file that names the language-server framework, so that it can be exchanged.
//!
//! Its handlers run concurrently and answer out of order. So each one here does a single thing before its first
//! `.await`: it puts the message into the ordered mailbox of [`crate::main_loop`], which reads them in the order
//! they came. The concurrency level is raised far above the default of four, at which four slow answers would
//! stop the server from reading.

use crate::dispatch::{Failure, Job, Reply};
use crate::main_loop::{Event, Mailbox};
use crate::state::Snapshot;
use crate::{ext, framing, requests};
use tokio::sync::{mpsc, oneshot};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::{LanguageServer, LspService, Server};

pub use tower_lsp_server::ls_types as proto;

use proto::*;

/// Bytes that may wait between the wire and the framework.
const WIRE_BYTES: usize = 1 << 16;

/// What the main loop wants said to the editor.
pub enum Outgoing {
    Diagnostics { uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic> },
    Log { level: MessageType, text: String },
}

/// Answers requests read from `input` on `output` until the client says `exit` or hangs up.
pub async fn run<I, O>(input: I, output: O, mailbox: Mailbox, mut outgoing: mpsc::UnboundedReceiver<Outgoing>)
where
    I: tokio::io::AsyncRead + Unpin + Send + 'static,
    O: tokio::io::AsyncWrite,
{
    let door = mailbox.clone();
    let (service, socket) = LspService::build(|client| {
        tokio::spawn(async move {
            while let Some(message) = outgoing.recv().await {
                match message {
                    Outgoing::Diagnostics { uri, version, diagnostics } => {
                        client.publish_diagnostics(uri, diagnostics, version).await;
                    }
                    Outgoing::Log { level, text } => client.log_message(level, text).await,
                }
            }
        });
        Door { mailbox: door }
    })
    .custom_method(ext::SHOW_KERNEL_E, Door::show_kernel_e)
    .custom_method(framing::PARSE_ERROR, Door::parse_error)
    .custom_method(framing::INVALID_REQUEST, Door::invalid_request)
    .finish();
    let (wire, filtered) = tokio::io::duplex(WIRE_BYTES);
    tokio::spawn(framing::filter(input, wire));
    Server::new(filtered, output, socket).concurrency_level(10_000).serve(service).await;
    let _ = mailbox.send(Event::Exit);
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
        let (reply, answer) = Reply::pair();
        self.tell(Event::Request(Job::new(params, handler, reply)));
        wait(answer)
    }
}

async fn wait<R>(answer: oneshot::Receiver<std::result::Result<R, Failure>>) -> Result<R> {
    match answer.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Failure::ContentModified)) => {
            Err(error(ErrorCode::ContentModified, "the text changed meanwhile"))
        }
        Ok(Err(Failure::Invalid(why))) => Err(error(ErrorCode::InvalidParams, &why)),
        Ok(Err(Failure::Internal(why))) => Err(error(ErrorCode::InternalError, &why)),
        Err(_) => Err(error(ErrorCode::InternalError, "the server is shutting down")),
    }
}

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

    async fn show_kernel_e(&self, params: TextDocumentPositionParams) -> Result<Option<String>> {
        self.ask(params, requests::show_kernel_e::handle).await
    }
}

impl LanguageServer for Door {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let (reply, answer) = Reply::pair();
        self.tell(Event::Initialize(Box::new(params), reply));
        wait(answer).await
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
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

    async fn did_save(&self, _: DidSaveTextDocumentParams) {}

    async fn did_change_configuration(&self, _: DidChangeConfigurationParams) {}

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {}

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
