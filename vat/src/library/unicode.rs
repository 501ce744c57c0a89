//! `<import:text.unicode>`: text as people count and compare it.
//!
//! A `String`'s own verbs go by code point. These go by Unicode's rules for what a reader sees as one
//! character, for words, for case and for different ways to write the same.

use super::bytes::{text_value, texts_value};
use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::Exit;
use crate::value::Value;
use std::sync::Arc;
use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// `<import:text.unicode>`
pub static UNICODE: Class = Class::new(
    "unicode",
    "<unicode>",
    natives![
        "graphemes"(Text) => graphemes,
        "words"(Text) => words,
        "sentences"(Text) => sentences,
        "lines"(Text) => lines,
        "size"(Text) => size,
        "reverse"(Text) => reverse,
        "normalize"(Text, Text) => normalize,
        "isNormalized"(Text, Text) => is_normalized,
        "fold"(Text) => fold,
        "sameIgnoringCase"(Text, Text) => same_ignoring_case,
        "upper"(Text) => upper,
        "lower"(Text) => lower,
        "trim"(Text) => trim,
        "trimStart"(Text) => trim_start,
        "trimEnd"(Text) => trim_end,
        "padStart"(Text, Int, Text) => pad_start,
        "padEnd"(Text, Int, Text) => pad_end,
        "codePoints"(Text) => code_points,
        "fromCodePoints"(List) => from_code_points,
    ],
)
.fqn("text.unicode")
.stamps(Stamps::DEEP_FROZEN);

fn paid(cx: &mut Cx, value: Value) -> Result<Arc<str>, Exit> {
    let text: Arc<str> = Arc::from(&*text_of(cx, value));
    cx.reserve(text.len() as u64)?;
    cx.charge(text.len() as u64 / 4)?;
    Ok(text)
}

/// What a reader sees as one character each.
fn graphemes(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(texts_value(cx, text.graphemes(true))?)
}

fn words(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(texts_value(cx, text.unicode_words())?)
}

fn sentences(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(texts_value(cx, text.unicode_sentences())?)
}

/// Without what ends them: `\n` or `\r\n`.
fn lines(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(texts_value(cx, text.lines())?)
}

fn size(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(text.graphemes(true).count() as i64)
}

fn reverse(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    let reversed = text.graphemes(true).rev().collect();
    done(text_value(cx, reversed)?)
}

fn normal_form(cx: &mut Cx, form: Value, text: &str) -> Result<String, Exit> {
    let name = text_of(cx, form);
    Ok(match &*name {
        "NFC" => text.nfc().collect(),
        "NFD" => text.nfd().collect(),
        "NFKC" => text.nfkc().collect(),
        "NFKD" => text.nfkd().collect(),
        _ => return Err(cx.throw(format!("no normal form is called {name:?}: NFC, NFD, NFKC, NFKD"))),
    })
}

/// `normalize("NFC", text)`
fn normalize(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[1])?;
    let normal = normal_form(cx, args[0], &text)?;
    done(text_value(cx, normal)?)
}

fn is_normalized(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[1])?;
    let normal = normal_form(cx, args[0], &text)?;
    done(*normal == *text)
}

/// For comparing: two texts that differ in nothing but case fold to the same.
fn fold(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(text_value(cx, UniCase::new(&*text).to_folded_case())?)
}

fn same_ignoring_case(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (a, b) = (paid(cx, args[0])?, paid(cx, args[1])?);
    done(unicase::eq(&*a, &*b))
}

fn upper(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(text_value(cx, text.to_uppercase())?)
}

fn lower(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(text_value(cx, text.to_lowercase())?)
}

fn trim(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(text_value(cx, text.trim().to_string())?)
}

fn trim_start(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(text_value(cx, text.trim_start().to_string())?)
}

fn trim_end(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    done(text_value(cx, text.trim_end().to_string())?)
}

/// What fills `text` up to a width, counted as a reader counts.
fn filling(cx: &mut Cx, text: &str, width: Value, fill: Value) -> Result<String, Exit> {
    let fill = text_of(cx, fill);
    let missing = width.as_int().unwrap_or(i64::MAX).saturating_sub(text.graphemes(true).count() as i64);
    if missing <= 0 || fill.is_empty() {
        return Ok(String::new());
    }
    cx.reserve(fill.len() as u64 * missing as u64)?;
    cx.charge(missing as u64)?;
    Ok(fill.graphemes(true).cycle().take(missing as usize).collect())
}

fn pad_start(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    let filled = filling(cx, &text, args[1], args[2])? + &text;
    done(text_value(cx, filled)?)
}

fn pad_end(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    let filling = filling(cx, &text, args[1], args[2])?;
    done(text_value(cx, format!("{text}{filling}"))?)
}

fn code_points(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, args[0])?;
    cx.reserve(16 * text.len() as u64)?;
    let points: Vec<Value> = text.chars().map(|it| i64::from(u32::from(it)).into()).collect();
    done(cx.heap.list(points))
}

fn from_code_points(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let points = crate::data::list::paid_items(cx, args[0])?;
    let mut text = String::new();
    for it in points.iter() {
        let point = cx.near(*it).as_int().and_then(|it| u32::try_from(it).ok()).and_then(char::from_u32);
        match point {
            Some(it) => text.push(it),
            None => return Err(cx.throw(crate::problem::Problem::new("not a code point: ").value(*it))),
        }
    }
    done(text_value(cx, text)?)
}
