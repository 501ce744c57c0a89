//! Snapshots: vats as bytes, and vats from bytes.

use super::{VatId, World};
use crate::bank::{Account, WhenOut};
use crate::powers::Powers;
use crate::problem::Problem;
use crate::store::{self, Home, Reader, SnapshotError, Writer};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl World {
    /// Every vat there is, in the order they were made.
    pub fn vat_ids(&self) -> Vec<VatId> {
        self.vats.numbers().into_iter().map(VatId).collect()
    }

    /// All there is to a vat between two of its turns, as bytes.
    pub fn snapshot(&self, vat: VatId) -> Result<Vec<u8>, SnapshotError> {
        self.snapshot_of(&[vat])
    }

    /// The same for several vats that may refer to one another.
    pub fn snapshot_of(&self, vats: &[VatId]) -> Result<Vec<u8>, SnapshotError> {
        let mut out = Writer::new();
        out.all(vats.iter(), |out, it| {
            out.u32(it.0);
            out.text(self.vat_name(*it).as_deref().unwrap_or_default());
        });
        if self.is_travelling() {
            out.lose("what is on its way between vats");
        }
        for it in vats {
            match self.vats.get(it.0) {
                Some(_) if self.gates.contains_key(&it.0) => out.lose("a process of its own"),
                Some(it) => store::write_vat(&mut out, it),
                None => out.lose("a vat that is gone"),
            }
        }
        store::seal(out)
    }

    /// A vat that goes on where the one that the bytes were made of was. Its references into other vats are
    /// broken; what its programs had asked the world for is, too.
    pub fn restore(&mut self, bytes: &[u8], powers: Box<dyn Powers>) -> Result<VatId, SnapshotError> {
        let mut powers = Some(powers);
        let vats = self.restore_with(bytes, 1, &mut |_| powers.take())?;
        vats.first().copied().ok_or(SnapshotError::Damaged("there is no vat in it"))
    }

    /// The same for a vat that an account of this world pays for from now on.
    pub fn restore_on(
        &mut self,
        bytes: &[u8],
        powers: Box<dyn Powers>,
        account: &Arc<Account>,
        when_out: WhenOut,
    ) -> Result<VatId, SnapshotError> {
        let vat = self.restore(bytes, powers)?;
        match self.charge_to(vat, account, when_out) {
            Ok(()) => Ok(vat),
            Err(why) => {
                self.kill(vat, &why);
                Err(SnapshotError::NoRoom(why))
            }
        }
    }

    /// The vats of a snapshot of several, in their order; `powers` is asked for those of each by its name.
    pub fn restore_all(
        &mut self,
        bytes: &[u8],
        powers: &mut dyn FnMut(&str) -> Option<Box<dyn Powers>>,
    ) -> Result<Vec<VatId>, SnapshotError> {
        self.restore_with(bytes, usize::MAX, powers)
    }

    fn restore_with(
        &mut self,
        bytes: &[u8],
        at_most: usize,
        powers: &mut dyn FnMut(&str) -> Option<Box<dyn Powers>>,
    ) -> Result<Vec<VatId>, SnapshotError> {
        let body = store::open(bytes)?;
        let mut from = Reader::new(body)?;
        let before = from.all(|from| Ok((from.u32()?, from.text()?)))?;
        if before.len() > at_most {
            return Err(SnapshotError::Damaged("it holds several vats: restore them together"));
        }
        for (it, _) in &before {
            let number = self.next_vat.fetch_add(1, Ordering::Relaxed);
            if from.places.here.insert(*it, number).is_some() {
                return Err(SnapshotError::Damaged("a vat is in it twice"));
            }
        }
        let mut vats = Vec::with_capacity(before.len());
        for (it, name) in &before {
            let number = from.places.here(*it).unwrap_or_default();
            let Some(powers) = powers(name) else {
                return Err(SnapshotError::Damaged("it holds more vats than there are powers for"));
            };
            let home = Home {
                number,
                powers,
                limits: self.limits.clone(),
                interrupt: self.interrupt.clone(),
                next_vat: self.next_vat.clone(),
                first_id: self.next_id + 1,
            };
            vats.push(store::read_vat(&mut from, home)?);
        }
        if !from.is_done() {
            return Err(SnapshotError::Damaged("something follows its end"));
        }
        let mut restored = Vec::with_capacity(vats.len());
        for (vat, last) in vats {
            let number = vat.cx.vat;
            self.next_id = self.next_id.max(last);
            self.asked.extend(vat.evals.used().into_iter().flat_map(|it| it.keys()).map(|it| (*it, number)));
            self.vats.insert(number, vat);
            restored.push(VatId(number));
        }
        let why = Problem::new("the vat is not where this one was restored");
        for it in &restored {
            if let Some(vat) = self.vats.get_mut(it.0) {
                from.places.gone().into_iter().for_each(|gone| crate::far::lose(&mut vat.cx, gone, &why));
            }
            self.changed(it.0);
            self.route(it.0);
        }
        Ok(restored)
    }
}
