//! Patterns.

use super::levels::Level;
use super::{Lowerer, PatternParse};
use crate::SyntaxErrorKind;
use crate::ast::{MapPatternEntry, MapPatternKey, Pattern};
use crate::cst::{Cst, Field, Kind, Node};
use crate::kernel_e::Name;
use crate::pragmas::{Pragmas, Syntax};
use text_size::{TextRange, TextSize};

/// What makes a pattern a program, so that one grammar reads both.
const BEFORE: &str = "null =~ ";

/// One pattern, given as a template of E's own quasi-parser.
pub(super) fn parse_alone(template: &str) -> PatternParse {
    let text = format!("{BEFORE}{template}");
    let cst = Cst::new(&text);
    let mut cx = Lowerer::new(&cst, Pragmas::default());
    cx.holes = true;
    let found = {
        let mut body = cst.root().all(Field::Body);
        let first = body.next().filter(|it| it.kind() == Kind::MatchBind);
        if let Some(more) = body.next() {
            cx.syntax_error(more, "found something after the pattern; a template holds one pattern");
        }
        first.and_then(|it| it.child(Field::Pattern))
    };
    let pattern = match found {
        Some(it) => cx.pattern(it),
        None => cx.program.add_pattern(Pattern::Error, TextRange::empty(TextSize::of(BEFORE))),
    };
    if found.is_none() && cx.errors.is_empty() {
        let range = TextRange::up_to(TextSize::of(text.as_str()));
        cx.error(range, SyntaxErrorKind::Syntax, "found something that is not a pattern");
    }
    let mut parse = cx.finish(&cst);
    let shift = |range: TextRange| {
        let back = |at: TextSize| at.checked_sub(TextSize::of(BEFORE)).unwrap_or_default();
        TextRange::new(back(range.start()), back(range.end()))
    };
    parse.program.map_ranges(shift);
    for error in &mut parse.errors {
        error.range = shift(error.range);
        error.related.iter_mut().for_each(|it| it.range = shift(it.range));
    }
    PatternParse { program: parse.program, pattern, errors: parse.errors }
}

impl<'a> Lowerer<'a> {
    pub(super) fn pattern_here(&mut self, it: Node<'a>) -> Pattern {
        match it.kind() {
            _ if it.is_missing() => Pattern::Error,
            Kind::FinalPattern => self.final_pattern(it),
            Kind::IgnorePattern => Pattern::Ignore { guard: self.optional_in(it, Field::Guard) },
            Kind::VarPattern => {
                let noun = self.noun_in(it, Field::Noun);
                Pattern::Var { noun, guard: self.optional_in(it, Field::Guard) }
            }
            Kind::BindPattern => {
                let noun = self.noun_in(it, Field::Noun);
                Pattern::Bind { noun, guard: self.optional_in(it, Field::Guard) }
            }
            Kind::SlotPattern => {
                let noun = self.noun_in(it, Field::Noun);
                Pattern::Slot { noun, guard: self.optional_in(it, Field::Guard) }
            }
            Kind::BindingPattern => Pattern::Binding { noun: self.noun_in(it, Field::Noun) },
            Kind::ListPattern => {
                let subs = self.patterns_in(it, Field::Item);
                Pattern::List { subs, rest: it.child(Field::Rest).map(|it| self.pattern(it)) }
            }
            Kind::MapPattern => {
                let entries = it.all(Field::Entry).map(|it| self.map_pattern_entry(it)).collect();
                Pattern::Map { entries, rest: it.child(Field::Rest).map(|it| self.pattern(it)) }
            }
            Kind::SamePattern => {
                let negated = it.child(Field::Operator).is_some_and(|it| it.text() == "!=");
                Pattern::Same { value: self.expr_in(it, Field::Value), negated }
            }
            Kind::SuchThatPattern => {
                self.check_level(it, Field::Test, Level::Order);
                let pattern = self.pattern_in(it, Field::Pattern);
                Pattern::SuchThat { pattern, test: self.expr_in(it, Field::Test) }
            }
            Kind::ViaPattern => {
                let function = self.expr_in(it, Field::Function);
                Pattern::Via { function, pattern: self.pattern_in(it, Field::Pattern) }
            }
            Kind::Quasi => Pattern::Quasi(self.quasi(it, true)),
            Kind::CallPattern => self.call_pattern(it),
            _ => Pattern::Error,
        }
    }

    /// `x :G`. A bare hole is a hole for a pattern, not for its name.
    fn final_pattern(&mut self, it: Node<'a>) -> Pattern {
        let (noun, guard) = (it.child(Field::Noun), it.child(Field::Guard));
        match (noun, guard) {
            (Some(noun), _) if noun.is_missing() => Pattern::Error,
            (Some(noun), None) if noun.kind() == Kind::SourceHole => match self.hole(noun) {
                Some((true, hole)) => Pattern::QuasiLiteral(hole),
                Some((false, hole)) => Pattern::QuasiPattern(hole),
                None => Pattern::Error,
            },
            _ => {
                let noun = self.noun_in(it, Field::Noun);
                Pattern::Final { noun, guard: guard.map(|it| self.inner(it)) }
            }
        }
    }

    fn map_pattern_entry(&mut self, it: Node<'a>) -> MapPatternEntry {
        let key = match it.kind() {
            Kind::MapPatternImport => self.map_pattern_import(it),
            _ => {
                let key = self.expr_in(it, Field::Key);
                MapPatternKey::Pair { key, value: self.pattern_in(it, Field::Value) }
            }
        };
        self.check_level(it, Field::Default, Level::Order);
        MapPatternEntry { key, default: self.optional_in(it, Field::Default) }
    }

    fn map_pattern_import(&mut self, it: Node<'a>) -> MapPatternKey {
        if let Some(nameless) = it.child(Field::Pattern).filter(|it| it.kind() == Kind::IgnorePattern) {
            self.syntax_error(nameless, "found `=> _`, which names no key; write the name of what is wanted");
        }
        MapPatternKey::Import(self.pattern_in(it, Field::Pattern))
    }

    fn call_pattern(&mut self, it: Node<'a>) -> Pattern {
        self.requires(Syntax::CallPattern, it);
        let recipient = self.expr_in(it, Field::Recipient);
        let indexed = it.child(Field::Parameters).is_some_and(|it| it.text().starts_with('['));
        let verb = match it.child(Field::Verb) {
            Some(verb) => self.ident(verb).name,
            None => Name::new(if indexed { "get" } else { "run" }),
        };
        Pattern::Call { recipient, verb, args: self.params(it) }
    }
}
