//! Quasi-parsers. Here is the simple one: text with holes, filled and matched as it stands.

use crate::cx::Cx;
use crate::data::list::paid_items;
use crate::data::template::{Part, cut, match_simple};
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Payload, Stamps, Then, done};
use crate::natives;
use crate::print::{Piece, to_text, to_text_of};
use crate::problem::Exit;
use crate::value::{Obj, Value, View};
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::sync::Arc;

/// `simple__quasiParser`
pub static SIMPLE: Class = Class::new(
    "simple__quasiParser",
    "<simple__quasiParser>",
    natives!["valueMaker"(Text) => value_maker, "matchMaker"(Text) => match_maker],
)
.stamps(Stamps::DEEP_FROZEN);

/// Field: the template.
pub(crate) static VALUE_MAKER: Class = Class::new(
    "simpleValueMaker",
    "<simpleValueMaker>",
    natives!["substitute"(List) => substitute, "__optUncall"() => uncall_value_maker],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::DEEP_FROZEN));

/// Field: the template.
pub(crate) static MATCH_MAKER: Class = Class::new(
    "simpleMatchMaker",
    "<simpleMatchMaker>",
    natives!["matchBind"(List, Any, Any) => match_bind, "__optUncall"() => uncall_match_maker],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::DEEP_FROZEN));

/// A value as bare text, for natives that need it as a step of theirs.
pub static TO_TEXT: Class =
    Class::new("toText", "<toText>", natives!["run"(Any) => bare]).stamps(Stamps::DEEP_FROZEN);

fn bare(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    to_text(cx, args[0])
}

/// Templates that were cut lately, by the strings they were cut from: that of a quasi-literal is always the same one.
#[derive(Default)]
pub(crate) struct Templates {
    cut: FxHashMap<Obj, Template>,
    /// What is being written, kept for the next time.
    scratch: String,
}

struct Template {
    parts: Arc<[Part]>,
    /// Its value maker, once somebody asked for that.
    maker: Value,
}

/// More are forgotten all at once.
const TEMPLATES: usize = 64;
/// Longer ones are not kept.
const LONG: usize = 1024;

impl Templates {
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for (text, it) in &self.cut {
            visit((*text).into());
            visit(it.maker);
        }
    }
    fn get(&mut self, text: Value) -> Option<&mut Template> {
        self.cut.get_mut(&text.as_obj()?)
    }
}

fn template(cx: &mut Cx, this: Value) -> Result<Arc<[Part]>, Exit> {
    let template = cx.heap.as_native(this).and_then(|it| it.fields.first().copied()).unwrap_or(Value::NULL);
    let template = cx.near(template);
    parts_of(cx, template)
}

/// The pieces of a template.
fn parts_of(cx: &mut Cx, template: Value) -> Result<Arc<[Part]>, Exit> {
    if let Some(it) = cx.templates.get(template) {
        return Ok(it.parts.clone());
    }
    let text = text_of(cx, template);
    cx.charge(text.len() as u64 / 16)?;
    let parts: Arc<[Part]> = cut(&text).map_err(|why| cx.throw(why))?.into();
    if text.len() > LONG {
        return Ok(parts);
    }
    if cx.templates.cut.len() >= TEMPLATES {
        cx.templates.cut.clear();
    }
    if let Some(at) = template.as_obj() {
        cx.templates.cut.insert(at, Template { parts: parts.clone(), maker: Value::NULL });
    }
    Ok(parts)
}

fn value_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let bare = cx.heap.has_no_spans();
    if bare
        && let Some(it) = cx.templates.get(args[0])
        && !it.maker.is_null()
    {
        return done(it.maker);
    }
    let maker = cx.heap.native(&VALUE_MAKER, [args[0]]);
    let parts = template(cx, maker)?;
    if parts.iter().any(|it| matches!(it, Part::Pattern(_))) {
        return Err(cx.throw("at-holes not allowed in quasi-literal expression"));
    }
    if bare && let Some(it) = cx.templates.get(args[0]) {
        it.maker = maker;
    }
    done(maker)
}

/// Is it a text with holes for values only?
pub(crate) fn is_plain_template(text: &str) -> bool {
    cut(text).is_ok_and(|parts| !parts.iter().any(|it| matches!(it, Part::Pattern(_))))
}

/// What a quasi-literal gives, if its values are plain; otherwise [`value_maker_of`] its template is to be asked.
pub(crate) fn fill(cx: &mut Cx, text: Value, values: &[Value]) -> Result<Option<Value>, Exit> {
    let parts = parts_of(cx, text)?;
    plain(cx, &parts, values)
}

/// The value maker of a text that [`is_plain_template`].
pub(crate) fn value_maker_of(cx: &mut Cx, text: Value) -> Value {
    cx.heap.native(&VALUE_MAKER, [text])
}

fn match_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let maker = cx.heap.native(&MATCH_MAKER, [args[0]]);
    template(cx, maker)?;
    done(maker)
}

fn uncall(cx: &mut Cx, this: Value, verb: &str) -> Outcome {
    let fields: Vec<Value> = cx.heap.as_native(this).map(|it| it.fields.clone()).unwrap_or_default();
    crate::data::list::portrayal(cx, Value::of(&SIMPLE), verb, &fields)
}

fn uncall_value_maker(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall(cx, this, "valueMaker")
}

fn uncall_match_maker(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    uncall(cx, this, "matchMaker")
}

fn substitute(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (parts, values) = (template(cx, this)?, paid_items(cx, args[0])?);
    if let Some(text) = plain(cx, &parts, &values)? {
        return done(text);
    }
    let mut pieces = Vec::with_capacity(parts.len());
    for it in &*parts {
        pieces.push(match it {
            Part::Text(text) => text.clone().into(),
            Part::Value(at) => match values.get(*at) {
                Some(it) => Piece::Bare(*it),
                None => return Err(cx.throw(format!("there is no value for ${{{at}}}"))),
            },
            Part::Pattern(_) => continue,
        });
    }
    to_text_of(cx, pieces)
}

/// The text if all values are numbers, characters or strings.
fn plain(cx: &mut Cx, parts: &[Part], values: &[Value]) -> Result<Option<Value>, Exit> {
    if !cx.heap.has_no_spans() {
        return Ok(None);
    }
    let mut out = std::mem::take(&mut cx.templates.scratch);
    out.clear();
    let written = write_plain(cx, parts, values, &mut out);
    let made = match written {
        true => cx
            .charge(parts.len() as u64)
            .and_then(|()| cx.reserve(out.len() as u64))
            .map(|()| Some(cx.heap.text(&*out))),
        false => Ok(None),
    };
    cx.templates.scratch = if out.capacity() > LONG { String::new() } else { out };
    made
}

/// Writes text and values, if all of these are numbers, characters or strings and there is room.
fn write_plain(cx: &Cx, parts: &[Part], values: &[Value], out: &mut String) -> bool {
    for it in parts {
        match it {
            Part::Text(text) => out.push_str(text),
            Part::Value(at) => {
                let Some(value) = values.get(*at).map(|it| cx.near(*it)) else { return false };
                match (value.view(), cx.heap.as_text(value)) {
                    (View::Int(it), _) => _ = write!(out, "{it}"),
                    (View::Char(it), _) => out.push(it),
                    (_, Some(text)) => {
                        let room = cx.heap.has_room((out.len() + text.len()) as u64);
                        if !room {
                            return false;
                        }
                        out.push_str(text);
                    }
                    _ => return false,
                }
            }
            Part::Pattern(_) => {}
        }
    }
    true
}

/// A match whose values are being written as text.
#[derive(Default)]
struct Matching {
    values: Vec<Value>,
    texts: Vec<String>,
}

impl Payload for Matching {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.values.iter().for_each(|it| visit(*it));
    }
    fn bytes(&self) -> u64 {
        16 * self.values.len() as u64 + self.texts.iter().map(|it| it.len() as u64).sum::<u64>()
    }
}

/// `matchMaker.matchBind(values, specimen, ejector)`
fn match_bind(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let values = paid_items(cx, args[0])?.to_vec();
    let then = Then::new(write_value, [this, args[2]])
        .with_state(Box::new(Matching { values, texts: Vec::new() }))
        .at(specimen_coerced);
    cx.call_then(Value::of(&crate::guard::scalar::STRING), "coerce", [args[1], args[2]], then)
}

fn specimen_coerced(cx: &mut Cx, mut then: Box<Then>, specimen: Value) -> Outcome {
    then.values.push(specimen);
    write_next(cx, then)
}

fn write_next(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let Some(state) = then.state::<Matching>() else { return Err(cx.throw("lost a match")) };
    if let Some(value) = state.values.get(state.texts.len()).copied() {
        return cx.call_then(Value::of(&TO_TEXT), "run", [value], then.at(write_value));
    }
    let texts = std::mem::take(&mut state.texts);
    let [this, ejector, specimen] = then.values[..] else { return Err(cx.throw("lost a match")) };
    let (parts, specimen) = (template(cx, this)?, text_of(cx, specimen));
    cx.reserve(specimen.len() as u64)?;
    match match_simple(&parts, &texts, &specimen) {
        Ok(found) => {
            let found: Vec<Value> = found.into_iter().map(|it| cx.heap.text(it)).collect();
            let list = cx.heap.list(found);
            done(list)
        }
        Err(why) => cx.eject(ejector, why),
    }
}

fn write_value(cx: &mut Cx, mut then: Box<Then>, text: Value) -> Outcome {
    let text = text_of(cx, text).to_string();
    if let Some(state) = then.state::<Matching>() {
        state.texts.push(text);
    }
    write_next(cx, then)
}
