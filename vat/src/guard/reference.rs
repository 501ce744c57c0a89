//! Guards about the state of a reference: `near`, `vow`, `rcvr`.

use super::is_near;
use crate::cx::Cx;
use crate::guard_methods;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, done};
use crate::value::Value;

/// `near`: an object here, now.
pub static NEAR: Class = Class::new("near", "near", guard_methods![coerce_near;])
    .fqn("org.erights.e.elib.slot.near")
    .stamps(Stamps::DEEP_FROZEN);

/// `vow`: what is, or may turn out to be, near.
pub static VOW: Class = Class::new("vow", "vow", guard_methods![coerce_vow; "get"(Any) => of])
    .fqn("org.erights.e.elang.interp.vow")
    .stamps(Stamps::DEEP_FROZEN);

/// `rcvr`: what can be sent messages. Deprecated.
pub static RCVR: Class = Class::new("rcvr", "rcvr", guard_methods![coerce_rcvr; "get"(Any) => of])
    .fqn("org.erights.e.elang.interp.rcvr")
    .stamps(Stamps::DEEP_FROZEN);

fn coerce_near(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if is_near(&cx.heap, args[0]) { done(cx.near(args[0])) } else { cx.eject(args[1], "must be near") }
}

fn coerce_vow(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if let Some(Cell::Far { .. } | Cell::FarProxy(_)) = cx.heap.get(args[0]) {
        return cx.eject(args[1], "must not be far");
    }
    done(args[0])
}

fn coerce_rcvr(_: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(args[0])
}

/// `vow[g]` says what the reference should resolve to; nothing can be held to it before it does.
fn of(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}
