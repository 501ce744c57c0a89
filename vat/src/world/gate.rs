//! Gates: vats whose other half is another process, and what goes through them.
//!
//! A gate is a vat that only hands on. What its neighbours send to it goes over a line to the gate on the other
//! end, where it goes on as that gate's; references from one side are known on the other by the gate's numbers, and
//! by no others. So nothing that comes over the line can name what was not handed over it. A process that says what
//! makes no sense, or says too much, is ended, and with it the references to it; nothing else.

use super::World;
use crate::bank::{Account, Allowance, Resource, Tenant, WhenOut};
use crate::code::Held;
use crate::far::wire::{Lexicon, Post};
use crate::far::{self, Frame, Pace, WIRE};
use crate::heap::{Shared, Watcher};
use crate::powers::inherited::Granted;
use crate::powers::{Line, Powers};
use crate::problem::Problem;
use crate::scope::Named;
use crate::store::{Damage, Reader, Writer};
use crate::turn::Limits;
use crate::value::{Obj, Value};
use rustc_hash::FxHashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How many frames of one process are taken in at a time, while others wait.
const AT_A_TIME: usize = 64;
/// How many bytes a process may leave lying before what is sent to it finds no room.
const MOST_UNSENT: u64 = 64 << 20;
/// What a gate keeps of what it has handed over lies above the handles of evaluations.
const KEPT: u64 = 1 << 62;

/// One end of a line to another process.
pub(super) struct Gate {
    line: Box<dyn Line>,
    lexicon: Lexicon,
    /// The vat behind the gate, where this is the process that was started for it.
    hosts: Option<u32>,
    sent: u64,
    heard: u64,
    /// How many of our frames the other end had heard when it had nothing left to do.
    idle_after: Option<u64>,
    /// DeepFrozen objects that were handed over: the other end may speak of them at any time.
    kept: FxHashSet<Shared>,
}

impl Gate {
    fn new(line: Box<dyn Line>, gate: u32, hosts: Option<u32>) -> Gate {
        let lexicon = Lexicon::new(gate, hosts.is_some());
        Gate { line, lexicon, hosts, sent: 0, heard: 0, idle_after: None, kept: FxHashSet::default() }
    }

    fn send(&mut self, post: &Post) -> Result<(), String> {
        let bytes = self.lexicon.write(post)?;
        self.sent += 1;
        self.line.send(bytes);
        Ok(())
    }

    /// Is something left to do on the other end?
    fn is_busy(&self) -> bool {
        self.hosts.is_none() && self.idle_after != Some(self.sent)
    }
}

/// What a process is told of the vat that it is started for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hosted {
    name: Arc<str>,
    heap: u64,
    turn: u64,
    depth: u64,
    instructions: u64,
    when_out: u8,
    bank: Option<Arc<str>>,
}

impl Hosted {
    fn new(name: Arc<str>, limits: &Limits, tenant: Option<&Tenant>) -> Hosted {
        let account = tenant.map(|it| it.rent.account());
        let left = |of| account.map_or(u64::MAX, |it| it.left(of));
        Hosted {
            name,
            heap: limits.heap.min(left(Resource::Bytes)),
            turn: limits.turn.min(account.map_or(u64::MAX, Account::turn)),
            depth: limits.depth as u64,
            instructions: left(Resource::Instructions),
            when_out: match tenant.map(|it| it.when_out) {
                None | Some(WhenOut::Stop) => 0,
                Some(WhenOut::Undo) => 1,
                Some(WhenOut::End) => 2,
            },
            bank: account.map(|it| it.name.clone()),
        }
    }

    /// The name of the vat.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.text(&self.name);
        [self.heap, self.turn, self.depth, self.instructions].into_iter().for_each(|it| out.u64(it));
        out.byte(self.when_out);
        out.option(self.bank.as_deref(), Writer::text);
        out.finish().unwrap_or_default()
    }

    /// `Err`: what is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Hosted, &'static str> {
        let read = |bytes| -> Result<Hosted, Damage> {
            let mut from = Reader::new(bytes)?;
            Ok(Hosted {
                name: from.arc()?,
                heap: from.u64()?,
                turn: from.u64()?,
                depth: from.u64()?,
                instructions: from.u64()?,
                when_out: from.byte()?,
                bank: from.option(Reader::arc)?,
            })
        };
        read(bytes).map_err(|it| it.0)
    }
}

/// What a hosted vat prints, as a frame for whoever started its process.
pub fn printed(is_error: bool, text: &str) -> Vec<u8> {
    let post = Post::Print { is_error, text: text.into() };
    Lexicon::new(0, true).write(&post).unwrap_or_default()
}

// The end that starts a process.
impl World {
    /// A vat in a process of its own, as `makeVat.inProcess` makes them.
    pub(super) fn add_process(
        &mut self,
        number: u32,
        name: Arc<str>,
        mut powers: Granted,
        tenant: Option<Box<Tenant>>,
    ) -> Option<u32> {
        let order = Hosted::new(name.clone(), &self.limits, tenant.as_deref());
        let line = powers.vat_process(&order);
        self.add_gate(number, name, powers, tenant);
        match line {
            Ok(line) => drop(self.gates.insert(number, Gate::new(line, number, None))),
            Err(why) => self.end_vat(number, Problem::new(why)),
        }
        None
    }

    /// A vat on the other end of a line: for those who bring a line of their own.
    pub fn host_vat(&mut self, name: &str, powers: Box<dyn Powers>, line: Box<dyn Line>) -> super::VatId {
        let number = self.next_vat.fetch_add(1, Ordering::Relaxed);
        self.add_gate(number, name.into(), Granted::new(powers), None);
        self.gates.insert(number, Gate::new(line, number, None));
        super::VatId(number)
    }

    /// A program for that vat; what it gives is known by this name in the scope of `to`.
    pub fn seed_process(&mut self, vat: super::VatId, to: super::VatId, noun: &str, source: &str) {
        let Some(it) = self.vats.get_mut(to.0) else { return };
        let promise = it.cx.open_promise();
        let named = Named { held: Held::Value, value: promise.into() };
        it.cx.scope.names.insert(noun.into(), named);
        self.seed_away(to.0, vat.0, source.into(), promise, 0);
        self.route(vat.0);
    }

    /// What its process is told.
    pub fn order(&self, name: &str) -> Hosted {
        Hosted::new(name.into(), &self.limits, None)
    }

    fn add_gate(&mut self, number: u32, name: Arc<str>, powers: Granted, tenant: Option<Box<Tenant>>) {
        self.add_vat(number, name, powers);
        if let Some(vat) = self.vats.get_mut(number) {
            vat.cx.tables.pace = Pace::Batches;
            vat.cx.tables.is_gate = true;
            tenant.into_iter().for_each(|it| vat.lodge(it));
        }
    }

    /// A program for the vat on the other end of a gate.
    pub(super) fn seed_away(
        &mut self,
        from: u32,
        gate: u32,
        source: Arc<str>,
        promise: Obj,
        cause: u64,
    ) -> Option<u32> {
        let question = far::ask(&mut self.vats.get_mut(from)?.cx, promise, gate)?;
        let cx = &mut self.vats.get_mut(gate)?.cx;
        cx.tables.is_known_to(from);
        cx.tables.take_answer(from, question);
        let answer = cx.open_promise();
        crate::send::watch(cx, answer, Watcher::Asked { vat: from, question });
        cx.tables.set_answer(from, question, answer);
        let question = far::ask(cx, answer, WIRE)?;
        self.cross(gate, Post::Seed { source, question, cause });
        Some(gate)
    }
}

// The end that was started.
impl World {
    /// The world of a process that was started for one vat: that vat, and the gate that leads to whoever started it.
    pub fn of_hosted(order: &Hosted, line: Box<dyn Line>, powers: Box<dyn Powers>) -> World {
        let limits = Limits {
            heap: order.heap,
            turn: order.turn,
            depth: usize::try_from(order.depth).unwrap_or(usize::MAX),
            ..Limits::default()
        };
        let mut world = World::new(limits);
        let gate = world.next_vat.fetch_add(1, Ordering::Relaxed);
        let none = Granted::new(Box::new(crate::powers::still::Still::new()));
        world.add_gate(gate, "the process that started this one".into(), none, None);
        let vat = world.make_vat(&order.name, powers);
        world.gates.insert(gate, Gate::new(line, gate, Some(vat.0)));
        if let Some(bank) = &order.bank {
            let allowance =
                Allowance { bytes: order.heap, instructions: order.instructions, turn: order.turn };
            let when_out = match order.when_out {
                0 => WhenOut::Stop,
                1 => WhenOut::Undo,
                _ => WhenOut::End,
            };
            let account = Account::new(bank.clone(), allowance, true, None);
            let charged = account.map(|it| world.charge_to(vat, &it, when_out));
            if let Some(Err(why)) = charged {
                world.kill(vat, &why);
            }
        }
        world
    }

    /// Tells whoever started this process that nothing is left to do, if that is so and has not been said.
    pub fn say_idle(&mut self) {
        for it in self.gates.values_mut() {
            if it.hosts.is_some() && it.idle_after != Some(it.heard) {
                it.idle_after = Some(it.heard);
                // It holds nothing that could not be written down.
                let _ = it.send(&Post::Idle { heard: it.heard });
            }
        }
    }

    /// The vat that this process was started for has ended: whoever started it is told why.
    pub(super) fn tell_of_end(&mut self, number: u32, why: &Problem) {
        for it in self.gates.values_mut().filter(|it| it.hosts == Some(number)) {
            let words = Problem { subject: None, about: Default::default(), ..why.clone() };
            if it.send(&Post::Ended(Box::new(words))).is_err() {
                let _ = it.send(&Post::Ended(Box::new(Problem::new("the vat has ended"))));
            }
        }
    }
}

// Both ends.
impl World {
    /// Can something be sent there?
    pub(super) fn reaches(&self, to: u32) -> bool {
        to == WIRE || self.vats.has(to)
    }

    /// Will another process say something before all is quiet?
    pub(super) fn hears_more(&self) -> bool {
        self.gates.values().any(Gate::is_busy)
    }

    /// Puts something on its way to the other end of a gate.
    pub(super) fn cross(&mut self, from: u32, post: Post) -> Option<u32> {
        let (Some(gate), Some(vat)) = (self.gates.get_mut(&from), self.vats.get_mut(from)) else {
            return None;
        };
        if let Post::Frame(Frame::Message { question, args, .. }) = &post
            && gate.line.unsent() > MOST_UNSENT
        {
            args.exports_of(from).for_each(|it| far::release(&mut vat.cx, it, 1));
            let why = format!("the vat \"{}\" has no room for the message", vat.name);
            return self.unheard(from, *question, Problem::typed("outOfSpaceException", why));
        }
        if let Post::Frame(frame) = &post {
            for (name, it) in frame.named(&vat.cx.heap) {
                if gate.kept.insert(name) {
                    vat.cx.handles.insert(KEPT + gate.kept.len() as u64, it.into());
                }
            }
        }
        let Err(what) = gate.send(&post) else { return None };
        let question = match &post {
            Post::Frame(Frame::Message { question, .. }) => *question,
            _ => None,
        };
        self.unheard(from, question, Problem::new(format!("this cannot go to another process: {what}")))
    }

    /// Nobody on the other end will answer.
    fn unheard(&mut self, gate: u32, question: Option<u32>, why: Problem) -> Option<u32> {
        let cx = &mut self.vats.get_mut(gate)?.cx;
        let promise = cx.tables.answered(question?)?;
        let problem = cx.heap.problem(why);
        let broken = cx.broken(problem);
        cx.resolve(promise.into(), broken);
        Some(gate)
    }

    /// Takes in what other processes have said.
    pub(super) fn hear_processes(&mut self) {
        if self.gates.is_empty() {
            return;
        }
        let gates: Vec<u32> = self.gates.keys().copied().collect();
        for it in gates {
            for _ in 0..AT_A_TIME {
                match self.hear_one(it) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(why) => {
                        self.end_vat(it, *why);
                        break;
                    }
                }
            }
        }
    }

    /// `false`: nothing has come. `Err`: there is nothing more to be heard, and why.
    fn hear_one(&mut self, number: u32) -> Result<bool, Box<Problem>> {
        let gone = |why: &str| Box::new(Problem::new(why));
        let Some(gate) = self.gates.get_mut(&number) else { return Ok(false) };
        let Some(vat) = self.vats.get_mut(number) else { return Ok(false) };
        let Some(bytes) = gate.line.receive().map_err(|it| gone(&it))? else { return Ok(false) };
        gate.heard += 1;
        let known = |name| vat.cx.heap.shared_here(name).is_some();
        let post = gate.lexicon.read(&bytes, &known).map_err(|it| {
            gone(&format!("the process of the vat \"{}\" said what makes no sense: {}", vat.name, it.0))
        })?;
        match post {
            Post::Frame(frame) => {
                self.accept(WIRE, number, frame);
            }
            Post::Seed { source, question, cause } => self.seed_hosted(number, source, question, cause),
            Post::Print { is_error, text } => match is_error {
                true => vat.cx.powers.stderr(&text),
                false => vat.cx.powers.stdout(&text),
            },
            Post::Idle { heard } => gate.idle_after = Some(heard),
            Post::Ended(why) => return Err(why),
        }
        self.changed(number);
        self.route(number);
        self.tidy_gate(number)
    }

    fn seed_hosted(&mut self, number: u32, source: Arc<str>, question: u32, cause: u64) {
        let hosts = self.gates.get(&number).and_then(|it| it.hosts);
        let (Some(hosted), Some(vat)) = (hosts, self.vats.get_mut(number)) else { return };
        let cx = &mut vat.cx;
        cx.tables.take_answer(WIRE, question);
        let promise = cx.open_promise();
        crate::send::watch(cx, promise, Watcher::Asked { vat: WIRE, question });
        cx.tables.set_answer(WIRE, question, promise);
        let sent = crate::causality::Sent::BY_HOST;
        let promise = Value::from(promise);
        cx.outbox.push(far::Outgoing::Seed { vat: hosted, source, promise, cause, sent });
    }

    /// A gate takes no turns in which its garbage could be collected.
    fn tidy_gate(&mut self, number: u32) -> Result<bool, Box<Problem>> {
        let Some(vat) = self.vats.get_mut(number) else { return Ok(false) };
        if vat.cx.tables.deceived {
            let why = "sent an object that is not what it says it is";
            return Err(Box::new(Problem::new(format!("the process of the vat \"{}\" {why}", vat.name))));
        }
        vat.cx.heap.settle_up();
        if vat.cx.tables.wants_collection() || vat.cx.heap.wants_collection() {
            vat.machine.tidy(&mut vat.cx);
            if !vat.cx.heap.has_room(0) {
                let why = "is sent more than there is room for";
                let why = format!("the vat \"{}\" {why}", vat.name);
                return Err(Box::new(Problem::typed("outOfSpaceException", why)));
            }
            self.route(number);
        }
        Ok(true)
    }
}
