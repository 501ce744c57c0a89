//! TextWriters in other vats: what is printed there is written here.
//!
//! A writer goes to another vat as a presence: it prints what it is given where it is, and sends the text to the
//! writer it stands for, through a forwarder, which stays.

use crate::cx::Cx;
use crate::data::list::{paid_items, portrayal};
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Payload, Then, done, method, variadic};
use crate::natives;
use crate::selector::Selector;
use crate::value::Value;
use std::collections::VecDeque;

/// Field: a reference to a forwarder.
pub static PRESENCE: Class = Class::new(
    "TextWriter",
    "<textWriter>",
    &[
        variadic("print", |cx, this, args| go(cx, this, args.iter().map(|it| Item::Bare(*it)).collect())),
        variadic("println", println),
        variadic("lnPrint", ln_print),
        variadic("quote", |cx, this, args| go(cx, this, args.iter().map(|it| Item::Quoted(*it)).collect())),
        method("write", 1, |cx, this, args| forward(cx, this, "write", args)),
        method("printAll", 1, print_all),
        method("indent", 0, indent),
        method("indent", 1, indent),
        method("flush", 0, |cx, this, args| forward(cx, this, "flush", args)),
        method("close", 0, |cx, this, args| forward(cx, this, "close", args)),
        method("__optUncall", 0, |cx, this, _| {
            let forwarder = forwarder_of(cx, this);
            uncall(cx, forwarder)
        }),
    ],
)
.fqn("org.erights.e.elib.print.TextWriterPresence");

/// Gives a writer all it is told. Field: the writer.
pub(crate) static FORWARDER: Class =
    Class::new("forwarder", "<forwarder>", &[]).otherwise(|cx, this, selector, args| {
        let writer = *cx.heap.fields(this, &FORWARDER)?.first()?;
        known(selector).then(|| cx.call(writer, &selector.verb(), args))
    });

/// What a presence sends, and no more.
fn known(selector: Selector) -> bool {
    matches!(
        (&*selector.verb(), selector.arity()),
        ("write" | "indent", 1) | ("indent" | "flush" | "close", 0)
    )
}

/// A forwarder to a writer.
pub fn forwarder(cx: &mut Cx, writer: Value) -> Value {
    cx.heap.native(&FORWARDER, [writer])
}

/// `makeTextWriter.makePresence(forwarder)`
pub fn make(cx: &mut Cx, forwarder: Value) -> Value {
    cx.heap.native(&PRESENCE, [forwarder])
}

/// How a writer portrays itself: as what makes its presence.
pub fn uncall(cx: &mut Cx, forwarder: Value) -> Outcome {
    portrayal(cx, Value::of(&super::MAKE_TEXT_WRITER), "makePresence", &[forwarder])
}

fn forwarder_of(cx: &Cx, this: Value) -> Value {
    cx.heap.fields(this, &PRESENCE).map_or(Value::NULL, |it| it[0])
}

fn forward(cx: &mut Cx, this: Value, verb: &str, args: &[Value]) -> Outcome {
    let forwarder = forwarder_of(cx, this);
    cx.send_only(forwarder, verb, args);
    done(Value::NULL)
}

fn indent(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let forwarder = forwarder_of(cx, this);
    let indented = cx.send(forwarder, "indent", args);
    let writer = make(cx, indented);
    done(writer)
}

enum Item {
    Bare(Value),
    Quoted(Value),
    Newline,
}

/// What is still to print, and the text so far.
struct Writing(VecDeque<Item>, String);

impl Payload for Writing {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for it in &self.0 {
            if let Item::Bare(it) | Item::Quoted(it) = it {
                visit(*it);
            }
        }
    }
    fn bytes(&self) -> u64 {
        32 * self.0.len() as u64 + self.1.len() as u64
    }
}

fn println(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    go(cx, this, args.iter().map(|it| Item::Bare(*it)).chain([Item::Newline]).collect())
}

fn ln_print(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    go(cx, this, [Item::Newline].into_iter().chain(args.iter().map(|it| Item::Bare(*it))).collect())
}

fn print_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let items = paid_items(cx, args[0])?;
    go(cx, this, items.iter().map(|it| Item::Bare(*it)).collect())
}

fn go(cx: &mut Cx, this: Value, items: VecDeque<Item>) -> Outcome {
    next(cx, Then::new(printed, [this]).with_state(Box::new(Writing(items, String::new()))))
}

fn next(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let Some(Writing(items, text)) = then.state::<Writing>() else { return Err(cx.throw("lost a print")) };
    while let Some(item) = items.pop_front() {
        cx.charge(1)?;
        match item {
            Item::Newline => text.push('\n'),
            Item::Bare(it) => return cx.call_then(Value::of(&TO_TEXT), "bare", [it], then),
            Item::Quoted(it) => return cx.call_then(Value::of(&TO_TEXT), "quoted", [it], then),
        }
    }
    let text = std::mem::take(text);
    let text = cx.heap.text(text);
    forward(cx, then.values[0], "write", &[text])
}

fn printed(cx: &mut Cx, mut then: Box<Then>, text: Value) -> Outcome {
    let printed = text_of(cx, text);
    cx.reserve(printed.len() as u64)?;
    if let Some(Writing(_, text)) = then.state::<Writing>() {
        text.push_str(&printed);
    }
    next(cx, then)
}

/// A value as text, as a step of a native's own.
pub(crate) static TO_TEXT: Class =
    Class::new("toText", "<toText>", natives!["bare"(Any) => bare, "quoted"(Any) => quoted]);

fn bare(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    super::to_text(cx, args[0])
}

fn quoted(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    super::to_quote(cx, args[0])
}
