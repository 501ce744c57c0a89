//! What E refuses before it runs, as far as nouns go.

use crate::kernel_e::{Expr, ExprId, Name, Pattern, PatternId};
use crate::print::print_expr;
use crate::scope::{Binder, Definition, DefinitionKind};
use crate::{Expansion, Misuse, Scopes, SyntaxError, SyntaxErrorKind, misuses};
use rustc_hash::FxHashMap;
use text_size::TextRange;

/// What the scope around a program knows of a noun.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Outer {
    /// Whether `noun := value` may be written.
    pub assignable: bool,
}

/// Undefined variables, assignments to what is not a variable, names defined twice in one box, guards that use
/// the noun they guard, parts of a node that misuse each other's names; in the order of the text. `outer` answers
/// for the nouns that the program does not define; `None` is undefined.
pub fn static_errors(
    expansion: &Expansion,
    scopes: &Scopes,
    outer: &dyn Fn(&str) -> Option<Outer>,
) -> Vec<SyntaxError> {
    let mut cx = Checker { expansion, errors: Vec::new() };
    cx.nouns(scopes, outer);
    misuses(&expansion.program).into_iter().for_each(|it| cx.misuse(it));
    cx.sorted()
}

/// The same of a program that is known to have no [`misuses`].
pub(crate) fn but_misuses(
    expansion: &Expansion,
    scopes: &Scopes,
    outer: &dyn Fn(&str) -> Option<Outer>,
) -> Vec<SyntaxError> {
    let mut cx = Checker { expansion, errors: Vec::new() };
    cx.nouns(scopes, outer);
    cx.sorted()
}
struct Checker<'a> {
    expansion: &'a Expansion,
    errors: Vec<SyntaxError>,
}

impl Checker<'_> {
    fn nouns(&mut self, scopes: &Scopes, outer: &dyn Fn(&str) -> Option<Outer>) {
        // Asked once of each noun, and in most programs all are there.
        let refused = |(noun, _, assigned): &(Name, ExprId, bool)| {
            let known = outer(noun);
            known.is_none_or(|it| *assigned && !it.assignable).then(|| (noun.clone(), known))
        };
        let refused: FxHashMap<Name, Option<Outer>> = scopes.free.iter().filter_map(refused).collect();
        for (index, it) in self.expansion.program.exprs.iter().enumerate() {
            let id = ExprId(index as u32);
            let (noun, assigned) = match it {
                Expr::Noun(noun) | Expr::Binding(noun) if !refused.is_empty() => (noun, false),
                Expr::Assign { noun, .. } => (noun, true),
                _ => continue,
            };
            // What expansion made and then left out is nowhere in the program, so it has no binder.
            match scopes.binders.get(&id) {
                None => {}
                Some(Binder::Outer) => {
                    if let Some(known) = refused.get(noun) {
                        self.outer_use(id, noun, assigned, *known);
                    }
                }
                Some(Binder::Definition(_)) if !assigned => {}
                Some(Binder::Definition(of)) => self.assignment(id, noun, scopes.definition(*of)),
            }
        }
        for (pattern, before) in &scopes.redefinitions {
            self.redefinition(*pattern, scopes.definition(*before));
        }
        scopes.own_guards.iter().for_each(|it| self.own_guard(*it));
    }

    fn sorted(mut self) -> Vec<SyntaxError> {
        self.errors.sort_by_key(|it| (it.range.start(), it.range.end()));
        // What expansion writes several times was written once.
        self.errors.dedup();
        self.errors
    }

    fn outer_use(&mut self, id: ExprId, noun: &str, assigned: bool, outer: Option<Outer>) {
        match outer {
            None => {
                let message = format!("undefined variable: {noun}");
                self.errors.push(SyntaxError::new(self.noun_range(id), SyntaxErrorKind::Unbound, message))
            }
            Some(Outer { assignable: false }) if assigned => self.errors.push(self.not_assignable(id, noun)),
            Some(_) => {}
        }
    }

    fn assignment(&mut self, id: ExprId, noun: &str, of: &Definition) {
        let advice = match of.kind {
            DefinitionKind::Final { .. } => "defined here, without `var`",
            DefinitionKind::Object { .. } => "defined here",
            DefinitionKind::Var { .. } | DefinitionKind::Binding => return,
        };
        let error = self.not_assignable(id, noun);
        self.errors.push(error.related_to(self.pattern_noun_range(of.pattern), advice));
    }

    fn not_assignable(&self, id: ExprId, noun: &str) -> SyntaxError {
        self.scope_error(self.noun_range(id), format!("{noun} is not an assignable variable"))
    }

    /// The whole object would be too much to underline.
    fn misuse(&mut self, it: Misuse) {
        let map = &self.expansion.source_map;
        let range = match self.expansion.program.expr(it.expr) {
            Expr::Object(object) => map.object(*object).header,
            _ => map.expr(it.expr),
        };
        self.errors.push(SyntaxError::new(range, SyntaxErrorKind::Expansion, it.message));
    }

    fn redefinition(&mut self, id: PatternId, before: &Definition) {
        let message = format!("\"{}\" already in scope", before.noun);
        let error = self.scope_error(self.pattern_noun_range(id), message);
        self.errors.push(error.related_to(self.pattern_noun_range(before.pattern), "defined here before"));
    }

    fn own_guard(&mut self, id: PatternId) {
        let (kind, noun, guard) = match self.expansion.program.pattern(id) {
            Pattern::Final { noun, guard: Some(guard) } => ("FinalPattern", noun, *guard),
            Pattern::Var { noun, guard: Some(guard) } => ("VarPattern", noun, *guard),
            _ => return,
        };
        let guard = print_expr(&self.expansion.program, guard);
        let message = format!("kernel {kind} may not use its own noun (e`{noun}`) in its guard (e`{guard}`)");
        self.errors.push(self.scope_error(self.expansion.source_map.pattern(id), message));
    }

    fn noun_range(&self, id: ExprId) -> TextRange {
        let map = &self.expansion.source_map;
        map.names[id.index()].unwrap_or_else(|| map.expr(id))
    }

    fn pattern_noun_range(&self, id: PatternId) -> TextRange {
        let map = &self.expansion.source_map;
        map.nouns[id.index()].unwrap_or_else(|| map.pattern(id))
    }

    fn scope_error(&self, range: TextRange, message: String) -> SyntaxError {
        SyntaxError::new(range, SyntaxErrorKind::Scope, message)
    }
}
