//! ``term`…` ``: the quasi-parser of term trees.

use super::syntax::{Template, read};
use super::{fill, guard, matching};
use crate::cx::Cx;
use crate::data::list::{paid_items, portrayal};
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Payload, Stamps, Then, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::Problem;
use crate::value::Value;
use std::sync::Arc;

/// `term__quasiParser`
pub static TERM_PARSER: Class = Class::new(
    "term__quasiParser",
    "<term__quasiParser>",
    natives!["valueMaker"(Text) => value_maker, "matchMaker"(Text) => match_maker],
)
.stamps(Stamps::DEEP_FROZEN);

/// A template that has been read. Field: its text; the payload is its tree.
pub(crate) static QUASI_TERM: Class = Class::new(
    "quasiTerm",
    "quasiTerm",
    natives![
        "substitute"(List) => substitute,
        "matchBind"(List, Any, Any) => match_bind,
        "__optUncall"() => opt_uncall,
    ],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::DEEP_FROZEN));

pub(crate) struct Read {
    tree: Arc<Template>,
    text: Arc<str>,
}

impl Payload for Read {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        self.tree.weight()
    }
}

impl crate::store::Saved for Read {
    fn save(&self, out: &mut crate::store::Writer) {
        out.text(&self.text);
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        let text = from.arc()?;
        match read(&text) {
            Ok(it) => Ok(Read { tree: Arc::new(it), text }),
            Err(_) => Err(crate::store::Damage("a term template is not one")),
        }
    }
}

/// ``qterm`…` ``
pub fn pieces(cx: &Cx, value: Value, quoting: bool) -> Option<Vec<Piece>> {
    let template = Piece::Bare(*cx.heap.fields(value, &QUASI_TERM)?.first()?);
    Some(if quoting { vec!["qterm`".into(), template, "`".into()] } else { vec![template] })
}

fn make(cx: &mut Cx, template: Value) -> Result<Value, crate::problem::Exit> {
    let text = text_of(cx, template);
    cx.charge(text.len() as u64)?;
    cx.reserve(32 * text.len() as u64)?;
    let read = read(&text).map_err(|why| cx.throw(why))?;
    Ok(cx.heap.native_with(
        &QUASI_TERM,
        [template],
        Box::new(Read { tree: Arc::new(read), text: text.into() }),
    ))
}

fn template(cx: &mut Cx, this: Value) -> Result<Arc<Template>, crate::problem::Exit> {
    let read = cx.heap.payload::<Read>(this).map(|it| it.tree.clone());
    read.ok_or_else(|| cx.throw("lost a template"))
}

fn value_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let maker = make(cx, args[0])?;
    if template(cx, maker)?.has_patterns {
        return Err(cx.throw("at-holes not allowed in quasi-literal expression"));
    }
    done(maker)
}

fn match_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let maker = make(cx, args[0])?;
    done(maker)
}

fn substitute(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (template, values) = (template(cx, this)?, paid_items(cx, args[0])?);
    let term = fill::fill(cx, &template, &values)?;
    done(term)
}

fn match_bind(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, then, specimen| {
            let [this, values, ejector] = then.values[..] else { return done(specimen) };
            let (template, values) = (template(cx, this)?, paid_items(cx, values)?);
            match matching::match_term(cx, &template, &values, specimen)? {
                Some(bound) => {
                    let list = cx.heap.list(bound);
                    done(list)
                }
                None => {
                    let problem = Problem::default().value(this).text(" doesn't match: ").print(specimen);
                    cx.eject(ejector, problem)
                }
            }
        },
        [this, args[0], args[2]],
    );
    guard::as_term(cx, Value::of(&guard::TERM_GUARD), args[1], args[2], then)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields: Vec<Value> = cx.heap.fields(this, &QUASI_TERM).unwrap_or_default().to_vec();
    portrayal(cx, Value::of(&TERM_PARSER), "matchMaker", &fields)
}
