//! The one long match: instruction after instruction, until something else has to happen.
//!
//! Nearly every method has a narrow window, of which the code here sees always [`SPAN`] registers: so that no
//! access has to be checked. What is met seldom is in `seldom`, what loops need in `body`.

use super::body::{gone_through, is_body};
use super::complete::COERCE;
use super::fast::{arithmetic, compare, same};
use super::make::is_list;
use super::seldom::Seldom;
use super::{BOOLEAN, COMPARER, EQUALIZER, ORDERED_SPACE};
use super::{CodeFrame, Frame, Loaded, Machine, Next, Role};
use crate::code::{Arith, NARROW, NO, Op};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::problem::Exit;
use crate::quasi;
use crate::value::{Obj, Value, View};

/// A narrow window and the running object under it.
pub(super) const SPAN: usize = NARROW as usize + 1;

impl Machine {
    /// Runs the topmost frame, and those it calls, until a native has to be asked or something leaves: methods
    /// with narrow windows, or the few with wide ones.
    pub(super) fn code<const WIDE: bool>(&mut self, cx: &mut Cx, modules: &[Loaded]) -> Next {
        let Some(Frame::Code(frame)) = self.frames.pop() else {
            debug_assert!(false, "no code to run");
            return Next::Value(Value::NULL);
        };
        let CodeFrame { module: mut number, mut size, mut role, .. } = frame;
        let (mut pc, mut base) = (frame.pc as usize, frame.base as usize);
        let mut loaded = &modules[number as usize];
        let mut module = &*loaded.module;
        let mut ops = &module.ops[..];
        // The running object, then the registers.
        macro_rules! window {
            () => {
                &mut self.stack[base - 1..base - 1 + if WIDE { 1 + usize::from(size) } else { SPAN }]
            };
        }
        let mut regs: &mut [Value] = window!();
        macro_rules! reg {
            ($at:expr) => {
                regs[1 + if WIDE { usize::from($at) } else { usize::from($at) % (SPAN - 1) }]
            };
        }
        // What the running object closes over.
        macro_rules! capture {
            ($at:expr) => {
                match regs[0].as_obj().map(|it| cx.heap.cell(it)) {
                    Some(Cell::Object { captures, .. }) => captures[$at as usize],
                    _ => Value::NULL,
                }
            };
        }
        // The frame as it is, waiting for a value.
        macro_rules! frame {
            ($dst:expr) => {
                CodeFrame { module: number, pc: pc as u32, base: base as u32, size, dst: $dst, role }
            };
        }
        macro_rules! save {
            ($dst:expr) => {{
                self.top = base + usize::from(size);
                self.frames.push(Frame::Code(frame!($dst)));
            }};
        }
        macro_rules! exit {
            ($exit:expr) => {{
                let exit = $exit;
                save!(NO);
                return Next::Exit(exit);
            }};
        }
        macro_rules! go_on {
            ($next:expr) => {{
                if let Some(next) = $next {
                    return next;
                }
                regs = window!();
            }};
        }
        // The send that the instruction stands for; its value goes to a register.
        macro_rules! send {
            ($dst:expr, $target:expr, $($arg:expr),*) => {{
                let (frame, target, args) = (frame!($dst), $target, [$($arg),*]);
                go_on!(self.operation(cx, modules, frame, target, &args));
            }};
        }
        // The same where what comes of it decides a jump.
        macro_rules! ask {
            ($target:expr, $($arg:expr),*) => {{
                let (frame, target, args) = (frame!(NO), $target, [$($arg),*]);
                return self.operation(cx, modules, frame, target, &args).unwrap_or(Next::Code);
            }};
        }
        macro_rules! safepoint {
            () => {
                if cx.heap.wants_collection() {
                    go_on!(self.safepoint(cx, modules, frame!(NO)));
                }
            };
        }
        macro_rules! tick {
            () => {
                if !cx.fuel.tick()
                    && let Err(stop) = cx.fuel.charge(0)
                {
                    exit!(Exit::Stopped(stop));
                }
            };
        }
        macro_rules! enter_module {
            ($number:expr) => {
                if number != $number {
                    number = $number;
                    loaded = &modules[number as usize];
                    module = &*loaded.module;
                    ops = &module.ops[..];
                }
            };
        }
        macro_rules! leave_with {
            ($value:expr) => {{
                let value = $value;
                match self.frames.pop() {
                    Some(Frame::Code(it)) if it.dst != NO && WIDE == (it.size > NARROW) => {
                        pc = it.pc as usize;
                        (size, role) = (it.size, it.role);
                        base = it.base as usize;
                        enter_module!(it.module);
                        regs = window!();
                        reg!(it.dst) = value;
                    }
                    it => {
                        self.top = base - 1;
                        self.frames.extend(it);
                        return Next::Value(value);
                    }
                }
            }};
        }
        // Fast paths look at tag and payload apart: a value that was just written in two pieces and is read in
        // one makes the processor wait.
        macro_rules! unless {
            ($a:expr, $b:expr, $by:expr, $op:tt) => {{
                let holds = match (reg!($a).view(), reg!($b).view()) {
                    (View::Int(a), View::Int(b)) => a $op b,
                    (View::Float(a), View::Float(b)) => a $op b,
                    (View::Char(a), View::Char(b)) => a $op b,
                    _ => ask!(COMPARER, reg!($a), reg!($b)),
                };
                if !holds {
                    pc = pc.wrapping_add_signed($by.into());
                }
            }};
        }
        macro_rules! unless_int {
            ($a:expr, $b:expr, $by:expr, $op:tt) => {{
                match reg!($a).view() {
                    View::Int(a) => {
                        if !(a $op i64::from($b)) {
                            pc = pc.wrapping_add_signed($by.into());
                        }
                    }
                    _ => ask!(COMPARER, reg!($a), i64::from($b).into()),
                }
            }};
        }
        macro_rules! when_same {
            ($a:expr, $b:expr, $by:expr, $wanted:expr) => {{
                let same = match (reg!($a).view(), reg!($b).view()) {
                    (View::Int(a), View::Int(b)) => a == b,
                    (View::Obj(a), View::Obj(b)) if a == b => true,
                    _ => match same(cx, reg!($a), reg!($b)) {
                        Some(it) => it,
                        None => ask!(EQUALIZER, reg!($a), reg!($b)),
                    },
                };
                if same == $wanted {
                    pc = pc.wrapping_add_signed($by.into());
                }
            }};
        }
        macro_rules! when_null {
            ($a:expr, $by:expr, $wanted:expr) => {{
                let null = match reg!($a).view() {
                    View::Null => true,
                    View::Obj(it) if matches!(cx.heap.cell(it), Cell::Promise(_)) => {
                        match same(cx, reg!($a), Value::NULL) {
                            Some(it) => it,
                            None => ask!(EQUALIZER, reg!($a), Value::NULL),
                        }
                    }
                    _ => false,
                };
                if null == $wanted {
                    pc = pc.wrapping_add_signed($by.into());
                }
            }};
        }
        macro_rules! when_same_int {
            ($a:expr, $b:expr, $by:expr, $wanted:expr) => {{
                let same = match reg!($a).view() {
                    View::Int(a) => a == i64::from($b),
                    _ => match same(cx, reg!($a), i64::from($b).into()) {
                        Some(it) => it,
                        None => ask!(EQUALIZER, reg!($a), i64::from($b).into()),
                    },
                };
                if same == $wanted {
                    pc = pc.wrapping_add_signed($by.into());
                }
            }};
        }
        macro_rules! arith {
            ($dst:expr, $a:expr, $b:expr, $how:expr, $checked:ident, $op:tt) => {
                match (reg!($a).view(), reg!($b).view()) {
                    (View::Int(x), View::Int(y)) if let Some(it) = x.$checked(y) => reg!($dst) = it.into(),
                    (View::Float(x), View::Float(y)) => reg!($dst) = (x $op y).into(),
                    _ => match arithmetic($how, reg!($a), reg!($b)) {
                        Some(it) => reg!($dst) = it,
                        None => send!($dst, reg!($a), reg!($b)),
                    },
                }
            };
        }
        macro_rules! arith_int {
            ($dst:expr, $a:expr, $b:expr, $how:expr, $checked:ident) => {
                match reg!($a).view() {
                    View::Int(x) if let Some(it) = x.$checked($b.into()) => reg!($dst) = it.into(),
                    _ => match arithmetic($how, reg!($a), i64::from($b).into()) {
                        Some(it) => reg!($dst) = it,
                        None => send!($dst, reg!($a), i64::from($b).into()),
                    },
                }
            };
        }
        loop {
            let op = ops[pc];
            pc += 1;
            match op {
                Op::Const { dst, at } => reg!(dst) = loaded.consts[at as usize],
                Op::Int { dst, value } => reg!(dst) = i64::from(value).into(),
                Op::Null { dst } => reg!(dst) = Value::NULL,
                Op::Bool { dst, value } => reg!(dst) = value.into(),
                Op::Move { dst, src } => match reg!(src).view() {
                    View::Int(it) => reg!(dst) = it.into(),
                    View::Float(it) => reg!(dst) = it.into(),
                    _ => reg!(dst) = reg!(src),
                },
                Op::Capture { dst, at } => reg!(dst) = capture!(at),
                Op::CaptureGet { dst, at } => {
                    let slot = capture!(at);
                    match cx.heap.get(slot) {
                        Some(Cell::VarSlot(it) | Cell::FinalSlot(it)) => reg!(dst) = *it,
                        Some(Cell::GuardedSlot(it)) => reg!(dst) = it.value,
                        _ => send!(dst, slot,),
                    }
                }
                Op::CapturePut { value, at } => {
                    let slot = cx.heap.shorten(capture!(at));
                    match slot.as_obj().map(|it| cx.heap.cell_mut(it)) {
                        Some(Cell::VarSlot(it)) => *it = reg!(value),
                        _ => ask!(slot, reg!(value)),
                    }
                }
                Op::CaptureSet { value, at } => {
                    if let Some(it) = regs[0].as_obj() {
                        let place = &mut cx.heap.captures_mut(it)[at as usize];
                        match reg!(value).view() {
                            View::Int(it) => *place = it.into(),
                            View::Bool(it) => *place = it.into(),
                            _ => *place = reg!(value),
                        }
                    }
                }
                Op::This { dst } => reg!(dst) = regs[0],
                Op::SlotGet { dst, src } => match cx.heap.get(reg!(src)) {
                    Some(Cell::VarSlot(it) | Cell::FinalSlot(it)) => reg!(dst) = *it,
                    Some(Cell::GuardedSlot(it)) => reg!(dst) = it.value,
                    _ => send!(dst, reg!(src),),
                },
                Op::SlotPut { slot, value } => {
                    let slot = cx.heap.shorten(reg!(slot));
                    match slot.as_obj().map(|it| cx.heap.cell_mut(it)) {
                        Some(Cell::VarSlot(it)) => *it = reg!(value),
                        _ => ask!(slot, reg!(value)),
                    }
                }
                Op::NewVarSlot { dst, src } => {
                    reg!(dst) = cx.heap.alloc(Cell::VarSlot(reg!(src))).into();
                    safepoint!();
                }
                Op::Jump { target } => pc = target as usize,
                Op::Loop { target } => {
                    tick!();
                    safepoint!();
                    pc = target as usize;
                }
                Op::JumpUnless { src, target } => match cx.heap.shorten(reg!(src)).as_bool() {
                    Some(true) => {}
                    Some(false) => pc = target as usize,
                    None => {
                        let value = reg!(src);
                        save!(NO);
                        return self.send(cx, BOOLEAN, *COERCE, &[value, Value::NULL]);
                    }
                },
                Op::UnlessNot { src, target } => match reg!(src).view() {
                    View::Bool(false) => {}
                    View::Bool(true) => pc = target as usize,
                    _ => ask!(reg!(src),),
                },
                Op::UnlessLess { a, b, by } => unless!(a, b, by, <),
                Op::UnlessLeq { a, b, by } => unless!(a, b, by, <=),
                Op::UnlessGeq { a, b, by } => unless!(a, b, by, >=),
                Op::UnlessGreater { a, b, by } => unless!(a, b, by, >),
                Op::UnlessLessInt { a, b, by } => unless_int!(a, b, by, <),
                Op::UnlessLeqInt { a, b, by } => unless_int!(a, b, by, <=),
                Op::UnlessGeqInt { a, b, by } => unless_int!(a, b, by, >=),
                Op::UnlessGreaterInt { a, b, by } => unless_int!(a, b, by, >),
                Op::UnlessSame { a, b, by } => when_same!(a, b, by, false),
                Op::IfSame { a, b, by } => when_same!(a, b, by, true),
                Op::UnlessNull { a, by } => when_null!(a, by, false),
                Op::IfNull { a, by } => when_null!(a, by, true),
                Op::UnlessSameInt { a, b, by } => when_same_int!(a, b, by, false),
                Op::IfSameInt { a, b, by } => when_same_int!(a, b, by, true),
                Op::Call { dst, at, site } => {
                    tick!();
                    if let View::Obj(obj) = reg!(at).view()
                        && let Cell::Object { script, .. } = cx.heap.cell(obj)
                    {
                        let script = *script;
                        let cache = loaded.sites as usize + usize::from(site);
                        if self.caches[cache].script != script {
                            let selector = module.sites[usize::from(site)].selector;
                            let placed = cx.scripts[script.index()];
                            if !self.learn(modules, cache, selector, script, placed) {
                                let argc = module.sites[usize::from(site)].argc as usize;
                                save!(dst);
                                return Next::Call { selector, argc, at: base + usize::from(at) };
                            }
                        }
                        let to = self.caches[cache];
                        if self.frames.len() >= self.depth_limit {
                            exit!(self.too_deep(cx));
                        }
                        self.frames.push(Frame::Code(frame!(dst)));
                        base += usize::from(at) + 1;
                        (pc, size, role) = (to.entry as usize, to.size, Role::Method);
                        if base + usize::from(size) + SPAN > self.stack.len()
                            && let Err(it) = self.reach(cx, base + usize::from(size))
                        {
                            self.top = base;
                            return Next::Exit(it);
                        }
                        if WIDE != (size > NARROW) {
                            number = to.module;
                            self.frames.push(Frame::Code(frame!(NO)));
                            return Next::Code;
                        }
                        enter_module!(to.module);
                        regs = window!();
                        continue;
                    }
                    go_on!(self.call_native(cx, modules, frame!(dst), site.into(), base + usize::from(at)));
                }
                Op::Send { dst, at, site } => {
                    tick!();
                    let it = &module.sites[usize::from(site)];
                    let from = 1 + usize::from(at);
                    let (target, args) = (regs[from], &regs[from + 1..=from + it.argc as usize]);
                    cx.site = loaded.first_op + pc as u32 - 1;
                    if cx.log.is_some() {
                        Machine::tell_calls(&self.frames, cx, modules, (number, pc as u32));
                    }
                    reg!(dst) = crate::send::send(cx, target, it.selector, args);
                    safepoint!();
                }
                Op::SendOnly { at, site } => {
                    tick!();
                    let it = &module.sites[usize::from(site)];
                    let from = 1 + usize::from(at);
                    let (target, args) = (regs[from], &regs[from + 1..=from + it.argc as usize]);
                    cx.site = loaded.first_op + pc as u32 - 1;
                    crate::send::send_unused(cx, target, it.selector, args);
                    safepoint!();
                }
                Op::Add { dst, a, b } => arith!(dst, a, b, Arith::Add, checked_add, +),
                Op::Subtract { dst, a, b } => {
                    arith!(dst, a, b, Arith::Subtract, checked_sub, -);
                }
                Op::Multiply { dst, a, b } => {
                    arith!(dst, a, b, Arith::Multiply, checked_mul, *);
                }
                Op::AddInt { dst, a, b } => {
                    arith_int!(dst, a, b, Arith::Add, checked_add);
                }
                Op::SubtractInt { dst, a, b } => {
                    arith_int!(dst, a, b, Arith::Subtract, checked_sub);
                }
                Op::Arith { dst, a, b, how } => match arithmetic(how, reg!(a), reg!(b)) {
                    Some(it) => reg!(dst) = it,
                    None => send!(dst, reg!(a), reg!(b)),
                },
                Op::ArithInt { dst, a, b, how } => match arithmetic(how, reg!(a), i64::from(b).into()) {
                    Some(it) => reg!(dst) = it,
                    None => send!(dst, reg!(a), i64::from(b).into()),
                },
                Op::Compare { dst, a, b, how } => match compare(how, reg!(a), reg!(b)) {
                    Some(it) => reg!(dst) = it.into(),
                    None => send!(dst, COMPARER, reg!(a), reg!(b)),
                },
                Op::Same { dst, a, b } => match same(cx, reg!(a), reg!(b)) {
                    Some(it) => reg!(dst) = it.into(),
                    None => send!(dst, EQUALIZER, reg!(a), reg!(b)),
                },
                Op::Not { dst, src } => match reg!(src).as_bool() {
                    Some(it) => reg!(dst) = (!it).into(),
                    None => send!(dst, reg!(src),),
                },
                Op::Get { dst, a, b } => {
                    // By reference: an optional value would be put together in memory first.
                    if let (View::Obj(list), View::Int(at)) = (reg!(a).view(), reg!(b).view())
                        && let Some(it) = item(cx, list, at)
                    {
                        reg!(dst) = *it;
                        tick!();
                    } else {
                        send!(dst, reg!(a), reg!(b));
                    }
                }
                Op::Put { a, b, value } => {
                    let done = match (reg!(a).view(), reg!(b).view(), reg!(value).view()) {
                        (View::Obj(list), View::Int(at), View::Int(it)) => put(cx, list, at, it.into()),
                        (View::Obj(list), View::Int(at), View::Bool(it)) => put(cx, list, at, it.into()),
                        (View::Obj(list), View::Int(at), _) => {
                            let value = cx.heap.shorten(reg!(value));
                            put(cx, list, at, value)
                        }
                        _ => false,
                    };
                    if done {
                        tick!();
                    } else {
                        let (frame, target) = (frame!(NO), reg!(a));
                        let args = [reg!(b), reg!(value)];
                        go_on!(self.operation(cx, modules, frame, target, &args));
                    }
                }
                Op::Fill { dst, at, n } => {
                    let at = 1 + usize::from(at);
                    let (template, values) = (regs[at], &regs[at + 1..=at + usize::from(n)]);
                    match quasi::fill(cx, template, values) {
                        Ok(Some(it)) => {
                            reg!(dst) = it;
                            safepoint!();
                        }
                        Ok(None) => {
                            let values = cx.heap.list(values);
                            let maker = quasi::value_maker_of(cx, template);
                            send!(dst, maker, values);
                        }
                        Err(exit) => exit!(exit),
                    }
                }
                Op::MakeList { dst, from, n } => {
                    let from = 1 + usize::from(from);
                    let items = &regs[from..from + usize::from(n)];
                    reg!(dst) = cx.heap.list(items);
                    safepoint!();
                }
                Op::Object { at, script } => {
                    let object = self.make_object(cx, loaded, script, base + usize::from(at));
                    regs = window!();
                    reg!(at) = object;
                    safepoint!();
                }
                Op::Coerce { dst, guard, ejector } => {
                    let (specimen, guard) = (reg!(dst), reg!(guard));
                    if !crate::guard::accepts(&cx.heap, guard, specimen) {
                        let frame = frame!(dst);
                        let ejector = self.ejector(cx, &frame, ejector);
                        save!(dst);
                        return self.send(cx, guard, *COERCE, &[specimen, ejector]);
                    }
                }
                Op::MatchSame { a, b, ejector } => {
                    let (specimen, wanted) = (reg!(a), reg!(b));
                    let known = same(cx, specimen, wanted);
                    if known != Some(true) {
                        tick!();
                        let frame = frame!(a);
                        let ejector = self.ejector(cx, &frame, ejector);
                        save!(a);
                        return Next::Native(match known {
                            Some(_) => crate::pattern::differs(cx, wanted, specimen, ejector),
                            None => crate::pattern::match_same_as(cx, wanted, specimen, ejector),
                        });
                    }
                }
                Op::ListMatch { at, ejector, n } => {
                    let specimen = reg!(at);
                    let frame = frame!(NO);
                    if !is_list(cx, specimen) {
                        let ejector = self.ejector(cx, &frame, ejector);
                        save!(NO);
                        let guard = Value::of(&crate::guard::scalar::CONST_LIST);
                        return self.send(cx, guard, *COERCE, &[specimen, ejector]);
                    }
                    if let Some(problem) = self.take_apart(cx, specimen, base + usize::from(at), n) {
                        let ejector = self.ejector(cx, &frame, ejector);
                        save!(NO);
                        return Next::Native(cx.eject(ejector, problem));
                    }
                    regs = window!();
                }
                Op::Return { src } => {
                    match role {
                        Role::Method => {}
                        Role::Exports => {
                            self.export(module, base);
                            regs = window!();
                        }
                        Role::Body(body) => {
                            self.leave_body(cx, body, base);
                            regs = window!();
                        }
                    }
                    match reg!(src).view() {
                        View::Int(it) => leave_with!(Value::from(it)),
                        View::Bool(it) => leave_with!(Value::from(it)),
                        _ => leave_with!(reg!(src)),
                    }
                }
                Op::ForRange { at, till, next } => {
                    let (start, bound) = (reg!(at), reg!(at + 1));
                    let bounds = match (start.view(), bound.view()) {
                        (View::Int(start), View::Int(bound)) if till => Some((start, bound)),
                        (View::Int(start), View::Int(bound)) => bound.checked_add(1).map(|it| (start, it)),
                        _ => None,
                    };
                    match bounds {
                        Some((start, bound)) => {
                            reg!(at) = bound.into();
                            reg!(at + 1) = start.into();
                            reg!(at + 3) = (-1).into();
                            pc = next as usize;
                        }
                        None => send!(at, ORDERED_SPACE, start, bound),
                    }
                }
                Op::Next { at, body } => {
                    tick!();
                    match (reg!(at).view(), reg!(at + 1).view()) {
                        (View::Int(bound), View::Int(next)) => {
                            if next < bound {
                                reg!(at + 1) = (next + 1).into();
                                reg!(at + 2) = next.into();
                                pc = body as usize;
                            }
                            continue;
                        }
                        (View::Obj(items), View::Int(next)) => {
                            let list = match cx.heap.cell(items) {
                                Cell::Shared(it) => Some(&it[..]),
                                Cell::List(it) => Some(&it[..]),
                                _ => None,
                            };
                            if let Some(list) = list {
                                match list.get(next as usize) {
                                    Some(it) => {
                                        reg!(at + 1) = (next + 1).into();
                                        reg!(at + 2) = *it;
                                        pc = body as usize;
                                        safepoint!();
                                    }
                                    None => gone_through(cx, reg!(at)),
                                }
                                continue;
                            }
                        }
                        _ => {}
                    }
                    if let Some(it) = is_body(cx, reg!(at)) {
                        self.leave_body(cx, it, base);
                        leave_with!(Value::NULL);
                        continue;
                    }
                    if self.walk_on(cx, base + usize::from(at)) {
                        pc = body as usize;
                    }
                    regs = window!();
                    safepoint!();
                }
                Op::NextKeyed { at, body } => {
                    tick!();
                    if let Some(it) = is_body(cx, reg!(at)) {
                        self.leave_body(cx, it, base);
                        leave_with!(Value::NULL);
                        continue;
                    }
                    if self.walk_on(cx, base + usize::from(at)) {
                        pc = body as usize;
                    }
                    regs = window!();
                    safepoint!();
                }
                _ => match self.seldom(cx, modules, frame!(NO), op) {
                    Seldom::Here => {
                        regs = window!();
                        safepoint!();
                    }
                    Seldom::Jump(to) => {
                        regs = window!();
                        pc = to as usize;
                    }
                    Seldom::Next(it) => return it,
                },
            }
        }
    }
}

/// A list's item, or a FlexList's.
#[inline]
fn item(cx: &Cx, list: Obj, at: i64) -> Option<&Value> {
    let at = usize::try_from(at).ok()?;
    match cx.heap.cell(list) {
        Cell::List(it) => it.get(at),
        Cell::Flex(it) => it.items.get().get(at),
        _ => None,
    }
}

/// Puts a value in the place of an item of a FlexList that takes anything; `false`: it is not that simple.
#[inline]
fn put(cx: &mut Cx, list: Obj, at: i64, value: Value) -> bool {
    let Ok(at) = usize::try_from(at) else { return false };
    let place = match cx.heap.cell_mut(list) {
        Cell::Flex(it) if it.guard.is(&crate::guard::any::ANY) => it.items.change().get_mut(at),
        _ => None,
    };
    match place {
        Some(it) => {
            *it = value;
            true
        }
        None => false,
    }
}
