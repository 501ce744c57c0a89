//! A call has its value: what the instruction that asked does with it.

use super::{BOOLEAN, CodeFrame, Frame, Machine, Next};
use crate::code::{NO, Op};
use crate::cx::Cx;
use crate::selector::Selector;
use crate::value::Value;
use std::sync::LazyLock;

pub(super) static COERCE: LazyLock<Selector> = LazyLock::new(|| Selector::new("coerce", 2));

impl Machine {
    pub(super) fn complete(&mut self, cx: &mut Cx, frame: CodeFrame, value: Value) -> Next {
        let mut frame = frame;
        let base = frame.base as usize;
        self.top = base + usize::from(frame.size);
        if frame.dst != NO {
            self.stack[base + usize::from(frame.dst)] = value;
            self.frames.push(Frame::Code(frame));
            return Next::Code;
        }
        let mut op = self.modules[frame.module as usize].module.ops[frame.pc as usize - 1];
        if let Some((by, goes_on)) = op.short_jump() {
            let target = frame.pc.saturating_add_signed((*by).into());
            return self.decide(cx, frame, value, target, goes_on);
        }
        match op {
            Op::JumpUnless { target, .. } | Op::UnlessNot { target, .. } => {
                return self.decide(cx, frame, value, target, true);
            }
            Op::ListMatch { at, ejector, n } => {
                let slot = base + usize::from(at);
                self.frames.push(Frame::Code(frame));
                return match self.take_apart(cx, value, slot, n) {
                    None => Next::Code,
                    Some(problem) => {
                        let ejector = self.ejector(cx, &frame, ejector);
                        Next::Native(cx.eject(ejector, problem))
                    }
                };
            }
            Op::For { at, next } => {
                self.end_body(cx, base + usize::from(at));
                frame.pc = next + 1;
            }
            _ => {}
        }
        self.frames.push(Frame::Code(frame));
        Next::Code
    }

    /// Jumps when the value is not `goes_on`; a value that is no boolean is coerced to one, and comes back here.
    fn decide(&mut self, cx: &mut Cx, frame: CodeFrame, value: Value, target: u32, goes_on: bool) -> Next {
        let mut frame = frame;
        let known = cx.heap.shorten(value).as_bool();
        if known.is_some_and(|it| it != goes_on) {
            frame.pc = target;
        }
        self.frames.push(Frame::Code(frame));
        match known {
            Some(_) => Next::Code,
            None => self.send(cx, BOOLEAN, *COERCE, &[value, Value::NULL]),
        }
    }
}
