//! What an expression's value is known to be.

use super::{Nearness, Reading};
use crate::guards::Standard;
use rustc_hash::FxHashMap;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Pattern, PatternId, Program, Script};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};

/// What is known of the names in the turn that is looked at.
pub(super) type Names = FxHashMap<DefinitionId, Nearness>;

/// How far a value is followed.
pub(super) const FARTHEST: usize = 24;

/// By the ejector of an `escape`: what it is called with. A method's `return` is one.
pub(super) fn returned(program: &Program, scopes: &Scopes) -> FxHashMap<DefinitionId, Vec<ExprId>> {
    let mut returned: FxHashMap<DefinitionId, Vec<ExprId>> = FxHashMap::default();
    for it in &program.exprs {
        if let Expr::Call { recipient, verb, args } = it
            && let Expr::Noun(noun) = program.expr(*recipient)
            && &**noun == "__return"
            && &**verb == "run"
            && let Binder::Definition(ejector) = scopes.binder(*recipient)
        {
            returned.entry(*ejector).or_default().extend(args.first());
        }
    }
    returned
}

impl Reading<'_> {
    /// What the value of an expression is, as far as `budget` lets it be followed.
    pub(super) fn nearness(&self, it: ExprId, names: &Names, budget: usize) -> Nearness {
        let Some(budget) = budget.checked_sub(1) else { return Nearness::Unknown };
        match self.program.expr(it) {
            Expr::Literal(_) | Expr::Object(_) | Expr::MetaContext | Expr::MetaState | Expr::Binding(_) => {
                Nearness::Near
            }
            Expr::Noun(_) => match self.scopes.binder(it) {
                Binder::Definition(id) => names.get(id).copied().unwrap_or(Nearness::Unknown),
                Binder::Outer => Nearness::Unknown,
            },
            Expr::Define { value, .. } | Expr::Assign { value, .. } => self.nearness(*value, names, budget),
            Expr::Hide(body) => self.nearness(*body, names, budget),
            Expr::Finally { attempt, .. } => self.nearness(*attempt, names, budget),
            Expr::Seq(parts) => {
                parts.last().map_or(Nearness::Unknown, |it| self.nearness(*it, names, budget))
            }
            Expr::If { then, otherwise, .. } => {
                self.nearness(*then, names, budget).or(self.nearness(*otherwise, names, budget))
            }
            Expr::Call { .. } => self.answer(it, budget),
            _ => Nearness::Unknown,
        }
    }

    fn answer(&self, it: ExprId, budget: usize) -> Nearness {
        if let Some(sent) = self.sent(it) {
            return if sent.answers { Nearness::Promise } else { Nearness::Near };
        }
        if self.reactor(it).is_some() {
            let Expr::Call { verb, .. } = self.program.expr(it) else { return Nearness::Unknown };
            return if verb.ends_with("Only") { Nearness::Near } else { Nearness::Promise };
        }
        let Expr::Call { recipient, verb, args } = self.program.expr(it) else { return Nearness::Unknown };
        match (self.born(*recipient), &**verb, args.len()) {
            (Some("seedVat"), "run", 2) => Nearness::Promise,
            (Some("timer"), "whenPast", _) => Nearness::Promise,
            (Some("__makeList" | "__makeMap"), ..) | (Some("Ref"), "promise", 0) => Nearness::Near,
            _ => self.own_answer(*recipient, verb, args.len(), budget),
        }
    }

    /// What a method of the program itself answers, where every way out of it answers the same.
    fn own_answer(&self, recipient: ExprId, verb: &str, arity: usize, budget: usize) -> Nearness {
        let Some(id) = self.definition(recipient) else { return Nearness::Unknown };
        let DefinitionKind::Object { object, .. } = self.scopes.definition(id).kind else {
            return Nearness::Unknown;
        };
        let Script::Methods { methods, .. } = &self.program.object(object).script else {
            return Nearness::Unknown;
        };
        let Some(method) = methods.iter().find(|it| &*it.verb == verb && it.params.len() == arity) else {
            return Nearness::Unknown;
        };
        if let Some(guard) = method.result_guard {
            return self.guarded(guard).unwrap_or(Nearness::Unknown);
        }
        let nothing = Names::default();
        match self.program.expr(method.body) {
            Expr::Escape { pattern, body, catch: None } => {
                let ejector = self.scopes.by_pattern.get(pattern);
                let values = ejector.and_then(|it| self.returned.get(it));
                let Some(values) = values.filter(|_| self.ends_in_return(*body)) else {
                    return Nearness::Unknown;
                };
                let mut all = values.iter().map(|it| self.nearness(*it, &nothing, budget));
                all.next().map_or(Nearness::Unknown, |first| all.fold(first, Nearness::or))
            }
            _ => self.nearness(method.body, &nothing, budget),
        }
    }

    /// Whether the last thing that the body of a `to` method does is to return: `{ …; __return(x); null }`.
    fn ends_in_return(&self, body: ExprId) -> bool {
        let Expr::Seq(parts) = self.program.expr(body) else { return false };
        let [.., last, _null] = parts.as_slice() else { return false };
        let mut last = *last;
        for _ in 0..FARTHEST {
            match self.program.expr(last) {
                Expr::Seq(parts) => match parts.last() {
                    Some(it) => last = *it,
                    None => return false,
                },
                Expr::Hide(it) => last = *it,
                Expr::Call { recipient, .. } => {
                    let Expr::Noun(noun) = self.program.expr(*recipient) else { return false };
                    return &**noun == "__return";
                }
                _ => return false,
            }
        }
        false
    }

    /// What passes a guard, if the guard tells.
    fn guarded(&self, guard: ExprId) -> Option<Nearness> {
        Some(match Standard::by_name(self.born(guard)?)? {
            Standard::Vow | Standard::Rcvr => Nearness::Either,
            Standard::Any | Standard::NotNull | Standard::All | Standard::Not => return None,
            _ => Nearness::Near,
        })
    }

    /// What a pattern's noun holds, of a value that is `given`.
    pub(super) fn taken(&self, pattern: PatternId, given: Nearness) -> Option<(DefinitionId, Nearness)> {
        let Pattern::Final { guard, .. } = self.program.pattern(pattern) else { return None };
        let id = *self.scopes.by_pattern.get(&pattern)?;
        let is = match guard {
            Some(guard) => self.guarded(*guard).unwrap_or(Nearness::Unknown),
            None => given,
        };
        (is != Nearness::Unknown).then_some((id, is))
    }
}
