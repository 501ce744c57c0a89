//! Which nouns a piece of Kernel-E defines for what follows it, and which it uses from before it.
//!
//! This is the part of scope analysis that expansion itself depends on. It works on the provisional program,
//! temporaries included; [`crate::scope`] answers the same for finished programs, in more detail.

use crate::deep;
use crate::kernel_e::{Expr, ExprId, Matcher, Method, Name, Pattern, PatternId, Program, Script};
use rustc_hash::FxHashMap;

/// The nouns something defines, the most recent first.
#[derive(Default)]
pub(super) struct Names {
    finals: Vec<Name>,
    variables: Vec<Name>,
}

impl Names {
    pub fn of_expr(program: &Program, id: ExprId) -> Names {
        Names::of(program, &[Node::Expr(id)])
    }

    pub fn of_pattern(program: &Program, id: PatternId) -> Names {
        Names::of(program, &[Node::Pattern(id)])
    }

    pub fn of(program: &Program, nodes: &[Node]) -> Names {
        let mut names = Names::default();
        for it in nodes {
            walk(program, *it, &mut names);
        }
        names
    }

    /// All of them: variables (and bindings) before final nouns, each most recent first.
    pub fn in_order(&self) -> Vec<Name> {
        let mut names: Vec<Name> = Vec::new();
        for it in self.variables.iter().rev().chain(self.finals.iter().rev()) {
            if !names.contains(it) {
                names.push(it.clone());
            }
        }
        names
    }
}

impl Visitor for Names {
    fn uses(&mut self, _noun: &Name) {}

    fn defines(&mut self, noun: &Name, variable: bool) {
        let names = if variable { &mut self.variables } else { &mut self.finals };
        names.retain(|it| it != noun);
        names.push(noun.clone());
    }

    /// What is defined in a box stays in it.
    fn open(&mut self) -> Option<usize> {
        None
    }

    fn close(&mut self, _mark: usize) {}
}

/// Those of `names` that `nodes`, evaluated one after the other, use from outside themselves.
pub(super) fn uses_any(program: &Program, nodes: &[Node], names: &[Name]) -> Vec<Name> {
    used(names, |visitor| nodes.iter().for_each(|it| walk(program, *it, visitor)))
}

/// Those of `names` that the methods and matchers of `script` use from outside it.
pub(super) fn script_uses_any(program: &Program, script: &Script, names: &[Name]) -> Vec<Name> {
    used(names, |visitor| walk_script(program, script, visitor))
}

fn used(names: &[Name], walk: impl FnOnce(&mut Uses)) -> Vec<Name> {
    if names.is_empty() {
        return Vec::new();
    }
    let wanted = names.iter().map(|it| (it.clone(), Wanted::default())).collect();
    let mut uses = Uses { wanted, defined: Vec::new() };
    walk(&mut uses);
    names.iter().filter(|it| uses.wanted.get(*it).is_some_and(|it| it.used)).cloned().collect()
}

#[derive(Default)]
struct Wanted {
    used: bool,
    /// How many definitions around the place in hand hide the noun.
    hidden: u32,
}

struct Uses {
    wanted: FxHashMap<Name, Wanted>,
    /// The wanted nouns that have been defined in the open boxes.
    defined: Vec<Name>,
}

impl Visitor for Uses {
    fn uses(&mut self, noun: &Name) {
        if let Some(it) = self.wanted.get_mut(noun) {
            it.used |= it.hidden == 0;
        }
    }

    fn defines(&mut self, noun: &Name, _variable: bool) {
        if let Some(it) = self.wanted.get_mut(noun) {
            it.hidden += 1;
            self.defined.push(noun.clone());
        }
    }

    fn open(&mut self) -> Option<usize> {
        Some(self.defined.len())
    }

    fn close(&mut self, mark: usize) {
        for noun in self.defined.drain(mark..) {
            if let Some(it) = self.wanted.get_mut(&noun) {
                it.hidden -= 1;
            }
        }
    }
}

/// An expression or a pattern.
#[derive(Clone, Copy)]
pub(super) enum Node {
    Expr(ExprId),
    Pattern(PatternId),
}

/// Told of nouns in the order in which E's scope rules see them.
trait Visitor {
    fn uses(&mut self, noun: &Name);
    fn defines(&mut self, noun: &Name, variable: bool);
    /// A box begins; `None` passes over it.
    fn open(&mut self) -> Option<usize>;
    fn close(&mut self, mark: usize);
}

fn walk(program: &Program, node: Node, visitor: &mut impl Visitor) {
    deep(|| match node {
        Node::Expr(id) => walk_expr(program, id, visitor),
        Node::Pattern(id) => walk_pattern(program, id, visitor),
    });
}

fn in_box<V: Visitor>(visitor: &mut V, walk: impl FnOnce(&mut V)) {
    if let Some(mark) = visitor.open() {
        walk(visitor);
        visitor.close(mark);
    }
}

fn walk_expr(program: &Program, id: ExprId, visitor: &mut impl Visitor) {
    match program.expr(id) {
        Expr::Assign { noun, value } => {
            visitor.uses(noun);
            walk(program, Node::Expr(*value), visitor);
        }
        Expr::Binding(noun) | Expr::Noun(noun) => visitor.uses(noun),
        Expr::Call { recipient, args, .. } => {
            walk(program, Node::Expr(*recipient), visitor);
            walk_all(program, args, visitor);
        }
        Expr::Catch { attempt, pattern, catcher } => {
            in_box(visitor, |it| walk(program, Node::Expr(*attempt), it));
            in_box(visitor, |it| walk_matcher(program, *pattern, *catcher, it));
        }
        Expr::Define { pattern, ejector, value } => {
            walk(program, Node::Pattern(*pattern), visitor);
            for it in ejector.iter().chain([value]) {
                walk(program, Node::Expr(*it), visitor);
            }
        }
        Expr::Escape { pattern, body, catch } => {
            in_box(visitor, |it| walk_matcher(program, *pattern, *body, it));
            if let Some((pattern, catcher)) = catch {
                in_box(visitor, |it| walk_matcher(program, *pattern, *catcher, it));
            }
        }
        Expr::Finally { attempt, unwinder } => {
            in_box(visitor, |it| walk(program, Node::Expr(*attempt), it));
            in_box(visitor, |it| walk(program, Node::Expr(*unwinder), it));
        }
        Expr::Hide(body) => in_box(visitor, |it| walk(program, Node::Expr(*body), it)),
        Expr::If { test, then, otherwise } => {
            in_box(visitor, |it| walk_all(program, &[*test, *then], it));
            in_box(visitor, |it| walk(program, Node::Expr(*otherwise), it));
        }
        Expr::Object(id) => {
            let object = program.object(*id);
            walk(program, Node::Pattern(object.pattern), visitor);
            in_box(visitor, |it| {
                for auditor in object.as_auditor.iter().chain(&object.implements) {
                    walk(program, Node::Expr(*auditor), it);
                }
            });
            in_box(visitor, |it| walk_script(program, &object.script, it));
        }
        Expr::Seq(body) => walk_all(program, body, visitor),
        Expr::Literal(_) | Expr::MetaContext | Expr::MetaState => {}
        Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
    }
}

fn walk_all(program: &Program, ids: &[ExprId], visitor: &mut impl Visitor) {
    for it in ids {
        walk(program, Node::Expr(*it), visitor);
    }
}

fn walk_matcher(program: &Program, pattern: PatternId, body: ExprId, visitor: &mut impl Visitor) {
    walk(program, Node::Pattern(pattern), visitor);
    walk(program, Node::Expr(body), visitor);
}

fn walk_script(program: &Program, script: &Script, visitor: &mut impl Visitor) {
    let (methods, matchers) = parts(script);
    for Method { params, result_guard, body, .. } in methods {
        in_box(visitor, |it| {
            for param in params {
                walk(program, Node::Pattern(*param), it);
            }
            for expr in result_guard.iter().chain([body]) {
                walk(program, Node::Expr(*expr), it);
            }
        });
    }
    for Matcher { pattern, body } in matchers {
        in_box(visitor, |it| walk_matcher(program, *pattern, *body, it));
    }
}

/// The methods and matchers of a script, plumbing being one matcher.
pub(super) fn parts(script: &Script) -> (&[Method], &[Matcher]) {
    match script {
        Script::Methods { methods, matchers } => (methods, matchers),
        Script::Plumbing(matcher) => (&[], std::slice::from_ref(matcher)),
    }
}

fn walk_pattern(program: &Program, id: PatternId, visitor: &mut impl Visitor) {
    match program.pattern(id) {
        Pattern::List(subs) => {
            for it in subs {
                walk(program, Node::Pattern(*it), visitor);
            }
        }
        Pattern::Via { function, pattern } => {
            walk(program, Node::Expr(*function), visitor);
            walk(program, Node::Pattern(*pattern), visitor);
        }
        Pattern::Binding(noun) => visitor.defines(noun, true),
        Pattern::Final { noun, guard } | Pattern::Var { noun, guard } => {
            if let Some(guard) = guard {
                walk(program, Node::Expr(*guard), visitor);
            }
            visitor.defines(noun, matches!(program.pattern(id), Pattern::Var { .. }));
        }
        Pattern::Ignore | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
    }
}

/// Renames every occurrence of some nouns in what is reachable from `id`, definitions included.
pub(super) fn rename(program: &mut Program, id: ExprId, names: &FxHashMap<Name, Name>) {
    let mut pending = vec![Node::Expr(id)];
    while let Some(node) = pending.pop() {
        let noun = match node {
            Node::Expr(id) => noun_of_expr(&mut program.exprs[id.index()]),
            Node::Pattern(id) => noun_of_pattern(&mut program.patterns[id.index()]),
        };
        if let Some(noun) = noun
            && let Some(new) = names.get(noun)
        {
            *noun = new.clone();
        }
        children(program, node, |it| pending.push(it));
    }
}

fn noun_of_expr(it: &mut Expr) -> Option<&mut Name> {
    match it {
        Expr::Assign { noun, .. } | Expr::Binding(noun) | Expr::Noun(noun) => Some(noun),
        _ => None,
    }
}

fn noun_of_pattern(it: &mut Pattern) -> Option<&mut Name> {
    match it {
        Pattern::Binding(noun) | Pattern::Final { noun, .. } | Pattern::Var { noun, .. } => Some(noun),
        _ => None,
    }
}

/// The nouns of all that is reachable from `roots`, each perhaps several times.
pub(super) fn each_noun(program: &Program, roots: &[Node], mut each: impl FnMut(&Name)) {
    let mut pending = roots.to_vec();
    while let Some(node) = pending.pop() {
        let noun = match node {
            Node::Expr(id) => match program.expr(id) {
                Expr::Assign { noun, .. } | Expr::Binding(noun) | Expr::Noun(noun) => Some(noun),
                _ => None,
            },
            Node::Pattern(id) => match program.pattern(id) {
                Pattern::Binding(noun) | Pattern::Final { noun, .. } | Pattern::Var { noun, .. } => {
                    Some(noun)
                }
                _ => None,
            },
        };
        noun.into_iter().for_each(&mut each);
        children(program, node, |it| pending.push(it));
    }
}

/// What stands directly below a node, in no order that matters.
fn children(program: &Program, node: Node, mut each: impl FnMut(Node)) {
    match node {
        Node::Expr(id) => expr_children(program, id, &mut each),
        Node::Pattern(id) => match program.pattern(id) {
            Pattern::List(subs) => subs.iter().for_each(|it| each(Node::Pattern(*it))),
            Pattern::Via { function, pattern } => {
                each(Node::Expr(*function));
                each(Node::Pattern(*pattern));
            }
            Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => {
                guard.iter().for_each(|it| each(Node::Expr(*it)));
            }
            Pattern::Ignore | Pattern::Binding(_) | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
        },
    }
}

fn expr_children(program: &Program, id: ExprId, each: &mut impl FnMut(Node)) {
    match program.expr(id) {
        Expr::Assign { value, .. } => each(Node::Expr(*value)),
        Expr::Call { recipient, args, .. } => {
            each(Node::Expr(*recipient));
            args.iter().for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Catch { attempt, pattern, catcher } => {
            each(Node::Expr(*attempt));
            each(Node::Pattern(*pattern));
            each(Node::Expr(*catcher));
        }
        Expr::Define { pattern, ejector, value } => {
            each(Node::Pattern(*pattern));
            ejector.iter().chain([value]).for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Escape { pattern, body, catch } => {
            each(Node::Pattern(*pattern));
            each(Node::Expr(*body));
            if let Some((pattern, catcher)) = catch {
                each(Node::Pattern(*pattern));
                each(Node::Expr(*catcher));
            }
        }
        Expr::Finally { attempt, unwinder } => {
            [attempt, unwinder].into_iter().for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Hide(body) => each(Node::Expr(*body)),
        Expr::If { test, then, otherwise } => {
            [test, then, otherwise].into_iter().for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Seq(body) => body.iter().for_each(|it| each(Node::Expr(*it))),
        Expr::Object(id) => {
            let object = program.object(*id);
            each(Node::Pattern(object.pattern));
            object.as_auditor.iter().chain(&object.implements).for_each(|it| each(Node::Expr(*it)));
            let (methods, matchers) = parts(&object.script);
            for it in methods {
                it.params.iter().for_each(|it| each(Node::Pattern(*it)));
                it.result_guard.iter().chain([&it.body]).for_each(|it| each(Node::Expr(*it)));
            }
            for it in matchers {
                each(Node::Pattern(it.pattern));
                each(Node::Expr(it.body));
            }
        }
        Expr::Binding(_) | Expr::Literal(_) | Expr::MetaContext | Expr::MetaState | Expr::Noun(_) => {}
        Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
    }
}
