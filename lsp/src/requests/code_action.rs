//! `textDocument/codeAction` and `codeAction/resolve`: what mends a diagnostic, and other ways to say the same.
//!
//! A mend has its edits at once; of a refactoring they are worked out when it is chosen.

use super::{Answer, Stop};
use crate::framework::proto::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Diagnostic,
    NumberOrString, Range, TextEdit, Uri, WorkspaceEdit,
};
use crate::state::{Page, Snapshot};
use analysis::{Assist, AssistKind};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

pub fn handle(snapshot: &Snapshot, params: &CodeActionParams) -> Answer<Option<CodeActionResponse>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let found = snapshot.analysis.assists(page.file_range(params.range))?;
    let actions = found.into_iter().map(|it| action(&page, it, params));
    // A kind asks for its sub-kinds too: `refactor` for `refactor.rewrite`.
    let wanted = |it: &CodeAction| match (&params.context.only, &it.kind) {
        (Some(only), Some(kind)) => only.iter().any(|it| {
            kind.as_str() == it.as_str() || kind.as_str().starts_with(&format!("{}.", it.as_str()))
        }),
        _ => true,
    };
    Ok(Some(actions.filter(wanted).map(CodeActionOrCommand::CodeAction).collect()))
}

/// What a refactoring was offered for.
#[derive(Serialize, Deserialize)]
struct Data {
    uri: Uri,
    range: Range,
}

fn action(page: &Page<'_>, it: Assist, params: &CodeActionParams) -> CodeAction {
    let kind = kind(it.kind);
    let mended = it.fixes.map(|(code, range)| {
        let (code, range) = (NumberOrString::String(code.as_str().to_owned()), page.range(range));
        let same = |it: &&Diagnostic| it.code.as_ref() == Some(&code) && it.range == range;
        params.context.diagnostics.iter().filter(same).cloned().collect::<Vec<_>>()
    });
    let data = Data { uri: page.uri.clone(), range: params.range };
    let now = mended.is_some();
    CodeAction {
        title: it.title,
        kind: Some(kind),
        is_preferred: mended.as_ref().map(|_| true),
        diagnostics: mended,
        edit: now.then(|| edit(page, it.edits)),
        data: (!now).then(|| serde_json::to_value(data).ok()).flatten(),
        ..CodeAction::default()
    }
}

fn edit(page: &Page<'_>, edits: Vec<analysis::TextEdit>) -> WorkspaceEdit {
    let edits = edits.into_iter().map(|it| TextEdit::new(page.range(it.range), it.text)).collect();
    let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(page.uri.clone(), edits)]);
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

fn kind(it: AssistKind) -> CodeActionKind {
    match it {
        AssistKind::Fix => CodeActionKind::QUICKFIX,
        AssistKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        AssistKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        AssistKind::Inline => CodeActionKind::REFACTOR_INLINE,
    }
}

/// The edits of a refactoring, for the text as it is now.
pub fn resolve(snapshot: &Snapshot, action: &CodeAction) -> Answer<CodeAction> {
    if action.edit.is_some() {
        return Ok(action.clone());
    }
    let data = action.data.clone().and_then(|it| serde_json::from_value::<Data>(it).ok());
    let data =
        data.ok_or_else(|| Stop::Invalid("this action is not one of ours: its data is missing".to_owned()))?;
    let page = snapshot.page(&data.uri)?;
    let found = snapshot.analysis.assists(page.file_range(data.range))?;
    let same = found.into_iter().find(|it| it.title == action.title);
    let same = same.ok_or_else(|| {
        Stop::Invalid(format!("the text has changed: `{}` does not apply any more", action.title))
    })?;
    Ok(CodeAction { edit: Some(edit(&page, same.edits)), ..action.clone() })
}
