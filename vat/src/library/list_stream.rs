//! `[1, 2, 3].asStream()`, `"abc".asStream()`: what a list has, taken from its start.

use crate::cx::Cx;
use crate::data::list::length;
use crate::data::text::text_of;
use crate::guard::scalar;
use crate::native::{Class, Outcome, Then, done};
use crate::natives;
use crate::print::{Piece, write_pieces};
use crate::problem::Problem;
use crate::value::Value;

/// Field: what has not been taken, a list or a string.
pub(crate) static LIST_STREAM: Class = Class::new(
    "listStream",
    "<listStream>",
    natives![
        "getChunkType"() => get_chunk_type,
        "takeAtMost"(Any) => take_at_most,
        "close"() => close,
        "fail"(Any) => fail,
        "__printOn"(Any) => print_on,
    ],
)
.fqn("org.erights.e.elib.eio.listStream");

/// `list.asStream()`
pub fn as_stream(cx: &mut Cx, list: Value, _: &[Value]) -> Outcome {
    done(cx.heap.native(&LIST_STREAM, [list]))
}

fn left(cx: &Cx, stream: Value) -> Value {
    cx.heap.fields(stream, &LIST_STREAM).map_or(Value::NULL, |it| it[0])
}

fn leave(cx: &mut Cx, stream: Value, left: Value) {
    if let Some(fields) = cx.heap.fields_mut(stream, &LIST_STREAM) {
        fields[0] = left;
    }
}

fn get_chunk_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let is_text = cx.heap.as_text(left(cx, this)).is_some();
    done(Value::of(if is_text { &scalar::STRING } else { &scalar::CONST_LIST }))
}

/// Up to `maximum` items (`null`: all); `null` once there is nothing left.
fn take_at_most(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let list = left(cx, this);
    let size = length(cx, list) as i64;
    let maximum = if args[0].is_null() { Some(size) } else { args[0].as_int().filter(|it| *it >= 0) };
    let Some(maximum) = maximum else {
        return Err(cx.throw(Problem::new("not a number of items to take: ").value(args[0])));
    };
    if size == 0 {
        return done(Value::NULL);
    }
    fn taken(cx: &mut Cx, then: Box<Then>, chunk: Value) -> Outcome {
        let [this, list, taken, _] = then.values[..] else { return Err(cx.throw("lost a chunk")) };
        fn rest(cx: &mut Cx, then: Box<Then>, rest: Value) -> Outcome {
            leave(cx, then.values[0], rest);
            done(then.values[3])
        }
        cx.call_then(list, "run", [taken], Then::new(rest, [this, list, taken, chunk]))
    }
    let taken_to = Value::from(maximum.min(size));
    let then = Then::new(taken, [this, list, taken_to, Value::NULL]);
    cx.call_then(list, "run", [0.into(), taken_to], then)
}

fn close(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let is_text = cx.heap.as_text(left(cx, this)).is_some();
    let empty = if is_text { cx.heap.text("") } else { cx.heap.list([]) };
    leave(cx, this, empty);
    done(Value::NULL)
}

fn fail(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    close(cx, this, &[])
}

/// How much of what is left a print shows.
const ITEMS: usize = 5;
const CHARACTERS: usize = 20;

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let list = left(cx, this);
    let mut pieces: Vec<Piece> = Vec::new();
    if cx.heap.as_text(list).is_some() {
        let text = text_of(cx, list);
        let mut shown = String::new();
        let start: String = text.chars().take(CHARACTERS).collect();
        crate::data::quote::quote_string(&start, &mut shown);
        if start.len() < text.len() {
            shown.truncate(shown.len() - 1);
            shown.push_str("\\...\"");
        }
        pieces.push(shown.into());
    } else {
        let items = crate::data::list::items(cx, list);
        pieces.push("[".into());
        for (at, it) in items.iter().take(ITEMS).enumerate() {
            if at > 0 {
                pieces.push(", ".into());
            }
            pieces.push(Piece::Quoted(*it));
        }
        pieces.push(if items.len() > ITEMS { ", ...]".into() } else { "]".into() });
    }
    pieces.push(".asStream()".into());
    write_pieces(cx, args[0], pieces)
}
