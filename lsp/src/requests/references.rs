//! `textDocument/references`: every use of a noun, with or without its definition.

use super::Answer;
use crate::framework::proto::{Location, ReferenceParams};
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &ReferenceParams) -> Answer<Option<Vec<Location>>> {
    let at = &params.text_document_position;
    let page = snapshot.page(&at.text_document.uri)?;
    let found =
        snapshot.analysis.find_references(page.at(at.position), params.context.include_declaration)?;
    Ok(Some(
        found
            .into_iter()
            .filter_map(|it| {
                let page = snapshot.page_of(it.at.file)?;
                Some(Location::new(page.uri.clone(), page.range(it.at.range)))
            })
            .collect(),
    ))
}
