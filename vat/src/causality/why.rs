//! Why a promise is not settled: what it waits for, and what that waits for, down to who could settle it.
//!
//! Garbage is collected first; then each vat that is come by is looked through once, for who would settle which
//! promise and who holds what. A resolver that only those hold who wait for another promise is waiting too. One
//! that nobody holds can never be used; promises that wait for each other in a circle can never settle either.
//! Nothing of E's is run to say so.

mod index;

use super::{Sent, place};
use crate::heap::{Asker, Cell, Promise};
use crate::problem::TraceLine;
use crate::value::{Obj, Value};
use crate::world::{VatId, World};
use index::{Holder, Index, Pending, Root, Settler};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// A line of the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// How far it stands to the right: what several lines explain stands above them.
    pub depth: usize,
    pub text: String,
    /// The place in the code that the text ends with.
    pub at: Option<TraceLine>,
    /// What stands behind the place.
    pub then: String,
}

/// Why a promise is not settled.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Why {
    pub lines: Vec<Line>,
    /// Is there nobody left who could settle it?
    pub never: bool,
}

impl std::fmt::Display for Why {
    /// A line each; of places in the code, what the text is called.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, it) in self.lines.iter().enumerate() {
            let at = it.at.as_ref().map(|it| format!(" at {}", it.source)).unwrap_or_default();
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}{:indent$}{}{at}{}", "", it.text, it.then, indent = 4 * it.depth)?;
        }
        Ok(())
    }
}

/// A cell of a vat.
type Place = (u32, Obj);

/// How many lines are told, and how deep chains are gone into.
const LINES: usize = 64;

/// Asks for all that `value` of this vat waits for.
pub(crate) fn why(world: &mut World, vat: u32, value: Value) -> Option<Why> {
    let mut asking = Asking {
        world,
        indices: FxHashMap::default(),
        above: Vec::new(),
        told: FxHashSet::default(),
        why: Why { lines: Vec::new(), never: true },
    };
    let at = asking.open(vat, value)?;
    asking.promise(at, "it is", 0);
    Some(asking.why)
}

struct Asking<'a> {
    world: &'a mut World,
    indices: FxHashMap<u32, Index>,
    /// The promises whose waiting is being told.
    above: Vec<Place>,
    told: FxHashSet<Place>,
    why: Why,
}

/// How something is held.
#[derive(Default)]
struct Held {
    /// By this, by way of these objects, the nearest first.
    root: Option<(u32, Root, Vec<Place>)>,
    /// By what waits for these promises.
    waits: Vec<Place>,
}

impl Asking<'_> {
    /// The promise that a value is, if it is one.
    fn open(&mut self, vat: u32, value: Value) -> Option<Place> {
        let cx = self.world.cx_mut(VatId(vat))?;
        let at = cx.near(value).as_obj()?;
        matches!(cx.heap.cell(at), Cell::Promise(Promise::Unresolved(_))).then_some((vat, at))
    }

    fn index(&mut self, vat: u32) -> Option<&Index> {
        if !self.indices.contains_key(&vat) {
            self.world.collect(VatId(vat));
            let index = Index::of(self.world.vat_mut(vat)?);
            self.indices.insert(vat, index);
        }
        self.indices.get(&vat)
    }

    fn line(&mut self, depth: usize, text: String, at: Option<TraceLine>, then: &str) {
        self.why.lines.push(Line { depth, text, at, then: then.to_owned() });
    }

    fn vat_name(&self, vat: u32) -> String {
        self.world.vat_name(VatId(vat)).map_or_else(|| "that is gone".into(), |it| it.to_string())
    }

    /// `p, ` if a name of the vat's scope stands for it.
    fn name(&mut self, at: Place) -> String {
        let name = self.index(at.0).and_then(|it| it.names.get(&at.1).cloned());
        name.map(|it| format!("`{it}`, ")).unwrap_or_default()
    }

    /// Says what a promise waits for; `lead` is what the line begins with.
    fn promise(&mut self, at: Place, lead: &str, depth: usize) {
        if self.why.lines.len() >= LINES {
            if self.why.lines.len() == LINES {
                self.line(depth, format!("{lead} more"), None, "");
            }
            self.why.never = false;
            return;
        }
        let name = self.name(at);
        if self.above.contains(&at) {
            let text = format!("{lead} {name}told above already");
            let end = if self.why.never { ", and can never settle" } else { "" };
            return self.line(depth, text, None, &format!(": they wait for each other{end}"));
        }
        if !self.told.insert(at) {
            return self.line(depth, format!("{lead} {name}told above already"), None, "");
        }
        self.above.push(at);
        let lead = format!("{lead} {name}");
        match self.home(at) {
            Some(home) => self.elsewhere(at, home, &lead, depth),
            None => {
                let settlers = self.index(at.0).and_then(|it| it.settlers.get(&at.1).cloned());
                match &settlers.unwrap_or_default()[..] {
                    [] => {
                        let text = format!("{lead}a promise whose resolver nobody holds any more");
                        self.line(depth, text, None, ": it can never settle");
                    }
                    [one] => self.settler(at.0, one, &lead, depth),
                    all => {
                        let text = format!("{lead}a promise that each of these may settle:");
                        self.line(depth, text, None, "");
                        for it in all {
                            self.settler(at.0, it, "it is ", depth + 1);
                        }
                    }
                }
            }
        }
        self.above.pop();
    }

    /// The vat that decides a promise, if it is another, and its number there.
    fn home(&mut self, (vat, at): Place) -> Option<(u32, u32)> {
        match self.world.cx_mut(VatId(vat))?.heap.cell(at) {
            Cell::Promise(it) => it.waiting()?.home,
            _ => None,
        }
    }

    /// A promise that another vat decides.
    fn elsewhere(&mut self, at: Place, (home, export): (u32, u32), lead: &str, depth: usize) {
        let there = self.vat_name(home);
        let Some(question) = crate::far::question(export) else {
            self.line(depth, format!("{lead}a promise of vat {there}"), None, "");
            let cx = self.world.cx_mut(VatId(home));
            let value = cx.and_then(|it| it.tables.exported(export));
            return self.over_there(home, value, depth);
        };
        let pending = self.index(home).and_then(|it| it.there.get(&(at.0, question)).cloned());
        match pending {
            Some(it) => self.pending(home, &it, lead, &format!(", by vat {there}"), depth),
            None => {
                self.line(depth, format!("{lead}what vat {there} is to answer"), None, "");
                let cx = self.world.cx_mut(VatId(home));
                let value = cx.and_then(|it| it.tables.answer(at.0, question));
                self.over_there(home, value, depth);
            }
        }
    }

    fn over_there(&mut self, vat: u32, value: Option<Value>, depth: usize) {
        match value.and_then(|it| self.open(vat, it)) {
            Some(it) => self.promise(it, "where it is", depth),
            None => self.settles(depth, "which is on its way".into(), None, ""),
        }
    }

    /// A line that says how it may yet settle.
    fn settles(&mut self, depth: usize, text: String, at: Option<TraceLine>, then: &str) {
        self.why.never = false;
        self.line(depth, text, at, then);
    }

    /// What would settle a promise.
    fn settler(&mut self, vat: u32, it: &Settler, lead: &str, depth: usize) {
        match it {
            Settler::Answers(it) => self.pending(vat, it, lead, "", depth),
            Settler::Program => self.settles(depth, format!("{lead}what a program will give"), None, ""),
            Settler::Breaks => {
                self.settles(depth, format!("{lead}what comes if a far reference breaks"), None, "");
            }
            Settler::Box(promise) => {
                self.line(depth, format!("{lead}a proxy, which its handler has to decide"), None, "");
                self.promise((vat, *promise), "it waits for", depth);
            }
            Settler::Resolver(at) => {
                let held = self.held((vat, *at));
                match held.root {
                    Some(root) => {
                        let active = root.1.is_active();
                        let text = format!("{lead}a promise whose resolver is held by ");
                        self.held_by(text, root, depth);
                        if !active {
                            for it in held.waits {
                                self.promise(it, "and by what waits for", depth);
                            }
                        }
                    }
                    None => {
                        let text = format!("{lead}a promise whose resolver is held only by a reaction");
                        self.waits(text, None, held.waits, depth);
                    }
                }
            }
            Settler::When(at, reactor) => {
                let place = reactor.and_then(|it| self.object((vat, it))).map(|it| it.1);
                let held = self.held((vat, *at));
                let text = format!("{lead}what comes of the reaction");
                match (held.root, &held.waits[..]) {
                    (Some(_), _) => self.settles(depth, text, place, ", which is about to run"),
                    // The machinery waits for others as it was told to.
                    (None, [one]) if place.is_none() => self.promise(*one, lead.trim_end(), depth),
                    (None, _) => self.waits(text, place, held.waits, depth),
                }
            }
            Settler::Several(at) => {
                let held = self.held((vat, *at));
                let text = format!("{lead}what comes of several promises");
                match held.root {
                    Some(_) => self.settles(depth, text, None, ", one of which is about to be told"),
                    None => self.waits(text, None, held.waits, depth),
                }
            }
        }
    }

    /// The answer of a message that has not been delivered.
    fn pending(&mut self, vat: u32, it: &Pending, lead: &str, by: &str, depth: usize) {
        let text = format!("{lead}the answer of {}{by}, sent", it.verb);
        let (at, turn) = self.sent(it.sent);
        match it.waits {
            None => self.settles(depth, text, at, &format!("{turn}, about to be delivered")),
            Some(promise) => {
                self.line(depth, text, at, &turn);
                self.promise((vat, promise), "which waits for", depth);
            }
        }
    }

    /// Where a message was sent, and in which turn.
    fn sent(&mut self, it: Sent) -> (Option<TraceLine>, String) {
        let sender = self.world.remembered(it.vat);
        match sender {
            Some(sender) => {
                (place(sender.modules, it.site), format!(" in turn {} of vat {}", it.turn, sender.name))
            }
            None => (None, " by the host".into()),
        }
    }

    /// What waits for these promises: for one of them, or for each.
    fn waits(&mut self, text: String, at: Option<TraceLine>, promises: Vec<Place>, depth: usize) {
        match promises[..] {
            [] => self.settles(depth, text, at, ", which the vat holds itself"),
            [one] => {
                self.line(depth, text, at, "");
                self.promise(one, "which waits for", depth);
            }
            _ => {
                self.line(depth, text, at, "");
                for it in promises {
                    self.promise(it, "which waits for", depth + 1);
                }
            }
        }
    }

    /// Who holds a resolver, and by way of what.
    fn held_by(&mut self, text: String, (vat, root, way): (u32, Root, Vec<Place>), depth: usize) {
        let name = self.vat_name(vat);
        let root = match root {
            Root::Name(it) => format!("the name `{it}` of vat {name}"),
            Root::Queue => format!("a message that is about to be delivered in vat {name}"),
            Root::Timer => format!("a timer of vat {name}"),
            Root::Power => format!("a power of vat {name} that has not answered"),
            Root::Module => format!("a module of vat {name}"),
            Root::Host => "the host".to_owned(),
            Root::Answer => format!("what vat {name} has answered"),
            Root::Export(_) => format!("a message from vat {name} that is on its way"),
        };
        let objects: Vec<(String, TraceLine)> = way.iter().filter_map(|it| self.object(*it)).collect();
        match objects.split_first() {
            None => self.settles(depth, text + &root, None, ""),
            Some(((object, at), more)) => {
                let last = more.last().map(|it| format!(", by way of {}", it.0)).unwrap_or_default();
                let then = format!(", which {root} holds{last}");
                self.settles(depth, format!("{text}{object}"), Some(at.clone()), &then);
            }
        }
    }

    /// An object written in E: what it is called, and where it is written.
    fn object(&mut self, (vat, at): Place) -> Option<(String, TraceLine)> {
        let cx = self.world.cx_mut(VatId(vat))?;
        let (_, loaded, script) = crate::object::script(cx, at.into())?;
        let id = script.object?;
        let range = loaded.module.source_map.objects.get(id.index()).map(|it| it.whole).unwrap_or_default();
        let name = if &*script.name == "_" { "an object".into() } else { format!("<{}>", script.name) };
        let source = loaded.module.source.clone();
        Some((name, TraceLine { place: script.fqn.clone(), source, range }))
    }

    /// Who holds something, from the nearest on. What waits for a promise is not asked who holds that.
    fn held(&mut self, first: Place) -> Held {
        let mut held = Held::default();
        let mut seen: FxHashMap<Place, Option<Place>> = FxHashMap::from_iter([(first, None)]);
        let mut work = VecDeque::from([first]);
        let mut roots: Vec<(u32, Root, Place)> = Vec::new();
        while let Some(at) = work.pop_front() {
            let holders = self.index(at.0).and_then(|it| it.holders.get(&at.1).cloned());
            for it in holders.unwrap_or_default() {
                match it {
                    Holder::Cell(by) => {
                        if let std::collections::hash_map::Entry::Vacant(place) = seen.entry((at.0, by)) {
                            place.insert(Some(at));
                            work.push_back((at.0, by));
                        }
                    }
                    Holder::Waits(promise) => {
                        if !held.waits.contains(&(at.0, promise)) {
                            held.waits.push((at.0, promise));
                        }
                    }
                    Holder::Root(Root::Export(number)) => {
                        let abroad = self.abroad(at.0, number);
                        for it in abroad {
                            if let std::collections::hash_map::Entry::Vacant(place) = seen.entry(it) {
                                place.insert(Some(at));
                                work.push_back(it);
                            }
                        }
                    }
                    Holder::Root(root) => roots.push((at.0, root, at)),
                }
            }
        }
        roots.sort_by_key(|it| it.1.rank());
        held.root = roots.into_iter().next().map(|(vat, root, last)| {
            let way: Vec<Place> =
                std::iter::successors(Some(last), |it| seen.get(it).copied().flatten()).collect();
            (vat, root, way.into_iter().rev().collect())
        });
        held
    }

    /// The references that other vats have to an export.
    fn abroad(&mut self, vat: u32, export: u32) -> Vec<Place> {
        let mut found = Vec::new();
        for other in self.world.all_vats() {
            let knows = |world: &mut World| world.cx_mut(other).and_then(|it| it.tables.peek(vat, export));
            if knows(self.world).is_some() && self.index(other.0).is_some() {
                found.extend(knows(self.world).map(|it| (other.0, it)));
            }
        }
        found
    }
}
