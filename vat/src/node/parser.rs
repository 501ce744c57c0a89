//! The parsers of E that E programs hold: `e__quasiParser`, `epatt__quasiParser`, and what
//! `makeEParser.make(…)` gives, which reads one text after another and remembers their pragmas.

use super::read::{Reader, node};
use crate::cx::Cx;
use crate::data::source_span::Span;
use crate::data::text::text_of;
use crate::data::twine::{self, Part};
use crate::heap::Cell;
use crate::native::{Class, Outcome, Payload, Stamps, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;
use std::sync::Arc;
use syntax::{Pragmas, SyntaxError, SyntaxErrorKind};
use text_size::TextRange;

/// `e__quasiParser`, which is also `<import:org.erights.e.elang.syntax.makeEParser>`
pub static E_PARSER: Class = Class::new(
    "e__quasiParser",
    "<import:org.erights.e.elang.syntax.makeEParser>",
    natives![
        "run"(Text) => run,
        "valueMaker"(Text) => value_maker,
        "matchMaker"(Text) => value_maker,
        "xTryParse"(Text, Any) => try_parse,
        "make"(Any, Any, Any, Bool, Bool) => make,
    ],
)
.fqn("org.erights.e.elang.syntax.makeEParser")
.stamps(Stamps::DEEP_FROZEN);

/// `epatt__quasiParser`
pub static EPATT_PARSER: Class = Class::new(
    "epatt__quasiParser",
    "<epatt__quasiParser>",
    natives!["run"(Text) => pattern, "valueMaker"(Text) => pattern_maker, "matchMaker"(Text) => pattern_maker],
)
.fqn("org.erights.e.elang.syntax.epatt__quasiParser")
.stamps(Stamps::DEEP_FROZEN);

/// `<elang:syntax.makeELexer>`: holds the text that an E parser reads.
pub static MAKE_LEXER: Class = Class::new(
    "makeELexer",
    "<makeELexer>",
    natives!["make"(Text, Bool, Bool) => make_lexer, "isIdentifier"(Text) => is_identifier],
)
.fqn("org.erights.e.elang.syntax.makeELexer")
.stamps(Stamps::DEEP_FROZEN);

/// Field: the text.
pub(crate) static LEXER: Class = Class::new("ELexer", "<ELexer>", natives!["setSource"(Text) => set_source])
    .fqn("org.erights.e.elang.syntax.ELexer");

/// Field: the text that comes next, or null at the end.
pub(crate) static PARSER: Class = Class::new(
    "EParser",
    "<EParser>",
    natives!["parse"() => parse_next, "setSource"(Text) => set_source, "isEndOfFile"() => is_end_of_file],
)
.fqn("org.erights.e.elang.syntax.EParser");

/// Reading and expanding cost a little for each byte.
fn pay(cx: &mut Cx, text: &str) -> Result<(), Exit> {
    cx.charge(text.len() as u64 / 4)?;
    cx.reserve(64 * text.len() as u64)
}

/// What is wrong with a text, with the place of the first fault.
fn fault(text: &str, errors: &[SyntaxError]) -> Option<Problem> {
    let first = errors.iter().find(|it| it.kind != SyntaxErrorKind::Warning)?;
    Some(Problem::new(first.placed(text)))
}

/// What a template says where it says `$$`: a `$` that is no hole.
fn undoubled(template: &str) -> Arc<str> {
    if !template.contains("$$") && !template.contains("@@") {
        return template.into();
    }
    template.replace("$$", "$").replace("@@", "@").into()
}

/// Where the characters of a text came from, if it is a twine that knows.
struct Places {
    parts: Arc<[Part]>,
    /// The number of each part's first character.
    starts: Vec<usize>,
    /// The number of the character at each byte, unless they are the same.
    characters: Vec<u32>,
}

impl Places {
    fn of(cx: &Cx, source: Value, text: &str) -> Option<Places> {
        if !twine::has_spans(cx, source) || *text_of(cx, source) != *text {
            return None;
        }
        let parts = twine::parts_of(cx, source);
        let mut starts = Vec::with_capacity(parts.len());
        let mut at = 0;
        for it in &*parts {
            starts.push(at);
            at += it.size;
        }
        let mut characters = Vec::new();
        if !text.is_ascii() {
            for (number, it) in text.chars().enumerate() {
                characters.extend(std::iter::repeat_n(number as u32, it.len_utf8()));
            }
        }
        Some(Places { parts, starts, characters })
    }

    fn character(&self, byte: usize) -> usize {
        if self.characters.is_empty() {
            return byte;
        }
        self.characters.get(byte).or(self.characters.last()).map_or(byte, |it| *it as usize)
    }

    /// The span from one character to another.
    fn span_of(&self, first: usize, last: usize) -> Option<Span> {
        let of = |it: usize| self.starts.partition_point(|start| *start <= it).checked_sub(1);
        let (from, to) = (of(first)?, of(last)?);
        let slice = |part: usize, start: usize, bound: usize| {
            let (it, begin) = (self.parts.get(part)?, self.starts.get(part)?);
            Some(it.span.as_ref()?.slice(start.checked_sub(*begin)?, bound.checked_sub(*begin)?))
        };
        if from == to {
            return slice(from, first, last + 1);
        }
        slice(from, first, first + 1)?.cover(&slice(to, last, last + 1)?)
    }
}

/// The span object of a range of a text; null where nobody knows.
trait Spanned {
    fn span(&self, cx: &mut Cx, range: TextRange) -> Value;
}

impl Spanned for Option<Places> {
    fn span(&self, cx: &mut Cx, range: TextRange) -> Value {
        let Some(places) = self else { return Value::NULL };
        if range.is_empty() {
            return Value::NULL;
        }
        let first = places.character(usize::from(range.start()));
        let last = places.character(usize::from(range.end()) - 1);
        match places.span_of(first, last) {
            Some(it) => it.object(cx),
            None => Value::NULL,
        }
    }
}

/// How a text is read.
enum As<'a> {
    Program(&'a Pragmas),
    Template,
}

/// The node of a text and the pragmas in force at its end, or what is wrong with it.
fn read(cx: &mut Cx, source: Value, how: As<'_>) -> Result<Result<(Value, Pragmas), Problem>, Exit> {
    let text = text_of(cx, source);
    pay(cx, &text)?;
    let (parsed, text) = match how {
        As::Program(pragmas) => (syntax::parse_with(&text, pragmas), text),
        As::Template => {
            let text = undoubled(&text);
            (syntax::parse_quasi(&text), text.into())
        }
    };
    if let Some(problem) = fault(&text, &parsed.errors) {
        return Ok(Err(problem));
    }
    let places = Places::of(cx, source, &text);
    let mut spans = |cx: &mut Cx, range| places.span(cx, range);
    let mut reader = Reader { cx, program: &parsed.program, text: &text, spans: &mut spans };
    let node = reader.body(&parsed.program.body);
    Ok(Ok((node, parsed.pragmas)))
}

fn run(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match read(cx, args[0], As::Program(&Pragmas::default()))? {
        Ok((node, _)) => done(node),
        Err(problem) => Err(cx.throw(problem)),
    }
}

fn value_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match read(cx, args[0], As::Template)? {
        Ok((node, _)) => done(node),
        Err(problem) => Err(cx.throw(problem)),
    }
}

/// What cannot be read leaves through the ejector.
fn try_parse(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match read(cx, args[0], As::Program(&Pragmas::default()))? {
        Ok((node, _)) => done(node),
        Err(problem) => cx.eject(args[1], problem),
    }
}

fn pattern_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    let text = undoubled(&text);
    read_pattern(cx, args[0], &text)
}

fn pattern(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    read_pattern(cx, args[0], &text)
}

fn read_pattern(cx: &mut Cx, source: Value, text: &str) -> Outcome {
    pay(cx, text)?;
    let parsed = syntax::parse_quasi_pattern(text);
    if let Some(problem) = fault(text, &parsed.errors) {
        return Err(cx.throw(problem));
    }
    let places = Places::of(cx, source, text);
    let mut spans = |cx: &mut Cx, range| places.span(cx, range);
    let mut reader = Reader { cx, program: &parsed.program, text, spans: &mut spans };
    let node = reader.pattern(parsed.pattern);
    done(node)
}

// A parser that goes on.

pub(crate) struct InForce(Pragmas);

impl Payload for InForce {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        size_of::<Pragmas>() as u64
    }
}

impl crate::store::Saved for InForce {
    fn save(&self, out: &mut crate::store::Writer) {
        let (on, warn) = self.0.to_bits();
        out.u32(on);
        out.u32(warn);
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        Ok(InForce(Pragmas::from_bits(from.u32()?, from.u32()?)))
    }
}

/// Can a text be written as a noun or a verb without quotes?
fn is_identifier(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    use syntax::print::names::{is_identifier, is_keyword};
    let text = crate::data::text::text_of(cx, args[0]);
    done(is_identifier(&text) && !is_keyword(&text))
}

fn make_lexer(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&LEXER, [args[0]]))
}

/// `makeEParser.make(optProps, lexer, warnings, debug, onlyOneExpr)`
fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(&[text]) = cx.heap.fields(cx.near(args[1]), &LEXER) else {
        let problem = crate::coerce::failure(cx, args[1], "ELexer");
        return Err(cx.throw(problem));
    };
    done(cx.heap.native_with(&PARSER, [text], Box::new(InForce(Pragmas::default()))))
}

fn set_source(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(Cell::Native(it)) = match this.view() {
        crate::value::View::Obj(at) => Some(cx.heap.cell_mut(at)),
        _ => None,
    } && let Some(field) = it.fields.first_mut()
    {
        *field = args[0];
    }
    done(Value::NULL)
}

fn is_end_of_file(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.fields(this, &PARSER).is_none_or(|it| it[0].is_null()))
}

/// The text is read whole; after it there is nothing more.
fn parse_next(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(&[source]) = cx.heap.fields(this, &PARSER) else { return done(Value::NULL) };
    let pragmas = cx.heap.payload::<InForce>(this).map(|it| it.0).unwrap_or_default();
    if source.is_null() {
        return done(node(cx, super::kind::K::NullExpr, Value::NULL, &[]));
    }
    match read(cx, source, As::Program(&pragmas))? {
        Ok((node, pragmas)) => {
            if let Some(it) = cx.heap.payload_mut::<InForce>(this) {
                it.0 = pragmas;
            }
            set_source(cx, this, &[Value::NULL])?;
            done(node)
        }
        Err(problem) => Err(cx.throw(problem)),
    }
}
