//! Twines: strings that remember where their characters came from.
//!
//! The spans of a string lie beside its cell, in the heap's table of spans, so that a string without any weighs
//! nothing more. Here is what becomes of them when strings are cut, joined and replaced, and the verbs that show
//! them. Two twines are the same only if their spans are; `:String` gives the bare string.

use super::list::{self, paid_items, portrayal};
use super::source_span::Span;
use super::text::{length, text_of};
use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::{Obj, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A run of characters and where it came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// How many characters.
    pub size: usize,
    pub span: Option<Span>,
}

/// What is known about a string with spans.
pub struct Spans {
    /// At least one of them has a span; none is empty; two that touch are one.
    pub parts: Arc<[Part]>,
    /// The same string without spans.
    pub bare: Value,
}

/// The spans of a heap's strings, by their cells.
pub type SpanTable = FxHashMap<Obj, Spans>;

/// What a table entry weighs.
pub fn weight(parts: &[Part]) -> u64 {
    96 + 96 * parts.len() as u64
}

/// The parts of a string: of a bare one, itself whole.
pub fn parts_of(cx: &Cx, value: Value) -> Arc<[Part]> {
    match cx.heap.spans(value) {
        Some(it) => it.parts.clone(),
        None => match length(&text_of(cx, value)) {
            0 => Arc::new([]),
            size => Arc::new([Part { size, span: None }]),
        },
    }
}

/// Does a string know where any of it came from?
pub fn has_spans(cx: &Cx, value: Value) -> bool {
    cx.heap.spans(value).is_some()
}

/// Parts as they are kept: none empty, none that could be one with its neighbour.
fn tidy(parts: impl IntoIterator<Item = Part>) -> Vec<Part> {
    let mut tidy: Vec<Part> = Vec::new();
    for it in parts.into_iter().filter(|it| it.size > 0) {
        match (tidy.last_mut(), &it.span) {
            (Some(Part { size, span: None }), None) => *size += it.size,
            (Some(Part { size, span: Some(span) }), Some(next)) if span.touches(next) => {
                *size += it.size;
                span.end = next.end;
            }
            _ => tidy.push(it),
        }
    }
    tidy
}

/// Lays parts beside a freshly made string.
pub fn attach(cx: &mut Cx, text: Value, parts: impl IntoIterator<Item = Part>) -> Result<Value, Exit> {
    let parts = tidy(parts);
    if parts.iter().all(|it| it.span.is_none()) {
        return Ok(text);
    }
    cx.reserve(weight(&parts))?;
    let own = text_of(cx, text);
    let twine = cx.heap.text(own);
    cx.heap.set_spans(twine, Spans { parts: parts.into(), bare: text });
    Ok(twine)
}

/// The parts from one character to before another.
fn cut(parts: &[Part], start: usize, bound: usize) -> Vec<Part> {
    let mut taken = Vec::new();
    let mut at = 0;
    for it in parts {
        let (from, to) = (start.max(at), bound.min(at + it.size));
        if from < to {
            let span = it.span.as_ref().map(|span| span.slice(from - at, to - at));
            taken.push(Part { size: to - from, span });
        }
        at += it.size;
    }
    taken
}

/// Gives `slice`, the characters from `start` to before `bound` of `whole`, their spans.
pub fn sliced(
    cx: &mut Cx,
    whole: Value,
    (start, bound): (usize, usize),
    slice: Value,
) -> Result<Value, Exit> {
    match cx.heap.spans(whole).map(|it| cut(&it.parts, start, bound)) {
        Some(parts) => attach(cx, slice, parts),
        None => Ok(slice),
    }
}

/// Gives `sum`, which is `strings` one after the other, their spans.
pub fn joined(cx: &mut Cx, strings: &[Value], sum: Value) -> Result<Value, Exit> {
    if cx.heap.has_no_spans() || !strings.iter().any(|it| has_spans(cx, *it)) {
        return Ok(sum);
    }
    let mut parts = Vec::new();
    for it in strings {
        parts.extend(parts_of(cx, *it).iter().cloned());
        cx.charge(1)?;
    }
    attach(cx, sum, parts)
}

/// Gives a text that was made of `source`, character by character if as long, where `source` came from.
pub fn infected(cx: &mut Cx, source: Value, made: Value) -> Result<Value, Exit> {
    if !has_spans(cx, source) {
        return Ok(made);
    }
    let parts = parts_of(cx, source);
    let size = length(&text_of(cx, made));
    if parts.iter().map(|it| it.size).sum::<usize>() == size {
        return attach(cx, made, parts.iter().cloned());
    }
    let span = cover(&parts).map(|it| it.blob());
    attach(cx, made, [Part { size, span }])
}

/// The span that covers all of some parts; `None` if one has none, or they come from different texts.
fn cover(parts: &[Part]) -> Option<Span> {
    let (first, rest) = parts.split_first()?;
    rest.iter().try_fold(first.span.clone()?, |span, it| span.cover(it.span.as_ref()?))
}

/// `twine.replaceAll(old, new)` where spans have to be kept: what is new comes from where it says, or else from
/// what it replaces.
pub fn replaced(cx: &mut Cx, this: Value, old: &str, new: Value, result: Value) -> Result<Value, Exit> {
    if !has_spans(cx, this) && !has_spans(cx, new) {
        return Ok(result);
    }
    let (text, parts, new_parts) = (text_of(cx, this), parts_of(cx, this), parts_of(cx, new));
    let old_size = length(old);
    let (mut kept, mut at, mut byte) = (Vec::new(), 0, 0);
    for (found, _) in text.match_indices(old) {
        let start = at + length(&text[byte..found]);
        cx.charge(1 + parts.len() as u64)?;
        kept.extend(cut(&parts, at, start));
        let replaced = cut(&parts, start, start + old_size);
        if new_parts.iter().any(|it| it.span.is_some()) {
            kept.extend(new_parts.iter().cloned());
        } else {
            let size = new_parts.iter().map(|it| it.size).sum();
            kept.push(Part { size, span: cover(&replaced).map(|it| it.blob()) });
        }
        at = start + old_size;
        byte = found + old.len();
    }
    let size = at + length(&text[byte..]);
    kept.extend(cut(&parts, at, size));
    attach(cx, result, kept)
}

// The verbs.

/// `string.asFrom(uri)`: each line comes from that line of the text at `uri`.
pub fn as_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (text, uri): (_, Arc<str>) = (text_of(cx, this), text_of(cx, args[0]).into());
    let mut parts = Vec::new();
    for (line, it) in text.split_inclusive('\n').enumerate() {
        cx.reserve(weight(&[]))?;
        let (line, size) = (line as i64 + 1, length(it));
        let span =
            Span { uri: uri.clone(), one_to_one: true, start: (line, 0), end: (line, size as i64 - 1) };
        parts.push(Part { size, span: Some(span) });
    }
    let bare = bare_of(cx, this);
    let twine = attach(cx, bare, parts)?;
    done(twine)
}

/// The string without spans.
fn bare_of(cx: &Cx, this: Value) -> Value {
    cx.heap.spans(this).map_or(this, |it| it.bare)
}

/// `twine.bare()`
pub fn bare(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(bare_of(cx, this))
}

/// `twine.isBare()`
pub fn is_bare(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(!has_spans(cx, this))
}

/// `twine.getOptSpan()`: the span of all of it, or null.
pub fn get_opt_span(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match cover(&parts_of(cx, this)) {
        Some(span) => done(span.object(cx)),
        None => done(Value::NULL),
    }
}

/// The parts of a string as strings, each with where in it it starts and ends.
fn runs(cx: &mut Cx, this: Value) -> Result<Vec<(usize, Value, Part)>, Exit> {
    let (text, parts) = (text_of(cx, this), parts_of(cx, this));
    if let [whole] = &*parts {
        return Ok(vec![(0, this, whole.clone())]);
    }
    cx.reserve(text.len() as u64 + weight(&parts))?;
    let mut characters = text.chars();
    let mut runs = Vec::new();
    let mut at = 0;
    for it in &*parts {
        let run: String = characters.by_ref().take(it.size).collect();
        let run = cx.heap.text(run);
        let run = attach(cx, run, [it.clone()])?;
        runs.push((at, run, it.clone()));
        at += it.size;
    }
    Ok(runs)
}

/// `twine.getParts()`: the longest runs that are bare or come from one place.
pub fn get_parts(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let parts: Vec<Value> = runs(cx, this)?.into_iter().map(|it| it.1).collect();
    let list = cx.heap.list(parts);
    done(list)
}

/// `twine.getSourceMap()`: a pair `[[start, bound], span]` for each run that has a span.
pub fn get_source_map(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let mut pairs = Vec::new();
    for (at, _, part) in runs(cx, this)? {
        let Some(span) = part.span else { continue };
        let place = cx.heap.list([Value::from(at as i64), Value::from((at + part.size) as i64)]);
        let span = span.object(cx);
        pairs.push(cx.heap.list([place, span]));
    }
    let list = cx.heap.list(pairs);
    done(list)
}

/// `twine.infect(other)`: `other`, as coming from where this does.
pub fn infect(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = length(&text_of(cx, args[0]));
    let span = cover(&parts_of(cx, this)).map(|it| it.blob());
    let bare = bare_of(cx, args[0]);
    let twine = attach(cx, bare, [Part { size, span }])?;
    done(twine)
}

/// `twine.infect(other, oneToOne)`: character by character, if so.
pub fn infect_one_to_one(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if args[1] != Value::TRUE {
        return infect(cx, this, &args[..1]);
    }
    let (own, other) = (length(&text_of(cx, this)), length(&text_of(cx, args[0])));
    if own != other {
        return Err(cx.throw(format!("infect: a {own} and a {other} size string are not one-to-one")));
    }
    let parts = parts_of(cx, this);
    let bare = bare_of(cx, args[0]);
    let twine = attach(cx, bare, parts.iter().cloned())?;
    done(twine)
}

/// A bare string portrays itself to nobody; a twine says what it was made of.
pub fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    if !has_spans(cx, this) {
        return done(Value::NULL);
    }
    let runs = runs(cx, this)?;
    if let [(_, _, Part { span: Some(span), .. })] = &runs[..] {
        let (bare, span) = (bare_of(cx, this), span.object(cx));
        return portrayal(cx, Value::of(&MAKE_TWINE), "fromString", &[bare, span]);
    }
    let parts: Vec<Value> = runs.into_iter().map(|it| it.1).collect();
    let parts = cx.heap.list(parts);
    portrayal(cx, Value::of(&MAKE_TWINE), "fromParts", &[parts])
}

/// `__makeTwine`
pub static MAKE_TWINE: Class = Class::new(
    "makeTwine",
    "<makeTwine>",
    natives![
        "fromValuesOf"(Any) => from_values_of,
        "fromParts"(List) => from_parts,
        "fromString"(Text, Any) => from_string,
        "asType"() => as_type,
    ],
)
.fqn("org.erights.e.elib.tables.makeTwine")
.stamps(Stamps::DEEP_FROZEN);

fn as_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::scalar::TWINE))
}

/// The string of the characters that something goes through.
fn from_values_of(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    list::collect_values_then(cx, args[0], &[], |cx, then, _| {
        let mut text = String::new();
        for it in list::collected(cx, then.values[0]) {
            match cx.near(it).as_char() {
                Some(it) => text.push(it),
                None => {
                    let problem = crate::coerce::failure(cx, it, "char");
                    return Err(cx.throw(problem));
                }
            }
        }
        cx.reserve(text.len() as u64)?;
        let text = cx.heap.text(text);
        done(text)
    })
}

fn from_parts(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (mut text, parts) = (String::new(), paid_items(cx, args[0])?);
    for it in &*parts {
        match cx.heap.as_text(*it) {
            Some(it) => text.push_str(it),
            None => return Err(cx.throw(Problem::new("not a Twine: ").value(*it))),
        }
        cx.charge(1)?;
        if !cx.heap.has_room(text.len() as u64) {
            cx.reserve(text.len() as u64)?;
        }
    }
    cx.reserve(text.len() as u64)?;
    let sum = cx.heap.text(text);
    let twine = joined(cx, &parts, sum)?;
    done(twine)
}

/// `__makeTwine.fromString(string, span)`; a null span gives the bare string.
fn from_string(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let bare = bare_of(cx, args[0]);
    if args[1].is_null() {
        return done(bare);
    }
    let Some(span) = Span::of(cx, args[1]) else {
        let problem = crate::coerce::failure(cx, args[1], "SourceSpan");
        return Err(cx.throw(problem));
    };
    let size = length(&text_of(cx, bare));
    if size == 0 {
        return Err(cx.throw("an empty twine may not have a source span"));
    }
    if !span.fits(size) {
        let problem = Problem::new("the source span, ").value(args[1]);
        return Err(cx.throw(
            problem.text(format!(", must match the size of the string, {size}, or be not one-to-one")),
        ));
    }
    let twine = attach(cx, bare, [Part { size, span: Some(span) }])?;
    done(twine)
}
