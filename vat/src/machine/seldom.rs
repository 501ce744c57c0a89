//! Instructions that no program spends its time in: kept out of the long match, so that it stays small.

use super::body::{Started, is_body};
use super::make::not_understood;
use super::{CodeFrame, Frame, Loaded, Machine, Next, unwind};
use crate::code::{NO, Op, Reg};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// How the code goes on.
pub(super) enum Seldom {
    /// With the next instruction; something may have been made.
    Here,
    Jump(u32),
    /// Not now: the frame is where it belongs.
    Next(Next),
}

impl Machine {
    /// Does the instruction that `frame` is in; `frame` is not on the stack of frames.
    #[inline(never)]
    pub(super) fn seldom(&mut self, cx: &mut Cx, modules: &[Loaded], frame: CodeFrame, op: Op) -> Seldom {
        let loaded = &modules[frame.module as usize];
        let module = &*loaded.module;
        let base = frame.base as usize;
        let reg = |it: Reg| base + usize::from(it);
        self.top = base + usize::from(frame.size);
        match op {
            Op::BindingGet { dst, src } => match cx.heap.get(self.stack[reg(src)]) {
                Some(Cell::Binding(it)) => self.stack[reg(dst)] = it.slot,
                _ => {
                    let (frame, target) = (CodeFrame { dst, ..frame }, self.stack[reg(src)]);
                    if let Some(it) = self.operation(cx, modules, frame, target, &[]) {
                        return Seldom::Next(it);
                    }
                }
            },
            Op::NewGuardedSlot { dst, src, guard } => {
                self.stack[reg(dst)] = cx.heap.guarded_slot(self.stack[reg(src)], self.stack[reg(guard)]);
            }
            Op::NewBinding { dst, src, guard } => {
                let guard = if guard == NO { Value::NULL } else { self.stack[reg(guard)] };
                let slot = cx.heap.alloc(Cell::FinalSlot(self.stack[reg(src)])).into();
                self.stack[reg(dst)] = cx.heap.binding(slot, guard, false);
            }
            Op::BindSlot { dst, src } => {
                self.stack[reg(dst)] = cx.heap.binding(self.stack[reg(src)], Value::NULL, false);
            }
            Op::PatchBinding { binding, object } => {
                if let Some(Cell::Binding(it)) = cx.heap.get(self.stack[reg(binding)])
                    && let Some(slot) = it.slot.as_obj()
                {
                    *cx.heap.cell_mut(slot) = Cell::FinalSlot(self.stack[reg(object)]);
                }
            }
            Op::CallWide { at, site } => {
                if let Err(stop) = cx.fuel.charge(1) {
                    return self.leaving(frame, Exit::Stopped(stop));
                }
                let it = &module.sites[site as usize];
                self.frames.push(Frame::Code(CodeFrame { dst: at, ..frame }));
                let (selector, argc) = (it.selector, it.argc as usize);
                return Seldom::Next(Next::Call { selector, argc, at: reg(at) });
            }
            Op::Extend { dst, from, n } => {
                let more = &self.stack[reg(from)..reg(from) + usize::from(n)];
                let items = cx.heap.as_list(self.stack[reg(dst)]).map_or(&[][..], |it| &it[..]);
                let items = [items, more].concat();
                self.stack[reg(dst)] = cx.heap.list(items);
            }
            Op::Audited { at, script } => {
                let auditors = module.scripts[script as usize].auditors as usize;
                let object = self.make_object(cx, loaded, script, reg(at) + auditors);
                let auditors = self.stack[reg(at)..reg(at) + auditors].to_vec();
                self.frames.push(Frame::Code(CodeFrame { dst: at, ..frame }));
                return Seldom::Next(Next::Native(crate::audition::audit(cx, object, auditors)));
            }
            Op::NewEjector { slot, name } => {
                self.stack[reg(slot)] = cx.heap.ejector(loaded.consts[name as usize]);
            }
            Op::Ejector { dst, slot } => {
                let ejector = self.ejector(cx, &frame, slot);
                self.stack[reg(dst)] = ejector;
            }
            Op::KillEjector { slot } => unwind::kill(cx, self.stack[reg(slot)]),
            Op::Resume { src } => {
                if let Some(at) = self.stack[reg(src)].as_obj()
                    && let Cell::Exit(it) = cx.heap.cell(at)
                {
                    let exit = (**it).clone();
                    return self.leaving(frame, exit);
                }
            }
            Op::Rethrow { src } => {
                let exit = Exit::Thrown(crate::throw::as_problem(cx, self.stack[reg(src)]));
                return self.leaving(frame, exit);
            }
            Op::NextMatcher { number } => {
                let message = self.stack[base];
                let Some(script) = module.method_at(frame.pc - 1).map(|it| it.script) else {
                    return Seldom::Here;
                };
                let script = &module.scripts[script as usize];
                let Some(next) = script.matchers.get(number as usize + 1) else {
                    let exit = not_understood(cx, &script.fqn, message);
                    return self.leaving(frame, exit);
                };
                // The message is still where the next one looks for it.
                return Seldom::Next(self.enter(cx, module, frame.module, *next, base - 1));
            }
            Op::MetaContext { dst, at } => {
                let script = module.method_at(frame.pc - 1).map_or(0, |it| it.script);
                self.stack[reg(dst)] =
                    crate::object::context(cx, loaded.consts[at as usize], frame.module, script);
            }
            Op::MetaState { dst, from, n } => {
                let pairs: Vec<(Value, Value)> = self.stack[reg(from)..reg(from) + 2 * usize::from(n)]
                    .chunks_exact(2)
                    .map(|it| (it[0], it[1]))
                    .collect();
                self.stack[reg(dst)] = crate::data::map::from_pairs(cx, &pairs);
            }
            Op::Fail { text } => {
                let text = cx.heap.text_in(loaded.consts[text as usize]);
                let exit = cx.throw(Problem::new(text.as_deref().unwrap_or_default()));
                return self.leaving(frame, exit);
            }
            Op::For { at, next } => match self.start_loop(cx, &frame, at, next) {
                Started::Here => return Seldom::Jump(next),
                Started::Call(it) => {
                    self.frames.push(Frame::Code(frame));
                    return Seldom::Next(it);
                }
            },
            Op::CrossLoop { at, value } => {
                if let Some(it) = is_body(cx, self.stack[reg(at)]) {
                    let brought = if value == NO { Value::NULL } else { self.stack[reg(value)] };
                    if let Some(exit) = Machine::cross(cx, it.into(), brought, frame.pc, value) {
                        return self.leaving(frame, exit);
                    }
                }
            }
            it => debug_assert!(false, "the long match does {it:?}"),
        }
        Seldom::Here
    }

    fn leaving(&mut self, frame: CodeFrame, exit: Exit) -> Seldom {
        self.frames.push(Frame::Code(frame));
        Seldom::Next(Next::Exit(exit))
    }
}
