//! `<import:text.makeRegex>`: regular expressions whose pattern is known only when the program runs.
//!
//! The time a search takes grows with the text and never explodes: nothing backtracks. Places are counted in
//! characters, as everywhere in E.

use super::bytes::{text_value, texts_value};
use crate::cx::Cx;
use crate::data::map::from_pairs;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Payload, Stamps, done};
use crate::natives;
use crate::print::write_pieces;
use crate::problem::Exit;
use crate::value::Value;
use regex::{Captures, Regex, RegexBuilder};
use std::sync::Arc;

/// `<import:text.makeRegex>`
pub static MAKE_REGEX: Class =
    Class::new("makeRegex", "<makeRegex>", natives!["run"(Text) => make, "quote"(Text) => quote])
        .fqn("text.makeRegex")
        .stamps(Stamps::DEEP_FROZEN);

/// Field: the pattern. Payload: the same, compiled.
pub(crate) static REGEX: Class = Class::new(
    "Regex",
    "<Regex>",
    natives![
        "matches"(Text) => matches,
        "isIn"(Text) => is_in,
        "find"(Text) => find,
        "findAll"(Text) => find_all,
        "split"(Text) => split,
        "replaceAll"(Text, Text) => replace_all,
        "getPattern"() => get_pattern,
        "__optUncall"() => opt_uncall,
        "__printOn"(Any) => print_on,
    ],
)
.fqn("text.Regex")
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::DEEP_FROZEN).and(Stamps::PASS_BY_COPY));

pub(crate) struct Compiled(Regex);

impl Payload for Compiled {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        64 * self.0.as_str().len() as u64
    }
    fn copy(&self, _: &mut dyn FnMut(Value) -> Value) -> Option<Box<dyn Payload>> {
        Some(Box::new(Compiled(self.0.clone())))
    }
}

impl crate::store::Saved for Compiled {
    fn save(&self, out: &mut crate::store::Writer) {
        out.text(self.0.as_str());
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        match RegexBuilder::new(from.text()?).size_limit(1 << 20).build() {
            Ok(it) => Ok(Compiled(it)),
            Err(_) => Err(crate::store::Damage("a pattern is not a regular expression")),
        }
    }
}

/// The pattern of a regular expression object.
pub(crate) fn pattern_of(cx: &Cx, regex: Value) -> Option<Arc<str>> {
    cx.heap.fields(regex, &REGEX).map(|it| Arc::from(&*text_of(cx, it[0])))
}

fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let pattern = text_of(cx, args[0]);
    cx.charge(pattern.len() as u64 * 16)?;
    match RegexBuilder::new(&pattern).size_limit(1 << 20).build() {
        Ok(it) => done(cx.heap.native_with(&REGEX, [args[0]], Box::new(Compiled(it)))),
        Err(why) => Err(cx.throw(format!("not a regular expression: {why}"))),
    }
}

/// The pattern that matches this text and nothing else.
fn quote(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    done(text_value(cx, regex::escape(&text))?)
}

/// The expression and the text to look through, paid for.
fn start(cx: &mut Cx, this: Value, text: Value) -> Result<(Regex, Arc<str>), Exit> {
    let Some(regex) = cx.heap.payload::<Compiled>(this).map(|it| it.0.clone()) else {
        return Err(cx.throw("lost a regular expression"));
    };
    let text: Arc<str> = Arc::from(&*text_of(cx, text));
    cx.reserve(text.len() as u64)?;
    cx.charge(text.len() as u64)?;
    Ok((regex, text))
}

/// Does the whole text match?
fn matches(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (regex, text) = start(cx, this, args[0])?;
    // Anchored on both sides: an alternative that is shorter must not win.
    let whole = RegexBuilder::new(&format!("^(?:{})$", regex.as_str())).size_limit(1 << 20).build();
    match whole {
        Ok(it) => done(it.is_match(&text)),
        Err(why) => Err(cx.throw(format!("not a regular expression: {why}"))),
    }
}

fn is_in(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (regex, text) = start(cx, this, args[0])?;
    done(regex.is_match(&text))
}

/// Counts characters up to ascending places in a text.
struct Counter<'a> {
    text: &'a str,
    byte: usize,
    characters: i64,
}

impl Counter<'_> {
    fn at(&mut self, byte: usize) -> i64 {
        self.characters += self.text[self.byte..byte].chars().count() as i64;
        self.byte = byte;
        self.characters
    }
}

/// `["start" => 3, "end" => 7, "text" => "…", "groups" => […], "named" => […]]`
fn found(cx: &mut Cx, regex: &Regex, counter: &mut Counter<'_>, it: &Captures<'_>) -> Result<Value, Exit> {
    let whole = it.get_match();
    cx.reserve(whole.len() as u64 + 256)?;
    let (start, end) = (counter.at(whole.start()), counter.at(whole.end()));
    let group = |cx: &mut Cx, it: Option<regex::Match<'_>>| match it {
        Some(it) => text_value(cx, it.as_str().to_string()),
        None => Ok(Value::NULL),
    };
    let mut groups = Vec::new();
    for it in it.iter().skip(1) {
        groups.push(group(cx, it)?);
    }
    let mut named = Vec::new();
    for name in regex.capture_names().flatten() {
        let value = group(cx, it.name(name))?;
        named.push((cx.heap.text(name), value));
    }
    let text = text_value(cx, whole.as_str().to_string())?;
    let values = [start.into(), end.into(), text, cx.heap.list(groups), from_pairs(cx, &named)];
    let keys = ["start", "end", "text", "groups", "named"].map(|it| cx.heap.text(it));
    let pairs: Vec<(Value, Value)> = keys.into_iter().zip(values).collect();
    Ok(from_pairs(cx, &pairs))
}

/// The first place that matches, or null.
fn find(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (regex, text) = start(cx, this, args[0])?;
    let mut counter = Counter { text: &text, byte: 0, characters: 0 };
    match regex.captures(&text) {
        Some(it) => done(found(cx, &regex, &mut counter, &it)?),
        None => done(Value::NULL),
    }
}

fn find_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (regex, text) = start(cx, this, args[0])?;
    let mut counter = Counter { text: &text, byte: 0, characters: 0 };
    let mut all = Vec::new();
    for it in regex.captures_iter(&text) {
        cx.charge(16)?;
        all.push(found(cx, &regex, &mut counter, &it)?);
    }
    done(cx.heap.list(all))
}

fn split(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (regex, text) = start(cx, this, args[0])?;
    done(texts_value(cx, regex.split(&text))?)
}

/// `$1` and `${name}` in the template stand for what a group matched, `$$` for a dollar sign.
fn replace_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (regex, text) = start(cx, this, args[0])?;
    let template = text_of(cx, args[1]);
    let (mut out, mut last) = (String::new(), 0);
    for it in regex.captures_iter(&text) {
        let whole = it.get_match();
        let before = out.len();
        out.push_str(&text[last..whole.start()]);
        it.expand(&template, &mut out);
        last = whole.end();
        cx.reserve((out.len() - before) as u64 + 16)?;
    }
    out.push_str(&text[last..]);
    done(text_value(cx, out)?)
}

fn get_pattern(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.fields(this, &REGEX).map_or(Value::NULL, |it| it[0]))
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let pattern = cx.heap.fields(this, &REGEX).map_or(Value::NULL, |it| it[0]);
    crate::data::list::portrayal(cx, Value::of(&MAKE_REGEX), "run", &[pattern])
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let pattern = cx.heap.payload::<Compiled>(this).map(|it| it.0.to_string()).unwrap_or_default();
    write_pieces(cx, args[0], vec![format!("<Regex {pattern}>").into()])
}
