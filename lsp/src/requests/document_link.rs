//! `textDocument/documentLink`: imports lead to their modules, addresses to their pages.

use super::Answer;
use crate::framework::proto::{DocumentLink, DocumentLinkParams, Uri};
use crate::state::Snapshot;
use analysis::LinkTarget;
use std::str::FromStr;

pub fn handle(snapshot: &Snapshot, params: &DocumentLinkParams) -> Answer<Option<Vec<DocumentLink>>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let links = snapshot.analysis.links(page.file)?.into_iter().filter_map(|it| {
        let target = match it.target {
            LinkTarget::File(file) => snapshot.page_of(file)?.uri.clone(),
            LinkTarget::Address(address) => Uri::from_str(&address).ok()?,
        };
        Some(DocumentLink { range: page.range(it.range), target: Some(target), tooltip: None, data: None })
    });
    Ok(Some(links.collect()))
}
