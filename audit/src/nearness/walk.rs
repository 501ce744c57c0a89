//! Goes through each body in the order in which it is evaluated, and looks at every call.

use super::value::{FARTHEST, Names};
use super::{Mistake, Nearness, Nearnesses, Reading};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::kernel_e::{Expr, ExprId, Literal, ObjectId, Pattern, PatternId, Script};
use syntax::scope::{Binder, DefinitionId};

/// What is still to be done in a body, the next one last.
enum Step {
    /// An expression, and whether anybody wants its value.
    Enter(ExprId, bool),
    /// Its parts have been evaluated.
    Leave(ExprId, bool),
    Match(PatternId),
    /// A `def` has its value.
    Defined(PatternId, ExprId),
}

/// A body that runs in a turn of its own as far as anybody knows: a method, a program.
struct Body {
    params: Vec<PatternId>,
    exprs: Vec<ExprId>,
    /// Whether the value of the last expression is wanted.
    wanted: bool,
}

struct Walk<'r, 'a> {
    cx: &'r Reading<'a>,
    found: Nearnesses,
    names: Names,
    /// By promise that is not resolved yet: what resolves it. Who has that may do so at any time.
    promised: FxHashMap<DefinitionId, DefinitionId>,
    /// Promises and their resolvers, with the pattern of the latter.
    pairs: Vec<(DefinitionId, DefinitionId, PatternId)>,
    /// Names whose value somebody wanted.
    used: FxHashSet<DefinitionId>,
    /// Names that the program asks about with `Ref.isNear` and its like.
    asked: FxHashSet<DefinitionId>,
    bodies: Vec<Body>,
}

pub(super) fn walk(cx: &Reading<'_>) -> Nearnesses {
    let mut asked = FxHashSet::default();
    for it in &cx.program.exprs {
        if let Expr::Call { recipient, args, .. } = it
            && cx.born(*recipient) == Some("Ref")
        {
            asked.extend(args.iter().filter_map(|it| cx.definition(*it)));
        }
    }
    let main = Body { params: Vec::new(), exprs: cx.program.body.clone(), wanted: true };
    let mut walk = Walk {
        cx,
        found: Nearnesses::default(),
        names: Names::default(),
        promised: FxHashMap::default(),
        pairs: Vec::new(),
        used: FxHashSet::default(),
        asked,
        bodies: vec![main],
    };
    while let Some(body) = walk.bodies.pop() {
        walk.body(&body);
    }
    walk.dropped();
    walk.found
}

impl Walk<'_, '_> {
    fn body(&mut self, it: &Body) {
        self.names.clear();
        self.promised.clear();
        let mut steps = Vec::new();
        for (at, expr) in it.exprs.iter().enumerate().rev() {
            steps.push(Step::Enter(*expr, it.wanted && at + 1 == it.exprs.len()));
        }
        steps.extend(it.params.iter().map(|it| Step::Match(*it)));
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(expr, wanted) => self.enter(expr, wanted, &mut steps),
                Step::Leave(expr, wanted) => self.leave(expr, wanted),
                Step::Match(pattern) => self.matched(pattern, &mut steps),
                Step::Defined(pattern, value) => self.defined(pattern, value),
            }
        }
    }

    fn enter(&mut self, id: ExprId, wanted: bool, steps: &mut Vec<Step>) {
        let cx = self.cx;
        match cx.program.expr(id) {
            // The value of `def x` is the resolver; a statement leaves it lying.
            Expr::Noun(_) if !wanted => {}
            Expr::Noun(_) | Expr::Binding(_) => self.used(cx.scopes.binder(id)),
            Expr::Call { recipient, args, .. } => {
                steps.push(Step::Leave(id, wanted));
                steps.extend(args.iter().rev().map(|it| Step::Enter(*it, true)));
                steps.push(Step::Enter(*recipient, true));
            }
            Expr::Define { pattern, ejector, value } => {
                steps.push(Step::Defined(*pattern, *value));
                steps.push(Step::Match(*pattern));
                steps.push(Step::Enter(*value, true));
                steps.extend(ejector.map(|it| Step::Enter(it, true)));
            }
            Expr::Assign { value, .. } => steps.push(Step::Enter(*value, true)),
            Expr::Seq(parts) => {
                let last = parts.len();
                let each = parts.iter().enumerate().rev();
                steps.extend(each.map(|(at, it)| Step::Enter(*it, wanted && at + 1 == last)));
            }
            Expr::Hide(body) => steps.push(Step::Enter(*body, wanted)),
            Expr::If { test, then, otherwise } => {
                steps.push(Step::Enter(*otherwise, wanted));
                steps.push(Step::Enter(*then, wanted));
                steps.push(Step::Enter(*test, true));
            }
            Expr::Catch { attempt, pattern, catcher } => {
                steps.push(Step::Enter(*catcher, wanted));
                steps.push(Step::Match(*pattern));
                steps.push(Step::Enter(*attempt, wanted));
            }
            Expr::Finally { attempt, unwinder } => {
                steps.push(Step::Enter(*unwinder, false));
                steps.push(Step::Enter(*attempt, wanted));
            }
            Expr::Escape { pattern, body, catch } => {
                if let Some((pattern, body)) = catch {
                    steps.push(Step::Enter(*body, wanted));
                    steps.push(Step::Match(*pattern));
                }
                steps.push(Step::Enter(*body, wanted));
                steps.push(Step::Match(*pattern));
            }
            Expr::Object(object) => self.object(*object, steps),
            Expr::Literal(_) | Expr::MetaContext | Expr::MetaState => {}
            Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
        }
    }

    /// What it closes over may be done with at any time from now on.
    fn object(&mut self, object: ObjectId, steps: &mut Vec<Step>) {
        let it = self.cx.program.object(object);
        for capture in self.cx.scopes.captures(object) {
            self.used(&capture.binder);
        }
        match &it.script {
            Script::Methods { methods, matchers } => {
                for it in methods {
                    let exprs = vec![it.body];
                    self.bodies.push(Body { params: it.params.clone(), exprs, wanted: true });
                }
                for it in matchers {
                    let (params, exprs) = (vec![it.pattern], vec![it.body]);
                    self.bodies.push(Body { params, exprs, wanted: true });
                }
            }
            Script::Plumbing(it) => {
                let (params, exprs) = (vec![it.pattern], vec![it.body]);
                self.bodies.push(Body { params, exprs, wanted: true });
            }
        }
        steps.push(Step::Match(it.pattern));
        steps.extend(it.as_auditor.iter().chain(&it.implements).map(|it| Step::Enter(*it, true)));
    }

    /// A name was used. A promise whose resolver is used may be settled from then on.
    fn used(&mut self, binder: &Binder) {
        let Binder::Definition(id) = binder else { return };
        self.used.insert(*id);
        let names = &mut self.names;
        self.promised.retain(|promise, resolver| {
            if resolver == id {
                names.remove(promise);
            }
            resolver != id
        });
    }

    fn matched(&mut self, pattern: PatternId, steps: &mut Vec<Step>) {
        match self.cx.program.pattern(pattern) {
            Pattern::List(parts) => steps.extend(parts.iter().rev().map(|it| Step::Match(*it))),
            Pattern::Via { function, pattern } => {
                steps.push(Step::Match(*pattern));
                steps.push(Step::Enter(*function, true));
            }
            Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => {
                steps.extend(guard.map(|it| Step::Enter(it, true)));
                self.know(pattern, Nearness::Unknown);
            }
            _ => {}
        }
    }

    fn know(&mut self, pattern: PatternId, given: Nearness) {
        if let Some((id, is)) = self.cx.taken(pattern, given) {
            self.names.insert(id, is);
            self.found.names.insert(id, is);
        }
    }

    fn defined(&mut self, pattern: PatternId, value: ExprId) {
        let cx = self.cx;
        if let Pattern::List(parts) = cx.program.pattern(pattern) {
            return self.pair(parts, value);
        }
        let is = cx.nearness(value, &self.names, FARTHEST);
        self.know(pattern, is);
    }

    /// `def [promise, resolver] := Ref.promise()`, and what `def promise` expands to.
    fn pair(&mut self, parts: &[PatternId], value: ExprId) {
        let cx = self.cx;
        let Expr::Call { recipient, verb, args } = cx.program.expr(value) else { return };
        let [promise, resolver] = parts else { return };
        if cx.born(*recipient) != Some("Ref") || &**verb != "promise" || !args.is_empty() {
            return;
        }
        let (Some(promised), Some(resolved)) = (cx.plain(*promise), cx.plain(*resolver)) else { return };
        self.know(*promise, Nearness::Promise);
        self.promised.insert(promised, resolved);
        self.pairs.push((promised, resolved, *resolver));
    }

    /// Promises whose resolver nobody used.
    fn dropped(&mut self) {
        let meant = self.meant();
        for (promise, resolver, pattern) in &self.pairs {
            let is_seen_later = self.cx.goes_on && self.cx.scopes.definition(*resolver).top_level;
            if !self.used.contains(resolver) && !is_seen_later && !meant.contains(promise) {
                let promise = self.cx.scopes.definition(*promise).noun.clone();
                self.found.mistakes.push(Mistake::DroppedResolver { resolver: *pattern, promise });
            }
        }
    }

    /// `{ def p; p }` makes a promise that is to stay one.
    fn meant(&self) -> FxHashSet<DefinitionId> {
        let mut meant = FxHashSet::default();
        if self.pairs.is_empty() {
            return meant;
        }
        let mut uses: FxHashMap<DefinitionId, usize> = FxHashMap::default();
        for it in self.cx.scopes.binders.values() {
            if let Binder::Definition(id) = it {
                *uses.entry(*id).or_default() += 1;
            }
        }
        for it in &self.cx.program.exprs {
            if let Expr::Seq(parts) = it
                && let [_, last] | [_, _, last] = parts.as_slice()
                && let Some(id) = self.cx.definition(*last)
                && uses.get(&id) == Some(&1)
            {
                meant.insert(id);
            }
        }
        meant
    }

    fn leave(&mut self, id: ExprId, wanted: bool) {
        let cx = self.cx;
        let Expr::Call { recipient, verb, .. } = cx.program.expr(id) else { return };
        let is = cx.nearness(*recipient, &self.names, FARTHEST);
        let may_be_asked = cx.definition(*recipient).is_some_and(|it| self.asked.contains(&it));
        match is {
            Nearness::Promise | Nearness::Far => self.immediate(id, *recipient, verb, is),
            Nearness::Either if !may_be_asked => self.immediate(id, *recipient, verb, is),
            _ => {}
        }
        if !wanted
            && let Some(reactor) = cx.reactor(id)
            && self.computes(reactor)
        {
            self.found.mistakes.push(Mistake::LostWhen { at: id });
        }
    }

    fn immediate(&mut self, at: ExprId, recipient: ExprId, verb: &syntax::kernel_e::Name, is: Nearness) {
        let verb = verb.clone();
        self.found.mistakes.push(Mistake::ImmediateCall { at, recipient, verb, is });
    }

    /// Whether the block of a `when` ends in something that does nothing but have a value: a name, a number, a
    /// sum, a list. What is done for its effect ends in anything else.
    fn computes(&self, reactor: ExprId) -> bool {
        let program = self.cx.program;
        let Expr::Object(object) = program.expr(reactor) else { return false };
        let Script::Methods { methods, .. } = &program.object(*object).script else { return false };
        let [method] = methods.as_slice() else { return false };
        let mut at = method.body;
        for _ in 0..FARTHEST {
            at = match program.expr(at) {
                Expr::Hide(body) => *body,
                Expr::Seq(parts) => match parts.last() {
                    Some(last) => *last,
                    None => return false,
                },
                // The one branch is taken when the reference is broken.
                Expr::If { otherwise, .. } => *otherwise,
                Expr::Noun(noun) => return !matches!(&**noun, "null" | "true" | "false"),
                Expr::Literal(it) => return *it != Literal::Null,
                Expr::Call { recipient, verb, .. } => {
                    return self.cx.born(*recipient) == Some("__makeList")
                        || matches!(
                            &**verb,
                            "add" | "subtract" | "multiply" | "approxDivide" | "floorDivide"
                        );
                }
                _ => return false,
            };
        }
        false
    }
}
