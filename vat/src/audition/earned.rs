//! Whether objects that came from outside have the stamps they bear by right: the auditors are asked again.
//!
//! What says that an object is DeepFrozen is no longer the guards it was made behind, which may be made up like all
//! else; it is what it holds. A variable anywhere below it, or anything else that can change, and the stamp is forged.

use super::{frozen, verdict};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::native::Stamps;
use crate::value::{Obj, Value};
use audit::{Auditor, Verdict};
use rustc_hash::FxHashSet;

/// Would the built-in auditors give these objects the stamps that they bear? Where the vat could have given them
/// without asking (`DeepFrozenStamp`), `vouched` says that it may have.
pub(crate) fn are_earned(cx: &Cx, objects: &[Obj], vouched: bool) -> bool {
    let mut frozen = Vec::new();
    for it in objects {
        let Cell::Object { stamps, .. } = cx.heap.cell(*it) else { continue };
        if vouched && stamps.has(Stamps::VOUCHED) {
            continue;
        }
        let approves = |auditor| matches!(verdict(cx, auditor, (*it).into()), Some(Verdict::Approved));
        let shows_all = || [Auditor::Transparent, Auditor::Data].into_iter().any(approves);
        let earned = (!stamps.has(Stamps::TRANSPARENT) || shows_all())
            && (!stamps.has(Stamps::EVENTUALLY) || approves(Auditor::EventuallyDeepFrozen))
            && (!stamps.has(Stamps::CONFINED) || approves(Auditor::Confined))
            && (!stamps.has(Stamps::THROWABLE) || approves(Auditor::PassByCopy));
        if !earned {
            return false;
        }
        if stamps.has(Stamps::DEEP_FROZEN) || stamps.has(Stamps::PRESUMED) {
            frozen.push(Value::from(*it));
        } else if [Stamps::CONFINED, Stamps::THROWABLE].into_iter().any(|it| stamps.has(it)) {
            return false;
        }
    }
    hold_nothing_that_changes(cx, frozen, vouched)
}

/// Walks all that the values hold; what bears a stamp itself is walked too.
fn hold_nothing_that_changes(cx: &Cx, values: Vec<Value>, vouched: bool) -> bool {
    let mut seen = FxHashSet::default();
    let mut work = values;
    while let Some(it) = work.pop() {
        let it = cx.near(it);
        let Some(at) = it.as_obj() else {
            if super::stamps(&cx.heap, it).has(Stamps::DEEP_FROZEN) {
                continue;
            }
            return false;
        };
        if !seen.insert(at) {
            continue;
        }
        match cx.heap.cell(at) {
            Cell::Short(_) | Cell::Long(..) | Cell::Big(_) => {}
            Cell::List(all) => work.extend(all.iter()),
            Cell::Broken(it) | Cell::Sealed(it) | Cell::FinalSlot(it) => work.push(*it),
            Cell::Problem(it) => work.extend(it.values()),
            // The guard of a plain definition is the one that everybody has.
            Cell::Binding(it) => work.extend([it.slot, it.guard]),
            Cell::Native(it)
                if it.class.stamps.has(Stamps::DEEP_FROZEN)
                    || it.class.stamps.has(Stamps::FROZEN_IF_PARTS_ARE) =>
            {
                work.extend(it.fields.iter());
                if let Some(payload) = &it.payload {
                    payload.trace(&mut |it| work.push(it));
                }
            }
            Cell::Object { stamps, .. } if vouched && stamps.has(Stamps::VOUCHED) => {}
            Cell::Object { .. } => match frozen::all_parts(cx, it) {
                Some(all) => work.extend(all),
                None => return false,
            },
            _ => return false,
        }
    }
    true
}
