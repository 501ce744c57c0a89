//! The one long match: instruction after instruction, until something else has to happen.

use super::fast::{arithmetic, compare, same};
use super::{CodeFrame, Frame, Loaded, Machine, Next, Placed, unwind};
use crate::code::{Module, Op, Site};
use crate::cx::Cx;
use crate::heap::Cell;
use crate::native::{Stamps, Step};
use crate::problem::{Exit, Problem};
use crate::selector::Selector;
use crate::value::{Value, View};
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};

static GET: LazyLock<Selector> = LazyLock::new(|| Selector::new("get", 0));
static PUT: LazyLock<Selector> = LazyLock::new(|| Selector::new("put", 1));
static COERCE: LazyLock<Selector> = LazyLock::new(|| Selector::new("coerce", 2));

/// What became of a call.
enum Called {
    /// Its value lies on the stack.
    Value,
    /// A frame was pushed.
    Frame,
    Next(Next),
}

impl Machine {
    /// Runs the topmost frame, and those it calls, until a native has to be asked or something leaves.
    pub(super) fn code(&mut self, cx: &mut Cx, modules: &[Loaded]) -> Next {
        'frame: loop {
            let Some(Frame::Code(frame)) = self.frames.last() else {
                debug_assert!(false, "no code to run");
                return Next::Value(Value::NULL);
            };
            let frame = *frame;
            let loaded = &modules[frame.module as usize];
            let module = &*loaded.module;
            let ops = &module.ops[..];
            let base = frame.base as usize;
            let mut pc = frame.pc as usize;
            // Saves where the frame is before anything else may look at it.
            macro_rules! save {
                () => {
                    if let Some(Frame::Code(it)) = self.frames.last_mut() {
                        it.pc = pc as u32;
                        it.at = pc as u32 - 1;
                    }
                };
            }
            macro_rules! pop {
                () => {
                    self.stack.pop().unwrap_or(Value::NULL)
                };
            }
            macro_rules! exit {
                ($exit:expr) => {{
                    save!();
                    return Next::Exit($exit);
                }};
            }
            // Operands `target args…` lie on the stack.
            macro_rules! call {
                ($selector:expr, $argc:expr) => {{
                    save!();
                    return Next::Call($selector, $argc);
                }};
            }
            macro_rules! call_site {
                ($site:expr) => {{
                    save!();
                    match self.call_site(cx, modules, &module.sites[$site as usize]) {
                        Called::Value => {}
                        Called::Frame => continue 'frame,
                        Called::Next(next) => return next,
                    }
                }};
            }
            loop {
                let op = ops[pc];
                pc += 1;
                match op {
                    Op::Const(it) => self.stack.push(loaded.consts[it as usize]),
                    Op::Int(it) => self.stack.push(i64::from(it).into()),
                    Op::Null => self.stack.push(Value::NULL),
                    Op::True => self.stack.push(Value::TRUE),
                    Op::False => self.stack.push(Value::FALSE),
                    Op::Local(it) => {
                        let value = self.stack[base + it as usize];
                        self.stack.push(value);
                    }
                    Op::Store(it) => {
                        let value = pop!();
                        self.stack[base + it as usize] = value;
                    }
                    Op::Keep(it) => {
                        let value = self.stack[self.stack.len() - 1];
                        self.stack[base + it as usize] = value;
                    }
                    Op::Capture(it) => {
                        let value = match self.stack[base - 1].as_obj().map(|it| cx.heap.cell(it)) {
                            Some(Cell::Object { captures, .. }) => captures[it as usize],
                            _ => Value::NULL,
                        };
                        self.stack.push(value);
                    }
                    Op::This => {
                        let value = self.stack[base - 1];
                        self.stack.push(value);
                    }
                    Op::Pop => {
                        self.stack.pop();
                    }
                    Op::Dup => {
                        let value = self.stack[self.stack.len() - 1];
                        self.stack.push(value);
                    }
                    Op::SlotGet => {
                        let top = self.stack.len() - 1;
                        match cx.heap.get(self.stack[top]) {
                            Some(Cell::VarSlot(it) | Cell::FinalSlot(it)) => self.stack[top] = *it,
                            Some(Cell::GuardedSlot(it)) => self.stack[top] = it.value,
                            _ => call!(*GET, 0),
                        }
                    }
                    Op::BindingGet => {
                        let top = self.stack.len() - 1;
                        match cx.heap.get(self.stack[top]) {
                            Some(Cell::Binding(it)) => self.stack[top] = it.slot,
                            _ => call!(*GET, 0),
                        }
                    }
                    Op::SlotPut => {
                        let slot = cx.heap.shorten(pop!());
                        let top = self.stack.len() - 1;
                        let value = self.stack[top];
                        if let Some(at) = slot.as_obj()
                            && let Cell::VarSlot(it) = cx.heap.cell_mut(at)
                        {
                            *it = value;
                            self.stack[top] = Value::NULL;
                        } else {
                            self.stack[top] = slot;
                            self.stack.push(value);
                            call!(*PUT, 1)
                        }
                    }
                    Op::NewVarSlot => {
                        let value = pop!();
                        let slot = cx.heap.alloc(Cell::VarSlot(value));
                        self.stack.push(slot.into());
                    }
                    Op::NewGuardedSlot => {
                        let guard = pop!();
                        let value = pop!();
                        let slot = cx.heap.guarded_slot(value, guard);
                        self.stack.push(slot);
                    }
                    Op::NewBinding => {
                        let guard = pop!();
                        let value = pop!();
                        let slot = cx.heap.alloc(Cell::FinalSlot(value)).into();
                        let binding = cx.heap.binding(slot, guard, false);
                        self.stack.push(binding);
                    }
                    Op::BindSlot => {
                        let slot = pop!();
                        let guard = Value::NULL;
                        let binding = cx.heap.binding(slot, guard, false);
                        self.stack.push(binding);
                    }
                    Op::PatchBinding(it) => {
                        let object = self.stack[self.stack.len() - 1];
                        let binding = self.stack[base + it as usize];
                        if let Some(Cell::Binding(it)) = cx.heap.get(binding)
                            && let Some(slot) = it.slot.as_obj()
                        {
                            *cx.heap.cell_mut(slot) = Cell::FinalSlot(object);
                        }
                    }
                    Op::Jump(target) => pc = target as usize,
                    Op::Loop(target) => {
                        if let Err(stop) = cx.fuel.charge(1) {
                            exit!(Exit::Stopped(stop));
                        }
                        if cx.heap.wants_collection() {
                            save!();
                            if let Err(it) = self.collect(cx, modules) {
                                return Next::Exit(it);
                            }
                        }
                        pc = target as usize;
                    }
                    Op::JumpIfFalse(target) => {
                        let value = cx.heap.shorten(pop!());
                        match value.as_bool() {
                            Some(true) => {}
                            Some(false) => pc = target as usize,
                            // The guard's answer comes back to this same instruction.
                            None => {
                                save!();
                                if let Some(Frame::Code(it)) = self.frames.last_mut() {
                                    it.pc -= 1;
                                }
                                self.stack.extend([self.boolean, value, Value::NULL]);
                                return Next::Call(*COERCE, 2);
                            }
                        }
                    }
                    Op::Leave { target, depth } => {
                        let value = pop!();
                        let locals = module.methods[frame.method as usize].locals as usize;
                        self.stack.truncate(base + locals + depth as usize);
                        self.stack.push(value);
                        pc = target as usize;
                    }
                    Op::Call(site) => call_site!(site),
                    Op::Arith(arith, site) => {
                        let top = self.stack.len() - 1;
                        match arithmetic(arith, self.stack[top - 1], self.stack[top]) {
                            Some(value) => {
                                self.stack.pop();
                                self.stack[top - 1] = value;
                            }
                            None => call_site!(site),
                        }
                    }
                    Op::Compare(how, site) => {
                        let top = self.stack.len() - 1;
                        match compare(how, self.stack[top - 1], self.stack[top]) {
                            Some(value) => {
                                self.stack.pop();
                                self.stack[top - 1] = value.into();
                            }
                            None => {
                                self.stack.insert(top - 1, self.comparer);
                                call!(module.sites[site as usize].selector, 2)
                            }
                        }
                    }
                    Op::Same(site) => {
                        let top = self.stack.len() - 1;
                        match same(cx, self.stack[top - 1], self.stack[top]) {
                            Some(value) => {
                                self.stack.pop();
                                self.stack[top - 1] = value.into();
                            }
                            None => {
                                self.stack.insert(top - 1, self.equalizer);
                                call!(module.sites[site as usize].selector, 2)
                            }
                        }
                    }
                    Op::Not(site) => {
                        let top = self.stack.len() - 1;
                        match self.stack[top].as_bool() {
                            Some(it) => self.stack[top] = (!it).into(),
                            None => call_site!(site),
                        }
                    }
                    Op::MakeList(n) => {
                        let at = self.stack.len() - n as usize;
                        let list = cx.heap.list(&self.stack[at..]);
                        self.stack.truncate(at);
                        self.stack.push(list);
                    }
                    Op::Object(script) => {
                        let object = self.make_object(cx, &frame, module, script);
                        self.stack.push(object);
                    }
                    Op::Audited(script, auditors) => {
                        let object = self.make_object(cx, &frame, module, script);
                        let at = self.stack.len() - auditors as usize;
                        let auditors = self.stack[at..].to_vec();
                        self.stack.truncate(at);
                        save!();
                        return Next::Native(crate::audition::audit(cx, object, auditors));
                    }
                    Op::Coerce(site) => {
                        let top = self.stack.len() - 1;
                        let (specimen, guard) = (self.stack[top - 2], self.stack[top - 1]);
                        if crate::guard::accepts(&cx.heap, guard, specimen) {
                            self.stack.truncate(top - 1);
                        } else {
                            self.stack.swap(top - 2, top - 1);
                            call!(module.sites[site as usize].selector, 2)
                        }
                    }
                    Op::Via(site) => {
                        let top = self.stack.len() - 1;
                        self.stack.swap(top - 2, top - 1);
                        call!(module.sites[site as usize].selector, 2)
                    }
                    Op::ListMatch(n) => {
                        let ejector = pop!();
                        let specimen = pop!();
                        match items(cx, specimen) {
                            Some(items) if items.len() == n as usize => {
                                self.stack.extend(items.iter().rev());
                                pc += 1;
                            }
                            Some(items) => {
                                let problem = wrong_size(items.len(), n);
                                save!();
                                return Next::Native(cx.eject(ejector, problem));
                            }
                            None => {
                                let guard = Value::of(&crate::guard::scalar::CONST_LIST);
                                self.stack.extend([ejector, guard, specimen, ejector]);
                                call!(*COERCE, 2)
                            }
                        }
                    }
                    Op::ListItems(n) => {
                        let list = pop!();
                        let ejector = pop!();
                        let items = items(cx, list).unwrap_or_default();
                        if items.len() == n as usize {
                            self.stack.extend(items.iter().rev());
                        } else {
                            save!();
                            return Next::Native(cx.eject(ejector, wrong_size(items.len(), n)));
                        }
                    }
                    Op::NewEjector { slot, name } => {
                        let name = cx.heap.as_text(loaded.consts[name as usize]).cloned();
                        let name = name.unwrap_or_else(|| "_".into());
                        let ejector = cx.heap.ejector(name);
                        self.stack[base + slot as usize] = ejector;
                    }
                    Op::KillEjector(slot) => unwind::kill(cx, self.stack[base + slot as usize]),
                    Op::Resume => {
                        let top = self.stack.len() - 1;
                        if let Some(at) = self.stack[top].as_obj()
                            && let Cell::Exit(it) = cx.heap.cell(at)
                        {
                            let it = (**it).clone();
                            self.stack.pop();
                            exit!(it)
                        }
                    }
                    Op::Rethrow => {
                        let caught = pop!();
                        let problem = crate::throw::as_problem(cx, caught);
                        exit!(Exit::Thrown(problem))
                    }
                    Op::Nothing => {}
                    Op::Return => {
                        let value = pop!();
                        if frame.exports {
                            self.exported = module
                                .exports
                                .iter()
                                .map(|it| (it.noun.clone(), it.held, self.stack[base + it.local as usize]))
                                .collect();
                        }
                        self.stack.truncate(base - 1);
                        self.frames.pop();
                        match self.frames.last() {
                            Some(Frame::Code(_)) => {
                                self.stack.push(value);
                                continue 'frame;
                            }
                            _ => return Next::Value(value),
                        }
                    }
                    Op::NextMatcher(number) => {
                        let method = &module.methods[frame.method as usize];
                        let script = &module.scripts[method.script as usize];
                        let message = self.stack[base];
                        let Some(next) = script.matchers.get(number as usize + 1) else {
                            save!();
                            return Next::Exit(not_understood(cx, &script.fqn, message));
                        };
                        self.stack.truncate(base + 1);
                        self.frames.pop();
                        if let Next::Exit(it) = self.enter(cx, module, frame.module, *next, 1) {
                            return Next::Exit(it);
                        }
                        continue 'frame;
                    }
                    Op::MetaContext(prefix) => {
                        let prefix = loaded.consts[prefix as usize];
                        let script = module.methods[frame.method as usize].script;
                        let context = crate::object::context(cx, prefix, frame.module, script);
                        self.stack.push(context);
                    }
                    Op::MetaState(n) => {
                        let at = self.stack.len() - 2 * n as usize;
                        let pairs: Vec<(Value, Value)> =
                            self.stack[at..].chunks_exact(2).map(|it| (it[0], it[1])).collect();
                        self.stack.truncate(at);
                        let map = crate::data::map::from_pairs(cx, &pairs);
                        self.stack.push(map);
                    }
                    Op::Fail(text) => {
                        let text = cx.heap.as_text(loaded.consts[text as usize]).cloned();
                        exit!(cx.throw(Problem::new(text.as_deref().unwrap_or_default())))
                    }
                }
            }
        }
    }

    /// The call of `site`; where the frame goes on has been saved.
    fn call_site(&mut self, cx: &mut Cx, modules: &[Loaded], site: &Site) -> Called {
        if let Err(stop) = cx.fuel.charge(1) {
            return Called::Next(Next::Exit(Exit::Stopped(stop)));
        }
        if cx.heap.wants_collection()
            && let Err(it) = self.collect(cx, modules)
        {
            return Called::Next(Next::Exit(it));
        }
        let argc = site.argc as usize;
        let at = self.stack.len() - argc - 1;
        let target = self.stack[at];
        if let View::Obj(obj) = target.view()
            && let Cell::Object { script, .. } = cx.heap.cell(obj)
        {
            let Placed { uid, module: number, script } = cx.scripts[script.index()];
            let module = &*modules[number as usize].module;
            let script = &module.scripts[script as usize];
            let cached = site.cache.load(Ordering::Relaxed);
            let method = if cached >> 32 == u64::from(uid) {
                Some(cached as u32)
            } else {
                script.methods.get(&site.selector).copied().inspect(|it| {
                    site.cache.store(u64::from(uid) << 32 | u64::from(*it), Ordering::Relaxed);
                })
            };
            if let Some(method) = method {
                return match self.enter(cx, module, number, method, argc) {
                    Next::Code => Called::Frame,
                    next => Called::Next(next),
                };
            }
            return Called::Next(Next::Call(site.selector, argc));
        }
        if let Some(value) = crate::data::quick::call(cx, target, site.selector, &self.stack[at + 1..]) {
            self.stack.truncate(at);
            self.stack.push(value);
            return Called::Value;
        }
        let native = match target.view() {
            View::Static(class) => class.find(site.selector),
            View::Obj(it) => match cx.heap.cell(it) {
                Cell::Native(it) => it.class.find(site.selector),
                Cell::List(_) | Cell::Text(..) => cx.class_of(target).and_then(|it| it.find(site.selector)),
                _ => None,
            },
            _ => cx.class_of(target).and_then(|it| it.find(site.selector)),
        };
        let Some(f) = native else { return Called::Next(Next::Call(site.selector, argc)) };
        self.shorten_args(&cx.heap, at);
        let outcome = f(cx, target, &self.stack[at + 1..]);
        self.stack.truncate(at);
        match outcome {
            Ok(Step::Done(value)) => {
                self.stack.push(value);
                Called::Value
            }
            it => Called::Next(Next::Native(it)),
        }
    }

    /// Pops the captures of a script and makes its object.
    fn make_object(&mut self, cx: &mut Cx, frame: &CodeFrame, module: &Module, script: u32) -> Value {
        let code = &module.scripts[script as usize];
        let n = code.captures.len();
        let stamps = if code.presumed_frozen { Stamps::PRESUMED } else { Stamps::NONE };
        let at = self.stack.len() - n;
        let captures = self.stack[at..].into();
        self.stack.truncate(at);
        let script = cx.script(frame.module, script);
        cx.heap.alloc(Cell::Object { stamps, script, captures }).into()
    }
}

/// What a list pattern takes apart: a list, or a string's characters.
fn items(cx: &Cx, specimen: Value) -> Option<Arc<[Value]>> {
    match cx.heap.get(specimen)? {
        Cell::List(it) => Some(it.clone()),
        Cell::Text(it, _) => Some(it.chars().map(Value::from).collect()),
        _ => None,
    }
}

fn wrong_size(size: usize, wanted: u32) -> Problem {
    Problem::new(format!("a {size} size list doesn't match a {wanted} size list pattern"))
}

fn not_understood(cx: &mut Cx, fqn: &str, message: Value) -> Exit {
    let parts = cx.heap.as_list(message).cloned();
    let verb = parts.as_ref().and_then(|it| it.first()).and_then(|it| cx.heap.as_text(*it)).cloned();
    let args = parts.as_ref().and_then(|it| it.get(1)).and_then(|it| cx.heap.as_list(*it));
    let arity = args.map_or(0, |it| it.len());
    let verb = verb.unwrap_or_else(|| "".into());
    cx.throw(format!("no such method: {fqn}#{verb}/{arity}"))
}
