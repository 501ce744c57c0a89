//! Source spans: where in which text some characters came from.
//!
//! A span that is *one to one* covers as many characters as the twine it describes, all on one line; any other
//! span only says between which two places the text came from.

use crate::cx::Cx;
use crate::data::list::portrayal;
use crate::data::text::text_of;
use crate::guard::scalar;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::print::Piece;
use crate::value::Value;
use std::sync::Arc;

const COPIED: Stamps =
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::DEEP_FROZEN);

/// Fields: URI, one to one, first line and column, last line and column.
pub static SOURCE_SPAN: Class = Class::new(
    "SourceSpan",
    "SourceSpan",
    natives![
        "getUri"() => get_uri,
        "isOneToOne"() => is_one_to_one,
        "getStartLine"() => get_start_line,
        "getStartCol"() => get_start_col,
        "getEndLine"() => get_end_line,
        "getEndCol"() => get_end_col,
        "notOneToOne"() => not_one_to_one,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elib.base.SourceSpan")
.stamps(COPIED);

/// `<elib:base.makeSourceSpan>`
pub static MAKE_SOURCE_SPAN: Class = Class::new(
    "makeSourceSpan",
    "<makeSourceSpan>",
    natives!["run"(Text, Bool, Int, Int, Int, Int) => make, "asType"() => as_type],
)
.fqn("org.erights.e.elib.base.makeSourceSpan")
.stamps(Stamps::DEEP_FROZEN);

/// A span, outside the heap. Lines count from 1, columns from 0; both ends are within.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    pub uri: Arc<str>,
    pub one_to_one: bool,
    /// Line and column.
    pub start: (i64, i64),
    pub end: (i64, i64),
}

impl Span {
    /// The same place, no longer character by character.
    pub fn blob(&self) -> Span {
        Span { one_to_one: false, ..self.clone() }
    }
    /// The span of some of the characters, counted from the first one.
    pub fn slice(&self, start: usize, bound: usize) -> Span {
        if !self.one_to_one {
            return self.clone();
        }
        let (line, column) = self.start;
        Span {
            uri: self.uri.clone(),
            one_to_one: true,
            start: (line, column + start as i64),
            end: (line, column + bound as i64 - 1),
        }
    }
    /// Does `next` go on, on the same line, where this one ends?
    pub fn touches(&self, next: &Span) -> bool {
        self.one_to_one
            && next.one_to_one
            && self.uri == next.uri
            && self.end.0 == next.start.0
            && self.end.1 + 1 == next.start.1
    }
    /// The span from the first place of either to the last one; `None`: they come from different texts.
    pub fn cover(&self, other: &Span) -> Option<Span> {
        if self.uri != other.uri {
            return None;
        }
        Some(Span {
            uri: self.uri.clone(),
            one_to_one: self.touches(other),
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        })
    }
    /// How many characters a span that is one to one covers.
    fn size(&self) -> i64 {
        self.end.1.saturating_sub(self.start.1).saturating_add(1)
    }
    /// Does it describe a text of so many characters?
    pub fn fits(&self, characters: usize) -> bool {
        !self.one_to_one || self.size() == characters as i64
    }
    /// As an object.
    pub fn object(&self, cx: &mut Cx) -> Value {
        let uri = cx.heap.text(self.uri.clone());
        let places = [self.start.0, self.start.1, self.end.0, self.end.1].map(Value::from);
        let [a, b, c, d] = places;
        cx.heap.native(&SOURCE_SPAN, [uri, self.one_to_one.into(), a, b, c, d])
    }
    /// The span that a span object stands for.
    pub fn of(cx: &Cx, value: Value) -> Option<Span> {
        let &[uri, one_to_one, a, b, c, d] = cx.heap.fields(value, &SOURCE_SPAN)? else { return None };
        Some(Span {
            uri: text_of(cx, uri).into(),
            one_to_one: one_to_one == Value::TRUE,
            start: (a.as_int()?, b.as_int()?),
            end: (c.as_int()?, d.as_int()?),
        })
    }
}

/// `<mint.e#:span::1:0::1:9>`
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let &[uri, one_to_one, a, b, c, d] = fields else { return None };
    if !std::ptr::eq(class, &SOURCE_SPAN) {
        return None;
    }
    let _ = cx;
    let kind = if one_to_one == Value::TRUE { "#:span::" } else { "#:blob::" };
    let colon = || Piece::from(":");
    Some(vec![
        "<".into(),
        Piece::Bare(uri),
        kind.into(),
        Piece::Bare(a),
        colon(),
        Piece::Bare(b),
        "::".into(),
        Piece::Bare(c),
        colon(),
        Piece::Bare(d),
        ">".into(),
    ])
}

fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if args[2..].iter().any(|it| it.as_int().is_none()) {
        return Err(cx.throw("a line or column of a source span is too large"));
    }
    if args[1] == Value::TRUE && args[2] != args[4] {
        return Err(cx.throw("one-to-one span must be on a single line"));
    }
    let span = cx.heap.native(&SOURCE_SPAN, args);
    done(span)
}

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&scalar::SOURCE_SPAN))
}

fn field(cx: &Cx, this: Value, at: usize) -> Outcome {
    done(cx.heap.fields(this, &SOURCE_SPAN).and_then(|it| it.get(at).copied()).unwrap_or(Value::NULL))
}

fn get_uri(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    field(cx, this, 0)
}

fn is_one_to_one(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    field(cx, this, 1)
}

fn get_start_line(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    field(cx, this, 2)
}

fn get_start_col(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    field(cx, this, 3)
}

fn get_end_line(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    field(cx, this, 4)
}

fn get_end_col(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    field(cx, this, 5)
}

fn not_one_to_one(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match Span::of(cx, this) {
        Some(span) => done(span.blob().object(cx)),
        None => done(this),
    }
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields = cx.heap.fields(this, &SOURCE_SPAN).map(<[Value]>::to_vec).unwrap_or_default();
    portrayal(cx, Value::of(&MAKE_SOURCE_SPAN), "run", &fields)
}
