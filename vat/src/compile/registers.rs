//! Registers of the method being compiled: locals stay while their scope is open, temporaries come and go like
//! a stack above them. How many locals there are is known only at the end; until then temporaries are numbered
//! apart.

use super::Compiler;
use crate::code::{Handling, NO, Op, Reg};

/// Marks a temporary.
const TEMP: Reg = 0x8000;
/// The most there can be of either.
const MOST: Reg = 0x7f00;

/// The final number of a register.
pub(super) fn settled(it: Reg, locals: Reg) -> Reg {
    if it != NO && it & TEMP != 0 { locals + (it & !TEMP) } else { it }
}

impl Compiler<'_> {
    pub(super) fn local(&mut self) -> Reg {
        self.locals(1)
    }

    /// That many locals in a row: the first.
    pub(super) fn locals(&mut self, n: Reg) -> Reg {
        let first = self.f.locals;
        self.f.locals = first.saturating_add(n).min(MOST + 1);
        self.f.most_locals = self.f.most_locals.max(self.f.locals);
        first.min(MOST)
    }

    pub(super) fn temp(&mut self) -> Reg {
        self.temps(1)
    }

    /// That many temporaries in a row: the first.
    pub(super) fn temps(&mut self, n: Reg) -> Reg {
        let first = self.f.temps;
        self.f.temps = first.saturating_add(n).min(MOST + 1);
        self.f.most_temps = self.f.most_temps.max(self.f.temps);
        TEMP | first.min(MOST)
    }

    /// Temporaries that `it` takes are free again after it.
    pub(super) fn temporarily<R>(&mut self, it: impl FnOnce(&mut Self) -> R) -> R {
        let temps = self.f.temps;
        let result = it(self);
        self.f.temps = temps;
        result
    }

    /// The same with one temporary at hand.
    pub(super) fn scratch<R>(&mut self, it: impl FnOnce(&mut Self, Reg) -> R) -> R {
        self.temporarily(|cx| {
            let temp = cx.temp();
            it(cx, temp)
        })
    }

    /// Compiles something whose definitions are not seen after it.
    pub(super) fn boxed<R>(&mut self, it: impl FnOnce(&mut Self) -> R) -> R {
        let visible = self.f.visible.len();
        let locals = self.f.locals;
        let result = it(self);
        self.f.visible.truncate(visible);
        self.f.locals = locals;
        result
    }

    /// Gives the registers of a finished method their numbers; how large its window is.
    pub(super) fn settle_registers(&mut self, entry: u32, handlers: usize) -> Reg {
        let locals = self.f.most_locals;
        if locals > MOST || self.f.most_temps > MOST || locals + self.f.most_temps > MOST {
            let text = self.text("this is too large for one method: it needs more than 32,000 registers");
            self.ops[entry as usize] = Op::Fail { text };
            self.handlers.truncate(handlers);
            return 8;
        }
        for it in &mut self.ops[entry as usize..] {
            it.registers(|it| *it = settled(*it, locals));
        }
        for it in &mut self.handlers[handlers..] {
            it.into = settled(it.into, locals);
            if let Handling::Escape { slot, .. } = &mut it.handling {
                *slot = settled(*slot, locals);
            }
        }
        locals + self.f.most_temps
    }
}
