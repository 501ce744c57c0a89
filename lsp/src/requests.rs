//! One file per request: decode, ask the analysis once, encode. An `if` about E belongs a floor below.

pub mod authority_graph;
pub mod call_hierarchy;
pub mod code_action;
pub mod code_lens;
pub mod completion;
pub mod diagnostic;
pub mod document_highlight;
pub mod document_link;
pub mod document_symbol;
pub mod find_leak;
pub mod folding_range;
pub mod formatting;
pub mod goto_definition;
pub mod hover;
pub mod inlay_hint;
pub mod linked_editing_range;
pub mod references;
pub mod rename;
pub mod report;
pub mod selection_range;
pub mod semantic_tokens;
pub mod show_kernel_e;
pub mod signature_help;
pub mod status;
pub mod verdicts;
pub mod will_rename_files;
pub mod workspace_symbol;

/// Why a handler stops without an answer.
pub enum Stop {
    /// An edit arrived while it worked.
    Cancelled,
    /// The request makes no sense; the sentence says why.
    Invalid(String),
}

impl From<analysis::Cancelled> for Stop {
    fn from(_: analysis::Cancelled) -> Stop {
        Stop::Cancelled
    }
}

pub type Answer<R> = Result<R, Stop>;
