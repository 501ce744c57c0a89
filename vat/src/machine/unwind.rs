//! Exits on their way outwards: handlers, ejectors coming home, traces.

use super::{CodeFrame, Frame, Loaded, Machine, Next, Role};
use crate::code::{Handling, NO};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::problem::Exit;
use crate::value::Value;

/// How many frames a problem remembers.
const TRACE: usize = 64;

impl Machine {
    /// Pops frames until one handles `exit`. `Err`: none does.
    pub(super) fn unwind(&mut self, cx: &mut Cx, exit: Exit) -> Result<Next, Exit> {
        loop {
            match self.frames.pop() {
                None => return Err(exit),
                Some(Frame::Native(then)) => {
                    if let (Some(f), false) = (then.on_exit, matches!(exit, Exit::Stopped(_))) {
                        return Ok(Next::Native(f(cx, then, exit)));
                    }
                }
                Some(Frame::Code(frame)) => {
                    self.top = frame.base as usize + usize::from(frame.size);
                    if let Some(home) = self.cross_home(cx, &frame, &exit) {
                        self.frames.push(Frame::Code(home));
                        return Ok(Next::Code);
                    }
                    if !matches!(exit, Exit::Stopped(_)) && self.handled(cx, frame, &exit) {
                        return Ok(Next::Code);
                    }
                    self.leave_trace(cx, frame, &exit);
                    if let Role::Body(body) = frame.role {
                        self.leave_body(cx, body, frame.base as usize);
                    }
                    self.top = frame.base as usize - 1;
                }
            }
        }
    }

    /// Looks for a handler in the frame; if there is one, the frame goes on there.
    fn handled(&mut self, cx: &mut Cx, frame: CodeFrame, exit: &Exit) -> bool {
        let modules = std::mem::take(&mut self.modules);
        let answer = self.handled_in(cx, &modules[frame.module as usize], frame, exit);
        self.modules = modules;
        answer
    }

    fn handled_in(&mut self, cx: &mut Cx, loaded: &Loaded, frame: CodeFrame, exit: &Exit) -> bool {
        let at = frame.pc - 1;
        let Some(method) = loaded.module.method_at(at) else { return false };
        // What stands around a loop is not the business of its body, when that is called.
        let own = match frame.role {
            Role::Body(it) => Machine::body_range(cx, it),
            _ => None,
        };
        let range = method.handlers.start as usize..method.handlers.end as usize;
        for it in &loaded.module.handlers[range] {
            if at < it.start || at >= it.end {
                continue;
            }
            if own.as_ref().is_some_and(|own| it.start < own.start || it.end > own.end) {
                continue;
            }
            let value = match (it.handling, exit) {
                (Handling::Catch, Exit::Thrown(problem)) => crate::throw::sealed(cx, *problem),
                (Handling::Catch, Exit::Freed(value)) => *value,
                (Handling::Catch, _) => continue,
                (Handling::Finally, exit) => cx.heap.alloc(Cell::Exit(Box::new(exit.clone()))).into(),
                (Handling::Escape { slot, .. }, exit) => {
                    let own = self.stack[frame.base as usize + usize::from(slot)];
                    kill(cx, own);
                    match exit {
                        Exit::Ejected { ejector, value } if *ejector == own => *value,
                        _ => continue,
                    }
                }
            };
            if it.into != NO {
                self.stack[frame.base as usize + usize::from(it.into)] = value;
            }
            self.frames.push(Frame::Code(CodeFrame { pc: it.target, dst: NO, ..frame }));
            return true;
        }
        false
    }

    /// Tells the message log from which calls the message that comes next is sent.
    #[cold]
    pub(super) fn tell_calls(frames: &[Frame], cx: &mut Cx, modules: &[Loaded], innermost: (u32, u32)) {
        let around = frames.iter().rev().filter_map(|it| match it {
            Frame::Code(it) => Some((it.module, it.pc)),
            Frame::Native(_) => None,
        });
        let all = std::iter::once(innermost).chain(around);
        let all = all.filter_map(|(number, pc)| Some((&modules.get(number as usize)?.module, pc - 1)));
        crate::causality::log::calls(cx, all);
    }

    fn leave_trace(&self, cx: &mut Cx, frame: CodeFrame, exit: &Exit) {
        let module = &self.modules[frame.module as usize].module;
        let problem = match exit {
            Exit::Thrown(problem) => *problem,
            // There is no problem yet: it is made when the turn is over.
            Exit::Stopped(_) => {
                if cx.stopped_at.len() < TRACE {
                    cx.stopped_at.push(module.line_at(frame.pc - 1));
                }
                return;
            }
            _ => return,
        };
        let Some(at) = problem.as_obj() else { return };
        if let Cell::Problem(it) = cx.heap.cell_mut(at)
            && it.trace.len() < TRACE
        {
            it.trace.push(module.line_at(frame.pc - 1));
        }
    }
}

/// The ejector is out of its extent from now on.
pub(super) fn kill(cx: &mut Cx, ejector: Value) {
    if let Some(at) = ejector.as_obj()
        && let Cell::Ejector { live, .. } = cx.heap.cell_mut(at)
    {
        *live = false;
    }
}
