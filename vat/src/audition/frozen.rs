//! Whether a value is immutable through and through, and if not, what in it stands in the way.

use crate::code::{Held, ScriptCode};
use crate::cx::Cx;
use crate::heap::{Cell, Object};
use crate::machine::Loaded;
use crate::native::{Outcome, Stamps, done};
use crate::problem::Problem;
use crate::scopes::Entry;
use crate::value::Value;
use syntax::scope::Binder;

/// Is the value immutable through and through? Walks what it holds; promises are not.
pub fn is_deep_frozen(cx: &Cx, value: Value) -> bool {
    culprit(cx, value, Stamps::DEEP_FROZEN).is_none()
}

/// The same, counting objects that nobody audited and that are known not to change.
pub(crate) fn is_presumed_frozen(cx: &Cx, value: Value) -> bool {
    culprit(cx, value, Stamps::PRESUMED).is_none()
}

/// Something found in a value that can change, or is not settled.
struct Culprit {
    value: Value,
    /// The outermost thing around it that does not show its parts to everyone.
    within: Option<Value>,
}

/// The first one found.
fn culprit(cx: &Cx, value: Value, enough: Stamps) -> Option<Culprit> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut work = vec![Culprit { value, within: None }];
    while let Some(Culprit { value, within }) = work.pop() {
        let value = cx.near(value);
        let Some(at) = value.as_obj() else {
            if super::stamps(&cx.heap, value).has(Stamps::DEEP_FROZEN) {
                continue;
            }
            return Some(Culprit { value, within });
        };
        if !seen.insert(at) {
            continue;
        }
        let mut parts = Vec::new();
        let mut shown = true;
        match cx.heap.cell(at) {
            Cell::Object { stamps, .. } if stamps.has(Stamps::DEEP_FROZEN) || stamps.has(enough) => {}
            Cell::Native(it) if it.class.stamps.has(Stamps::DEEP_FROZEN) => {}
            Cell::Short(_) | Cell::Long(..) | Cell::Big(_) => {}
            Cell::List(it) => parts.extend(it.iter()),
            Cell::Broken(it) | Cell::Sealed(it) | Cell::FinalSlot(it) => parts.push(*it),
            Cell::Problem(it) => parts.extend(it.values()),
            Cell::Binding(it) => {
                parts.extend([it.slot, it.guard]);
                shown = false;
            }
            Cell::Native(it) if it.class.stamps.has(Stamps::FROZEN_IF_PARTS_ARE) => {
                parts.extend(it.fields.iter());
                if let Some(payload) = &it.payload {
                    payload.trace(&mut |it| parts.push(it));
                }
            }
            cell => match cell.as_object().and_then(|it| parts_of(cx, value, it)) {
                Some(all) => {
                    parts = all.0;
                    shown = all.1;
                }
                None => return Some(Culprit { value, within }),
            },
        }
        let within = within.or(if shown { None } else { Some(value) });
        work.extend(parts.into_iter().rev().map(|value| Culprit { value, within }));
    }
    None
}

/// What an object written in E closes over, if auditors have seen to it that this is all there is to it; and
/// whether it shows that to everyone.
fn parts_of(cx: &Cx, value: Value, object: Object<'_>) -> Option<(Vec<Value>, bool)> {
    let shown = object.stamps.has(Stamps::SELFLESS.and(Stamps::TRANSPARENT));
    if !shown && !object.stamps.has(Stamps::EVENTUALLY) {
        return None;
    }
    Some((all_parts(cx, value)?, shown))
}

/// All that an object written in E closes over; `None` if a variable is among it.
pub(crate) fn all_parts(cx: &Cx, value: Value) -> Option<Vec<Value>> {
    let (object, loaded, script) = crate::object::script(cx, value)?;
    // A variable that was kept in the object itself would not be seen to be one.
    let all_seen = script.captures.iter().all(|it| match it.held {
        Held::Value | Held::Slot | Held::Binding => true,
        Held::Field => false,
    });
    let mut parts = object.captures.to_vec();
    parts.extend(constants(loaded, script));
    all_seen.then_some(parts)
}

/// What the names of the outermost scope stand for that are in the code of a script itself, powers among them.
pub(super) fn constants(loaded: &Loaded, script: &ScriptCode) -> Vec<Value> {
    let Some(object) = script.object else { return Vec::new() };
    let captures = loaded.module.scopes.captures(object).iter();
    captures
        .filter(|it| it.binder == Binder::Outer && script.captures.iter().all(|held| held.noun != it.noun))
        .filter_map(|it| match crate::scope::born(&it.noun, false)? {
            Entry::Class(class) => Some(Value::of(class)),
            Entry::Value(it) => Some(it),
            Entry::Make(_) => None,
        })
        .collect()
}

/// May a copy of an object written in E run in another vat? One that names a power would have that vat's, and
/// a variable cannot be in two vats.
pub(crate) fn may_be_copied(cx: &Cx, value: Value) -> bool {
    let Some((object, loaded, script)) = crate::object::script(cx, value) else { return false };
    let harmless = |it: &Value| super::stamps(&cx.heap, *it).has(Stamps::DEEP_FROZEN);
    let mut captures = script.captures.iter().zip(object.captures);
    constants(loaded, script).iter().all(harmless)
        && captures.all(|(it, value)| match it.held {
            Held::Value => true,
            Held::Slot | Held::Binding => is_deep_frozen(cx, *value),
            Held::Field => false,
        })
}

/// `DeepFrozen.coerce(specimen, ejector)`
pub(super) fn coerce_deep_frozen(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(culprit) = culprit(cx, args[0], Stamps::DEEP_FROZEN) else { return done(args[0]) };
    let mut problem = Problem::default().value(args[0]).text(" is not DeepFrozen");
    if let Some(within) = culprit.within {
        let why = " contains references that are unsettled or not DeepFrozen";
        problem = problem.text(" because ").value(within).text(why);
    } else if culprit.value != cx.near(args[0]) {
        problem = problem.text(" because ").value(culprit.value).text(" is not");
    }
    cx.eject(args[1], problem)
}

/// Has the object a variable that is kept in itself?
pub(super) fn has_fields(cx: &Cx, value: Value) -> bool {
    crate::object::script(cx, value)
        .is_some_and(|(_, _, script)| script.captures.iter().any(|it| it.held == Held::Field))
}

/// `Confined.coerce(specimen, ejector)`: what the auditor approved, data, what every program is born with and
/// does not listen, and immutable collections of such.
pub(super) fn coerce_confined(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut work = vec![args[0]];
    while let Some(it) = work.pop() {
        let it = cx.near(it);
        if it.as_obj().is_some_and(|it| !seen.insert(it)) {
            continue;
        }
        cx.charge(1)?;
        let stamps = super::stamps(&cx.heap, it);
        if stamps.has(Stamps::CONFINED) || stamps.has(Stamps::DATA) {
            continue;
        }
        let deaf = |class: &'static crate::native::Class| {
            let name = audit::scopes::lookup(class.printed);
            class.stamps.has(Stamps::DEEP_FROZEN) && name.is_some_and(|it| !it.listens())
        };
        match cx.heap.get(it) {
            Some(Cell::Short(_) | Cell::Long(..) | Cell::Big(_) | Cell::Sealed(_)) => {}
            Some(Cell::List(items)) => work.extend(items.iter()),
            Some(Cell::FinalSlot(held)) => work.push(*held),
            Some(Cell::Native(native)) if native.class.stamps.has(Stamps::FROZEN_IF_PARTS_ARE) => {
                work.extend(native.fields.iter());
                if let Some(payload) = &native.payload {
                    payload.trace(&mut |it| work.push(it));
                }
            }
            None if cx.class_of(it).is_some_and(deaf) => {}
            _ => {
                let mut problem = Problem::default().value(args[0]).text(" is not Confined");
                if it != cx.near(args[0]) {
                    problem = problem.text(" because ").value(it).text(" is not");
                }
                return cx.eject(args[1], problem);
            }
        }
    }
    done(args[0])
}
