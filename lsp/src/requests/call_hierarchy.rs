//! `textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls` and `/outgoingCalls`: who sends to a method,
//! and to whom it sends. Under the same protocol the hierarchy of authority: who reaches a thing, and what it reaches.

use super::Answer;
use crate::framework::proto::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, Range,
    SymbolKind,
};
use crate::state::{Page, Snapshot};
use analysis::{Callable, CallableKind, Holder};

pub fn prepare(
    snapshot: &Snapshot,
    params: &CallHierarchyPrepareParams,
) -> Answer<Option<Vec<CallHierarchyItem>>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let called = snapshot.analysis.callable(page.at(at.position))?.and_then(|it| item(snapshot, it));
    let held = snapshot.analysis.holder(page.at(at.position))?.and_then(|it| holder(snapshot, it));
    let all: Vec<CallHierarchyItem> = called.into_iter().chain(held).collect();
    Ok((!all.is_empty()).then_some(all))
}

pub fn incoming(
    snapshot: &Snapshot,
    params: &CallHierarchyIncomingCallsParams,
) -> Answer<Option<Vec<CallHierarchyIncomingCall>>> {
    let page = snapshot.page(&params.item.uri)?;
    if is_about_authority(&params.item) {
        let found = snapshot.analysis.reached_by(page.at(params.item.selection_range.start))?;
        let found = found.into_iter().filter_map(|it| {
            let from = holder(snapshot, it)?;
            Some(CallHierarchyIncomingCall { from_ranges: vec![from.selection_range], from })
        });
        return Ok(Some(found.collect()));
    }
    let calls = snapshot.analysis.incoming_calls(page.at(params.item.selection_range.start))?;
    let found = calls.into_iter().filter_map(|it| {
        // The places are in the caller's text.
        let caller = snapshot.page_of(it.other.target.file)?;
        let from_ranges = ranges(&caller, &it.at);
        Some(CallHierarchyIncomingCall { from: item(snapshot, it.other)?, from_ranges })
    });
    Ok(Some(found.collect()))
}

pub fn outgoing(
    snapshot: &Snapshot,
    params: &CallHierarchyOutgoingCallsParams,
) -> Answer<Option<Vec<CallHierarchyOutgoingCall>>> {
    let page = snapshot.page(&params.item.uri)?;
    if is_about_authority(&params.item) {
        let found = snapshot.analysis.reached_from(page.at(params.item.selection_range.start))?;
        let found = found.into_iter().filter_map(|it| {
            let to = holder(snapshot, it)?;
            Some(CallHierarchyOutgoingCall { to, from_ranges: vec![params.item.selection_range] })
        });
        return Ok(Some(found.collect()));
    }
    let calls = snapshot.analysis.outgoing_calls(page.at(params.item.selection_range.start))?;
    let found = calls.into_iter().filter_map(|it| {
        let from_ranges = ranges(&page, &it.at);
        Some(CallHierarchyOutgoingCall { to: item(snapshot, it.other)?, from_ranges })
    });
    Ok(Some(found.collect()))
}

fn ranges(page: &Page<'_>, at: &[text_size::TextRange]) -> Vec<Range> {
    at.iter().map(|it| page.range(*it)).collect()
}

fn item(snapshot: &Snapshot, it: Callable) -> Option<CallHierarchyItem> {
    let page = snapshot.page_of(it.target.file)?;
    Some(CallHierarchyItem {
        name: it.target.name,
        kind: match it.kind {
            CallableKind::Function => SymbolKind::FUNCTION,
            CallableKind::Method => SymbolKind::METHOD,
            CallableKind::Program => SymbolKind::FILE,
        },
        tags: None,
        detail: Some(it.detail),
        uri: page.uri.clone(),
        range: page.range(it.target.full),
        selection_range: page.range(it.target.focus),
        data: None,
    })
}

/// Marks an item of the hierarchy of authority.
const AUTHORITY: &str = "authority";

fn is_about_authority(it: &CallHierarchyItem) -> bool {
    it.data.as_ref().and_then(|it| it.as_str()) == Some(AUTHORITY)
}

fn holder(snapshot: &Snapshot, it: Holder) -> Option<CallHierarchyItem> {
    let page = snapshot.page_of(it.target.file)?;
    Some(CallHierarchyItem {
        name: it.target.name,
        kind: SymbolKind::KEY,
        tags: None,
        detail: Some(it.detail),
        uri: page.uri.clone(),
        range: page.range(it.target.full),
        selection_range: page.range(it.target.focus),
        data: Some(AUTHORITY.into()),
    })
}
