//! TextWriters of another syntax: a program says how text is escaped and what stands around each value.
//!
//! The syntax is an object written in E. For each value that is printed it is asked `enterReference()`, which
//! gives the syntax for what is inside, and in the end `exitReference()`; `write(text)` for text; `cycle()`,
//! `eventual(isResolved)`, `broken(writer, problem)` and `problem(writer, fqn, problem)` for what cannot print
//! itself; `indent(prefix)`, `asQuoting()` and `asNotQuoting()` for others of its kind.

use super::around::{goes_through, link};
use super::{atom, fqn};
use crate::cx::Cx;
use crate::data::list::paid_items;
use crate::heap::{Cell, Promise};
use crate::native::{Class, Outcome, Payload, Then, done, method, variadic};
use crate::problem::Exit;
use crate::value::Value;
use std::collections::VecDeque;

/// Fields: the syntax, the writer it writes to, and the values whose prints it is within, as a chain of `around`.
pub static SYNTAX_WRITER: Class = Class::new(
    "TextWriter",
    "<textWriter>",
    &[
        variadic("print", |cx, this, args| go(cx, this, args.iter().map(|it| Item::Bare(*it)).collect())),
        variadic("println", println),
        variadic("lnPrint", ln_print),
        variadic("quote", |cx, this, args| go(cx, this, args.iter().map(|it| Item::Quoted(*it)).collect())),
        method("write", 1, |cx, this, args| go(cx, this, [Item::Text(args[0])].into())),
        method("printAll", 1, print_all),
        method("indent", 0, indent),
        method("indent", 1, indent),
        method("flush", 0, |_, _, _| done(Value::NULL)),
        method("close", 0, close),
    ],
)
.fqn("org.erights.e.elib.print.SyntaxTextWriter");

/// A writer of a syntax.
pub fn make(cx: &mut Cx, syntax: Value, base: Value) -> Value {
    cx.heap.native(&SYNTAX_WRITER, [syntax, base, Value::NULL])
}

/// Something still to write.
enum Item {
    Bare(Value),
    Quoted(Value),
    /// A string, as it is.
    Text(Value),
}

struct Writing(VecDeque<Item>);

impl Payload for Writing {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for Item::Bare(it) | Item::Quoted(it) | Item::Text(it) in &self.0 {
            visit(*it);
        }
    }
    fn bytes(&self) -> u64 {
        32 * self.0.len() as u64
    }
}

fn println(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let newline = cx.heap.text("\n");
    let items = args.iter().map(|it| Item::Bare(*it)).chain([Item::Text(newline)]).collect();
    go(cx, this, items)
}

fn ln_print(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let newline = cx.heap.text("\n");
    let items = [Item::Text(newline)].into_iter().chain(args.iter().map(|it| Item::Bare(*it))).collect();
    go(cx, this, items)
}

fn print_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let items = paid_items(cx, args[0])?;
    go(cx, this, items.iter().map(|it| Item::Bare(*it)).collect())
}

fn parts(cx: &Cx, writer: Value) -> (Value, Value) {
    match cx.heap.fields(writer, &SYNTAX_WRITER) {
        Some(&[syntax, base, _]) => (syntax, base),
        _ => (Value::NULL, Value::NULL),
    }
}

/// Another writer to the same place, within one value more.
fn within(cx: &mut Cx, writer: Value, syntax: Value, value: Option<Value>) -> Result<Value, Exit> {
    let (_, base) = parts(cx, writer);
    let chain = around(cx, writer);
    let chain = match value {
        Some(value) => link(cx, chain, value)?,
        None => chain,
    };
    Ok(cx.heap.native(&SYNTAX_WRITER, [syntax, base, chain]))
}

fn around(cx: &Cx, writer: Value) -> Value {
    cx.heap.fields(writer, &SYNTAX_WRITER).map_or(Value::NULL, |it| it[2])
}

fn indent(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    fn indented(cx: &mut Cx, then: Box<Then>, syntax: Value) -> Outcome {
        let writer = within(cx, then.values[0], syntax, None)?;
        done(writer)
    }
    let prefix = match args.first() {
        Some(it) => *it,
        None => cx.heap.text("    "),
    };
    cx.call_then(parts(cx, this).0, "indent", [prefix], Then::new(indented, [this]))
}

fn close(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    cx.call(parts(cx, this).1, "close", [])
}

// Writing. The values of the continuation are the writer, the value being printed, and its syntax.

fn go(cx: &mut Cx, writer: Value, items: VecDeque<Item>) -> Outcome {
    let then = Then::new(next, [writer, Value::NULL, Value::NULL]).with_state(Box::new(Writing(items)));
    next(cx, then, Value::NULL)
}

fn next(cx: &mut Cx, mut then: Box<Then>, _: Value) -> Outcome {
    cx.charge(1)?;
    then.on_exit = None;
    let (syntax, _) = parts(cx, then.values[0]);
    let (value, verb, how): (_, _, crate::native::ThenFn) =
        match then.state::<Writing>().and_then(|it| it.0.pop_front()) {
            None => return done(Value::NULL),
            Some(Item::Text(text)) => return cx.call_then(syntax, "write", [text], then.at(next)),
            Some(Item::Bare(it)) => (it, "asNotQuoting", enter_bare),
            Some(Item::Quoted(it)) => (it, "asQuoting", enter_quoted),
        };
    then.values[1] = cx.near(value);
    cx.call_then(syntax, verb, [], then.at(how))
}

fn enter_bare(cx: &mut Cx, then: Box<Then>, syntax: Value) -> Outcome {
    cx.call_then(syntax, "enterReference", [], then.at(|cx, then, inner| entered(cx, then, inner, false)))
}

fn enter_quoted(cx: &mut Cx, then: Box<Then>, syntax: Value) -> Outcome {
    cx.call_then(syntax, "enterReference", [], then.at(|cx, then, inner| entered(cx, then, inner, true)))
}

fn entered(cx: &mut Cx, mut then: Box<Then>, inner: Value, quoting: bool) -> Outcome {
    let (writer, value) = (then.values[0], then.values[1]);
    then.values[2] = inner;
    let chain = around(cx, writer);
    if goes_through(cx, chain, value)? {
        return cx.call_then(inner, "cycle", [], then.at(leave));
    }
    if let Some(text) = atom(cx, value, quoting)? {
        cx.reserve(text.len() as u64)?;
        let text = cx.heap.text(text);
        return cx.call_then(inner, "write", [text], then.at(leave));
    }
    let nested = within(cx, writer, inner, Some(value))?;
    match cx.heap.get(value) {
        Some(Cell::Promise(Promise::Unresolved(_))) => {
            cx.call_then(inner, "eventual", [Value::FALSE], then.at(leave))
        }
        Some(Cell::Far { .. } | Cell::FarProxy(_)) => {
            cx.call_then(inner, "eventual", [Value::TRUE], then.at(leave))
        }
        Some(Cell::Broken(problem)) => {
            let problem = *problem;
            cx.call_then(inner, "broken", [nested, problem], then.at(leave))
        }
        _ => cx.call_then(value, "__printOn", [nested], then.at(leave).on_exit(failed)),
    }
}

/// Its `__printOn` threw: the syntax says so.
fn failed(cx: &mut Cx, mut then: Box<Then>, exit: Exit) -> Outcome {
    let Exit::Thrown(problem) = exit else { return Err(exit) };
    then.on_exit = None;
    let (writer, value, inner) = (then.values[0], then.values[1], then.values[2]);
    let nested = within(cx, writer, inner, Some(value))?;
    let name = match cx.class_of(value) {
        Some(class) => class.fqn.to_string(),
        None => fqn(cx, value),
    };
    let (name, sealed) = (cx.heap.text(name), crate::throw::sealed(cx, problem));
    cx.call_then(inner, "problem", [nested, name, sealed], then.at(leave))
}

fn leave(cx: &mut Cx, mut then: Box<Then>, _: Value) -> Outcome {
    then.on_exit = None;
    let inner = then.values[2];
    cx.call_then(inner, "exitReference", [], then.at(next))
}
