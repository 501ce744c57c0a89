//! The guards that the bindings of an object's free nouns carry, read off the living bindings and said in the
//! words of the room `audit`.

use crate::code::Held;
use crate::compile::OuterNoun;
use crate::cx::Cx;
use crate::heap::Cell;
use crate::machine::Loaded;
use crate::native::Stamps;
use crate::value::{Value, View};
use audit::{Guard, Standard};
use std::sync::Arc;
use syntax::kernel_e::Expr;
use syntax::scope::{Binder, Capture, DefinitionId, DefinitionKind};

/// By capture of the object's script, in their order.
pub(super) fn of_captures(cx: &Cx, object: Value) -> Option<Vec<Guard>> {
    let (_, loaded, script) = crate::object::script(cx, object)?;
    let captures = loaded.module.scopes.captures(script.object?);
    Some(captures.iter().map(|it| of_capture(cx, object, it)).collect())
}

fn of_capture(cx: &Cx, object: Value, capture: &Capture) -> Guard {
    let Some((it, loaded, script)) = crate::object::script(cx, object) else { return Guard::plain_def() };
    let found = script.captures.iter().position(|it| it.noun == capture.noun);
    let Some(at) = found else {
        // A constant of the outermost scope, or the object's own name.
        return match capture.binder {
            Binder::Outer => born(&capture.noun),
            Binder::Definition(_) => Guard::plain_def(),
        };
    };
    let value = it.captures[at];
    match (script.captures[at].held, &capture.binder) {
        (Held::Binding, _) => of_binding(cx, value),
        (Held::Slot, _) => of_slot(cx, value),
        (Held::Field, _) => Guard::VarSlot,
        (Held::Value, Binder::Outer) if !cx.scope.names.contains_key(&capture.noun) => born(&capture.noun),
        (Held::Value, Binder::Definition(id)) => match loaded.module.scopes.definition(*id).kind {
            // The name of an object around this one, read as what runs: its `as` is its guard.
            DefinitionKind::Object { guard: Some(_), .. }
                if super::stamps(&cx.heap, value).has(Stamps::DEEP_FROZEN) =>
            {
                Guard::def(Guard::Standard(Standard::DeepFrozen))
            }
            _ => match written_down(loaded, *id) {
                Some(guard) => Guard::def(describe(cx, guard)),
                None => Guard::plain_def(),
            },
        },
        (Held::Value, Binder::Outer) => Guard::plain_def(),
    }
}

/// The guard of a final noun, as the program has it, where it is the same in every vat: no object keeps that for each
/// of its nouns.
fn written_down(loaded: &Loaded, id: DefinitionId) -> Option<Value> {
    let module = &loaded.module;
    let DefinitionKind::Final { guard: Some(guard) } = module.scopes.definition(id).kind else { return None };
    let Expr::Noun(noun) = module.program.expr(guard) else { return None };
    if *module.scopes.binder(guard) != Binder::Outer {
        return None;
    }
    match module.told.iter().find(|it| it.noun == *noun)?.found? {
        OuterNoun::Constant(it) => Some(it),
        OuterNoun::Held(_) => None,
    }
}

fn born(noun: &str) -> Guard {
    audit::scopes::lookup(noun).map_or_else(Guard::plain_def, |it| it.guard())
}

fn of_slot(cx: &Cx, slot: Value) -> Guard {
    match cx.heap.get(slot) {
        Some(Cell::VarSlot(_)) => Guard::VarSlot,
        Some(Cell::GuardedSlot(_)) => Guard::GuardedSlot,
        Some(Cell::FinalSlot(_)) => Guard::plain_def(),
        _ => Guard::ANY,
    }
}

/// The guard on the binding of a name of the vat's scope.
pub(crate) fn of_named(cx: &Cx, it: crate::scope::Named) -> Guard {
    match it.held {
        Held::Value => Guard::plain_def(),
        Held::Slot => of_slot(cx, it.value),
        Held::Field => Guard::VarSlot,
        Held::Binding => of_binding(cx, it.value),
    }
}

/// What a name of the vat's scope is known to hold.
pub(crate) fn worth(cx: &Cx, it: crate::scope::Named) -> audit::Worth {
    let value = match it.held {
        Held::Value => it.value,
        Held::Slot | Held::Field => return audit::Worth::Unknown,
        Held::Binding => match cx.heap.get(it.value) {
            Some(Cell::Binding(it)) => match cx.heap.get(it.slot) {
                Some(Cell::FinalSlot(it)) => *it,
                _ => return audit::Worth::Unknown,
            },
            _ => return audit::Worth::Unknown,
        },
    };
    let value = cx.near(value);
    if let Some(it) = super::auditors::built_in(value) {
        return audit::Worth::Auditor(it);
    }
    if super::stamps(&cx.heap, value).has(Stamps::DATA) {
        return audit::Worth::Data;
    }
    if let View::Static(class) = value.view()
        && let Some(it) = audit::scopes::lookup(class.printed)
    {
        return audit::Worth::Scope(it);
    }
    audit::Worth::Unknown
}

pub(super) fn of_binding(cx: &Cx, binding: Value) -> Guard {
    match cx.heap.get(binding) {
        Some(Cell::Binding(it)) if it.explicit => describe(cx, it.guard),
        Some(Cell::Binding(it)) => match cx.heap.get(it.slot) {
            Some(Cell::FinalSlot(_)) if !it.guard.is_null() => Guard::def(describe(cx, it.guard)),
            _ => of_slot(cx, it.slot),
        },
        _ => Guard::ANY,
    }
}

/// A guard object in words.
pub(super) fn describe(cx: &Cx, guard: Value) -> Guard {
    describe_within(cx, guard, audit::guards::DEEPEST)
}

fn describe_within(cx: &Cx, guard: Value, depth: usize) -> Guard {
    let guard = cx.near(guard);
    if guard.is_null() || depth == 0 {
        return Guard::ANY;
    }
    let Some(class) = cx.class_of(guard) else { return Guard::Other(Arc::from(other(cx, guard))) };
    let fields: &[Value] = cx.heap.as_native(guard).map_or(&[], |it| &it.fields);
    let part =
        |at: usize| Arc::new(fields.get(at).map_or(Guard::ANY, |it| describe_within(cx, *it, depth - 1)));
    // Fields may be the guards themselves or one list of them.
    let parts = || -> Vec<Guard> {
        let all = fields.first().and_then(|it| cx.heap.as_list(*it)).map_or(fields, |it| &it[..]);
        all.iter().map(|it| describe_within(cx, *it, depth - 1)).collect()
    };
    let is = |it: &'static crate::native::Class| std::ptr::eq(class, it);
    use crate::guard::{any, list, map, nullable, region, same, set, slot, tuple};
    match () {
        () if is(&list::LIST_OF) => Guard::List(part(0)),
        () if is(&set::SET_OF) => Guard::Set(part(0)),
        () if is(&map::MAP_OF) => Guard::Map(part(0), part(1)),
        () if is(&slot::FINAL_SLOT_OF) => Guard::FinalSlot(part(0)),
        () if is(&slot::FINAL_SLOT) => Guard::plain_def(),
        () if is(&slot::VAR_SLOT) => Guard::VarSlot,
        () if is(&slot::GUARDED_SLOT) => Guard::GuardedSlot,
        () if is(&nullable::NULL_OK_OF) => Guard::NullOk(part(0)),
        () if is(&tuple::TUPLE_OF) => Guard::Tuple(parts()),
        () if is(&any::NOT) => Guard::Other(Arc::from(format!("Not[{}]", part(0)))),
        () if is(&any::UNION) => Guard::Union(parts()),
        () if is(&any::ALL) => Guard::Intersection(parts()),
        () if is(&same::SAME_AS) => {
            let allowed = fields.first().map_or(Value::NULL, |it| cx.near(*it));
            // Only what a native object that has no state is called can be relied on.
            let printed = match allowed.view() {
                View::Static(class) => class.printed,
                _ => "…",
            };
            Guard::Same(Arc::from(printed), super::is_deep_frozen(cx, allowed))
        }
        () if is(&region::REGION) => match &*part(0) {
            Guard::Standard(space) => Guard::Region(*space, Arc::from("a region")),
            _ => Guard::Other(Arc::from("a region")),
        },
        () if is(&super::DATA) => Guard::Standard(Standard::Data),
        () => Standard::by_name(class.printed)
            .map_or_else(|| Guard::Other(Arc::from(class.printed)), Guard::Standard),
    }
}

fn other(cx: &Cx, guard: Value) -> String {
    match crate::object::fqn(cx, guard) {
        Some(fqn) => format!("<{}>", crate::object::simple_name(&fqn)),
        None => "a guard".to_string(),
    }
}

/// E's `audition.getGuard("x")`: the guard on the binding of a free noun, as an object.
pub(super) fn of_noun(cx: &mut Cx, object: Value, noun: &str) -> Option<Value> {
    let (it, loaded, script) = crate::object::script(cx, object)?;
    let capture = loaded.module.scopes.captures(script.object?).iter().find(|it| &*it.noun == noun)?;
    let written = match capture.binder {
        Binder::Definition(id) => written_down(loaded, id),
        Binder::Outer => None,
    };
    let found = script.captures.iter().position(|it| &*it.noun == noun);
    let (held, value) = match found {
        Some(at) => (script.captures[at].held, it.captures[at]),
        None => (Held::Value, Value::NULL),
    };
    // What each module has of its own is for nobody to see.
    let own = matches!(noun, "ExitViaHere" | "trace" | "traceln") && !loaded.module.prefix.starts_with("__");
    if own && found.is_none() {
        return Some(crate::slot::final_slot_guard(cx, Value::of(&super::DEEP_FROZEN)));
    }
    // A name of the outermost scope shows what it holds.
    if found.is_none()
        && !cx.scope.names.contains_key(noun)
        && let Some(it) = crate::scope::born_value(cx, noun, false)
    {
        let slot = cx.heap.alloc(Cell::FinalSlot(it));
        return Some(cx.heap.native(&crate::guard::same::SAME_AS, [slot.into()]));
    }
    Some(match held {
        Held::Value => crate::slot::final_slot_guard(cx, written.unwrap_or(Value::NULL)),
        Held::Slot => slot_guard(cx, value),
        Held::Field => Value::of(&crate::guard::slot::VAR_SLOT),
        Held::Binding => match cx.heap.get(value) {
            Some(Cell::Binding(it)) if it.explicit => it.guard,
            Some(Cell::Binding(it)) => {
                let (slot, guard) = (it.slot, it.guard);
                match cx.heap.get(slot) {
                    Some(Cell::FinalSlot(_)) => crate::slot::final_slot_guard(cx, guard),
                    _ => slot_guard(cx, slot),
                }
            }
            _ => crate::core_scope::value(cx, "any"),
        },
    })
}

fn slot_guard(cx: &mut Cx, slot: Value) -> Value {
    match cx.heap.get(slot) {
        Some(Cell::VarSlot(_)) => Value::of(&crate::guard::slot::VAR_SLOT),
        Some(Cell::GuardedSlot(_)) => Value::of(&crate::guard::slot::GUARDED_SLOT),
        Some(Cell::FinalSlot(_)) => crate::slot::final_slot_guard(cx, Value::NULL),
        _ => crate::core_scope::value(cx, "any"),
    }
}
