//! Reads JSON (RFC 8259). Keeps its own stack: no text makes it recurse.

use super::DEPTH;
use crate::cx::Cx;
use crate::data::integer::Int;
use crate::data::map;
use crate::data::number::int_value;
use crate::data::table::Table;
use crate::problem::Exit;
use crate::value::Value;

/// What is being read, from the outside in.
enum Open {
    List(Vec<Value>),
    /// With the key of the value that comes next.
    Map(Table, Value),
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// A value, or the bracket that closes a list just opened.
    ValueOrClose,
    Key,
    /// A key, or the brace that closes a map just opened.
    KeyOrClose,
    /// A value is complete.
    Complete(Value),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// The value that `text` says, or a problem that says where it stops making sense.
pub fn parse(cx: &mut Cx, text: &str) -> Result<Value, Exit> {
    let mut it = Reader { text, at: 0 };
    let mut open: Vec<Open> = Vec::new();
    let mut next = Next::Value;
    loop {
        it.skip_blanks();
        next = match next {
            Next::Complete(value) => match complete(cx, &mut it, &mut open, value)? {
                Some(next) => next,
                None => return Ok(value),
            },
            Next::Key | Next::KeyOrClose => key(cx, &mut it, &mut open, next == Next::KeyOrClose)?,
            Next::Value | Next::ValueOrClose => {
                cx.reserve(32)?;
                value(cx, &mut it, &mut open, next == Next::ValueOrClose)?
            }
        };
        if open.len() > DEPTH {
            return Err(it.problem(cx, &format!("nested more than {DEPTH} deep")));
        }
    }
}

/// What follows a value in what it stands in; `None` behind the outermost one, at the end of the text.
fn complete(
    cx: &mut Cx,
    it: &mut Reader<'_>,
    open: &mut Vec<Open>,
    value: Value,
) -> Result<Option<Next>, Exit> {
    let Some(inner) = open.last_mut() else {
        return if it.peek().is_none() { Ok(None) } else { Err(it.unexpected(cx, "the end")) };
    };
    let (closing, wanted, next) = match inner {
        Open::List(items) => {
            items.push(value);
            (b']', "`,` or `]`", Next::Value)
        }
        Open::Map(table, key) => {
            let key = *key;
            map::put(cx, table, key, value)?;
            (b'}', "`,` or `}`", Next::Key)
        }
    };
    match it.peek() {
        Some(b',') => {
            it.at += 1;
            Ok(Some(next))
        }
        Some(byte) if byte == closing => {
            it.at += 1;
            Ok(Some(Next::Complete(close(cx, open))))
        }
        _ => Err(it.unexpected(cx, wanted)),
    }
}

fn close(cx: &mut Cx, open: &mut Vec<Open>) -> Value {
    match open.pop() {
        Some(Open::List(items)) => cx.heap.list(items),
        Some(Open::Map(table, _)) => map::make(cx, table),
        None => Value::NULL,
    }
}

fn key(cx: &mut Cx, it: &mut Reader<'_>, open: &mut Vec<Open>, may_close: bool) -> Result<Next, Exit> {
    if may_close && it.peek() == Some(b'}') {
        it.at += 1;
        return Ok(Next::Complete(close(cx, open)));
    }
    if it.peek() != Some(b'"') {
        return Err(it.unexpected(cx, if may_close { "a key or `}`" } else { "a key" }));
    }
    let start = it.at;
    let name = it.string(cx)?;
    let value = cx.heap.text(name.as_str());
    if let Some(Open::Map(table, key)) = open.last_mut() {
        if matches!(table.get(&cx.heap, value), Ok(Some(_))) {
            it.at = start;
            return Err(it.problem(cx, &format!("the key {name:?} comes twice")));
        }
        *key = value;
    }
    it.skip_blanks();
    if it.peek() != Some(b':') {
        return Err(it.unexpected(cx, "`:`"));
    }
    it.at += 1;
    Ok(Next::Value)
}

fn value(cx: &mut Cx, it: &mut Reader<'_>, open: &mut Vec<Open>, may_close: bool) -> Result<Next, Exit> {
    match it.peek() {
        Some(b'[') => {
            it.at += 1;
            open.push(Open::List(Vec::new()));
            Ok(Next::ValueOrClose)
        }
        Some(b'{') => {
            it.at += 1;
            open.push(Open::Map(Table::default(), Value::NULL));
            Ok(Next::KeyOrClose)
        }
        Some(b']') if may_close => {
            it.at += 1;
            Ok(Next::Complete(close(cx, open)))
        }
        Some(b'"') => {
            let text = it.string(cx)?;
            Ok(Next::Complete(super::super::bytes::text_value(cx, text)?))
        }
        Some(b'-' | b'0'..=b'9') => it.number(cx).map(Next::Complete),
        _ => {
            let words = [("null", Value::NULL), ("true", Value::TRUE), ("false", Value::FALSE)];
            match words.into_iter().find(|(word, _)| it.text[it.at..].starts_with(word)) {
                Some((word, value)) => {
                    it.at += word.len();
                    Ok(Next::Complete(value))
                }
                None => Err(it.unexpected(cx, if may_close { "a value or `]`" } else { "a value" })),
            }
        }
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected(&self, cx: &mut Cx, wanted: &str) -> Exit {
        let found = match self.text[self.at..].chars().next() {
            Some(it) => format!("{it:?}"),
            None => "the end".to_string(),
        };
        self.problem(cx, &format!("found {found}, wanted {wanted}"))
    }

    /// `not JSON at 2:17: …`: line and column, both from 1.
    fn problem(&self, cx: &mut Cx, what: &str) -> Exit {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        cx.throw(format!("not JSON at {line}:{column}: {what}"))
    }

    /// From its opening quote to behind its closing one.
    fn string(&mut self, cx: &mut Cx) -> Result<String, Exit> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|it| matches!(it, '"' | '\\' | '\0'..='\x1f')).unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape(cx)?),
                Some(_) => return Err(self.problem(cx, "a control character is written as \\u….")),
                None => return Err(self.unexpected(cx, "`\"`")),
            }
        }
    }

    fn escape(&mut self, cx: &mut Cx) -> Result<char, Exit> {
        let plain = match self.text.as_bytes().get(self.at + 1) {
            Some(it @ (b'"' | b'\\' | b'/')) => char::from(*it),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(cx),
            _ => {
                return Err(
                    self.problem(cx, "no such escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
                );
            }
        };
        self.at += 2;
        Ok(plain)
    }

    /// `\u20ac`, or two of them that stand for one character.
    fn unicode_escape(&mut self, cx: &mut Cx) -> Result<char, Exit> {
        let unit = |text: &str, at: usize| {
            let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
            let hexadecimal = digits.bytes().all(|it| it.is_ascii_hexdigit());
            if hexadecimal { u16::from_str_radix(digits, 16).ok() } else { None }
        };
        let units: Vec<u16> = [self.at, self.at + 6].iter().map_while(|it| unit(self.text, *it)).collect();
        let Some(first) = units.first() else {
            return Err(self.problem(cx, "\\u takes four hexadecimal digits"));
        };
        let wide = (0xD800..0xDC00).contains(first);
        match char::decode_utf16(units.iter().copied().take(if wide { 2 } else { 1 })).next() {
            Some(Ok(it)) => {
                self.at += if wide { 12 } else { 6 };
                Ok(it)
            }
            _ => Err(self.problem(cx, "half of a surrogate pair")),
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self, cx: &mut Cx) -> Result<Value, Exit> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let digits = self.digits();
        if digits == 0 {
            return Err(self.unexpected(cx, "a digit"));
        }
        if leading_zero && digits > 1 {
            self.at -= digits;
            return Err(self.problem(cx, "a number does not start with 0"));
        }
        let mut is_int = true;
        if self.peek() == Some(b'.') {
            is_int = false;
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.unexpected(cx, "a digit"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_int = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.unexpected(cx, "a digit"));
            }
        }
        let text = &self.text[start..self.at];
        if is_int {
            // A long number is read in less than quadratic time; this is still more than its length.
            cx.charge((digits as u64 / 16).pow(2) / 64)?;
            if let Some(it) = Int::parse(text, 10) {
                return Ok(int_value(cx, it));
            }
        }
        match text.parse::<f64>() {
            Ok(it) if it.is_finite() => Ok(it.into()),
            _ => {
                self.at = start;
                Err(self.problem(cx, "the number is too great for a float64"))
            }
        }
    }
}
