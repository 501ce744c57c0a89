//! Branches, loops, `when`, `accum`, `fn`.

use super::{Lowerer, end_of};
use crate::ast::{
    AccumBody, Accumulator, Block, Catch, Else, Expr, ExprId, HardWhen, Matcher, MetaKind, PatternId, When,
};
use crate::cst::{Field, Kind, Node};
use crate::deep::deep;
use crate::lower::expr::binary_op;
use crate::lower::levels::Level;
use crate::pragmas::Syntax;

impl<'a> Lowerer<'a> {
    pub(super) fn control(&mut self, it: Node<'a>) -> Expr {
        match it.kind() {
            Kind::If => self.branch(it),
            Kind::For => {
                let (key, value) = self.iteration(it);
                let collection = self.expr_in(it, Field::Collection);
                let (body, catch) = (self.block_in(it, Field::Body), self.catch_of(it));
                Expr::For { key, value, collection, body, catch }
            }
            Kind::While => {
                let test = self.expr_in(it, Field::Test);
                let (body, catch) = (self.block_in(it, Field::Body), self.catch_of(it));
                Expr::While { test, body, catch }
            }
            Kind::Switch => {
                let specimen = self.expr_in(it, Field::Specimen);
                Expr::Switch { specimen, cases: it.all(Field::Case).map(|it| self.matcher(it)).collect() }
            }
            Kind::Try => {
                let body = self.block_in(it, Field::Body);
                Expr::Try { body, catches: self.catches(it), finally: self.finally_of(it) }
            }
            Kind::Escape => {
                let ejector = self.pattern_in(it, Field::Ejector);
                let (body, catch) = (self.block_in(it, Field::Body), self.catch_of(it));
                Expr::Escape { ejector, body, catch }
            }
            Kind::When => Expr::When(self.when(it)),
            Kind::Accum => {
                self.requires(Syntax::Accumulator, it);
                self.check_level(it, Field::Start, Level::Operand);
                let start = self.expr_in(it, Field::Start);
                match it.child(Field::Accumulator).and_then(|it| self.accumulator(it)) {
                    Some(accumulator) => Expr::Accum { start, accumulator },
                    None => Expr::Error,
                }
            }
            Kind::Fn => {
                self.requires(Syntax::AnonLambda, it);
                let doc = self.doc_of(it);
                let params = self.patterns_in(it, Field::Parameter);
                Expr::Fn { doc, params, body: self.block_in(it, Field::Body) }
            }
            Kind::Thunk => {
                self.requires(Syntax::Thunk, it);
                Expr::Thunk { doc: self.doc_of(it), body: self.block_in(it, Field::Body) }
            }
            Kind::Meta => self.meta(it),
            // What fits nowhere has been reported.
            _ => Expr::Error,
        }
    }

    /// A chain of `else if` nests to the right, one level a link.
    fn branch(&mut self, it: Node<'a>) -> Expr {
        let test = self.expr_in(it, Field::Test);
        // Here E allows the line end that it forbids before all other bodies.
        let then = match it.child(Field::Then) {
            Some(block) => self.block(block),
            None => self.block_in(it, Field::Then),
        };
        let otherwise = it.child(Field::Else).map(|it| match it.kind() {
            Kind::If => Else::If(self.expr(it)),
            _ => Else::Block(self.block(it)),
        });
        Expr::If { test, then, otherwise }
    }

    fn iteration(&mut self, it: Node<'a>) -> (Option<PatternId>, PatternId) {
        let key = it.child(Field::Key).map(|it| self.pattern(it));
        (key, self.pattern_in(it, Field::Value))
    }

    pub(super) fn matcher(&mut self, it: Node<'a>) -> Matcher {
        let pattern = self.pattern_in(it, Field::Pattern);
        Matcher { pattern, body: self.block_in(it, Field::Body), range: it.range() }
    }

    fn catch(&mut self, it: Node<'a>) -> Catch {
        let pattern = self.pattern_in(it, Field::Pattern);
        Catch { pattern, body: self.block_in(it, Field::Body) }
    }

    fn catch_of(&mut self, it: Node<'a>) -> Option<Catch> {
        it.child(Field::Catch).map(|it| self.catch(it))
    }

    fn catches(&mut self, it: Node<'a>) -> Vec<Catch> {
        it.all(Field::Catch).map(|it| self.catch(it)).collect()
    }

    fn finally_of(&mut self, it: Node<'a>) -> Option<Block> {
        it.child(Field::Finally).map(|it| self.block_in(it, Field::Body))
    }

    fn when(&mut self, it: Node<'a>) -> When {
        let awaited = it.child(Field::Awaited).map_or(Vec::new(), |it| self.all_in(it, Field::Item));
        if let Some(then) = it.child(Field::Then) {
            return self.chained_when(awaited, then);
        }
        let hard = it.child(Field::Name).map(|name| self.hard_when(it, name));
        let body = self.block_in(it, Field::Body);
        let (catches, finally) = (self.catches(it), self.finally_of(it));
        if catches.is_empty() {
            self.requires(Syntax::EasyWhen, it);
        }
        When { awaited, hard, body, catches, finally }
    }

    /// `when (a) -> (b) -> { … }`  ⇒  `when (a) -> { when (b) -> { … } }`
    fn chained_when(&mut self, awaited: Vec<ExprId>, then: Node<'a>) -> When {
        let inner = self.expr(then);
        let body = Block { body: vec![inner], range: then.range() };
        When { awaited, hard: None, body, catches: Vec::new(), finally: None }
    }

    fn hard_when(&mut self, it: Node<'a>, name: Node<'a>) -> HardWhen {
        self.requires(Syntax::HardWhen, name);
        HardWhen {
            name: self.object_name(name),
            params: self.params(it),
            result_guard: self.optional_in(it, Field::ResultGuard),
            easy_return: self.pragmas.allows(Syntax::EasyReturn),
        }
    }

    /// Accumulators nest in each other only; the limit of nesting is theirs, too.
    fn accumulator(&mut self, it: Node<'a>) -> Option<Accumulator> {
        self.nested(it, None, |cx, it| cx.accumulator_here(it))
    }

    fn accumulator_here(&mut self, it: Node<'a>) -> Option<Accumulator> {
        Some(match it.kind() {
            Kind::AccumFor => {
                let (key, value) = self.iteration(it);
                self.check_level(it, Field::Collection, Level::Logical);
                let collection = self.expr_in(it, Field::Collection);
                let (body, catch) = (self.accum_body(it)?, self.catch_of(it));
                Accumulator::For { key, value, collection, body, catch }
            }
            Kind::AccumIf => {
                let test = self.expr_in(it, Field::Test);
                Accumulator::If { test, body: self.accum_body(it)? }
            }
            Kind::AccumWhile => {
                let test = self.expr_in(it, Field::Test);
                let (body, catch) = (self.accum_body(it)?, self.catch_of(it));
                Accumulator::While { test, body, catch }
            }
            _ => return None,
        })
    }

    fn accum_body(&mut self, of: Node<'a>) -> Option<Box<AccumBody>> {
        let it = of.child(Field::Body)?;
        if let Some(inner) = it.child(Field::Accumulator) {
            return Some(Box::new(AccumBody::Nested(deep(|| self.accumulator(inner))?)));
        }
        Some(Box::new(match it.child(Field::Operator) {
            Some(operator) => {
                let value = self.expr_in(it, Field::Value);
                AccumBody::Binary { op: binary_op(operator.text())?, value }
            }
            None => {
                let verb = self.ident_in(it, Field::Verb);
                let args = it.child(Field::Arguments).map_or(Vec::new(), |it| self.all_in(it, Field::Item));
                AccumBody::Call { verb, args }
            }
        }))
    }

    fn meta(&mut self, it: Node<'a>) -> Expr {
        match it.child(Field::Verb).map_or("", |it| it.text()) {
            "context" => Expr::Meta(MetaKind::Context),
            "getState" => Expr::Meta(MetaKind::GetState),
            "scope" => Expr::Meta(MetaKind::Scope),
            other => {
                let message = format!(
                    "`meta` knows `context()`, `getState()` and `scope()`, not {}",
                    if other.is_empty() { "nothing".to_string() } else { format!("`{other}`") }
                );
                self.error(
                    it.child(Field::Verb).map_or(end_of(it), |it| it.range()),
                    crate::SyntaxErrorKind::Syntax,
                    message,
                );
                Expr::Error
            }
        }
    }
}
