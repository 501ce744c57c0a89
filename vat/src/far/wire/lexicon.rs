//! What both ends of a line have told each other so far: code is sent once, and names belong to one of them.

use crate::causality::{NOWHERE, Sent};
use crate::code::Module;
use crate::heap::Shared;
use crate::store::{self, Damage, Read, Reader, Writer};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// In the number of a vat: it is one of another process.
const FOREIGN: u32 = 1 << 31;

/// How many programs one end takes from the other.
const MODULES: usize = 1 << 14;
/// How many evaluations it is known on whose behalf something was sent.
const CAUSES: usize = 1 << 14;

/// One end's half.
pub(crate) struct Lexicon {
    /// The gate's number in its world.
    pub gate: u32,
    /// Is this the process that was started?
    is_started: bool,
    modules_sent: FxHashMap<usize, u32>,
    /// Keeps them where they are, so that no other module gets the address of one.
    kept: Vec<Arc<Module>>,
    modules: Vec<Arc<Module>>,
    /// What the other end calls its DeepFrozen objects, and the numbers they have here.
    theirs: FxHashMap<(u32, u64), u64>,
    by_number: Vec<(u32, u64)>,
    causes: FxHashSet<u64>,
}

impl Lexicon {
    pub fn new(gate: u32, is_started: bool) -> Lexicon {
        Lexicon {
            gate,
            is_started,
            modules_sent: FxHashMap::default(),
            kept: Vec::new(),
            modules: Vec::new(),
            theirs: FxHashMap::default(),
            by_number: Vec::new(),
            causes: FxHashSet::default(),
        }
    }

    fn foreign(&self) -> u32 {
        FOREIGN | self.gate
    }

    pub fn write_module(&mut self, out: &mut Writer, it: &Arc<Module>) {
        let address = Arc::as_ptr(it).addr();
        match self.modules_sent.get(&address) {
            Some(number) => out.u32(*number),
            None => {
                let number = self.kept.len() as u32;
                out.u32(number);
                store::write_module(out, it);
                self.modules_sent.insert(address, number);
                self.kept.push(it.clone());
            }
        }
    }

    pub fn read_module(&mut self, from: &mut Reader<'_>) -> Read<Arc<Module>> {
        let number = from.usize()?;
        if number == self.modules.len() && number < MODULES {
            self.modules.push(Arc::new(store::read_module(from)?));
        }
        self.modules.get(number).cloned().ok_or(Damage("a program has a wrong number"))
    }

    pub fn write_name(&self, out: &mut Writer, it: Shared) {
        let theirs = self.by_number.get(it.number as usize).filter(|_| it.vat == self.foreign());
        out.bool(theirs.is_some());
        let (vat, number) = theirs.copied().unwrap_or((it.vat, it.number));
        out.u32(vat);
        out.u64(number);
    }

    /// The name, and whether it is one of ours.
    pub fn read_name(&mut self, from: &mut Reader<'_>) -> Read<(Shared, bool)> {
        let (ours, vat, number) = (from.bool()?, from.u32()?, from.u64()?);
        if ours {
            return Ok((Shared { vat, number }, true));
        }
        let next = self.by_number.len() as u64;
        let here = *self.theirs.entry((vat, number)).or_insert(next);
        if here == next {
            self.by_number.push((vat, number));
        }
        Ok((Shared { vat: self.foreign(), number: here }, false))
    }

    /// What another process has sent has no place in this one's code; what comes back has.
    pub fn write_sent(&self, out: &mut Writer, it: Sent) {
        let (whose, vat) = match it.vat {
            0 => (0, 0),
            vat if vat & FOREIGN == 0 => (1, vat),
            vat if self.is_started => (2, vat & !FOREIGN),
            vat if vat == self.foreign() => (2, 0),
            _ => (0, 0),
        };
        out.byte(whose);
        if whose > 0 {
            [vat, it.turn, it.nth, it.site].into_iter().for_each(|it| out.u32(it));
        }
    }

    pub fn read_sent(&self, from: &mut Reader<'_>) -> Read<Sent> {
        let whose = from.byte()?;
        if whose == 0 {
            return Ok(Sent::BY_HOST);
        }
        let (vat, turn, nth, site) = (from.u32()?, from.u32()?, from.u32()?, from.u32()?);
        let known = vat & !FOREIGN;
        Ok(match (whose, self.is_started) {
            (1, true) => Sent { vat: FOREIGN | known, turn, nth, site },
            (1, false) => Sent { vat: self.foreign(), turn, nth, site },
            (2, false) => Sent { vat: known, turn, nth, site },
            (2, true) => Sent { vat: self.gate, turn, nth, site: NOWHERE },
            _ => return Err(Damage("sent by nobody known")),
        })
    }

    pub fn write_cause(&mut self, out: &mut Writer, it: u64) {
        if self.causes.len() >= CAUSES {
            self.causes.clear();
        }
        self.causes.insert(it);
        out.u64(it);
    }

    /// Nobody does anything on behalf of an evaluation that has asked it for nothing.
    pub fn read_cause(&mut self, from: &mut Reader<'_>) -> Read<u64> {
        let it = from.u64()?;
        Ok(if self.is_started || self.causes.contains(&it) { it } else { 0 })
    }
}
