//! Running a recorded program again.

use super::player::{Inputs, Player};
use super::{Divergence, Entry, codec::Reader, unseal};
use crate::{Evaluation, Handle, Limits, Outcome, VatId, World};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one step of a replay came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stepped {
    /// Another delivery was made, as it was recorded.
    Turned(VatId),
    /// The program has come to its end, as it did then.
    Ended,
    /// The record stops here: the run was broken off after this.
    BrokenOff,
}

/// A recorded run, as far as it has been gone through again.
pub struct Replay {
    pub world: World,
    pub vat: VatId,
    /// What the program gives.
    pub program: Handle,
    player: Player,
    entries: Arc<[u8]>,
    /// Which deliveries were interrupted, and when.
    interrupted: Arc<BTreeMap<u64, u64>>,
}

impl Replay {
    /// Reads a whole transcript and goes to its beginning.
    pub fn open(file: &[u8]) -> Result<Replay, String> {
        let entries: Arc<[u8]> = unseal(file)?.into();
        let (mut rest, mut turns, mut interrupted) = (Reader(&entries), 0, BTreeMap::new());
        while let Some(entry) = Entry::read(&mut rest) {
            if let Entry::Turn { interrupted: at, .. } = entry {
                turns += 1;
                interrupted.extend(at.map(|at| (turns, at)));
            }
        }
        Replay::begin(entries.clone(), interrupted.into())
    }

    /// The same run from its beginning.
    pub fn again(&self) -> Result<Replay, String> {
        Replay::begin(self.entries.clone(), self.interrupted.clone())
    }

    fn begin(entries: Arc<[u8]>, interrupted: Arc<BTreeMap<u64, u64>>) -> Result<Replay, String> {
        let mut rest = Reader(&entries);
        let Some(Entry::Program { name, text, turn, heap, depth }) = Entry::read(&mut rest) else {
            return Err("the transcript does not begin with a program".into());
        };
        let limits = Limits { turn, heap, depth: depth as usize, ..Limits::default() };
        let mut world = World::new(limits);
        let player = Player::new(entries.clone(), entries.len() - rest.0.len(), world.interrupt());
        let vat = world.make_vat("main", player.powers("main"));
        let expansion = syntax::expand(&syntax::parse(text).program);
        let program = world.eval(vat, Evaluation::new(expansion, name));
        Ok(Replay { world, vat, program, player, entries, interrupted })
    }

    /// How many deliveries were made.
    pub fn deliveries(&self) -> u64 {
        self.player.turns()
    }

    /// How many of those were interrupted.
    pub fn interruptions(&self) -> usize {
        self.interrupted.range(..=self.deliveries()).count()
    }

    /// Makes the next delivery.
    pub fn step(&mut self) -> Result<Stepped, Divergence> {
        loop {
            let next = self.player.peek(|it| match it {
                Entry::End => Some(Stepped::Ended),
                _ => None,
            });
            match next {
                None => return Ok(Stepped::BrokenOff),
                Some(Some(it)) => return Ok(it),
                Some(None) => {}
            }
            let before = self.player.place();
            if let Some(at) = self.interrupted.get(&(self.deliveries() + 1)) {
                self.world.interrupt_after(*at);
            }
            let report = self.world.run_turn();
            if let Some(it) = self.player.diverged() {
                return Err(it);
            }
            match (report.outcome, report.vat) {
                (Outcome::Turned | Outcome::Stopped(_), Some(vat)) => {
                    let name = self.world.vat_name(vat).unwrap_or_else(|| "a vat that is gone".into());
                    self.player.turned(vat.0, &name, report.interrupted_after)?;
                    return Ok(Stepped::Turned(vat));
                }
                // Nothing was asked and nothing done: more of the same would not end.
                _ if self.player.place() == before => {
                    return Err(Divergence {
                        delivery: self.deliveries() + 1,
                        vat: "main".into(),
                        power: None,
                        recorded: "another turn".into(),
                        now: "nothing left to do".into(),
                    });
                }
                _ => {}
            }
        }
    }

    /// The names that the program has defined so far, and what they stand for. Looking may run the program's own
    /// printers: whoever goes on afterwards goes on from [`Replay::again`].
    pub fn names(&mut self) -> Vec<(String, String)> {
        self.player.look(true);
        let names = self.world.names(self.vat);
        let shown = names.iter().map(|it| (it.to_string(), self.world.print_name(self.vat, it))).collect();
        self.player.look(false);
        shown
    }

    /// What the powers of each vat were asked, in the whole transcript: everything its behaviour depends on.
    pub fn inputs(&self) -> Vec<(String, &'static str, u64)> {
        let (mut inputs, mut names) = (Inputs::new(), vec!["main".to_owned()]);
        let mut rest = Reader(&self.entries);
        while let Some(entry) = Entry::read(&mut rest) {
            if let Entry::Call { who, power, question, .. } = entry {
                *inputs.entry((who, power)).or_default() += 1;
                if power == super::Power::MakeVat {
                    names.push(String::from_utf8_lossy(question).into_owned());
                }
            }
        }
        let name = |who: u64| names.get(who as usize).cloned().unwrap_or_default();
        inputs.into_iter().map(|((who, power), n)| (name(who), power.name(), n)).collect()
    }
}
