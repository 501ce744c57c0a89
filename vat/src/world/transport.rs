//! The way between vats, where it takes time: what was sent lies on links, and a courier says what arrives next.
//!
//! What one turn sends to another vat is a letter, and arrives whole. The letters of a link arrive in the order in
//! which they were sent; which link is next is for the courier to say. A world without a courier hands everything
//! over at once, and pays nothing for this.

use super::{VatId, World};
use crate::far::{Frame, Held, Pace, Parcel, PassedOn};
use crate::problem::Problem;
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
    courier: Box<dyn Courier>,
    /// By sender, or 0, and receiver.
    links: BTreeMap<(u32, u32), VecDeque<Letter>>,
}

/// What one vat's turn has sent to another.
struct Letter {
    from: u32,
    frames: Vec<Frame>,
}

impl Travel {
    pub(super) fn pace(&self) -> Pace {
        match self.roads {
            Roads::Inboxes => Pace::Batches,
            Roads::Links => Pace::Links,
        }
    }
    /// Is anything on its way?
    pub(super) fn is_busy(&self) -> bool {
        !self.links.is_empty()
    }

    fn put(&mut self, from: u32, batch: Vec<(u32, Frame)>) {
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
        let pick = match self.courier.pick(&shown, idle) {
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
        self.links.remove(&(0, vat))
    }
}

impl World {
    /// From now on what vats send to each other takes its time. To be called while nothing runs.
    pub fn travel(&mut self, roads: Roads, courier: Box<dyn Courier>) {
        let travel = Travel { roads, courier, links: BTreeMap::new() };
        for it in self.vats.numbers() {
            if let Some(vat) = self.vats.get_mut(it) {
                vat.cx.tables.pace = travel.pace();
            }
        }
        self.travel = Some(Box::new(travel));
    }

    /// Is anything on its way between vats?
    pub fn is_travelling(&self) -> bool {
        self.travel.as_ref().is_some_and(|it| it.is_busy())
    }

    /// What a vat has put out goes on its way, all of it together.
    pub(super) fn dispatch(&mut self, from: u32) {
        let mut batch = Vec::new();
        let mut passed_on: Vec<(u32, PassedOn)> = Vec::new();
        while let Some(vat) = self.vats.get_mut(from)
            && !vat.cx.outbox.is_empty()
        {
            vat.handed_over();
            for it in std::mem::take(&mut vat.cx.outbox) {
                self.prepare(from, it, &mut batch);
            }
        }
        for (to, frame) in &mut batch {
            if let Some(it) = frame.parcel_mut() {
                passed_on.extend(std::mem::take(&mut it.passed_on).into_iter().map(|it| (*to, it)));
            }
        }
        let dropped = self.vats.get_mut(from).map(|it| it.cx.tables.take_dropped());
        let dropped = dropped.into_iter().flatten();
        let dropped = dropped.map(|(home, export, times)| (home, Frame::Drop { export, times }));
        // Behind all that was sent on the references, and before they are let go of.
        batch.extend(passed_on.iter().map(|(to, it)| word_of(*to, *it)));
        batch.extend(dropped);
        self.note_batch(from, &batch, &passed_on);
        self.put(from, batch);
        self.changed(from);
    }

    fn put(&mut self, from: u32, batch: Vec<(u32, Frame)>) {
        let is_open = self.travel.as_ref().is_some_and(|it| it.roads == Roads::Links);
        let (batch, lost): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|(to, _)| is_open || self.vats.has(*to));
        let mut to = None;
        for it in &batch {
            self.traffic.messages += 1;
            self.traffic.frames += u64::from(to.replace(it.0) != Some(it.0));
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

    fn take_in(&mut self, to: u32, letter: Letter) {
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

/// What the home of a reference is told that was passed on to `to`.
fn word_of(to: u32, it: PassedOn) -> (u32, Frame) {
    let PassedOn { home, export, gift } = it;
    match gift {
        Some(gift) => (home, Frame::Provide { export, gift, vat: to }),
        None => (home, Frame::Hold { export, vat: to }),
    }
}

/// What gives back all that a parcel holds which does not arrive at `to`.
fn returns(parcel: &Parcel, to: u32) -> Vec<(u32, Frame)> {
    let one = |it: Held| match it {
        Held::Export { home, export } => (home, Frame::Drop { export, times: 1 }),
        Held::Gift { home, giver, gift } => (home, Frame::Refuse { giver, gift }),
    };
    parcel.held().map(one).filter(|it| it.0 != to).collect()
}
