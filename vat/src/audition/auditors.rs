//! The built-in auditors as objects: what they are called, what they answer, and what they let through as guards.

use super::frozen::{coerce_confined, coerce_deep_frozen, is_deep_frozen};
use super::{guards, stamps};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, done, method};
use crate::problem::Problem;
use crate::scopes::Entry;
use crate::value::{Value, View};
use audit::Auditor;

/// The stamp that an auditor gives.
pub(super) fn stamp_of(it: Auditor) -> Stamps {
    match it {
        Auditor::DeepFrozen | Auditor::OptionallyDeepFrozen | Auditor::DeepFrozenStamp => Stamps::DEEP_FROZEN,
        Auditor::EventuallyDeepFrozen => Stamps::EVENTUALLY,
        Auditor::Selfless => Stamps::SELFLESS,
        Auditor::Transparent | Auditor::TransparentStamp => Stamps::TRANSPARENT,
        Auditor::PassByCopy | Auditor::Pbc => Stamps::PASS_BY_COPY,
        Auditor::Data => Stamps::PASS_BY_COPY.and(Stamps::SELFLESS).and(Stamps::TRANSPARENT),
        Auditor::Confined => Stamps::DEEP_FROZEN.and(Stamps::CONFINED),
        Auditor::Throwable => Stamps::DEEP_FROZEN.and(Stamps::PASS_BY_COPY).and(Stamps::THROWABLE),
    }
}

/// The judge that an auditor object stands for.
pub(super) fn built_in(auditor: Value) -> Option<Auditor> {
    let View::Static(class) = auditor.view() else { return None };
    [
        (&DEEP_FROZEN, Auditor::DeepFrozen),
        (&OPTIONALLY, Auditor::OptionallyDeepFrozen),
        (&EVENTUALLY, Auditor::EventuallyDeepFrozen),
        (&SELFLESS, Auditor::Selfless),
        (&TRANSPARENT, Auditor::Transparent),
        (&PASS_BY_COPY, Auditor::PassByCopy),
        (&PBC, Auditor::Pbc),
        (&DATA, Auditor::Data),
        (&CONFINED, Auditor::Confined),
        (&THROWABLE, Auditor::Throwable),
        (&DEEP_FROZEN_STAMP, Auditor::DeepFrozenStamp),
        (&TRANSPARENT_STAMP, Auditor::TransparentStamp),
    ]
    .into_iter()
    .find(|(it, _)| std::ptr::eq(*it, class))
    .map(|(_, it)| it)
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
        method("eventually", 0, |_, _, _| done(Value::of(&EVENTUALLY))),
        method("rangeSupersetOf", 1, range_superset_of)
    ]
);
auditor!(
    /// `DeepFrozen.optionally()`
    OPTIONALLY, "DeepFrozen.optionally()", []
);
auditor!(
    /// `DeepFrozen."eventually"()`
    EVENTUALLY, "<EventuallyDeepFrozen>",
    [
        method("getPeekBrand", 0, |cx, _, _| {
            let kit = peek_kit(cx);
            cx.call(kit, "getBrand", [])
        }),
        method("getPeekSealer", 0, |cx, _, _| {
            let kit = peek_kit(cx);
            cx.call(kit, "getSealer", [])
        })
    ]
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
        // Plain data is neither: it has no parts to be copied one by one.
        match super::stamps(&cx.heap, args[0]).has(Stamps::DATA) {
            true => refuse_stamped(cx, this, args),
            false => coerce_stamped(cx, this, args, Stamps::PASS_BY_COPY.and(Stamps::SELFLESS)),
        }
    })]
);
auditor!(
    /// `pbc`
    PBC, "pbc",
    [method("coerce", 2, |cx, this, args| coerce_stamped(cx, this, args, Stamps::PASS_BY_COPY))]
);
auditor!(
    /// `Data`
    DATA, "<Data>",
    [method("coerce", 2, coerce_data)]
);
auditor!(
    /// `Confined`
    CONFINED, "Confined",
    [method("coerce", 2, coerce_confined)]
);
auditor!(
    /// `Throwable`
    THROWABLE, "Throwable",
    [method("coerce", 2, coerce_throwable)]
);
auditor!(
    /// `DeepFrozenStamp` of the privileged scope
    DEEP_FROZEN_STAMP, "DeepFrozenStamp",
    [method("coerce", 2, coerce_deep_frozen), method("__printOn", 1, print_in_brackets)]
);
auditor!(
    /// `TransparentStamp` of the privileged scope
    TRANSPARENT_STAMP, "TransparentStamp",
    [
        method("coerce", 2, |cx, this, args| coerce_stamped(cx, this, args, Stamps::TRANSPARENT)),
        method("__printOn", 1, print_in_brackets)
    ]
);

/// `<DeepFrozenStamp>`: what is a guard by the way prints as the object it is.
fn print_in_brackets(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let name = cx.class_of(this).map_or("", |it| it.printed);
    let text = cx.heap.text(format!("<{name}>"));
    cx.call(args[0], "write", [text])
}

/// What only an object that is to be DeepFrozen eventually may answer with its state: a kit of this vat's own.
fn peek_kit(cx: &mut Cx) -> Value {
    crate::scope::entry_value(cx, "EventuallyDeepFrozen state peeking", Entry::Make(crate::sealing::peek_kit))
}

fn passes(cx: &Cx, value: Value, wanted: Stamps) -> bool {
    let it = stamps(&cx.heap, value);
    it.has(wanted) || it.has(Stamps::DATA)
}

/// `auditor.audit(audition)`, called by an auditor written in E: asks on its behalf.
fn audit_audition(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::open(cx, args[0])?;
    let Some(auditor) = built_in(this) else { return done(false) };
    super::ask_built_in(cx, auditor, this, args[0])?;
    // `DeepFrozen` gives the stamp away, and keeps none for itself.
    done(matches!(
        auditor,
        Auditor::DeepFrozenStamp | Auditor::TransparentStamp | Auditor::EventuallyDeepFrozen
    ))
}

fn coerce_stamped(cx: &mut Cx, this: Value, args: &[Value], wanted: Stamps) -> Outcome {
    if passes(cx, args[0], wanted) {
        return done(args[0]);
    }
    refuse_stamped(cx, this, args)
}

fn refuse_stamped(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let name = cx.class_of(this).map_or("", |it| it.printed);
    cx.eject(args[1], Problem::new(format!("not {name}: ")).value(args[0]))
}

/// Data all the way down: pass-by-copy and selfless, and so is all it holds; or what everyone has anyway.
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
        if crate::guard::graph_exit::is_exit(cx, it) {
            continue;
        }
        if !promised.has(Stamps::DATA) && !promised.has(Stamps::PASS_BY_COPY.and(Stamps::SELFLESS)) {
            let problem = Problem::default().value(args[0]).text(" is not Data because ");
            return cx.eject(args[1], problem.value(it).text(" is not"));
        }
        match cx.heap.get(it) {
            Some(Cell::List(items)) => work.extend(items.iter()),
            Some(Cell::Native(it)) => {
                work.extend(it.fields.iter());
                if let Some(payload) = &it.payload {
                    payload.trace(&mut |it| work.push(it));
                }
            }
            // A variable that is kept in the object itself can change, whatever it holds now.
            Some(Cell::Object { .. }) if super::frozen::has_fields(cx, it) => {
                let problem = Problem::default().value(args[0]).text(" is not Data because ");
                return cx.eject(args[1], problem.value(it).text(" is not"));
            }
            Some(Cell::Object { captures, .. }) => work.extend(captures.iter()),
            _ => {}
        }
    }
    done(args[0])
}

/// Problems, what becomes one, and what the auditor approved.
fn coerce_throwable(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let value = cx.near(args[0]);
    let passes = match cx.heap.get(value) {
        Some(Cell::Short(_) | Cell::Long(..) | Cell::Sealed(_)) => true,
        Some(Cell::Problem(_)) => is_deep_frozen(cx, value),
        _ => stamps(&cx.heap, value).has(Stamps::THROWABLE),
    };
    if passes { done(value) } else { refuse_stamped(cx, this, args) }
}

/// Does a guard let nothing through that is not DeepFrozen? `None`: that depends on one that is not known.
pub(crate) fn implies_deep_frozen(cx: &Cx, guard: Value) -> Option<bool> {
    guards::describe(cx, guard).is_within_deep_frozen()
}

fn range_superset_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(implies_deep_frozen(cx, args[0]).map_or(Value::NULL, Value::from))
}

/// `ExitViaHere` of a module: marks what serializers may name by the module it came from.
pub static EXIT_VIA_HERE: Class =
    Class::new("Auditor", "ExitViaHere", &[method("audit", 1, |_, _, _| done(true))])
        .fqn("ExitViaHere")
        .stamps(Stamps::DEEP_FROZEN);
