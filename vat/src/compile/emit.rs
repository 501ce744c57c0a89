//! Putting instructions down: jumps and where they arrive, constants, sites, handlers.

use super::hoist::Hoisted;
use super::{Compiler, Place, Want};
use crate::code::{Const, Handler, Handling, Held, Op, Reg, Site};
use crate::selector::Selector;
use crate::value::Value;
use std::sync::Arc;

impl Compiler<'_> {
    pub(super) fn emit(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.exprs.push(self.at);
        self.sites_of.push(u32::MAX);
        self.ops.len() - 1
    }

    /// An instruction that stands for a send.
    pub(super) fn emit_send(&mut self, op: Op, verb: &str, argc: usize) -> usize {
        let site = self.site(verb, argc);
        let at = self.emit(op);
        self.sites_of[at] = site;
        at
    }

    /// Brings a value that one instruction makes to where it is wanted.
    pub(super) fn give(&mut self, want: Want, op: impl FnOnce(&mut Self, Reg) -> Op) {
        match want {
            Want::To(dst) => {
                let op = op(self, dst);
                self.emit(op);
            }
            Want::Nothing | Want::Return => self.scratch(|cx, dst| {
                let op = op(cx, dst);
                cx.emit(op);
                if want == Want::Return {
                    cx.emit(Op::Return { src: dst });
                }
            }),
        }
    }

    /// Brings what is in a register to where it is wanted.
    pub(super) fn hand_over(&mut self, want: Want, src: Reg) {
        match want {
            Want::To(dst) if dst != src => {
                self.emit(Op::Move { dst, src });
            }
            Want::Return => {
                self.emit(Op::Return { src });
            }
            Want::To(_) | Want::Nothing => {}
        }
    }

    pub(super) fn here(&self) -> u32 {
        self.ops.len() as u32
    }

    /// Makes a jump arrive here.
    pub(super) fn patch(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.ops[jump] {
            Op::Jump { target }
            | Op::JumpUnless { target, .. }
            | Op::UnlessNot { target, .. }
            | Op::ForRange { next: target, .. }
            | Op::For { next: target, .. } => *target = here,
            it => match it.short_jump() {
                Some((by, _)) => match i16::try_from(here as i64 - jump as i64 - 1) {
                    Ok(it) => *by = it,
                    Err(_) => self.too_far = true,
                },
                None => debug_assert!(false, "not a jump: {it:?}"),
            },
        }
    }

    pub(super) fn patch_all(&mut self, jumps: Vec<usize>) {
        jumps.into_iter().for_each(|it| self.patch(it));
    }

    pub(super) fn jump(&mut self) -> usize {
        self.emit(Op::Jump { target: 0 })
    }

    pub(super) fn site(&mut self, verb: &str, argc: usize) -> u32 {
        self.sites.push(Site { selector: Selector::new(verb, argc), argc: argc as u32, expr: self.at });
        self.sites.len() as u32 - 1
    }

    pub(super) fn text(&mut self, text: &str) -> u32 {
        if let Some(it) = self.texts.get(text) {
            return *it;
        }
        let text: Arc<str> = Arc::from(text);
        self.consts.push(Const::Text(text.clone()));
        let at = self.consts.len() as u32 - 1;
        self.texts.insert(text, at);
        at
    }

    pub(super) fn text_to(&mut self, dst: Reg, text: &str) {
        let at = self.text(text);
        self.emit(Op::Const { dst, at });
    }

    pub(super) fn value_op(&mut self, dst: Reg, value: Value) -> Op {
        use crate::value::View;
        match value.view() {
            View::Null => Op::Null { dst },
            View::Bool(value) => Op::Bool { dst, value },
            View::Int(it) if i32::try_from(it).is_ok() => Op::Int { dst, value: it as i32 },
            _ => self.constant(dst, Const::Value(value)),
        }
    }

    pub(super) fn constant(&mut self, dst: Reg, it: Const) -> Op {
        self.consts.push(it);
        Op::Const { dst, at: self.consts.len() as u32 - 1 }
    }

    pub(super) fn load(&mut self, dst: Reg, place: Place) {
        let op = match place {
            Place::Local(src) => Op::Move { dst, src },
            Place::Capture(at) => match self.hoisted(Hoisted::Capture(at)) {
                Some(src) => Op::Move { dst, src },
                None => Op::Capture { dst, at },
            },
            Place::This => Op::This { dst },
            Place::Constant(it) => self.value_op(dst, it),
        };
        self.emit(op);
    }

    /// From what a noun is held in to its value, in place.
    pub(super) fn unwrap(&mut self, dst: Reg, held: Held) {
        if held == Held::Binding {
            self.emit_send(Op::BindingGet { dst, src: dst }, "get", 0);
        }
        if matches!(held, Held::Slot | Held::Binding) {
            self.emit_send(Op::SlotGet { dst, src: dst }, "get", 0);
        }
    }

    pub(super) fn handler(&mut self, start: u32, target: u32, into: Reg, handling: Handling) {
        let end = self.here();
        self.handler_over(start, end, target, into, handling);
    }

    pub(super) fn handler_over(&mut self, start: u32, end: u32, target: u32, into: Reg, handling: Handling) {
        if start < end {
            self.handlers.push(Handler { start, end, target, into, handling });
        }
    }

    /// Throws a text.
    pub(super) fn fail(&mut self, text: &str) {
        let text = self.text(text);
        self.emit(Op::Fail { text });
    }
}
