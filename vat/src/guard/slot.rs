//! Guards for slots: `FinalSlot`, `FinalSlot[g]`, `VarSlot`, `GuardedSlot`, `CoercedSlot`.

use super::any::{ANY, MADE, uncall_list};
use super::first;
use crate::cx::Cx;
use crate::guard_methods;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::value::Value;

/// `FinalSlot`
pub static FINAL_SLOT: Class = Class::new(
    "Guard",
    "FinalSlot",
    guard_methods![coerce; "get"(Any) => get, "match__get/1"(Any, Any) => match_get],
)
.fqn("guard.FinalSlot")
.stamps(Stamps::DEEP_FROZEN);

/// `FinalSlot[g]`. Field: the guard of the value.
pub static FINAL_SLOT_OF: Class = Class::new(
    "FinalSlotGuard",
    "FinalSlotGuard",
    guard_methods![coerce_of; "getValueGuard"() => get_value_guard, "__optUncall"() => opt_uncall],
)
.fqn("FinalSlot")
.stamps(MADE);

/// `VarSlot`
pub static VAR_SLOT: Class =
    Class::new("Guard", "VarSlot", guard_methods![coerce;]).fqn("guard.VarSlot").stamps(Stamps::DEEP_FROZEN);
/// `GuardedSlot`
pub static GUARDED_SLOT: Class = Class::new("Guard", "GuardedSlot", guard_methods![coerce;])
    .fqn("guard.GuardedSlot")
    .stamps(Stamps::DEEP_FROZEN);
/// `CoercedSlot`
pub static COERCED_SLOT: Class = Class::new("Guard", "CoercedSlot", guard_methods![coerce;])
    .fqn("guard.CoercedSlot")
    .stamps(Stamps::DEEP_FROZEN);

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, guard, specimen| {
            let fits = match cx.heap.get(specimen)? {
                Cell::FinalSlot(_) => guard.is(&FINAL_SLOT),
                Cell::VarSlot(_) => guard.is(&VAR_SLOT),
                Cell::GuardedSlot(_) => guard.is(&GUARDED_SLOT),
                Cell::Binding(_) => guard.is(&COERCED_SLOT),
                _ => false,
            };
            fits.then_some(specimen)
        },
        super::scalar::refuse,
    )
}

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&FINAL_SLOT_OF, [args[0]]);
    done(guard)
}

fn get_value_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(first(cx, this, &FINAL_SLOT_OF).unwrap_or(Value::NULL))
}

/// `def FinalSlot[g] := guard`
fn match_get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard =
        if args[0].is(&FINAL_SLOT) { Some(Value::of(&ANY)) } else { first(cx, args[0], &FINAL_SLOT_OF) };
    match guard {
        Some(guard) => {
            let list = cx.heap.list([guard]);
            done(list)
        }
        None => cx.eject(args[1], "not a FinalSlot[_] guard"),
    }
}

fn coerce_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, then, slot| {
            let guard = first(cx, then.values[0], &FINAL_SLOT_OF).unwrap_or(Value::NULL);
            let value = match cx.heap.get(slot) {
                Some(Cell::FinalSlot(it)) => *it,
                _ => Value::NULL,
            };
            let kept = Then::new(recoerced, [slot, value]);
            cx.call_then(guard, "coerce", [value, then.values[1]], kept)
        },
        [this, args[1]],
    );
    cx.call_then(Value::of(&FINAL_SLOT), "coerce", [args[0], args[1]], then)
}

/// The same slot if its value stayed the same, else one with the coerced value.
fn recoerced(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
    if value == then.values[1] {
        return done(then.values[0]);
    }
    let slot = cx.heap.alloc(Cell::FinalSlot(value));
    done(slot)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall_list(cx, this, Value::of(&FINAL_SLOT), "get")
}
