//! AST → Kernel-E: what each surface construct says in the core language.
//!
//! One sugar is one function, and the line `⇒` above it shows what it becomes. Helper names such as
//! `__makeList` are ordinary nouns, looked up in the scope the program runs in. Expansion always yields a
//! program; what E rejects while expanding stands beside it. Temporaries are named `base__N` at the very end
//! ([`number`]), in the order in which they stand in the result.

mod accum;
mod assign;
mod build;
mod call;
mod control;
mod finish;
mod interface;
mod logic;
mod loops;
mod misuse;
mod names;
pub(crate) mod number;
mod object;
mod pattern;
mod quasi;
mod usage;
mod walk;
mod when;

use crate::ast::{self, Expr as Surface};
use crate::kernel_e::{Expr, ExprId, PatternId};
use crate::{Expansion, SyntaxError, SyntaxErrorKind, deep};
use build::Builder;
use number::{Numbering, Unnumbered};
use text_size::TextRange;

pub use call::property_getter;
pub use misuse::{Misuse, misuses};

/// Expands a whole program. Pragmas leave nothing behind.
pub fn expand(program: &ast::Program) -> Expansion {
    Numbering::default().alone(expand_part(program))
}

/// Expands some of the top-level expressions of a program: with the others of its text they become a whole.
pub(crate) fn expand_part(program: &ast::Program) -> Unnumbered {
    let mut cx = Expander::new(program);
    let written = program.body.iter().filter(|it| !matches!(program.expr(**it), Surface::Pragma { .. }));
    let body: Vec<ExprId> = written.map(|it| cx.expr(*it)).collect();
    finish::part(cx.builder, &body, cx.errors)
}

/// What [`expand_pattern`] answers.
#[derive(Clone, PartialEq, Debug)]
pub struct PatternExpansion {
    /// A program without a body that holds the pattern's nodes.
    pub expansion: Expansion,
    pub pattern: PatternId,
}

/// Expands one pattern alone, as ``epatt`…` `` needs it.
pub fn expand_pattern(program: &ast::Program, pattern: ast::PatternId) -> PatternExpansion {
    let mut cx = Expander::new(program);
    let root = cx.pattern(pattern);
    let (expansion, pattern) = finish::pattern(cx.builder, root, cx.errors);
    PatternExpansion { expansion, pattern }
}

/// Threaded through all sugars: the tree being read, the one being built, and where we are.
struct Expander<'a> {
    ast: &'a ast::Program,
    builder: Builder,
    errors: Vec<SyntaxError>,
}

impl<'a> Expander<'a> {
    fn new(ast: &'a ast::Program) -> Expander<'a> {
        Expander { ast, builder: Builder::default(), errors: Vec::new() }
    }

    fn error(&mut self, range: TextRange, message: impl Into<String>) {
        self.errors.push(SyntaxError::new(range, SyntaxErrorKind::Expansion, message));
    }

    /// Runs `expand` so that the nodes it makes up stand at `range`.
    fn at<R>(&mut self, range: TextRange, expand: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.range, range);
        let result = expand(self);
        self.range = outer;
        result
    }

    fn exprs(&mut self, ids: &[ast::ExprId]) -> Vec<ExprId> {
        ids.iter().map(|it| self.expr(*it)).collect()
    }

    fn optional(&mut self, id: Option<ast::ExprId>) -> Option<ExprId> {
        id.map(|it| self.expr(it))
    }

    /// `{}`  ⇒  `null`; the scope is whoever's the block is.
    fn block(&mut self, block: &ast::Block) -> ExprId {
        self.at(block.range, |cx| {
            let body = cx.exprs(&block.body);
            cx.seq(body)
        })
    }

    fn expr(&mut self, id: ast::ExprId) -> ExprId {
        deep(|| self.at(self.ast.expr_range(id), |cx| cx.expr_here(id)))
    }

    fn expr_here(&mut self, id: ast::ExprId) -> ExprId {
        let ast = self.ast;
        match ast.expr(id) {
            Surface::Error | Surface::Pragma { .. } => self.null(),
            Surface::Literal(it) => self.add(Expr::Literal(it.clone())),
            Surface::Noun(name) => self.written_noun(name, ast.expr_range(id)),
            Surface::Uri { scheme, body } => call::uri(self, scheme, body),
            Surface::Quasi(it) => quasi::expr(self, it),
            Surface::List(items) => {
                let items = self.exprs(items);
                self.list(items)
            }
            Surface::Map(entries) => call::map(self, entries),
            Surface::Block(it) => {
                let body = self.block(it);
                self.hide(body)
            }
            Surface::Seq(body) => {
                let body = self.exprs(body);
                self.seq(body)
            }
            Surface::Call { recipient, verb, args } => call::call(self, *recipient, verb, args),
            Surface::FunctionCall { recipient, args } => call::short(self, *recipient, "run", args),
            Surface::Index { recipient, args } => call::short(self, *recipient, "get", args),
            Surface::Curry { recipient, verb } => call::curry(self, "curryCall", *recipient, verb),
            Surface::CurrySend { recipient, verb } => call::curry(self, "currySend", *recipient, verb),
            Surface::Send { recipient, verb, args } => call::send(self, *recipient, verb.as_ref(), args),
            Surface::Property { recipient, name, slot } => call::property(self, *recipient, name, *slot),
            Surface::SendProperty { recipient, name } => call::send_property(self, *recipient, name),
            Surface::Unary { op, operand } => call::unary(self, *op, *operand),
            Surface::Binary { op, left, right } => call::binary(self, *op, *left, *right),
            Surface::ModPow { base, exponent, modulus } => call::mod_pow(self, *base, *exponent, *modulus),
            Surface::And { left, right } => logic::and(self, *left, *right),
            Surface::Or { left, right } => logic::or(self, *left, *right),
            Surface::Same { left, right, negated } => logic::same(self, *left, *right, *negated),
            Surface::Match { specimen, pattern, negated } => {
                logic::match_bind(self, *specimen, *pattern, *negated)
            }
            Surface::Cast { specimen, guard } => call::cast(self, *specimen, *guard),
            Surface::Slot(operand) => call::slot(self, *operand),
            Surface::Binding(operand) => call::binding(self, *operand),
            Surface::Assign { target, value } => assign::assign(self, *target, *value),
            Surface::Update { target, op, value } => assign::update(self, *target, *op, *value),
            Surface::VerbUpdate { target, verb, args } => assign::verb_update(self, *target, verb, args),
            Surface::Define { pattern, ejector, value } => assign::define(self, *pattern, *ejector, *value),
            Surface::DefineKernel { pattern, ejector, value } => {
                let (pattern, ejector) = (self.pattern(*pattern), self.optional(*ejector));
                let value = self.expr(*value);
                self.define(pattern, ejector, value)
            }
            Surface::Forward(noun) => assign::forward(self, noun),
            Surface::Exit { kind, value } => control::exit(self, *kind, *value),
            Surface::If { test, then, otherwise } => control::if_else(self, *test, then, otherwise.as_ref()),
            Surface::For { key, value, collection, body, catch } => {
                let head = loops::For { key: *key, value: *value, collection: *collection };
                loops::for_in(self, head, |cx| cx.block(body), catch.as_ref())
            }
            Surface::While { test, body, catch } => {
                loops::while_true(self, *test, |cx| cx.block(body), catch.as_ref())
            }
            Surface::Switch { specimen, cases } => control::switch(self, *specimen, cases),
            Surface::Try { body, catches, finally } => {
                control::try_block(self, body, catches, finally.as_ref())
            }
            Surface::Escape { ejector, body, catch } => control::escape(self, *ejector, body, catch.as_ref()),
            Surface::When(it) => when::when(self, it),
            Surface::Accum { start, accumulator } => accum::accum(self, *start, accumulator),
            Surface::Fn { doc, params, body } => object::function(self, doc.clone(), params, body),
            Surface::Thunk { doc, body } => object::function(self, doc.clone(), &[], body),
            Surface::Meta(ast::MetaKind::Context) => self.add(Expr::MetaContext),
            // `meta.scope()` is an older spelling.
            Surface::Meta(ast::MetaKind::GetState | ast::MetaKind::Scope) => self.add(Expr::MetaState),
            Surface::Object(it) => object::object(self, it),
            Surface::Interface(it) => interface::interface(self, it),
            Surface::QuasiLiteral(hole) => self.add(Expr::QuasiLiteral(*hole)),
            Surface::QuasiPattern(hole) => self.add(Expr::QuasiPattern(*hole)),
        }
    }
}

impl std::ops::Deref for Expander<'_> {
    type Target = Builder;
    fn deref(&self) -> &Builder {
        &self.builder
    }
}

impl std::ops::DerefMut for Expander<'_> {
    fn deref_mut(&mut self) -> &mut Builder {
        &mut self.builder
    }
}
