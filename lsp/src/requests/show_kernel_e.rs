//! `walnut/showKernelE`: what the file says in Kernel-E, as text.

use super::Answer;
use crate::framework::proto::TextDocumentPositionParams;
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &TextDocumentPositionParams) -> Answer<Option<String>> {
    let page = snapshot.page(&params.text_document.uri)?;
    Ok(Some(snapshot.analysis.show_kernel_e(page.file)?))
}
