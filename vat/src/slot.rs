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
    done(binding_guard(cx, this))
}

/// The guard of a binding: it describes the slot.
pub fn binding_guard(cx: &mut Cx, binding: Value) -> Value {
    let Some(Cell::Binding { slot, guard, explicit }) = cx.heap.get(binding) else { return Value::NULL };
    let (slot, guard, explicit) = (*slot, *guard, *explicit);
    if explicit {
        return guard;
    }
    match cx.heap.get(slot) {
        Some(Cell::FinalSlot(_)) => final_slot_guard(cx, guard),
        Some(Cell::VarSlot(_)) => Value::of(&crate::guard::slot::VAR_SLOT),
        Some(Cell::GuardedSlot { .. }) => Value::of(&crate::guard::slot::GUARDED_SLOT),
        _ => Value::of(&crate::guard::any::ANY),
    }
}

macro_rules! maker {
    ($(#[$doc:meta])* $name:ident, $noun:literal, [$($method:expr),*]) => {
        $(#[$doc])*
        pub static $name: Class =
            Class::new($noun, concat!("<", $noun, ">"), &[$($method),*]).stamps(Stamps::DEEP_FROZEN);
    };
}

maker!(
    /// `__makeFinalSlot(value)`
    MAKE_FINAL_SLOT, "makeFinalSlot",
    [method("run", 1, |cx, _, args| done(cx.heap.alloc(Cell::FinalSlot(args[0])))), method("asType", 0, final_slot_type)]
);
maker!(
    /// `__makeVarSlot(value)`
    MAKE_VAR_SLOT, "makeVarSlot",
    [method("run", 1, |cx, _, args| done(cx.heap.alloc(Cell::VarSlot(args[0])))), method("asType", 0, var_slot_type)]
);
maker!(
    /// `__makeGuardedSlot(guard, value, ejector)`
    MAKE_GUARDED_SLOT, "makeGuardedSlot",
    [method("run", 3, make_guarded), method("asType", 0, guarded_slot_type)]
);
maker!(
    /// `__makeCoercedSlot(guard, value, ejector)`: a binding, or any slot that knows its guard.
    MAKE_COERCED_SLOT, "makeCoercedSlot",
    [method("run", 3, make_coerced), method("attempt", 2, attempt_coerced)]
);
maker!(
    /// `__slotToBinding`: what `&x` in a pattern goes through.
    SLOT_TO_BINDING, "__slotToBinding",
    [method("run", 1, guarded_slot_to_binding), method("run", 2, slot_to_binding)]
);

/// `FinalSlot[guard]`; null stands for `any`.
pub(crate) fn final_slot_guard(cx: &mut Cx, guard: Value) -> Value {
    let guard = if guard.is_null() { Value::of(&crate::guard::any::ANY) } else { guard };
    cx.heap.native(&crate::guard::slot::FINAL_SLOT_OF, [guard])
}

fn final_slot_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::slot::FINAL_SLOT))
}
fn var_slot_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::slot::VAR_SLOT))
}
fn guarded_slot_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::slot::GUARDED_SLOT))
}

fn make_guarded(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn coerced(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
        done(cx.heap.alloc(Cell::GuardedSlot { value, guard: then.values[0] }))
    }
    cx.call_then(args[0], "coerce", [args[1], args[2]], Then::new(coerced, [args[0]]))
}

fn make_coerced(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn coerced(cx: &mut Cx, then: Box<Then>, slot: Value) -> Outcome {
        done(cx.heap.alloc(Cell::Binding { slot, guard: then.values[0], explicit: true }))
    }
    cx.call_then(args[0], "coerce", [args[1], args[2]], Then::new(coerced, [args[0]]))
}

fn attempt_coerced(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    make_coerced(cx, this, &[args[0], args[1], Value::NULL])
}

/// `via (__slotToBinding) &&x`: the specimen is a slot.
fn slot_to_binding(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = crate::core_scope::value(cx, "any");
    done(cx.heap.alloc(Cell::Binding { slot: args[0], guard, explicit: true }))
}

/// Makes the slot it is given a binding with the guard in its field.
static WITH_GUARD: Class =
    Class::new("__slotToBinding", "<__slotToBinding()>", &[method("run", 2, with_guard)]);

fn guarded_slot_to_binding(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&WITH_GUARD, [args[0]]);
    done(it)
}

fn with_guard(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.fields(this, &WITH_GUARD).map_or(Value::NULL, |it| it[0]);
    fn coerced(cx: &mut Cx, then: Box<Then>, slot: Value) -> Outcome {
        done(cx.heap.alloc(Cell::Binding { slot, guard: then.values[0], explicit: true }))
    }
    cx.call_then(guard, "coerce", [args[0], args[1]], Then::new(coerced, [guard]))
}
