//! CST → AST: always succeeds, with errors beside the tree.
//!
//! What optional syntax a pragma has switched off is reported and lowered all the same, and so is a reserved
//! word used as a name: a program with a mistake in it still means most of what it says. Only what the parser
//! could not fit anywhere is left out.

mod control;
mod expr;
pub(crate) mod faults;
mod levels;
mod literal;
mod object;
mod pattern;
mod pragma;
mod quasi;

use crate::ast::{Block, Expr, ExprId, Ident, Pattern, PatternId, Program};
use crate::cst::{Cst, Field, Kind, Node};
use crate::deep::{NESTING_LIMIT, deep};
use crate::kernel_e::Name;
use crate::pragmas::Pragmas;
use crate::print::names::is_keyword;
use crate::{Parse, SyntaxError, SyntaxErrorKind};
use rustc_hash::FxHashMap;
use text_size::TextRange;

/// Reads a program of syntax version 0.9.
pub fn parse(text: &str) -> Parse {
    parse_with(text, &Pragmas::default())
}

/// Reads a program with the optional syntaxes that an earlier text left on.
pub fn parse_with(text: &str, pragmas: &Pragmas) -> Parse {
    lower(&Cst::new(text), pragmas)
}

/// Reads the template of a quasi-literal of E itself, with `${n}` and `@{n}` where its holes are; they become
/// `QuasiLiteral` and `QuasiPattern` nodes.
pub fn parse_quasi(template: &str) -> Parse {
    let cst = Cst::new(template);
    let mut cx = Lowerer::new(&cst, Pragmas::default());
    cx.holes = true;
    cx.program(&cst);
    cx.finish(&cst)
}

/// What [`parse_quasi_pattern`] answers.
#[derive(Clone, PartialEq, Debug)]
pub struct PatternParse {
    /// The program that holds the pattern's nodes; its body is empty.
    pub program: Program,
    pub pattern: PatternId,
    pub errors: Vec<SyntaxError>,
}

/// Reads the template of an `epatt` quasi-literal: one pattern. Ranges are those of the template.
pub fn parse_quasi_pattern(template: &str) -> PatternParse {
    pattern::parse_alone(template)
}

/// What [`tree`] answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tree {
    /// The concrete tree as an s-expression.
    pub sexp: String,
    /// What did not fit into it.
    pub errors: Vec<SyntaxError>,
}

/// How the grammar alone reads a text: no pragmas, no reserved words.
pub fn tree(text: &str) -> Tree {
    let cst = Cst::new(text);
    let errors = if cst.has_error() { faults::faults(&cst) } else { Vec::new() };
    Tree { sexp: cst.sexp(), errors }
}

/// Lowers a whole tree.
pub fn lower(cst: &Cst, pragmas: &Pragmas) -> Parse {
    let mut cx = Lowerer::new(cst, *pragmas);
    cx.program(cst);
    cx.finish(cst)
}

struct Lowerer<'a> {
    program: Program,
    errors: Vec<SyntaxError>,
    /// In force where the walk is.
    pragmas: Pragmas,
    /// The text is a template of E's own quasi-parser.
    holes: bool,
    depth: u32,
    names: FxHashMap<&'a str, Name>,
}

impl<'a> Lowerer<'a> {
    fn new(cst: &Cst, pragmas: Pragmas) -> Lowerer<'a> {
        let errors = if cst.has_error() { faults::faults(cst) } else { Vec::new() };
        let names = FxHashMap::default();
        Lowerer { program: Program::default(), errors, pragmas, holes: false, depth: 0, names }
    }

    fn program(&mut self, cst: &'a Cst) {
        self.program.body = self.body(cst.root());
    }

    fn finish(mut self, cst: &Cst) -> Parse {
        debug_assert!(self.errors.iter().all(|it| it.range.end() <= text_size::TextSize::of(cst.text())));
        self.errors.sort_by_key(|it| (it.range.start(), it.range.end()));
        Parse { program: self.program, errors: self.errors, pragmas: self.pragmas }
    }

    /// The expressions of a program or block. Where something among them could not be read, what is whole in
    /// it is kept.
    fn body(&mut self, it: Node<'a>) -> Vec<ExprId> {
        let mut body = Vec::new();
        for child in it.children() {
            match (child.field(), child.kind()) {
                (Some(Field::Body), _) => body.push(self.expr(child)),
                (_, Kind::Error) => body.extend(self.salvage(child)),
                _ => {}
            }
        }
        body
    }

    /// Whole expressions within text that fits nowhere. Single words are more likely pieces of something else.
    fn salvage(&mut self, it: Node<'a>) -> Vec<ExprId> {
        let whole = it.children().filter(|it| expr::is_telling(it.kind()));
        whole.map(|it| self.expr(it)).collect()
    }

    fn block(&mut self, it: Node<'a>) -> Block {
        Block { body: self.body(it), range: it.range() }
    }

    fn block_in(&mut self, it: Node<'a>, field: Field) -> Block {
        match it.child(field) {
            Some(block) => {
                self.check_line(block);
                self.block(block)
            }
            None => Block { body: Vec::new(), range: end_of(it) },
        }
    }

    /// The `{` of a body stands on the line of what it belongs to: a line end there ends the expression.
    fn check_line(&mut self, body: Node<'a>) {
        let before = body.before().trim_end_matches([' ', '\t', '\u{c}']);
        if !before.ends_with(['\n', '\r']) {
            return;
        }
        let said = before.trim_end();
        let line = said.rsplit(['\n', '\r']).next().unwrap_or_default();
        if !said.ends_with('\\') && !said.ends_with("->") && !line.contains('#') {
            let range = TextRange::at(body.range().start(), 1.into());
            let message = "a line end cannot stand before this `{`; put it at the end of the line before";
            self.error(range, SyntaxErrorKind::Syntax, message);
        }
    }

    fn expr(&mut self, it: Node<'a>) -> ExprId {
        let expr = self.nested(it, Expr::Error, Self::expr_here);
        self.program.add_expr(expr, it.range())
    }

    /// The expression in this role. An absent one has been reported as missing.
    fn expr_in(&mut self, it: Node<'a>, field: Field) -> ExprId {
        match it.child(field) {
            Some(child) => self.inner(child),
            None => self.program.add_expr(Expr::Error, end_of(it)),
        }
    }

    fn optional_in(&mut self, it: Node<'a>, field: Field) -> Option<ExprId> {
        it.child(field).map(|it| self.inner(it))
    }

    fn all_in(&mut self, it: Node<'a>, field: Field) -> Vec<ExprId> {
        it.all(field).map(|it| self.inner(it)).collect()
    }

    /// An expression; one alone in parentheses is that expression, with the range it has inside them.
    fn inner(&mut self, it: Node<'a>) -> ExprId {
        let mut it = it;
        while it.kind() == Kind::Parenthesized
            && let Some(item) = it.child(Field::Item)
        {
            it = item;
        }
        self.expr(it)
    }

    fn pattern(&mut self, it: Node<'a>) -> PatternId {
        let pattern = self.nested(it, Pattern::Error, Self::pattern_here);
        self.program.add_pattern(pattern, it.range())
    }

    fn pattern_in(&mut self, it: Node<'a>, field: Field) -> PatternId {
        match it.child(field) {
            Some(child) => self.pattern(child),
            None => self.program.add_pattern(Pattern::Error, end_of(it)),
        }
    }

    fn patterns_in(&mut self, it: Node<'a>, field: Field) -> Vec<PatternId> {
        it.all(field).map(|it| self.pattern(it)).collect()
    }

    /// Goes one level down, as long as there is room.
    fn nested<T>(&mut self, it: Node<'a>, too_deep: T, lower: impl FnOnce(&mut Self, Node<'a>) -> T) -> T {
        if self.depth == NESTING_LIMIT {
            let message = format!(
                "this nests more than {NESTING_LIMIT} levels deep; give names to some of the inner parts"
            );
            self.error(it.range(), SyntaxErrorKind::Syntax, message);
            return too_deep;
        }
        self.depth += 1;
        let lowered = deep(|| lower(self, it));
        self.depth -= 1;
        lowered
    }

    /// An identifier or a string, where a verb or a parameter's name is wanted.
    fn ident(&mut self, it: Node<'a>) -> Ident {
        let name = match it.kind() {
            Kind::String => Name::from(self.string(it)),
            _ => self.word(it, ""),
        };
        Ident { name, range: it.range() }
    }

    fn ident_in(&mut self, it: Node<'a>, field: Field) -> Ident {
        match it.child(field) {
            Some(child) => self.ident(child),
            None => Ident { name: self.name(""), range: end_of(it) },
        }
    }

    /// An identifier. E keeps some words for its own future; `quote` is what goes before a string here.
    fn word(&mut self, it: Node<'a>, quote: &str) -> Name {
        let word = it.text();
        if is_keyword(word) {
            let message = format!(
                "`{word}` is a reserved word; choose another, or write it in quotes: {quote}\"{word}\""
            );
            self.error(it.range(), SyntaxErrorKind::Syntax, message);
        }
        self.name(word)
    }

    fn name(&mut self, text: &'a str) -> Name {
        self.names.entry(text).or_insert_with(|| Name::new(text)).clone()
    }

    fn error(&mut self, range: TextRange, kind: SyntaxErrorKind, message: impl Into<String>) {
        self.errors.push(SyntaxError::new(range, kind, message));
    }

    fn syntax_error(&mut self, it: Node<'a>, message: impl Into<String>) {
        self.error(it.range(), SyntaxErrorKind::Syntax, message);
    }
}

/// Where something that is not there would have stood.
fn end_of(it: Node<'_>) -> TextRange {
    TextRange::empty(it.range().end())
}
