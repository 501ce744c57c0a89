//! Objects and interfaces.

use super::levels::Level;
use super::{Lowerer, end_of};
use crate::ast::{
    Expr, Ident, Interface, InterfaceName, Message, Method, MethodKind, Object, ObjectBody, ObjectName,
    Param, PatternId,
};
use crate::cst::{Field, Kind, Node};
use crate::pragmas::Syntax;
use std::sync::Arc;
use text_size::{TextRange, TextSize};

impl<'a> Lowerer<'a> {
    pub(super) fn object(&mut self, it: Node<'a>) -> Expr {
        let doc = self.doc_of(it);
        let name = it.child(Field::Name).map_or(ObjectName::Ignore, |it| self.object_name(it));
        // In the order of the text, for the sake of what is reported.
        for field in [Field::Extends, Field::As, Field::Implements] {
            self.check_level(it, field, Level::Order);
        }
        let extends = self.optional_in(it, Field::Extends);
        let function = (it.kind() == Kind::Function).then(|| self.function_head(it));
        let as_auditor = self.optional_in(it, Field::As);
        let implements = self.all_in(it, Field::Implements);
        let body = match function {
            Some((verb, params, result_guard)) => {
                let easy_return = self.pragmas.allows(Syntax::EasyReturn);
                let body = self.block_in(it, Field::Body);
                ObjectBody::Function { verb, params, result_guard, body, easy_return }
            }
            None => self.object_body(it, extends.is_some()),
        };
        let header = header(it, it.child(Field::Body).or(it.child(Field::Matcher)));
        Expr::Object(Box::new(Object { doc, name, extends, as_auditor, implements, body, header }))
    }

    fn function_head(&mut self, it: Node<'a>) -> (Option<Ident>, Vec<PatternId>, Option<crate::ast::ExprId>) {
        let verb = it.child(Field::Verb).map(|verb| {
            self.requires_mark(Syntax::OneMethodObject, it, it.child(Field::Name), ".");
            self.ident(verb)
        });
        let params = self.params(it);
        let result_guard = self.optional_in(it, Field::ResultGuard);
        if result_guard.is_none() {
            self.requires_result_guard(header_end(it));
        }
        (verb, params, result_guard)
    }

    fn object_body(&mut self, it: Node<'a>, extends: bool) -> ObjectBody {
        if let Some(matcher) = it.child(Field::Matcher) {
            self.requires(Syntax::Plumbing, matcher);
            if extends {
                let message = "an object that is one matcher cannot extend another; write { match … }";
                self.syntax_error(matcher, message);
            }
            return ObjectBody::Plumbing(self.matcher(matcher));
        }
        let (mut methods, mut matchers) = (Vec::new(), Vec::new());
        if let Some(body) = it.child(Field::Body) {
            self.check_line(body);
        }
        for child in it.child(Field::Body).into_iter().flat_map(|it| it.children()) {
            match child.kind() {
                Kind::Method => methods.push(self.method(child)),
                Kind::Matcher => matchers.push(self.matcher(child)),
                _ => {}
            }
        }
        ObjectBody::Script { methods, matchers }
    }

    /// What stands between `def` and an object's body.
    pub(super) fn object_name(&mut self, it: Node<'a>) -> ObjectName {
        match it.kind() {
            _ if it.is_missing() => ObjectName::Ignore,
            Kind::IgnorePattern | Kind::Error => ObjectName::Ignore,
            Kind::VarPattern => {
                let noun = self.noun_in(it, Field::Noun);
                ObjectName::Var { noun, guard: self.optional_in(it, Field::Guard) }
            }
            Kind::BindPattern => {
                let noun = self.noun_in(it, Field::Noun);
                ObjectName::Bind { noun, guard: self.optional_in(it, Field::Guard) }
            }
            Kind::SlotPattern => ObjectName::Slot { noun: self.noun_in(it, Field::Noun) },
            _ => ObjectName::Final { noun: self.noun(it) },
        }
    }

    fn method(&mut self, it: Node<'a>) -> Method {
        let doc = self.doc_of(it);
        let to = it.child(Field::Kind).is_none_or(|it| it.text().eq_ignore_ascii_case("to"));
        let verb = it.child(Field::Verb).map(|it| self.ident(it));
        let params = self.params(it);
        let result_guard = self.optional_in(it, Field::ResultGuard);
        if result_guard.is_none() {
            self.requires_result_guard(header_end(it));
        }
        Method {
            doc,
            kind: if to { MethodKind::To } else { MethodKind::Method },
            verb,
            params,
            result_guard,
            body: self.block_in(it, Field::Body),
            easy_return: self.pragmas.allows(Syntax::EasyReturn),
            range: it.range(),
        }
    }

    pub(super) fn params(&mut self, it: Node<'a>) -> Vec<PatternId> {
        it.child(Field::Parameters).map_or(Vec::new(), |it| self.patterns_in(it, Field::Item))
    }

    pub(super) fn doc_of(&mut self, it: Node<'a>) -> Option<Arc<str>> {
        let doc = it.child(Field::Doc)?;
        let text = doc.child(Field::Text).map_or("", |it| it.text());
        Some(text.replace("\r\n", "\n").replace('\r', "\n").trim().into())
    }

    pub(super) fn interface(&mut self, it: Node<'a>) -> Expr {
        let doc = self.doc_of(it);
        let name = match it.child(Field::Name) {
            Some(name) if name.kind() == Kind::String => InterfaceName::Literal(self.string(name).into()),
            _ => InterfaceName::Pattern(self.pattern_in(it, Field::Name)),
        };
        let function = it.kind() == Kind::FunctionInterface;
        let guards = it.child(Field::Guards).map(|it| self.pattern(it));
        for field in [Field::Extends, Field::Implements] {
            self.check_level(it, field, Level::Order);
        }
        let extends = self.all_in(it, Field::Extends);
        let implements = self.all_in(it, Field::Implements);
        let messages = match function {
            true => vec![self.message(it, None)],
            false => it
                .all(Field::Message)
                .map(|it| {
                    let doc = self.doc_of(it);
                    self.message(it, doc)
                })
                .collect(),
        };
        Expr::Interface(Box::new(Interface { doc, name, guards, extends, implements, messages, function }))
    }

    fn message(&mut self, it: Node<'a>, doc: Option<Arc<str>>) -> Message {
        let verb = it.child(Field::Verb).map(|it| self.ident(it));
        let params = it
            .child(Field::Parameters)
            .map_or(Vec::new(), |it| it.all(Field::Item).map(|it| self.param(it)).collect());
        Message {
            doc,
            verb,
            params,
            result_guard: self.optional_in(it, Field::ResultGuard),
            range: it.range(),
        }
    }

    fn param(&mut self, it: Node<'a>) -> Param {
        let name = it.child(Field::Name).filter(|it| it.text() != "_").map(|it| self.noun(it));
        Param { name, guard: self.optional_in(it, Field::Guard) }
    }
}

/// Where a result guard would stand.
fn header_end(it: Node<'_>) -> TextRange {
    it.child(Field::Parameters).map_or(end_of(it), |it| it.range())
}

/// From the first word after a doc comment to just before the body.
fn header(it: Node<'_>, body: Option<Node<'_>>) -> TextRange {
    let whole = it.range();
    let after_doc = it.child(Field::Doc).map_or(whole.start(), |it| it.range().end());
    let before_body = body.map_or(whole.end(), |it| it.range().start());
    let cut = |from: TextSize, to: TextSize| {
        it.text().get((from - whole.start()).into()..(to - whole.start()).into()).unwrap_or_default()
    };
    let header = cut(after_doc, before_body);
    let start = after_doc + TextSize::of(header) - TextSize::of(header.trim_start());
    TextRange::at(start, TextSize::of(header.trim()))
}
