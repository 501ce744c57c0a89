//! Auditors written in E that are at fault themselves, or that cannot be known.

use super::{Code, Diagnostic, Severity};
use crate::db::Db;
use crate::heard::{Fault, FaultKind, heard};
use crate::input::File;
use crate::program::maps;

pub(super) fn auditor_faults(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    heard(db, file).faults.iter().map(|it| diagnostic(db, file, it)).collect()
}

fn diagnostic(db: &dyn Db, file: File, it: &Fault) -> Diagnostic {
    let map = &maps(db, file)[it.program];
    let (severity, code) = match it.kind {
        FaultKind::Failed => (Severity::Warning, Code::AuditorFailed),
        FaultKind::Local => (Severity::Information, Code::LocalAuditor),
    };
    Diagnostic {
        range: map.in_file(map.source.expr(it.at)),
        severity,
        code,
        message: it.message.clone(),
        related: Vec::new(),
        fixes: Vec::new(),
    }
}
