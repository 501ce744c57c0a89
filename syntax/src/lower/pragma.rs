//! Pragmas: which optional syntax is on from here to the end of the text.

use super::Lowerer;
use crate::SyntaxErrorKind;
use crate::ast::Expr;
use crate::cst::{Field, Node};
use crate::pragmas::{Pragmas, Setting, Syntax};
use text_size::{TextRange, TextSize};

impl<'a> Lowerer<'a> {
    /// Reports a use of optional syntax that is off, or that someone wants to hear of.
    pub(super) fn requires(&mut self, syntax: Syntax, it: Node<'a>) {
        self.requires_at(syntax, it.range());
    }

    /// The same of syntax that one mark of `it` makes optional: the first `mark` behind its part `after`.
    pub(super) fn requires_mark(
        &mut self,
        syntax: Syntax,
        it: Node<'a>,
        after: Option<Node<'a>>,
        mark: &str,
    ) {
        let start = it.range().start();
        let from = after.map_or(0, |it| usize::from(it.range().end() - start));
        let at = it.text().get(from..).and_then(|it| it.find(mark));
        match at.and_then(|at| TextSize::try_from(from + at).ok()) {
            Some(at) => self.requires_at(syntax, TextRange::at(start + at, TextSize::of(mark))),
            None => self.requires(syntax, it),
        }
    }

    fn requires_at(&mut self, syntax: Syntax, range: TextRange) {
        match (self.pragmas.setting(syntax), syntax) {
            (Setting::On, _) => {}
            (Setting::Off, _) => {
                let message = format!("The optional \"{syntax}\" syntax is currently off.");
                self.error(range, SyntaxErrorKind::Pragma, message);
            }
            (Setting::Warn, Syntax::SmalltalkReturn) => {
                let message = "`^` is deprecated; write `return`";
                self.error(range, SyntaxErrorKind::Warning, message);
            }
            (Setting::Warn, _) => {
                let message = format!("this uses the optional \"{syntax}\" syntax");
                self.error(range, SyntaxErrorKind::Warning, message);
            }
        }
    }

    /// The syntax explicit-result-guard is the one that takes something away: leaving a guard out.
    pub(super) fn requires_result_guard(&mut self, range: TextRange) {
        match self.pragmas.setting(Syntax::ExplicitResultGuard) {
            Setting::Off => {}
            Setting::Warn => self.error(range, SyntaxErrorKind::Warning, "Missing result guard."),
            Setting::On => {
                let message = "You must specify a result guard or disable \"explicit-result-guard\".";
                self.error(range, SyntaxErrorKind::Pragma, message);
            }
        }
    }

    pub(super) fn pragma(&mut self, it: Node<'a>) -> Expr {
        let Some(verb) = it.child(Field::Verb) else { return Expr::Error };
        let argument = it.child(Field::Argument).map_or(String::new(), |it| self.string(it));
        match verb.text() {
            "syntax" => self.set_version(it, &argument),
            "enable" => self.set(it, &argument, Setting::On),
            "disable" => self.set(it, &argument, Setting::Off),
            "warn" => self.set(it, &argument, Setting::Warn),
            other => {
                let message = format!("Unknown pragma \"{other}\".");
                self.error(it.range(), SyntaxErrorKind::Pragma, message);
            }
        }
        let verb = crate::ast::Ident { name: self.name(verb.text()), range: verb.range() };
        Expr::Pragma { verb, argument: argument.into() }
    }

    /// A version decides about its own options; what is set beside them stays.
    fn set_version(&mut self, it: Node<'a>, version: &str) {
        match Pragmas::version(version) {
            Some(of_version) => self.pragmas = self.pragmas.changed_to(of_version),
            None => {
                let message = format!("Unknown syntax version \"{version}\".");
                self.error(it.range(), SyntaxErrorKind::Pragma, message);
            }
        }
    }

    fn set(&mut self, it: Node<'a>, name: &str, to: Setting) {
        match Syntax::named(name) {
            Some(syntax) => self.pragmas.set(syntax, to),
            None => {
                let message = format!("no optional syntax is called \"{name}\"");
                self.error(it.range(), SyntaxErrorKind::Warning, message);
            }
        }
    }
}
