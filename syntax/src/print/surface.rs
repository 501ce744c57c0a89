//! The surface tree back as E, sugar and all: blocks on lines of their own, four spaces further in, and
//! parentheses only where the text would otherwise be read differently.
//!
//! What is printed reads back as the same tree, but for layout and comments, which the tree does not have.

mod control;
mod expr;
mod object;
mod pattern;

use super::names::{is_identifier, quoted};
use crate::ast::{Block, ExprId, PatternId, Program};
use std::sync::Arc;

/// A whole program as E.
pub fn print_surface(program: &Program) -> String {
    print_with(program, |cx| {
        cx.lines(&program.body);
        if !program.body.is_empty() {
            cx.text("\n");
        }
    })
}

/// The expressions of a program, one on each line.
pub fn print_surface_body(program: &Program) -> String {
    print_with(program, |cx| cx.lines(&program.body))
}

/// One expression as E.
pub fn print_surface_expr(program: &Program, id: ExprId) -> String {
    print_with(program, |cx| cx.expr(id, Place::Line))
}

/// One pattern as E.
pub fn print_surface_pattern(program: &Program, id: PatternId) -> String {
    print_with(program, |cx| cx.pattern(id))
}

fn print_with(program: &Program, print: impl FnOnce(&mut Printer<'_>)) -> String {
    let mut cx = Printer { program, out: String::new(), indent: 0 };
    print(&mut cx);
    cx.out
}

/// Where an expression is put, from the most room to the least: the levels of E's own grammar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Place {
    /// A whole line, an argument, between parentheses.
    Line,
    Assign,
    Or,
    And,
    Logical,
    Order,
    Interval,
    Shift,
    Add,
    Multiply,
    /// To the left of `*` and its like, where `a ** b %% c` may not stand.
    Factors,
    Pow,
    Prefix,
    Postfix,
    /// What only names, literals and brackets are.
    Prim,
}

/// Past this many levels lines are indented no further, or a deep tree would print to the square of its size.
const DEEPEST: usize = 40;

struct Printer<'a> {
    program: &'a Program,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("    ", self.indent.min(DEEPEST)));
    }

    fn lines(&mut self, body: &[ExprId]) {
        for (index, it) in body.iter().enumerate() {
            if index > 0 {
                self.line();
            }
            self.expr(*it, Place::Line);
        }
    }

    /// ` {`, the lines of `body`, `}`
    fn block(&mut self, block: &Block) {
        self.text(" ");
        self.braces(|cx| cx.lines(&block.body), block.body.is_empty());
    }

    fn braces(&mut self, body: impl FnOnce(&mut Self), empty: bool) {
        if empty {
            return self.text("{}");
        }
        self.text("{");
        self.indent += 1;
        self.line();
        body(self);
        self.indent -= 1;
        self.line();
        self.text("}");
    }

    fn separated<T>(&mut self, items: &[T], separator: &str, mut print: impl FnMut(&mut Self, &T)) {
        for (index, it) in items.iter().enumerate() {
            if index > 0 {
                self.text(separator);
            }
            print(self, it);
        }
    }

    fn args(&mut self, args: &[ExprId]) {
        self.text("(");
        self.separated(args, ", ", |cx, it| cx.expr(*it, Place::Line));
        self.text(")");
    }

    fn noun(&mut self, noun: &str) {
        match noun.strip_suffix("__uriGetter").filter(|it| is_scheme(it)) {
            Some(scheme) => self.text(&format!("<{scheme}>")),
            None if is_identifier(noun) => self.text(noun),
            None => self.text(&format!("::{}", quoted(noun, '"', false))),
        }
    }

    fn verb(&mut self, verb: &str) {
        match is_identifier(verb) {
            true => self.text(verb),
            false => self.text(&quoted(verb, '"', false)),
        }
    }

    fn doc(&mut self, doc: &Option<Arc<str>>) {
        let Some(doc) = doc else { return };
        // Nothing inside a comment can say its end.
        let doc = doc.replace("*/", "* /");
        self.text(&if doc.is_empty() { "/***/".to_string() } else { format!("/** {doc} */") });
        self.line();
    }

    fn guard(&mut self, guard: Option<ExprId>) {
        if let Some(guard) = guard {
            self.text(" :");
            self.guard_expr(guard);
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_lowercase())
        && text.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "+-.".contains(it))
}
