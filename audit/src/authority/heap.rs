//! What may hold what once the fixpoint is there: the heap as it is foretold, without the way it was found.
//!
//! Only what can be come to from the programs that were asked about is in it, each thing once. What objects hold is
//! not told apart by message or caller, so that much of it is held by many; sets of things are shared.

use super::solve::{Args, Loc, LocId, MethodFacts, NodeId, Solution};
use super::things::Thing;
use rustc_hash::FxHashMap;
use syntax::kernel_e::{ExprId, Name, ObjectId};
use syntax::scope::DefinitionId;

/// Counts the places of a heap.
pub(super) type PlaceId = u32;
/// Counts the sets of a heap; the first is empty.
pub(super) type SetId = u32;

const EMPTY: SetId = 0;

/// A thing that values can be, and what it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// What a reader would want to know of.
    pub thing: Option<Thing>,
    pub name: Option<Name>,
    /// The program it is of, if it is of one.
    pub home: Option<u32>,
    pub is_parameter: bool,
    /// A name bound to a slot that is known (`&x` in a pattern) is no other than that slot.
    pub is_slot_taken: bool,
    /// Where its holds begin, and how many they are.
    holds: (u32, u32),
}

/// One way in which a thing holds others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Hold {
    /// The noun that an object closes over.
    pub noun: Option<Name>,
    pub set: SetId,
}

/// A program that was asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    pub names: Vec<KeptName>,
    pub objects: Vec<KeptObject>,
    pub value: SetId,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KeptName {
    pub noun: Name,
    pub set: SetId,
    /// The variable itself.
    pub slot: Option<PlaceId>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KeptObject {
    pub place: Option<PlaceId>,
    /// What it closes over, and where each is used first.
    pub captures: Vec<(Name, SetId, ExprId)>,
    pub methods: Vec<KeptMethod>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KeptMethod {
    pub verb: Name,
    pub arity: usize,
    pub parameters: Vec<PlaceId>,
    pub answer: SetId,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Heap {
    pub places: Vec<Place>,
    holds: Vec<Hold>,
    sets: Vec<(u32, u32)>,
    members: Vec<PlaceId>,
    /// By number of the program.
    pub kept: FxHashMap<u32, Kept>,
    /// By parameter: the receivers of the calls that hand it on.
    pub handed: FxHashMap<PlaceId, Vec<SetId>>,
}

impl Heap {
    /// The heap that can be come to from these programs.
    pub fn new(solution: &Solution, kept: &[u32]) -> Heap {
        let mut it = Builder {
            cx: solution,
            heap: Heap { sets: vec![(0, 0)], ..Heap::default() },
            places: vec![None; solution.locs.len()],
            of_node: FxHashMap::default(),
            of_members: FxHashMap::default(),
            todo: Vec::new(),
        };
        for unit in kept {
            let program = it.program(*unit);
            it.heap.kept.insert(*unit, program);
        }
        it.handed(kept);
        it.rest();
        it.heap
    }

    pub fn set(&self, it: SetId) -> &[PlaceId] {
        let (start, len) = self.sets[it as usize];
        &self.members[start as usize..][..len as usize]
    }

    pub fn holds(&self, it: PlaceId) -> &[Hold] {
        let (start, len) = self.places[it as usize].holds;
        &self.holds[start as usize..][..len as usize]
    }

    /// A hold by its place in the table.
    pub fn hold(&self, at: u32) -> &Hold {
        &self.holds[at as usize]
    }

    /// Where the holds of a place are in the table.
    pub fn holds_at(&self, it: PlaceId) -> std::ops::Range<u32> {
        let (start, len) = self.places[it as usize].holds;
        start..start + len
    }
}

struct Builder<'a> {
    cx: &'a Solution,
    heap: Heap,
    /// By location; none for what nobody would want to know of and what holds nothing.
    places: Vec<Option<PlaceId>>,
    of_node: FxHashMap<NodeId, SetId>,
    of_members: FxHashMap<Vec<PlaceId>, SetId>,
    todo: Vec<(PlaceId, LocId)>,
}

impl Builder<'_> {
    fn program(&mut self, unit: u32) -> Kept {
        let cx = self.cx;
        let it = &cx.units[unit as usize];
        let names = it.nouns.iter().enumerate().map(|(index, noun)| {
            let id = DefinitionId(index as u32);
            let slot = it.is_var(id).then(|| cx.find(&Loc::Slot(unit, id))).flatten();
            KeptName {
                noun: noun.clone(),
                set: self.set(cx.definition(unit, id)),
                slot: slot.and_then(|it| self.place(it)),
            }
        });
        let names = names.collect();
        let objects = (0..it.objects.len()).map(|index| self.object(unit, ObjectId(index as u32)));
        Kept { names, objects: objects.collect(), value: self.set(it.value) }
    }

    fn object(&mut self, unit: u32, object: ObjectId) -> KeptObject {
        let facts = self.cx.object(unit, object).clone();
        let captures = facts.captures.iter();
        let captures = captures.map(|(noun, node, at)| (noun.clone(), self.set(*node), *at)).collect();
        let methods = facts.methods.iter().chain(&facts.matchers);
        let methods = methods.map(|it| self.method(unit, it)).collect();
        let place = self.cx.find(&Loc::Object(unit, object)).and_then(|it| self.place(it));
        KeptObject { place, captures, methods }
    }

    fn method(&mut self, unit: u32, it: &MethodFacts) -> KeptMethod {
        let parameters = it.names.iter().filter_map(|id| self.cx.find(&Loc::Parameter(unit, *id)));
        KeptMethod {
            verb: it.verb.clone(),
            arity: it.params.len(),
            parameters: parameters.filter_map(|it| self.place(it)).collect(),
            answer: self.set(it.answer),
        }
    }

    /// The calls of these programs that hand on a parameter of theirs.
    fn handed(&mut self, kept: &[u32]) {
        let cx = self.cx;
        for site in &cx.sites {
            let Args::Listed(args) = &site.args else { continue };
            if args.is_empty() || !kept.contains(&site.unit) || site.verb.as_deref() == Some("coerce") {
                continue;
            }
            for loc in args.iter().flat_map(|it| cx.at(*it)) {
                if matches!(cx.locs[*loc as usize], Loc::Parameter(of, _) if of == site.unit)
                    && let Some(place) = self.place(*loc)
                {
                    let set = self.set(site.receiver);
                    let all = self.heap.handed.entry(place).or_default();
                    if set != EMPTY && !all.contains(&set) {
                        all.push(set);
                    }
                }
            }
        }
    }

    /// What the places hold that were come to, and the places that this comes to.
    fn rest(&mut self) {
        let mut next = 0;
        while let Some((place, loc)) = self.todo.get(next).copied() {
            next += 1;
            let mut holds = Vec::new();
            match &self.cx.locs[loc as usize] {
                Loc::Object(unit, object) => {
                    let facts = self.cx.object(*unit, *object).clone();
                    for (noun, node, _) in &facts.captures {
                        holds.push(Hold { noun: Some(noun.clone()), set: self.set(*node) });
                    }
                }
                _ => holds.push(Hold { noun: None, set: self.set(self.cx.held(loc)) }),
            }
            holds.retain(|it| it.set != EMPTY);
            self.heap.places[place as usize].holds = (self.heap.holds.len() as u32, holds.len() as u32);
            self.heap.holds.append(&mut holds);
        }
    }

    /// What may be at a node.
    fn set(&mut self, node: NodeId) -> SetId {
        if let Some(it) = self.of_node.get(&node) {
            return *it;
        }
        let cx = self.cx;
        let members: Vec<PlaceId> = cx.at(node).iter().filter_map(|it| self.place(*it)).collect();
        let set = match self.of_members.get(&members) {
            _ if members.is_empty() => EMPTY,
            Some(it) => *it,
            None => {
                let set = self.heap.sets.len() as SetId;
                self.heap.sets.push((self.heap.members.len() as u32, members.len() as u32));
                self.heap.members.extend(&members);
                self.of_members.insert(members, set);
                set
            }
        };
        self.of_node.insert(node, set);
        set
    }

    fn place(&mut self, loc: LocId) -> Option<PlaceId> {
        if let Some(it) = self.places[loc as usize] {
            return Some(it);
        }
        let cx = self.cx;
        let it = &cx.locs[loc as usize];
        let is_idle = match it {
            Loc::Data | Loc::Ejector(..) => true,
            Loc::Born(name) => {
                name.authority == crate::scopes::Authority::None && cx.at(cx.held(loc)).is_empty()
            }
            _ => false,
        };
        if is_idle {
            return None;
        }
        let place = self.heap.places.len() as PlaceId;
        self.heap.places.push(Place {
            thing: it.thing(cx),
            name: name_of(cx, it),
            home: unit_of(it),
            is_parameter: matches!(it, Loc::Parameter(..)),
            is_slot_taken: matches!(it, Loc::Parameter(unit, id) if cx.is_slot_taken(*unit, *id)),
            holds: (0, 0),
        });
        self.places[loc as usize] = Some(place);
        self.todo.push((place, loc));
        Some(place)
    }
}

fn name_of(cx: &Solution, it: &Loc) -> Option<Name> {
    match it {
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
