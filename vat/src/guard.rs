//! Guards: what coerces a value on its way into a noun, a parameter or a typed collection.
//!
//! A guard answers `coerce(specimen, ejector)`. Native guards ask what does not fit `__conformTo(guard)` once,
//! and never print the specimen unless someone looks at the problem.

pub mod any;
pub mod base;
pub mod each;
pub mod graph_exit;
pub mod list;
pub mod map;
pub mod nullable;
pub mod protocol;
pub mod reference;
pub mod region;
pub mod same;
pub mod scalar;
pub mod set;
pub mod slot;
pub mod subrange;
pub mod tuple;

use crate::coerce::{Ty, may_conform};
use crate::cx::Cx;
use crate::heap::{Cell, Heap, Promise};
use crate::native::{Class, Outcome, Payload, Then, done};
use crate::print::Piece;
use crate::problem::{Exit, Problem};
use crate::value::{Value, View};

/// Does `guard` surely accept `specimen` unchanged, without running anyone's code? `false`: not known.
pub fn accepts(heap: &Heap, guard: Value, specimen: Value) -> bool {
    accepts_within(heap, guard, specimen, 4)
}

/// How many items a look at a list's elements is worth; a longer list is coerced item by item, paid for.
const GLANCE: usize = 32;

fn accepts_within(heap: &Heap, guard: Value, specimen: Value, depth: u32) -> bool {
    let guard = heap.shorten(guard);
    let class = match guard.view() {
        View::Null => return true,
        View::Static(class) => class,
        _ => return depth > 0 && accepts_made(heap, guard, specimen, depth - 1),
    };
    if std::ptr::eq(class, &any::ANY) {
        return true;
    }
    if std::ptr::eq(class, &any::VOID) || std::ptr::eq(class, &nullable::NULL_OK) {
        return heap.shorten(specimen).is_null();
    }
    match scalar::type_of(class) {
        Some(ty) => {
            let specimen = heap.shorten(specimen);
            ty.check(heap, specimen).is_some_and(|it| it == specimen)
        }
        None => false,
    }
}

/// The same for guards with parameters.
fn accepts_made(heap: &Heap, guard: Value, specimen: Value, depth: u32) -> bool {
    let Some(native) = heap.as_native(guard) else { return false };
    let class = native.class;
    let Some(first) = native.fields.first().copied() else { return false };
    if std::ptr::eq(class, &nullable::NULL_OK_OF) {
        return heap.shorten(specimen).is_null() || accepts_within(heap, first, specimen, depth);
    }
    if std::ptr::eq(class, &list::LIST_OF) {
        return heap.as_list(specimen).is_some_and(|items| {
            items.len() <= GLANCE && items.iter().all(|it| accepts_within(heap, first, *it, depth))
        });
    }
    if std::ptr::eq(class, &region::REGION) {
        return region::contains(heap, guard, specimen);
    }
    false
}

/// A guard as auditors see it; only regions are described here, the rest by its class and fields.
pub fn describe(cx: &Cx, guard: Value) -> Option<audit::guards::Guard> {
    region::describe(cx, guard)
}

/// `FinalSlot[inner]`, what `def x :inner` puts on a binding; null: any.
pub fn final_slot_guard(cx: &mut Cx, inner: Value) -> Value {
    let inner = if inner.is_null() { Value::of(&any::ANY) } else { inner };
    cx.heap.native(&slot::FINAL_SLOT_OF, [inner])
}

/// `VarSlot`
pub fn var_slot_guard(_: &mut Cx) -> Value {
    Value::of(&slot::VAR_SLOT)
}

/// `GuardedSlot`
pub fn guarded_slot_guard(_: &mut Cx) -> Value {
    Value::of(&slot::GUARDED_SLOT)
}

/// Is this reference near: neither a promise, nor far, nor broken?
pub fn is_near(heap: &Heap, value: Value) -> bool {
    !matches!(
        heap.get(value),
        Some(Cell::Promise(Promise::Unresolved(_)) | Cell::Broken(_) | Cell::Far { .. } | Cell::FarProxy(_))
    )
}

/// What a native guard wants: the value if it fits as it is (or widened), else nothing.
pub type Check = fn(&Cx, guard: Value, specimen: Value) -> Option<Value>;
/// What a native guard says to what does not fit.
pub type Refuse = fn(&Cx, guard: Value, specimen: Value) -> Problem;

struct Asking {
    check: Check,
    refuse: Refuse,
}

impl Payload for Asking {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        16
    }
}

/// Coerces by a check, with the specimen's one chance to conform.
pub fn coerce_by(
    cx: &mut Cx,
    guard: Value,
    specimen: Value,
    ejector: Value,
    check: Check,
    refuse: Refuse,
) -> Outcome {
    let specimen = cx.near(specimen);
    if let Some(it) = check(cx, guard, specimen) {
        return done(it);
    }
    if !may_conform(cx, specimen) {
        let problem = refuse(cx, guard, specimen);
        return cx.eject(ejector, problem);
    }
    let then =
        Then::new(conformed, [guard, specimen, ejector]).with_state(Box::new(Asking { check, refuse }));
    cx.call_then(specimen, "__conformTo", [guard], then)
}

fn conformed(cx: &mut Cx, mut then: Box<Then>, answer: Value) -> Outcome {
    let (guard, specimen, ejector) = (then.values[0], then.values[1], then.values[2]);
    let Some(Asking { check, refuse }) = then.state::<Asking>() else { return Err(cx.throw("lost a guard")) };
    let answer = cx.near(answer);
    match check(cx, guard, answer) {
        Some(it) => done(it),
        None => {
            let problem = refuse(cx, guard, specimen);
            cx.eject(ejector, problem)
        }
    }
}

/// Coerces to a native type; `wanted` is what the guard is called.
pub fn coerce_to(cx: &mut Cx, guard: Value, args: &[Value]) -> Outcome {
    coerce_by(
        cx,
        guard,
        args[0],
        args[1],
        |cx, guard, specimen| type_of(cx, guard).and_then(|ty| ty.check(&cx.heap, specimen)),
        scalar::refuse,
    )
}

fn type_of(cx: &Cx, guard: Value) -> Option<Ty> {
    scalar::type_of(cx.class_of(guard)?)
}

/// What messages call a native guard without parameters.
pub fn name_of(cx: &Cx, guard: Value) -> &'static str {
    cx.class_of(guard).map_or("any", |it| it.printed)
}

/// An ejector of our own, to learn whether a guard refuses.
pub fn fresh_ejector(cx: &mut Cx) -> Value {
    let name = cx.heap.text("refusal");
    cx.heap.ejector(name)
}

/// Ends an ejector of our own.
pub fn close_ejector(cx: &mut Cx, ejector: Value) {
    if let Some(at) = ejector.as_obj()
        && let Cell::Ejector { live, .. } = cx.heap.cell_mut(at)
    {
        *live = false;
    }
}

/// Did it leave through this ejector?
pub fn left_through(exit: &Exit, wanted: Value) -> bool {
    matches!(exit, Exit::Ejected { ejector, .. } if *ejector == wanted)
}

/// The first field of an instance of `class`.
pub fn first(cx: &Cx, value: Value, class: &'static Class) -> Option<Value> {
    cx.heap.fields(value, class)?.first().copied()
}

/// The pieces of a native guard with parameters, and of the other natives that print their parts.
pub fn pieces(cx: &Cx, class: &'static Class, value: Value) -> Option<Vec<Piece>> {
    let is = |it: &'static Class| std::ptr::eq(class, it);
    let fields: Vec<Value> = cx.heap.as_native(value)?.fields.clone();
    let field = |at: usize| fields.get(at).copied().map(Piece::Quoted);
    let around = |name: &'static str| -> Option<Vec<Piece>> {
        let mut pieces = vec![Piece::from(name), "[".into()];
        for at in 0..fields.len() {
            if at > 0 {
                pieces.push(", ".into());
            }
            pieces.push(field(at)?);
        }
        pieces.push("]".into());
        Some(pieces)
    };
    if is(&list::LIST_OF) {
        around("List")
    } else if is(&map::MAP_OF) {
        around("Map")
    } else if is(&set::SET_OF) {
        around("Set")
    } else if is(&nullable::NULL_OK_OF) {
        around("nullOk")
    } else if is(&subrange::SUBRANGE_OF) {
        around("SubrangeGuard")
    } else if is(&base::BASE_GUARD) {
        Some(vec!["<makeBaseGuard>(".into(), field(0)?, ")".into()])
    } else if is(&same::SAME_AS) {
        around("Same")
    } else if is(&any::NOT) {
        around("Not")
    } else if is(&slot::FINAL_SLOT_OF) {
        around("FinalSlot")
    } else if is(&tuple::TUPLE_OF) {
        Some(vec!["Tuple".into(), field(0)?])
    } else if is(&any::UNION) {
        Some(vec!["any".into(), field(0)?])
    } else if is(&any::ALL) {
        Some(vec!["all".into(), field(0)?])
    } else if is(&region::REGION) {
        region::pieces(cx, value)
    } else if is(&region::TWISTER) {
        Some(vec!["(".into(), field(0)?, " + ".into(), field(1)?, ")".into()])
    } else {
        crate::facet::pieces(cx, class, &fields)
            .or_else(|| crate::sealing::pieces(cx, class, &fields))
            .or_else(|| crate::data::source_span::pieces(cx, class, &fields))
            .or_else(|| crate::memoize::pieces(cx, class, &fields))
            .or_else(|| crate::weak::pieces(cx, class, value))
            .or_else(|| crate::desc::pieces(cx, class, &fields))
            .or_else(|| crate::help::pieces(cx, class, &fields))
            .or_else(|| crate::node::pieces(cx, class, &fields))
            .or_else(|| crate::protocol::pieces(cx, class, &fields))
            .or_else(|| crate::sturdy::pieces(cx, class, &fields))
            .or_else(|| crate::scope_object::pieces(cx, class, &fields))
    }
}
