//! What is wrong with a text: the sum of all rules for one file.

pub(crate) mod audit_rejected;
mod auditor_faults;
mod culprit;
pub(crate) mod eventual;
mod syntax_errors;
pub(crate) mod verdict_fixes;

use crate::db::Db;
use crate::ide::FileRange;
use crate::ide::formatting::TextEdit;
use crate::input::File;
use std::fmt;
use std::sync::Arc;
use text_size::TextRange;

/// One thing that is wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub range: TextRange,
    pub severity: Severity,
    pub code: Code,
    /// One or two sentences, no trailing newline.
    pub message: String,
    /// Other places that have to do with it.
    pub related: Vec<Related>,
    /// What would mend it, the likeliest first; each is offered only where it does. What mends a refusal has to be
    /// tried first, and is found when somebody asks: see [`crate::Analysis::assists`].
    pub fixes: Vec<Fix>,
}

/// Edits of the very text that mend a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// In a few words, as an editor's menu shows it.
    pub title: String,
    pub edits: Vec<TextEdit>,
}

/// Another place that has to do with a diagnostic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    pub at: FileRange,
    pub message: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    Error,
    Warning,
    Information,
    Hint,
}

/// Which rule was broken; a stable name for settings and machines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Code {
    /// The text is not E.
    Syntax,
    /// The text ends before the program does.
    Incomplete,
    /// A pragma has switched it off, or is unknown.
    Pragma,
    /// It cannot be expanded: a misleading use, a bad assignment target.
    Expansion,
    /// A name defined twice, an assignment to what is no variable.
    Scope,
    /// A noun that nothing defines.
    UnboundNoun,
    /// An auditor that the program asks says no.
    AuditRejected,
    /// An auditor written in E has a fault, or takes too long to be asked while one types.
    AuditorFailed,
    /// An auditor is not defined at the top level.
    LocalAuditor,
    /// An immediate call of a promise or of what is far.
    ImmediateCall,
    /// A promise that nothing can resolve.
    DroppedResolver,
    /// A `when` whose value goes nowhere.
    LostWhen,
    /// An ejector that is used in a later turn.
    DeadEjector,
    /// It works and is deprecated or surely not meant.
    Deprecated,
}

impl Code {
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Syntax => "syntax",
            Code::Incomplete => "incomplete",
            Code::Pragma => "pragma",
            Code::Expansion => "expansion",
            Code::Scope => "scope",
            Code::UnboundNoun => "unbound-noun",
            Code::AuditRejected => "audit-rejected",
            Code::AuditorFailed => "auditor-failed",
            Code::LocalAuditor => "local-auditor",
            Code::ImmediateCall => "immediate-call",
            Code::DroppedResolver => "dropped-resolver",
            Code::LostWhen => "lost-when",
            Code::DeadEjector => "dead-ejector",
            Code::Deprecated => "deprecated",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
            Severity::Hint => "hint",
        })
    }
}

pub(crate) fn diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    all(db, file).to_vec()
}

#[salsa::tracked(returns(ref), no_eq, lru = 256)]
fn all(db: &dyn Db, file: File) -> Arc<Vec<Diagnostic>> {
    let mut found = syntax_errors::syntax_errors(db, file);
    found.extend(audit_rejected::audit_rejected(db, file));
    found.extend(auditor_faults::auditor_faults(db, file));
    found.extend(eventual::eventual(db, file));
    found.sort_by_key(|it| (it.range.start(), it.range.end(), it.severity));
    Arc::new(found)
}
