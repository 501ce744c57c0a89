//! Slots and bindings: where a noun's value is kept.

use crate::cx::Cx;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, Then, done, method};
use crate::problem::Problem;
use crate::value::Value;

/// `def x := v`
pub static FINAL_SLOT: Class = Class::new(
    "FinalSlot",
    "<FinalSlot>",
    &[method("get", 0, get), method("put", 1, put), method("isFinal", 0, is_final)],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::FROZEN_IF_PARTS_ARE));
/// `var x := v`
pub static VAR_SLOT: Class = Class::new(
    "VarSlot",
    "<VarSlot>",
    &[method("get", 0, get), method("put", 1, put), method("isFinal", 0, is_final)],
);
/// `var x :G := v`
pub static GUARDED_SLOT: Class = Class::new(
    "GuardedSlot",
    "<GuardedSlot>",
    &[method("get", 0, get), method("put", 1, put), method("isFinal", 0, is_final)],
);
/// `&&x`
pub static BINDING: Class = Class::new(
    "CoercedSlot",
    "<CoercedSlot>",
    &[
        method("get", 0, get),
        method("put", 1, put),
        method("isFinal", 0, is_final),
        method("getGuard", 0, get_guard),
    ],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::FROZEN_IF_PARTS_ARE));

fn get(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(match cx.heap.get(this) {
        Some(Cell::FinalSlot(it) | Cell::VarSlot(it)) => *it,
        Some(Cell::GuardedSlot { value, .. }) => *value,
        Some(Cell::Binding { slot, .. }) => *slot,
        _ => Value::NULL,
    })
}

fn put(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(at) = this.as_obj() else { return done(Value::NULL) };
    match cx.heap.cell_mut(at) {
        Cell::VarSlot(it) => {
            *it = args[0];
            done(Value::NULL)
        }
        Cell::GuardedSlot { guard, .. } => {
            let guard = *guard;
            cx.call_then(guard, "coerce", [args[0], Value::NULL], Then::new(put_coerced, [this]))
        }
        _ => Err(cx.throw(Problem::new("not an assignable slot: ").value(this))),
    }
}

fn put_coerced(cx: &mut Cx, then: Box<Then>, coerced: Value) -> Outcome {
    if let Some(at) = then.values[0].as_obj()
        && let Cell::GuardedSlot { value, .. } = cx.heap.cell_mut(at)
    {
        *value = coerced;
    }
    done(Value::NULL)
}

fn is_final(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(matches!(cx.heap.get(this), Some(Cell::FinalSlot(_) | Cell::Binding { .. })))
}

fn get_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(match cx.heap.get(this) {
        Some(Cell::Binding { guard, .. }) => *guard,
        _ => Value::NULL,
    })
}
