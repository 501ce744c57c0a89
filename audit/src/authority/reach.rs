//! Questions about the heap as it is foretold: what this reaches, who reaches that, by which way, and which capture to
//! drop.

use super::heap::{Heap, KeptObject, PlaceId, SetId};
use super::{Authority, Held, MethodSummary, Reach, Summary, Thing};
use rustc_hash::FxHashSet;
use std::hash::Hash;
use syntax::kernel_e::{ExprId, Name, ObjectId};
use syntax::scope::DefinitionId;

/// A longer way to a thing is told by its beginning and its end.
const LONGEST_PATH: usize = 16;

/// A way from one thing to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leak {
    /// The names that lead there, the first of what the question began with.
    pub path: Vec<Name>,
    /// Captures, each of which alone would close every way if it were dropped.
    pub cuts: Vec<Cut>,
}

/// A capture that could be dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The object that closes over it.
    pub object: Name,
    pub noun: Name,
}

/// Where a walk begins.
struct Start<'a> {
    noun: &'a Name,
    /// Where the noun is used first.
    at: ExprId,
}

/// How a place was come to.
#[derive(Clone, Copy)]
struct Step {
    place: PlaceId,
    way: Way,
    start: u32,
}

#[derive(Clone, Copy)]
enum Way {
    /// It is what the walk begins with.
    Start,
    /// The step before, and which hold of its place.
    Held(u32, u32),
}

struct Walk<'a> {
    heap: &'a Heap,
    starts: Vec<Start<'a>>,
    steps: Vec<Step>,
    /// A bit for each place.
    seen: Vec<u64>,
    /// A capture that is not followed.
    without: Option<(PlaceId, Name)>,
}

impl<'a> Walk<'a> {
    fn new(heap: &'a Heap) -> Walk<'a> {
        let seen = vec![0; heap.places.len() / 64 + 1];
        Walk { heap, starts: Vec::new(), steps: Vec::new(), seen, without: None }
    }

    fn see(&mut self, it: PlaceId) -> bool {
        let (word, bit) = (&mut self.seen[it as usize / 64], 1 << (it % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    fn start(&mut self, noun: &'a Name, set: SetId, at: ExprId) {
        let start = self.starts.len() as u32;
        self.starts.push(Start { noun, at });
        for place in self.heap.set(set) {
            if self.see(*place) {
                self.steps.push(Step { place: *place, way: Way::Start, start });
            }
        }
    }

    fn captures(&mut self, it: &'a KeptObject) {
        it.captures.iter().for_each(|(noun, set, at)| self.start(noun, *set, *at));
    }

    /// Breadth first, so that the first way to a thing is the shortest.
    fn run(&mut self) {
        let heap = self.heap;
        let mut next = 0;
        while let Some(Step { place, start, .. }) = self.steps.get(next).copied() {
            for at in heap.holds_at(place) {
                let hold = heap.hold(at);
                if let (Some(noun), Some((from, name))) = (&hold.noun, &self.without)
                    && (place, noun) == (*from, name)
                {
                    continue;
                }
                for held in heap.set(hold.set) {
                    if self.see(*held) {
                        self.steps.push(Step { place: *held, way: Way::Held(next as u32, at), start });
                    }
                }
            }
            next += 1;
        }
    }

    fn before(&self, it: Step) -> Option<Step> {
        match it.way {
            Way::Start => None,
            Way::Held(step, _) => Some(self.steps[step as usize]),
        }
    }

    /// The noun by which the thing before it holds it.
    fn noun(&self, it: Step) -> Option<&'a Name> {
        match it.way {
            Way::Start => Some(self.starts[it.start as usize].noun),
            Way::Held(_, hold) => self.heap.hold(hold).noun.as_ref(),
        }
    }

    fn is_through_parameter(&self, step: Step) -> bool {
        let mut next = self.before(step);
        while let Some(it) = next {
            if self.heap.places[it.place as usize].is_parameter {
                return true;
            }
            next = self.before(it);
        }
        false
    }

    /// The names on the way to a step, and the place that each is a name of.
    fn path(&self, step: Step) -> (Vec<Name>, Vec<Option<PlaceId>>) {
        let (mut path, mut hops): (Vec<Name>, Vec<Option<PlaceId>>) = (Vec::new(), Vec::new());
        let mut push = |path: &mut Vec<Name>, name: &Name, place: PlaceId| {
            if path.last() != Some(name) {
                path.push(name.clone());
                hops.push(Some(place));
            }
        };
        let mut next = Some(step);
        while let Some(it) = next {
            if path.len() >= LONGEST_PATH {
                path.extend([Name::new("…"), self.starts[it.start as usize].noun.clone()]);
                break;
            }
            if let Some(name) = &self.heap.places[it.place as usize].name {
                push(&mut path, name, it.place);
            }
            if let Some(noun) = self.noun(it) {
                push(&mut path, noun, it.place);
            }
            next = self.before(it);
        }
        hops.resize(path.len(), None);
        path.reverse();
        hops.reverse();
        (path, hops)
    }
}

/// A thing of another program, without that program's ids.
fn foreign(it: Thing) -> Thing {
    match it {
        Thing::Variable(noun, _) => Thing::Variable(noun, None),
        Thing::Collection(_) => Thing::Collection(None),
        Thing::Parameter(noun, _) => Thing::Parameter(noun, None),
        Thing::Object(noun, _) => Thing::Object(noun, None),
        Thing::Power(..) | Thing::Unknown(_) => it,
    }
}

/// What a question about reach begins with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum From {
    Object(ObjectId),
    Name(DefinitionId),
    /// The value of the program's last expression: what a module gives.
    Value,
}

impl<Key: Copy + Eq + Hash> Authority<Key> {
    /// What an object expression reaches through what it closes over.
    pub fn of_object(&self, key: Key, object: ObjectId) -> Reach {
        self.reach(key, From::Object(object))
    }

    /// What a name reaches. Each path starts with the name itself.
    pub fn of_name(&self, key: Key, id: DefinitionId) -> Reach {
        self.reach(key, From::Name(id))
    }

    /// What is reached from there, and by which way.
    pub fn reach(&self, key: Key, from: From) -> Reach {
        let value = Name::new("value");
        match (self.units.get(&key), self.walked(key, from, &value)) {
            (Some(unit), Some(walk)) => self.told(*unit, &walk),
            _ => Reach::default(),
        }
    }

    /// The places that are reached from there, the nearest first, as [`Authority::thing`] counts them.
    pub fn places(&self, key: Key, from: From) -> Vec<u32> {
        let value = Name::new("value");
        let Some(walk) = self.walked(key, from, &value) else { return Vec::new() };
        self.shown(&walk).map(|step| step.place).collect()
    }

    /// How many places there are.
    pub fn count(&self) -> u32 {
        self.heap.places.len() as u32
    }

    /// What is at a place, if a reader would want to know of it, and the program that it is of.
    pub fn thing(&self, place: u32) -> Option<(&Thing, Option<Key>)> {
        let it = self.heap.places.get(place as usize)?;
        Some((it.thing.as_ref()?, it.home.and_then(|home| self.key(home))))
    }

    fn walked<'a>(&'a self, key: Key, from: From, value: &'a Name) -> Option<Walk<'a>> {
        let kept = self.heap.kept.get(self.units.get(&key)?)?;
        let mut walk = Walk::new(&self.heap);
        match from {
            From::Object(object) => {
                let it = kept.objects.get(object.index())?;
                it.place.map(|it| walk.see(it));
                walk.captures(it);
            }
            From::Name(id) => {
                let it = kept.names.get(id.0 as usize)?;
                it.slot.map(|it| walk.see(it));
                walk.start(&it.noun, it.set, ExprId(0));
            }
            From::Value => walk.start(value, kept.value, ExprId(0)),
        }
        walk.run();
        Some(walk)
    }

    /// The steps of a walk that a reader is told of.
    fn shown<'a>(&self, walk: &'a Walk<'_>) -> impl Iterator<Item = Step> + 'a {
        walk.steps.iter().copied().filter(|step| {
            let it = &walk.heap.places[step.place as usize];
            // Whatever a caller hands over may hold whatever callers hand over. `def makeSensor(&level)`: where a
            // slot is known that was handed over, it is no other.
            it.thing.is_some() && !(it.is_parameter && (it.is_slot_taken || walk.is_through_parameter(*step)))
        })
    }

    fn told(&self, start: u32, walk: &Walk<'_>) -> Reach {
        let mut holds = Vec::new();
        let mut found = FxHashSet::default();
        for step in self.shown(walk) {
            let it = &self.heap.places[step.place as usize];
            let home = it.home.unwrap_or(start);
            let Some(origin) = it.thing.clone() else { continue };
            if found.insert((home, origin.clone())) {
                let thing = if home == start { origin } else { foreign(origin) };
                let at = walk.starts[step.start as usize].at;
                let (path, hops) = walk.path(step);
                holds.push(Held { thing, path, hops, at, place: step.place });
            }
        }
        Reach { holds }
    }

    /// Whether something that `is` can be reached from a name, by which way, and what would prevent it.
    pub fn leak(&self, key: Key, from: DefinitionId, is: &dyn Fn(&Thing) -> bool) -> Option<Leak> {
        let name = self.heap.kept.get(self.units.get(&key)?)?.names.get(from.0 as usize)?;
        let find = |without: Option<(PlaceId, Name)>| {
            let mut walk = Walk { without, ..Walk::new(&self.heap) };
            walk.start(&name.noun, name.set, ExprId(0));
            walk.run();
            let places = &self.heap.places;
            let is_it = |it: &&Step| places[it.place as usize].thing.as_ref().is_some_and(is);
            let found = walk.steps.iter().find(is_it).copied();
            found.map(|at| (walk, at))
        };
        let (walk, at) = find(None)?;
        let mut cuts = Vec::new();
        let mut next = Some(at);
        while let Some(step) = next {
            let before = walk.before(step);
            if let (Some(holder), Some(noun)) = (before, walk.noun(step))
                && find(Some((holder.place, noun.clone()))).is_none()
            {
                let object = self.heap.places[holder.place as usize].name.clone();
                cuts.push(Cut { object: object.unwrap_or_else(|| Name::new("_")), noun: noun.clone() });
            }
            next = before;
        }
        cuts.reverse();
        Some(Leak { path: walk.path(at).0, cuts })
    }

    /// What an object expression closes over, and what each of its methods does with what it is given.
    pub fn summary(&self, key: Key, object: ObjectId) -> Summary {
        let heap = &self.heap;
        let kept = self.units.get(&key).and_then(|unit| heap.kept.get(unit));
        let Some(it) = kept.and_then(|it| it.objects.get(object.index())) else { return Summary::default() };
        let state = self.state_of(it);
        let named = |it: PlaceId| heap.places[it as usize].name.clone().unwrap_or_else(|| Name::new("_"));
        let methods = it.methods.iter().map(|method| {
            let mut keeps = Vec::new();
            for place in &state {
                let inside = heap.holds(*place);
                let thing = &heap.places[*place as usize].thing;
                for it in &method.parameters {
                    if inside.iter().any(|hold| heap.set(hold.set).contains(it)) {
                        keeps.extend(thing.clone().map(|thing| (named(*it), thing)));
                    }
                }
            }
            let message = match &*method.verb {
                "match" => "match".to_string(),
                verb => format!("{verb}/{}", method.arity),
            };
            MethodSummary {
                message,
                returns: self.reachable_from(method.answer),
                keeps,
                passes: self.passes(&method.parameters),
            }
        });
        Summary { captures: self.captured(it), methods: methods.collect() }
    }

    /// Variables and mutable collections that the object reaches.
    fn state_of(&self, it: &KeptObject) -> Vec<PlaceId> {
        let mut walk = Walk::new(&self.heap);
        walk.captures(it);
        walk.run();
        let is_state = |it: &PlaceId| {
            let thing = &self.heap.places[*it as usize].thing;
            matches!(thing, Some(Thing::Variable(..) | Thing::Collection(_)))
        };
        walk.steps.iter().map(|it| it.place).filter(is_state).collect()
    }

    /// What the parameters are handed to.
    fn passes(&self, parameters: &[PlaceId]) -> Vec<(Name, Thing)> {
        let heap = &self.heap;
        let mut passes = Vec::new();
        let mut told = FxHashSet::default();
        for place in parameters {
            let name = heap.places[*place as usize].name.clone().unwrap_or_else(|| Name::new("_"));
            let receivers = heap.handed.get(place).into_iter().flatten().flat_map(|set| heap.set(*set));
            for receiver in receivers {
                if receiver != place
                    && told.insert((*place, *receiver))
                    && let Some(thing) = &heap.places[*receiver as usize].thing
                    && !passes.contains(&(name.clone(), thing.clone()))
                {
                    passes.push((name.clone(), thing.clone()));
                }
            }
        }
        passes
    }

    fn captured(&self, it: &KeptObject) -> Vec<Thing> {
        let mut things = Vec::new();
        for place in it.captures.iter().flat_map(|(_, set, _)| self.heap.set(*set)) {
            if let Some(thing) = &self.heap.places[*place as usize].thing
                && !things.contains(thing)
            {
                things.push(thing.clone());
            }
        }
        things
    }

    fn reachable_from(&self, set: SetId) -> Vec<Thing> {
        let answer = Name::new("answer");
        let mut walk = Walk::new(&self.heap);
        walk.start(&answer, set, ExprId(0));
        walk.run();
        walk.steps.iter().filter_map(|it| self.heap.places[it.place as usize].thing.clone()).collect()
    }
}
