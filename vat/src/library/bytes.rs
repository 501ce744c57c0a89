//! Bytes, as E has them: a list of ints from 0 to 255. Where bytes are wanted a string stands for its UTF-8.

use crate::cx::Cx;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// The bytes of a list of ints, or of a string.
pub fn bytes_of(cx: &mut Cx, value: Value) -> Result<Vec<u8>, Exit> {
    if let Some(text) = cx.heap.as_text(value) {
        let bytes = text.as_bytes().to_vec();
        cx.reserve(bytes.len() as u64)?;
        return Ok(bytes);
    }
    let Some(items) = cx.heap.as_list(value).cloned() else {
        return Err(cx.throw(Problem::new("bytes are a list of ints or a String, not ").value(value)));
    };
    cx.charge(items.len() as u64 / 16)?;
    let mut bytes = Vec::with_capacity(items.len());
    for it in items.iter() {
        match cx.near(*it).as_int().and_then(|it| u8::try_from(it).ok()) {
            Some(it) => bytes.push(it),
            None => return Err(cx.throw(Problem::new("a byte is an int from 0 to 255, not ").value(*it))),
        }
    }
    Ok(bytes)
}

/// A list of ints.
pub fn bytes_value(cx: &mut Cx, bytes: &[u8]) -> Result<Value, Exit> {
    cx.reserve(16 * bytes.len() as u64)?;
    let items: Vec<Value> = bytes.iter().map(|it| i64::from(*it).into()).collect();
    Ok(cx.heap.list(items))
}

/// A string, paid for.
pub fn text_value(cx: &mut Cx, text: String) -> Result<Value, Exit> {
    cx.reserve(text.len() as u64)?;
    Ok(cx.heap.text(text))
}

/// A list of strings, paid for.
pub fn texts_value<'a>(cx: &mut Cx, texts: impl Iterator<Item = &'a str>) -> Result<Value, Exit> {
    let mut items = Vec::new();
    for it in texts {
        cx.reserve(it.len() as u64 + 16)?;
        items.push(cx.heap.text(it));
    }
    Ok(cx.heap.list(items))
}
