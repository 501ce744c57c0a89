//! Strings: lists of characters with verbs of their own.

use super::list::{self, paid_items};
use super::twine;
use crate::coerce::failure;
use crate::cx::Cx;
use crate::heap::{Letters, Text};
use crate::iterate::{Items, each};
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::problem::{Exit, Stop};
use crate::value::Value;
use memchr::memmem::Finder;
use std::sync::Arc;

/// What `"a"` answers to.
pub static STRING: Class = Class::new(
    "String",
    "String",
    natives![
        "size"() => size,
        "get"(Int) => get,
        "fetch"(Any, Any) => list::fetch,
        "run"(Int) => run_from,
        "run"(Int, Int) => run,
        "last"() => list::last,
        "with"(Any) => list::with,
        "with"(Int, Any) => list::with_at,
        "add"(List) => add,
        "multiply"(Int) => multiply,
        "contains"(Char) => contains,
        "includes"(List) => list::includes,
        "indexOf1"(Char) => index_of,
        "indexOf1"(Char, Int) => list::index_of_from,
        "indexOf"(Text) => start_of,
        "indexOf"(Text, Int) => start_of_from,
        "lastIndexOf1"(Char) => last_index_of,
        "startOf"(List) => start_of,
        "startOf"(List, Int) => start_of_from,
        "lastStartOf"(List) => last_start_of,
        "asMap"() => list::as_map,
        "asKeys"() => list::as_keys,
        "asSet"() => list::as_set,
        "sort"() => list::sort,
        "sort"(Any) => list::sort,
        "reverse"() => list::reverse,
        "iterate"(Any) => iterate,
        "asStream"() => crate::library::list_stream::as_stream,
        "snapshot"() => itself,
        "readOnly"() => itself,
        "diverge"() => super::flex_list::diverge_any,
        "diverge"(Any) => super::flex_list::diverge,
        "printOn"(Text, Text, Text, Any) => list::print_on,
        "valueType"() => value_type,
        "op__cmp"(Text) => op_cmp,
        "startsWith"(Text) => starts_with,
        "endsWith"(Text) => ends_with,
        "replaceAll"(Text, Text) => replace_all,
        "split"(Text) => split,
        "rjoin"(List) => rjoin,
        "join"(List) => rjoin,
        "toLowerCase"() => to_lower_case,
        "toUpperCase"() => to_upper_case,
        "trim"() => trim,
        "quote"() => quote,
        "asFrom"(Text) => twine::as_from,
        "isBare"() => twine::is_bare,
        "bare"() => twine::bare,
        "getOptSpan"() => twine::get_opt_span,
        "getParts"() => twine::get_parts,
        "getSourceMap"() => twine::get_source_map,
        "infect"(Text) => twine::infect,
        "infect"(Text, Bool) => twine::infect_one_to_one,
        "__optUncall"() => twine::opt_uncall,
    ],
)
.fqn("org.erights.e.elib.tables.String")
.stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN).and(Stamps::SELFLESS));

/// The characters of a string; what is no string has none.
pub fn text_of(cx: &Cx, value: Value) -> Text {
    cx.heap.text_in(value).unwrap_or_default()
}

/// How many characters.
pub fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Where in the bytes the `at`-th character starts; the place behind the last one counts.
fn byte_of(text: &str, at: usize) -> Option<usize> {
    if text.is_ascii() {
        return (at <= text.len()).then_some(at);
    }
    let mut left = at;
    for (byte, _) in text.char_indices() {
        if left == 0 {
            return Some(byte);
        }
        left -= 1;
    }
    (left == 0).then_some(text.len())
}

/// Which character starts at a byte.
fn char_of(text: &str, byte: usize) -> i64 {
    length(&text[..byte]) as i64
}

/// Charges for going through a string once.
fn paid(cx: &mut Cx, value: Value) -> Result<Text, Exit> {
    let text = text_of(cx, value);
    cx.charge(text.len() as u64 / 64)?;
    Ok(text)
}

/// A string made of another; it comes from where that one does.
fn made_from(cx: &mut Cx, source: Value, text: String) -> Outcome {
    cx.reserve(text.len() as u64)?;
    let text = cx.heap.text(text);
    done(twine::infected(cx, source, text)?)
}

fn size(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    match cx.heap.text_size(this) {
        Some((bytes, Letters::Ascii)) => done(bytes as i64),
        _ => {
            let text = paid(cx, this)?;
            done(length(&text) as i64)
        }
    }
}

fn get(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let at = args[0].as_int().and_then(|it| usize::try_from(it).ok());
    if let (Some(at), Some((_, Letters::Ascii))) = (at, cx.heap.text_size(this)) {
        let found = cx.heap.as_text(this).and_then(|it| it.as_bytes().get(at)).copied();
        cx.charge(0)?;
        return match found {
            Some(it) => done(char::from(it)),
            None => Err(list::out_of_range(cx, this, args[0])),
        };
    }
    let text = paid(cx, this)?;
    match at.and_then(|at| byte_of(&text, at)).and_then(|byte| text[byte..].chars().next()) {
        Some(it) => done(it),
        None => Err(list::out_of_range(cx, this, args[0])),
    }
}

fn run_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let size = list::length(cx, this) as i64;
    run(cx, this, &[args[0], size.into()])
}

fn run(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (start, bound) = list::bounds(cx, this, args[0], args[1])?;
    if let Some((size, Letters::Ascii)) = cx.heap.text_size(this) {
        if bound - start == size {
            return done(this);
        }
        let text = text_of(cx, this);
        cx.reserve((bound - start) as u64)?;
        let slice = cx.heap.text(&text[start..bound]);
        return done(twine::sliced(cx, this, (start, bound), slice)?);
    }
    let text = paid(cx, this)?;
    match (byte_of(&text, start), byte_of(&text, bound)) {
        (Some(0), Some(end)) if end == text.len() => done(this),
        (Some(from), Some(end)) => {
            cx.reserve((end - from) as u64)?;
            let slice = cx.heap.text(&text[from..end]);
            done(twine::sliced(cx, this, (start, bound), slice)?)
        }
        _ => Err(list::out_of_range(cx, this, args[0])),
    }
}

/// Two strings make a string; a string and a list make a list.
fn add(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (Some((mine, _)), Some((others, _))) = (cx.heap.text_size(this), cx.heap.text_size(args[0])) else {
        return list::add(cx, this, args);
    };
    // The sum may be laid together later, when nobody asks for room.
    if !cx.heap.has_room((mine + others) as u64) {
        return Err(Exit::Stopped(Stop::OutOfMemory));
    }
    cx.charge(mine.min(others) as u64 / 64)?;
    let Some(sum) = cx.heap.joined(this, args[0]) else { return done(Value::NULL) };
    done(twine::joined(cx, &[this, args[0]], sum)?)
}

fn multiply(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, this);
    if text.is_empty() {
        return done(this);
    }
    let count = list::times(cx, args[0], text.len() as u64)?;
    let text = cx.heap.text(text.repeat(count));
    if twine::has_spans(cx, this) {
        cx.reserve(16 * count as u64)?;
        return done(twine::joined(cx, &vec![this; count], text)?);
    }
    done(text)
}

fn contains(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, this)?;
    done(args[0].as_char().is_some_and(|it| text.contains(it)))
}

fn index_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, this)?;
    let byte = args[0].as_char().and_then(|it| text.find(it));
    done(byte.map_or(-1, |byte| char_of(&text, byte)))
}

fn last_index_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = paid(cx, this)?;
    let byte = args[0].as_char().and_then(|it| text.rfind(it));
    done(byte.map_or(-1, |byte| char_of(&text, byte)))
}

fn start_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    start_of_from(cx, this, &[args[0], 0.into()])
}

fn start_of_from(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(wanted) = cx.heap.text_in(args[0]) else { return list::start_of_from(cx, this, args) };
    let text = paid(cx, this)?;
    let from = args[1].as_int().map_or(0, |it| it.max(0)) as usize;
    let Some(from) = byte_of(&text, from) else { return done(-1) };
    done(text[from..].find(&*wanted).map_or(-1, |byte| char_of(&text, from + byte)))
}

fn last_start_of(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(wanted) = cx.heap.text_in(args[0]) else { return list::last_start_of(cx, this, args) };
    let text = paid(cx, this)?;
    done(text.rfind(&*wanted).map_or(-1, |byte| char_of(&text, byte)))
}

fn iterate(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, this);
    each(cx, Items::Text(text), args[0])
}

fn itself(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}

fn value_type(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&crate::guard::scalar::CHAR))
}

fn op_cmp(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (text, other) = (paid(cx, this)?, text_of(cx, args[0]));
    done(text.cmp(&other) as i64)
}

fn starts_with(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (text, start) = (text_of(cx, this), paid(cx, args[0])?);
    done(text.starts_with(&*start))
}

fn ends_with(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (text, end) = (text_of(cx, this), paid(cx, args[0])?);
    done(text.ends_with(&*end))
}

fn replace_all(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (text, old, new) = (paid(cx, this)?, text_of(cx, args[0]), text_of(cx, args[1]));
    if old.is_empty() {
        return Err(cx.throw("replaceAll: search string may not be empty"));
    }
    let wanted = Finder::new(old.as_bytes());
    let found = wanted.find_iter(text.as_bytes()).count();
    let size = (text.len() - found * old.len()) as u64 + (found as u64).saturating_mul(new.len() as u64);
    cx.reserve(size)?;
    let mut result = String::with_capacity(size as usize);
    let mut from = 0;
    for at in wanted.find_iter(text.as_bytes()) {
        result.push_str(&text[from..at]);
        result.push_str(&new);
        from = at + old.len();
    }
    result.push_str(&text[from..]);
    let result = cx.heap.text(result);
    done(twine::replaced(cx, this, &old, args[1], result)?)
}

fn split(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (text, separator) = (paid(cx, this)?, text_of(cx, args[0]));
    if separator.is_empty() {
        return Err(cx.throw("split: separator may not be empty"));
    }
    let wanted = Finder::new(separator.as_bytes());
    let found = wanted.find_iter(text.as_bytes()).count();
    cx.reserve(text.len() as u64 + 48 * found as u64)?;
    let ends = wanted.find_iter(text.as_bytes()).chain([text.len()]);
    let mut from = 0;
    // A range, so that the list is made in one piece.
    let mut ends = ends.fuse();
    let parts: Arc<[Value]> = (0..found + 1)
        .map(|_| {
            let end = ends.next().unwrap_or(text.len());
            let part = cx.heap.text(&text[from..end]);
            from = end + separator.len();
            part
        })
        .collect();
    if twine::has_spans(cx, this) {
        let mut parts = parts.to_vec();
        let mut start = 0;
        for it in &mut parts {
            let bound = start + length(&text_of(cx, *it));
            *it = twine::sliced(cx, this, (start, bound), *it)?;
            start = bound + length(&separator);
        }
        let list = cx.heap.list(parts);
        return done(list);
    }
    let list = cx.heap.list(parts);
    done(list)
}

/// `", ".rjoin(["a", "b"])`
fn rjoin(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (separator, parts) = (text_of(cx, this), paid_items(cx, args[0])?);
    let mut size = 0;
    for it in &*parts {
        match cx.heap.as_text(*it) {
            Some(text) => size += text.len() + separator.len(),
            None => {
                let problem = failure(cx, *it, "String");
                return Err(cx.throw(problem));
            }
        }
    }
    cx.reserve(size as u64)?;
    cx.charge(parts.len() as u64)?;
    let mut joined = String::with_capacity(size);
    for (at, it) in parts.iter().enumerate() {
        if at > 0 {
            joined.push_str(&separator);
        }
        joined.push_str(cx.heap.as_text(*it).unwrap_or_default());
    }
    let joined = cx.heap.text(joined);
    if cx.heap.has_no_spans() {
        return done(joined);
    }
    let mut all = Vec::with_capacity(parts.len() * 2);
    for (at, it) in parts.iter().enumerate() {
        if at > 0 {
            all.push(this);
        }
        all.push(*it);
    }
    done(twine::joined(cx, &all, joined)?)
}

fn to_lower_case(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = paid(cx, this)?.to_lowercase();
    made_from(cx, this, text)
}

fn to_upper_case(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = paid(cx, this)?.to_uppercase();
    made_from(cx, this, text)
}

fn trim(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = paid(cx, this)?;
    let start = length(&text) - length(text.trim_start());
    let trimmed = text.trim();
    cx.reserve(trimmed.len() as u64)?;
    let slice = cx.heap.text(trimmed);
    done(twine::sliced(cx, this, (start, start + length(trimmed)), slice)?)
}

fn quote(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = paid(cx, this)?;
    let mut out = String::new();
    super::quote::quote_string(&text, &mut out);
    made_from(cx, this, out)
}
