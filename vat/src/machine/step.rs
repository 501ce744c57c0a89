//! The one long match: instruction after instruction, until something else has to happen.

use super::body::is_body;
use super::complete::COERCE;
use super::fast::{arithmetic, compare, same};
use super::make::{is_list, not_understood};
use super::{CodeFrame, Frame, Loaded, Machine, Next, Role, unwind};
use crate::code::{Arith, NO, Op};
use crate::cx::Cx;
use crate::data::flex_list::{FLEX_LIST, Items};
use crate::heap::Cell;
use crate::problem::{Exit, Problem};
use crate::value::{Obj, Value, View};

impl Machine {
    /// Runs the topmost frame, and those it calls, until a native has to be asked or something leaves.
    pub(super) fn code(&mut self, cx: &mut Cx, modules: &[Loaded]) -> Next {
        let Some(Frame::Code(frame)) = self.frames.pop() else {
            debug_assert!(false, "no code to run");
            return Next::Value(Value::NULL);
        };
        let CodeFrame { module: mut number, mut size, mut role, .. } = frame;
        let (mut pc, mut base) = (frame.pc as usize, frame.base as usize);
        let mut loaded = &modules[number as usize];
        let mut module = &*loaded.module;
        let mut ops = &module.ops[..];
        macro_rules! window {
            () => {
                &mut self.stack[base..base + usize::from(size)]
            };
        }
        let mut regs: &mut [Value] = window!();
        macro_rules! reg {
            ($at:expr) => {
                regs[usize::from($at)]
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
                    Some(Frame::Code(it)) if it.dst != NO => {
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
                    _ => ask!(self.comparer, reg!($a), reg!($b)),
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
                    _ => ask!(self.comparer, reg!($a), i64::from($b).into()),
                }
            }};
        }
        macro_rules! when_same {
            ($a:expr, $b:expr, $by:expr, $wanted:expr) => {{
                let same = match (reg!($a).view(), reg!($b).view()) {
                    (View::Int(a), View::Int(b)) => a == b,
                    _ => match same(cx, reg!($a), reg!($b)) {
                        Some(it) => it,
                        None => ask!(self.equalizer, reg!($a), reg!($b)),
                    },
                };
                if same == $wanted {
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
                        None => ask!(self.equalizer, reg!($a), i64::from($b).into()),
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
                Op::Capture { dst, at } => {
                    let value = self.capture(cx, base, at);
                    regs = window!();
                    reg!(dst) = value;
                }
                Op::CaptureGet { dst, at } => {
                    let slot = self.capture(cx, base, at);
                    regs = window!();
                    match cx.heap.get(slot) {
                        Some(Cell::VarSlot(it) | Cell::FinalSlot(it)) => reg!(dst) = *it,
                        Some(Cell::GuardedSlot(it)) => reg!(dst) = it.value,
                        _ => send!(dst, slot,),
                    }
                }
                Op::CapturePut { value, at } => {
                    let slot = cx.heap.shorten(self.capture(cx, base, at));
                    regs = window!();
                    match slot.as_obj().map(|it| cx.heap.cell_mut(it)) {
                        Some(Cell::VarSlot(it)) => *it = reg!(value),
                        _ => ask!(slot, reg!(value)),
                    }
                }
                Op::CaptureSet { value, at } => {
                    let value = reg!(value);
                    if let Some(it) = self.stack[base - 1].as_obj() {
                        cx.heap.captures_mut(it)[at as usize] = value;
                    }
                    regs = window!();
                }
                Op::This { dst } => {
                    let this = self.stack[base - 1];
                    regs = window!();
                    reg!(dst) = this;
                }
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
                Op::BindingGet { dst, src } => match cx.heap.get(reg!(src)) {
                    Some(Cell::Binding(it)) => reg!(dst) = it.slot,
                    _ => send!(dst, reg!(src),),
                },
                Op::NewVarSlot { dst, src } => {
                    reg!(dst) = cx.heap.alloc(Cell::VarSlot(reg!(src))).into();
                    safepoint!();
                }
                Op::NewGuardedSlot { dst, src, guard } => {
                    reg!(dst) = cx.heap.guarded_slot(reg!(src), reg!(guard));
                    safepoint!();
                }
                Op::NewBinding { dst, src, guard } => {
                    let guard = if guard == NO { Value::NULL } else { reg!(guard) };
                    let slot = cx.heap.alloc(Cell::FinalSlot(reg!(src))).into();
                    reg!(dst) = cx.heap.binding(slot, guard, false);
                    safepoint!();
                }
                Op::BindSlot { dst, src } => {
                    reg!(dst) = cx.heap.binding(reg!(src), Value::NULL, false);
                    safepoint!();
                }
                Op::PatchBinding { binding, object } => {
                    if let Some(Cell::Binding(it)) = cx.heap.get(reg!(binding))
                        && let Some(slot) = it.slot.as_obj()
                    {
                        *cx.heap.cell_mut(slot) = Cell::FinalSlot(reg!(object));
                    }
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
                        let boolean = self.boolean;
                        return self.send(cx, boolean, *COERCE, &[value, Value::NULL]);
                    }
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
                        enter_module!(to.module);
                        if base + usize::from(size) > self.stack.len()
                            && let Err(it) = self.reach(cx, base + usize::from(size))
                        {
                            self.top = base;
                            return Next::Exit(it);
                        }
                        regs = window!();
                        continue;
                    }
                    go_on!(self.call_native(cx, modules, frame!(dst), site.into(), base + usize::from(at)));
                }
                Op::CallWide { at, site } => {
                    tick!();
                    let it = &module.sites[site as usize];
                    save!(at);
                    return Next::Call {
                        selector: it.selector,
                        argc: it.argc as usize,
                        at: base + usize::from(at),
                    };
                }
                Op::Send { dst, at, site } => {
                    tick!();
                    let it = &module.sites[usize::from(site)];
                    let from = usize::from(at);
                    let (target, args) = (regs[from], &regs[from + 1..=from + it.argc as usize]);
                    reg!(dst) = crate::send::send(cx, target, it.selector, args);
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
                    None => send!(dst, self.comparer, reg!(a), reg!(b)),
                },
                Op::Same { dst, a, b } => match same(cx, reg!(a), reg!(b)) {
                    Some(it) => reg!(dst) = it.into(),
                    None => send!(dst, self.equalizer, reg!(a), reg!(b)),
                },
                Op::Not { dst, src } => match reg!(src).as_bool() {
                    Some(it) => reg!(dst) = (!it).into(),
                    None => send!(dst, reg!(src),),
                },
                Op::Get { dst, a, b } => {
                    if let (View::Obj(list), View::Int(at)) = (reg!(a).view(), reg!(b).view())
                        && let Some(it) = item(cx, list, at)
                    {
                        tick!();
                        reg!(dst) = it;
                    } else {
                        send!(dst, reg!(a), reg!(b));
                    }
                }
                Op::MakeList { dst, from, n } => {
                    let items = &regs[usize::from(from)..usize::from(from) + usize::from(n)];
                    reg!(dst) = cx.heap.list(items);
                    safepoint!();
                }
                Op::Extend { dst, from, n } => {
                    let more = &regs[usize::from(from)..usize::from(from) + usize::from(n)];
                    let items = cx.heap.as_list(reg!(dst)).map_or(&[][..], |it| &it[..]);
                    let items = [items, more].concat();
                    reg!(dst) = cx.heap.list(items);
                    safepoint!();
                }
                Op::Object { at, script } => {
                    let object = self.make_object(cx, loaded, script, base + usize::from(at));
                    regs = window!();
                    reg!(at) = object;
                    safepoint!();
                }
                Op::Audited { at, script } => {
                    let auditors = module.scripts[script as usize].auditors as usize;
                    let from = base + usize::from(at);
                    let object = self.make_object(cx, loaded, script, from + auditors);
                    let auditors = self.stack[from..from + auditors].to_vec();
                    save!(at);
                    return Next::Native(crate::audition::audit(cx, object, auditors));
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
                    if same(cx, specimen, wanted) != Some(true) {
                        let frame = frame!(a);
                        let ejector = self.ejector(cx, &frame, ejector);
                        save!(a);
                        return Next::Native(crate::pattern::match_same_as(cx, wanted, specimen, ejector));
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
                Op::NewEjector { slot, name } => {
                    reg!(slot) = cx.heap.ejector(loaded.consts[name as usize]);
                    safepoint!();
                }
                Op::Ejector { dst, slot } => {
                    let frame = frame!(NO);
                    let ejector = self.ejector(cx, &frame, slot);
                    regs = window!();
                    reg!(dst) = ejector;
                }
                Op::KillEjector { slot } => unwind::kill(cx, reg!(slot)),
                Op::Resume { src } => {
                    if let Some(at) = reg!(src).as_obj()
                        && let Cell::Exit(it) = cx.heap.cell(at)
                    {
                        exit!((**it).clone())
                    }
                }
                Op::Rethrow { src } => {
                    let caught = reg!(src);
                    exit!(Exit::Thrown(crate::throw::as_problem(cx, caught)))
                }
                Op::Return { src } => {
                    let value = reg!(src);
                    match role {
                        Role::Method => {}
                        Role::Exports => self.export(module, base),
                        Role::Body(body) => self.leave_body(cx, body, base),
                    }
                    leave_with!(value);
                }
                Op::NextMatcher { number: refused } => {
                    let message = reg!(0u16);
                    let Some(script) = module.method_at(pc as u32 - 1).map(|it| it.script) else { continue };
                    let script = &module.scripts[script as usize];
                    let Some(next) = script.matchers.get(refused as usize + 1) else {
                        exit!(not_understood(cx, &script.fqn, message));
                    };
                    // The message is still where the next one looks for it.
                    return self.enter(cx, module, number, *next, base - 1);
                }
                Op::MetaContext { dst, at } => {
                    let script = module.method_at(pc as u32 - 1).map_or(0, |it| it.script);
                    reg!(dst) = crate::object::context(cx, loaded.consts[at as usize], number, script);
                }
                Op::MetaState { dst, from, n } => {
                    let from = usize::from(from);
                    let pairs: Vec<(Value, Value)> = regs[from..from + 2 * usize::from(n)]
                        .chunks_exact(2)
                        .map(|it| (it[0], it[1]))
                        .collect();
                    reg!(dst) = crate::data::map::from_pairs(cx, &pairs);
                }
                Op::Fail { text } => {
                    let text = cx.heap.text_in(loaded.consts[text as usize]);
                    exit!(cx.throw(Problem::new(text.as_deref().unwrap_or_default())))
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
                        None => send!(at, self.ordered_space, start, bound),
                    }
                }
                Op::For { at, next } => {
                    let frame = frame!(NO);
                    match self.start_loop(cx, &frame, at, next) {
                        super::body::Started::Here => pc = next as usize,
                        super::body::Started::Call(it) => {
                            self.frames.push(Frame::Code(frame));
                            return it;
                        }
                    }
                    regs = window!();
                    safepoint!();
                }
                Op::Next { at, body } => {
                    tick!();
                    let found = match (reg!(at).view(), reg!(at + 1).view()) {
                        (View::Int(bound), View::Int(next)) => {
                            if next >= bound {
                                continue;
                            }
                            reg!(at + 1) = (next + 1).into();
                            reg!(at + 2) = next.into();
                            pc = body as usize;
                            continue;
                        }
                        (View::Obj(items), View::Int(next)) => match cx.heap.cell(items) {
                            Cell::List(it) => it.get(next as usize).map(|it| (next, *it)),
                            _ => None,
                        },
                        _ => None,
                    };
                    if let Some((next, it)) = found {
                        reg!(at + 1) = (next + 1).into();
                        reg!(at + 2) = it;
                        pc = body as usize;
                        safepoint!();
                        continue;
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
                Op::CrossLoop { at, value } => {
                    if let Some(it) = is_body(cx, reg!(at)) {
                        let brought = if value == NO { Value::NULL } else { reg!(value) };
                        if let Some(exit) = Machine::cross(cx, it.into(), brought, pc as u32, value) {
                            exit!(exit);
                        }
                    }
                }
            }
        }
    }
}

/// A list's item, or a FlexList's.
#[inline]
fn item(cx: &Cx, list: Obj, at: i64) -> Option<Value> {
    let at = usize::try_from(at).ok()?;
    match cx.heap.cell(list) {
        Cell::List(it) => it.get(at).copied(),
        Cell::Native(it) if std::ptr::eq(it.class, &FLEX_LIST) => {
            let payload: &dyn std::any::Any = it.payload.as_ref()?.as_ref();
            payload.downcast_ref::<Items>()?.get().get(at).copied()
        }
        _ => None,
    }
}
