//! How values print themselves.
//!
//! Printing keeps a list of pieces still to write, so nothing recurses. Native values are taken apart into
//! pieces; an object written in E gets a TextWriter and the call `__printOn(writer)`, and the rest waits. A
//! writer knows what is being printed around it, which is how a cycle is seen.

pub(crate) mod around;
pub mod custom;
pub(crate) mod display;
mod pieces;
pub mod presence;
pub(crate) mod writer;

pub use crate::desc::alleged_type;
use around::Around;
pub use pieces::{Piece, fqn};
pub use writer::{
    MAKE_TEXT_WRITER, PRINT, PRINTLN, STRING_BUFFER, TEXT_WRITER, TRACE, TRACELN, make_stderr, make_stdout,
};

use crate::cx::Cx;
use crate::native::{Class, Outcome, Payload, Then, done};
use crate::problem::Exit;
use crate::selector::Selector;
use crate::value::{Value, View};
use pieces::{is_container, take_apart, type_name};
use std::sync::Arc;
use writer::Target;

/// `E.toQuote(value)`: as a prompt shows it.
pub fn to_quote(cx: &mut Cx, value: Value) -> Outcome {
    to_text_of(cx, vec![Piece::Quoted(value)])
}

/// `E.toString(value)`: strings and characters bare.
pub fn to_text(cx: &mut Cx, value: Value) -> Outcome {
    if cx.heap.as_text(value).is_some() {
        return done(cx.near(value));
    }
    to_text_of(cx, vec![Piece::Bare(value)])
}

/// A problem as a prompt shows it: `problem: message`, or `<kind: message>`.
pub fn problem(cx: &mut Cx, problem: Value) -> Outcome {
    to_quote(cx, problem)
}

/// The text of some pieces, one after the other.
pub fn to_text_of(cx: &mut Cx, pieces: Vec<Piece>) -> Outcome {
    start(cx, Printing::new(Target::own(), pieces, Finish::Text))
}

/// Writes pieces to anything that serves as a TextWriter; answers null.
pub fn write_pieces(cx: &mut Cx, writer: Value, pieces: Vec<Piece>) -> Outcome {
    match writer::target(cx, writer)? {
        Some(target) => start(cx, Printing::new(target, pieces, Finish::Null)),
        None => hand_over(cx, writer, pieces),
    }
}

/// `audition.getObjectExpr()`: the expression an object was made by, as a node.
pub fn object_expr(cx: &mut Cx, object: Value) -> Outcome {
    let source = crate::object::script(cx, object).and_then(|(_, loaded, script)| {
        let (program, wanted) = (&loaded.module.program, script.object?);
        let is_it = |it: &syntax::kernel_e::Expr| *it == syntax::kernel_e::Expr::Object(wanted);
        let at = program.exprs.iter().position(is_it)?;
        Some((program.clone(), syntax::kernel_e::ExprId(at as u32)))
    });
    match source {
        Some((program, at)) => {
            cx.charge(program.exprs.len() as u64)?;
            done(crate::node::of_kernel(cx, &program, at))
        }
        None => Err(cx.throw(crate::problem::Problem::new("no object expression made ").value(object))),
    }
}

/// The E source that a value stands for: a string as it is, a node as its text.
pub fn source_text(cx: &Cx, value: Value) -> Option<Arc<str>> {
    cx.heap.text_in(value).map(Arc::from).or_else(|| crate::node::source(cx, value))
}

/// `value.__printOn(writer)` for everything that is not written in E.
pub fn print_on(cx: &mut Cx, value: Value, writer: Value) -> Outcome {
    let parts = take_apart(cx, value, true)?;
    let known = parts.unwrap_or_else(|| vec![Piece::Quoted(value)]);
    write_pieces(cx, writer, known)
}

/// The same for problems: to a writer of another kind each of their parts is a value of its own.
pub fn print_parts_on(cx: &mut Cx, value: Value, writer: Value) -> Outcome {
    if writer::target(cx, writer)?.is_some() {
        return print_on(cx, value, writer);
    }
    let mut parts = take_apart(cx, value, true)?.unwrap_or_default();
    for it in &mut parts {
        if let Piece::Text(text) = it {
            *it = Piece::Bare(cx.heap.text(&**text));
        }
    }
    write_pieces(cx, writer, parts)
}

/// What is left to write, and where to.
struct Printing {
    /// The last one comes next.
    todo: Vec<Task>,
    target: Target,
    around: Around,
    /// Written, but not yet handed to the target.
    ready: String,
    finish: Finish,
}

enum Task {
    Piece(Piece),
    /// The innermost value being printed is complete.
    Leave,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Finish {
    Null,
    /// The text, as a value.
    Text,
}

impl Printing {
    fn new(target: Target, pieces: Vec<Piece>, finish: Finish) -> Printing {
        let todo = pieces.into_iter().rev().map(Task::Piece).collect();
        let around = Around::within(target.around);
        Printing { todo, target, around, ready: String::new(), finish }
    }
    fn write(&mut self, text: &str) {
        if self.target.indent.is_empty() {
            self.ready.push_str(text);
            return;
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.ready.push('\n');
                self.ready.push_str(&self.target.indent);
            }
            self.ready.push_str(line);
        }
    }
}

impl Payload for Printing {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for it in &self.todo {
            if let Task::Piece(Piece::Bare(it) | Piece::Quoted(it) | Piece::TypeOf(it)) = it {
                visit(*it);
            }
        }
        self.target.trace(visit);
        self.around.trace(visit);
    }
    fn bytes(&self) -> u64 {
        32 * self.todo.len() as u64 + self.ready.len() as u64
    }
}

fn start(cx: &mut Cx, printing: Printing) -> Outcome {
    go_on(cx, Then::new(printed, []).with_state(Box::new(printing)).on_exit(failed))
}

/// Text that is handed over at once, however much more comes.
const FLUSH_AT: usize = 1 << 16;

fn go_on(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let Some(printing) = then.state::<Printing>() else { return Err(cx.throw("lost a print")) };
    let mut ask = None;
    while let Some(task) = printing.todo.pop() {
        cx.charge(1)?;
        match task {
            Task::Leave => printing.around.leave(cx),
            Task::Piece(Piece::Text(text)) => printing.write(&text),
            Task::Piece(Piece::TypeOf(it)) => {
                let text = type_name(cx, it);
                printing.write(&text);
            }
            Task::Piece(Piece::Bare(it)) => ask = show(cx, printing, it, false)?,
            Task::Piece(Piece::Quoted(it)) => ask = show(cx, printing, it, true)?,
        }
        if ask.is_some() || printing.ready.len() > FLUSH_AT {
            writer::flush(cx, &mut printing.target, &mut printing.ready)?;
        }
        if ask.is_some() {
            break;
        }
    }
    if let Some((object, writer)) = ask {
        then.values = vec![object];
        return cx.call_then(object, "__printOn", [writer], then);
    }
    finish(cx, then)
}

fn finish(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let Some(printing) = then.state::<Printing>() else { return done(Value::NULL) };
    match printing.finish {
        Finish::Null => {
            writer::flush(cx, &mut printing.target, &mut printing.ready)?;
            done(Value::NULL)
        }
        Finish::Text => {
            let ready = std::mem::take(&mut printing.ready);
            let text = writer::text_of(cx, &mut printing.target, ready)?;
            let text = cx.heap.text(text);
            done(text)
        }
    }
}

fn printed(cx: &mut Cx, mut then: Box<Then>, _: Value) -> Outcome {
    if let Some(printing) = then.state::<Printing>() {
        printing.around.leave(cx);
    }
    go_on(cx, then)
}

/// An object's own `__printOn` threw: its print says so, and the rest goes on.
fn failed(cx: &mut Cx, mut then: Box<Then>, exit: Exit) -> Outcome {
    let Exit::Thrown(_) = exit else {
        if let Some(printing) = then.state::<Printing>() {
            printing.around.leave_all(cx);
        }
        return Err(exit);
    };
    let name = then.values.first().map_or_else(String::new, |it| type_name(cx, *it));
    if let Some(printing) = then.state::<Printing>() {
        printing.around.leave(cx);
        let name = name.trim_matches('"');
        let article = crate::data::quote::with_article(name);
        printing.write(&format!("<***{article} threw <sealed problem> when printed***>"));
    }
    go_on(cx, then)
}

/// The text of what prints without anyone being asked: numbers, characters, strings and the like.
pub(crate) fn atom(cx: &mut Cx, value: Value, quoting: bool) -> Result<Option<String>, Exit> {
    let value = cx.near(value);
    Ok(Some(match value.view() {
        View::Null => "null".into(),
        View::Bool(it) => it.to_string(),
        View::Int(it) => it.to_string(),
        View::Float(it) => crate::data::float::print(it),
        View::Char(it) if quoting => {
            let mut text = String::new();
            crate::data::quote::quote_char(it, &mut text);
            text
        }
        View::Char(it) => it.to_string(),
        View::Static(_) => return Ok(None),
        View::Obj(_) => {
            let Some(text) = cx.heap.text_in(value) else { return Ok(None) };
            cx.reserve(text.len() as u64)?;
            if !quoting {
                return Ok(Some(text.to_string()));
            }
            let mut quoted = String::with_capacity(text.len() + 2);
            crate::data::quote::quote_string(&text, &mut quoted);
            quoted
        }
    }))
}

/// Writes one value, or answers whom to ask and with which writer.
fn show(
    cx: &mut Cx,
    printing: &mut Printing,
    value: Value,
    quoting: bool,
) -> Result<Option<(Value, Value)>, Exit> {
    if let Some(text) = atom(cx, value, quoting)? {
        printing.write(&text);
        return Ok(None);
    }
    let value = cx.near(value);
    if printing.around.contains(cx, value)? {
        printing.write("<***CYCLE***>");
        return Ok(None);
    }
    let Some(parts) = take_apart(cx, value, quoting)? else {
        printing.around.enter(value);
        let around = printing.around.chain(cx)?;
        let writer = writer::for_object(cx, &mut printing.target, &mut printing.ready, around)?;
        return Ok(Some((value, writer)));
    };
    if is_container(cx, value) {
        printing.around.enter(value);
        printing.todo.push(Task::Leave);
    }
    cx.charge(parts.len() as u64)?;
    cx.reserve(48 * parts.len() as u64)?;
    printing.todo.extend(parts.into_iter().rev().map(Task::Piece));
    Ok(None)
}

/// Pieces on their way to a writer that is not ours, one call after the other.
struct HandedOver {
    todo: Vec<Piece>,
}

impl Payload for HandedOver {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for it in &self.todo {
            if let Piece::Bare(it) | Piece::Quoted(it) | Piece::TypeOf(it) = it {
                visit(*it);
            }
        }
    }
    fn bytes(&self) -> u64 {
        32 * self.todo.len() as u64
    }
}

fn hand_over(cx: &mut Cx, writer: Value, pieces: Vec<Piece>) -> Outcome {
    let todo = pieces.into_iter().rev().collect();
    let then = Then::new(handed_over, [writer]).with_state(Box::new(HandedOver { todo }));
    handed_over(cx, then, Value::NULL)
}

fn handed_over(cx: &mut Cx, mut then: Box<Then>, _: Value) -> Outcome {
    let writer = then.values[0];
    let Some(piece) = then.state::<HandedOver>().and_then(|it| it.todo.pop()) else {
        return done(Value::NULL);
    };
    let (verb, item) = match piece {
        Piece::Text(text) => ("write", cx.heap.text(&*text)),
        Piece::TypeOf(it) => {
            let text = type_name(cx, it);
            ("write", cx.heap.text(text))
        }
        Piece::Bare(it) => ("print", it),
        Piece::Quoted(it) => ("quote", it),
    };
    cx.call_then(writer, verb, [item], then)
}

/// Does a class print itself by a method of its own?
fn prints_itself(class: &'static Class) -> bool {
    class.find(Selector::new("__printOn", 1)).is_some()
}
