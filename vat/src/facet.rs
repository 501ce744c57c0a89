//! Objects that stand for a part of another: `x.verb` as a function, `x::prop` as a slot.

use crate::cx::Cx;
use crate::data::text::text_of;
use crate::heap::Text;
use crate::native::{Class, Outcome, Stamps, done, variadic};
use crate::natives;
use crate::print::Piece;
use crate::selector::Selector;
use crate::value::Value;

/// `__makeVerbFacet`
pub static MAKE_VERB_FACET: Class = Class::new(
    "makeVerbFacet",
    "<__makeVerbFacet>",
    natives!["curryCall"(Any, Text) => curry_call, "currySend"(Any, Text) => curry_send],
)
.stamps(Stamps::DEEP_FROZEN);

/// `x.verb`. Fields: `x` and the verb.
pub(crate) static CALLING: Class =
    Class::new("verbFacet", "verbFacet", &[variadic("run", call)]).stamps(Stamps::FROZEN_IF_PARTS_ARE);
/// `x <- verb`. Fields: `x` and the verb.
pub(crate) static SENDING: Class =
    Class::new("sendFacet", "sendFacet", &[variadic("run", send)]).stamps(Stamps::FROZEN_IF_PARTS_ARE);

/// `__getPropertySlot`
pub static GET_PROPERTY_SLOT: Class =
    Class::new("getPropertySlot", "<__getPropertySlot>", natives!["run"(Any, Text) => get_property_slot])
        .stamps(Stamps::DEEP_FROZEN);
/// `x::&prop`. Fields: `x` and the name.
pub(crate) static PROPERTY_SLOT: Class = Class::new(
    "propertySlot",
    "propertySlot",
    natives!["get"() => get_property, "put"(Any) => put_property, "isFinal"() => is_final],
);

/// `<import:org.erights.e.facet.once>`: passes one message on, whatever it is, and then none.
pub static ONCE: Class = Class::new("once", "<once>", natives!["run"(Any) => once])
    .fqn("org.erights.e.facet.once")
    .stamps(Stamps::DEEP_FROZEN);
/// Fields: what it passes its message on to, and whether it has.
pub(crate) static ONLY_ONCE: Class = Class::new("once", "<once>", &[]).otherwise(pass_once);

fn once(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&ONLY_ONCE, [args[0], Value::FALSE]))
}

fn pass_once(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    let fields = cx.heap.fields_mut(this, &ONLY_ONCE)?;
    let target = std::mem::replace(&mut fields[0], Value::NULL);
    if std::mem::replace(&mut fields[1], Value::TRUE) == Value::TRUE {
        return Some(Err(cx.throw("this could be called only once")));
    }
    Some(cx.call(target, &selector.verb(), args))
}

/// How these print.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let [_, name] = fields else { return None };
    let text = text_of(cx, *name);
    if std::ptr::eq(class, &CALLING) {
        Some(vec!["<calling ".into(), Piece::Quoted(*name), " facet>".into()])
    } else if std::ptr::eq(class, &SENDING) {
        Some(vec!["<sending ".into(), Piece::Quoted(*name), " facet>".into()])
    } else if std::ptr::eq(class, &PROPERTY_SLOT) && crate::data::quote::is_identifier(&text) {
        Some(vec!["_::&".into(), Piece::Bare(*name)])
    } else if std::ptr::eq(class, &PROPERTY_SLOT) {
        Some(vec!["_::&".into(), Piece::Quoted(*name)])
    } else {
        None
    }
}

/// `target.verb` as a function.
pub(crate) fn calling(cx: &mut Cx, target: Value, verb: Value) -> Value {
    cx.heap.native(&CALLING, [target, verb])
}

fn curry_call(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(calling(cx, args[0], args[1]))
}

fn curry_send(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let facet = cx.heap.native(&SENDING, [args[0], args[1]]);
    done(facet)
}

/// The two fields of any of these.
fn fields(cx: &Cx, this: Value) -> (Value, Text) {
    match cx.heap.as_native(this).map(|it| &it.fields[..]) {
        Some([target, name]) => (*target, text_of(cx, *name)),
        _ => (Value::NULL, Text::default()),
    }
}

fn call(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (target, verb) = fields(cx, this);
    cx.call(target, &verb, args)
}

fn send(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (target, verb) = fields(cx, this);
    let promise = cx.send(target, &verb, args);
    done(promise)
}

fn get_property_slot(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let slot = cx.heap.native(&PROPERTY_SLOT, [args[0], args[1]]);
    done(slot)
}

/// `getName` for `name`.
fn accessor(prefix: &str, name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => format!("{prefix}{}{}", first.to_uppercase(), letters.as_str()),
        None => prefix.to_string(),
    }
}

fn get_property(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (target, name) = fields(cx, this);
    cx.call(target, &accessor("get", &name), [])
}

fn put_property(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (target, name) = fields(cx, this);
    cx.call(target, &accessor("set", &name), [args[0]])
}

fn is_final(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(false)
}
