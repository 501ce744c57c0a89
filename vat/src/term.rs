//! Term trees: a tag, perhaps data, and arguments, as in ``term`transfer(purse("alice"), 5)` ``.
//!
//! A term is selfless: it is what it is made of. Its parts may be anything; the guard `Term` accepts those that
//! are terms all the way down. The quasi-parser that reads and matches them is in `quasi`.

mod fill;
pub(crate) mod guard;
mod matching;
pub(crate) mod quasi;
mod syntax;
pub(crate) mod tag;

pub use guard::{TERM_GUARD, TERM_OF};
pub use quasi::TERM_PARSER;
pub use tag::{ASTRO_TAG, MAKE_TAG};

use crate::cx::Cx;
use crate::data::list::{items, portrayal};
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::Problem;
use crate::value::{Value, View};
use std::sync::Arc;

/// What a thing made of others promises.
const MADE: Stamps =
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE);

/// `<import:org.quasiliteral.term.makeTerm>`
pub static MAKE_TERM: Class = Class::new(
    "makeTerm",
    "<makeTerm>",
    natives!["run"(Any, Any, Any, List) => make_term, "asType"() => as_type],
)
.fqn("org.quasiliteral.term.makeTerm")
.stamps(Stamps::DEEP_FROZEN);

/// Fields: tag, data, source span or null, list of arguments.
pub static TERM: Class = Class::new(
    "term",
    "term",
    natives![
        "getTag"() => get_tag,
        "getData"() => get_data,
        "getOptData"() => get_data,
        "getOptString"() => get_opt_string,
        "getOptSpan"() => get_opt_span,
        "getArgs"() => get_args,
        "getTerms"() => get_terms,
        "withoutArgs"() => without_args,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.quasiliteral.term.makeTerm$term")
.stamps(MADE);

/// A term's parts.
#[derive(Clone)]
struct Parts {
    tag: Value,
    data: Value,
    span: Value,
    args: Arc<[Value]>,
}

/// The parts of a term, if it is one.
fn parts(cx: &Cx, value: Value) -> Option<Parts> {
    match cx.heap.fields(cx.near(value), &TERM)? {
        &[tag, data, span, args] => Some(Parts { tag, data, span, args: items(cx, args) }),
        _ => None,
    }
}

fn is_term(cx: &Cx, value: Value) -> bool {
    cx.heap.fields(cx.near(value), &TERM).is_some()
}

/// A term whose parts are known to fit.
fn term(cx: &mut Cx, tag: Value, data: Value, args: impl Into<Arc<[Value]>>) -> Value {
    let args = cx.heap.list(args);
    cx.heap.native(&TERM, [tag, data, Value::NULL, args])
}

/// `foo`, without data or arguments.
fn leaf_tag(cx: &mut Cx, name: &str) -> Value {
    let tag = tag::plain(cx, name);
    term(cx, tag, Value::NULL, [])
}

/// A number, a character or a string, under the tag of its type.
fn leaf_data(cx: &mut Cx, data: Value) -> Option<Value> {
    let tag = tag::of_data(cx, data)?;
    Some(term(cx, tag, data, []))
}

/// `makeTerm(tag, data, optSpan, args)`
fn make_term(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let &[tag, data, span, ref list] = args else { return done(Value::NULL) };
    let Some(it) = tag::parts(cx, tag) else {
        let problem = crate::coerce::failure(cx, tag, "AstroTag");
        return Err(cx.throw(problem));
    };
    let is_span = cx.class_of(cx.near(span)).is_some_and(|it| it.name == "SourceSpan");
    if !cx.near(span).is_null() && !is_span {
        return Err(cx.throw("must be null"));
    }
    let list = crate::data::list::paid_items(cx, *list)?;
    let list = cx.heap.list(list);
    let then = Then::new(
        |cx, then, data| {
            let [tag, span, args] = then.values[..] else { return done(Value::NULL) };
            let term = cx.heap.native(&TERM, [tag, data, span, args]);
            done(term)
        },
        [cx.near(tag), span, list],
    );
    cx.call_then(it.guard, "coerce", [data, Value::NULL], then)
}

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&TERM_GUARD))
}

fn field(cx: &Cx, this: Value, at: usize) -> Value {
    cx.heap.fields(this, &TERM).and_then(|it| it.get(at).copied()).unwrap_or(Value::NULL)
}

fn get_tag(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

fn get_data(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 1))
}

/// The data if it is a string, else null.
fn get_opt_string(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let data = cx.near(field(cx, this, 1));
    done(if cx.heap.as_text(data).is_some() { data } else { Value::NULL })
}

fn get_opt_span(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 2))
}

fn get_args(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 3))
}

/// A term is a sequence of one.
fn get_terms(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let list = cx.heap.list([this]);
    done(list)
}

fn without_args(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let bare = functor(cx, this);
    done(bare)
}

/// The term without its arguments.
fn functor(cx: &mut Cx, this: Value) -> Value {
    let Some(it) = parts(cx, this).filter(|it| !it.args.is_empty()) else { return this };
    let empty = cx.heap.list([]);
    cx.heap.native(&TERM, [it.tag, it.data, it.span, empty])
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields: Vec<Value> = cx.heap.fields(this, &TERM).unwrap_or_default().to_vec();
    portrayal(cx, Value::of(&MAKE_TERM), "run", &fields)
}

/// How terms, tags and their guards print; a term says that it is one when it is quoted.
pub fn pieces(cx: &Cx, class: &'static Class, value: Value, quoting: bool) -> Option<Vec<Piece>> {
    if !std::ptr::eq(class, &TERM) {
        return tag::pieces(cx, value)
            .or_else(|| guard::pieces(cx, value))
            .or_else(|| quasi::pieces(cx, value, quoting));
    }
    let mut pieces = Vec::new();
    if quoting {
        pieces.push(Piece::from("term`"));
    }
    write(cx, &parts(cx, value)?, &mut pieces);
    if quoting {
        pieces.push("`".into());
    }
    Some(pieces)
}

fn write(cx: &Cx, it: &Parts, pieces: &mut Vec<Piece>) {
    let name = tag::name(cx, it.tag);
    match &*name {
        ".bag." if it.data.is_null() => return listed(cx, "{", &it.args, "}", pieces),
        ".tuple." if it.data.is_null() => return listed(cx, "[", &it.args, "]", pieces),
        ".attr." => {
            if let [body] = it.args[..]
                && let Some(body) = parts(cx, body)
                && let [value] = body.args[..]
            {
                pieces.push(tag::name(cx, body.tag).to_string().into());
                pieces.push(": ".into());
                return pieces.push(Piece::Bare(value));
            }
        }
        _ => {}
    }
    if tag::name_for(cx, it.data) != Some(&*name) {
        pieces.push(name.to_string().into());
    }
    if !matches!(it.data.view(), View::Null) {
        pieces.push(Piece::Quoted(it.data));
    }
    if !it.args.is_empty() {
        listed(cx, "(", &it.args, ")", pieces);
    }
}

fn listed(cx: &Cx, left: &'static str, args: &[Value], right: &'static str, pieces: &mut Vec<Piece>) {
    pieces.push(left.into());
    for (at, it) in args.iter().enumerate() {
        if at > 0 {
            pieces.push(", ".into());
        }
        pieces.push(if is_term(cx, *it) { Piece::Bare(*it) } else { Piece::Quoted(*it) });
    }
    pieces.push(right.into());
}

/// A value as a term: terms are themselves, numbers and characters data, a string names a tag.
fn coerced(cx: &mut Cx, value: Value, tag: Option<&str>) -> Result<Value, Box<Problem>> {
    let value = cx.near(value);
    let made = match value.view() {
        _ if is_term(cx, value) => Some(value),
        View::Null => Some(leaf_tag(cx, "null")),
        View::Bool(it) => Some(leaf_tag(cx, if it { "true" } else { "false" })),
        _ => match cx.heap.text_in(value) {
            Some(name) if tag != Some(".String.") => Some(leaf_tag(cx, &name)),
            _ => leaf_data(cx, value),
        },
    };
    let Some(made) = made else {
        return Err(Box::new(Problem::new("not a Term: ").value(value)));
    };
    match tag {
        Some(wanted) if *tag::name_of_term(cx, made) != *wanted => {
            Err(Box::new(Problem::new("not tagged ").text(wanted).text(": ").value(made)))
        }
        _ => Ok(made),
    }
}
