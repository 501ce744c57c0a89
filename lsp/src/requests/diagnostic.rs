//! `textDocument/diagnostic` and `workspace/diagnostic`: what is wrong, for clients that ask.
//!
//! A result is numbered by what it says, so a text whose faults are the same is unchanged, whatever else is new.

use super::Answer;
use crate::framework::proto::*;
use crate::state::Snapshot;
use crate::to_proto;
use analysis::FileId;
use std::hash::{DefaultHasher, Hash, Hasher};

pub fn document(
    snapshot: &Snapshot,
    params: &DocumentDiagnosticParams,
) -> Answer<DocumentDiagnosticReportResult> {
    let page = snapshot.page(&params.text_document.uri)?;
    let report = match report(snapshot, page.file, params.previous_result_id.as_deref())? {
        Report::Full(it) => DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: it,
        }),
        Report::Unchanged(it) => {
            DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: it,
            })
        }
    };
    Ok(report.into())
}

pub fn workspace(
    snapshot: &Snapshot,
    params: &WorkspaceDiagnosticParams,
) -> Answer<WorkspaceDiagnosticReportResult> {
    let mut items = Vec::new();
    for document in snapshot.documents.all() {
        let had = params.previous_result_ids.iter().find(|it| it.uri == document.uri);
        let (uri, version) = (document.uri.clone(), document.version.map(i64::from));
        items.push(match report(snapshot, document.file, had.map(|it| it.value.as_str()))? {
            Report::Full(it) => {
                WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                    uri,
                    version,
                    full_document_diagnostic_report: it,
                })
            }
            Report::Unchanged(it) => {
                WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: it,
                })
            }
        });
    }
    // What is gone has no faults any more.
    for gone in params.previous_result_ids.iter().filter(|it| snapshot.documents.get(&it.uri).is_none()) {
        items.push(WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri: gone.uri.clone(),
            version: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport::default(),
        }));
    }
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}

enum Report {
    Full(FullDocumentDiagnosticReport),
    Unchanged(UnchangedDocumentDiagnosticReport),
}

fn report(snapshot: &Snapshot, file: FileId, had: Option<&str>) -> Answer<Report> {
    let items = to_proto::diagnostics(snapshot, file)?;
    let id = number(&items);
    Ok(if had == Some(&*id) {
        Report::Unchanged(UnchangedDocumentDiagnosticReport { result_id: id })
    } else {
        Report::Full(FullDocumentDiagnosticReport { result_id: Some(id), items })
    })
}

fn number(items: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    for it in items {
        serde_json::to_string(it).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
