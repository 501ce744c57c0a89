//! The message log: what was sent, got, returned and resolved, in the order in which it happened.
//!
//! A world that keeps one gives each of its vats a tap; a vat without a tap pays a look at an empty place for each
//! message. Conditions are promises that somebody waited for: each has a number of its own, which goes to no other
//! when the promise is gone. What is written of it for people and for Causeway is for the host to say.

use super::{NOWHERE, Sent, loaded_at};
use crate::code::Module;
use crate::cx::{Cx, Work};
use crate::heap::{Asker, Cell, Message, Promise};
use crate::machine::Loaded;
use crate::problem::{Part, TraceLine};
use crate::reference::{State, state};
use crate::selector::Selector;
use crate::value::{Obj, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use text_size::TextRange;

/// Something that happened, and where: which of whose turns, and where in the code.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// 0: the host.
    pub vat: u32,
    pub turn: u32,
    /// Its number in the turn; 0 is the message that the turn delivers.
    pub number: u32,
    pub what: What,
    /// The calls it happened in, the innermost first.
    pub calls: Vec<CallSite>,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    Sent {
        message: Sent,
        /// `deposit/1`
        verb: Arc<str>,
        to: Destination,
    },
    /// A turn begins with this message.
    Got { message: Sent },
    /// Another vat is told what became of a promise.
    Returned { message: Sent },
    /// A promise that somebody waits for was decided.
    Resolved { condition: Condition, how: How },
    /// The program said so, or the turn was stopped.
    Comment(String),
}

/// Where a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Destination {
    /// An object of the same vat.
    Here,
    /// An object of another vat: that vat, and its number there.
    There { vat: u32, export: u32 },
    /// It waits for this promise.
    Waits(Condition),
    /// It is to be delivered to what this promise becomes, and goes where that is decided.
    Pipelined(Condition),
}

/// A promise that is waited for: the vat that waits, and a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Condition {
    pub vat: u32,
    pub number: u32,
}

/// What a promise became.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum How {
    /// Near or far.
    Fulfilled,
    /// Broken, by this problem.
    Rejected(String),
    /// Another promise.
    Promise,
}

/// A place in the code.
#[derive(Clone, PartialEq, Debug)]
pub struct CallSite {
    /// `__main$purse.deposit/1`
    pub name: Arc<str>,
    /// What the text is called; `-`: it is not written in E.
    pub source: Arc<str>,
    pub range: Option<TextRange>,
    /// The text, if it is known: the range is of its bytes.
    pub text: Option<Arc<str>>,
}

/// What has been logged and not been taken.
#[derive(Default)]
struct Shared {
    events: Vec<Event>,
    names: BTreeMap<u32, Arc<str>>,
    texts: Vec<(Arc<Module>, Arc<str>)>,
}

/// A world's log.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Shared>>);

/// One vat's way into it.
pub(crate) struct Tap {
    log: Log,
    /// The number of the last event of this turn.
    number: u32,
    /// The turn's code has run: what happens now is not its last instruction's doing.
    is_over: bool,
    /// The calls around the send that is about to be made, if the machine has told.
    calls: Vec<CallSite>,
    conditions: FxHashMap<Obj, Vec<u32>>,
    last_condition: u32,
    /// Promises for what this turn has asked of other vats.
    asked: FxHashSet<Obj>,
}

/// How many calls around a send are told.
const CALLS: usize = 64;

impl Log {
    pub fn tap(&self, vat: u32, name: &Arc<str>) -> Box<Tap> {
        self.shared().names.insert(vat, name.clone());
        Box::new(Tap {
            log: self.clone(),
            number: 0,
            is_over: false,
            calls: Vec::new(),
            conditions: FxHashMap::default(),
            last_condition: 0,
            asked: FxHashSet::default(),
        })
    }
    /// What has happened since somebody asked last.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.shared().events)
    }
    pub fn name(&self, vat: u32) -> Option<Arc<str>> {
        self.shared().names.get(&vat).cloned()
    }
    /// The host asks a vat for something.
    pub fn asked(&self, message: Sent) {
        let what = What::Sent { message, verb: "eval/1".into(), to: Destination::Here };
        self.shared().events.push(Event { vat: 0, turn: 0, number: message.nth, what, calls: Vec::new() });
    }
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(|it| it.into_inner())
    }
}

/// What the host asks for, as messages are named.
pub(crate) fn by_host(id: u64) -> Sent {
    Sent { nth: id as u32, ..Sent::BY_HOST }
}

/// Forgets the promises that a collection is about to free.
pub(crate) fn forget(tap: &mut Tap, lives: &dyn Fn(Obj) -> bool) {
    tap.conditions.retain(|it, _| lives(*it));
    tap.asked.retain(|it| lives(*it));
}

fn note(cx: &mut Cx, what: What, calls: Vec<CallSite>) {
    let (vat, turn) = (cx.vat, cx.turn as u32);
    let Some(tap) = &mut cx.log else { return };
    let number = match what {
        What::Got { .. } => {
            (tap.number, tap.is_over) = (0, false);
            tap.asked.clear();
            0
        }
        _ => {
            tap.number += 1;
            tap.number
        }
    };
    tap.log.shared().events.push(Event { vat, turn, number, what, calls });
}

/// A turn begins; `program` is what the text is called that it evaluates, if it does.
pub(crate) fn got(cx: &mut Cx, work: &Work, message: Sent, program: Option<Arc<str>>) {
    let calls = match work {
        Work::Message { target, message } => receiver(cx, *target, message.selector),
        Work::Eval(_) | Work::Seed { .. } => {
            let site = |source| CallSite { name: "__main".into(), source, range: None, text: None };
            program.map(site).into_iter().collect()
        }
    };
    note(cx, What::Got { message }, calls);
}

/// Another vat's answer comes in, which counts as a turn.
pub(crate) fn heard(cx: &mut Cx, message: Sent) {
    if cx.log.is_some() {
        note(cx, What::Got { message }, Vec::new());
    }
}

/// The turn's code has run to its end; `stopped`: it was not let to.
pub(crate) fn over(cx: &mut Cx, stopped: bool) {
    if let Some(tap) = &mut cx.log {
        tap.is_over = true;
        if stopped {
            note(cx, What::Comment("the turn was stopped: what it sent goes nowhere".into()), Vec::new());
        }
    }
}

/// The text of a program that is about to run.
pub(crate) fn text(cx: &Cx, module: &Arc<Module>, text: &Arc<str>) {
    if let Some(tap) = &cx.log {
        let mut shared = tap.log.shared();
        if !shared.texts.iter().any(|it| Arc::ptr_eq(&it.0, module)) {
            shared.texts.push((module.clone(), text.clone()));
        }
    }
}

/// The machine is about to send, from these calls, the innermost first: a module and an instruction each.
pub(crate) fn calls<'a>(cx: &mut Cx, from: impl Iterator<Item = (&'a Arc<Module>, u32)>) {
    let Some(tap) = &mut cx.log else { return };
    let shared = tap.log.shared();
    let calls = from.take(CALLS).map(|(module, pc)| call_site(&shared, module, module.line_at(pc))).collect();
    drop(shared);
    tap.calls = calls;
}

/// A message is about to be on its way.
pub(crate) fn sent(cx: &mut Cx, target: Value, message: &Message) {
    let calls = calls_here(cx);
    let to = destination(cx, target, message.selector);
    if let (Destination::There { .. } | Destination::Pipelined(_), Asker::Here(it)) = (to, message.result)
        && let Some(tap) = &mut cx.log
    {
        tap.asked.insert(it);
    }
    let verb = format!("{}/{}", message.selector.verb(), message.selector.arity()).into();
    note(cx, What::Sent { message: message.sent, verb, to }, calls);
}

/// Something that is no message is asked for, and a turn will come of it.
pub(crate) fn asked(cx: &mut Cx, message: Sent, verb: &str, to: Destination, answer: Value) {
    if let Some(tap) = &mut cx.log {
        if let (Some(it), Destination::There { .. }) = (answer.as_obj(), to) {
            tap.asked.insert(it);
        }
        let calls = calls_here(cx);
        note(cx, What::Sent { message, verb: verb.into(), to }, calls);
    }
}

pub(crate) fn returned(cx: &mut Cx, message: Sent) {
    if cx.log.is_some() {
        note(cx, What::Returned { message }, Vec::new());
    }
}

pub(crate) fn comment(cx: &mut Cx, text: &str) {
    if cx.log.is_some() {
        let calls = calls_here(cx);
        note(cx, What::Comment(text.trim_end().to_owned()), calls);
    }
}

/// A promise has been decided: who waited for it waits no longer, or for the promise it has become.
pub(crate) fn resolved(cx: &mut Cx, promise: Obj, value: Value) {
    let Some(conditions) = cx.log.as_mut().and_then(|it| it.conditions.remove(&promise)) else { return };
    let how = match state(&cx.heap, value) {
        State::Promise => How::Promise,
        State::Near | State::Far => How::Fulfilled,
        State::Broken => How::Rejected(reason(cx, value)),
    };
    let is_over = cx.log.as_ref().is_none_or(|it| it.is_over);
    let calls = if is_over { Vec::new() } else { calls_here(cx) };
    for number in &conditions {
        let condition = Condition { vat: cx.vat, number: *number };
        note(cx, What::Resolved { condition, how: how.clone() }, calls.clone());
    }
    if let (How::Promise, Some(at), Some(tap)) = (how, cx.near(value).as_obj(), &mut cx.log) {
        let others = tap.conditions.entry(at).or_default();
        let mut both = conditions;
        if both.len() < others.len() {
            std::mem::swap(&mut both, others);
        }
        both.append(others);
        *others = both;
    }
}

fn destination(cx: &mut Cx, target: Value, selector: Selector) -> Destination {
    let mut target = cx.near(target);
    while let Some(handler) = crate::proxy::handler(cx, target) {
        target = cx.near(handler);
    }
    let Some(at) = target.as_obj() else { return Destination::Here };
    let home = match cx.heap.cell(at) {
        Cell::Far { vat, export } => return Destination::There { vat: *vat, export: *export },
        Cell::Promise(Promise::Unresolved(it)) => it.as_ref().and_then(|it| it.home),
        _ => return Destination::Here,
    };
    let vat = cx.vat;
    let Some(tap) = &mut cx.log else { return Destination::Here };
    let all = tap.conditions.entry(at).or_default();
    if all.is_empty() {
        tap.last_condition += 1;
        all.push(tap.last_condition);
    }
    let condition = Condition { vat, number: all[0] };
    let stays = matches!(selector, Selector::WHEN_MORE_RESOLVED | Selector::WHEN_BROKEN);
    match !stays && (home.is_some() || tap.asked.contains(&at)) {
        true => Destination::Pipelined(condition),
        false => Destination::Waits(condition),
    }
}

/// What the machine has told of the calls around here, or just the instruction that runs.
fn calls_here(cx: &mut Cx) -> Vec<CallSite> {
    let site = cx.site;
    let Some(tap) = &mut cx.log else { return Vec::new() };
    let told = std::mem::take(&mut tap.calls);
    if !told.is_empty() || site == NOWHERE {
        return told;
    }
    let Some((loaded, pc)) = loaded_at(&cx.modules, site) else { return Vec::new() };
    vec![call_site(&tap.log.shared(), &loaded.module, loaded.module.line_at(pc))]
}

/// The method that a message is for.
fn receiver(cx: &Cx, target: Value, selector: Selector) -> Vec<CallSite> {
    let Some(tap) = &cx.log else { return Vec::new() };
    let target = cx.near(target);
    let Some((_, loaded, script)) = crate::object::script(cx, target) else {
        let class = cx.class_of(target).map_or("something", |it| it.name);
        let name = format!("{class}.{}/{}", selector.verb(), selector.arity()).into();
        return vec![CallSite { name, source: "-".into(), range: None, text: None }];
    };
    let Loaded { module, .. } = loaded;
    let method = script.methods.get(&selector).or(script.matchers.first());
    let Some(code) = method.and_then(|it| module.methods.get(*it as usize)) else {
        let name = format!("{}.{}/{}", script.fqn, selector.verb(), selector.arity()).into();
        return vec![CallSite { name, source: module.source.clone(), range: None, text: None }];
    };
    let mut line = module.line_at(code.entry);
    if let Some(it) = script.object.and_then(|it| method_range(module, it, selector)) {
        line.range = it;
    }
    vec![call_site(&tap.log.shared(), module, line)]
}

/// Where a method is written, whole.
fn method_range(
    module: &Module,
    object: syntax::kernel_e::ObjectId,
    selector: Selector,
) -> Option<TextRange> {
    let it = module.program.objects.get(object.index())?;
    let syntax::kernel_e::Script::Methods { methods, .. } = &it.script else { return None };
    let (verb, arity) = (selector.verb(), selector.arity());
    let at = methods.iter().position(|it| *it.verb == *verb && it.params.len() == arity)?;
    module.source_map.objects.get(object.index())?.methods.get(at).copied()
}

fn call_site(shared: &Shared, module: &Arc<Module>, line: TraceLine) -> CallSite {
    let text = shared.texts.iter().find(|it| Arc::ptr_eq(&it.0, module)).map(|it| it.1.clone());
    CallSite { name: line.place, source: line.source, range: Some(line.range), text }
}

/// What a problem says, as far as it can be said without asking anything of E's.
fn reason(cx: &Cx, broken: Value) -> String {
    let problem = crate::reference::opt_problem(&cx.heap, broken);
    let problem = problem.map(|it| crate::throw::unsealed(&cx.heap, it));
    let Some(Cell::Problem(it)) = problem.and_then(|it| cx.heap.get(it)) else { return "broken".into() };
    it.message.iter().map(|it| plain(cx, it)).collect()
}

fn plain(cx: &Cx, part: &Part) -> String {
    match part {
        Part::Text(it) => it.to_string(),
        Part::Quote(it) | Part::Print(it) | Part::TypeOf(it) => {
            if let (Some(text), Part::Print(_)) = (cx.heap.as_text(*it), part) {
                return text.to_string();
            }
            match (it.as_int(), cx.heap.as_text(*it), crate::object::script(cx, *it)) {
                (Some(it), ..) => it.to_string(),
                (_, Some(it), _) => format!("{it:?}"),
                (_, _, Some((_, _, script))) => format!("<{}>", script.name),
                _ => cx.class_of(*it).map_or("something".into(), |it| format!("<{}>", it.name)),
            }
        }
    }
}
