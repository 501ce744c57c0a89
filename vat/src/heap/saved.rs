//! A heap as bytes: every cell at its place, free ones included, so that what is made next goes where it would
//! have gone.

use super::{Asker, Backlog, Binding, Flex, GuardedSlot, Text, Watcher, native_cell};
use super::{Cell, Heap, Message, Promise, Proxied, Script, Shared};
use crate::causality;
use crate::data::flex_list::Items;
use crate::data::source_span::Span;
use crate::data::twine::{Part, Spans};
use crate::native::Stamps;
use crate::problem::Exit;
use crate::selector::Selector;
use crate::store::{Damage, Read, Reader, Writer, problem};
use crate::value::{Obj, Value};
use dashu_int::ops::UnsignedAbs;
use dashu_int::{IBig, Sign, UBig};
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Heap {
    pub(crate) fn save(&self, out: &mut Writer) {
        out.size(self.cells.len());
        for (at, it) in self.cells.iter().enumerate() {
            cell(out, if self.is_gap(at) { &Cell::Free } else { it });
        }
        out.u64(self.bytes + self.spread.get());
        out.u64(self.beside);
        out.u64(self.collect_at);
        out.u64(self.names_given);
        out.bool(self.selfless);
        values_by_obj(out, &self.approvals);
        values_by_obj(out, &self.portraits);
        values_by_obj(out, &self.weak);
        let mut proxies: Vec<_> = self.far_proxies.iter().collect();
        proxies.sort_by_key(|it| *it.0);
        out.all(proxies.into_iter(), |out, (identity, alike)| {
            out.fixed(*identity);
            out.all(alike.iter(), |out, it| out.obj(*it));
        });
        let mut shared: Vec<_> = self.shared_names.iter().collect();
        shared.sort_by_key(|it| *it.0);
        out.all(shared.into_iter(), |out, (it, name)| {
            out.obj(*it);
            out.u32(name.vat);
            out.u64(name.number);
        });
        let mut spans: Vec<_> = self.spans.used().into_iter().flatten().collect();
        spans.sort_by_key(|it| *it.0);
        out.all(spans.into_iter(), |out, (it, spans)| {
            out.obj(*it);
            out.value(spans.bare);
            out.all(spans.parts.iter(), |out, it| {
                out.size(it.size);
                out.option(it.span.as_ref(), span);
            });
        });
    }

    /// A heap that may weigh up to `limit`.
    pub(crate) fn load(from: &mut Reader<'_>, limit: u64) -> Read<Heap> {
        let mut heap = Heap::new(limit);
        from.cells = from.size()?;
        let mut weight = 0u64;
        for _ in 0..from.cells {
            let it = read_cell(from)?;
            if !matches!(it, Cell::Free) {
                weight = weight.saturating_add(it.bytes());
            }
            if weight > limit {
                return Err(Damage("it is larger than this vat may be"));
            }
            heap.cells.push(it);
        }
        heap.check_free()?;
        heap.find_free();
        heap.check_resolved()?;
        heap.bytes = from.u64()?.min(limit);
        heap.beside = from.u64()?.min(limit);
        let collect_at = from.u64()?.min(limit);
        heap.collect_at(collect_at);
        heap.names_given = from.count()?;
        heap.selfless = from.bool()?;
        heap.approvals = read_values_by_obj(from)?.into();
        heap.portraits = read_values_by_obj(from)?.into();
        heap.weak = read_values_by_obj(from)?.into();
        let proxies = from.all(|from| Ok((from.fixed()?, from.all(Reader::obj)?)))?;
        *heap.far_proxies = proxies.into_iter().collect();
        for (it, name) in
            from.all(|from| Ok((from.obj()?, Shared { vat: from.u32()?, number: from.u64()? })))?
        {
            if let Some(vat) = from.places.here(name.vat) {
                heap.know_as(it, Shared { vat, ..name });
            }
        }
        for (it, bare, parts) in from.all(|from| Ok((from.obj()?, from.value()?, from.all(read_part)?)))? {
            let whole = heap.as_text(it.into()).map(|it| it.chars().count());
            let sum = parts.iter().try_fold(0usize, |sum, it| sum.checked_add(it.size));
            let sound = whole.is_some() && sum == whole && parts.iter().all(|it| it.size > 0);
            if !sound || heap.as_text(bare).is_none() {
                return Err(Damage("a text and where it came from do not fit"));
            }
            heap.spans.insert(it, Spans { parts: parts.into(), bare });
        }
        Ok(heap)
    }

    /// Does no reference lead to a free place?
    fn check_free(&self) -> Read<()> {
        let mut dangling = false;
        for it in &self.cells {
            it.trace(&mut |it| {
                dangling |= it.as_obj().is_some_and(|it| matches!(self.cell(it), Cell::Free));
            });
        }
        if dangling { Err(Damage("a reference leads to a free place")) } else { Ok(()) }
    }

    /// Does every resolved promise lead somewhere? Whoever follows one relies on it.
    fn check_resolved(&self) -> Read<()> {
        let next = |at: usize| match self.cells.get(at) {
            Some(Cell::Promise(Promise::Resolved(it))) => it.as_obj().map(Obj::index),
            _ => None,
        };
        // By cell: the walk that came by last.
        let mut walks = vec![0u32; self.cells.len()];
        for start in 0..self.cells.len() {
            let (mut at, walk) = (start, start as u32 + 1);
            while let Some(to) = next(at).filter(|_| walks[at] == 0 || walks[at] == walk) {
                if walks[at] == walk {
                    return Err(Damage("a promise is resolved to itself"));
                }
                walks[at] = walk;
                at = to;
            }
        }
        Ok(())
    }

    /// Checks what objects hold against how many values their scripts want.
    pub(crate) fn check_scripts(&self, captures: &dyn Fn(Script) -> Option<usize>) -> Read<()> {
        let mut objects = self.cells.iter().filter_map(Cell::as_object);
        match objects.all(|it| captures(it.script) == Some(it.captures.len())) {
            true => Ok(()),
            false => Err(Damage("an object and its code do not fit")),
        }
    }

    /// Everything that is in use, or was at the last collection.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Obj, &Cell)> {
        let used = self.cells.iter().enumerate().filter(|it| !self.is_gap(it.0));
        used.map(|(place, it)| (Obj(place as u32), it))
    }

    /// Every object written in E.
    pub(crate) fn objects(&self) -> Vec<Obj> {
        self.all().filter(|it| matches!(it.1, Cell::Object { .. })).map(|it| it.0).collect()
    }

    /// Every instance of a class.
    pub(crate) fn instances(&self, class: &'static crate::native::Class) -> Vec<Value> {
        let is_one = |it: &Cell| matches!(it, Cell::Native(it) if std::ptr::eq(it.class, class));
        let places = (0..self.cells.len()).filter(|it| !self.is_gap(*it) && is_one(&self.cells[*it]));
        places.map(|it| Obj(it as u32).into()).collect()
    }
}

fn values_by_obj(out: &mut Writer, them: &FxHashMap<Obj, Value>) {
    let mut them: Vec<_> = them.iter().collect();
    them.sort_by_key(|it| *it.0);
    out.all(them.into_iter(), |out, (at, it)| {
        out.obj(*at);
        out.value(*it);
    });
}

fn read_values_by_obj(from: &mut Reader<'_>) -> Read<FxHashMap<Obj, Value>> {
    Ok(from.all(|from| Ok((from.obj()?, from.value()?)))?.into_iter().collect())
}

pub(crate) fn span(out: &mut Writer, it: &Span) {
    out.text(&it.uri);
    out.bool(it.one_to_one);
    [it.start.0, it.start.1, it.end.0, it.end.1].into_iter().for_each(|it| out.i64(it));
}

pub(crate) fn read_part(from: &mut Reader<'_>) -> Read<Part> {
    let size = from.usize()?;
    let span = from.option(|from| {
        let (uri, one_to_one) = (from.arc()?, from.bool()?);
        let mut place = || -> Read<i64> {
            let it = from.i64()?;
            if it.abs_diff(0) < 1 << 40 { Ok(it) } else { Err(Damage("a place lies outside its text")) }
        };
        let (start, end) = ((place()?, place()?), (place()?, place()?));
        Ok(Span { uri, one_to_one, start, end })
    })?;
    Ok(Part { size, span })
}

pub(crate) fn big(out: &mut Writer, it: &IBig) {
    let (sign, magnitude) = (it.sign(), it.clone().unsigned_abs());
    out.bool(sign == Sign::Negative);
    out.bytes(&magnitude.to_le_bytes());
}

pub(crate) fn read_big(from: &mut Reader<'_>) -> Read<IBig> {
    let negative = from.bool()?;
    let it = IBig::from(UBig::from_le_bytes(from.bytes()?));
    let it = if negative { -it } else { it };
    match i64::try_from(&it) {
        Ok(_) => Err(Damage("an integer is not where it belongs")),
        Err(_) => Ok(it),
    }
}

pub(crate) fn message(out: &mut Writer, it: &Message) {
    out.text(&it.selector.verb());
    out.values(&it.args);
    match it.result {
        Asker::Nobody => out.byte(0),
        Asker::Here(it) => {
            out.byte(1);
            out.obj(it);
        }
        Asker::There { vat, question } => {
            out.byte(2);
            out.u32(vat);
            out.u32(question);
        }
    }
    causality::save(out, it.sent);
}

pub(crate) fn read_message(from: &mut Reader<'_>) -> Read<Message> {
    let verb = from.text()?;
    let args = from.values()?;
    let selector = Selector::new(verb, args.len());
    let result = match from.byte()? {
        0 => Asker::Nobody,
        1 => Asker::Here(from.obj()?),
        2 => Asker::There { vat: from.vat()?, question: from.u32()? },
        _ => return Err(Damage("a message for an unknown kind of asker")),
    };
    Ok(Message { selector, args: args[..].into(), result, sent: causality::load(from)? })
}

fn backlog(out: &mut Writer, it: &Backlog) {
    out.all(it.messages.iter(), message);
    out.option(it.home, |out, (vat, export)| {
        out.u32(vat);
        out.u32(export);
    });
    out.all(it.watchers.iter(), |out, it| {
        let (asked, vat, number) = match *it {
            Watcher::Knows { vat, export } => (false, vat, export),
            Watcher::Asked { vat, question } => (true, vat, question),
        };
        out.bool(asked);
        out.u32(vat);
        out.u32(number);
    });
    out.option(it.proxied.as_deref(), proxied);
    out.all(it.boxes_of.iter(), |out, it| out.obj(*it));
}

fn read_backlog(from: &mut Reader<'_>) -> Read<Box<Backlog>> {
    let messages = from.all(read_message)?;
    let home = from.option(|from| Ok((from.vat()?, from.u32()?)))?;
    Ok(Box::new(Backlog {
        messages,
        home,
        sent: home.is_some(),
        watchers: from.all(|from| {
            Ok(match from.bool()? {
                false => Watcher::Knows { vat: from.vat()?, export: from.u32()? },
                true => Watcher::Asked { vat: from.vat()?, question: from.u32()? },
            })
        })?,
        proxied: from.option(read_proxied)?,
        boxes_of: from.all(Reader::obj)?,
    }))
}

fn proxied(out: &mut Writer, it: &Proxied) {
    [it.handler, it.resolution, it.identity].into_iter().for_each(|it| out.value(it));
}

fn read_proxied(from: &mut Reader<'_>) -> Read<Box<Proxied>> {
    let (handler, resolution) = (from.value()?, from.value()?);
    Ok(Box::new(Proxied { handler, resolution, identity: from.value()? }))
}

pub(super) fn cell(out: &mut Writer, it: &Cell) {
    match it {
        Cell::Free => out.byte(0),
        Cell::Short(_) | Cell::Long(..) => {
            out.byte(1);
            out.text(&text_of(it));
        }
        Cell::Big(it) => {
            out.byte(2);
            big(out, it);
        }
        Cell::List(it) => {
            out.byte(3);
            out.values(it);
        }
        Cell::Flex(it) => {
            out.byte(22);
            out.value(it.guard);
            out.values(it.items.get());
        }
        // Between turns no loop is running; nothing leads to it.
        Cell::Shared(_) => one(out, 6, Value::NULL),
        Cell::Native(it) => {
            out.byte(4);
            out.class(it.class);
            out.values(&it.fields);
            let entry = crate::store::class_entry(it.class);
            let known = entry.is_some_and(|it_| it_.fields.allow(it.fields.len()));
            let saved = match (entry.and_then(|it| it.data), &it.payload) {
                (Some(data), Some(payload)) => (data.save)(payload.as_ref(), out),
                (None, None) => true,
                _ => false,
            };
            if !known || !saved {
                out.lose(format!("an instance of {} with {} fields", it.class.fqn, it.fields.len()));
            }
        }
        Cell::Object { stamps, script, captures } => {
            out.byte(5);
            out.u32(stamps.0.into());
            out.u32(script.0);
            out.values(captures);
        }
        Cell::FinalSlot(it) => one(out, 6, *it),
        Cell::VarSlot(it) => one(out, 7, *it),
        Cell::GuardedSlot(it) => {
            out.byte(8);
            out.value(it.value);
            out.value(it.guard);
        }
        Cell::Binding(it) => {
            out.byte(9);
            out.value(it.slot);
            out.value(it.guard);
            out.bool(it.explicit);
        }
        Cell::Ejector { live, name } => {
            out.byte(10);
            out.bool(*live);
            out.value(*name);
        }
        Cell::Promise(Promise::Resolved(it)) => one(out, 11, *it),
        Cell::Promise(Promise::Unresolved(it)) => {
            out.byte(12);
            out.option(it.as_deref(), backlog);
        }
        Cell::Resolver { promise, done } => {
            out.byte(13);
            out.obj(*promise);
            out.bool(*done);
        }
        Cell::Far { vat, export } => {
            out.byte(14);
            out.u32(*vat);
            out.u32(*export);
        }
        Cell::FarProxy(it) => {
            out.byte(15);
            proxied(out, it);
        }
        Cell::Broken(it) => one(out, 16, *it),
        Cell::Problem(it) => {
            out.byte(17);
            problem::write(out, it);
        }
        Cell::Sealed(it) => one(out, 18, *it),
        Cell::Exit(it) => match &**it {
            Exit::Thrown(it) => one(out, 19, *it),
            Exit::Freed(it) => one(out, 20, *it),
            Exit::Ejected { ejector, value } => {
                out.byte(21);
                out.value(*ejector);
                out.value(*value);
            }
            // Left over from a turn that was stopped; nothing leads to it.
            Exit::Stopped(_) => one(out, 19, Value::NULL),
        },
    }
}

fn text_of(it: &Cell) -> Text {
    it.text().unwrap_or_default()
}

fn one(out: &mut Writer, tag: u8, it: Value) {
    out.byte(tag);
    out.value(it);
}

pub(super) fn read_cell(from: &mut Reader<'_>) -> Read<Cell> {
    Ok(match from.byte()? {
        0 => Cell::Free,
        1 => Cell::from(Text::from(from.text()?)),
        2 => Cell::Big(Arc::new(read_big(from)?)),
        3 => Cell::List(from.values()?.into()),
        4 => {
            let entry = from.entry()?;
            let fields = from.values()?;
            if !entry.fields.allow(fields.len()) {
                return Err(Damage("an object has a wrong number of parts"));
            }
            let payload = match entry.data {
                Some(it) => Some((it.load)(from)?),
                None => None,
            };
            native_cell(entry.class, fields, payload)
        }
        5 => {
            let stamps = Stamps(from.u16()?);
            let script = Script(from.u32()?);
            Cell::Object { stamps, script, captures: from.values()?.into() }
        }
        6 => Cell::FinalSlot(from.value()?),
        7 => Cell::VarSlot(from.value()?),
        8 => {
            let value = from.value()?;
            Cell::GuardedSlot(Box::new(GuardedSlot { value, guard: from.value()? }))
        }
        9 => {
            let (slot, guard) = (from.value()?, from.value()?);
            Cell::Binding(Box::new(Binding { slot, guard, explicit: from.bool()? }))
        }
        // No turn is running: no ejector of one that was can be used.
        10 => {
            let live = from.bool()?;
            Cell::Ejector { live, name: from.value()? }
        }
        11 => Cell::Promise(Promise::Resolved(from.value()?)),
        12 => Cell::Promise(Promise::Unresolved(from.option(read_backlog)?)),
        13 => {
            let promise = from.obj()?;
            Cell::Resolver { promise, done: from.bool()? }
        }
        14 => Cell::Far { vat: from.vat()?, export: from.u32()? },
        15 => Cell::FarProxy(read_proxied(from)?),
        16 => Cell::Broken(from.value()?),
        17 => Cell::Problem(Box::new(problem::read(from)?)),
        18 => Cell::Sealed(from.value()?),
        19 => Cell::Exit(Box::new(Exit::Thrown(from.value()?))),
        20 => Cell::Exit(Box::new(Exit::Freed(from.value()?))),
        21 => {
            let ejector = from.value()?;
            Cell::Exit(Box::new(Exit::Ejected { ejector, value: from.value()? }))
        }
        22 => {
            let guard = from.value()?;
            Cell::Flex(Box::new(Flex { guard, items: Items::new(from.values()?) }))
        }
        _ => return Err(Damage("not a thing a vat has")),
    })
}
