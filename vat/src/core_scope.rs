//! The names of the outermost scope that belong to the machine: references, slots, auditors, modules, vats.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, Then, done, method};
use crate::problem::Problem;
use crate::scopes::Entry;
use crate::value::Value;

/// The safe scope's entry for a name of the machine's.
pub fn safe(name: &str) -> Option<Entry> {
    Some(Entry::Class(match name {
        "E" => &crate::e::E,
        "Ref" => &crate::reference::REF,
        "throw" => &crate::throw::THROW,
        "promiseAllFulfilled" => &crate::when::PROMISE_ALL_FULFILLED,
        "__makeFinalSlot" => &crate::slot::MAKE_FINAL_SLOT,
        "__makeVarSlot" => &crate::slot::MAKE_VAR_SLOT,
        "__makeGuardedSlot" => &crate::slot::MAKE_GUARDED_SLOT,
        "__makeCoercedSlot" => &crate::slot::MAKE_COERCED_SLOT,
        "__slotToBinding" => &crate::slot::SLOT_TO_BINDING,
        "__loop" => &LOOP,
        "__validateFor" => &VALIDATE_FOR,
        "__bind" => &BIND,
        "__booleanFlow" => &BOOLEAN_FLOW,
        "__auditedBy" => &crate::audition::AUDITED_BY,
        "EAudition" => &crate::audition::E_AUDITION,
        "DeepFrozen" => &crate::audition::DEEP_FROZEN,
        "Selfless" => &crate::audition::SELFLESS,
        "Transparent" => &crate::audition::TRANSPARENT,
        "PassByCopy" => &crate::audition::PASS_BY_COPY,
        "pbc" => &crate::audition::PBC,
        "Data" => &crate::audition::DATA,
        "Confined" => &crate::audition::CONFINED,
        "Throwable" => &crate::audition::THROWABLE,
        "import__uriGetter" => &crate::import::IMPORT,
        "elib__uriGetter" => &crate::import::ELIB,
        "elang__uriGetter" => &crate::import::ELANG,
        "type__uriGetter" => &crate::import::TYPE,
        "opaque__uriGetter" => &crate::import::other::OPAQUE,
        "shared__uriGetter" => &crate::import::other::SHARED,
        "resource__uriGetter" => &crate::import::other::RESOURCE,
        _ => return None,
    }))
}

/// What only a module finds in its scope.
pub fn module_only(name: &str) -> Option<Entry> {
    (name == "ExitViaHere").then_some(Entry::Class(&crate::audition::EXIT_VIA_HERE))
}

/// The native modules that belong to the machine.
pub fn module(name: &str) -> Option<Entry> {
    Some(Entry::Class(match name {
        "org.erights.e.elib.slot.makeFinalSlot" => &crate::slot::MAKE_FINAL_SLOT,
        "org.erights.e.elib.slot.makeVarSlot" => &crate::slot::MAKE_VAR_SLOT,
        "org.erights.e.elib.slot.makeGuardedSlot" => &crate::slot::MAKE_GUARDED_SLOT,
        "org.erights.e.elib.slot.makeCoercedSlot" => &crate::slot::MAKE_COERCED_SLOT,
        "org.erights.e.elib.ref.makeProxy" => &crate::proxy::MAKE_PROXY,
        "java.lang.type.Throwable" | "java.lang.type.Exception" => &crate::guard::scalar::EXCEPTION,
        "org.erights.e.elang.interp.seedVatAuthor" => &crate::interp::SEED_VAT_AUTHOR,
        _ => return None,
    }))
}

/// The privileged scope's entry for a name of the machine's.
pub fn privileged(name: &str) -> Option<Entry> {
    Some(Entry::Class(match name {
        "DeepFrozenStamp" => &crate::audition::DEEP_FROZEN_STAMP,
        "TransparentStamp" => &crate::audition::TRANSPARENT_STAMP,
        "interp" => &crate::interp::INTERP,
        "makeVat" => &crate::interp::MAKE_VAT,
        "makeSpaceBank" => &crate::bank::object::MAKE_SPACE_BANK,
        "seedVat" => &crate::interp::SEED_VAT,
        "makeSturdyRef" => &crate::sturdy::MAKE_STURDY_REF,
        "identityMgr" => &crate::sturdy::IDENTITY_MGR,
        "introducer" => &crate::sturdy::INTRODUCER,
        "currentVat" => return Some(Entry::Make(crate::interp::current_vat)),
        "unsafe__uriGetter" => &crate::interp::UNSAFE,
        "this__uriGetter" => &crate::import::THIS,
        _ => return None,
    }))
}

/// The value of a born name; null if there is none.
pub(crate) fn value(cx: &mut Cx, name: &str) -> Value {
    crate::scope::born_value(cx, name, false).unwrap_or(Value::NULL)
}

/// `__loop.run(thunk)`: again and again, until it gives `false`.
pub static LOOP: Class =
    Class::new("__loop", "<__loop>", &[method("run", 1, run_loop)]).stamps(Stamps::DEEP_FROZEN);

fn run_loop(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn again(cx: &mut Cx, then: Box<Then>, goes_on: Value) -> Outcome {
        match cx.near(goes_on).as_bool() {
            Some(true) => cx.call_then(then.values[0], "run", [], then),
            Some(false) => done(Value::NULL),
            None => Err(cx.throw(crate::object::does_not_coerce(goes_on, "a boolean"))),
        }
    }
    cx.call_then(args[0], "run", [], Then::new(again, [args[0]]))
}

/// `__validateFor(flag)`: is the `for` loop that this body belongs to still running?
pub static VALIDATE_FOR: Class =
    Class::new("__validateFor", "<__validateFor>", &[method("run", 1, validate_for)])
        .stamps(Stamps::DEEP_FROZEN);

fn validate_for(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match args[0] == Value::TRUE {
        true => done(Value::NULL),
        false => Err(cx.throw("For-loop body isn't valid after for-loop exits.")),
    }
}

/// `__bind(resolver, guard)`: the function behind `bind x :guard`.
pub static BIND: Class = Class::new("__bind", "<__bind>", &[method("run", 1, bind), method("run", 2, bind)])
    .stamps(Stamps::DEEP_FROZEN);

/// Resolves the resolver in its first field with what it is given, coerced by the guard in its second.
pub(crate) static BINDER: Class = Class::new("__bind", "<__bind()>", &[method("run", 2, run_binder)]);

fn bind(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = args.get(1).copied().unwrap_or(Value::NULL);
    let binder = cx.heap.native(&BINDER, [args[0], guard]);
    done(binder)
}

fn run_binder(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(&[resolver, guard]) = cx.heap.fields(this, &BINDER) else { return done(Value::NULL) };
    if guard.is_null() {
        return resolve(cx, Then::new(resolve, [resolver]), args[0]);
    }
    cx.call_then(guard, "coerce", [args[0], args[1]], Then::new(resolve, [resolver]))
}

fn resolve(cx: &mut Cx, then: Box<Then>, specimen: Value) -> Outcome {
    fn value(_: &mut Cx, then: Box<Then>, _: Value) -> Outcome {
        done(then.values[0])
    }
    cx.call_then(then.values[0], "resolve", [specimen], Then::new(value, [specimen]))
}

/// `__booleanFlow`: what `||` and `&&` bind the names of the side not taken to.
pub static BOOLEAN_FLOW: Class = Class::new(
    "__booleanFlow",
    "<__booleanFlow>",
    &[method("broken", 0, broken_binding), method("failureList", 1, failure_list)],
)
.stamps(Stamps::DEEP_FROZEN);

/// A binding over a broken slot.
fn broken_flow(cx: &mut Cx) -> Value {
    let problem = cx.heap.problem(Problem::new("boolean flow expression failed"));
    let slot = cx.broken(problem);
    cx.heap.binding(slot, Value::NULL, false)
}

fn broken_binding(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(broken_flow(cx))
}

fn failure_list(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(n) = args[0].as_int().and_then(|it| usize::try_from(it).ok()) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "an int")));
    };
    cx.reserve(16 * n as u64)?;
    let broken = broken_flow(cx);
    let mut all = vec![broken; n + 1];
    all[0] = Value::FALSE;
    let list = cx.heap.list(all);
    done(list)
}
