//! `workspace/willRenameFiles`: who imports a module imports it by its new name.

use super::Answer;
use crate::documents::path_of;
use crate::framework::proto::{RenameFilesParams, TextEdit, Uri, WorkspaceEdit};
use crate::state::Snapshot;
use std::collections::HashMap;
use std::str::FromStr;

pub fn handle(snapshot: &Snapshot, params: &RenameFilesParams) -> Answer<Option<WorkspaceEdit>> {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for it in &params.files {
        let (Ok(old), Ok(new)) = (Uri::from_str(&it.old_uri), Uri::from_str(&it.new_uri)) else { continue };
        let Ok(page) = snapshot.page(&old) else { continue };
        let Some(name) = path_of(&new).map(|it| snapshot.name_of(&it)) else { continue };
        for (place, text) in snapshot.analysis.module_renamed(page.file, &name)? {
            let Some(page) = snapshot.page_of(place.file) else { continue };
            changes.entry(page.uri.clone()).or_default().push(TextEdit::new(page.range(place.range), text));
        }
    }
    Ok((!changes.is_empty()).then(|| WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}
