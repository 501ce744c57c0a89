//! `rx`: regular expressions as patterns, ``def rx`x=(@x.*)` := "x=y"``, and as objects, ``rx`\d+`.findAll(text)``.
//!
//! A pattern hole right behind an opening parenthesis takes what that group matches, null if it took no part. A
//! value hole stands for its own text, or for what a regular expression object matches. As a pattern, the whole
//! specimen has to match. Nothing backtracks: the time a match takes grows with the specimen and no faster.

use crate::cx::Cx;
use crate::data::list::paid_items;
use crate::data::template::{Part, cut};
use crate::data::text::{length, text_of};
use crate::data::twine;
use crate::library::regex::{MAKE_REGEX, pattern_of};
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;
use regex::{Regex, RegexBuilder};

/// `rx__quasiParser`
pub static RX: Class = Class::new(
    "rx__quasiParser",
    "<rx__quasiParser>",
    natives!["matchMaker"(Text) => match_maker, "valueMaker"(Text) => value_maker],
)
.stamps(Stamps::DEEP_FROZEN);

/// Field: the template.
pub(crate) static VALUE_MAKER: Class = Class::new(
    "rxValueMaker",
    "<rxValueMaker>",
    natives!["substitute"(List) => substitute, "__optUncall"() => uncall_value_maker],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::DEEP_FROZEN));

/// Field: the template.
pub(crate) static MATCH_MAKER: Class = Class::new(
    "rxMatchMaker",
    "<rxMatchMaker>",
    natives!["matchBind"(List, Any, Any) => match_bind, "__optUncall"() => opt_uncall],
)
.stamps(Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::DEEP_FROZEN));

fn template(cx: &Cx, this: Value) -> crate::heap::Text {
    let field = cx.heap.as_native(this).and_then(|it| it.fields.first().copied()).unwrap_or(Value::NULL);
    text_of(cx, field)
}

fn uncall_value_maker(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = template(cx, this);
    let text = cx.heap.text(text);
    crate::data::list::portrayal(cx, Value::of(&RX), "valueMaker", &[text])
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = template(cx, this);
    let text = cx.heap.text(text);
    crate::data::list::portrayal(cx, Value::of(&RX), "matchMaker", &[text])
}

fn match_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let maker = cx.heap.native(&MATCH_MAKER, [args[0]]);
    let text = template(cx, maker);
    let parts = cut(&text).map_err(|why| cx.throw(why))?;
    if parts.iter().all(|it| !matches!(it, Part::Value(_))) {
        compile(cx, &parts, &[])?;
    }
    done(maker)
}

fn value_maker(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let maker = cx.heap.native(&VALUE_MAKER, [args[0]]);
    let text = template(cx, maker);
    let parts = cut(&text).map_err(|why| cx.throw(why))?;
    if parts.iter().any(|it| matches!(it, Part::Pattern(_))) {
        return Err(cx.throw("at-holes not allowed in quasi-literal expression"));
    }
    done(maker)
}

/// The regular expression as an object, with all it can do.
fn substitute(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let values = sources(cx, args[0])?;
    let text = template(cx, this);
    let parts = cut(&text).map_err(|why| cx.throw(why))?;
    let mut source = String::new();
    for part in &parts {
        match part {
            Part::Text(text) => source.push_str(&plain_classes(text)),
            Part::Value(at) => source.push_str(values.get(*at).map_or("", String::as_str)),
            Part::Pattern(_) => {}
        }
    }
    cx.reserve(source.len() as u64)?;
    let source = cx.heap.text(source);
    cx.call(Value::of(&MAKE_REGEX), "run", [source])
}

/// What each value hole contributes: a string its own characters, a regular expression itself.
fn sources(cx: &mut Cx, values: Value) -> Result<Vec<String>, Exit> {
    let mut sources = Vec::new();
    for it in &*paid_items(cx, values)? {
        let source = match (cx.heap.as_text(*it), pattern_of(cx, *it)) {
            (Some(text), _) => regex::escape(text),
            (None, Some(pattern)) => format!("(?:{pattern})"),
            (None, None) => {
                return Err(cx.throw(Problem::new("neither a String nor a regular expression: ").value(*it)));
            }
        };
        cx.reserve(source.len() as u64)?;
        sources.push(source);
    }
    Ok(sources)
}

/// The regular expression of a template whose value holes have been written as text.
fn compile(cx: &mut Cx, parts: &[Part], values: &[String]) -> Result<Regex, Exit> {
    let mut source = String::from("^(?:");
    for part in parts {
        match part {
            Part::Text(text) => source.push_str(&plain_classes(text)),
            Part::Value(at) => source.push_str(values.get(*at).map_or("", String::as_str)),
            Part::Pattern(at) if source.ends_with('(') && !source.ends_with("\\(") => {
                source.push_str(&format!("?P<hole{at}>"));
            }
            Part::Pattern(_) => {
                return Err(cx.throw("in rx`…`, `@` takes what a group matches: write (@name …)"));
            }
        }
    }
    source.push_str(")$");
    cx.charge(source.len() as u64 * 16)?;
    let built = RegexBuilder::new(&source).dot_matches_new_line(true).size_limit(1 << 20).build();
    built.map_err(|why| cx.throw(format!("not a regular expression: {why}")))
}

/// Character classes as most regular expressions have them, with their brackets escaped where the regex crate
/// wants it: `[][a]` is `]`, `[` or `a`.
fn plain_classes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(it) = letters.next() {
        out.push(it);
        match it {
            '\\' => out.extend(letters.next()),
            '[' => class(&mut letters, &mut out),
            _ => {}
        }
    }
    out
}

/// The rest of a character class, up to its closing bracket.
fn class(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.extend(letters.next_if_eq(&'^'));
    if letters.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    while let Some(it) = letters.next() {
        match it {
            ']' => return out.push(it),
            '\\' => {
                out.push(it);
                out.extend(letters.next());
            }
            '[' if letters.peek() == Some(&':') => {
                out.push(it);
                for it in letters.by_ref() {
                    out.push(it);
                    if it == ']' {
                        break;
                    }
                }
            }
            '[' => out.push_str("\\["),
            '&' | '~' if letters.peek() == Some(&it) => out.extend(['\\', it]),
            _ => out.push(it),
        }
    }
}

fn match_bind(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(coerced, [this, args[0], args[2]]);
    cx.call_then(Value::of(&crate::guard::scalar::TWINE), "coerce", [args[1], args[2]], then)
}

fn coerced(cx: &mut Cx, then: Box<Then>, specimen: Value) -> Outcome {
    let [this, values, ejector] = then.values[..] else { return Err(cx.throw("lost a match")) };
    let values = sources(cx, values)?;
    let text = template(cx, this);
    let parts = cut(&text).map_err(|why| cx.throw(why))?;
    let regex = compile(cx, &parts, &values)?;
    let specimen_text = text_of(cx, specimen);
    cx.charge(specimen_text.len() as u64)?;
    let Some(found) = regex.captures(&specimen_text) else {
        return cx.eject(ejector, Problem::new("Doesn't match: ").print(specimen));
    };
    let holes = parts.iter().filter_map(|it| if let Part::Pattern(at) = it { Some(at + 1) } else { None });
    let mut taken = Vec::new();
    for at in 0..holes.max().unwrap_or(0) {
        taken.push(match found.name(&format!("hole{at}")) {
            Some(it) => {
                let part = cx.heap.text(it.as_str());
                let start = length(&specimen_text[..it.start()]);
                twine::sliced(cx, specimen, (start, start + length(it.as_str())), part)?
            }
            None => Value::NULL,
        });
    }
    let list = cx.heap.list(taken);
    done(list)
}
