//! Definitions, branches, loops and what else is more than an operator.

use super::{Place, Printer};
use crate::ast::{
    AccumBody, Accumulator, Block, Catch, Else, Expr, ExprId, HardWhen, Matcher, Pattern, PatternId, When,
};
use crate::deep;

impl Printer<'_> {
    pub(super) fn control(&mut self, it: &Expr) {
        match it {
            Expr::If { test, then, otherwise } => self.branch(*test, then, otherwise.as_ref()),
            Expr::For { key, value, collection, body, catch } => {
                self.for_head(*key, *value, *collection, Place::Assign);
                self.block(body);
                self.catch(catch.as_ref());
            }
            Expr::While { test, body, catch } => {
                self.tested("while", *test);
                self.block(body);
                self.catch(catch.as_ref());
            }
            Expr::Switch { specimen, cases } => {
                self.tested("switch", *specimen);
                self.text(" ");
                self.braces(
                    |cx| {
                        for (index, it) in cases.iter().enumerate() {
                            if index > 0 {
                                cx.line();
                            }
                            cx.matcher(it);
                        }
                    },
                    cases.is_empty(),
                );
            }
            Expr::Try { body, catches, finally } => {
                self.text("try");
                self.block(body);
                self.catches(catches, finally.as_ref());
            }
            Expr::Escape { ejector, body, catch } => {
                self.text("escape ");
                self.pattern(*ejector);
                self.block(body);
                self.catch(catch.as_ref());
            }
            Expr::When(it) => self.when(it),
            Expr::Accum { start, accumulator } => {
                self.text("accum ");
                self.expr(*start, Place::Postfix);
                self.text(" ");
                self.accumulator(accumulator);
            }
            Expr::Fn { doc, params, body } => {
                self.doc(doc);
                self.text("fn");
                self.patterns(if params.is_empty() { "" } else { " " }, params, "");
                self.block(body);
            }
            Expr::Thunk { doc, body } => {
                self.doc(doc);
                self.text("thunk");
                self.block(body);
            }
            _ => debug_assert!(false, "printed elsewhere: {it:?}"),
        }
    }

    pub(super) fn define(&mut self, pattern: PatternId, ejector: Option<ExprId>, value: ExprId) {
        if !matches!(self.program.pattern(pattern), Pattern::Var { .. } | Pattern::Bind { .. }) {
            self.text("def ");
        }
        self.pattern(pattern);
        if let Some(ejector) = ejector {
            self.text(" exit ");
            self.expr(ejector, Place::Order);
        }
        self.text(" := ");
        self.expr(value, Place::Assign);
    }

    fn tested(&mut self, word: &str, test: ExprId) {
        self.text(word);
        self.text(" (");
        self.expr(test, Place::Line);
        self.text(")");
    }

    /// A chain of `else if` is a loop here: it may be long without being deep to its reader.
    fn branch(&mut self, test: ExprId, then: &Block, otherwise: Option<&Else>) {
        self.tested("if", test);
        self.block(then);
        let mut rest = otherwise;
        while let Some(Else::If(id)) = rest {
            let Expr::If { test, then, otherwise } = self.program.expr(*id) else { return };
            self.text(" else ");
            self.tested("if", *test);
            self.block(then);
            rest = otherwise.as_ref();
        }
        if let Some(Else::Block(block)) = rest {
            self.text(" else");
            self.block(block);
        }
    }

    fn for_head(&mut self, key: Option<PatternId>, value: PatternId, collection: ExprId, place: Place) {
        self.text("for ");
        if let Some(key) = key {
            self.pattern(key);
            self.text(" => ");
        }
        self.pattern(value);
        self.text(" in ");
        self.expr(collection, place);
    }

    pub(super) fn matcher(&mut self, it: &Matcher) {
        self.text("match ");
        self.pattern(it.pattern);
        self.block(&it.body);
    }

    fn catch(&mut self, it: Option<&Catch>) {
        if let Some(it) = it {
            self.text(" catch ");
            self.pattern(it.pattern);
            self.block(&it.body);
        }
    }

    fn catches(&mut self, catches: &[Catch], finally: Option<&Block>) {
        for it in catches {
            self.catch(Some(it));
        }
        if let Some(block) = finally {
            self.text(" finally");
            self.block(block);
        }
    }

    fn when(&mut self, it: &When) {
        self.text("when ");
        self.args(&it.awaited);
        self.text(" ->");
        if let Some(HardWhen { name, params, result_guard, .. }) = &it.hard {
            self.text(" ");
            self.object_name(name);
            self.patterns("(", params, ")");
            self.guard(*result_guard);
        }
        self.block(&it.body);
        self.catches(&it.catches, it.finally.as_ref());
    }

    fn accumulator(&mut self, it: &Accumulator) {
        deep(|| match it {
            Accumulator::For { key, value, collection, body, catch } => {
                self.for_head(*key, *value, *collection, Place::Logical);
                self.accum_body(body);
                self.catch(catch.as_ref());
            }
            Accumulator::If { test, body } => {
                self.tested("if", *test);
                self.accum_body(body);
            }
            Accumulator::While { test, body, catch } => {
                self.tested("while", *test);
                self.accum_body(body);
                self.catch(catch.as_ref());
            }
        });
    }

    fn accum_body(&mut self, it: &AccumBody) {
        self.text(" ");
        let body = |cx: &mut Self| match it {
            AccumBody::Binary { op, value } => {
                cx.text(&format!("_ {} ", super::expr::symbol(*op)));
                cx.expr(*value, Place::Assign);
            }
            AccumBody::Call { verb, args } => {
                cx.text("_.");
                cx.verb(&verb.name);
                cx.args(args);
            }
            AccumBody::Nested(inner) => cx.accumulator(inner),
        };
        self.braces(body, false);
    }
}
