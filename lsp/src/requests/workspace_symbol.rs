//! `workspace/symbol`: names of all open texts by a few of their letters.

use super::Answer;
use crate::framework::proto::{Location, SymbolInformation, WorkspaceSymbolParams, WorkspaceSymbolResponse};
use crate::state::Snapshot;
use crate::to_proto;

pub fn handle(
    snapshot: &Snapshot,
    params: &WorkspaceSymbolParams,
) -> Answer<Option<WorkspaceSymbolResponse>> {
    let found = snapshot.analysis.workspace_symbols(&params.query)?;
    let symbols = found.into_iter().filter_map(|it| {
        let page = snapshot.page_of(it.target.file)?;
        #[expect(deprecated, reason = "the protocol's own struct still has its old `deprecated` field")]
        Some(SymbolInformation {
            name: it.target.name,
            kind: to_proto::symbol_kind(it.kind),
            tags: None,
            deprecated: None,
            location: Location::new(page.uri.clone(), page.range(it.target.focus)),
            container_name: it.container,
        })
    });
    Ok(Some(WorkspaceSymbolResponse::Flat(symbols.collect())))
}
