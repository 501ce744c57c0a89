//! `textDocument/diagnostic` and `workspace/diagnostic`: what is wrong, for clients that ask.
//!
//! A result is numbered by what it says, so a text whose faults are the same is unchanged, whatever else is new.

use super::Answer;
use crate::documents::Document;
use crate::framework::proto::*;
use crate::state::Snapshot;
use crate::to_proto;
use analysis::FileId;
use std::collections::HashMap;
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

/// How many texts a part of an answer is about.
const PART: usize = 64;

/// In parts, if the client has named a token for them; then the answer itself has nothing left to say.
pub fn workspace(
    snapshot: &Snapshot,
    params: &WorkspaceDiagnosticParams,
) -> Answer<WorkspaceDiagnosticReportResult> {
    let had: HashMap<&str, &str> =
        params.previous_result_ids.iter().map(|it| (it.uri.as_str(), it.value.as_str())).collect();
    let token = params.partial_result_params.partial_result_token.as_ref();
    let mut items = Vec::new();
    for document in snapshot.documents.all() {
        let had = had.get(document.uri.as_str()).copied();
        items.push(of_workspace(document, report(snapshot, document.file, had)?));
        if let Some(token) = token.filter(|_| items.len() == PART) {
            tell(snapshot, token, std::mem::take(&mut items));
        }
    }
    // What is gone has no faults any more.
    for gone in params.previous_result_ids.iter().filter(|it| snapshot.documents.get(&it.uri).is_none()) {
        items.push(WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri: gone.uri.clone(),
            version: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport::default(),
        }));
    }
    if let Some(token) = token {
        tell(snapshot, token, std::mem::take(&mut items));
    }
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}

fn of_workspace(document: &Document, report: Report) -> WorkspaceDocumentDiagnosticReport {
    let (uri, version) = (document.uri.clone(), document.version.map(i64::from));
    match report {
        Report::Full(it) => WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report: it,
        }),
        Report::Unchanged(it) => {
            WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: it,
            })
        }
    }
}

/// A part of an answer, which the client has before the answer.
fn tell(snapshot: &Snapshot, token: &ProgressToken, items: Vec<WorkspaceDocumentDiagnosticReport>) {
    if items.is_empty() {
        return;
    }
    let part = serde_json::json!({
        "jsonrpc": "2.0",
        "method": "$/progress",
        "params": { "token": token, "value": { "items": items } },
    });
    let _ = snapshot.ahead.send(part.to_string());
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
