//! What can be known without running.
//!
//! [`AnalysisHost`] is the one writer: it is handed the texts. [`AnalysisHost::analysis`] gives a snapshot that
//! answers an editor's questions in plain structs, in byte offsets of the text. No file is read here, nothing
//! is run, and no LSP type is known.
//!
//! ```
//! use analysis::{AnalysisHost, Change, FileId, FileKind};
//! let mut host = AnalysisHost::default();
//! let mut change = Change::default();
//! change.open(FileId(0), "mint.e", FileKind::Program, "def mint {}");
//! host.apply_change(change);
//! assert!(host.analysis().diagnostics(FileId(0)).unwrap().is_empty());
//! ```
//!
//! A snapshot must be dropped before the next [`AnalysisHost::apply_change`] can go on: that call first cancels
//! what snapshots compute (they answer [`Cancelled`]) and then waits until none is left.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod auditions;
mod authority;
mod cells;
mod change;
mod db;
pub mod diagnostics;
mod heard;
mod host;
pub mod ide;
mod input;
mod knowledge;
mod messages;
mod module_value;
mod names;
mod program;
mod question;
mod recent;
#[cfg(test)]
mod reruns;
mod transcript;
mod verdicts;

pub use audit::{Answered, AuditorHost, Properties, Question, Verdict};
pub use change::Change;
pub use diagnostics::{Code, Diagnostic, Fix, Related, Severity};
pub use host::{Analysis, AnalysisHost, CancelOne, Cancellable, Cancelled};
pub use ide::assists::{Assist, AssistKind};
pub use ide::authority::{
    Authorities, AuthorityOf, LeakFound, MethodAuthority, NameAuthority, Reached, ReachedThing,
};
pub use ide::authority_hierarchy::Holder;
pub use ide::call_hierarchy::{Call, Callable, CallableKind};
pub use ide::completion::{CompletionItem, CompletionKind};
pub use ide::document_symbols::{DocumentSymbol, SymbolKind};
pub use ide::folding_ranges::{FoldingKind, FoldingRange};
pub use ide::formatting::{TextEdit, Unformatted};
pub use ide::hover::Hover;
pub use ide::inlay_hints::{InlayHint, InlayHintKind, InlayHintsConfig, VerdictHints};
pub use ide::judgements::Judged;
pub use ide::lenses::{Lens, LensTitle, Since};
pub use ide::links::{Link, LinkTarget};
pub use ide::rename::RenameError;
pub use ide::semantic_tokens::{SemanticToken, TokenKind, TokenModifiers};
pub use ide::signature::{Signature, SignatureHelp};
pub use ide::workspace_symbols::WorkspaceSymbol;
pub use ide::{FilePosition, FileRange, NavigationTarget, Reference, ReferenceKind};
pub use input::{FileId, FileKind};
pub use line_index::{LineCol, LineIndex, WideEncoding, WideLineCol};
pub use text_size::{TextRange, TextSize};
