//! `textDocument/documentSymbol`: objects, their methods, and other definitions, as a tree.

use super::Answer;
use crate::framework::proto::{DocumentSymbolParams, DocumentSymbolResponse};
use crate::state::Snapshot;
use crate::to_proto;

pub fn handle(snapshot: &Snapshot, params: &DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let symbols = snapshot.analysis.document_symbols(page.file)?;
    Ok(Some(DocumentSymbolResponse::Nested(to_proto::document_symbols(&page, symbols))))
}
