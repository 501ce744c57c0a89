//! Pragmas: which optional syntax is on from here to the end of the text.

use super::Lowerer;
use crate::SyntaxErrorKind;
use crate::ast::Expr;
use crate::cst::{Field, Node};
use crate::pragmas::{Pragmas, Setting, Syntax};
use text_size::TextRange;

impl<'a> Lowerer<'a> {
    /// Reports a use of optional syntax that is off, or that someone wants to hear of.
    pub(super) fn requires(&mut self, syntax: Syntax, it: Node<'a>) {
        match (self.pragmas.setting(syntax), syntax) {
            (Setting::On, _) => {}
            (Setting::Off, _) => {
                let message = format!("The optional \"{syntax}\" syntax is currently off.");
                self.error(it.range(), SyntaxErrorKind::Pragma, message);
            }
            (Setting::Warn, Syntax::SmalltalkReturn) => {
                let message = "`^` is deprecated; write `return`";
                self.error(it.range(), SyntaxErrorKind::Warning, message);
            }
            (Setting::Warn, _) => {
                let message = format!("this uses the optional \"{syntax}\" syntax");
                self.error(it.range(), SyntaxErrorKind::Warning, message);
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
