//! Streams of bytes that come from the world and go to it: standard input, pipes, sockets.

use super::later::{bytes_value, room, start, text_value};
use super::{Job, Reply, Resource, STDIN};
use crate::cx::Cx;
use crate::guard::scalar;
use crate::library::bytes::bytes_of;
use crate::native::{Class, Outcome, Then, done};
use crate::natives;
use crate::print::write_pieces;
use crate::problem::Problem;
use crate::value::Value;

/// An InStream. Fields: the resource's number, what it is called, whether it has ended.
pub(crate) static BYTE_IN: Class = Class::new(
    "byteInStream",
    "<byteInStream>",
    natives![
        "getChunkType"() => get_chunk_type,
        "takeAtMost"(Any) => take_at_most,
        "takeLine"() => take_line,
        "takeText"() => take_text,
        "close"() => close_input,
        "fail"(Any) => fail_input,
        "__printOn"(Any) => print_input,
    ],
)
.fqn("org.erights.e.elib.eio.byteInStream");

/// How many bytes are asked for where the program takes what there is.
const CHUNK: u64 = 1 << 16;

/// What is read from a resource.
pub fn make_in(cx: &mut Cx, from: Resource, name: &str) -> Value {
    let name = cx.heap.text(name);
    cx.heap.native(&BYTE_IN, [(from.0 as i64).into(), name, Value::FALSE])
}

/// `stdin`
pub fn make_stdin(cx: &mut Cx) -> Value {
    make_in(cx, STDIN, "stdin")
}

fn resource(cx: &Cx, stream: Value, class: &'static Class) -> Resource {
    let number = cx.heap.fields(stream, class).and_then(|it| it[0].as_int()).unwrap_or(i64::MAX);
    Resource(number as u64)
}

fn has_ended(cx: &Cx, stream: Value) -> bool {
    cx.heap.fields(stream, &BYTE_IN).is_none_or(|it| it[2] == Value::TRUE)
}

fn get_chunk_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&scalar::CONST_LIST))
}

/// Starts a job that reads, unless there is nothing left or nothing may be read.
fn read(
    cx: &mut Cx,
    this: Value,
    job: impl FnOnce(Resource) -> Job,
    meaning: super::later::Meaning,
) -> Outcome {
    if has_ended(cx, this) {
        return done(Value::NULL);
    }
    let from = resource(cx, this, &BYTE_IN);
    if from == STDIN && !cx.powers.granted("stdin") {
        return Err(cx.throw(super::missing("stdin")));
    }
    done(start(cx, job(from), this, meaning)?)
}

/// Notes that there is nothing left.
fn ended(cx: &mut Cx, stream: Value) -> Value {
    if let Some(fields) = cx.heap.fields_mut(stream, &BYTE_IN) {
        fields[2] = Value::TRUE;
    }
    Value::NULL
}

/// A promise for up to so many bytes; null once there are none left.
fn take_at_most(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let at_most = match args[0].as_int() {
        _ if args[0].is_null() => CHUNK,
        Some(0) if has_ended(cx, this) => return done(Value::NULL),
        Some(0) => return done(cx.heap.list([])),
        Some(it @ 1..) => (it as u64).min(CHUNK),
        _ => return Err(cx.throw(Problem::new("not a number of bytes to take: ").value(args[0]))),
    };
    read(
        cx,
        this,
        |from| Job::Read { from, at_most },
        |cx, this, reply| match reply {
            Reply::Bytes(it) => bytes_value(cx, &it),
            _ => Ok(ended(cx, this)),
        },
    )
}

/// A promise for a line, as text and without what ends it; null once there are none left.
fn take_line(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let limit = room(cx, 2);
    read(
        cx,
        this,
        |from| Job::ReadLine { from, limit },
        |cx, this, reply| match reply {
            Reply::Bytes(mut it) => {
                if it.last() == Some(&b'\n') {
                    it.pop();
                    if it.last() == Some(&b'\r') {
                        it.pop();
                    }
                }
                text_value(cx, it)
            }
            _ => Ok(ended(cx, this)),
        },
    )
}

/// A promise for all that is left, as text.
fn take_text(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let limit = room(cx, 2);
    if has_ended(cx, this) {
        return done(cx.heap.text(""));
    }
    read(
        cx,
        this,
        |from| Job::ReadAll { from, limit },
        |cx, this, reply| {
            ended(cx, this);
            text_value(cx, if let Reply::Bytes(it) = reply { it } else { Vec::new() })
        },
    )
}

fn close_input(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let resource = resource(cx, this, &BYTE_IN);
    cx.powers.close(resource);
    done(ended(cx, this))
}

fn fail_input(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    close_input(cx, this, &[])
}

fn print_input(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let name = cx.heap.fields(this, &BYTE_IN).map_or(Value::NULL, |it| it[1]);
    let text = format!("<-{}", crate::data::text::text_of(cx, name));
    write_pieces(cx, args[0], vec![text.into()])
}

/// What an OutStream of bytes writes to. Fields: the resource's number, what it is called.
pub(crate) static BYTE_OUT: Class = Class::new(
    "byteOut",
    "<byteOut>",
    natives!["write"(Any) => write, "close"() => close_output, "__printOn"(Any) => print_output],
)
.fqn("org.erights.e.elib.eio.byteOut");

/// Calls `then` with an OutStream onto a resource.
pub fn make_out_then(cx: &mut Cx, to: Resource, name: &str, then: Box<Then>) -> Outcome {
    let name = cx.heap.text(name);
    let target = cx.heap.native(&BYTE_OUT, [(to.0 as i64).into(), name]);
    fn with_maker(cx: &mut Cx, mut then: Box<Then>, maker: Value) -> Outcome {
        let Some(inner) = then.state::<Inner>().and_then(|it| it.0.take()) else { return done(Value::NULL) };
        cx.call_then(maker, "run", [Value::of(&scalar::CONST_LIST), then.values[0]], inner)
    }
    let name = cx.heap.text("org.erights.e.elib.eio.makeOutStream");
    let outer = Then::new(with_maker, [target]).with_state(Box::new(Inner(Some(then))));
    cx.call_then(Value::of(&crate::import::IMPORT), "get", [name], outer)
}

/// A continuation that waits for the maker to be imported.
struct Inner(Option<Box<Then>>);

impl crate::native::Payload for Inner {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.0.iter().flat_map(|it| &it.values).for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        64
    }
}

/// A promise that is settled when the bytes have gone out.
fn write(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let bytes = bytes_of(cx, args[0])?;
    let to = resource(cx, this, &BYTE_OUT);
    done(start(cx, Job::Write { to, bytes }, this, |_, _, _| Ok(Value::NULL))?)
}

fn close_output(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let resource = resource(cx, this, &BYTE_OUT);
    cx.powers.close(resource);
    done(Value::NULL)
}

fn print_output(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let name = cx.heap.fields(this, &BYTE_OUT).map_or(Value::NULL, |it| it[1]);
    write_pieces(cx, args[0], vec![crate::data::text::text_of(cx, name).to_string().into()])
}
