//! Patterns.

use super::{Expander, quasi};
use crate::ast::{self, Ident, MapPatternEntry, MapPatternKey, Pattern as Surface};
use crate::deep;
use crate::kernel_e::{ExprId, Pattern, PatternId};
use crate::print::surface::print_surface_expr;

impl Expander<'_> {
    pub(super) fn patterns(&mut self, ids: &[ast::PatternId]) -> Vec<PatternId> {
        ids.iter().map(|it| self.pattern(*it)).collect()
    }

    pub(super) fn pattern(&mut self, id: ast::PatternId) -> PatternId {
        deep(|| self.at(self.ast.pattern_range(id), |cx| cx.pattern_here(id)))
    }

    fn pattern_here(&mut self, id: ast::PatternId) -> PatternId {
        let ast = self.ast;
        match ast.pattern(id) {
            Surface::Error => self.ignore(),
            Surface::Ignore { guard: None } => self.ignore(),
            Surface::Ignore { guard: Some(guard) } => self.guard_test(*guard),
            Surface::Final { noun, guard } => {
                let guard = self.optional(*guard);
                let it = self.add_pattern(Pattern::Final { noun: noun.name.clone(), guard });
                self.pattern_named(it, noun.range)
            }
            Surface::Var { noun, guard } => {
                let guard = self.optional(*guard);
                let it = self.add_pattern(Pattern::Var { noun: noun.name.clone(), guard });
                self.pattern_named(it, noun.range)
            }
            Surface::Bind { noun, guard } => self.bind_pattern(noun, *guard),
            Surface::Slot { noun, guard } => self.slot_pattern(noun, *guard),
            Surface::Binding { noun } => self.binding_pattern(noun),
            Surface::List { subs, rest: None } => {
                let subs = self.patterns(subs);
                self.list_pattern(subs)
            }
            Surface::List { subs, rest: Some(rest) } => self.split_list(subs, *rest),
            Surface::Map { entries, rest } => self.map_pattern(entries, *rest),
            Surface::Same { value, negated } => self.same_pattern(*value, *negated),
            Surface::SuchThat { pattern, test } => self.such_that(*pattern, *test),
            Surface::Via { function, pattern } => {
                let function = self.expr(*function);
                let pattern = self.pattern(*pattern);
                self.via(function, pattern)
            }
            Surface::Quasi(it) => quasi::pattern(self, it),
            Surface::Call { recipient, verb, args } => self.call_pattern(*recipient, verb, args),
            Surface::QuasiLiteral(hole) => self.add_pattern(Pattern::QuasiLiteral(*hole)),
            Surface::QuasiPattern(hole) => self.add_pattern(Pattern::QuasiPattern(*hole)),
        }
    }

    /// `_ :g`  ⇒  `# :g`, so that the guard is asked
    fn guard_test(&mut self, guard: ast::ExprId) -> PatternId {
        let guard = Some(self.expr(guard));
        let noun = self.temporary("");
        self.add_pattern(Pattern::Final { noun, guard })
    }

    /// `bind x :g`  ⇒  `via (__bind.run(x__Resolver, g)) x#`
    ///
    /// `x` itself is there already; the throw-away name is what an ejector or object bound here is called.
    pub(super) fn bind_pattern(&mut self, noun: &Ident, guard: Option<ast::ExprId>) -> PatternId {
        let resolver =
            self.at(noun.range, |cx| cx.written_noun(&format!("{}__Resolver", noun.name).into(), noun.range));
        let guard = self.optional(guard);
        let args = std::iter::once(resolver).chain(guard).collect();
        let thrown_away = self.temporary(&noun.name);
        let thrown_away = self.final_pattern(thrown_away);
        self.via_helper("__bind", "run", args, thrown_away)
    }

    /// `&x :g`  ⇒  `via (__slotToBinding.run(g)) &&x`; without a guard the function is `__slotToBinding` itself
    pub(super) fn slot_pattern(&mut self, noun: &Ident, guard: Option<ast::ExprId>) -> PatternId {
        let helper = self.noun("__slotToBinding");
        let function = match guard {
            Some(guard) => {
                let guard = self.expr(guard);
                self.call(helper, "run", vec![guard])
            }
            None => helper,
        };
        let binding = self.binding_pattern(noun);
        self.via(function, binding)
    }

    fn binding_pattern(&mut self, noun: &Ident) -> PatternId {
        let it = self.add_pattern(Pattern::Binding(noun.name.clone()));
        self.pattern_named(it, noun.range)
    }

    /// `[p, q] + r`  ⇒  `via (__splitList.run(2)) [p, q, r]`
    fn split_list(&mut self, subs: &[ast::PatternId], rest: ast::PatternId) -> PatternId {
        let count = self.int(subs.len());
        let mut parts = self.patterns(subs);
        parts.push(self.pattern(rest));
        let parts = self.list_pattern(parts);
        self.via_helper("__splitList", "run", vec![count], parts)
    }

    /// `["a" => p] | r`  ⇒  `via (__mapExtract.run("a")) [p, r]`; without a rest, what is left is matched by
    /// `via (__mapEmpty) _`
    fn map_pattern(&mut self, entries: &[MapPatternEntry], rest: Option<ast::PatternId>) -> PatternId {
        let end = match rest {
            Some(rest) => self.pattern(rest),
            None => {
                let function = self.noun("__mapEmpty");
                let nothing = self.ignore();
                self.via(function, nothing)
            }
        };
        entries.iter().rev().fold(end, |rest, it| self.map_entry(it, rest))
    }

    /// `"a" => p := d`  ⇒  `via (__mapExtract."default"("a", d)) [p, rest]`
    fn map_entry(&mut self, entry: &MapPatternEntry, rest: PatternId) -> PatternId {
        let (key, value) = match entry.key {
            MapPatternKey::Pair { key, value } => (self.expr(key), self.pattern(value)),
            MapPatternKey::Import(pattern) => (self.import_key(pattern), self.pattern(pattern)),
        };
        let parts = self.list_pattern(vec![value, rest]);
        match entry.default {
            Some(default) => {
                let args = vec![key, self.expr(default)];
                self.via_helper("__mapExtract", "default", args, parts)
            }
            None => self.via_helper("__mapExtract", "run", vec![key], parts),
        }
    }

    /// `=> x` has the key `"x"`, `=> &x` has `"&x"`, `=> &&x` has `"&&x"`.
    fn import_key(&mut self, pattern: ast::PatternId) -> ExprId {
        let ast = self.ast;
        let key = match ast.pattern(pattern) {
            Surface::Final { noun, .. } | Surface::Var { noun, .. } | Surface::Bind { noun, .. } => {
                noun.name.to_string()
            }
            Surface::Slot { noun, .. } => format!("&{}", noun.name),
            Surface::Binding { noun } => format!("&&{}", noun.name),
            Surface::Error => String::new(),
            _ => {
                let message = "only a pattern that names a noun can be imported with `=>`";
                self.error(ast.pattern_range(pattern), message);
                String::new()
            }
        };
        self.string(key)
    }

    /// `==e`  ⇒  `via (__matchSame.run(e)) _`;  `!=e`  ⇒  `via (__matchSame.different(e)) _`
    fn same_pattern(&mut self, value: ast::ExprId, negated: bool) -> PatternId {
        let value = self.expr(value);
        let verb = if negated { "different" } else { "run" };
        let nothing = self.ignore();
        self.via_helper("__matchSame", verb, vec![value], nothing)
    }

    /// `p ? e`  ⇒  `via (__suchThat) [p, via (__suchThat.handle("e", e)) _]`; the text is for the error
    fn such_that(&mut self, pattern: ast::PatternId, test: ast::ExprId) -> PatternId {
        let pattern = self.pattern(pattern);
        let text = print_surface_expr(self.ast, test);
        let text = self.string(text);
        let test = self.expr(test);
        let nothing = self.ignore();
        let tested = self.via_helper("__suchThat", "handle", vec![text, test], nothing);
        let both = self.list_pattern(vec![pattern, tested]);
        let function = self.noun("__suchThat");
        self.via(function, both)
    }

    /// `m.v(p)`  ⇒  `via (__makeVerbFacet.curryCall(m, "match__v/1")) [p]`
    fn call_pattern(&mut self, recipient: ast::ExprId, verb: &str, args: &[ast::PatternId]) -> PatternId {
        let recipient = self.expr(recipient);
        let verb = self.string(format!("match__{verb}/{}", args.len()));
        let args = self.patterns(args);
        let args = self.list_pattern(args);
        self.via_helper("__makeVerbFacet", "curryCall", vec![recipient, verb], args)
    }
}
