//! Writes JSON. Keeps its own stack, and refuses what is nested too deep or in itself.

use super::super::bytes::text_value;
use super::DEPTH;
use crate::cx::Cx;
use crate::data::flex_map::FLEX_MAP;
use crate::data::map::{self, CONST_MAP};
use crate::native::{Outcome, done};
use crate::problem::{Exit, Problem};
use crate::value::{Value, View};

/// What is left to write, the next on top.
enum Job {
    Value(Value),
    Key(Value),
    /// Punctuation, and by how much it changes the level.
    Open(char),
    Close(char),
    Comma,
    /// The start of an item's line.
    Line,
}

struct Writer<'a> {
    out: String,
    indent: Option<&'a str>,
    level: usize,
    paid: usize,
}

/// The text of a value; `indent`: what each level is indented by, one item a line.
pub fn print(cx: &mut Cx, value: Value, indent: Option<&str>) -> Outcome {
    let mut writer = Writer { out: String::new(), indent, level: 0, paid: 0 };
    let mut jobs = vec![Job::Value(value)];
    while let Some(job) = jobs.pop() {
        match job {
            Job::Value(it) => writer.value(cx, it, &mut jobs)?,
            Job::Key(it) => writer.key(cx, it)?,
            Job::Open(it) => {
                writer.out.push(it);
                writer.level += 1;
                if writer.level > DEPTH {
                    return Err(cx.throw(format!("JSON may be nested {DEPTH} deep, and this is deeper")));
                }
            }
            Job::Close(it) => {
                writer.level -= 1;
                writer.line();
                writer.out.push(it);
            }
            Job::Comma => writer.out.push(','),
            Job::Line => writer.line(),
        }
        // Paid for as it grows.
        let grown = writer.out.len() - writer.paid;
        if grown >= 4096 {
            cx.reserve(grown as u64)?;
            writer.paid = writer.out.len();
        }
    }
    done(text_value(cx, writer.out)?)
}

impl Writer<'_> {
    fn line(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            for _ in 0..self.level {
                self.out.push_str(indent);
            }
        }
    }

    fn value(&mut self, cx: &mut Cx, value: Value, jobs: &mut Vec<Job>) -> Result<(), Exit> {
        cx.charge(1)?;
        let value = cx.near(value);
        match value.view() {
            View::Null => self.out.push_str("null"),
            View::Bool(it) => self.out.push_str(if it { "true" } else { "false" }),
            View::Int(it) => self.out.push_str(&it.to_string()),
            View::Float(it) if it.is_finite() => self.float(it),
            View::Obj(_) => return self.object(cx, value, jobs),
            _ => return Err(unspeakable(cx, value)),
        }
        Ok(())
    }

    /// As short as it reads back: `1.5`, `2.0`, `1e300`.
    fn float(&mut self, it: f64) {
        self.out.push_str(&format!("{it:?}"));
    }

    fn object(&mut self, cx: &mut Cx, value: Value, jobs: &mut Vec<Job>) -> Result<(), Exit> {
        if let Some(text) = cx.heap.as_text(value) {
            quote(text, &mut self.out);
            return Ok(());
        }
        if cx.heap.as_big(value).is_some() {
            let printed = crate::data::number::printed(&cx.heap, value).unwrap_or_default();
            cx.charge((printed.len() as u64 / 16).pow(2) / 64)?;
            self.out.push_str(&printed);
            return Ok(());
        }
        let items = match cx.heap.as_list(value) {
            Some(it) => Some(it.to_vec()),
            None => cx.heap.as_flex(value).map(|it| it.items.get().to_vec()),
        };
        if let Some(items) = items {
            cx.reserve(48 * items.len() as u64)?;
            self.bracketed(jobs, '[', items.into_iter().map(|it| [None, Some(Job::Value(it))]), ']');
            return Ok(());
        }
        if [&CONST_MAP, &FLEX_MAP].into_iter().any(|it| cx.heap.fields(value, it).is_some()) {
            let pairs = map::pairs(cx, value);
            cx.reserve(96 * pairs.len() as u64)?;
            let entries = pairs.into_iter().map(|(key, it)| [Some(Job::Key(key)), Some(Job::Value(it))]);
            self.bracketed(jobs, '{', entries, '}');
            return Ok(());
        }
        Err(unspeakable(cx, value))
    }

    /// Puts the jobs for items between brackets on the stack, last first.
    fn bracketed(
        &mut self,
        jobs: &mut Vec<Job>,
        open: char,
        items: impl DoubleEndedIterator<Item = [Option<Job>; 2]> + ExactSizeIterator,
        close: char,
    ) {
        if items.len() == 0 {
            self.out.extend([open, close]);
            return;
        }
        jobs.push(Job::Close(close));
        for (at, parts) in items.enumerate().rev() {
            jobs.extend(parts.into_iter().rev().flatten());
            jobs.push(Job::Line);
            if at > 0 {
                jobs.push(Job::Comma);
            }
        }
        jobs.push(Job::Open(open));
    }

    fn key(&mut self, cx: &mut Cx, key: Value) -> Result<(), Exit> {
        let Some(text) = cx.heap.as_text(key) else {
            return Err(cx.throw(Problem::new("a key in JSON is a String, not ").value(key)));
        };
        quote(text, &mut self.out);
        self.out.push_str(if self.indent.is_some() { ": " } else { ":" });
        Ok(())
    }
}

fn unspeakable(cx: &mut Cx, value: Value) -> Exit {
    cx.throw(Problem::new("cannot be said in JSON: ").value(value))
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", u32::from(it))),
            _ => out.push(it),
        }
    }
    out.push('"');
}
