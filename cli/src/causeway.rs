//! The message log as Causeway reads it: an array of JSON records, one an event.
//!
//! Classes and members are those of `org.ref_send.log` in the Waterken server (its Java sources say what each
//! means: `waterken/log/src/org/ref_send/log` in kragen/waterken-server), as the JavaScript Causeway reads them
//! (`makeMessageGraph.js` in cocoonfx/causeway): the last but one of the classes decides what a record is, a message
//! has one `Sent` and one `Got`, a condition's `Resolved` leads to the `Got` of each message that was `SentIf` it.
//! `timestamp` is left out, which both allow: the same run gives the same log.

use anyhow::Context;
use line_index::{LineIndex, WideEncoding};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use text_size::TextRange;
use vat::causality::Sent;
use vat::causality::log::{CallSite, Condition, Destination, Event, How, What};
use vat::{VatId, World};

/// A file that the log goes to as it happens.
pub struct Causeway {
    out: Box<dyn Write + Send>,
    any: bool,
    loops: HashMap<u32, String>,
    taken: HashSet<String>,
    lines: Vec<(Arc<str>, LineIndex)>,
}

impl Causeway {
    /// `-` is standard output.
    pub fn create(path: &Path) -> anyhow::Result<Causeway> {
        let out: Box<dyn Write + Send> = if path == Path::new("-") {
            Box::new(BufWriter::new(std::io::stdout()))
        } else {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            Box::new(BufWriter::new(file))
        };
        let loops = HashMap::from([(0, "host".to_owned())]);
        let taken = loops.values().cloned().collect();
        Ok(Causeway { out, any: false, loops, taken, lines: Vec::new() })
    }

    /// Writes down what has happened in a world since the last time.
    pub fn write(&mut self, world: &World, events: &[Event]) -> std::io::Result<()> {
        for it in events {
            let record = self.record(world, it);
            self.out.write_all(if self.any { b",\n" } else { b"[\n" })?;
            self.any = true;
            serde_json::to_writer(&mut self.out, &record)?;
        }
        Ok(())
    }

    /// Writes the end, without which the file is not JSON.
    pub fn end(mut self) -> std::io::Result<()> {
        self.out.write_all(if self.any { b"\n]\n" } else { b"[]\n" })?;
        self.out.flush()
    }

    fn record(&mut self, world: &World, it: &Event) -> Value {
        let (class, members) = self.what(world, &it.what);
        let mut record = Map::new();
        let class: Vec<String> = class.iter().map(|it| format!("org.ref_send.log.{it}")).collect();
        record.insert("class".into(), json!(class));
        let turn = json!({ "loop": self.name(world, it.vat), "number": it.turn });
        record.insert("anchor".into(), json!({ "number": it.number, "turn": turn }));
        record.extend(members);
        if !it.calls.is_empty() {
            let calls: Vec<Value> = it.calls.iter().map(|it| self.call(it)).collect();
            record.insert("trace".into(), json!({ "calls": calls }));
        }
        Value::Object(record)
    }

    /// The classes of a record, the narrowest first, and what only such records have.
    fn what(&mut self, world: &World, it: &What) -> (&'static [&'static str], Map<String, Value>) {
        let mut members = Map::new();
        let class: &[&str] = match it {
            What::Sent { message, to, .. } => {
                let (class, condition): (&[&str], _) = match to {
                    Destination::Here | Destination::There { .. } => (&["Sent", "Event"], None),
                    Destination::Waits(it) => (&["SentIf", "Sent", "Event"], Some(*it)),
                    Destination::Pipelined(it) => (&["Pipelined", "SentIf", "Sent", "Event"], Some(*it)),
                };
                if let Some(it) = condition {
                    members.insert("condition".into(), self.condition(world, it).into());
                }
                members.insert("message".into(), self.message(world, *message).into());
                class
            }
            What::Got { message } => {
                members.insert("message".into(), self.message(world, *message).into());
                &["Got", "Event"]
            }
            What::Returned { message } => {
                members.insert("message".into(), self.message(world, *message).into());
                &["Returned", "Sent", "Event"]
            }
            What::Resolved { condition, how } => {
                members.insert("condition".into(), self.condition(world, *condition).into());
                match how {
                    How::Fulfilled => &["Fulfilled", "Resolved", "Event"],
                    How::Promise => &["Resolved", "Event"],
                    How::Rejected(why) => {
                        members.insert("reason".into(), json!({ "message": why }));
                        &["Rejected", "Resolved", "Event"]
                    }
                }
            }
            What::Comment(text) => {
                members.insert("text".into(), json!(text));
                &["Comment", "Event"]
            }
        };
        (class, members)
    }

    /// The vat's name, made different from those of others.
    fn name(&mut self, world: &World, vat: u32) -> String {
        if let Some(it) = self.loops.get(&vat) {
            return it.clone();
        }
        let name = world.logged_name(VatId(vat)).unwrap_or_else(|| "vat".into());
        let others = (2..).map(|n| format!("{name} {n}"));
        let mut all = std::iter::once(name.to_string()).chain(others);
        let name = all.find(|it| !self.taken.contains(it)).unwrap_or_default();
        self.taken.insert(name.clone());
        self.loops.insert(vat, name.clone());
        name
    }

    fn message(&mut self, world: &World, it: Sent) -> String {
        format!("{}:{}:{}", self.name(world, it.vat), it.turn, it.nth)
    }

    fn condition(&mut self, world: &World, it: Condition) -> String {
        format!("{}:promise:{}", self.name(world, it.vat), it.number)
    }

    fn call(&mut self, it: &CallSite) -> Value {
        let mut call = json!({ "name": &*it.name, "source": &*it.source });
        if let (Some(range), Some(text)) = (it.range, &it.text) {
            call["span"] = span(self.lines(text), range);
        }
        call
    }

    fn lines(&mut self, text: &Arc<str>) -> &LineIndex {
        let at = self.lines.iter().position(|it| Arc::ptr_eq(&it.0, text));
        let at = at.unwrap_or_else(|| {
            self.lines.push((text.clone(), LineIndex::new(text)));
            self.lines.len() - 1
        });
        &self.lines[at].1
    }
}

/// First and last character, by line and column from 1; columns are counted in UTF-16.
fn span(lines: &LineIndex, range: TextRange) -> Value {
    let wide = |at| {
        let it = lines.line_col(at);
        lines.to_wide(WideEncoding::Utf16, it).map_or((it.line, it.col), |it| (it.line, it.col))
    };
    let ((line, column), (last, after)) = (wide(range.start()), wide(range.end()));
    let first = json!([line + 1, column + 1]);
    if range.is_empty() || after == 0 { json!([first]) } else { json!([first, [last + 1, after]]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_with_its_last_character_and_counts_utf16() {
        let text = "def 𝄞 := 1\nmint <- coin(5)\n";
        let lines = LineIndex::new(text);
        let of = |part: &str| {
            let at = text.find(part).unwrap();
            span(&lines, TextRange::at((at as u32).into(), (part.len() as u32).into()))
        };
        assert_eq!(of("𝄞"), json!([[1, 5], [1, 6]]));
        assert_eq!(of(":= 1"), json!([[1, 8], [1, 11]]));
        assert_eq!(of("mint <- coin(5)"), json!([[2, 1], [2, 15]]));
        assert_eq!(span(&lines, TextRange::empty(0.into())), json!([[1, 1]]));
    }
}
