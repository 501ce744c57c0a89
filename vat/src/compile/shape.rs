//! What expansion writes for `while` and `for`, recognized: loops that need no object for their body.

use super::Outer;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Method, ObjectId, Pattern, PatternId, Program, Script};
use syntax::scope::{Binder, DefinitionId};

/// Is the expression a noun that every program is born with, and not shadowed?
pub(super) fn universal(
    program: &Program,
    scopes: &Scopes,
    outer: &dyn Outer,
    id: ExprId,
    name: &str,
) -> bool {
    matches!(program.expr(id), Expr::Noun(noun) if &**noun == name)
        && *scopes.binder(id) == Binder::Outer
        && outer.is_universal(name)
}

/// An anonymous object with one method `run`, and nothing else to it.
fn closure(program: &Program, object: ExprId) -> Option<(ObjectId, &Method)> {
    let Expr::Object(id) = program.expr(object) else { return None };
    let it = program.object(*id);
    let plain = it.as_auditor.is_none() && it.implements.is_empty();
    match (&it.script, program.pattern(it.pattern)) {
        (Script::Methods { methods, matchers }, Pattern::Ignore) if plain && matchers.is_empty() => {
            match &methods[..] {
                [it] if &*it.verb == "run" => Some((*id, it)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `__loop.run(fn { … })` where `__loop` is the universal one.
pub(super) fn while_loop<'a>(
    program: &'a Program,
    scopes: &Scopes,
    outer: &dyn Outer,
    call: ExprId,
) -> Option<(ObjectId, &'a Method)> {
    let Expr::Call { recipient, verb, args } = program.expr(call) else { return None };
    let [arg] = args[..] else { return None };
    if &**verb != "run" || !universal(program, scopes, outer, *recipient, "__loop") {
        return None;
    }
    let (id, it) = closure(program, arg)?;
    let boolean = it.result_guard.is_none_or(|it| universal(program, scopes, outer, it, "boolean"));
    (it.params.is_empty() && boolean).then_some((id, it))
}

/// A `for` loop.
pub(super) struct For<'a> {
    pub collection: ExprId,
    /// The call of `iterate`.
    pub iterate: ExprId,
    pub key: PatternId,
    pub value: PatternId,
    /// What is done for each item; the check that the loop goes on is not among it.
    pub body: &'a [ExprId],
}

/// `def var valid# := true; try { c.iterate(fn key#, value# { __validateFor(valid#); … }) } finally { valid# := false }; null`
pub(super) fn for_loop<'a>(
    program: &'a Program,
    scopes: &Scopes,
    outer: &dyn Outer,
    id: ExprId,
) -> Option<For<'a>> {
    let Expr::Seq(parts) = program.expr(id) else { return None };
    let [flag, guarded, null] = parts[..] else { return None };
    let is = |id: ExprId, name: &str| universal(program, scopes, outer, id, name);
    let (Expr::Define { pattern, ejector: None, value }, Expr::Finally { attempt, unwinder }) =
        (program.expr(flag), program.expr(guarded))
    else {
        return None;
    };
    let Pattern::Var { guard: None, .. } = program.pattern(*pattern) else { return None };
    let flag = *scopes.by_pattern.get(pattern)?;
    let Expr::Assign { value: lowered, .. } = program.expr(*unwinder) else { return None };
    let Expr::Call { recipient: collection, verb, args } = program.expr(*attempt) else { return None };
    let [each] = args[..] else { return None };
    let (_, method) = closure(program, each)?;
    let Expr::Seq(turn) = program.expr(method.body) else { return None };
    let (check, body) = turn.split_first()?;
    let Expr::Call { recipient: validate, verb: run, args: flags } = program.expr(*check) else {
        return None;
    };
    let ([key, value_param], [checked]) = (&method.params[..], &flags[..]) else { return None };
    let idle = matches!(program.expr(null), Expr::Literal(_)) || is(null, "null");
    let known = idle
        && is(*value, "true")
        && is(*lowered, "false")
        && is(*validate, "__validateFor")
        && &**verb == "iterate"
        && &**run == "run"
        && method.result_guard.is_none()
        && [*unwinder, *checked].iter().all(|it| *scopes.binder(*it) == Binder::Definition(flag))
        && [*key, *value_param]
            .iter()
            .all(|it| matches!(program.pattern(*it), Pattern::Final { guard: None, .. }));
    if !known || body.iter().any(|it| sees_itself(program, *it)) {
        return None;
    }
    Some(For { collection: *collection, iterate: *attempt, key: *key, value: *value_param, body })
}

/// Does the code ask for its own context or state, outside of objects in it?
fn sees_itself(program: &Program, id: ExprId) -> bool {
    let mut seen = false;
    each_within(program, &[id], |_, it| {
        seen = matches!(it, Expr::MetaContext | Expr::MetaState);
        !seen
    });
    seen
}

/// Shows every expression of the code, until `visit` has seen enough. Of the objects in it, the methods of those
/// that may be bodies of loops.
pub(super) fn each_within(program: &Program, of: &[ExprId], mut visit: impl FnMut(ExprId, &Expr) -> bool) {
    let mut exprs = of.to_vec();
    let mut patterns: Vec<PatternId> = Vec::new();
    loop {
        while let Some(it) = patterns.pop() {
            match program.pattern(it) {
                Pattern::List(it) => patterns.extend(it),
                Pattern::Via { function, pattern } => {
                    exprs.push(*function);
                    patterns.push(*pattern);
                }
                Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => exprs.extend(guard),
                _ => {}
            }
        }
        let Some(id) = exprs.pop() else { return };
        if !visit(id, program.expr(id)) {
            return;
        }
        match program.expr(id) {
            Expr::Assign { value, .. } => exprs.push(*value),
            Expr::Call { recipient, args, .. } => {
                exprs.push(*recipient);
                exprs.extend(args);
            }
            Expr::Catch { attempt, pattern, catcher } => {
                exprs.extend([attempt, catcher]);
                patterns.push(*pattern);
            }
            Expr::Define { pattern, ejector, value } => {
                exprs.extend(ejector);
                exprs.push(*value);
                patterns.push(*pattern);
            }
            Expr::Escape { pattern, body, catch } => {
                exprs.push(*body);
                patterns.push(*pattern);
                if let Some((pattern, body)) = catch {
                    exprs.push(*body);
                    patterns.push(*pattern);
                }
            }
            Expr::Finally { attempt, unwinder } => exprs.extend([attempt, unwinder]),
            Expr::Hide(it) => exprs.push(*it),
            Expr::If { test, then, otherwise } => exprs.extend([test, then, otherwise]),
            Expr::Seq(it) => exprs.extend(it),
            Expr::Object(it) => {
                let it = program.object(*it);
                exprs.extend(it.as_auditor.iter().chain(&it.implements));
                patterns.push(it.pattern);
                if let (Script::Methods { methods, .. }, Pattern::Ignore) =
                    (&it.script, program.pattern(it.pattern))
                {
                    exprs.extend(methods.iter().map(|it| it.body));
                }
            }
            Expr::Binding(_)
            | Expr::Literal(_)
            | Expr::MetaContext
            | Expr::MetaState
            | Expr::Noun(_)
            | Expr::QuasiLiteral(_)
            | Expr::QuasiPattern(_) => {}
        }
    }
}

/// `def [ok, &&a, &&b] := tree; ok`: what `&&`, `||` and `=~` write. The tree's leaves are lists that begin with
/// `true` or `false`.
pub(super) struct Logic<'a> {
    pub ok: DefinitionId,
    /// By item of the list behind the first: the noun it binds.
    pub names: Vec<DefinitionId>,
    pub tree: ExprId,
    /// What is evaluated before it.
    pub before: &'a [ExprId],
}

/// A node of a logical tree.
pub(super) enum Flow<'a> {
    If {
        test: ExprId,
        then: ExprId,
        otherwise: ExprId,
    },
    Seq {
        first: &'a [ExprId],
        last: ExprId,
    },
    Hide(ExprId),
    Escape {
        pattern: PatternId,
        body: ExprId,
        catch: (PatternId, ExprId),
    },
    /// True, with the bindings it gives.
    True(&'a [ExprId]),
    False(&'a [ExprId]),
}

/// What kernel code is recognized with.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub program: &'a Program,
    pub scopes: &'a Scopes,
    pub outer: &'a dyn Outer,
}

impl<'a> Around<'a> {
    fn is(self, id: ExprId, name: &str) -> bool {
        universal(self.program, self.scopes, self.outer, id, name)
    }

    pub fn logic(self, exprs: &'a [ExprId]) -> Option<Logic<'a>> {
        let [before @ .., define, noun] = exprs else { return None };
        let Expr::Define { pattern, ejector: None, value } = self.program.expr(*define) else { return None };
        let (Pattern::List(items), Expr::Noun(_)) =
            (self.program.pattern(*pattern), self.program.expr(*noun))
        else {
            return None;
        };
        let (first, rest) = items.split_first()?;
        let Pattern::Final { guard: None, .. } = self.program.pattern(*first) else { return None };
        let ok = *self.scopes.by_pattern.get(first)?;
        if *self.scopes.binder(*noun) != Binder::Definition(ok) {
            return None;
        }
        let name = |it: &PatternId| match self.program.pattern(*it) {
            Pattern::Binding(_) => self.scopes.by_pattern.get(it).copied(),
            _ => None,
        };
        let names: Option<Vec<DefinitionId>> = rest.iter().map(name).collect();
        let it = Logic { ok, names: names?, tree: *value, before };
        let mut leaves = 0;
        self.is_tree(it.tree, it.names.len(), &mut leaves).then_some(it)
    }

    /// How many leaves of the tree are true.
    pub fn true_leaves(self, logic: &Logic<'_>) -> u32 {
        let mut leaves = 0;
        self.is_tree(logic.tree, logic.names.len(), &mut leaves);
        leaves
    }

    fn is_tree(self, id: ExprId, names: usize, leaves: &mut u32) -> bool {
        syntax::deep(|| match self.flow(id) {
            None => false,
            Some(Flow::If { then, otherwise, .. }) => {
                self.is_tree(then, names, leaves) && self.is_tree(otherwise, names, leaves)
            }
            Some(Flow::Seq { last, .. }) => self.is_tree(last, names, leaves),
            Some(Flow::Hide(it)) => self.is_tree(it, names, leaves),
            Some(Flow::Escape { body, catch, .. }) => {
                let mut none = 0;
                self.is_tree(body, names, leaves) && self.is_tree(catch.1, names, &mut none) && none == 0
            }
            Some(Flow::True(it)) => {
                *leaves += 1;
                it.len() == names
            }
            // A list of failures says how many there are in another way.
            Some(Flow::False(it)) => it.is_empty() || it.len() == names,
        })
    }

    pub fn flow(self, id: ExprId) -> Option<Flow<'a>> {
        Some(match self.program.expr(id) {
            Expr::If { test, then, otherwise } => {
                Flow::If { test: *test, then: *then, otherwise: *otherwise }
            }
            Expr::Seq(it) => {
                let (last, first) = it.split_last()?;
                Flow::Seq { first, last: *last }
            }
            Expr::Hide(it) => Flow::Hide(*it),
            Expr::Escape { pattern, body, catch: Some(catch) } => {
                let plain = |it: PatternId| {
                    matches!(self.program.pattern(it), Pattern::Ignore | Pattern::Final { guard: None, .. })
                };
                if !plain(*pattern) || !plain(catch.0) {
                    return None;
                }
                Flow::Escape { pattern: *pattern, body: *body, catch: *catch }
            }
            Expr::Call { recipient, verb, args } if &**verb == "run" && self.is(*recipient, "__makeList") => {
                let (first, rest) = args.split_first()?;
                let bindings = rest.iter().all(|it| {
                    matches!(self.program.expr(*it), Expr::Binding(_))
                        && matches!(self.scopes.binder(*it), Binder::Definition(_))
                });
                match (bindings, self.is(*first, "true"), self.is(*first, "false")) {
                    (true, true, _) => Flow::True(rest),
                    (true, _, true) => Flow::False(rest),
                    _ => return None,
                }
            }
            Expr::Call { recipient, verb, args }
                if &**verb == "failureList" && self.is(*recipient, "__booleanFlow") && args.len() == 1 =>
            {
                Flow::False(&[])
            }
            _ => return None,
        })
    }

    /// The binding of a noun that has none: `def &&x := __booleanFlow.broken()`. Gives the noun.
    pub fn broken_name(self, id: ExprId) -> Option<DefinitionId> {
        let Expr::Define { pattern, ejector: None, value } = self.program.expr(id) else { return None };
        let (Pattern::Binding(_), Expr::Call { recipient, verb, args }) =
            (self.program.pattern(*pattern), self.program.expr(*value))
        else {
            return None;
        };
        let broken = &**verb == "broken" && args.is_empty() && self.is(*recipient, "__booleanFlow");
        self.scopes.by_pattern.get(pattern).copied().filter(|_| broken)
    }
}
