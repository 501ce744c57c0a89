//! `walnut/showKernelE`: what the file, or a part of it, says in Kernel-E, as text.

use super::Answer;
use crate::ext::KernelEParams;
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &KernelEParams) -> Answer<Option<String>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let range = params.range.map(|it| page.text_range(it)).filter(|it| !it.is_empty());
    Ok(Some(match range {
        Some(range) => snapshot.analysis.show_kernel_e_of(page.file, range)?,
        None => snapshot.analysis.show_kernel_e(page.file)?,
    }))
}
