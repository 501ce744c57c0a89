//! Slots and bindings: where a noun's value is kept.

use crate::cx::Cx;
use crate::guard::slot::{
    COERCED_SLOT as COERCED_SLOT_GUARD, FINAL_SLOT as FINAL_SLOT_GUARD, GUARDED_SLOT as GUARDED_SLOT_GUARD,
    VAR_SLOT as VAR_SLOT_GUARD,
};
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, Then, done, method};
use crate::problem::Problem;
use crate::value::Value;

/// `def x := v`
pub static FINAL_SLOT: Class = Class::new(
    "FinalSlot",
    "<FinalSlot>",
    &[
        method("get", 0, get),
        method("put", 1, put),
        method("isFinal", 0, is_final),
        method("__optUncall", 0, opt_uncall),
    ],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE));
/// `var x := v`
pub static VAR_SLOT: Class = Class::new(
    "VarSlot",
    "<VarSlot>",
    &[
        method("get", 0, get),
        method("put", 1, put),
        method("isFinal", 0, is_final),
        method("__optUncall", 0, opt_uncall),
    ],
);
/// `var x :G := v`
pub static GUARDED_SLOT: Class = Class::new(
    "GuardedSlot",
    "<GuardedSlot>",
    &[
        method("get", 0, get),
        method("put", 1, put),
        method("isFinal", 0, is_final),
        method("__optUncall", 0, opt_uncall),
    ],
);
/// `&&x`
pub static BINDING: Class = Class::new(
    "CoercedSlot",
    "<CoercedSlot>",
    &[
        method("get", 0, get),
        method("put", 1, put),
        method("isFinal", 0, is_final),
        method("__optUncall", 0, opt_uncall),
        method("getGuard", 0, get_guard),
    ],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::FROZEN_IF_PARTS_ARE));

fn get(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(match cx.heap.get(this) {
        Some(Cell::FinalSlot(it) | Cell::VarSlot(it)) => *it,
        Some(Cell::GuardedSlot(it)) => it.value,
        Some(Cell::Binding(it)) => it.slot,
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
        Cell::GuardedSlot(it) => {
            let guard = it.guard;
            cx.call_then(guard, "coerce", [args[0], Value::NULL], Then::new(put_coerced, [this]))
        }
        _ => Err(cx.throw(Problem::new("not an assignable slot: ").value(this))),
    }
}

fn put_coerced(cx: &mut Cx, then: Box<Then>, coerced: Value) -> Outcome {
    if let Some(at) = then.values[0].as_obj()
        && let Cell::GuardedSlot(it) = cx.heap.cell_mut(at)
    {
        it.value = coerced;
    }
    done(Value::NULL)
}

fn is_final(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(matches!(cx.heap.get(this), Some(Cell::FinalSlot(_) | Cell::Binding(_))))
}

fn get_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(binding_guard(cx, this))
}

/// The guard of a binding: it describes the slot.
pub fn binding_guard(cx: &mut Cx, binding: Value) -> Value {
    let Some(Cell::Binding(it)) = cx.heap.get(binding) else { return Value::NULL };
    let crate::heap::Binding { slot, guard, explicit } = **it;
    if explicit {
        return guard;
    }
    match cx.heap.get(slot) {
        Some(Cell::FinalSlot(_)) => final_slot_guard(cx, guard),
        Some(Cell::VarSlot(_)) => Value::of(&VAR_SLOT_GUARD),
        Some(Cell::GuardedSlot(_)) => Value::of(&GUARDED_SLOT_GUARD),
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
    [method("run", 1, |cx, _, args| done(cx.heap.alloc(Cell::FinalSlot(args[0])))), method("asType", 0, |_, _, _| done(Value::of(&FINAL_SLOT_GUARD))),
     method("match__run/1", 2, match_final), method("__optUncall", 0, |cx, _, _| import_of(cx, "makeFinalSlot"))]
);
maker!(
    /// `__makeVarSlot(value)`
    MAKE_VAR_SLOT, "makeVarSlot",
    [method("run", 1, |cx, _, args| done(cx.heap.alloc(Cell::VarSlot(args[0])))), method("asType", 0, |_, _, _| done(Value::of(&VAR_SLOT_GUARD))),
     method("__optUncall", 0, |cx, _, _| import_of(cx, "makeVarSlot"))]
);
maker!(
    /// `__makeGuardedSlot(guard, value, ejector)`
    MAKE_GUARDED_SLOT, "makeGuardedSlot",
    [method("run", 3, make_guarded), method("asType", 0, |_, _, _| done(Value::of(&GUARDED_SLOT_GUARD))),
     method("__optUncall", 0, |cx, _, _| import_of(cx, "makeGuardedSlot"))]
);
maker!(
    /// `__makeCoercedSlot(guard, value, ejector)`: a binding, or any slot that knows its guard.
    MAKE_COERCED_SLOT, "makeCoercedSlot",
    [method("run", 3, make_coerced), method("attempt", 2, attempt_coerced),
     method("asType", 0, |_, _, _| done(Value::of(&COERCED_SLOT_GUARD))),
     method("__optUncall", 0, |cx, _, _| import_of(cx, "makeCoercedSlot"))]
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

/// `[<import>, "get", ["org.erights.e.elib.slot.…"]]`: how a maker is come by.
fn import_of(cx: &mut Cx, name: &str) -> Outcome {
    let name = cx.heap.text(format!("org.erights.e.elib.slot.{name}"));
    let args = cx.heap.list([name]);
    let verb = cx.heap.text("get");
    done(cx.heap.list([Value::of(&crate::import::IMPORT), verb, args]))
}

/// `def makeFinalSlot(x) := slot`
fn match_final(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn taken(cx: &mut Cx, _: Box<Then>, slot: Value) -> Outcome {
        let value = match cx.heap.get(slot) {
            Some(Cell::FinalSlot(it)) => *it,
            _ => Value::NULL,
        };
        done(cx.heap.list([value]))
    }
    cx.call_then(Value::of(&FINAL_SLOT_GUARD), "coerce", [args[0], args[1]], Then::new(taken, []))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (maker, verb, args): (&'static Class, &str, Vec<Value>) = match cx.heap.get(this) {
        Some(Cell::FinalSlot(it)) => (&MAKE_FINAL_SLOT, "run", vec![*it]),
        Some(Cell::VarSlot(it)) => (&MAKE_VAR_SLOT, "run", vec![*it]),
        Some(Cell::Binding(it)) => {
            let slot = it.slot;
            (&MAKE_COERCED_SLOT, "attempt", vec![binding_guard(cx, this), slot])
        }
        _ => return done(Value::NULL),
    };
    let (verb, args) = (cx.heap.text(verb), cx.heap.list(args));
    done(cx.heap.list([Value::of(maker), verb, args]))
}

fn make_guarded(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn coerced(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
        done(cx.heap.guarded_slot(value, then.values[0]))
    }
    cx.call_then(args[0], "coerce", [args[1], args[2]], Then::new(coerced, [args[0]]))
}

fn make_coerced(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn coerced(cx: &mut Cx, then: Box<Then>, slot: Value) -> Outcome {
        done(cx.heap.binding(slot, then.values[0], true))
    }
    cx.call_then(args[0], "coerce", [args[1], args[2]], Then::new(coerced, [args[0]]))
}

/// The slot, or a plain final slot if the guard refuses the value.
fn attempt_coerced(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn coerced(cx: &mut Cx, then: Box<Then>, slot: Value) -> Outcome {
        done(cx.heap.binding(slot, then.values[0], true))
    }
    fn refused(cx: &mut Cx, then: Box<Then>, exit: crate::problem::Exit) -> Outcome {
        match exit {
            crate::problem::Exit::Thrown(_) => done(cx.heap.alloc(Cell::FinalSlot(then.values[1]))),
            it => Err(it),
        }
    }
    let then = Then::new(coerced, [args[0], args[1]]).on_exit(refused);
    cx.call_then(args[0], "coerce", [args[1], Value::NULL], then)
}

/// `via (__slotToBinding) &&x`: the specimen is a slot.
fn slot_to_binding(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = crate::core_scope::value(cx, "any");
    done(cx.heap.binding(args[0], guard, true))
}

/// Makes the slot it is given a binding with the guard in its field.
pub(crate) static WITH_GUARD: Class =
    Class::new("__slotToBinding", "<__slotToBinding()>", &[method("run", 2, with_guard)]);

fn guarded_slot_to_binding(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&WITH_GUARD, [args[0]]);
    done(it)
}

fn with_guard(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.fields(this, &WITH_GUARD).map_or(Value::NULL, |it| it[0]);
    fn coerced(cx: &mut Cx, then: Box<Then>, slot: Value) -> Outcome {
        done(cx.heap.binding(slot, then.values[0], true))
    }
    cx.call_then(guard, "coerce", [args[0], args[1]], Then::new(coerced, [guard]))
}
