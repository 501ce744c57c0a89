//! `textDocument/codeAction`: what mends a diagnostic, and other ways to say the same.

use super::Answer;
use crate::framework::proto::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Diagnostic,
    NumberOrString, TextEdit, Uri, WorkspaceEdit,
};
use crate::state::{Page, Snapshot};
use analysis::Assist;
use std::collections::HashMap;

pub fn handle(snapshot: &Snapshot, params: &CodeActionParams) -> Answer<Option<CodeActionResponse>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let found = snapshot.analysis.assists(page.file_range(params.range))?;
    let actions = found.into_iter().map(|it| action(&page, it, &params.context.diagnostics));
    // A kind asks for its sub-kinds too: `refactor` for `refactor.rewrite`.
    let wanted = |it: &CodeAction| match (&params.context.only, &it.kind) {
        (Some(only), Some(kind)) => only.iter().any(|it| {
            kind.as_str() == it.as_str() || kind.as_str().starts_with(&format!("{}.", it.as_str()))
        }),
        _ => true,
    };
    Ok(Some(actions.filter(wanted).map(CodeActionOrCommand::CodeAction).collect()))
}

fn action(page: &Page<'_>, it: Assist, shown: &[Diagnostic]) -> CodeAction {
    let edits = it.edits.into_iter().map(|it| TextEdit::new(page.range(it.range), it.text)).collect();
    let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(page.uri.clone(), edits)]);
    let mended = it.fixes.map(|(code, range)| {
        let (code, range) = (NumberOrString::String(code.as_str().to_owned()), page.range(range));
        let same = |it: &&Diagnostic| it.code.as_ref() == Some(&code) && it.range == range;
        shown.iter().filter(same).cloned().collect::<Vec<_>>()
    });
    CodeAction {
        title: it.title,
        kind: Some(if mended.is_some() {
            CodeActionKind::QUICKFIX
        } else {
            CodeActionKind::REFACTOR_REWRITE
        }),
        is_preferred: mended.as_ref().map(|_| true),
        diagnostics: mended,
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        ..CodeAction::default()
    }
}
