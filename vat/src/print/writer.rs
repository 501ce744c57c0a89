//! TextWriters: where prints go, indented, and closed together with the writer they came from.

use super::{Piece, write_pieces};
use crate::cx::Cx;
use crate::data::list::paid_items;
use crate::data::text::text_of as string_of;
use crate::native::{Class, Method, Outcome, Payload, Stamps, Then, done, method, variadic};
use crate::natives;
use crate::problem::Exit;
use crate::value::Value;
use std::sync::Arc;

/// What `__printOn` is given. Payload: a [`Target`].
pub static TEXT_WRITER: Class = Class::new(
    "TextWriter",
    "<textWriter>",
    &[
        variadic("print", print),
        variadic("println", println),
        variadic("lnPrint", ln_print),
        variadic("quote", quote),
        method("write", 1, write),
        method("printAll", 1, print_all),
        method("printSame", 1, print_same),
        method("indent", 0, indent),
        method("indent", 1, indent),
        method("flush", 0, nothing),
        method("close", 0, close),
        method("__optUncall", 0, opt_uncall),
    ],
)
.fqn("org.erights.e.elib.print.TextWriter");

/// Collects what a writer writes. Payload: the text.
pub static STRING_BUFFER: Class =
    Class::new("StringBuffer", "<stringBuffer>", natives!["snapshot"() => snapshot, "size"() => size]);

/// Whether a family of writers has been closed. Field: that.
pub(crate) static DOOR: Class = Class::new("door", "<door>", &[]);

pub(crate) static STDOUT: Class = Class::new("stdoutSink", "<stdout>", &[]);
pub(crate) static STDERR: Class = Class::new("stderrSink", "<stderr>", &[]);
pub(crate) static TRACER: Class = Class::new("traceSink", "<trace>", &[]);

/// `<elib:oldeio.makeTextWriter>`
pub static MAKE_TEXT_WRITER: Class = Class::new(
    "makeTextWriter",
    "<makeTextWriter>",
    natives![
        "makeBufferingPair"() => make_buffering_pair,
        "makeBufferingPair"(Map) => make_buffering_pair,
        "makePresence"(Any) => make_presence,
        "asType"() => as_type,
    ],
)
.fqn("org.erights.e.elib.oldeio.makeTextWriter")
.stamps(Stamps::DEEP_FROZEN);

const RUN_PRINT: &[Method] = &[variadic("run", run_print)];
const RUN_PRINTLN: &[Method] = &[variadic("run", run_println)];

/// `print("a", 1)` writes to standard output.
pub static PRINT: Class = Class::new("print", "<print>", RUN_PRINT);
/// `println("a", 1)` writes a line to standard output.
pub static PRINTLN: Class = Class::new("println", "<println>", RUN_PRINTLN);
/// `trace("a")` writes to the trace, which the program cannot read.
pub static TRACE: Class =
    Class::new("trace", "<trace>", &[variadic("run", run_trace)]).stamps(Stamps::DEEP_FROZEN);
/// The same, a line.
pub static TRACELN: Class =
    Class::new("traceln", "<trace>", &[variadic("run", run_traceln)]).stamps(Stamps::DEEP_FROZEN);

/// Where a writer writes: to what, under which door, how far in, and within what other values' prints.
#[derive(Clone)]
pub(crate) struct Target {
    /// Null until someone else needs to see the text: then a string buffer.
    sink: Value,
    /// Null for prints that cannot be closed.
    door: Value,
    pub(super) indent: Arc<str>,
    /// A chain of `around`, or null.
    pub(super) around: Value,
}

impl Target {
    /// A text of its own.
    pub(super) fn own() -> Target {
        Target { sink: Value::NULL, door: Value::NULL, indent: Arc::from(""), around: Value::NULL }
    }
}

impl Payload for Target {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        visit(self.sink);
        visit(self.door);
        visit(self.around);
    }
    fn bytes(&self) -> u64 {
        64 + self.indent.len() as u64
    }
}

impl crate::store::Saved for Target {
    fn save(&self, out: &mut crate::store::Writer) {
        out.value(self.sink);
        out.value(self.door);
        out.text(&self.indent);
        out.value(self.around);
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        let (sink, door) = (from.value()?, from.value()?);
        Ok(Target { sink, door, indent: from.arc()?, around: from.value()? })
    }
}

pub(crate) struct Text(String);

impl Payload for Text {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }
}

impl crate::store::Saved for Text {
    fn save(&self, out: &mut crate::store::Writer) {
        out.text(&self.0);
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        Ok(Text(from.text()?.to_string()))
    }
}

/// The target of one of our writers; `None`: it is not one of ours.
pub(super) fn target(cx: &mut Cx, writer: Value) -> Result<Option<Target>, Exit> {
    let Some(target) = cx.heap.payload::<Target>(writer).cloned() else { return Ok(None) };
    if cx.heap.fields(target.door, &DOOR).is_some_and(|it| it[0] == Value::TRUE) {
        return Err(cx.throw("closed TextWriter"));
    }
    Ok(Some(target))
}

/// Hands over what is ready.
pub(super) fn flush(cx: &mut Cx, target: &mut Target, ready: &mut String) -> Result<(), Exit> {
    if target.sink.is_null() {
        target.sink = cx.heap.native_with(&STRING_BUFFER, [], Box::new(Text(String::new())));
    }
    let text = std::mem::take(ready);
    if text.is_empty() {
        return Ok(());
    }
    cx.reserve(text.len() as u64)?;
    if target.sink.is(&STDOUT) {
        granted(cx, "stdout")?;
        cx.powers.stdout(&text);
    } else if target.sink.is(&STDERR) {
        granted(cx, "stderr")?;
        cx.powers.stderr(&text);
    } else if target.sink.is(&TRACER) {
        crate::causality::log::comment(cx, &text);
        cx.powers.trace(&text);
    } else {
        if let Some(it) = cx.heap.payload_mut::<Text>(target.sink) {
            it.0.push_str(&text);
        }
        cx.heap.recount(target.sink);
    }
    Ok(())
}

fn granted(cx: &mut Cx, power: &str) -> Result<(), Exit> {
    if cx.powers.granted(power) {
        return Ok(());
    }
    Err(cx.throw(format!("no power to write to {power}: grant it with --grant {power}")))
}

/// The whole text of a print that has one of its own.
pub(super) fn text_of(cx: &mut Cx, target: &mut Target, mut ready: String) -> Result<String, Exit> {
    if target.sink.is_null() {
        cx.reserve(ready.len() as u64)?;
        return Ok(ready);
    }
    flush(cx, target, &mut ready)?;
    let text = cx.heap.payload_mut::<Text>(target.sink).map(|it| std::mem::take(&mut it.0));
    cx.heap.recount(target.sink);
    Ok(text.unwrap_or_default())
}

/// A writer for an object to print itself on, in the middle of a print.
pub(super) fn for_object(
    cx: &mut Cx,
    target: &mut Target,
    ready: &mut String,
    around: Value,
) -> Result<Value, Exit> {
    flush(cx, target, ready)?;
    let within = Target { around, ..target.clone() };
    Ok(cx.heap.native_with(&TEXT_WRITER, [], Box::new(within)))
}

/// What a string buffer holds.
pub(super) fn buffered(cx: &Cx, buffer: Value) -> Option<String> {
    cx.heap.payload::<Text>(buffer).map(|it| it.0.clone())
}

fn make(cx: &mut Cx, sink: Value) -> Value {
    let door = cx.heap.native(&DOOR, [Value::FALSE]);
    let target = Target { sink, door, ..Target::own() };
    cx.heap.native_with(&TEXT_WRITER, [], Box::new(target))
}

/// `stdout`
pub fn make_stdout(cx: &mut Cx) -> Value {
    make(cx, Value::of(&STDOUT))
}

/// `stderr`
pub fn make_stderr(cx: &mut Cx) -> Value {
    make(cx, Value::of(&STDERR))
}

fn make_buffering_pair(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let buffer = cx.heap.native_with(&STRING_BUFFER, [], Box::new(Text(String::new())));
    let writer = make(cx, buffer);
    let syntax = args.first().and_then(|it| crate::data::map::get_text(&cx.heap, *it, "syntax"));
    if let Some(syntax) = syntax {
        let guard = Value::of(&crate::audition::DEEP_FROZEN);
        return cx.call_then(
            guard,
            "coerce",
            [syntax, Value::NULL],
            Then::new(start_syntax, [writer, buffer]),
        );
    }
    let pair = cx.heap.list([writer, buffer]);
    done(pair)
}

/// A pair whose writer writes in a syntax of the program's own; what it writes through is plain.
fn start_syntax(cx: &mut Cx, then: Box<Then>, syntax: Value) -> Outcome {
    fn pair(cx: &mut Cx, then: Box<Then>, syntax: Value) -> Outcome {
        let writer = super::custom::make(cx, syntax, then.values[0]);
        done(cx.heap.list([writer, then.values[1]]))
    }
    cx.call_then(syntax, "run", [then.values[0]], then.at(pair))
}

fn make_presence(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(super::presence::make(cx, args[0]))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let forwarder = super::presence::forwarder(cx, this);
    super::presence::uncall(cx, forwarder)
}

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::scalar::TEXT_WRITER))
}

fn snapshot(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = buffered(cx, this).unwrap_or_default();
    cx.reserve(text.len() as u64)?;
    let text = cx.heap.text(text);
    done(text)
}

fn size(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = buffered(cx, this).unwrap_or_default();
    done(crate::data::text::length(&text) as i64)
}

fn bare(items: &[Value]) -> Vec<Piece> {
    items.iter().map(|it| Piece::Bare(*it)).collect()
}

fn print(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    write_pieces(cx, this, bare(args))
}

fn println(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut pieces = bare(args);
    pieces.push("\n".into());
    write_pieces(cx, this, pieces)
}

fn ln_print(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut pieces = vec![Piece::from("\n")];
    pieces.extend(bare(args));
    write_pieces(cx, this, pieces)
}

fn quote(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    write_pieces(cx, this, args.iter().map(|it| Piece::Quoted(*it)).collect())
}

fn write(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    crate::coerce::coerced(cx, this, args, &[crate::coerce::Ty::Text], |cx, this, args| {
        let text = string_of(cx, args[0]);
        write_pieces(cx, this, vec![text.to_string().into()])
    })
}

fn print_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    crate::coerce::coerced(cx, this, args, &[crate::coerce::Ty::List], |cx, this, args| {
        let items = paid_items(cx, args[0])?;
        write_pieces(cx, this, bare(&items))
    })
}

fn print_same(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    quote(cx, this, args)
}

/// A writer that starts every further line with a prefix.
fn indent(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let prefix = match args.first() {
        Some(it) => string_of(cx, *it),
        None => "    ".into(),
    };
    let Some(mut target) = target(cx, this)? else { return done(this) };
    cx.reserve((target.indent.len() + prefix.len()) as u64)?;
    target.indent = format!("{}{prefix}", target.indent).into();
    let writer = cx.heap.native_with(&TEXT_WRITER, [], Box::new(target));
    done(writer)
}

fn nothing(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::NULL)
}

fn close(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(target) = target(cx, this)? else { return done(Value::NULL) };
    if let Some([closed]) = cx.heap.fields_mut(target.door, &DOOR) {
        *closed = Value::TRUE;
    }
    done(Value::NULL)
}

fn run_print(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let out = make_stdout(cx);
    print(cx, out, args)
}

fn run_println(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let out = make_stdout(cx);
    println(cx, out, args)
}

fn run_trace(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let out = make(cx, Value::of(&TRACER));
    print(cx, out, args)
}

fn run_traceln(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let out = make(cx, Value::of(&TRACER));
    println(cx, out, args)
}
