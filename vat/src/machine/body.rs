//! The body of a `for` loop as an object, for collections that are asked to `iterate`.
//!
//! The body is code in the middle of a method and uses that method's registers. When the collection calls it,
//! it runs in a window of its own that begins as a copy of its home's; at its end, or when something leaves
//! it, the locals from outside the loop are copied back. A body that is called while it runs copies from, and
//! to, the window of the call that is already under way.

use super::{CodeFrame, Frame, Machine, Next, Role};
use crate::code::{NO, Op, Reg};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::iterate::Walk;
use crate::native::{Class, Payload, Step, method};
use crate::problem::Exit;
use crate::value::{Obj, Value, View};

/// The body, as `iterate` is given it.
pub(crate) static BODY: Class = Class::new(
    "_",
    "<_>",
    &[
        method("run", 2, |_, this, args| Ok(Step::Body(this, args[0], args[1]))),
        method("__printOn", 1, |cx, this, args| {
            let text = printed(cx, this);
            let text = cx.heap.text(text);
            cx.call(args[0], "write", [text])
        }),
    ],
);

/// As the anonymous object within its method that it stands for. Its one field is the object it runs in.
fn printed(cx: &Cx, this: Value) -> String {
    let home = cx.heap.fields(this, &BODY).and_then(|it| crate::object::fqn(cx, it[0]));
    match home {
        Some(fqn) => format!("<{}>", crate::object::simple_name(&format!("{fqn}$_"))),
        None => "<_>".into(),
    }
}

/// A built-in collection on its way through its items: see `crate::iterate`.
pub(crate) static WALK: Class = Class::new("walk", "<walk>", &[]);

pub(crate) struct Body {
    module: u32,
    /// Where its code begins, and the instruction that ends it.
    entry: u32,
    end: u32,
    /// The loop's state register: locals below it are from outside.
    at: Reg,
    size: Reg,
    /// Where the window is that has the variables now.
    window: usize,
    live: bool,
    /// Where its home goes on when someone leaves the loop through it, and the register for what is brought.
    resume: (u32, Reg),
}

impl Payload for Body {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        48
    }
}

impl crate::store::Saved for Body {
    fn save(&self, _: &mut crate::store::Writer) {
        // Between turns no loop is running, so nobody can call it any more.
    }
    fn load(_: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        Ok(Body { module: 0, entry: 0, end: 0, at: 0, size: 0, window: 0, live: false, resume: (0, NO) })
    }
}

/// How a loop goes on.
pub(super) enum Started {
    /// Its state is in its registers.
    Here,
    Call(Next),
}

impl Machine {
    /// Starts going through what lies in `at`; `frame` is the one with the loop, and goes on in its body.
    pub(super) fn start_loop(&mut self, cx: &mut Cx, frame: &CodeFrame, at: Reg, next: u32) -> Started {
        let state = frame.base as usize + usize::from(at);
        let collection = cx.heap.shorten(self.stack[state]);
        self.top = frame.base as usize + usize::from(frame.size);
        if let Some(Cell::List(_)) = cx.heap.get(collection) {
            self.stack[state] = collection;
            self.stack[state + 1] = 0.into();
            return Started::Here;
        }
        if let Some(items) = crate::data::flex_list::shared(&mut cx.heap, collection) {
            self.stack[state] = cx.heap.alloc(Cell::Shared(items)).into();
            self.stack[state + 1] = 0.into();
            return Started::Here;
        }
        let body = Body {
            module: frame.module,
            entry: frame.pc,
            end: next,
            at,
            size: frame.size,
            window: frame.base as usize,
            live: true,
            resume: (0, NO),
        };
        let this = self.stack[frame.base as usize - 1];
        let body = cx.heap.native_with(&BODY, [this], Box::new(body));
        let selector = *super::send::ITERATE;
        let class = cx.class_of(collection);
        if let Some(f) = class.and_then(|it| it.find(selector)) {
            cx.walks = true;
            let outcome = f(cx, collection, &[body]);
            cx.walks = false;
            if let Some(walk) = cx.walk.take() {
                self.stack[state] = match walk.into_list() {
                    Ok(list) => cx.heap.list(list),
                    Err(walk) => cx.heap.native_with(&WALK, [], walk),
                };
                self.stack[state + 1] = 0.into();
                return Started::Here;
            }
            self.stack[state] = body;
            return Started::Call(Next::Native(outcome));
        }
        self.stack[state] = body;
        Started::Call(self.send(cx, collection, selector, &[body]))
    }

    /// The next item of what a loop goes through by itself; the state of the loop lies from `state`.
    pub(super) fn walk_on(&mut self, cx: &mut Cx, state: usize) -> bool {
        let next = self.stack[state + 1].as_int();
        let found: Option<(Value, Value)> = match (self.stack[state].view(), next) {
            (View::Int(bound), Some(next)) if next < bound => {
                let key = self.stack[state + 3].as_int().map_or(0, |it| it + 1);
                Some((key.into(), next.into()))
            }
            (View::Obj(at), Some(next)) => match cx.heap.cell(at) {
                Cell::List(it) => it.get(next as usize).map(|it| (next.into(), *it)),
                Cell::Shared(it) => it.get(next as usize).map(|it| (next.into(), *it)),
                _ => cx.heap.payload_mut::<Walk>(at.into()).and_then(Walk::next),
            },
            _ => None,
        };
        let Some((key, value)) = found else {
            gone_through(cx, self.stack[state]);
            return false;
        };
        self.stack[state + 1] = next.map_or(0, |it| it + 1).into();
        self.stack[state + 2] = value;
        self.stack[state + 3] = key;
        true
    }

    /// Runs the body once.
    pub(super) fn enter_body(&mut self, cx: &mut Cx, body: Value, key: Value, value: Value) -> Next {
        let Some(it) = cx.heap.payload_mut::<Body>(body).filter(|it| it.live) else {
            return Next::Exit(cx.throw("For-loop body isn't valid after for-loop exits."));
        };
        let (module, pc, at, size, window) = (it.module, it.entry, it.at, it.size, it.window);
        let base = self.top + 1;
        it.window = base;
        if self.frames.len() >= self.depth_limit {
            return Next::Exit(self.too_deep(cx));
        }
        if let Err(it) = self.reach(cx, base + usize::from(size)) {
            return Next::Exit(it);
        }
        // The object it runs in lies under its registers.
        self.stack.copy_within(window - 1..window + usize::from(size), base - 1);
        let state = base + usize::from(at);
        self.stack[state + 2] = value;
        self.stack[state + 3] = key;
        self.stack[state + 4] = (window as i64).into();
        let Some(role) = body.as_obj().map(Role::Body) else { return Next::Value(Value::NULL) };
        self.frames.push(Frame::Code(CodeFrame { module, pc, base: base as u32, size, dst: NO, role }));
        Next::Code
    }

    /// Gives the variables back to whoever had them before this run of the body.
    pub(super) fn leave_body(&mut self, cx: &mut Cx, body: Obj, base: usize) {
        let Some(it) = cx.heap.payload_mut::<Body>(body.into()) else { return };
        let outer = usize::from(it.at);
        let Some(window) = self.stack[base + outer + 4].as_int().map(|it| it as usize) else { return };
        it.window = window;
        self.stack.copy_within(base..base + outer, window);
    }

    /// The loop is over: its body cannot be called any more.
    pub(super) fn end_body(&mut self, cx: &mut Cx, state: usize) {
        if let Some(it) = cx.heap.payload_mut::<Body>(self.stack[state]) {
            it.live = false;
        }
        self.stack[state] = Value::NULL;
    }

    /// Leaves a loop whose body was called: the exit that its home will see; it goes on at `pc`.
    pub(super) fn cross(cx: &mut Cx, body: Value, value: Value, pc: u32, into: Reg) -> Option<Exit> {
        let it = cx.heap.payload_mut::<Body>(body)?;
        it.resume = (pc, into);
        Some(Exit::Ejected { ejector: body, value })
    }

    /// Ends the loop that a frame is in the call of, if it is in one. If `exit` comes from its body, the frame
    /// goes on where that wants.
    pub(super) fn cross_home(&mut self, cx: &mut Cx, frame: &CodeFrame, exit: &Exit) -> Option<CodeFrame> {
        let op = self.modules[frame.module as usize].module.ops[frame.pc as usize - 1];
        let Op::For { at, .. } = op else { return None };
        let state = frame.base as usize + usize::from(at);
        let body = self.stack[state];
        let resume = cx.heap.payload::<Body>(body)?.resume;
        self.end_body(cx, state);
        match exit {
            Exit::Ejected { ejector, value } if *ejector == body => {
                if resume.1 != NO {
                    self.stack[frame.base as usize + usize::from(resume.1)] = *value;
                }
                Some(CodeFrame { pc: resume.0, ..*frame })
            }
            _ => None,
        }
    }

    /// The code that belongs to a body: handlers around it are its home's, not its own.
    pub(super) fn body_range(cx: &Cx, body: Obj) -> Option<std::ops::Range<u32>> {
        cx.heap.payload::<Body>(body.into()).map(|it| it.entry..it.end)
    }
}

/// A loop is through with a list, which need not be copied any more when it changes.
pub(super) fn gone_through(cx: &mut Cx, items: Value) {
    if let Some(at) = items.as_obj()
        && let it @ Cell::Shared(_) = cx.heap.cell_mut(at)
    {
        *it = Cell::FinalSlot(Value::NULL);
    }
}

/// Is the state of a loop the body of one that a collection calls?
pub(super) fn is_body(cx: &Cx, state: Value) -> Option<Obj> {
    let View::Obj(at) = state.view() else { return None };
    match cx.heap.cell(at) {
        Cell::Native(it) if std::ptr::eq(it.class, &BODY) => Some(at),
        _ => None,
    }
}
