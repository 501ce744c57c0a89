//! Takes back what a turn has done to its vat: all of it is written down before the turn, and read again if the
//! turn used more than it may.
//!
//! That costs each turn what a snapshot of its heap costs, so only vats whose makers asked for it pay. Code is not
//! written down: what the turn has loaded is forgotten. What the turn asked of the world outside has happened; the
//! answers to it are ignored.

use super::bytes::{Read, Reader, Writer};
use super::vat::{read_state, write_state};
use crate::heap::Heap;
use crate::turn::Vat;

/// A vat as it was before its turn.
pub(crate) struct Before {
    state: Vec<u8>,
    modules: usize,
    scripts: usize,
    registers: (usize, u64),
}

/// `None`: the vat holds something that cannot be written down.
pub(crate) fn remember(vat: &Vat) -> Option<Before> {
    let mut out = Writer::new();
    vat.cx.heap.save(&mut out);
    write_state(&mut out, vat);
    let state = out.finish().ok()?;
    let (modules, scripts) = (vat.cx.modules.len(), vat.cx.scripts.len());
    Some(Before { state, modules, scripts, registers: vat.machine.kept() })
}

/// Puts a vat back to where it was. Its numbers of turns and of jobs go on.
pub(crate) fn take_back(vat: &mut Vat, before: &Before) -> Read<()> {
    let mut from = Reader::new(&before.state)?;
    from.places.same = true;
    let heap = Heap::load(&mut from, u64::MAX)?;
    vat.machine.forget(before.modules);
    vat.machine.keep(before.registers);
    let cx = &mut vat.cx;
    cx.modules.truncate(before.modules);
    cx.scripts.truncate(before.scripts);
    cx.heap.become_again(heap);
    cx.buffered.clear();
    cx.templates = Default::default();
    let (turn, counter, settled, pace) = (cx.turn, cx.counter, cx.settled, cx.tables.pace);
    let state = read_state(&mut from, cx, &mut Ok)?;
    cx.handles = state.handles.into();
    // Jobs that were under way before still are.
    cx.awaited.retain(|ticket, _| *ticket <= cx.counter);
    (cx.turn, cx.counter, cx.settled, cx.tables.pace) = (turn, counter, settled, pace);
    Ok(())
}
