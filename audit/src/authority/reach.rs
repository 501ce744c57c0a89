//! Questions about the solved graph: what this reaches, who reaches that, by which way, and which capture to drop.

use super::solve::{Args, Loc, LocId, NodeId, Solution};
use super::{Authority, Held, MethodSummary, Reach, Summary, Thing};
use rustc_hash::{FxHashMap, FxHashSet};
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

/// How a location was come to.
struct Step {
    loc: LocId,
    before: Option<usize>,
    /// The noun by which the thing before it holds it.
    noun: Option<Name>,
    /// The object whose capture that noun is.
    holder: Option<LocId>,
    first: Name,
    at: ExprId,
}

/// By location of a parameter: the calls that hand it on.
type Handed = FxHashMap<LocId, Vec<usize>>;

struct Walk<'a> {
    cx: &'a Solution,
    steps: Vec<Step>,
    seen: FxHashSet<LocId>,
    /// A capture that is not followed.
    without: Option<(LocId, Name)>,
}

impl<'a> Walk<'a> {
    fn new(cx: &'a Solution) -> Walk<'a> {
        Walk { cx, steps: Vec::new(), seen: FxHashSet::default(), without: None }
    }

    fn start(&mut self, noun: &Name, node: NodeId, at: ExprId, holder: Option<LocId>) {
        if self.without.as_ref().is_some_and(|(from, name)| Some(*from) == holder && name == noun) {
            return;
        }
        for loc in self.cx.at(node) {
            let (before, first) = (None, noun.clone());
            self.enter(Step { loc: *loc, before, noun: Some(noun.clone()), holder, first, at });
        }
    }

    fn enter(&mut self, step: Step) {
        if self.seen.insert(step.loc) {
            self.steps.push(step);
        }
    }

    /// Breadth first, so that the first way to a thing is the shortest.
    fn run(&mut self) {
        let mut next = 0;
        while next < self.steps.len() {
            let (loc, first, at) = {
                let it = &self.steps[next];
                (it.loc, it.first.clone(), it.at)
            };
            for (noun, node, holder) in holds(self.cx, loc) {
                if let (Some(noun), Some((from, name))) = (&noun, &self.without)
                    && holder == Some(*from)
                    && noun == name
                {
                    continue;
                }
                for held in self.cx.at(node) {
                    let step = Step {
                        loc: *held,
                        before: Some(next),
                        noun: noun.clone(),
                        holder,
                        first: first.clone(),
                        at,
                    };
                    self.enter(step);
                }
            }
            next += 1;
        }
    }

    fn is_through_parameter(&self, step: &Step) -> bool {
        let mut next = step.before;
        while let Some(index) = next {
            if matches!(self.cx.locs[self.steps[index].loc as usize], Loc::Parameter(..)) {
                return true;
            }
            next = self.steps[index].before;
        }
        false
    }

    /// The names on the way to a step.
    fn path(&self, index: usize) -> Vec<Name> {
        let mut path: Vec<Name> = Vec::new();
        let push = |path: &mut Vec<Name>, name: Name| {
            if path.last() != Some(&name) {
                path.push(name);
            }
        };
        let mut next = Some(index);
        while let Some(index) = next {
            let it = &self.steps[index];
            if path.len() >= LONGEST_PATH {
                path.extend([Name::new("…"), it.first.clone()]);
                break;
            }
            if let Some(name) = name_of(self.cx, it.loc) {
                push(&mut path, name);
            }
            if let Some(noun) = &it.noun {
                push(&mut path, noun.clone());
            }
            next = it.before;
        }
        path.reverse();
        path
    }
}

/// What a thing holds: by which noun, at which node, and, for a capture, of which object.
fn holds(cx: &Solution, loc: LocId) -> Vec<(Option<Name>, NodeId, Option<LocId>)> {
    match &cx.locs[loc as usize] {
        Loc::Data | Loc::Ejector(..) => Vec::new(),
        Loc::Object(unit, object) => {
            let captures = cx.object(*unit, *object).captures.iter();
            captures.map(|(noun, node, _)| (Some(noun.clone()), *node, Some(loc))).collect()
        }
        _ => vec![(None, cx.held(loc), None)],
    }
}

fn name_of(cx: &Solution, loc: LocId) -> Option<Name> {
    match &cx.locs[loc as usize] {
        Loc::Born(name) => Some(Name::new(name.name)),
        Loc::Part(name, part) => {
            let scheme = name.name.strip_suffix("__uriGetter").unwrap_or(name.name);
            Some(Name::new(format!("<{scheme}:{part}>")))
        }
        Loc::Object(unit, it) => Some(cx.object_name(*unit, *it)),
        Loc::Slot(unit, it) | Loc::Parameter(unit, it) => Some(cx.noun(*unit, *it)),
        _ => None,
    }
}

fn unit_of(loc: &Loc) -> Option<u32> {
    match loc {
        Loc::Object(unit, _)
        | Loc::Slot(unit, _)
        | Loc::Made(unit, ..)
        | Loc::Ejector(unit, _)
        | Loc::Parameter(unit, _) => Some(*unit),
        Loc::Data | Loc::Born(_) | Loc::Part(..) | Loc::Unknown(_) => None,
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

impl<Key: Copy + Eq + Hash> Authority<Key> {
    /// What an object expression reaches through what it closes over.
    pub fn of_object(&self, key: Key, object: ObjectId) -> Reach {
        let Some(unit) = self.units.get(&key).copied() else { return Reach::default() };
        let mut walk = Walk::new(&self.solution);
        let me = self.solution.find(&Loc::Object(unit, object));
        walk.seen.extend(me);
        for (noun, node, at) in &self.solution.object(unit, object).captures {
            walk.start(noun, *node, *at, me);
        }
        self.told(unit, walk)
    }

    /// What a name reaches. Each path starts with the name itself.
    pub fn of_name(&self, key: Key, id: DefinitionId) -> Reach {
        let Some(unit) = self.units.get(&key).copied() else { return Reach::default() };
        let noun = self.solution.noun(unit, id);
        let mut walk = Walk::new(&self.solution);
        if self.solution.units[unit as usize].is_var(id) {
            walk.seen.extend(self.solution.find(&Loc::Slot(unit, id)));
        }
        walk.start(&noun, self.solution.definition(unit, id), ExprId(0), None);
        self.told(unit, walk)
    }

    /// What the value of a program's last expression reaches: what a module gives.
    pub fn of_value(&self, key: Key) -> Reach {
        let Some(unit) = self.units.get(&key).copied() else { return Reach::default() };
        let mut walk = Walk::new(&self.solution);
        let node = self.solution.units[unit as usize].value;
        walk.start(&Name::new("value"), node, ExprId(0), None);
        self.told(unit, walk)
    }

    fn told(&self, start: u32, mut walk: Walk<'_>) -> Reach {
        walk.run();
        let mut holds = Vec::new();
        let mut found = FxHashSet::default();
        for (index, step) in walk.steps.iter().enumerate() {
            let loc = &self.solution.locs[step.loc as usize];
            let Some(thing) = loc.thing(&self.solution) else { continue };
            let home = unit_of(loc).unwrap_or(start);
            // Whatever a caller hands over may hold whatever callers hand over.
            if matches!(loc, Loc::Parameter(..)) && walk.is_through_parameter(step) {
                continue;
            }
            // `def makeSensor(&level)`: where a slot is known that was handed over, it is no other.
            if let Loc::Parameter(unit, id) = loc
                && self.solution.is_slot_taken(*unit, *id)
            {
                continue;
            }
            if found.insert((home, thing.clone())) {
                let origin = thing.clone();
                let thing = if home == start { thing } else { foreign(thing) };
                holds.push(Held { thing, origin, path: walk.path(index), at: step.at, home });
            }
        }
        Reach { holds }
    }

    /// Whether something that `is` can be reached from a name, by which way, and what would prevent it.
    pub fn leak(&self, key: Key, from: DefinitionId, is: &dyn Fn(&Thing) -> bool) -> Option<Leak> {
        let unit = self.units.get(&key).copied()?;
        let noun = self.solution.noun(unit, from);
        let node = self.solution.definition(unit, from);
        let find = |without: Option<(LocId, Name)>| {
            let mut walk = Walk { without, ..Walk::new(&self.solution) };
            walk.start(&noun, node, ExprId(0), None);
            walk.run();
            let cx = &self.solution;
            let found =
                walk.steps.iter().position(|it| cx.locs[it.loc as usize].thing(cx).is_some_and(|it| is(&it)));
            found.map(|at| (walk, at))
        };
        let (walk, at) = find(None)?;
        let mut cuts = Vec::new();
        let mut next = Some(at);
        while let Some(index) = next {
            let step = &walk.steps[index];
            if let (Some(holder), Some(noun)) = (step.holder, &step.noun)
                && find(Some((holder, noun.clone()))).is_none()
            {
                let object = name_of(&self.solution, holder).unwrap_or_else(|| Name::new("_"));
                cuts.push(Cut { object, noun: noun.clone() });
            }
            next = step.before;
        }
        cuts.reverse();
        Some(Leak { path: walk.path(at), cuts })
    }

    /// What an object expression closes over, and what each of its methods does with what it is given.
    pub fn summary(&self, key: Key, object: ObjectId) -> Summary {
        let Some(unit) = self.units.get(&key).copied() else { return Summary::default() };
        self.summary_of(unit, object, &self.handed(unit))
    }

    /// The same of some objects of one program.
    pub fn summaries(&self, key: Key, objects: &[ObjectId]) -> Vec<Summary> {
        let Some(unit) = self.units.get(&key).copied() else { return Vec::new() };
        let handed = self.handed(unit);
        objects.iter().map(|it| self.summary_of(unit, *it, &handed)).collect()
    }

    fn summary_of(&self, unit: u32, object: ObjectId, handed: &Handed) -> Summary {
        let cx = &self.solution;
        let facts = cx.object(unit, object);
        let captures = self.things_at(facts.captures.iter().map(|it| it.1));
        let state = self.state_of(unit, object);
        let methods = facts.methods.iter().chain(&facts.matchers).map(|method| {
            let parameters: Vec<LocId> =
                method.names.iter().filter_map(|id| cx.find(&Loc::Parameter(unit, *id))).collect();
            let named = |it: &LocId| name_of(cx, *it).unwrap_or_else(|| Name::new("_"));
            let mut keeps = Vec::new();
            for loc in &state {
                let inside = cx.held(*loc);
                let thing = cx.locs[*loc as usize].thing(cx);
                for it in parameters.iter().filter(|it| cx.is_at(inside, **it)) {
                    keeps.extend(thing.clone().map(|thing| (named(it), thing)));
                }
            }
            let message = match &*method.verb {
                "match" => "match".to_string(),
                verb => format!("{verb}/{}", method.params.len()),
            };
            MethodSummary {
                message,
                returns: self.reachable_from(&[method.answer]),
                keeps,
                passes: self.passes(&parameters, handed),
            }
        });
        Summary { captures, methods: methods.collect() }
    }

    /// By parameter of a program: its calls that hand the parameter on.
    fn handed(&self, unit: u32) -> Handed {
        let cx = &self.solution;
        let mut handed = Handed::default();
        for (index, site) in cx.sites.iter().enumerate() {
            let Args::Listed(args) = &site.args else { continue };
            if site.unit != unit || site.verb.as_deref() == Some("coerce") {
                continue;
            }
            for loc in args.iter().flat_map(|it| cx.at(*it)) {
                if matches!(cx.locs[*loc as usize], Loc::Parameter(of, _) if of == unit) {
                    let at = handed.entry(*loc).or_default();
                    if at.last() != Some(&index) {
                        at.push(index);
                    }
                }
            }
        }
        handed
    }

    /// Variables and mutable collections that the object reaches.
    fn state_of(&self, unit: u32, object: ObjectId) -> Vec<LocId> {
        let mut walk = Walk::new(&self.solution);
        for (noun, node, at) in &self.solution.object(unit, object).captures {
            walk.start(noun, *node, *at, None);
        }
        walk.run();
        let is_state = |loc: &LocId| {
            let thing = self.solution.locs[*loc as usize].thing(&self.solution);
            matches!(thing, Some(Thing::Variable(..) | Thing::Collection(_)))
        };
        walk.steps.iter().map(|it| it.loc).filter(is_state).collect()
    }

    /// What the parameters are handed to.
    fn passes(&self, parameters: &[LocId], handed: &Handed) -> Vec<(Name, Thing)> {
        let cx = &self.solution;
        let mut passes = Vec::new();
        let mut told = FxHashSet::default();
        for loc in parameters {
            let name = name_of(cx, *loc).unwrap_or_else(|| Name::new("_"));
            for site in handed.get(loc).into_iter().flatten() {
                for receiver in cx.at(cx.sites[*site].receiver) {
                    if receiver != loc
                        && told.insert((*loc, *receiver))
                        && let Some(thing) = cx.locs[*receiver as usize].thing(cx)
                        && !passes.contains(&(name.clone(), thing.clone()))
                    {
                        passes.push((name.clone(), thing));
                    }
                }
            }
        }
        passes
    }

    fn things_at(&self, nodes: impl Iterator<Item = NodeId>) -> Vec<Thing> {
        let cx = &self.solution;
        let mut things = Vec::new();
        for loc in nodes.flat_map(|it| cx.at(it)) {
            if let Some(thing) = cx.locs[*loc as usize].thing(cx)
                && !things.contains(&thing)
            {
                things.push(thing);
            }
        }
        things
    }

    fn reachable_from(&self, nodes: &[NodeId]) -> Vec<Thing> {
        let mut walk = Walk::new(&self.solution);
        nodes.iter().for_each(|it| walk.start(&Name::new("answer"), *it, ExprId(0), None));
        walk.run();
        let cx = &self.solution;
        walk.steps.iter().filter_map(|it| cx.locs[it.loc as usize].thing(cx)).collect()
    }
}
