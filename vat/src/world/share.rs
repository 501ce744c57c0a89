//! A name of one vat's scope, given to another's.

use super::{VatId, World};
use crate::code::Held;
use crate::far;
use crate::scope::Named;
use crate::turn::Vat;
use std::sync::Arc;

/// How a shared name arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sharing {
    /// A copy, or the same DeepFrozen object: it can be called at once.
    Near,
    /// A reference that takes `<-`, and why it is not near, if an object of the program's own is in the way.
    Far { why: Vec<String> },
    /// A promise for what will be one or the other.
    Promise,
    /// There is no such name, or no such vat.
    Missing,
}

impl World {
    /// Gives the value of `noun` in the scope of `from` to the scope of `to`, under the same name: as a copy
    /// where it is data or known not to change, else as a far reference.
    pub fn share(&mut self, from: VatId, noun: &str, to: VatId) -> Sharing {
        if !self.vats.has(to.0) {
            return Sharing::Missing;
        }
        let Some(vat) = self.vats.get_mut(from.0) else { return Sharing::Missing };
        let Some(value) = vat.named(noun) else { return Sharing::Missing };
        let why = crate::object::script(&vat.cx, value)
            .map(|(_, loaded, script)| script.object.map(|it| loaded.objections(it)).unwrap_or_default());
        // What the host shares is there at once.
        let pace = std::mem::take(&mut vat.cx.tables.pace);
        let mut parcel = far::pack_presuming(&mut vat.cx, value, to.0);
        vat.cx.tables.pace = pace;
        self.count(&mut parcel, to.0);
        let Some(vat) = self.vats.get_mut(to.0) else { return Sharing::Missing };
        let Vat { cx, machine, .. } = vat;
        let load = &mut |cx: &mut crate::Cx, module| machine.load(cx, module);
        let value = far::unpack(cx, load, from.0, parcel).first().copied().unwrap_or(crate::Value::NULL);
        vat.cx.scope.names.insert(Arc::from(noun), Named { held: Held::Value, value });
        let state = crate::reference::state(&vat.cx.heap, value);
        self.route(to.0);
        match state {
            crate::reference::State::Far => Sharing::Far { why: why.unwrap_or_default() },
            crate::reference::State::Promise => Sharing::Promise,
            _ => Sharing::Near,
        }
    }

    /// Takes a name out of a vat's scope.
    pub fn forget(&mut self, vat: VatId, noun: &str) {
        if let Some(it) = self.vats.get_mut(vat.0) {
            it.cx.scope.names.remove(noun);
        }
    }
}
