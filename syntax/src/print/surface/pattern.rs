//! Patterns.

use super::{Place, Printer};
use crate::ast::{Expr, ExprId, Ident, MapPatternEntry, MapPatternKey, Pattern, PatternId};
use crate::deep;

impl Printer<'_> {
    pub(super) fn pattern(&mut self, id: PatternId) {
        deep(|| match self.program.pattern(id) {
            Pattern::SuchThat { pattern, test } => {
                self.tight_pattern(*pattern);
                self.text(" ? ");
                self.expr(*test, Place::Order);
            }
            _ => self.tight_pattern(id),
        });
    }

    /// A pattern where such-that may not stand; there is no way to write one there.
    fn tight_pattern(&mut self, id: PatternId) {
        deep(|| self.tight_pattern_here(id));
    }

    fn tight_pattern_here(&mut self, id: PatternId) {
        match self.program.pattern(id) {
            Pattern::Error => self.text("_"),
            Pattern::Ignore { guard } => {
                self.text("_");
                self.guard(*guard);
            }
            Pattern::Final { noun, guard } => self.named("", noun, *guard),
            Pattern::Var { noun, guard } => self.named("var ", noun, *guard),
            Pattern::Bind { noun, guard } => self.named("bind ", noun, *guard),
            Pattern::Slot { noun, guard } => self.named("&", noun, *guard),
            Pattern::Binding { noun } => self.named("&&", noun, None),
            Pattern::List { subs, rest } => {
                self.patterns("[", subs, "]");
                self.rest(" + ", *rest);
            }
            Pattern::Map { entries, rest } => {
                self.text("[");
                self.separated(entries, ", ", Self::map_pattern_entry);
                self.text("]");
                self.rest(" | ", *rest);
            }
            Pattern::Same { value, negated } => {
                self.text(if *negated { "!=" } else { "==" });
                self.expr(*value, Place::Prim);
            }
            Pattern::Via { function, pattern } => {
                self.text("via (");
                self.expr(*function, Place::Line);
                self.text(") ");
                self.tight_pattern(*pattern);
            }
            Pattern::Quasi(it) => self.quasi(it),
            Pattern::Call { recipient, verb, args } => self.call_pattern(*recipient, verb, args),
            Pattern::SuchThat { .. } => self.pattern(id),
            Pattern::QuasiLiteral(hole) => self.text(&format!("${{{hole}}}")),
            Pattern::QuasiPattern(hole) => self.text(&format!("@{{{hole}}}")),
        }
    }

    pub(super) fn named(&mut self, how: &str, noun: &Ident, guard: Option<ExprId>) {
        self.text(how);
        self.noun(&noun.name);
        self.guard(guard);
    }

    pub(super) fn patterns(&mut self, open: &str, subs: &[PatternId], close: &str) {
        self.text(open);
        self.separated(subs, ", ", |cx, it| cx.pattern(*it));
        self.text(close);
    }

    fn rest(&mut self, joint: &str, rest: Option<PatternId>) {
        if let Some(rest) = rest {
            self.text(joint);
            self.tight_pattern(rest);
        }
    }

    fn map_pattern_entry(&mut self, it: &MapPatternEntry) {
        match &it.key {
            MapPatternKey::Pair { key, value } => {
                let literal = matches!(self.program.expr(*key), Expr::Literal(_) | Expr::Seq(_));
                self.text(if literal { "" } else { "(" });
                self.expr(*key, Place::Line);
                self.text(if literal { " => " } else { ") => " });
                self.pattern(*value);
            }
            MapPatternKey::Import(pattern) => {
                self.text("=> ");
                self.pattern(*pattern);
            }
        }
        if let Some(default) = it.default {
            self.text(" := ");
            self.expr(default, Place::Order);
        }
    }

    fn call_pattern(&mut self, recipient: ExprId, verb: &str, args: &[PatternId]) {
        self.guard_expr(recipient);
        match verb {
            "run" => self.patterns("(", args, ")"),
            "get" => self.patterns("[", args, "]"),
            _ => {
                self.text(".");
                self.verb(verb);
                self.patterns("(", args, ")");
            }
        }
    }
}
