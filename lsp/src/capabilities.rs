//! What this server says it can do, and what it heard that the client can.

use crate::documents::path_of;
use crate::framework::proto::*;
use crate::positions::Encoding;
use crate::to_proto;
use std::path::PathBuf;

/// What the client said of itself that we act on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client {
    pub pulls_diagnostics: bool,
    pub pulls_configuration: bool,
    pub registers_watchers: bool,
    pub shows_progress: bool,
    /// Whether what is inserted may have gaps to fill.
    pub snippets: bool,
    pub refreshes: Refreshes,
}

/// Which of its views the client draws again when asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refreshes {
    pub diagnostics: bool,
    pub hints: bool,
    pub lenses: bool,
}

impl Refreshes {
    pub fn only_diagnostics(self) -> Refreshes {
        Refreshes { diagnostics: self.diagnostics, ..Refreshes::default() }
    }

    pub fn only_lenses(self) -> Refreshes {
        Refreshes { lenses: self.lenses, ..Refreshes::default() }
    }
}

impl Client {
    pub fn of(params: &InitializeParams) -> Client {
        let text = params.capabilities.text_document.as_ref();
        let workspace = params.capabilities.workspace.as_ref();
        let said = |it: Option<bool>| it == Some(true);
        Client {
            pulls_diagnostics: text.is_some_and(|it| it.diagnostic.is_some()),
            pulls_configuration: said(workspace.and_then(|it| it.configuration)),
            registers_watchers: said(
                workspace
                    .and_then(|it| it.did_change_watched_files.as_ref())
                    .and_then(|it| it.dynamic_registration),
            ),
            snippets: said(
                text.and_then(|it| it.completion.as_ref()?.completion_item.as_ref()?.snippet_support),
            ),
            shows_progress: said(params.capabilities.window.as_ref().and_then(|it| it.work_done_progress)),
            refreshes: Refreshes {
                diagnostics: said(
                    workspace.and_then(|it| it.diagnostics.as_ref()).and_then(|it| it.refresh_support),
                ),
                hints: said(
                    workspace.and_then(|it| it.inlay_hint.as_ref()).and_then(|it| it.refresh_support),
                ),
                lenses: said(
                    workspace.and_then(|it| it.code_lens.as_ref()).and_then(|it| it.refresh_support),
                ),
            },
        }
    }
}

/// The folders that the editor has open; before there could be several there was one.
pub fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().map(|it| &it.uri);
    #[expect(deprecated, reason = "older clients say nothing else")]
    let all: Vec<&Uri> = match params.workspace_folders {
        Some(_) => folders.collect(),
        None => params.root_uri.iter().collect(),
    };
    // The root of all is what a client says that has no folder open.
    all.into_iter().filter_map(path_of).filter(|it| it.parent().is_some()).collect()
}

pub fn server(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::INCREMENTAL)),
        notebook_document_sync: Some(OneOf::Left(NotebookDocumentSyncOptions {
            // Not `ByCells`, which says the same: clients on lsprotocol 2025.0 cannot read that, and end.
            notebook_selector: vec![NotebookSelector::ByNotebook {
                notebook: Notebook::String("*".to_owned()),
                cells: Some(vec![NotebookCellSelector { language: "e".to_owned() }]),
            }],
            save: None,
        })),
        diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("walnut".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: true,
            ..DiagnosticOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        declaration_provider: Some(DeclarationCapability::Simple(true)),
        type_definition_provider: Some(TypeDefinitionProviderCapability::Simple(true)),
        implementation_provider: Some(ImplementationProviderCapability::Simple(true)),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            ..SignatureHelpOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_REWRITE,
                CodeActionKind::REFACTOR_EXTRACT,
                CodeActionKind::REFACTOR_INLINE,
            ]),
            resolve_provider: Some(true),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(true) }),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        linked_editing_range_provider: Some(LinkedEditingRangeServerCapabilities::Simple(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: Some(vec!["\n".to_owned()]),
        }),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(InlayHintOptions {
            resolve_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }))),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec![".".to_owned(), "-".to_owned(), "<".to_owned()]),
            resolve_provider: Some(true),
            ..CompletionOptions::default()
        }),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: to_proto::legend(),
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
                ..SemanticTokensOptions::default()
            },
        )),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(WorkspaceFileOperationsServerCapabilities {
                will_rename: Some(FileOperationRegistrationOptions { filters: vec![modules()] }),
                ..WorkspaceFileOperationsServerCapabilities::default()
            }),
        }),
        ..ServerCapabilities::default()
    }
}

/// Files whose names are part of what other texts say.
fn modules() -> FileOperationFilter {
    FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern {
            glob: "**/*.emaker".to_owned(),
            matches: Some(FileOperationPatternKind::File),
            options: None,
        },
    }
}
