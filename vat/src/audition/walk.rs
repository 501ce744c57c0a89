//! A walk over the living heap: what can really be reached from a name. The oracle that foretold authority is
//! measured against.
//!
//! Not walked: what is inside a caught problem, which can be thrown again and not looked into; what waits in a
//! promise's queue, which is on its way and held by nobody; what is in another vat.

use super::frozen::constants;
use crate::code::Held;
use crate::cx::Cx;
use crate::heap::{Cell, Promise};
use crate::print::writer::{STDERR, STDOUT};
use crate::value::{Obj, Value};
use crate::world::{VatId, World};
use audit::scopes::Authority;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use syntax::kernel_e::{Name, ObjectId};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};

/// What a walk found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reachable {
    /// Objects written in E: what their text is called, and which object expression of it made them.
    pub objects: FxHashSet<(Arc<str>, ObjectId)>,
    /// Variables: the text and the definition, where it is one of that text, and the noun.
    pub variables: FxHashSet<(Arc<str>, Option<DefinitionId>, Name)>,
    /// Slots that can be assigned: by whose `var` each is, with the text that says so, or none where it is a name of
    /// the scope. Nobody's: made by a function, or the `var` of a call that is over.
    pub slots: Vec<Vec<Home>>,
    /// How many collections that can change.
    pub collections: usize,
    pub powers: FxHashSet<&'static str>,
    /// How many cells of the heap were come by.
    pub cells: usize,
}

/// A name that a slot was made for.
pub type Home = (Option<Arc<str>>, Name);

impl World {
    /// What can be reached in a vat from a name of its scope; nothing if there is no such name.
    pub fn reachable(&mut self, vat: VatId, noun: &str) -> Option<Reachable> {
        let cx = self.cx_mut(vat)?;
        let powers = powers(cx);
        let named = *cx.scope.names.get(noun)?;
        // First from all names, to see whose each slot is.
        let mut everywhere = Walk::new(cx, &powers);
        for (noun, it) in cx.scope.names.iter() {
            everywhere.enter(it);
            if is_variable(cx, it.value) {
                let homes = everywhere.homes.entry(slot_of(cx, it.value)).or_default();
                homes.push((None, Name::new(&**noun)));
            }
        }
        everywhere.run();
        let mut walk = Walk::new(cx, &powers);
        walk.enter(&named);
        walk.run();
        let homes = |slot| everywhere.homes.get(slot).cloned().unwrap_or_default();
        walk.found.slots.extend(walk.slots.iter().map(homes));
        Some(walk.found)
    }
}

/// What the names of the privileged scope hold in this vat.
fn powers(cx: &mut Cx) -> FxHashMap<Value, &'static str> {
    let names = audit::scopes::privileged().filter(|it| it.authority != Authority::None);
    let born = names.filter_map(|it| Some((crate::scope::born_value(cx, it.name, false)?, it.name)));
    // Where a writer writes that somebody kept.
    let sinks = [(Value::of(&STDOUT), "stdout"), (Value::of(&STDERR), "stderr")];
    born.chain(sinks).collect()
}

fn slot_of(cx: &Cx, value: Value) -> Value {
    match cx.heap.get(value) {
        Some(Cell::Binding(it)) => it.slot,
        _ => value,
    }
}

/// A slot that can be assigned, or a binding of one.
fn is_variable(cx: &Cx, value: Value) -> bool {
    match cx.heap.get(value) {
        Some(Cell::VarSlot(_) | Cell::GuardedSlot(_)) => true,
        Some(Cell::Binding(it)) => {
            matches!(cx.heap.get(it.slot), Some(Cell::VarSlot(_) | Cell::GuardedSlot(_)))
        }
        _ => false,
    }
}

struct Walk<'a> {
    cx: &'a Cx,
    powers: &'a FxHashMap<Value, &'static str>,
    found: Reachable,
    seen: FxHashSet<Obj>,
    todo: Vec<Value>,
    slots: FxHashSet<Value>,
    homes: FxHashMap<Value, Vec<Home>>,
}

impl<'a> Walk<'a> {
    fn new(cx: &'a Cx, powers: &'a FxHashMap<Value, &'static str>) -> Walk<'a> {
        let (found, seen, slots) = (Reachable::default(), FxHashSet::default(), FxHashSet::default());
        Walk { cx, powers, found, seen, todo: Vec::new(), slots, homes: FxHashMap::default() }
    }

    fn enter(&mut self, named: &crate::scope::Named) {
        match named.held {
            Held::Value => self.todo.push(named.value),
            // The name itself says what kind of name it is.
            Held::Slot | Held::Field | Held::Binding => self.enter_slot(named.value),
        }
    }

    fn run(&mut self) {
        while let Some(it) = self.todo.pop() {
            self.step(it);
        }
    }

    fn step(&mut self, value: Value) {
        let value = self.cx.near(value);
        self.found.powers.extend(self.powers.get(&value));
        let Some(at) = value.as_obj() else { return };
        if !self.seen.insert(at) {
            return;
        }
        self.found.cells += 1;
        match self.cx.heap.cell(at) {
            Cell::Object { .. } => self.object(value),
            Cell::Sealed(_) | Cell::Problem(_) | Cell::Exit(_) | Cell::Broken(_) => {}
            Cell::Promise(Promise::Unresolved(_)) => {}
            // The body of a loop that somebody kept: what it runs in is the machine's, not for E to ask for.
            Cell::Native(it) if it.class.printed == "<_>" => {}
            cell => {
                if let Cell::Native(it) = cell
                    && matches!(it.class.name, "FlexList" | "FlexMap" | "FlexSet")
                {
                    self.found.collections += 1;
                }
                if matches!(cell, Cell::VarSlot(_) | Cell::GuardedSlot(_)) {
                    self.slots.insert(value);
                }
                let todo = &mut self.todo;
                cell.trace(&mut |it| todo.push(it));
            }
        }
    }

    /// The slot of a name that is known to be a variable.
    fn enter_slot(&mut self, value: Value) {
        match self.cx.heap.get(value) {
            Some(Cell::Binding(it)) => {
                // The guard of a binding is for who takes the binding, not for who reads the name.
                self.enter_slot(it.slot);
            }
            Some(Cell::VarSlot(held)) => self.todo.push(*held),
            Some(Cell::GuardedSlot(it)) => self.todo.push(it.value),
            _ => self.todo.push(value),
        }
    }

    fn object(&mut self, value: Value) {
        let Some((object, loaded, script)) = crate::object::script(self.cx, value) else { return };
        let source = loaded.module.source.clone();
        let Some(id) = script.object else { return };
        self.found.objects.insert((source.clone(), id));
        let captures = loaded.module.scopes.captures(id);
        for (it, held) in script.captures.iter().zip(object.captures) {
            let variable = it.held == Held::Field
                || matches!(it.held, Held::Slot | Held::Binding) && is_variable(self.cx, *held);
            let capture = captures.iter().find(|capture| capture.noun == it.noun);
            if variable {
                let definition = match capture.map(|it| &it.binder) {
                    Some(Binder::Definition(id)) => Some(*id),
                    _ => None,
                };
                let home = (Some(source.clone()), it.noun.clone());
                if it.held == Held::Field {
                    self.found.slots.push(vec![home]);
                } else if let Some(id) = definition
                    && matches!(loaded.module.scopes.definition(id).kind, DefinitionKind::Var { .. })
                {
                    self.homes.entry(slot_of(self.cx, *held)).or_default().push(home);
                }
                self.found.variables.insert((source.clone(), definition, it.noun.clone()));
            }
            match self.cx.heap.get(*held) {
                // Who reads a name does not get at the guard of its binding.
                Some(Cell::Binding(binding)) if capture.is_some_and(|it| !it.binds) => {
                    self.todo.push(binding.slot);
                }
                _ => self.todo.push(*held),
            }
        }
        self.todo.extend(constants(loaded, script));
    }
}
