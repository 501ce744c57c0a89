//! What a piece of Kernel-E reads, sets and defines, without looking at what surrounds it.
//!
//! This is the `staticScope()` that E programs can ask their own syntax trees for; its lists of names have the
//! order in which they print, the most recent first. [`crate::scope`] answers more about a whole program.

use crate::deep;
use crate::kernel_e::{
    Expr, ExprId, Literal, Matcher, Method, Name, Object, Pattern, PatternId, Program, Script,
};
use crate::print::names::quoted;
use std::fmt;

/// Prints as `<["set"] := ["read"] =~ ["final"] + var ["variable"]>`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StaticScope {
    pub sets: Vec<Name>,
    pub reads: Vec<Name>,
    pub finals: Vec<Name>,
    /// Nouns of `var` and `&&` patterns.
    pub variables: Vec<Name>,
    /// The patterns that define those two, the latest last.
    pub definers: Vec<(Name, PatternId)>,
    /// There is a `meta.getState()` in it,
    pub meta_state: bool,
    /// and it speaks of the object around.
    pub outer_meta_state: bool,
}

impl StaticScope {
    pub fn of_expr(program: &Program, id: ExprId) -> StaticScope {
        deep(|| of_expr(program, id))
    }

    pub fn of_pattern(program: &Program, id: PatternId) -> StaticScope {
        deep(|| of_pattern(program, id))
    }

    pub fn of_auditors(program: &Program, object: &Object) -> StaticScope {
        let auditors = object.as_auditor.iter().chain(&object.implements);
        StaticScope::sum(auditors.map(|it| StaticScope::of_expr(program, *it)))
    }

    pub fn of_script(program: &Program, script: &Script) -> StaticScope {
        match script {
            Script::Plumbing(matcher) => StaticScope::of_matcher(program, matcher),
            Script::Methods { methods, matchers } => {
                let methods = methods.iter().map(|it| StaticScope::of_method(program, it));
                let matchers = matchers.iter().map(|it| StaticScope::of_matcher(program, it));
                StaticScope::sum(methods.chain(matchers))
            }
        }
    }

    pub fn of_method(program: &Program, method: &Method) -> StaticScope {
        let params = method.params.iter().map(|it| StaticScope::of_pattern(program, *it));
        let rest = method.result_guard.iter().chain([&method.body]);
        StaticScope::sum(params.chain(rest.map(|it| StaticScope::of_expr(program, *it)))).hide()
    }

    pub fn of_matcher(program: &Program, matcher: &Matcher) -> StaticScope {
        matched(program, matcher.pattern, matcher.body).hide()
    }

    pub fn reading(noun: &Name) -> StaticScope {
        StaticScope { reads: vec![noun.clone()], ..StaticScope::default() }
    }

    pub fn setting(noun: &Name) -> StaticScope {
        StaticScope { sets: vec![noun.clone()], ..StaticScope::default() }
    }

    pub fn defining(noun: &Name) -> StaticScope {
        StaticScope { finals: vec![noun.clone()], ..StaticScope::default() }
    }

    /// A noun that can be assigned, or whose binding decides that.
    pub fn varying(noun: &Name) -> StaticScope {
        StaticScope { variables: vec![noun.clone()], ..StaticScope::default() }
    }

    pub fn asking_state() -> StaticScope {
        StaticScope { meta_state: true, outer_meta_state: true, ..StaticScope::default() }
    }

    /// First `self`, then `next`, which sees what `self` defines.
    pub fn then(&self, next: &StaticScope) -> StaticScope {
        let defined = self.out_names();
        StaticScope {
            sets: over(&but_not(&next.sets, &defined), &self.sets),
            reads: over(&but_not(&next.reads, &defined), &self.reads),
            finals: over(&next.finals, &self.finals),
            variables: over(&next.variables, &self.variables),
            definers: self.definers.iter().chain(&next.definers).cloned().collect(),
            meta_state: self.meta_state || next.meta_state,
            outer_meta_state: self.outer_meta_state || next.outer_meta_state,
        }
    }

    /// As seen from outside a box.
    pub fn hide(self) -> StaticScope {
        StaticScope { finals: Vec::new(), variables: Vec::new(), definers: Vec::new(), ..self }
    }

    /// As seen from outside an object's script.
    pub fn script(self) -> StaticScope {
        StaticScope { outer_meta_state: false, ..self.hide() }
    }

    /// What it defines for what follows.
    pub fn out_names(&self) -> Vec<Name> {
        over(&self.variables, &self.finals)
    }

    pub fn names_used(&self) -> Vec<Name> {
        over(&self.sets, &self.reads)
    }

    /// Whether evaluation could notice what `noun` is.
    pub fn uses(&self, noun: &str) -> bool {
        self.outer_meta_state || self.reads.iter().chain(&self.sets).any(|it| &**it == noun)
    }

    fn sum(parts: impl Iterator<Item = StaticScope>) -> StaticScope {
        parts.fold(StaticScope::default(), |before, it| before.then(&it))
    }
}

/// The names of `front`, then those of `back` that are not among them.
fn over(front: &[Name], back: &[Name]) -> Vec<Name> {
    let back = back.iter().filter(|it| !front.contains(it));
    front.iter().chain(back).cloned().collect()
}

/// The names that are not among `those`; the last one takes the place of one that is left out.
pub(crate) fn but_not(names: &[Name], those: &[Name]) -> Vec<Name> {
    let mut left = names.to_vec();
    let mut n = 0;
    while n < left.len() {
        if those.contains(&left[n]) {
            left.swap_remove(n);
        } else {
            n += 1;
        }
    }
    left
}

fn of_expr(program: &Program, id: ExprId) -> StaticScope {
    let expr = |id: &ExprId| StaticScope::of_expr(program, *id);
    match program.expr(id) {
        Expr::Assign { noun, value } => StaticScope::setting(noun).then(&expr(value)),
        Expr::Binding(noun) | Expr::Noun(noun) => StaticScope::reading(noun),
        Expr::Call { recipient, args, .. } => StaticScope::sum([recipient].into_iter().chain(args).map(expr)),
        Expr::Catch { attempt, pattern, catcher } => {
            expr(attempt).hide().then(&matched(program, *pattern, *catcher).hide())
        }
        Expr::Define { pattern, ejector, value } => {
            let values = StaticScope::sum(ejector.iter().chain([value]).map(expr));
            StaticScope::of_pattern(program, *pattern).then(&values)
        }
        Expr::Escape { pattern, body, catch } => {
            let body = matched(program, *pattern, *body).hide();
            match catch {
                Some((pattern, catcher)) => body.then(&matched(program, *pattern, *catcher).hide()),
                None => body,
            }
        }
        Expr::Finally { attempt, unwinder } => expr(attempt).hide().then(&expr(unwinder).hide()),
        Expr::Hide(body) => expr(body).hide(),
        Expr::If { test, then, otherwise } => {
            expr(test).then(&expr(then)).hide().then(&expr(otherwise).hide())
        }
        Expr::Object(object) => {
            let object = program.object(*object);
            StaticScope::of_pattern(program, object.pattern)
                .then(&StaticScope::of_auditors(program, object).hide())
                .then(&StaticScope::of_script(program, &object.script).script())
        }
        Expr::Seq(body) => StaticScope::sum(body.iter().map(expr)),
        Expr::Literal(Literal::Null) => StaticScope::reading(&Name::new("null")),
        Expr::MetaState => StaticScope::asking_state(),
        Expr::Literal(_) | Expr::MetaContext => StaticScope::default(),
        Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => StaticScope::default(),
    }
}

fn matched(program: &Program, pattern: PatternId, body: ExprId) -> StaticScope {
    StaticScope::of_pattern(program, pattern).then(&StaticScope::of_expr(program, body))
}

fn of_pattern(program: &Program, id: PatternId) -> StaticScope {
    let mut scope = names_of_pattern(program, id);
    if let Some(noun) = program.pattern(id).noun() {
        scope.definers.push((noun.clone(), id));
    }
    scope
}

fn names_of_pattern(program: &Program, id: PatternId) -> StaticScope {
    match program.pattern(id) {
        Pattern::List(subs) => StaticScope::sum(subs.iter().map(|it| StaticScope::of_pattern(program, *it))),
        Pattern::Via { function, pattern } => {
            StaticScope::of_expr(program, *function).then(&StaticScope::of_pattern(program, *pattern))
        }
        Pattern::Binding(noun) => StaticScope::varying(noun),
        Pattern::Final { noun, guard } => guarded(program, *guard, StaticScope::defining(noun)),
        Pattern::Var { noun, guard } => guarded(program, *guard, StaticScope::varying(noun)),
        Pattern::Ignore | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => StaticScope::default(),
    }
}

fn guarded(program: &Program, guard: Option<ExprId>, defining: StaticScope) -> StaticScope {
    match guard {
        Some(guard) => StaticScope::of_expr(program, guard).then(&defining),
        None => defining,
    }
}

impl fmt::Display for StaticScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |names: &[Name]| names.iter().map(|it| quoted(it, '"', true)).collect::<Vec<_>>().join(", ");
        let [sets, reads] = [&self.sets, &self.reads].map(|it| list(it));
        let [finals, variables] = [&self.finals, &self.variables].map(|it| list(it));
        let state = match (self.outer_meta_state, self.meta_state) {
            (true, _) => ", meta.getState()",
            (false, true) => ", { meta.getState() }",
            (false, false) => "",
        };
        write!(f, "<[{sets}] := [{reads}] =~ [{finals}] + var [{variables}]{state}>")
    }
}
