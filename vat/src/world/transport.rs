//! The way between vats, where it takes time: what was sent lies on links, and a courier says what arrives next.
//!
//! What one turn sends to another vat is a letter, and arrives whole. The letters of a link arrive in the order in
//! which they were sent; which link is next is for the courier to say. A world without a courier hands everything
//! over at once, and pays nothing for this.

use super::{VatId, World};
use crate::far::{Frame, Held, Outgoing, Pace, Parcel, PassedOn};
use crate::problem::Problem;
use crate::turn::Vat;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, VecDeque};

/// Where letters lie until they arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Roads {
    /// In the inbox of the vat that they are for, in the order in which they were sent, whoever sent them: what
    /// threads do.
    Inboxes,
    /// On a link from each vat to each other: what a network does.
    Links,
}

/// A link on which letters wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// Nobody in particular, where it is an inbox.
    pub from: Option<VatId>,
    pub to: VatId,
    pub letters: usize,
}

/// A letter that arrives: by the place of its link among those that were shown, and its own on the link. Any other
/// than the first breaks the order on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pick {
    pub link: usize,
    pub letter: usize,
}

/// Says what arrives next.
pub trait Courier: Send {
    /// `None`: nothing before the next turn. `idle`: there is no next turn before something arrives; then the first
    /// link is as good as any other to a courier that picks none.
    fn pick(&mut self, links: &[Link], idle: bool) -> Option<Pick>;
}

/// What is on its way.
pub(super) struct Travel {
    roads: Roads,
    /// Nobody, where each vat takes what lies in its inbox by itself.
    courier: Option<Box<dyn Courier>>,
    /// By sender, or 0, and receiver.
    links: BTreeMap<(u32, u32), VecDeque<Letter>>,
    /// In place of links, where there is no courier.
    boxes: FxHashMap<u32, Vec<Letter>>,
}

/// What one vat's turn has sent to another.
pub(super) struct Letter {
    pub from: u32,
    pub frames: Vec<Frame>,
}

impl Travel {
    /// That of a vat which nobody has done anything with.
    pub(super) fn pace(&self) -> Pace {
        match self.roads {
            _ if self.courier.is_none() => Pace::AtOnce,
            Roads::Inboxes => Pace::Batches,
            Roads::Links => Pace::Links,
        }
    }
    /// Is anything on its way?
    pub(super) fn is_busy(&self) -> bool {
        !self.links.is_empty() || !self.boxes.is_empty()
    }

    /// Inboxes that nobody brings anything from.
    #[cfg(feature = "host")]
    pub(super) fn boxes() -> Travel {
        Travel { roads: Roads::Inboxes, courier: None, links: BTreeMap::new(), boxes: FxHashMap::default() }
    }
    /// What lies in a vat's inbox.
    #[cfg(feature = "host")]
    pub(super) fn open(&mut self, vat: u32) -> Option<Vec<Letter>> {
        self.boxes.remove(&vat)
    }
    #[cfg(feature = "host")]
    pub(super) fn has_mail(&self, vat: u32) -> bool {
        self.boxes.contains_key(&vat)
    }
    /// Somebody in whose inbox something lies.
    #[cfg(feature = "host")]
    pub(super) fn anybody(&self) -> Option<u32> {
        self.boxes.keys().next().copied()
    }

    fn put(&mut self, from: u32, batch: Vec<(u32, Frame)>) {
        if self.courier.is_none() {
            for (to, frame) in batch {
                let letters = self.boxes.entry(to).or_default();
                match letters.last_mut() {
                    Some(it) if it.from == from => it.frames.push(frame),
                    _ => letters.push(Letter { from, frames: vec![frame] }),
                }
            }
            return;
        }
        let mut letters: BTreeMap<u32, Vec<Frame>> = BTreeMap::new();
        for (to, frame) in batch {
            letters.entry(to).or_default().push(frame);
        }
        for (to, frames) in letters {
            let link = if self.roads == Roads::Links { from } else { 0 };
            self.links.entry((link, to)).or_default().push_back(Letter { from, frames });
        }
    }

    fn next(&mut self, idle: bool) -> Option<(u32, Letter)> {
        if self.links.is_empty() {
            return None;
        }
        let keys: Vec<(u32, u32)> = self.links.keys().copied().collect();
        let shown: Vec<Link> = self
            .links
            .iter()
            .map(|((from, to), it)| Link {
                from: (*from != 0).then_some(VatId(*from)),
                to: VatId(*to),
                letters: it.len(),
            })
            .collect();
        let pick = match self.courier.as_mut()?.pick(&shown, idle) {
            None if idle => Pick { link: 0, letter: 0 },
            it => it?,
        };
        let key = *keys.get(pick.link)?;
        let link = self.links.get_mut(&key)?;
        let letter = link.remove(pick.letter)?;
        if link.is_empty() {
            self.links.remove(&key);
        }
        Some((key.1, letter))
    }

    /// What lies before a vat that is gone.
    fn inbox_of(&mut self, vat: u32) -> Option<VecDeque<Letter>> {
        if self.courier.is_none() {
            return self.boxes.remove(&vat).map(VecDeque::from);
        }
        self.links.remove(&(0, vat))
    }
}

impl World {
    /// From now on what vats send to each other takes its time. To be called while nothing runs.
    pub fn travel(&mut self, roads: Roads, courier: Box<dyn Courier>) {
        let courier = Some(courier);
        let travel = Travel { roads, courier, links: BTreeMap::new(), boxes: FxHashMap::default() };
        let pace = travel.pace();
        self.travel = Some(Box::new(travel));
        for it in self.vats.numbers() {
            if let Some(vat) = self.vats.get_mut(it) {
                vat.cx.tables.pace = pace;
            }
        }
    }

    /// Is anything on its way between vats?
    pub fn is_travelling(&self) -> bool {
        self.travel.as_ref().is_some_and(|it| it.is_busy())
    }

    /// What a vat has put out goes on its way, all of it together.
    pub(super) fn dispatch(&mut self, from: u32) {
        let mut batch = Vec::new();
        let mut passed_on: Vec<(u32, PassedOn)> = Vec::new();
        let asks_later = self.travel.as_ref().is_some_and(|it| it.courier.is_none());
        while let Some(vat) = self.vats.get_mut(from)
            && !vat.cx.outbox.is_empty()
        {
            vat.handed_over();
            let mut outbox = std::mem::take(&mut vat.cx.outbox);
            // What is asked before all has arrived that was sent before it has to wait. So has a process, for one thread.
            let waits = |it: &Outgoing| {
                matches!(it, Outgoing::Ask { .. } | Outgoing::MakeVat { of_its_own: true, .. })
            };
            let first = outbox.iter().position(|it| asks_later && waits(it));
            let later = first.map(|at| outbox.split_off(at));
            for it in outbox {
                self.prepare(from, it, &mut batch);
            }
            if let Some(later) = later {
                if let Some(vat) = self.vats.get_mut(from) {
                    vat.cx.outbox.splice(0..0, later);
                }
                break;
            }
        }
        if let Some(vat) = self.vats.get_mut(from) {
            passed_on = complete(vat, &mut batch, 0);
        }
        self.note_batch(from, &batch, &passed_on);
        self.put(from, batch);
        self.changed(from);
    }

    pub(super) fn put(&mut self, from: u32, batch: Vec<(u32, Frame)>) {
        let is_open = self.travel.as_ref().is_some_and(|it| it.roads == Roads::Links);
        let (batch, lost): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|(to, _)| is_open || self.vats.has(*to));
        let mut to = None;
        let wakes = self.travel.as_ref().is_some_and(|it| it.courier.is_none());
        for it in &batch {
            self.traffic.messages += 1;
            if to.replace(it.0) == Some(it.0) {
                continue;
            }
            self.traffic.frames += 1;
            if wakes && let Some(vat) = self.vats.get_mut(it.0) {
                vat.has_mail = true;
                self.vats.wake(it.0);
            }
        }
        if let Some(travel) = &mut self.travel {
            travel.put(from, batch);
        }
        lost.into_iter().for_each(|(to, frame)| self.undeliverable(from, to, frame));
    }

    /// Lets arrive what the courier brings before the next turn.
    pub(super) fn carry(&mut self) {
        while let Some(travel) = &mut self.travel
            && travel.is_busy()
        {
            let idle = self.vats.first().is_none();
            let Some((to, letter)) = travel.next(idle) else { return };
            self.take_in(to, letter);
        }
    }

    pub(super) fn take_in(&mut self, to: u32, letter: Letter) {
        let Letter { from, frames } = letter;
        for it in frames {
            match it {
                it if !self.vats.has(to) => self.undeliverable(from, to, it),
                Frame::End { why } => {
                    self.dispatch(to);
                    self.end_vat(to, *why);
                }
                mut it => {
                    self.note_arrivals(from, to, &mut it);
                    let decided = self.decided(from, &mut it);
                    self.accept(from, to, it);
                    if let Some((place, now)) = decided {
                        self.note_decided(to, place, now);
                    }
                }
            }
        }
        self.changed(to);
        self.route(to);
    }

    /// The vat that a frame was for is gone: what it held is given back, and who sent it hears that.
    fn undeliverable(&mut self, from: u32, to: u32, mut frame: Frame) {
        let why = || Box::new(Problem::new("the vat is gone"));
        let mut back = Vec::new();
        if let Some(it) = frame.parcel_mut() {
            back = returns(it, to);
        }
        match frame {
            Frame::Message { .. }
            | Frame::Seed { .. }
            | Frame::Watch { .. }
            | Frame::Flush { .. }
            | Frame::Accept { .. } => back.push((from, Frame::Lost { why: why() })),
            Frame::Hold { vat, .. } => back.push((vat, Frame::Lost { why: why() })),
            _ => {}
        }
        if !back.is_empty() {
            self.put(to, back);
        }
    }

    /// A letter's parcel that the vat has no room for.
    pub(super) fn send_back(&mut self, to: u32, parcel: &Parcel) {
        let back = returns(parcel, to);
        self.put(to, back);
    }

    /// A vat has ended: these are told, and what lies before it goes back.
    pub(super) fn bury(&mut self, number: u32, told: Vec<(u32, Frame)>) {
        self.put(number, told);
        let left = self.travel.as_mut().and_then(|it| it.inbox_of(number));
        for Letter { from, frames } in left.into_iter().flatten() {
            frames.into_iter().for_each(|it| self.undeliverable(from, number, it));
        }
    }
}

/// Behind what a vat sends, from that place of the batch: what the homes of references that it passes on are told,
/// and then which ones it lets go of.
pub(super) fn complete(vat: &mut Vat, batch: &mut Vec<(u32, Frame)>, start: usize) -> Vec<(u32, PassedOn)> {
    let mut passed_on = Vec::new();
    for (to, frame) in batch.iter_mut().skip(start) {
        if let Some(it) = frame.parcel_mut() {
            passed_on.extend(std::mem::take(&mut it.passed_on).into_iter().map(|it| (*to, it)));
        }
    }
    batch.extend(passed_on.iter().map(|(to, it)| word_of(*to, *it)));
    let dropped = vat.cx.tables.take_dropped().into_iter();
    batch.extend(dropped.map(|(home, export, times)| (home, Frame::Drop { export, times })));
    passed_on
}

/// What the home of a reference is told that was passed on to `to`.
fn word_of(to: u32, it: PassedOn) -> (u32, Frame) {
    let PassedOn { home, export, gift } = it;
    match gift {
        Some(gift) => (home, Frame::Provide { export, gift, vat: to }),
        None => (home, Frame::Hold { export, vat: to }),
    }
}

/// What gives back all that a parcel holds which does not arrive at `to`.
pub(super) fn returns(parcel: &Parcel, to: u32) -> Vec<(u32, Frame)> {
    let one = |it: Held| match it {
        Held::Export { home, export } => (home, Frame::Drop { export, times: 1 }),
        Held::Gift { home, giver, gift } => (home, Frame::Refuse { giver, gift }),
    };
    parcel.held().map(one).filter(|it| it.0 != to).collect()
}
