//! `textDocument/definition`, `typeDefinition` and `implementation`: where the name or message at the cursor comes
//! from, what it is, and who implements it.

use super::Answer;
use crate::framework::proto::{GotoDefinitionParams, GotoDefinitionResponse, Location};
use crate::state::Snapshot;
use analysis::{Analysis, Cancellable, FilePosition, NavigationTarget};

pub fn handle(snapshot: &Snapshot, params: &GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    answer(snapshot, params, Analysis::goto_definition)
}

pub fn of_type(snapshot: &Snapshot, params: &GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    answer(snapshot, params, Analysis::goto_type_definition)
}

pub fn implementation(
    snapshot: &Snapshot,
    params: &GotoDefinitionParams,
) -> Answer<Option<GotoDefinitionResponse>> {
    answer(snapshot, params, Analysis::goto_implementation)
}

fn answer(
    snapshot: &Snapshot,
    params: &GotoDefinitionParams,
    ask: fn(&Analysis, FilePosition) -> Cancellable<Vec<NavigationTarget>>,
) -> Answer<Option<GotoDefinitionResponse>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let targets = ask(&snapshot.analysis, page.at(at.position))?;
    let places = targets.into_iter().filter_map(|it| {
        let page = snapshot.page_of(it.file)?;
        Some(Location::new(page.uri.clone(), page.range(it.focus)))
    });
    Ok(Some(GotoDefinitionResponse::Array(places.collect())))
}
