//! Takes back what a turn has done to its vat, if the turn used more than it may.
//!
//! The heap puts down what its cells were before they change (`heap/journal.rs`), so a turn pays for what it changes.
//! Beside the heap there is little that a turn can change before it is over. What the turn has loaded is forgotten.
//! What it asked of the world outside has happened; the answers to that are ignored.

use super::bytes::Read;
use crate::rare::Rare;
use crate::turn::Vat;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a vat was before its turn, beside its heap.
pub(crate) struct Before {
    modules: usize,
    scripts: usize,
    registers: (usize, u64),
    queued: usize,
    /// The number of the last timer or job.
    counter: u64,
    breaks: usize,
    waiting: Value,
    exit: Option<Value>,
    imported: Option<FxHashMap<Arc<str>, Value>>,
    import_names: Option<FxHashMap<Value, Option<Arc<str>>>>,
}

/// To be called when the turn's delivery is out of the queue, and weighs nothing any more.
pub(crate) fn remember(vat: &mut Vat) -> Before {
    let cx = &mut vat.cx;
    let before = Before {
        modules: cx.modules.len(),
        scripts: cx.scripts.len(),
        registers: vat.machine.kept(),
        queued: cx.queue.len(),
        counter: cx.counter,
        breaks: cx.breaks.used().map_or(0, Vec::len),
        waiting: cx.waiting,
        exit: cx.exit,
        imported: cx.imported.used().cloned(),
        import_names: cx.import_names.used().cloned(),
    };
    let imported = before.imported.iter().flat_map(FxHashMap::values);
    let named = before.import_names.iter().flat_map(FxHashMap::keys);
    let roots = imported.chain(named).copied().chain([before.waiting]).chain(before.exit).collect();
    cx.heap.begin_journal(roots);
    before
}

/// Puts a vat back to where it was; what is left is for the collector. Its numbers of turns, timers and jobs go on.
pub(crate) fn take_back(vat: &mut Vat, before: Before) -> Read<()> {
    vat.cx.heap.take_back()?;
    vat.machine.forget(before.modules);
    vat.machine.keep(before.registers);
    let cx = &mut vat.cx;
    cx.modules.truncate(before.modules);
    cx.scripts.truncate(before.scripts);
    // What the turn has sent comes after what was there; so does what it has set free.
    cx.queue.truncate(before.queued);
    cx.buffered.clear();
    (cx.waiting, cx.exit) = (before.waiting, before.exit);
    if let Some(it) = cx.breaks.used_mut() {
        it.truncate(before.breaks);
    }
    cx.imported = before.imported.map_or_else(Rare::default, Rare::from);
    cx.import_names = before.import_names.map_or_else(Rare::default, Rare::from);
    (cx.loading, cx.import_cycle) = (Rare::default(), Rare::default());
    if let Some(it) = cx.timers.used_mut() {
        it.retain(|(_, number), _| *number <= before.counter);
    }
    // Jobs that were under way before still are.
    if let Some(it) = cx.awaited.used_mut() {
        it.retain(|ticket, _| *ticket <= before.counter);
    }
    // These are caches, and may speak of what is gone.
    (cx.templates, cx.audits) = (Rare::default(), Rare::default());
    Ok(())
}
