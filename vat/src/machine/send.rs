//! Sends that instructions stand for: what their fast paths leave over, natives first.

use super::{Cache, CodeFrame, Frame, Loaded, Machine, Next, Placed};
use crate::code::NO;
use crate::cx::Cx;
use crate::heap::{Cell, Script};
use crate::native::{Outcome, Step};
use crate::problem::Exit;
use crate::selector::Selector;
use crate::value::{Value, View};
use std::sync::LazyLock;

pub(super) static ITERATE: LazyLock<Selector> = LazyLock::new(|| Selector::new("iterate", 1));

/// Asks a native; `None`: the receiver is none, or has no such method of its own.
fn native(
    cache: &mut Cache,
    cx: &mut Cx,
    selector: Selector,
    target: Value,
    args: &[Value],
) -> Option<Outcome> {
    let class = match target.view() {
        View::Static(class) => class,
        View::Obj(at) => match cx.heap.cell(at) {
            Cell::Native(it) => it.class,
            Cell::Object { .. }
            | Cell::Promise(_)
            | Cell::Far { .. }
            | Cell::FarProxy(_)
            | Cell::Broken(_) => return None,
            Cell::Flex(_) => &crate::data::flex_list::FLEX_LIST,
            _ => cx.class_of(target)?,
        },
        _ => cx.class_of(target)?,
    };
    let f = match cache.native {
        Some((known, f)) if std::ptr::eq(known, class) => f,
        _ => {
            let f = class.find(selector)?;
            *cache = Cache { native: Some((class, f)), ..*cache };
            f
        }
    };
    Some(f(cx, target, args))
}

impl Machine {
    /// Looks for a method of an object written in E and remembers it; `false`: there is none.
    #[cold]
    pub(super) fn learn(
        &mut self,
        modules: &[Loaded],
        cache: usize,
        selector: Selector,
        script: Script,
        placed: Placed,
    ) -> bool {
        let loaded = &modules[placed.module as usize].module;
        let methods = &loaded.scripts[placed.script as usize].methods;
        let Some(method) = methods.get(&selector) else { return false };
        let code = &loaded.methods[*method as usize];
        let (module, entry, size) = (placed.module, code.entry, code.size);
        self.caches[cache] = Cache { script, module, entry, size, ..self.caches[cache] };
        true
    }

    /// The call of a site whose operands lie in the window, and whose receiver is no object written in E.
    /// `None`: the value is in its register.
    pub(super) fn call_native(
        &mut self,
        cx: &mut Cx,
        modules: &[Loaded],
        frame: CodeFrame,
        site: usize,
        at: usize,
    ) -> Option<Next> {
        let loaded = &modules[frame.module as usize];
        let site_of = &loaded.module.sites[site];
        let (selector, argc) = (site_of.selector, site_of.argc as usize);
        let target = self.stack[at];
        let args = &mut self.stack[at + 1..=at + argc];
        for it in args.iter_mut() {
            if it.as_obj().is_some() {
                *it = cx.heap.shorten(*it);
            }
        }
        if let Some(value) = crate::data::quick::call(cx, target, selector, args) {
            self.stack[frame.base as usize + usize::from(frame.dst)] = value;
            return self.safepoint(cx, modules, frame);
        }
        let cache = &mut self.caches[loaded.sites as usize + site];
        cx.site = loaded.first_op + frame.pc - 1;
        match native(cache, cx, selector, target, args) {
            Some(outcome) => self.answered(cx, modules, frame, outcome),
            None => {
                self.top = frame.base as usize + usize::from(frame.size);
                self.frames.push(Frame::Code(frame));
                Some(Next::Call { selector, argc, at })
            }
        }
    }

    /// The send that an instruction stands for.
    pub(super) fn operation(
        &mut self,
        cx: &mut Cx,
        modules: &[Loaded],
        frame: CodeFrame,
        target: Value,
        args: &[Value],
    ) -> Option<Next> {
        if let Err(stop) = cx.fuel.charge(1) {
            self.frames.push(Frame::Code(frame));
            return Some(Next::Exit(Exit::Stopped(stop)));
        }
        let loaded = &modules[frame.module as usize];
        let site = loaded.module.sites_of[frame.pc as usize - 1] as usize;
        let selector = loaded.module.sites[site].selector;
        let mut near = [Value::NULL; 2];
        for (near, it) in near.iter_mut().zip(args) {
            *near = cx.heap.shorten(*it);
        }
        // Nobody wants what `put` answers: see `Op::Put`.
        let idle = selector == Selector::PUT_2;
        if (frame.dst != NO || idle)
            && let Some(value) = crate::data::quick::call(cx, target, selector, &near[..args.len()])
        {
            if !idle {
                self.stack[frame.base as usize + usize::from(frame.dst)] = value;
            }
            return self.safepoint(cx, modules, frame);
        }
        let cache = &mut self.caches[loaded.sites as usize + site];
        cx.site = loaded.first_op + frame.pc - 1;
        match native(cache, cx, selector, target, &near[..args.len()]) {
            Some(Ok(Step::Done(_))) if idle => self.safepoint(cx, modules, frame),
            Some(outcome) => self.answered(cx, modules, frame, outcome),
            None => {
                self.top = frame.base as usize + usize::from(frame.size);
                self.frames.push(Frame::Code(frame));
                Some(self.send(cx, target, selector, args))
            }
        }
    }

    /// What a native has answered goes into its register, if it is a value.
    fn answered(
        &mut self,
        cx: &mut Cx,
        modules: &[Loaded],
        frame: CodeFrame,
        outcome: Outcome,
    ) -> Option<Next> {
        self.top = frame.base as usize + usize::from(frame.size);
        match outcome {
            Ok(Step::Done(value)) if frame.dst != NO => {
                self.stack[frame.base as usize + usize::from(frame.dst)] = value;
                self.safepoint(cx, modules, frame)
            }
            it => {
                self.frames.push(Frame::Code(frame));
                Some(Next::Native(it))
            }
        }
    }

    /// Collects garbage if it is time; everything that is in use is in the frame's registers.
    #[inline]
    pub(super) fn safepoint(&mut self, cx: &mut Cx, modules: &[Loaded], frame: CodeFrame) -> Option<Next> {
        if !cx.heap.wants_collection() {
            return None;
        }
        let live = frame.base as usize + usize::from(frame.size);
        let exit = self.collect(cx, modules, live).err()?;
        self.top = live;
        self.frames.push(Frame::Code(frame));
        Some(Next::Exit(exit))
    }
}
