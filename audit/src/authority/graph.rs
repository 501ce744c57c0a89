//! The graph that authority is read off: objects, names, and what each may lead to.

use super::Thing;
use crate::known::{Known, Worth, bound_resolver, noun_of, promises};
use rustc_hash::FxHashMap;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Name, ObjectId, Pattern, PatternId, Program, Script};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    Object(ObjectId),
    Definition(DefinitionId),
    Outer(Name),
    /// The state that a call of the object makes anew.
    Made(ObjectId),
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Contents {
    edges: Vec<Node>,
    things: Vec<Thing>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Graph {
    contents: FxHashMap<Node, Contents>,
    /// By `DefinitionId`.
    nouns: Vec<Name>,
    /// By `ObjectId`.
    names: Vec<Name>,
}

impl Graph {
    pub(super) fn new(program: &Program, scopes: &Scopes, known: &Known) -> Graph {
        let names = program.objects.iter().map(|it| noun_of(program, it.pattern));
        let graph = Graph {
            contents: FxHashMap::default(),
            nouns: scopes.definitions.iter().map(|it| it.noun.clone()).collect(),
            names: names.map(|it| it.unwrap_or_else(|| Name::new("_"))).collect(),
        };
        let promises = promises(program, scopes);
        let mut cx = Builder { program, scopes, known, graph, promises };
        cx.definitions();
        cx.objects();
        cx.flows();
        cx.graph
    }

    pub(super) fn node(noun: &Name, binder: &Binder) -> Node {
        match binder {
            Binder::Definition(id) => Node::Definition(*id),
            Binder::Outer => Node::Outer(noun.clone()),
        }
    }

    pub(super) fn edges(&self, node: &Node) -> &[Node] {
        self.contents.get(node).map_or(&[], |it| &it.edges)
    }

    pub(super) fn things(&self, node: &Node) -> &[Thing] {
        self.contents.get(node).map_or(&[], |it| &it.things)
    }

    pub(super) fn name(&self, node: &Node) -> Name {
        match node {
            Node::Definition(id) => self.nouns[id.0 as usize].clone(),
            Node::Object(id) | Node::Made(id) => self.names[id.index()].clone(),
            Node::Outer(noun) => noun.clone(),
        }
    }

    fn add(&mut self, to: Node, more: Contents) {
        let contents = self.contents.entry(to).or_default();
        contents.edges.extend(more.edges);
        contents.things.extend(more.things);
    }
}

struct Builder<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    known: &'a Known,
    graph: Graph,
    /// Resolver to promise, where one pattern takes both from `Ref.promise()`.
    promises: FxHashMap<DefinitionId, DefinitionId>,
}

impl Builder<'_> {
    /// What each name is by itself.
    fn definitions(&mut self) {
        for (index, it) in self.scopes.definitions.iter().enumerate() {
            let id = DefinitionId(index as u32);
            let things = match it.kind {
                DefinitionKind::Var { .. } => vec![Thing::Variable(it.noun.clone(), Some(id))],
                _ => Vec::new(),
            };
            let edges = match it.kind {
                DefinitionKind::Object { object, .. } => vec![Node::Object(object)],
                _ => Vec::new(),
            };
            self.graph.add(Node::Definition(id), Contents { edges, things });
        }
    }

    /// What each object closes over, what its callers hand over, and what calling it makes.
    fn objects(&mut self) {
        for index in 0..self.program.objects.len() {
            let object = ObjectId(index as u32);
            let captures = self.scopes.captures(object).iter();
            let edges = captures.map(|it| Graph::node(&it.noun, &it.binder)).collect();
            let things = vec![Thing::Object(self.graph.names[index].clone(), Some(object))];
            self.graph.add(Node::Object(object), Contents { edges, things });
            self.parameters(object);
        }
        for index in 0..self.program.objects.len() {
            self.made(ObjectId(index as u32));
        }
    }

    fn parameters(&mut self, object: ObjectId) {
        let patterns: Vec<PatternId> = match &self.program.object(object).script {
            Script::Methods { methods, matchers } => {
                let params = methods.iter().flat_map(|it| it.params.iter().copied());
                params.chain(matchers.iter().map(|it| it.pattern)).collect()
            }
            Script::Plumbing(it) => vec![it.pattern],
        };
        for id in self.defined_by(&patterns) {
            let noun = self.graph.nouns[id.0 as usize].clone();
            let things = vec![Thing::Parameter(noun, Some(id))];
            self.graph.add(Node::Definition(id), Contents { edges: Vec::new(), things });
        }
    }

    /// An inner object's captures that belong to a call of the outer one: fresh with each call.
    fn made(&mut self, inner: ObjectId) {
        let mut outer = self.scopes.parents.get(inner.index()).copied().flatten();
        while let Some(it) = outer {
            let captured = self.scopes.captures(inner).iter().filter_map(|it| match it.binder {
                Binder::Definition(id) => Some(id),
                Binder::Outer => None,
            });
            let owned = captured.filter(|id| self.scopes.definition(*id).owner == Some(it));
            let fresh: Vec<Node> = owned
                .filter(|id| !self.graph.things(&Node::Definition(*id)).iter().any(is_parameter))
                .map(Node::Definition)
                .collect();
            self.graph.add(Node::Made(it), Contents { edges: fresh, things: Vec::new() });
            outer = self.scopes.parents[it.index()].filter(|parent| *parent < it);
        }
    }

    /// What flows into each name: by definition, assignment, resolution, and into collections by calls.
    fn flows(&mut self) {
        for it in &self.program.exprs {
            match it {
                Expr::Define { pattern, value, .. } => {
                    let into = self.defined_by(&[*pattern]);
                    let contents = self.contents(*value);
                    for id in into.iter().copied() {
                        self.graph.add(Node::Definition(id), contents.clone());
                    }
                    self.resolve_bound(*pattern, contents);
                }
                Expr::Object(object) => {
                    let pattern = self.program.object(*object).pattern;
                    let contents = Contents { edges: vec![Node::Object(*object)], things: Vec::new() };
                    for id in self.defined_by(&[pattern]) {
                        self.graph.add(Node::Definition(id), contents.clone());
                    }
                    self.resolve_bound(pattern, contents);
                }
                _ => {}
            }
        }
        for index in 0..self.program.exprs.len() {
            let id = ExprId(index as u32);
            match self.program.expr(id) {
                Expr::Assign { value, .. } => {
                    if let Binder::Definition(into) = self.scopes.binder(id) {
                        let contents = self.contents(*value);
                        self.graph.add(Node::Definition(*into), contents);
                    }
                }
                Expr::Call { recipient, verb, args } => self.call(*recipient, verb, args),
                _ => {}
            }
        }
    }

    /// A resolver hands its argument to its promise; anything else that is not an object of this program may
    /// keep its arguments, as a collection does. No collection keeps the function it is iterated with.
    fn call(&mut self, recipient: ExprId, verb: &str, args: &[ExprId]) {
        if args.is_empty() || verb == "iterate" || !matches!(self.program.expr(recipient), Expr::Noun(_)) {
            return;
        }
        let Binder::Definition(id) = *self.scopes.binder(recipient) else { return };
        let keeper = self.promises.get(&id).copied().unwrap_or(id);
        if keeper != id || self.may_keep(id) {
            for it in args {
                let contents = self.contents(*it);
                self.graph.add(Node::Definition(keeper), contents);
            }
        }
    }

    fn may_keep(&self, id: DefinitionId) -> bool {
        let is_unknown = matches!(self.known.values.get(id.0 as usize), Some(Worth::Unknown));
        let is_plain = matches!(self.scopes.definition(id).kind, DefinitionKind::Final { .. });
        let is_parameter = self.graph.things(&Node::Definition(id)).iter().any(is_parameter);
        is_unknown && is_plain && !is_parameter && !self.known.objects.contains_key(&id)
    }

    /// `bind x`: a via of `__bind.run(resolver)`.
    fn resolve_bound(&mut self, pattern: PatternId, contents: Contents) {
        if let Some(resolver) = bound_resolver(self.program, self.scopes, pattern)
            && let Some(promise) = self.promises.get(&resolver).copied()
        {
            self.graph.add(Node::Definition(promise), contents);
        }
    }

    /// Every definition that these patterns make.
    fn defined_by(&self, patterns: &[PatternId]) -> Vec<DefinitionId> {
        let mut todo = patterns.to_vec();
        let mut found = Vec::new();
        while let Some(it) = todo.pop() {
            match self.program.pattern(it) {
                Pattern::List(parts) => todo.extend(parts),
                Pattern::Via { pattern, .. } => todo.push(*pattern),
                _ => found.extend(self.scopes.by_pattern.get(&it)),
            }
        }
        found
    }

    /// What the value of an expression may lead to.
    fn contents(&self, of: ExprId) -> Contents {
        let mut contents = Contents::default();
        let mut todo = vec![of];
        while let Some(id) = todo.pop() {
            match self.program.expr(id) {
                Expr::Noun(noun) | Expr::Binding(noun) => {
                    contents.edges.push(Graph::node(noun, self.scopes.binder(id)));
                }
                Expr::Object(object) => contents.edges.push(Node::Object(*object)),
                Expr::Call { recipient, verb, args } => {
                    self.called(id, *recipient, verb, &mut contents);
                    todo.push(*recipient);
                    todo.extend(args);
                }
                Expr::Assign { value, .. } | Expr::Define { value, .. } => todo.push(*value),
                Expr::Hide(body) => todo.push(*body),
                Expr::Seq(subs) => todo.extend(subs.last()),
                Expr::If { then, otherwise, .. } => todo.extend([*then, *otherwise]),
                Expr::Catch { attempt, catcher, .. } => todo.extend([*attempt, *catcher]),
                Expr::Finally { attempt, .. } => todo.push(*attempt),
                Expr::Escape { body, catch, .. } => {
                    todo.push(*body);
                    todo.extend(catch.map(|(_, it)| it));
                }
                Expr::MetaState => contents.things.push(Thing::Unknown("meta.getState()".into())),
                Expr::Literal(_) | Expr::MetaContext | Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
            }
        }
        contents
    }

    /// What a call makes that neither its receiver nor its arguments reach.
    fn called(&self, call: ExprId, recipient: ExprId, verb: &str, contents: &mut Contents) {
        if verb == "diverge" {
            contents.things.push(Thing::Collection(Some(call)));
        }
        match self.program.expr(recipient) {
            Expr::Object(object) => contents.edges.push(Node::Made(*object)),
            Expr::Noun(noun) => {
                if let Binder::Definition(id) = self.scopes.binder(recipient)
                    && let DefinitionKind::Object { object, .. } = self.scopes.definition(*id).kind
                {
                    contents.edges.push(Node::Made(object));
                }
                // A module may make anything out of nothing, as long as it is given nothing.
                if noun.ends_with("__uriGetter") && verb != "get" {
                    contents.things.push(Thing::Unknown(format!("what `{noun}` makes").into()));
                }
            }
            Expr::Call { recipient: inner, verb, .. } if &**verb == "get" && self.is_import(*inner) => {
                contents.things.push(Thing::Unknown("what an imported module makes".into()));
            }
            _ => {}
        }
    }

    fn is_import(&self, it: ExprId) -> bool {
        matches!(self.program.expr(it), Expr::Noun(noun) if noun.ends_with("__uriGetter"))
    }
}

fn is_parameter(thing: &Thing) -> bool {
    matches!(thing, Thing::Parameter(..))
}
