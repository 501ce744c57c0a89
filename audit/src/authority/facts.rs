//! Reads a program into the fixpoint: one pass over its nodes, each joined to those it is made of.

use super::solve::{Args, Kind, Loc, MethodFacts, NodeId, ObjectFacts, Site, Solution, Trigger, Unit};
use super::{Outer, Parts, Programs};
use crate::guards::{Guard, Standard};
use crate::known::{Worth, noun_of};
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::Hash;
use std::sync::Arc;
use syntax::kernel_e::{Expr, ExprId, Literal, Name, ObjectId, Pattern, PatternId, Program, Script};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};

/// Reads programs as others lead to them.
pub(super) struct Reader<'a, P: Programs> {
    pub programs: &'a P,
    pub solution: Solution,
    pub keys: Vec<P::Key>,
    pub units: FxHashMap<P::Key, u32>,
    /// Programs that have a number and have not been read.
    todo: Vec<u32>,
}

impl<'a, P: Programs> Reader<'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    pub fn new(programs: &'a P) -> Reader<'a, P> {
        Reader {
            programs,
            solution: Solution::new(),
            keys: Vec::new(),
            units: FxHashMap::default(),
            todo: Vec::new(),
        }
    }

    /// The number of a program; it will be read.
    pub fn unit(&mut self, key: P::Key) -> Option<u32> {
        if let Some(it) = self.units.get(&key) {
            return Some(*it);
        }
        let parts = self.programs.parts(key)?;
        let number = self.keys.len() as u32;
        self.keys.push(key);
        self.units.insert(key, number);
        let unit = Unit {
            nouns: parts.scopes.definitions.iter().map(|it| it.noun.clone()).collect(),
            vars: parts
                .scopes
                .definitions
                .iter()
                .map(|it| matches!(it.kind, DefinitionKind::Var { .. }))
                .collect(),
            objects: vec![ObjectFacts::default(); parts.program.objects.len()],
            expr: self.solution.nodes(parts.program.exprs.len()),
            definition: self.solution.nodes(parts.scopes.definitions.len()),
            value: self.solution.node(),
        };
        self.solution.units.push(unit);
        self.todo.push(number);
        Some(number)
    }

    /// Reads what is to be read, and what that leads to.
    pub fn read(&mut self) {
        while let Some(unit) = self.todo.pop() {
            self.programs.checkpoint();
            if let Some(parts) = self.programs.parts(self.keys[unit as usize]) {
                let mut it = Reading { outer: self, unit, parts, binds: FxHashSet::default() };
                it.binds();
                it.objects();
                it.exprs();
                if let Some(last) = parts.program.body.last() {
                    let value = it.outer.solution.units[unit as usize].value;
                    it.flow(*last, value);
                }
            }
        }
    }
}

struct Reading<'r, 'a, P: Programs> {
    outer: &'r mut Reader<'a, P>,
    unit: u32,
    parts: Parts<'a>,
    /// The `__bind.run(resolver)` of patterns: what they do is done where the pattern is matched.
    binds: FxHashSet<ExprId>,
}

/// Where a noun is kept.
enum Kept {
    /// At a node, whoever reads it.
    At(NodeId),
    /// In a slot that lies at a node.
    Behind(NodeId),
    /// Nowhere: it is one of the outermost names, or nobody.
    Born(Loc),
}

impl<'a, P: Programs> Reading<'_, 'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    fn cx(&mut self) -> &mut Solution {
        &mut self.outer.solution
    }

    fn program(&self) -> &'a Program {
        self.parts.program
    }

    fn node(&self, it: ExprId) -> NodeId {
        self.outer.solution.expr(self.unit, it)
    }

    fn flow(&mut self, from: ExprId, to: NodeId) {
        let from = self.node(from);
        self.cx().flow(from, to);
    }

    fn put(&mut self, it: Loc, at: NodeId) {
        let loc = self.cx().loc(it);
        self.cx().add(at, loc);
    }

    fn made(&mut self, at: ExprId, kind: Kind) -> (super::solve::LocId, NodeId) {
        let unit = self.unit;
        let loc = self.cx().loc(Loc::Made(unit, at, kind));
        (loc, self.outer.solution.held(loc))
    }

    fn kept(&mut self, noun: &str, binder: &Binder) -> Kept {
        let (unit, id) = match binder {
            Binder::Definition(id) => (self.unit, *id),
            Binder::Outer => match self.outer.programs.outer(self.outer.keys[self.unit as usize], noun) {
                Outer::Definition(key, id) => match self.outer.unit(key) {
                    Some(unit) => (unit, id),
                    None => return Kept::Born(Loc::Unknown(format!("`{noun}`").into())),
                },
                Outer::Scope(name) => return Kept::Born(Loc::Born(name)),
                Outer::Nobody => return Kept::Born(Loc::Unknown(format!("`{noun}`").into())),
            },
        };
        let node = self.outer.solution.definition(unit, id);
        let key = self.outer.keys[unit as usize];
        let is_binding = self
            .outer
            .programs
            .parts(key)
            .is_some_and(|it| matches!(it.scopes.definition(id).kind, DefinitionKind::Binding));
        if is_binding { Kept::Behind(node) } else { Kept::At(node) }
    }

    /// The slot of a noun, as a thing.
    fn slot(&mut self, noun: &str, binder: &Binder) -> Option<Loc> {
        let (unit, id) = match binder {
            Binder::Definition(id) => (self.unit, *id),
            Binder::Outer => match self.outer.programs.outer(self.outer.keys[self.unit as usize], noun) {
                Outer::Definition(key, id) => (self.outer.unit(key)?, id),
                _ => return None,
            },
        };
        Some(Loc::Slot(unit, id))
    }

    /// A slot, and what it holds.
    fn slot_at(&mut self, noun: &str, binder: &Binder) -> Option<super::solve::LocId> {
        let it = self.slot(noun, binder)?;
        let Loc::Slot(unit, id) = it else { return None };
        let loc = self.cx().loc(it);
        let (held, kept) = (self.outer.solution.held(loc), self.outer.solution.definition(unit, id));
        self.cx().flow(kept, held);
        self.cx().flow(held, kept);
        // Who can assign calls the guard, and who takes the binding can ask for it.
        let guard = match self.parts.scopes.definitions.get(id.0 as usize).map(|it| it.kind) {
            Some(
                DefinitionKind::Var { guard }
                | DefinitionKind::Final { guard }
                | DefinitionKind::Object { guard, .. },
            ) if unit == self.unit => guard,
            _ => None,
        };
        if let Some(guard) = guard {
            self.flow(guard, held);
        }
        Some(loc)
    }

    fn call(&mut self, at: ExprId, receiver: NodeId, verb: &str, args: Vec<NodeId>, answer: NodeId) {
        let site = Site {
            unit: self.unit,
            at,
            verb: Some(Name::new(verb)),
            args: Args::Listed(args),
            receiver,
            answer,
        };
        self.cx().call(site);
    }

    fn data(&mut self) -> NodeId {
        let node = self.cx().node();
        self.cx().add_data(node);
        node
    }

    fn binds(&mut self) {
        let program = self.program();
        for it in &program.patterns {
            if let Pattern::Via { function, .. } = it
                && self.resolver_of(*function).is_some()
            {
                self.binds.insert(*function);
            }
        }
    }

    /// What each object expression closes over, and where its messages arrive.
    fn objects(&mut self) {
        for index in 0..self.program().objects.len() {
            let object = ObjectId(index as u32);
            let it = self.parts.program.object(object);
            let mut facts =
                ObjectFacts { name: noun_of(self.program(), it.pattern), ..ObjectFacts::default() };
            match &it.script {
                Script::Methods { methods, matchers } => {
                    for method in methods {
                        let it = self.method(&method.verb, &method.params, method.body, method.result_guard);
                        if let ("__printOn", [writer]) = (&*method.verb, it.params.as_slice()) {
                            let unit = self.unit;
                            let (made, held) = self.made(method.body, Kind::Plain);
                            self.put(Loc::Object(unit, object), held);
                            self.cx().add(*writer, made);
                        }
                        facts.methods.push(it);
                    }
                    for matcher in matchers {
                        let it = self.method(&Name::new("match"), &[matcher.pattern], matcher.body, None);
                        facts.matchers.push(it);
                    }
                }
                Script::Plumbing(matcher) => {
                    facts.plumbing = true;
                    let it = self.method(&Name::new("match"), &[matcher.pattern], matcher.body, None);
                    facts.matchers.push(it);
                }
            }
            let captures = self.parts.scopes.captures(object);
            for it in captures {
                let node = self.captured(it, object);
                facts.captures.extend(node.map(|node| (it.noun.clone(), node, it.first_use)));
            }
            let unit = self.unit as usize;
            self.cx().units[unit].objects[index] = facts;
        }
    }

    /// The node of what a captured noun gives the object: a variable's slot, what a final name holds, a power.
    fn captured(&mut self, it: &syntax::scope::Capture, object: ObjectId) -> Option<NodeId> {
        let own = match it.binder {
            Binder::Definition(id) => {
                matches!(self.parts.scopes.definition(id).kind, DefinitionKind::Object { object: it, .. } if it == object)
            }
            Binder::Outer => false,
        };
        if own {
            return None;
        }
        match self.kept(&it.noun, &it.binder) {
            Kept::At(node) => {
                let Some(Loc::Slot(unit, id)) = self.slot(&it.noun, &it.binder) else { return Some(node) };
                if !self.outer.solution.units[unit as usize].is_var(id) {
                    return Some(node);
                }
                let slot = self.slot_at(&it.noun, &it.binder)?;
                let node = self.cx().node();
                self.cx().add(node, slot);
                Some(node)
            }
            Kept::Behind(node) => Some(node),
            Kept::Born(loc) => {
                let node = self.cx().node();
                self.put(loc, node);
                Some(node)
            }
        }
    }

    fn method(
        &mut self,
        verb: &Name,
        params: &[PatternId],
        body: ExprId,
        guard: Option<ExprId>,
    ) -> MethodFacts {
        let nodes: Vec<NodeId> = params.iter().map(|_| self.cx().node()).collect();
        let names = self.defined_by(params);
        for (pattern, node) in params.iter().zip(&nodes) {
            // Who calls is not known; what known callers hand over comes beside it.
            if let [only] = self.defined_by(&[*pattern]).as_slice() {
                self.put_parameter(*only, *node);
            } else {
                for it in self.defined_by(&[*pattern]) {
                    let at = self.outer.solution.definition(self.unit, it);
                    self.put_parameter(it, at);
                }
            }
            self.pattern(*pattern, *node);
        }
        let answer = self.cx().node();
        self.flow(body, answer);
        if let Some(guard) = guard {
            self.through_guard(guard, answer, answer);
        }
        MethodFacts { verb: verb.clone(), params: nodes, names, answer }
    }

    fn put_parameter(&mut self, it: DefinitionId, at: NodeId) {
        let unit = self.unit;
        self.put(Loc::Parameter(unit, it), at);
    }

    /// Every definition that these patterns make.
    fn defined_by(&self, patterns: &[PatternId]) -> Vec<DefinitionId> {
        let mut todo = patterns.to_vec();
        let mut found = Vec::new();
        while let Some(it) = todo.pop() {
            match self.program().pattern(it) {
                Pattern::List(parts) => todo.extend(parts),
                Pattern::Via { pattern, .. } => todo.push(*pattern),
                _ => found.extend(self.parts.scopes.by_pattern.get(&it)),
            }
        }
        found
    }

    /// What lies at `node` is matched.
    fn pattern(&mut self, pattern: PatternId, node: NodeId) {
        let mut todo = vec![(pattern, node)];
        while let Some((pattern, node)) = todo.pop() {
            match self.parts.program.pattern(pattern) {
                Pattern::List(parts) => {
                    let item = self.cx().node();
                    self.cx().trigger(node, Trigger::Load(item));
                    todo.extend(parts.iter().map(|it| (*it, item)));
                }
                Pattern::Via { function, pattern } => match self.resolver_of(*function) {
                    Some(resolver) => {
                        let (receiver, answer) = (self.node(resolver), self.cx().node());
                        self.call(resolver, receiver, "resolve", vec![node], answer);
                        todo.push((*pattern, node));
                    }
                    None => {
                        let (answer, ejector) = (self.cx().node(), self.data());
                        let receiver = self.node(*function);
                        self.call(*function, receiver, "run", vec![node, ejector], answer);
                        todo.push((*pattern, answer));
                    }
                },
                it => {
                    let guard = match it {
                        Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => *guard,
                        _ => None,
                    };
                    if let Some(id) = self.parts.scopes.by_pattern.get(&pattern).copied() {
                        self.define(id, guard, node);
                    }
                }
            }
        }
    }

    /// `__bind.run(resolver)`: the pattern of `bind x`.
    fn resolver_of(&self, function: ExprId) -> Option<ExprId> {
        let Expr::Call { recipient, args, .. } = self.program().expr(function) else { return None };
        match self.program().expr(*recipient) {
            Expr::Noun(noun)
                if &**noun == "__bind" && *self.parts.scopes.binder(*recipient) == Binder::Outer =>
            {
                args.first().copied()
            }
            _ => None,
        }
    }

    fn define(&mut self, id: DefinitionId, guard: Option<ExprId>, node: NodeId) {
        let to = self.outer.solution.definition(self.unit, id);
        match guard {
            Some(_) if self.is_scalar(id) => self.cx().add_data(to),
            Some(guard) => {
                self.cx().flow(node, to);
                self.through_guard(guard, node, to);
            }
            None => self.cx().flow(node, to),
        }
    }

    /// Whether the guard on the binding lets nothing through but data.
    fn is_scalar(&self, id: DefinitionId) -> bool {
        match self.parts.known.bindings.get(id.0 as usize) {
            Some(Guard::FinalSlot(guard)) => scalar(guard),
            _ => false,
        }
    }

    /// A guard may put another value in the place of the one it is given.
    fn through_guard(&mut self, guard: ExprId, from: NodeId, to: NodeId) {
        let (receiver, ejector) = (self.node(guard), self.data());
        self.call(guard, receiver, "coerce", vec![from, ejector], to);
    }

    fn exprs(&mut self) {
        for index in 0..self.program().exprs.len() {
            if index % 4096 == 0 {
                self.outer.programs.checkpoint();
            }
            let id = ExprId(index as u32);
            self.expr(id);
        }
    }

    fn expr(&mut self, id: ExprId) {
        let here = self.node(id);
        match self.parts.program.expr(id) {
            Expr::Literal(_) | Expr::MetaContext | Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {
                self.cx().add_data(here);
            }
            Expr::Noun(noun) => match self.kept(noun, self.parts.scopes.binder(id)) {
                Kept::At(node) => self.cx().flow(node, here),
                Kept::Behind(slot) => self.cx().trigger(slot, Trigger::Load(here)),
                Kept::Born(loc) => self.put(loc, here),
            },
            Expr::Binding(noun) => match self.kept(noun, self.parts.scopes.binder(id)) {
                Kept::At(_) => {
                    if let Some(slot) = self.slot_at(noun, self.parts.scopes.binder(id)) {
                        self.cx().add(here, slot);
                    }
                }
                Kept::Behind(slot) => self.cx().flow(slot, here),
                Kept::Born(loc) => {
                    // The slot of an outermost name holds what the name does.
                    let (made, held) = self.made(id, Kind::Plain);
                    self.put(loc, held);
                    self.cx().add(here, made);
                }
            },
            Expr::Assign { noun, value } => {
                self.flow(*value, here);
                let value = self.node(*value);
                match self.kept(noun, self.parts.scopes.binder(id)) {
                    Kept::At(node) => {
                        self.cx().flow(value, node);
                        self.assigned_through_guard(self.parts.scopes.binder(id), value, node);
                    }
                    Kept::Behind(slot) => self.cx().trigger(slot, Trigger::Store(value)),
                    Kept::Born(_) => {}
                }
            }
            Expr::Call { recipient, verb, args } => self.call_expr(id, *recipient, verb, args),
            Expr::Catch { attempt, pattern, catcher } => {
                self.flow(*attempt, here);
                self.flow(*catcher, here);
                // A caught problem is sealed: it can be thrown again, and not looked into.
                let problem = self.data();
                let freed = self.outer.solution.freed;
                self.cx().flow(freed, problem);
                self.pattern(*pattern, problem);
            }
            Expr::Define { pattern, ejector, value } => {
                self.flow(*value, here);
                let node = self.node(*value);
                self.pattern(*pattern, node);
                if let Some(ejector) = ejector {
                    let (problem, answer) = (self.data(), self.cx().node());
                    let receiver = self.node(*ejector);
                    self.call(id, receiver, "run", vec![problem], answer);
                }
            }
            Expr::Escape { pattern, body, catch } => {
                self.flow(*body, here);
                let unit = self.unit;
                let ejector = self.cx().loc(Loc::Ejector(unit, id));
                let left = self.outer.solution.held(ejector);
                let node = self.cx().node();
                self.cx().add(node, ejector);
                self.pattern(*pattern, node);
                match catch {
                    Some((pattern, body)) => {
                        self.pattern(*pattern, left);
                        self.flow(*body, here);
                    }
                    None => self.cx().flow(left, here),
                }
            }
            Expr::Finally { attempt, .. } => self.flow(*attempt, here),
            Expr::Hide(body) => self.flow(*body, here),
            Expr::If { then, otherwise, .. } => {
                self.flow(*then, here);
                self.flow(*otherwise, here);
            }
            Expr::Seq(subs) => {
                if let Some(last) = subs.last() {
                    self.flow(*last, here);
                }
            }
            Expr::Object(object) => self.object_expr(id, *object),
            Expr::MetaState => {
                // Whose state is not told apart: that of some object of this program.
                let (made, held) = self.made(id, Kind::Plain);
                for index in 0..self.parts.scopes.captures.len() {
                    let facts = self.outer.solution.units[self.unit as usize].objects[index].clone();
                    facts.captures.iter().for_each(|(_, node, _)| self.cx().flow(*node, held));
                }
                self.cx().add(here, made);
            }
        }
    }

    fn assigned_through_guard(&mut self, binder: &Binder, value: NodeId, to: NodeId) {
        if let Binder::Definition(id) = binder
            && let DefinitionKind::Var { guard: Some(guard) } = self.parts.scopes.definition(*id).kind
        {
            self.through_guard(guard, value, to);
        }
    }

    fn object_expr(&mut self, id: ExprId, object: ObjectId) {
        let here = self.node(id);
        let unit = self.unit;
        self.put(Loc::Object(unit, object), here);
        let it = self.parts.program.object(object);
        self.pattern(it.pattern, here);
        for auditor in it.as_auditor.iter().chain(&it.implements) {
            // The audition knows the object, and can be kept.
            let (audition, held) = self.made(*auditor, Kind::Plain);
            self.cx().flow(here, held);
            let audition = self.cx().one(audition);
            let (answer, receiver) = (self.outer.solution.nowhere, self.node(*auditor));
            self.call(*auditor, receiver, "audit", vec![audition], answer);
            self.call(*auditor, receiver, "audit", vec![self.outer.solution.only_data, audition], answer);
        }
    }

    fn call_expr(&mut self, id: ExprId, recipient: ExprId, verb: &Name, args: &[ExprId]) {
        let here = self.node(id);
        if self.binds.contains(&id) {
            return;
        }
        if let Some((receiver, verb, args)) = self.reflective(recipient, verb, args) {
            let receiver = self.node(receiver);
            let args = args.iter().map(|it| self.node(*it)).collect();
            return self.call(id, receiver, &verb, args, here);
        }
        if let [only] = args
            && &**verb == "get"
            && let Some(name) = self.getter(recipient)
        {
            return self.get(id, name, *only, here);
        }
        let receiver = self.node(recipient);
        let args = args.iter().map(|it| self.node(*it)).collect();
        self.call(id, receiver, verb, args, here);
    }

    /// `E.send(receiver, "verb", [args])`, written with a literal verb and list: the call that it makes.
    fn reflective(
        &self,
        recipient: ExprId,
        verb: &str,
        args: &[ExprId],
    ) -> Option<(ExprId, Arc<str>, &'a [ExprId])> {
        let program = self.parts.program;
        let is_born = |it: ExprId, name: &str| {
            matches!(program.expr(it), Expr::Noun(noun) if &**noun == name)
                && *self.parts.scopes.binder(it) == Binder::Outer
        };
        let [receiver, called, list] = args else { return None };
        if !matches!(verb, "call" | "send" | "sendOnly") || !is_born(recipient, "E") {
            return None;
        }
        let Expr::Literal(Literal::Str(called)) = program.expr(*called) else { return None };
        let Expr::Call { recipient: maker, verb, args } = program.expr(*list) else { return None };
        (&**verb == "run" && is_born(*maker, "__makeList"))
            .then(|| (*receiver, called.clone(), args.as_slice()))
    }

    /// The name of the outermost scope that loads something by its name.
    fn getter(&self, recipient: ExprId) -> Option<&'static crate::scopes::ScopeName> {
        let Expr::Noun(noun) = self.program().expr(recipient) else { return None };
        if *self.parts.scopes.binder(recipient) != Binder::Outer || !noun.ends_with("__uriGetter") {
            return None;
        }
        match self.outer.programs.outer(self.outer.keys[self.unit as usize], noun) {
            Outer::Scope(name) => Some(name),
            _ => None,
        }
    }

    /// `<import:a.b>`, `<file:data.csv>`
    fn get(&mut self, id: ExprId, name: &'static crate::scopes::ScopeName, what: ExprId, here: NodeId) {
        let key = self.outer.keys[self.unit as usize];
        let text = match self.program().expr(what) {
            Expr::Literal(Literal::Str(text)) => Some(text.clone()),
            _ => None,
        };
        match (name.name, text) {
            ("file__uriGetter", Some(path)) => self.put(Loc::Part(name, path), here),
            ("import__uriGetter" | "elib__uriGetter" | "elang__uriGetter", Some(module)) => {
                let full = match name.name {
                    "elib__uriGetter" => format!("org.erights.e.elib.{module}"),
                    "elang__uriGetter" => format!("org.erights.e.elang.{module}"),
                    _ => module.to_string(),
                };
                match self.outer.programs.module(key, &full).and_then(|it| self.outer.unit(it)) {
                    Some(unit) => {
                        let value = self.outer.solution.units[unit as usize].value;
                        self.cx().flow(value, here);
                    }
                    None if name.name == "import__uriGetter" && !module.starts_with("org.erights.") => {
                        self.put(Loc::Unknown(format!("module `{module}`").into()), here);
                    }
                    // The library's own: without authority, it only has what it is given.
                    None => {
                        let (made, _) = self.made(id, Kind::Library);
                        self.cx().add(here, made);
                    }
                }
            }
            (_, _) if name.authority == crate::scopes::Authority::None => {
                let (made, held) = self.made(id, Kind::Library);
                self.flow(what, held);
                self.cx().add(here, made);
            }
            _ => {
                let receiver = self.cx().node();
                self.put(Loc::Born(name), receiver);
                let what = self.node(what);
                self.call(id, receiver, "get", vec![what], here);
            }
        }
    }
}

/// Whether a guard lets nothing through but numbers, texts and collections of them.
fn scalar(guard: &Guard) -> bool {
    match guard {
        Guard::Standard(it) => {
            use Standard::{Boolean, Char, Float64, Int, NullOk, String, Twine, Void};
            matches!(it, Void | Boolean | Int | Float64 | Char | String | Twine | NullOk)
        }
        Guard::Region(..) => true,
        Guard::List(it) | Guard::Set(it) | Guard::NullOk(it) => scalar(it),
        Guard::Map(key, value) => scalar(key) && scalar(value),
        Guard::Tuple(parts) | Guard::Union(parts) => parts.iter().all(scalar),
        Guard::Intersection(parts) => parts.iter().any(scalar),
        _ => false,
    }
}

/// What a name of a scope that is not looked into is worth, for those who only know the scope.
pub(super) fn outer_of<Key>(worth: Worth) -> Outer<Key> {
    match worth {
        Worth::Scope(name) => Outer::Scope(name),
        _ => Outer::Nobody,
    }
}
