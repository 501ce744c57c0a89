//! Quasi-literals: text, escapes and holes, as their parser will get them.

use super::Lowerer;
use super::literal::Escapes;
use crate::SyntaxErrorKind;
use crate::ast::{Expr, Ident, Pattern, Quasi, QuasiParser, QuasiPart};
use crate::cst::{Field, Kind, Node};
use crate::print::names::is_keyword;
use text_size::{TextRange, TextSize};

impl<'a> Lowerer<'a> {
    pub(super) fn quasi(&mut self, it: Node<'a>, matching: bool) -> Quasi {
        let parser = match it.child(Field::Parser) {
            None => QuasiParser::Default,
            Some(name) if name.kind() == Kind::Identifier => {
                QuasiParser::Named(Ident { name: self.word(name, "::"), range: name.range() })
            }
            Some(computed) => QuasiParser::Computed(self.inner(computed)),
        };
        let mut parts = Parts::default();
        for part in it.all(Field::Part) {
            match part.kind() {
                Kind::QuasiText => parts.text(part.text()),
                Kind::QuasiEscape => self.quasi_escape(part, &mut parts),
                Kind::ValueHole => parts.hole(self.value_hole(part)),
                Kind::PatternHole if matching => parts.hole(self.pattern_hole(part)),
                Kind::PatternHole => {
                    let message = "`@` takes a part out of what is matched, and nothing is matched here; write @@ for the character";
                    self.syntax_error(part, message);
                }
                _ => {}
            }
        }
        Quasi { parser, parts: parts.finish() }
    }

    /// Two backquotes are one; `$$` and `@@` stay two for the parser to read; `$\n` is what `\n` is in a string.
    fn quasi_escape(&mut self, it: Node<'a>, parts: &mut Parts) {
        match it.text() {
            "``" => parts.pending.push('`'),
            doubled @ ("$$" | "@@") => parts.pending.push_str(doubled),
            escape => {
                let mut escapes = Escapes::default();
                escapes.read(
                    escape.get(1..).unwrap_or_default(),
                    it.range().start() + text_size::TextSize::new(1),
                );
                // What an escape says is never a hole's beginning.
                let said = std::mem::take(&mut escapes.text);
                parts.pending.push_str(&said.replace('$', "$$").replace('@', "@@"));
                self.escape_faults(escapes);
            }
        }
    }

    fn value_hole(&mut self, it: Node<'a>) -> QuasiPart {
        if let Some(noun) = it.child(Field::Noun) {
            self.no_keyword(noun);
            let name = self.name(noun.text());
            return QuasiPart::Value(self.program.add_expr(Expr::Noun(name), noun.range()));
        }
        let body = self.body(it);
        QuasiPart::Value(match body.as_slice() {
            [one] => *one,
            _ => self.program.add_expr(Expr::Seq(body), it.range()),
        })
    }

    fn pattern_hole(&mut self, it: Node<'a>) -> QuasiPart {
        if let Some(noun) = it.child(Field::Pattern).and_then(|it| it.child(Field::Noun))
            && it.text().starts_with('@')
            && !it.text().starts_with("@{")
        {
            self.no_keyword(noun);
            let name = self.name(noun.text());
            let pattern = Pattern::Final { noun: Ident { name, range: noun.range() }, guard: None };
            return QuasiPart::Pattern(self.program.add_pattern(pattern, noun.range()));
        }
        QuasiPart::Pattern(self.pattern_in(it, Field::Pattern))
    }

    fn no_keyword(&mut self, it: Node<'a>) {
        if is_keyword(it.text()) {
            let message = format!("unexpected keyword \"{}\" in quasi hole", it.text());
            // With the `$` or `@` before it, which make one word of it.
            let mark = it.range().start().checked_sub(TextSize::new(1)).unwrap_or_default();
            let range = TextRange::new(mark, it.range().end());
            self.error(range, SyntaxErrorKind::Syntax, message);
        }
    }
}

/// The parts of a template so far, and the text that may yet grow.
#[derive(Default)]
struct Parts {
    done: Vec<QuasiPart>,
    pending: String,
}

impl Parts {
    fn text(&mut self, text: &str) {
        // A `$` or `@` that stands just before the end is itself; its parser wants that doubled.
        let lone = text.chars().next_back().filter(|it| matches!(it, '$' | '@'));
        self.pending.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
        self.pending.extend(lone);
    }

    fn hole(&mut self, hole: QuasiPart) {
        self.end_text();
        self.done.push(hole);
    }

    fn end_text(&mut self) {
        if !self.pending.is_empty() {
            self.done.push(QuasiPart::Text(std::mem::take(&mut self.pending).into()));
        }
    }

    fn finish(mut self) -> Vec<QuasiPart> {
        self.end_text();
        self.done
    }
}
