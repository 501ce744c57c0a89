//! Objects and interfaces.

use super::{Place, Printer};
use crate::ast::{
    ExprId, Ident, Interface, InterfaceName, Message, Method, MethodKind, Object, ObjectBody, ObjectName,
    Param,
};
use crate::print::names::quoted;

impl Printer<'_> {
    pub(super) fn object(&mut self, it: &Object) {
        self.doc(&it.doc);
        self.text("def ");
        self.object_name(&it.name);
        match &it.body {
            ObjectBody::Script { methods, matchers } => {
                self.auditors(it);
                self.text(" ");
                self.braces(
                    |cx| {
                        cx.separated_lines(methods, Self::method);
                        if !methods.is_empty() && !matchers.is_empty() {
                            cx.line();
                        }
                        cx.separated_lines(matchers, Self::matcher);
                    },
                    methods.is_empty() && matchers.is_empty(),
                );
            }
            ObjectBody::Plumbing(matcher) => {
                self.auditors(it);
                self.text(" ");
                self.matcher(matcher);
            }
            ObjectBody::Function { verb, params, result_guard, body, .. } => {
                if let Some(verb) = verb {
                    self.text(".");
                    self.verb(&verb.name);
                }
                self.patterns("(", params, ")");
                self.guard(*result_guard);
                self.auditors(it);
                self.block(body);
            }
        }
    }

    pub(super) fn object_name(&mut self, it: &ObjectName) {
        match it {
            ObjectName::Ignore => self.text("_"),
            ObjectName::Final { noun } => self.named("", noun, None),
            ObjectName::Var { noun, guard } => self.named("var ", noun, *guard),
            ObjectName::Bind { noun, guard } => self.named("bind ", noun, *guard),
            ObjectName::Slot { noun } => self.named("&", noun, None),
            ObjectName::Pattern(it) => self.pattern(*it),
        }
    }

    fn auditors(&mut self, it: &Object) {
        if let Some(parent) = it.extends {
            self.text(" extends ");
            self.expr(parent, Place::Order);
        }
        if let Some(auditor) = it.as_auditor {
            self.text(" as ");
            self.expr(auditor, Place::Order);
        }
        self.listed("implements", &it.implements);
    }

    fn listed(&mut self, word: &str, items: &[ExprId]) {
        if !items.is_empty() {
            self.text(&format!(" {word} "));
            self.separated(items, ", ", |cx, it| cx.expr(*it, Place::Order));
        }
    }

    fn separated_lines<T>(&mut self, items: &[T], mut print: impl FnMut(&mut Self, &T)) {
        for (index, it) in items.iter().enumerate() {
            if index > 0 {
                self.line();
            }
            print(self, it);
        }
    }

    fn method(&mut self, it: &Method) {
        self.doc(&it.doc);
        self.text(match it.kind {
            MethodKind::To => "to ",
            MethodKind::Method => "method ",
        });
        self.optional_verb(it.verb.as_ref());
        self.patterns("(", &it.params, ")");
        self.guard(it.result_guard);
        self.block(&it.body);
    }

    fn optional_verb(&mut self, verb: Option<&Ident>) {
        if let Some(verb) = verb {
            self.verb(&verb.name);
        }
    }

    pub(super) fn interface(&mut self, it: &Interface) {
        self.doc(&it.doc);
        self.text("interface ");
        match &it.name {
            InterfaceName::Pattern(pattern) => self.pattern(*pattern),
            InterfaceName::Literal(name) => self.text(&quoted(name, '"', false)),
        }
        if it.function {
            return it.messages.iter().for_each(|it| self.signature(it));
        }
        if let Some(stamp) = it.guards {
            self.text(" guards ");
            self.pattern(stamp);
        }
        self.listed("extends", &it.extends);
        self.listed("implements", &it.implements);
        self.text(" ");
        self.braces(|cx| cx.separated_lines(&it.messages, Self::message), it.messages.is_empty());
    }

    fn message(&mut self, it: &Message) {
        self.doc(&it.doc);
        self.text("to ");
        self.optional_verb(it.verb.as_ref());
        self.signature(it);
    }

    fn signature(&mut self, it: &Message) {
        self.text("(");
        self.separated(&it.params, ", ", Self::param);
        self.text(")");
        self.guard(it.result_guard);
    }

    fn param(&mut self, it: &Param) {
        match &it.name {
            Some(name) => self.named("", name, it.guard),
            None => {
                self.text("_");
                self.guard(it.guard);
            }
        }
    }
}
