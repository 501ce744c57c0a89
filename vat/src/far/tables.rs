//! Which of our objects other vats know, which of theirs we know, and what we have asked of each other.
//!
//! An export lives as long as somebody out there counts on it: each time its reference leaves, one is added;
//! whoever has no more use for it sends back how many it has had. What we know of others is held weakly.

mod resting;

pub(crate) use resting::Resting;

use super::pairs::Pairs;
use crate::heap::{Backlog, Cell, Heap, Promise};
use crate::rare::Rare;
use crate::store::{Damage, Read, Reader, Writer};
use crate::value::{Obj, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::num::NonZeroU32;

/// In the number of an export: it is the answer to a question of whoever sends to it.
pub(crate) const ANSWER: u32 = 1 << 31;

const NONE: u32 = u32::MAX;

/// So many exports are looked through one after the other.
const FEW: usize = 8;

/// What one vat and the others know of each other.
#[derive(Default)]
pub(crate) struct Tables {
    exports: Slab<Export>,
    /// By object, once there are more than [`FEW`].
    numbers: Rare<FxHashMap<Obj, u32>>,
    /// Our references into other vats, by vat and number there, and how often each has come in.
    imports: Pairs<(Obj, u32)>,
    /// Promises for what other vats owe us. An answer that nobody waits for any more has no promise.
    questions: Slab<Question>,
    /// By asker and number of its question: what it can send to before we have answered.
    answers: Pairs<Value>,
    /// Vats that may know something of ours, or wait for something: all who have to hear of our end.
    known_to: Option<NonZeroU32>,
    /// All but the first of them.
    also_known_to: Rare<FxHashSet<u32>>,
    /// References into these vats that have died, and how often they had come in.
    dropped: Vec<(u32, u32, u32)>,
    /// Imports after which a collection is worth while.
    enough: usize,
    pub(crate) pace: Pace,
    /// Is it a gate to another process? Then that pace is the line's.
    pub(crate) is_gate: bool,
    /// Something came in that claims what is not so.
    pub(crate) deceived: bool,
    /// Promises whose value is known, and not used before what was sent to them has been passed on; by whoever
    /// passes it on, and the number there; the first one first.
    embargoed: Pairs<Vec<Obj>>,
    /// The number of our next gift.
    gifts_given: u32,
    /// References of ours that others pass on, by who does and its number.
    gifts: Pairs<Gift>,
}

/// How long it takes until what is sent is there.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Pace {
    /// No turn comes in between.
    #[default]
    AtOnce,
    /// What a turn sends lies before all those it goes to at the same moment; they take it in when they come to it.
    Batches,
    /// As long as the way to each vat takes, whatever the others do.
    Links,
}

/// A reference of ours that one vat passes on to another.
#[derive(Clone, Copy)]
pub(crate) enum Gift {
    /// It is this, for that vat.
    Provided { value: Value, to: u32 },
    /// Who has got it has asked before we were told: the promise for it.
    Awaited { promise: Obj, by: u32 },
    /// Whom it was for is gone.
    Refused,
}

#[derive(Clone, Copy)]
struct Export {
    value: Value,
    /// How many references to it are out there.
    out: u32,
}

#[derive(Clone, Copy)]
struct Question {
    vat: u32,
    promise: Option<Obj>,
    /// It is answered, and the vat that answered has not been told that we know.
    closed: bool,
}

/// Things by number; numbers are used again.
struct Slab<T> {
    places: Vec<Result<T, u32>>,
    free: u32,
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab { places: Vec::new(), free: NONE }
    }
}

impl<T: Copy> Slab<T> {
    fn insert(&mut self, it: T) -> u32 {
        match self.places.get_mut(self.free as usize) {
            Some(place) => {
                let number = self.free;
                self.free = place.as_ref().err().copied().unwrap_or(NONE);
                *place = Ok(it);
                number
            }
            None => {
                // A vat that knows of one thing is to be small.
                if self.places.capacity() == 0 {
                    self.places.reserve_exact(1);
                }
                self.places.push(Ok(it));
                self.places.len() as u32 - 1
            }
        }
    }
    fn get(&self, number: u32) -> Option<T> {
        self.places.get(number as usize)?.as_ref().ok().copied()
    }
    fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.places.get_mut(number as usize)?.as_mut().ok()
    }
    fn remove(&mut self, number: u32) -> Option<T> {
        let place = self.places.get_mut(number as usize)?;
        let it = (*place).as_ref().ok().copied()?;
        *place = Err(self.free);
        self.free = number;
        Some(it)
    }
    fn iter(&self) -> impl Iterator<Item = (u32, T)> + '_ {
        self.places.iter().enumerate().filter_map(|(n, it)| Some((n as u32, *it.as_ref().ok()?)))
    }
}

/// How many entries the tables of a vat have.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Known {
    /// Our objects that other vats can refer to.
    pub exports: usize,
    /// Objects of other vats that we refer to.
    pub imports: usize,
    /// Answers that we wait for.
    pub questions: usize,
    /// Answers that others may send to before they have them.
    pub answers: usize,
    /// References of ours that one vat has passed on to another, and that one of the two has not spoken of yet.
    pub gifts: usize,
}

impl Tables {
    pub(crate) fn known(&self) -> Known {
        Known {
            exports: self.exports.iter().count(),
            imports: self.imports.len(),
            questions: self.questions.iter().count(),
            answers: self.answers.len(),
            gifts: self.gifts.len(),
        }
    }

    /// What others can get at is held.
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.exports.iter().for_each(|(_, it)| visit(it.value));
        self.answers.values().for_each(|it| visit(*it));
        self.embargoed.values().flatten().for_each(|it| visit((*it).into()));
        self.gifts.values().for_each(|it| match it {
            Gift::Provided { value, .. } => visit(*value),
            Gift::Awaited { promise, .. } => visit((*promise).into()),
            Gift::Refused => {}
        });
    }

    /// Promises that other vats will settle and that somebody here waits for: who waits may be held by nothing else.
    pub(crate) fn waited_for(&self, heap: &Heap) -> Vec<Obj> {
        let imported = self.imports.values().map(|it| it.0);
        let asked = self.questions.iter().filter_map(|(_, it)| it.promise);
        let is_waited_for = |it: &Obj| match heap.cell(*it) {
            Cell::Promise(it) => it.waiting().is_some_and(Backlog::is_waited_for),
            _ => false,
        };
        imported.chain(asked).filter(is_waited_for).collect()
    }

    /// Forgets what the collection is about to free.
    pub(crate) fn forget(&mut self, lives: &dyn Fn(Obj) -> bool) {
        let dropped = &mut self.dropped;
        self.imports.retain(|(vat, export), (it, times)| {
            let keeps = lives(*it);
            if !keeps {
                dropped.push((vat, export, *times));
            }
            keeps
        });
        for it in self.questions.places.iter_mut().flatten() {
            it.promise = it.promise.filter(|it| lives(*it));
        }
        self.enough = 2 * self.imports.len();
    }

    /// Are there so many imports that some may well be dead?
    pub(crate) fn wants_collection(&self) -> bool {
        self.imports.len() > self.enough.max(1024)
    }

    pub(crate) fn has_dropped(&self) -> bool {
        !self.dropped.is_empty()
    }
    pub(crate) fn take_dropped(&mut self) -> Vec<(u32, u32, u32)> {
        std::mem::take(&mut self.dropped)
    }

    /// How long the way to that vat takes.
    pub(crate) fn pace_to(&self, vat: u32) -> Pace {
        if self.is_gate && vat != super::WIRE { Pace::AtOnce } else { self.pace }
    }

    // What is ours.

    /// The number of something of ours whose reference leaves.
    pub(crate) fn export(&mut self, it: Obj) -> u32 {
        let number = self.number_of(it).unwrap_or_else(|| self.new_export(it));
        self.hold(number);
        number
    }
    pub(crate) fn number_of(&self, it: Obj) -> Option<u32> {
        match self.numbers.used() {
            Some(numbers) => numbers.get(&it).copied(),
            None => self.exports.iter().find(|(_, export)| export.value.as_obj() == Some(it)).map(|it| it.0),
        }
    }
    fn new_export(&mut self, it: Obj) -> u32 {
        let number = self.exports.insert(Export { value: it.into(), out: 0 });
        if self.numbers.used().is_some() {
            self.numbers.insert(it, number);
        } else if self.exports.places.len() > FEW {
            self.numbers = self.exports.numbers().into();
        }
        number
    }
    /// One more reference to it is out there.
    pub(crate) fn hold(&mut self, number: u32) {
        if let Some(it) = self.exports.get_mut(number) {
            it.out += 1;
        }
    }
    /// All that others can get at, by its number.
    pub(crate) fn all_exports(&self) -> impl Iterator<Item = (u32, Value)> + '_ {
        self.exports.iter().map(|(number, it)| (number, it.value))
    }
    /// What was answered, while the asker may send to it.
    pub(crate) fn all_answers(&self) -> impl Iterator<Item = Value> + '_ {
        self.answers.values().copied()
    }
    pub(crate) fn exported(&self, number: u32) -> Option<Value> {
        self.exports.get(number).map(|it| it.value)
    }
    /// So many references to it are gone; what it was, if that was all.
    pub(crate) fn release(&mut self, number: u32, times: u32) -> Option<Obj> {
        let it = self.exports.get_mut(number)?;
        it.out = it.out.saturating_sub(times);
        if it.out > 0 {
            return None;
        }
        let at = self.exports.remove(number)?.value.as_obj()?;
        if let Some(it) = self.numbers.used_mut() {
            it.remove(&at);
        }
        Some(at)
    }
    /// That vat has to hear of our end.
    pub(crate) fn is_known_to(&mut self, vat: u32) {
        let Some(vat) = NonZeroU32::new(vat).filter(|it| self.known_to != Some(*it)) else { return };
        match self.known_to {
            None if self.also_known_to.used().is_none_or(|it| !it.contains(&vat.get())) => {
                self.known_to = Some(vat);
            }
            None => {}
            Some(_) => drop(self.also_known_to.insert(vat.get())),
        }
    }
    pub(crate) fn all_known_to(&self) -> Vec<u32> {
        let more = self.also_known_to.used().into_iter().flatten().copied();
        let mut all: Vec<u32> = self.known_to.into_iter().map(NonZeroU32::get).chain(more).collect();
        all.sort_unstable();
        all
    }
    pub(crate) fn take_known_to(&mut self) -> Vec<u32> {
        let all = self.all_known_to();
        self.known_to = None;
        self.also_known_to = Rare::default();
        all
    }

    // What is theirs.

    /// Our reference to an export of another vat, which has come in once more.
    pub(crate) fn import(&mut self, vat: u32, export: u32) -> Option<Obj> {
        let (it, times) = self.imports.get_mut((vat, export))?;
        *times += 1;
        Some(*it)
    }
    pub(crate) fn imported(&mut self, vat: u32, export: u32, it: Obj) {
        self.imports.insert((vat, export), (it, 1));
    }
    /// A promise of another vat is settled and needed no more: what it was here.
    pub(crate) fn settled(&mut self, vat: u32, export: u32) -> Option<Obj> {
        let (it, times) = self.imports.remove((vat, export))?;
        self.dropped.push((vat, export, times));
        Some(it)
    }
    /// All that we know of other vats: the vat, the number, and how often it has come in.
    pub(crate) fn all_imports(&self) -> Vec<(u32, u32, u32)> {
        self.imports.iter().map(|((vat, export), (_, times))| (vat, export, *times)).collect()
    }

    // Questions.

    /// The number of a promise for what `vat` will answer.
    pub(crate) fn ask(&mut self, vat: u32, promise: Obj) -> u32 {
        self.questions.insert(Question { vat, promise: Some(promise), closed: false })
    }
    /// Is it for that vat to answer?
    pub(crate) fn asks(&self, question: u32, vat: u32) -> bool {
        self.questions.get(question).is_some_and(|it| it.vat == vat)
    }
    /// The question is answered: its promise, if anybody still wants to know.
    pub(crate) fn answered(&mut self, question: u32) -> Option<Obj> {
        self.questions.remove(question)?.promise
    }
    /// The same where the other vat keeps the answer until it hears that we have it.
    pub(crate) fn close(&mut self, question: u32) -> Option<Obj> {
        let it = self.questions.get_mut(question)?;
        it.closed = true;
        it.promise.take()
    }
    /// That vat is told that we have the answer: the number is free. `false`: it is another question's by now.
    pub(crate) fn finish(&mut self, vat: u32, question: u32) -> bool {
        let is_it = self.questions.get(question).is_some_and(|it| it.vat == vat && it.closed);
        if is_it {
            self.questions.remove(question);
        }
        is_it
    }
    /// Whom we have asked something.
    pub(crate) fn asked(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.questions.iter().map(|(_, it)| it.vat).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
    pub(crate) fn answer(&self, asker: u32, question: u32) -> Option<Value> {
        self.answers.get((asker, question)).copied()
    }
    pub(crate) fn set_answer(&mut self, asker: u32, question: u32, promise: impl Into<Value>) {
        self.answers.insert((asker, question), promise.into());
    }
    pub(crate) fn take_answer(&mut self, asker: u32, question: u32) -> Option<Value> {
        self.answers.remove((asker, question))
    }

    /// The promise of a question, which is not answered yet.
    pub(crate) fn asking(&self, question: u32) -> Option<Obj> {
        self.questions.get(question)?.promise
    }
    /// Our reference to an export of another vat.
    pub(crate) fn peek(&self, vat: u32, export: u32) -> Option<Obj> {
        self.imports.get((vat, export)).map(|it| it.0)
    }
    pub(crate) fn embargo(&mut self, vat: u32, number: u32, promise: Obj) {
        match self.embargoed.get_mut((vat, number)) {
            Some(it) => it.push(promise),
            None => self.embargoed.insert((vat, number), vec![promise]),
        }
    }
    pub(crate) fn lift_embargo(&mut self, vat: u32, number: u32) -> Option<Obj> {
        let all = self.embargoed.get_mut((vat, number))?;
        let first = (!all.is_empty()).then(|| all.remove(0));
        if all.is_empty() {
            self.embargoed.remove((vat, number));
        }
        first
    }

    // Gifts.

    pub(crate) fn next_gift(&mut self) -> u32 {
        self.gifts_given = self.gifts_given.wrapping_add(1);
        self.gifts_given
    }
    pub(crate) fn take_gift(&mut self, giver: u32, gift: u32) -> Option<Gift> {
        self.gifts.remove((giver, gift))
    }
    pub(crate) fn put_gift(&mut self, giver: u32, gift: u32, it: Gift) {
        self.gifts.insert((giver, gift), it);
    }
    /// Another vat has ended: our references into it, and the promises for what it owed us.
    pub(crate) fn lost(&mut self, vat: u32) -> Vec<Obj> {
        let mut lost: Vec<Obj> = Vec::new();
        lost.extend(self.imports.remove_all(vat).into_iter().map(|it| it.0));
        let owed: Vec<u32> = self.questions.iter().filter(|it| it.1.vat == vat).map(|it| it.0).collect();
        lost.extend(owed.into_iter().filter_map(|it| self.answered(it)));
        self.answers.remove_all(vat);
        lost.extend(self.embargoed.remove_all(vat).into_iter().flatten());
        // What it has told us of stands. What it would have told us of does not come.
        self.gifts.retain(|(giver, _), it| match *it {
            Gift::Awaited { promise, .. } if giver == vat => {
                lost.push(promise);
                false
            }
            Gift::Refused => giver != vat,
            // Whoever it is for asks for it, or what it came in is given back.
            Gift::Awaited { .. } | Gift::Provided { .. } => true,
        });
        match self.known_to {
            Some(it) if it.get() == vat => self.known_to = None,
            _ => {
                if let Some(it) = self.also_known_to.used_mut() {
                    it.remove(&vat);
                }
            }
        }
        lost
    }
}

impl Tables {
    pub(crate) fn save(&self, out: &mut Writer) {
        self.exports.save(out, |out, it| {
            out.value(it.value);
            out.u32(it.out);
        });
        out.all(self.imports.row(), |out, ((vat, export), (it, times))| {
            [vat, export, *times].into_iter().for_each(|it| out.u32(it));
            out.obj(*it);
        });
        self.questions.save(out, |out, it| {
            out.u32(it.vat);
            out.option(it.promise, Writer::obj);
            out.bool(it.closed);
        });
        out.all(self.answers.row(), |out, ((asker, question), it)| {
            out.u32(asker);
            out.u32(question);
            out.value(*it);
        });
        out.all(self.all_known_to().iter(), |out, it| out.u32(*it));
        out.all(self.dropped.iter(), |out, it| [it.0, it.1, it.2].into_iter().for_each(|it| out.u32(it)));
        out.size(self.enough);
        out.all(self.embargoed.row(), |out, ((vat, number), it)| {
            out.u32(vat);
            out.u32(number);
            out.all(it.iter(), |out, it| out.obj(*it));
        });
        out.u32(self.gifts_given);
        out.all(self.gifts.row(), |out, ((giver, gift), it)| {
            out.u32(giver);
            out.u32(gift);
            save_gift(out, it);
        });
    }

    pub(crate) fn load(from: &mut Reader<'_>) -> Read<Tables> {
        let exports = Slab::load(from, |from| Ok(Export { value: from.value()?, out: from.u32()? }))?;
        let numbers = if exports.places.len() > FEW { exports.numbers().into() } else { Rare::default() };
        let imports = from.all(|from| {
            let (vat, export, times) = (from.vat()?, from.u32()?, from.u32()?);
            Ok(((vat, export), (from.obj()?, times)))
        })?;
        let questions = Slab::load(from, |from| {
            let (vat, promise) = (from.vat()?, from.option(Reader::obj)?);
            Ok(Question { vat, promise, closed: from.bool()? })
        })?;
        let answers = from.all(|from| Ok(((from.vat()?, from.u32()?), from.value()?)))?;
        let known_to = from.all(Reader::vat)?;
        let mut tables = Tables {
            exports,
            numbers,
            imports: imports.into_iter().collect(),
            questions,
            answers: answers.into_iter().collect(),
            known_to: None,
            also_known_to: Rare::default(),
            dropped: from.all(|from| Ok((from.vat()?, from.u32()?, from.u32()?)))?,
            enough: from.usize()?.min(1 << 40),
            pace: Pace::default(),
            embargoed: from
                .all(|from| Ok(((from.vat()?, from.u32()?), from.all(Reader::obj)?)))?
                .into_iter()
                .collect(),
            gifts_given: from.u32()?,
            gifts: from.all(|from| Ok(((from.vat()?, from.u32()?), load_gift(from)?)))?.into_iter().collect(),
            is_gate: false,
            deceived: false,
        };
        known_to.into_iter().for_each(|it| tables.is_known_to(it));
        Ok(tables)
    }
}

fn save_gift(out: &mut Writer, it: &Gift) {
    match *it {
        Gift::Provided { value, to } => {
            out.byte(0);
            out.value(value);
            out.u32(to);
        }
        Gift::Awaited { promise, by } => {
            out.byte(1);
            out.obj(promise);
            out.u32(by);
        }
        Gift::Refused => out.byte(2),
    }
}

fn load_gift(from: &mut Reader<'_>) -> Read<Gift> {
    Ok(match from.byte()? {
        0 => Gift::Provided { value: from.value()?, to: from.vat()? },
        1 => Gift::Awaited { promise: from.obj()?, by: from.vat()? },
        2 => Gift::Refused,
        _ => return Err(Damage("a gift is of no known kind")),
    })
}

impl Slab<Export> {
    /// Every export's number, by object.
    fn numbers(&self) -> FxHashMap<Obj, u32> {
        self.iter().filter_map(|(number, it)| Some((it.value.as_obj()?, number))).collect()
    }
}

impl<T: Copy> Slab<T> {
    fn save(&self, out: &mut Writer, mut write: impl FnMut(&mut Writer, T)) {
        out.u32(self.free);
        out.all(self.places.iter(), |out, it| {
            out.bool(it.is_ok());
            match it {
                Ok(it) => write(out, *it),
                Err(next) => out.u32(*next),
            }
        });
    }
    fn load(from: &mut Reader<'_>, mut read: impl FnMut(&mut Reader<'_>) -> Read<T>) -> Read<Slab<T>> {
        let free = from.u32()?;
        let places =
            from.all(|from| if from.bool()? { Ok(Ok(read(from)?)) } else { Ok(Err(from.u32()?)) })?;
        // Whoever takes a free place goes on to the next: every one once, and then none.
        let (mut at, mut listed) = (free, 0);
        while let Some(Err(next)) = places.get(at as usize)
            && listed <= places.len()
        {
            (at, listed) = (*next, listed + 1);
        }
        let free_places = places.iter().filter(|it| it.is_err()).count();
        if at != NONE || listed != free_places {
            return Err(Damage("its free numbers are not in order"));
        }
        Ok(Slab { places, free })
    }
}

/// Is it a promise that is not settled?
pub(crate) fn is_open(heap: &Heap, it: Obj) -> bool {
    matches!(heap.cell(it), Cell::Promise(Promise::Unresolved(_)))
}
