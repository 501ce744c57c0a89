//! Frames as bytes, and back.

use super::super::WIRE;
use super::super::frame::Frame;
use super::super::parcel::{Node, Parcel};
use super::super::tables::ANSWER;
use super::{Lexicon, goes_by_copy};
use crate::data::twine::weight;
use crate::heap::{Arguments, Shared, Text, big, read_big, read_part, span};
use crate::native::Stamps;
use crate::problem::Problem;
use crate::selector::Selector;
use crate::store::{Damage, Read, Reader, Writer, problem};
use crate::value::Value;
use std::sync::Arc;

/// The longest verb that another process may make this one remember.
const VERB: usize = 1 << 10;

/// What was said of an object counts only where it was said: that auditors written in E approved it, that somebody
/// vouched for it.
const SAID_THERE: u16 = Stamps::APPROVED.0 | Stamps::VOUCHED.0;

/// What goes over a line.
pub(crate) enum Post {
    Frame(Frame),
    /// A program for the vat on the other end, and the question that its value answers.
    Seed {
        source: Arc<str>,
        question: u32,
        cause: u64,
    },
    /// What the vat has printed.
    Print {
        is_error: bool,
        text: Arc<str>,
    },
    /// Nothing is left to do after so many posts have come in.
    Idle {
        heard: u64,
    },
    /// The vat has ended.
    Ended(Box<Problem>),
}

/// Is one of our objects known by that name?
pub(crate) type Known<'a> = &'a dyn Fn(Shared) -> bool;

impl Lexicon {
    /// `Err`: it holds something that cannot be written down.
    pub fn write(&mut self, it: &Post) -> Result<Vec<u8>, String> {
        let mut out = Writer::new();
        match it {
            Post::Frame(it) => self.write_frame(&mut out, it),
            Post::Seed { source, question, cause } => {
                out.byte(16);
                out.text(source);
                out.u32(*question);
                self.write_cause(&mut out, *cause);
            }
            Post::Print { is_error, text } => {
                out.byte(17);
                out.bool(*is_error);
                out.text(text);
            }
            Post::Idle { heard } => {
                out.byte(18);
                out.u64(*heard);
            }
            Post::Ended(why) => {
                out.byte(19);
                problem::write(&mut out, why);
            }
        }
        out.finish()
    }

    pub fn read(&mut self, bytes: &[u8], known: Known<'_>) -> Read<Post> {
        let from = &mut Reader::new(bytes)?;
        from.harmless = true;
        let post = match from.byte()? {
            16 => Post::Seed { source: from.arc()?, question: number(from)?, cause: self.read_cause(from)? },
            17 => Post::Print { is_error: from.bool()?, text: from.arc()? },
            18 => Post::Idle { heard: from.u64()? },
            19 => Post::Ended(Box::new(plain_problem(from)?)),
            tag => Post::Frame(self.read_frame(tag, from, known)?),
        };
        if from.is_done() { Ok(post) } else { Err(Damage("something follows the end of a frame")) }
    }

    fn write_frame(&mut self, out: &mut Writer, it: &Frame) {
        match it {
            Frame::Message { export, selector, args, question, cause, sent } => {
                out.byte(0);
                out.u32(*export);
                out.text(&selector.verb());
                self.write_parcel(out, args);
                out.option(*question, Writer::u32);
                self.write_cause(out, *cause);
                self.write_sent(out, *sent);
            }
            Frame::Answer { question: number, value, sent }
            | Frame::Settled { export: number, value, sent } => {
                out.byte(if matches!(it, Frame::Answer { .. }) { 1 } else { 2 });
                out.u32(*number);
                self.write_parcel(out, value);
                self.write_sent(out, *sent);
            }
            Frame::Watch { export } => one(out, 3, *export),
            Frame::Drop { export, times } => {
                one(out, 4, *export);
                out.u32(*times);
            }
            Frame::Flush { export } => one(out, 5, *export),
            Frame::Flushed { export, value } => {
                one(out, 6, *export);
                self.write_parcel(out, value);
            }
            Frame::Finish { question } => one(out, 7, *question),
            Frame::Broke { export, why } => {
                one(out, 8, *export);
                problem::write(out, why);
            }
            // These are between the vats of one world.
            Frame::Hold { .. }
            | Frame::Provide { .. }
            | Frame::Accept { .. }
            | Frame::Refuse { .. }
            | Frame::Seed { .. }
            | Frame::End { .. }
            | Frame::Lost { .. } => out.lose("a frame for a vat of this process"),
        }
    }

    fn read_frame(&mut self, tag: u8, from: &mut Reader<'_>, known: Known<'_>) -> Read<Frame> {
        let at = from.u32()?;
        Ok(match tag {
            0 => {
                let verb = from.text()?;
                if verb.len() > VERB {
                    return Err(Damage("a verb is too long"));
                }
                let args = self.read_parcel(from, known)?;
                let selector = Selector::new(verb, args.roots.len());
                let question = from.option(number)?;
                let cause = self.read_cause(from)?;
                Frame::Message { export: at, selector, args, question, cause, sent: self.read_sent(from)? }
            }
            1 | 2 => {
                let value = self.read_parcel(from, known)?;
                let sent = self.read_sent(from)?;
                match tag {
                    1 => Frame::Answer { question: at, value, sent },
                    _ => Frame::Settled { export: at, value, sent },
                }
            }
            3 => Frame::Watch { export: at },
            4 => Frame::Drop { export: at, times: from.u32()? },
            5 => Frame::Flush { export: at },
            6 => Frame::Flushed { export: at, value: self.read_parcel(from, known)? },
            7 => Frame::Finish { question: at },
            8 => Frame::Broke { export: at, why: Box::new(plain_problem(from)?) },
            _ => return Err(Damage("not a frame")),
        })
    }

    fn write_parcel(&mut self, out: &mut Writer, it: &Parcel) {
        out.size(it.nodes.len());
        it.nodes.iter().for_each(|it| self.write_node(out, it));
        let objects = it.names.iter().filter(|it_| matches!(it.nodes.get(it_.0), Some(Node::Object { .. })));
        let objects: Vec<_> = objects.collect();
        out.all(objects.into_iter(), |out, (at, name)| {
            out.size(*at);
            self.write_name(out, *name);
        });
        out.values(&it.roots);
    }

    fn read_parcel(&mut self, from: &mut Reader<'_>, known: Known<'_>) -> Read<Parcel> {
        let count = from.size()?;
        from.cells = count;
        let mut nodes = Vec::with_capacity(count.min(4096));
        for _ in 0..count {
            nodes.push(self.read_node(from)?);
        }
        let mut names: Vec<(usize, Shared)> = Vec::new();
        for _ in 0..from.size()? {
            let (at, (name, is_ours)) = (from.usize()?, self.read_name(from)?);
            let is_one = matches!(nodes.get(at), Some(Node::Object { .. }));
            if !is_one || names.last().is_some_and(|it| it.0 >= at) {
                return Err(Damage("a name for nothing"));
            }
            // One of ours that is gone cannot be told from one that never was.
            if !is_ours || known(name) {
                names.push((at, name));
            }
        }
        let roots = Arguments::from(&from.values()?[..]);
        Ok(Parcel { nodes, names, passed_on: Vec::new(), roots })
    }

    fn write_node(&mut self, out: &mut Writer, it: &Node) {
        match it {
            Node::Text(it, spans) => {
                out.byte(0);
                out.text(it);
                out.option(spans.as_deref(), |out, parts| {
                    out.all(parts.iter(), |out, it| {
                        out.size(it.size);
                        out.option(it.span.as_ref(), span);
                    });
                });
            }
            Node::Big(it) => {
                out.byte(1);
                big(out, it);
            }
            Node::List(it) => {
                out.byte(2);
                out.values(it);
            }
            Node::Native { class, fields, payload } => {
                out.byte(3);
                out.class(class);
                out.values(fields);
                let data = crate::store::class_entry(class).and_then(|it| it.data);
                match (data, payload) {
                    (Some(data), Some(payload)) if (data.save)(payload.as_ref(), out) => {}
                    (None, None) => {}
                    _ => out.lose(class.fqn),
                }
            }
            Node::Object { module, script, captures, stamps, .. } => {
                out.byte(4);
                self.write_module(out, module);
                out.u32(*script);
                out.values(captures);
                out.u32((stamps.0 & !SAID_THERE).into());
            }
            Node::FinalSlot(it) => alone(out, 5, *it),
            Node::Binding { slot, guard, explicit } => {
                out.byte(6);
                out.value(*slot);
                out.value(*guard);
                out.bool(*explicit);
            }
            Node::Far { vat, export } => {
                out.byte(if *vat == WIRE { 8 } else { 7 });
                out.u32(*export);
            }
            Node::Promise { vat, export } => {
                out.byte(if *vat == WIRE { 10 } else { 9 });
                out.u32(*export);
            }
            Node::Broken(it) => alone(out, 11, *it),
            Node::Problem(it) => {
                out.byte(12);
                problem::write(out, it);
                out.option(it.sent, |out, it| self.write_sent(out, it));
            }
            Node::Sealed(it) => alone(out, 13, *it),
            Node::Lost => out.byte(14),
            Node::Gift { .. } => out.lose("a reference that is being passed on"),
        }
    }

    fn read_node(&mut self, from: &mut Reader<'_>) -> Read<Node> {
        Ok(match from.byte()? {
            0 => {
                let text = Text::from(from.text()?);
                let parts: Option<Arc<[_]>> = from.option(|from| Ok(from.all(read_part)?.into()))?;
                if let Some(parts) = &parts {
                    let sum = parts.iter().try_fold(0usize, |sum, it| sum.checked_add(it.size));
                    let is_sound = sum == Some(text.chars().count()) && parts.iter().all(|it| it.size > 0);
                    if !is_sound || weight(parts) > 1 << 24 {
                        return Err(Damage("a text and where it came from do not fit"));
                    }
                }
                Node::Text(text, parts)
            }
            1 => Node::Big(Arc::new(read_big(from)?)),
            2 => Node::List(from.values()?),
            3 => {
                let entry = from.entry()?;
                let fields = from.values()?;
                if !goes_by_copy(entry.class) || !entry.fields.allow(fields.len()) {
                    return Err(Damage("an object that cannot be copied"));
                }
                let payload = entry.data.map(|it| (it.load)(from)).transpose()?;
                Node::Native { class: entry.class, fields, payload }
            }
            4 => {
                let module = self.read_module(from)?;
                let (script, captures) = (from.u32()?, from.values()?);
                let stamps = Stamps(from.u16()? & !SAID_THERE);
                let wanted = module.scripts.get(script as usize).map(|it| it.captures.len());
                if wanted != Some(captures.len()) {
                    return Err(Damage("an object and its code do not fit"));
                }
                Node::Object { module, script, captures, stamps, approved_by: Value::NULL }
            }
            5 => Node::FinalSlot(from.value()?),
            6 => {
                let (slot, guard) = (from.value()?, from.value()?);
                Node::Binding { slot, guard, explicit: from.bool()? }
            }
            7 => Node::Far { vat: WIRE, export: number(from)? },
            8 => Node::Far { vat: self.gate, export: number(from)? },
            9 => Node::Promise { vat: WIRE, export: number(from)? },
            10 => Node::Promise { vat: self.gate, export: from.u32()? },
            11 => Node::Broken(from.value()?),
            12 => {
                let it = problem::read(from)?;
                Node::Problem(Box::new(Problem { sent: from.option(|from| self.read_sent(from))?, ..it }))
            }
            13 => Node::Sealed(from.value()?),
            14 => Node::Lost,
            _ => return Err(Damage("not a thing that goes from one process to another")),
        })
    }
}

fn one(out: &mut Writer, tag: u8, it: u32) {
    out.byte(tag);
    out.u32(it);
}

fn alone(out: &mut Writer, tag: u8, it: Value) {
    out.byte(tag);
    out.value(it);
}

/// The number of an export or of a question, and not of an answer.
fn number(from: &mut Reader<'_>) -> Read<u32> {
    match from.u32()? {
        it if it & ANSWER == 0 => Ok(it),
        _ => Err(Damage("a number that nobody gives")),
    }
}

/// A problem of words alone.
fn plain_problem(from: &mut Reader<'_>) -> Read<Problem> {
    let it = problem::read(from)?;
    let holds_something = it.values().any(|it| it.as_obj().is_some());
    if holds_something { Err(Damage("a problem about nothing known")) } else { Ok(it) }
}
