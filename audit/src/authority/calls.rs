//! What a call does when its receiver turns out to be this or that.

mod born;

use super::shared::Shared;
use super::solve::{Args, Kind, Loc, LocId, NodeId, Site, Solution, Trigger};
use crate::scopes::Authority;
use std::sync::Arc;
use syntax::kernel_e::{Name, ObjectId};

/// The verb of a call that nobody writes: what is made of data and of what arrives here holds the latter.
const HOLD: &str = "\0hold";

/// Neither this one: what arrives here is printed by a built-in. What a caller hands over is its caller's affair.
const PRINT: &str = "\0print";

/// `loc` has arrived at the receiver of a call.
pub(super) fn arrive(cx: &mut Solution, site: usize, loc: LocId) {
    let it = cx.sites[site].clone();
    let call = Call { site: it, loc, index: site };
    if call.verb() == HOLD {
        if loc != cx.data {
            call.hold(cx);
        }
        return;
    }
    if call.verb() == PRINT {
        return call.printed(cx);
    }
    match cx.locs[loc as usize].clone() {
        Loc::Object(unit, object) => call.object(cx, unit, object),
        Loc::Data => call.data(cx),
        Loc::Born(name) if name.authority == Authority::None => call.born(cx, name),
        Loc::Born(name) | Loc::Part(name, _) => call.power(cx, name),
        Loc::Slot(..) => call.collection(cx, Kind::Mutable),
        Loc::Made(_, _, Kind::Kit) => call.kit(cx),
        Loc::Made(_, _, Kind::Guard) => call.guard(cx),
        Loc::Made(_, _, Kind::View) => call.view(cx),
        Loc::Made(_, _, Kind::Library) | Loc::Unknown(_) | Loc::Parameter(..) => call.stranger(cx),
        Loc::Made(_, _, kind) => call.collection(cx, kind),
        Loc::Ejector(..) => call.eject(cx),
    }
}

struct Call {
    site: Arc<Site>,
    loc: LocId,
    index: usize,
}

impl Call {
    fn verb(&self) -> &str {
        self.site.verb.as_deref().unwrap_or("")
    }

    fn args(&self) -> Vec<NodeId> {
        match &self.site.args {
            Args::Listed(all) => all.clone(),
            Args::Spread(all) => vec![*all],
        }
    }

    /// The argument at a place, or all of them if it is not known which is where.
    fn arg(&self, at: usize) -> Option<NodeId> {
        match &self.site.args {
            Args::Listed(all) => all.get(at).copied(),
            Args::Spread(all) => Some(*all),
        }
    }

    fn answer(&self) -> NodeId {
        self.site.answer
    }

    fn answers_data(&self, cx: &mut Solution) {
        cx.add_data(self.answer());
    }

    fn answers_args(&self, cx: &mut Solution) {
        self.args().into_iter().for_each(|it| cx.flow(it, self.answer()));
    }

    /// Something new that holds what is at the nodes.
    fn answers_new(&self, cx: &mut Solution, kind: Kind, holding: &[NodeId]) {
        let made = cx.loc(Loc::Made(self.site.unit, self.site.at, kind));
        let held = cx.held(made);
        holding.iter().for_each(|it| cx.flow(*it, held));
        cx.add(self.answer(), made);
    }

    /// This thing and those that the call has met before.
    fn met(&self, cx: &mut Solution) -> NodeId {
        cx.met(self.index as u32, self.loc)
    }

    /// The writers print what is there. Gives back the node of all that do.
    fn prints(&self, cx: &mut Solution, what: NodeId, writers: NodeId) -> NodeId {
        let (printers, new) = cx.printers(Shared::Printers, what, writers);
        if new {
            self.calls(cx, what, PRINT, vec![printers], cx.nowhere);
        }
        printers
    }

    /// A built-in calls what is at `receiver` in turn.
    fn calls(&self, cx: &mut Solution, receiver: NodeId, verb: &str, args: Vec<NodeId>, answer: NodeId) {
        let verb = Some(Name::new(verb));
        let (unit, at) = (self.site.unit, self.site.at);
        cx.call(Site { unit, at, verb, args: Args::Listed(args), receiver, answer });
    }

    fn object(&self, cx: &mut Solution, unit: u32, object: ObjectId) {
        let it = cx.object(unit, object).clone();
        let mut found = false;
        for method in &it.methods {
            let fits = match &self.site.args {
                Args::Listed(all) => all.len() == method.params.len(),
                Args::Spread(_) => true,
            };
            if fits && self.site.verb.as_ref().is_none_or(|verb| *verb == method.verb) {
                found |= self.site.verb.is_some();
                for (at, to) in method.params.iter().enumerate() {
                    if let Some(from) = self.arg(at) {
                        cx.flow(from, *to);
                    }
                }
                cx.flow(method.answer, self.answer());
            }
        }
        if found && matches!(self.site.args, Args::Listed(_)) {
            return;
        }
        self.miranda(cx);
        for matcher in &it.matchers {
            // The message: a list of the verb and the arguments.
            let message = cx.loc(Loc::Made(self.site.unit, self.site.at, Kind::Plain));
            let held = cx.held(message);
            self.args().into_iter().for_each(|from| cx.flow(from, held));
            cx.add(held, message);
            cx.add_data(held);
            matcher.params.iter().for_each(|to| cx.add(*to, message));
            cx.flow(matcher.answer, self.answer());
        }
    }

    /// What every object answers.
    fn miranda(&self, cx: &mut Solution) {
        match (self.verb(), self.arg(0)) {
            ("__conformTo", _) => cx.add(self.answer(), self.loc),
            ("__whenMoreResolved", Some(reactor)) => {
                let me = self.met(cx);
                self.calls(cx, reactor, "run", vec![me], cx.nowhere);
            }
            ("__order", _) | ("", _) => {
                let mut nodes = self.args();
                nodes.push(cx.one(self.loc));
                let pool = cx.pooled(&nodes);
                cx.flow(pool, self.answer());
            }
            (verb, _) if verb.starts_with("__") => self.answers_data(cx),
            _ => {}
        }
    }

    /// Numbers and texts, and collections of them.
    fn data(&self, cx: &mut Solution) {
        match self.verb() {
            "iterate" => {
                if let Some(function) = self.arg(0) {
                    let data = cx.only_data;
                    self.calls(cx, function, "run", vec![data, data], cx.nowhere);
                }
                self.answers_data(cx);
            }
            "substitute" | "op__cmp" | "size" => self.answers_data(cx),
            "fetch" => self.or_thunk(cx),
            "diverge" => self.answers_new(cx, Kind::Mutable, &[]),
            verb => {
                // A message that could not be read off the program may be that one.
                if verb.is_empty() {
                    self.answers_new(cx, Kind::Mutable, &[]);
                }
                self.answers_data(cx);
                // What holds nothing but data is data.
                let args = self.args();
                if args.iter().any(|it| *it != cx.only_data) {
                    let holder = self.holder(cx);
                    args.into_iter().for_each(|it| cx.trigger(it, Trigger::Call(holder)));
                }
            }
        }
    }

    /// A call that is made when more than data comes along: it has no receiver of its own.
    fn holder(&self, cx: &mut Solution) -> u32 {
        let key = (cx.roots.of(self.answer()), self.site.at);
        if let Some(it) = cx.holders.get(&key) {
            return *it;
        }
        let it = Site { verb: Some(Name::new(HOLD)), ..(*self.site).clone() };
        cx.sites.push(Arc::new(it));
        let holder = cx.sites.len() as u32 - 1;
        cx.holders.insert(key, holder);
        holder
    }

    fn or_thunk(&self, cx: &mut Solution) {
        self.answers_data(cx);
        if let Some(thunk) = self.arg(1) {
            self.calls(cx, thunk, "run", Vec::new(), self.answer());
        }
    }

    /// A collection or a slot of which it is known what it holds.
    fn collection(&self, cx: &mut Solution, kind: Kind) {
        let held = cx.held(self.loc);
        match self.verb() {
            "size" | "contains" | "maps" | "indexOf1" | "startOf" | "op__cmp" | "isFinal" | "isEmpty"
            | "put" | "push" | "append" | "insert" | "replace" | "setSize" | "removeKey" | "remove"
            | "addElement" | "removeKeys" | "write" | "ensureSize" | "removeRun" => {
                if kind == Kind::Mutable {
                    self.args().into_iter().for_each(|it| cx.flow(it, held));
                }
                self.answers_data(cx);
            }
            // A writer knows what it is printing.
            "print" | "println" | "quote" | "lnPrint" | "printAll" | "indent" => {
                let me = self.met(cx);
                for it in self.args() {
                    cx.flow(it, held);
                    let printers = self.prints(cx, it, me);
                    self.calls(cx, it, "__printOn", vec![printers], cx.nowhere);
                }
                cx.add(self.answer(), self.loc);
            }
            // An audition.
            "getObjectExpr" | "getFQName" => self.answers_data(cx),
            "getGuard" => self.answers_new(cx, Kind::Guard, &[held]),
            "ask" => {
                let me = self.met(cx);
                for it in self.args() {
                    // It remembers what it was asked.
                    cx.flow(it, held);
                    self.calls(cx, it, "audit", vec![me], cx.nowhere);
                }
                self.answers_data(cx);
            }
            "get" | "last" | "pop" | "first" | "getAt" => {
                self.answers_data(cx);
                cx.flow(held, self.answer());
                // A binding answers with its slot, and a slot with its value: both are this one thing.
                if matches!(cx.locs[self.loc as usize], Loc::Slot(..)) {
                    cx.add(self.answer(), self.loc);
                }
            }
            "fetch" => {
                cx.flow(held, self.answer());
                self.or_thunk(cx);
            }
            "iterate" => {
                if let Some(function) = self.arg(0) {
                    let item = cx.items(self.index as u32, held);
                    self.calls(cx, function, "run", vec![item, item], cx.nowhere);
                }
                self.answers_data(cx);
            }
            "sort" | "sortKeys" | "sortValues" | "sorted" => {
                if let Some(function) = self.arg(0) {
                    self.calls(cx, function, "run", vec![held, held], cx.nowhere);
                }
                self.calls(cx, held, "op__cmp", vec![held], cx.nowhere);
                self.answers_new(cx, Kind::Plain, &[held]);
            }
            "diverge" => self.answers_new(cx, Kind::Mutable, &[held]),
            "snapshot" | "asMap" | "asSet" | "asList" | "getKeys" | "getValues" | "reversed" | "reverse"
            | "run" | "slice" | "getPair" | "domain" => {
                // A view that can only be read still is one of what can change.
                self.answers_new(cx, Kind::Plain, &[held]);
                if self.verb() == "run" && kind == Kind::Mutable {
                    self.stranger(cx);
                }
            }
            "add" | "with" | "without" | "or" | "and" | "butNot" | "multiply" | "asKeys" | "withSlot" => {
                let mut nodes = self.args();
                nodes.push(held);
                self.answers_new(cx, Kind::Plain, &nodes);
                self.answers_data(cx);
            }
            verb if verb.starts_with("__") => self.answers_data(cx),
            verb => {
                // A message that could not be read off the program may be `diverge`.
                if verb.is_empty() {
                    self.answers_new(cx, Kind::Mutable, &[held]);
                }
                self.stranger(cx);
            }
        }
    }

    /// An object prints itself, a collection what it holds.
    fn printed(&self, cx: &mut Solution) {
        match cx.locs[self.loc as usize] {
            Loc::Object(..) => {
                let me = cx.one(self.loc);
                for it in self.args() {
                    let (printers, new) = cx.printers(Shared::PrintersOf, me, it);
                    if new {
                        self.calls(cx, me, "__printOn", vec![printers], cx.nowhere);
                    }
                }
            }
            Loc::Slot(..) => {}
            Loc::Made(_, _, kind) if kind != Kind::Library => {
                let held = cx.held(self.loc);
                for it in self.args() {
                    self.prints(cx, held, it);
                }
            }
            _ => {}
        }
    }

    fn hold(&self, cx: &mut Solution) {
        let args = self.args();
        self.answers_new(cx, Kind::Plain, &args);
    }

    /// A promise or its resolver: what is said to it is said to what it is resolved to.
    fn kit(&self, cx: &mut Solution) {
        let held = cx.held(self.loc);
        match self.verb() {
            "resolve" | "resolveRace" | "smash" | "gettingCloser" => {
                self.args().into_iter().for_each(|it| cx.flow(it, held));
                self.answers_data(cx);
            }
            _ => cx.trigger(held, Trigger::Call(self.index as u32)),
        }
    }

    fn guard(&self, cx: &mut Solution) {
        let held = cx.held(self.loc);
        match self.verb() {
            "coerce" => {
                self.answers_args(cx);
                cx.trigger(held, Trigger::Call(self.index as u32));
            }
            "audit" => cx.trigger(held, Trigger::Call(self.index as u32)),
            _ => {
                let mut nodes = self.args();
                nodes.push(held);
                self.answers_new(cx, Kind::Guard, &nodes);
            }
        }
    }

    /// `__mapExtract.run("k")` and its like: takes a specimen apart.
    fn view(&self, cx: &mut Solution) {
        let mut nodes = self.args();
        nodes.push(cx.held(self.loc));
        self.answers_new(cx, Kind::Plain, &nodes);
        for it in nodes {
            cx.flow(it, self.answer());
            cx.trigger(it, Trigger::Load(self.answer()));
            // A default for a key that is missing.
            self.calls(cx, it, "run", Vec::new(), self.answer());
        }
    }

    /// Nobody knows what it does: anything it can with what it holds and is given.
    fn stranger(&self, cx: &mut Solution) {
        let held = cx.held(self.loc);
        cx.trigger(held, Trigger::Pool);
        self.args().into_iter().for_each(|it| cx.flow(it, held));
        cx.add(held, self.loc);
        cx.flow(held, self.answer());
    }

    fn eject(&self, cx: &mut Solution) {
        let held = cx.held(self.loc);
        match self.arg(0) {
            Some(it) => cx.flow(it, held),
            None => cx.add_data(held),
        }
    }
}
