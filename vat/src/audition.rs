//! Audits an object as it is made: built-in auditors through the room `audit`, those written in E by a call.

pub(crate) mod guards;

use crate::cx::Cx;
use crate::heap::{Cell, Heap};
use crate::native::{Class, Outcome, Stamps, Step, Then, done, method};
use crate::problem::{Exit, Problem};
use crate::selector::Selector;
use crate::value::{Value, View};
use audit::{Auditor, Verdict};

/// What a value's class or its auditors promise.
pub fn stamps(heap: &Heap, value: Value) -> Stamps {
    match heap.get(value) {
        Some(Cell::Object { stamps, .. }) => *stamps,
        // Far references are compared by what they refer to.
        Some(Cell::Far { .. } | Cell::FarProxy(_)) => Stamps::SELFLESS,
        Some(Cell::Broken(_) | Cell::Promise(_)) => Stamps::NONE,
        Some(Cell::Problem(it)) => crate::exception::stamps(it),
        _ => crate::data::class_of(heap, value).map_or(Stamps::NONE, |it| it.stamps),
    }
}

/// Did the built-in auditor `stamp` approve, or the auditor object `auditor`?
pub(crate) fn approved(heap: &Heap, auditor: Value, value: Value) -> bool {
    if let Some(it) = built_in(auditor) {
        let wanted = stamp_of(it);
        // Asking `DeepFrozen` gives the stamp away; it keeps none for itself.
        let asks_only = matches!(it, Auditor::DeepFrozen | Auditor::OptionallyDeepFrozen);
        return !asks_only && stamps(heap, value).has(wanted);
    }
    heap.as_list(heap.approved_by(value))
        .is_some_and(|all| all.iter().any(|it| crate::same::same_yet(heap, *it, auditor) == Some(true)))
}

/// The stamp that an auditor gives.
fn stamp_of(it: Auditor) -> Stamps {
    match it {
        Auditor::DeepFrozen | Auditor::OptionallyDeepFrozen | Auditor::DeepFrozenStamp => Stamps::DEEP_FROZEN,
        Auditor::Selfless => Stamps::SELFLESS,
        Auditor::Transparent | Auditor::TransparentStamp => Stamps::TRANSPARENT,
        Auditor::PassByCopy | Auditor::Pbc => Stamps::PASS_BY_COPY,
    }
}

/// The judge that an auditor object stands for.
fn built_in(auditor: Value) -> Option<Auditor> {
    let View::Static(class) = auditor.view() else { return None };
    [
        (&DEEP_FROZEN, Auditor::DeepFrozen),
        (&OPTIONALLY, Auditor::OptionallyDeepFrozen),
        (&SELFLESS, Auditor::Selfless),
        (&TRANSPARENT, Auditor::Transparent),
        (&PASS_BY_COPY, Auditor::PassByCopy),
        (&PBC, Auditor::Pbc),
        (&DEEP_FROZEN_STAMP, Auditor::DeepFrozenStamp),
        (&TRANSPARENT_STAMP, Auditor::TransparentStamp),
    ]
    .into_iter()
    .find(|(it, _)| std::ptr::eq(*it, class))
    .map(|(_, it)| it)
}

/// Asks every auditor in turn; the value is the object.
pub(crate) fn audit(cx: &mut Cx, object: Value, auditors: Vec<Value>) -> Outcome {
    let audition = cx.heap.native(&AUDITION, [object, Value::TRUE]);
    let mut values = vec![object, audition];
    values.extend(auditors.into_iter().rev());
    next_auditor(cx, Then::new(answered, values))
}

/// Asks the last of `then.values`, which are the object, its audition, and the auditors still to ask.
fn next_auditor(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let (object, audition) = (then.values[0], then.values[1]);
    loop {
        if then.values.len() == 2 {
            close(cx, audition);
            return done(object);
        }
        let Some(auditor) = then.values.last().copied().map(|it| cx.near(it)) else { return done(object) };
        match built_in(auditor) {
            Some(it) => {
                judge(cx, it, object)?;
                then.values.pop();
            }
            None => return ask_object(cx, auditor, then),
        }
    }
}

/// Asks an auditor written in E, by the older protocol `audit(objectExpr, witness)` if it knows no other.
fn ask_object(cx: &mut Cx, auditor: Value, then: Box<Then>) -> Outcome {
    let (object, audition) = (then.values[0], then.values[1]);
    call_audit(cx, auditor, (object, audition), then.on_exit(refused))
}

fn call_audit(cx: &mut Cx, auditor: Value, (object, audition): (Value, Value), then: Box<Then>) -> Outcome {
    let knows = |arity| crate::object::has_method(cx, auditor, Selector::new("audit", arity));
    if knows(2) && !knows(1) {
        let expr = crate::object::expr_of(cx, object);
        return cx.call_then(auditor, "audit", [expr, audition], then);
    }
    cx.call_then(auditor, "audit", [audition], then)
}

fn refused(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    close(cx, then.values[1]);
    Err(exit)
}

fn answered(cx: &mut Cx, mut then: Box<Then>, answer: Value) -> Outcome {
    let auditor = then.values.pop().unwrap_or(Value::NULL);
    match cx.near(answer).as_bool() {
        Some(true) => approve(cx, then.values[0], auditor),
        Some(false) => {}
        None if answer.is_null() => {}
        None => {
            close(cx, then.values[1]);
            return Err(cx.throw(crate::object::does_not_coerce(answer, "a boolean")));
        }
    }
    next_auditor(cx, then)
}

fn close(cx: &mut Cx, audition: Value) {
    if let Some(fields) = cx.heap.fields_mut(audition, &AUDITION) {
        fields[1] = Value::FALSE;
    }
}

/// Remembers that an auditor written in E approved the object.
fn approve(cx: &mut Cx, object: Value, auditor: Value) {
    let auditor = cx.near(auditor);
    let mut all = cx.heap.as_list(cx.heap.approved_by(object)).map(|it| it.to_vec()).unwrap_or_default();
    all.push(auditor);
    let all = cx.heap.list(all);
    if let Some(at) = object.as_obj() {
        cx.heap.approve(at, all);
    }
}

/// One judge: the same function that the editor asks.
fn judge(cx: &mut Cx, auditor: Auditor, object: Value) -> Result<(), Exit> {
    match verdict(cx, auditor, object) {
        Some(Verdict::Approved) => {
            if let Some(at) = object.as_obj() {
                cx.heap.stamp(at, stamp_of(auditor));
            }
            Ok(())
        }
        Some(Verdict::Rejected(objections)) if auditor.insists() => {
            let text = objections.first().map_or("refused", |it| it.message.as_str());
            Err(cx.throw(Problem::new(text)))
        }
        _ => Ok(()),
    }
}

fn verdict(cx: &Cx, auditor: Auditor, object: Value) -> Option<Verdict> {
    let (_, loaded, script) = crate::object::script(cx, object)?;
    let guards = guards::of_captures(cx, object)?;
    let audition = audit::Audition {
        program: &loaded.module.program,
        scopes: &loaded.module.scopes,
        object: script.object?,
        name: &script.fqn,
        guards: &guards,
    };
    Some(audit::audit(auditor, &audition))
}

/// Is the value immutable through and through? Walks what it holds; promises are not.
pub fn is_deep_frozen(cx: &Cx, value: Value) -> bool {
    is_frozen(cx, value, Stamps::DEEP_FROZEN)
}

/// The same, counting objects that nobody audited and that are known not to change.
pub(crate) fn is_presumed_frozen(cx: &Cx, value: Value) -> bool {
    is_frozen(cx, value, Stamps::PRESUMED)
}

fn is_frozen(cx: &Cx, value: Value, enough: Stamps) -> bool {
    culprit(cx, value, enough).is_none()
}

/// The first thing found in a value that can change, or is not settled.
fn culprit(cx: &Cx, value: Value, enough: Stamps) -> Option<Value> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut work = vec![value];
    while let Some(it) = work.pop() {
        let it = cx.near(it);
        let value = it;
        let Some(at) = it.as_obj() else {
            if !stamps(&cx.heap, it).has(Stamps::DEEP_FROZEN) {
                return Some(it);
            }
            continue;
        };
        if !seen.insert(at) {
            continue;
        }
        match cx.heap.cell(at) {
            Cell::Object { stamps, .. } if stamps.has(Stamps::DEEP_FROZEN) || stamps.has(enough) => {}
            Cell::List(it) => work.extend(it.iter()),
            Cell::Broken(it) | Cell::Sealed(it) => work.push(*it),
            Cell::Text(..) | Cell::Big(_) => {}
            Cell::Problem(it) => work.extend(it.values()),
            Cell::FinalSlot(it) => work.push(*it),
            Cell::Binding(it) => work.extend([it.slot, it.guard]),
            Cell::Native(it) if it.class.stamps.has(Stamps::DEEP_FROZEN) => {}
            Cell::Native(it) if it.class.stamps.has(Stamps::FROZEN_IF_PARTS_ARE) => {
                work.extend(it.fields.iter());
                if let Some(payload) = &it.payload {
                    payload.trace(&mut |it| work.push(it));
                }
            }
            _ => return Some(value),
        }
    }
    None
}

macro_rules! auditor {
    ($(#[$doc:meta])* $name:ident, $printed:literal, [$($method:expr),*]) => {
        $(#[$doc])*
        pub static $name: Class =
            Class::new("Auditor", $printed, &[$($method,)* method("audit", 1, audit_audition)])
                .fqn($printed)
                .stamps(Stamps::DEEP_FROZEN);
    };
}

auditor!(
    /// `DeepFrozen`
    DEEP_FROZEN, "DeepFrozen",
    [
        method("coerce", 2, coerce_deep_frozen),
        method("isDeepFrozen", 1, |cx, _, args| done(is_deep_frozen(cx, args[0]))),
        method("optionally", 0, |_, _, _| done(Value::of(&OPTIONALLY))),
        method("rangeSupersetOf", 1, range_superset_of)
    ]
);
auditor!(
    /// `DeepFrozen.optionally()`
    OPTIONALLY, "DeepFrozen.optionally()", []
);
auditor!(
    /// `Selfless`
    SELFLESS, "Selfless",
    [
        method("coerce", 2, |cx, this, args| coerce_stamped(cx, this, args, Stamps::SELFLESS)),
        method("passes", 1, |cx, _, args| done(passes(cx, args[0], Stamps::SELFLESS)))
    ]
);
auditor!(
    /// `Transparent`
    TRANSPARENT, "Transparent",
    [
        method("coerce", 2, |cx, this, args| coerce_stamped(cx, this, args, Stamps::TRANSPARENT)),
        method("passes", 1, |cx, _, args| done(passes(cx, args[0], Stamps::TRANSPARENT)))
    ]
);
auditor!(
    /// `PassByCopy`
    PASS_BY_COPY, "PassByCopy",
    [method("coerce", 2, |cx, this, args| {
        coerce_stamped(cx, this, args, Stamps::PASS_BY_COPY.and(Stamps::SELFLESS))
    })]
);
auditor!(
    /// `pbc`
    PBC, "pbc",
    [method("coerce", 2, |cx, this, args| coerce_stamped(cx, this, args, Stamps::PASS_BY_COPY))]
);
auditor!(
    /// `Data`
    DATA, "Data",
    [method("coerce", 2, coerce_data)]
);
auditor!(
    /// `DeepFrozenStamp` of the privileged scope
    DEEP_FROZEN_STAMP, "DeepFrozenStamp",
    [method("coerce", 2, coerce_deep_frozen)]
);
auditor!(
    /// `TransparentStamp` of the privileged scope
    TRANSPARENT_STAMP, "TransparentStamp",
    [method("coerce", 2, |cx, this, args| coerce_stamped(cx, this, args, Stamps::TRANSPARENT))]
);

fn passes(cx: &Cx, value: Value, wanted: Stamps) -> bool {
    let it = stamps(&cx.heap, value);
    it.has(wanted) || it.has(Stamps::DATA)
}

/// `auditor.audit(audition)`, called by an auditor written in E: asks on its behalf.
fn audit_audition(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(&[object, open]) = cx.heap.fields(args[0], &AUDITION) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "an Audition")));
    };
    if open != Value::TRUE {
        return out_of_scope(cx, args[0]);
    }
    let Some(auditor) = built_in(this) else { return done(false) };
    judge(cx, auditor, object)?;
    done(auditor == Auditor::DeepFrozenStamp || auditor == Auditor::TransparentStamp)
}

fn coerce_deep_frozen(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(culprit) = culprit(cx, args[0], Stamps::DEEP_FROZEN) else { return done(args[0]) };
    let mut problem = Problem::default().value(args[0]).text(" is not DeepFrozen");
    if culprit != cx.near(args[0]) {
        problem = problem.text(" because ").value(culprit).text(" is not");
    }
    cx.eject(args[1], problem)
}

fn coerce_stamped(cx: &mut Cx, this: Value, args: &[Value], wanted: Stamps) -> Outcome {
    if passes(cx, args[0], wanted) {
        return done(args[0]);
    }
    let name = cx.class_of(this).map_or("", |it| it.printed);
    cx.eject(args[1], Problem::new(format!("not {name}: ")).value(args[0]))
}

/// Data all the way down: pass-by-copy and selfless, and so is all it holds.
fn coerce_data(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut work = vec![args[0]];
    while let Some(it) = work.pop() {
        let it = cx.near(it);
        if it.as_obj().is_some_and(|it| !seen.insert(it)) {
            continue;
        }
        cx.charge(1)?;
        let promised = stamps(&cx.heap, it);
        if !promised.has(Stamps::DATA) && !promised.has(Stamps::PASS_BY_COPY.and(Stamps::SELFLESS)) {
            let mut problem = Problem::default().value(args[0]).text(" is not Data");
            if it != args[0] {
                problem = problem.text(" because ").value(it).text(" is not");
            }
            return cx.eject(args[1], problem);
        }
        match cx.heap.get(it) {
            Some(Cell::List(items)) => work.extend(items.iter()),
            Some(Cell::Native(it)) => {
                work.extend(it.fields.iter());
                if let Some(payload) = &it.payload {
                    payload.trace(&mut |it| work.push(it));
                }
            }
            Some(Cell::Object { captures, .. }) => work.extend(captures.iter()),
            _ => {}
        }
    }
    done(args[0])
}

/// Does a guard let nothing through that is not DeepFrozen? `None`: nobody knows.
pub(crate) fn implies_deep_frozen(cx: &Cx, guard: Value) -> Option<bool> {
    match guards::describe(cx, guard).implies_deep_frozen() {
        audit::Implication::Yes => Some(true),
        audit::Implication::No => Some(false),
        audit::Implication::Unknown(_) => None,
    }
}

fn range_superset_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(implies_deep_frozen(cx, args[0]).map_or(Value::NULL, Value::from))
}

/// `ExitViaHere` of a module: marks what serializers may name by the module it came from.
pub static EXIT_VIA_HERE: Class =
    Class::new("Auditor", "ExitViaHere", &[method("audit", 1, |_, _, _| done(true))])
        .fqn("ExitViaHere")
        .stamps(Stamps::DEEP_FROZEN);

/// `__auditedBy(auditor, object)`
pub static AUDITED_BY: Class = Class::new(
    "__auditedBy",
    "<__auditedBy>",
    &[method("run", 2, |cx, _, args| done(approved(&cx.heap, args[0], args[1])))],
)
.stamps(Stamps::DEEP_FROZEN);

/// `EAudition`: the guard that lets only real auditions through.
pub static E_AUDITION: Class = Class::new(
    "EAudition",
    "EAudition",
    &[method("coerce", 2, |cx, _, args| match cx.heap.fields(args[0], &AUDITION) {
        Some(_) => done(args[0]),
        None => cx.eject(args[1], Problem::default().value(args[0]).text(" is not an E Audition")),
    })],
)
.stamps(Stamps::DEEP_FROZEN);

/// What an auditor is shown. Fields: the object, and whether it is still being audited.
pub static AUDITION: Class = Class::new(
    "Audition",
    "<Audition>",
    &[
        method("ask", 1, ask),
        method("getObjectExpr", 0, get_object_expr),
        method("getFQName", 0, get_fqn),
        method("getGuard", 1, get_guard),
        method("__printOn", 1, print_on),
    ],
);

/// The object of an audition that is not over.
pub(crate) fn open(cx: &mut Cx, this: Value) -> Result<Value, Exit> {
    match cx.heap.fields(this, &AUDITION) {
        Some(&[object, open]) if open == Value::TRUE => Ok(object),
        _ => match out_of_scope(cx, this) {
            Err(it) => Err(it),
            Ok(_) => Ok(Value::NULL),
        },
    }
}

fn out_of_scope(cx: &mut Cx, audition: Value) -> Outcome {
    Err(cx.throw(Problem::default().value(audition).text(" is out of scope")))
}

fn ask(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    if let Some(it) = built_in(args[0]) {
        judge(cx, it, object)?;
        return done(Value::NULL);
    }
    fn asked(cx: &mut Cx, then: Box<Then>, answer: Value) -> Outcome {
        if cx.near(answer) == Value::TRUE {
            approve(cx, then.values[0], then.values[1]);
        }
        Ok(Step::Done(Value::NULL))
    }
    let then = Then::new(asked, [object, args[0]]);
    call_audit(cx, args[0], (object, this), then)
}

fn get_object_expr(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    done(crate::object::expr_of(cx, object))
}

fn get_fqn(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    let name = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
    let name = cx.heap.text(name);
    done(name)
}

fn get_guard(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    let Some(noun) = cx.heap.as_text(args[0]).cloned() else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "a String")));
    };
    match guards::of_noun(cx, object, &noun) {
        Some(it) => done(it),
        None => {
            let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
            Err(cx.throw(format!("\"{noun}\" is not a free variable in \"{fqn}\"")))
        }
    }
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(&[object, open]) = cx.heap.fields(this, &AUDITION) else { return done(Value::NULL) };
    let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
    let closed = if open == Value::TRUE { "" } else { "closed " };
    let text = cx.heap.text(format!("<{closed}Audition for a {fqn}>"));
    cx.call(args[0], "write", [text])
}
