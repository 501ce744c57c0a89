//! Interfaces: `interface Purse { to deposit(amount :int) }` makes a guard that is also the stamp it looks
//! for, or with `guards` the two apart.

use crate::cx::Cx;
use crate::data::text::text_of;
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::Problem;
use crate::value::Value;

/// `__makeProtocolDesc`
pub static MAKE_PROTOCOL: Class = Class::new(
    "makeProtocolDesc",
    "<makeProtocolDesc>",
    natives![
        "run"(Any, OptText, List, List, List) => make,
        "makePair"(Any, OptText, List, List, List) => make_pair,
    ],
)
.fqn("org.erights.e.elib.base.makeProtocolDesc")
.stamps(Stamps::DEEP_FROZEN);

/// An interface. Fields: a type description, and the stamp it looks for (null: itself).
pub static INTERFACE: Class = Class::new(
    "ProtocolDesc",
    "ProtocolDesc",
    guard_methods![
        coerce;
        "audit"(Any) => approve,
        "getDocComment"() => pass_on_doc,
        "getFQName"() => pass_on_name,
        "getSupers"() => pass_on_supers,
        "getAuditors"() => pass_on_auditors,
        "getMessageTypes"() => pass_on_messages,
    ],
)
.stamps(Stamps::DEEP_FROZEN);

/// The stamp of an interface made with `guards`. Field: the type description.
pub(crate) static STAMP: Class =
    Class::new("InterfaceStamp", "InterfaceStamp", natives!["audit"(Any) => approve])
        .stamps(Stamps::DEEP_FROZEN);

/// How interfaces and their stamps print.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let description = Piece::Quoted(*fields.first()?);
    if std::ptr::eq(class, &STAMP) {
        return Some(vec!["<".into(), description, " stamp>".into()]);
    }
    if !std::ptr::eq(class, &INTERFACE) {
        return None;
    }
    let _ = cx;
    Some(match fields.get(1)?.is_null() {
        true => vec!["<".into(), description, " advisory guard/stamp>".into()],
        false => vec![description],
    })
}

fn field(cx: &Cx, this: Value, at: usize) -> Value {
    cx.heap.as_native(this).and_then(|it| it.fields.get(at).copied()).unwrap_or(Value::NULL)
}

fn describe(cx: &mut Cx, args: &[Value], stamped: bool) -> Outcome {
    let then = crate::native::Then::new(
        |cx, then, description| {
            if then.values[0] != Value::TRUE {
                let interface = cx.heap.native(&INTERFACE, [description, Value::NULL]);
                return done(interface);
            }
            let stamp = cx.heap.native(&STAMP, [description]);
            let interface = cx.heap.native(&INTERFACE, [description, stamp]);
            let pair = cx.heap.list([interface, stamp]);
            done(pair)
        },
        [stamped.into()],
    );
    cx.call_then(Value::of(&crate::desc::MAKE_TYPE), "run", args, then)
}

fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    describe(cx, args, false)
}

fn make_pair(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    describe(cx, args, true)
}

/// As an auditor it approves whoever asks: an interface is a claim.
fn approve(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(true)
}

/// Did the auditor `stamp` approve the object?
pub fn is_stamped(cx: &Cx, object: Value, stamp: Value) -> bool {
    let stamp = cx.near(stamp);
    cx.heap.as_list(cx.heap.approved_by(object)).is_some_and(|by| by.iter().any(|it| cx.near(*it) == stamp))
}

fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    crate::guard::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, guard, specimen| {
            let stamp = match field(cx, guard, 1) {
                it if it.is_null() => guard,
                it => it,
            };
            is_stamped(cx, specimen, stamp).then_some(specimen)
        },
        |cx, guard, _| {
            let name = text_of(cx, field(cx, field(cx, guard, 0), 1));
            Problem::new(format!("Not stamped by {name}"))
        },
    )
}

fn pass_on_doc(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let description = field(cx, this, 0);
    cx.call(description, "getDocComment", [])
}

fn pass_on_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let description = field(cx, this, 0);
    cx.call(description, "getFQName", [])
}

fn pass_on_supers(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let description = field(cx, this, 0);
    cx.call(description, "getSupers", [])
}

fn pass_on_auditors(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let description = field(cx, this, 0);
    cx.call(description, "getAuditors", [])
}

fn pass_on_messages(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let description = field(cx, this, 0);
    cx.call(description, "getMessageTypes", [])
}
