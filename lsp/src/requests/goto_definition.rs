//! `textDocument/definition`: the pattern that binds a noun.

use super::Answer;
use crate::framework::proto::{GotoDefinitionParams, GotoDefinitionResponse, Location};
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let targets = snapshot.analysis.goto_definition(page.at(at.position))?;
    let locations = targets
        .into_iter()
        .filter_map(|it| {
            let page = snapshot.page_of(it.file)?;
            Some(Location::new(page.uri.clone(), page.range(it.focus)))
        })
        .collect();
    Ok(Some(GotoDefinitionResponse::Array(locations)))
}
