//! Objects and interfaces.

use super::Reader;
use crate::node::kind::K;
use crate::value::Value;
use syntax::ast::{self, ExprId};

impl Reader<'_> {
    pub(super) fn object_name(&mut self, it: &ast::ObjectName) -> Value {
        match it {
            ast::ObjectName::Ignore => self.bare(K::IgnorePattern, &[]),
            ast::ObjectName::Final { noun } => self.noun_pattern(K::FinalPattern, noun, None),
            ast::ObjectName::Var { noun, guard } => self.noun_pattern(K::VarPattern, noun, *guard),
            ast::ObjectName::Bind { noun, guard } => self.noun_pattern(K::BindPattern, noun, *guard),
            ast::ObjectName::Slot { noun } => self.noun_pattern(K::SlotPattern, noun, None),
            ast::ObjectName::Pattern(it) => self.pattern(*it),
        }
    }

    pub(super) fn noun_pattern(&mut self, k: K, noun: &ast::Ident, guard: Option<ExprId>) -> Value {
        let fields = [self.noun(noun), self.opt_expr(guard)];
        self.bare(k, &fields)
    }

    pub(super) fn object(&mut self, it: &ast::Object) -> (K, Vec<Value>) {
        let (doc, name) = (self.opt_text(&it.doc), self.object_name(&it.name));
        let (as_auditor, implements) = (self.opt_expr(it.as_auditor), self.exprs(&it.implements));
        let auditors = self.bare(K::Auditors, &[as_auditor, implements]);
        let tail = match &it.body {
            ast::ObjectBody::Script { methods, matchers } => {
                let parent = self.opt_expr(it.extends);
                let methods: Vec<Value> = methods.iter().map(|it| self.method(it)).collect();
                let (methods, matchers) = (self.cx.heap.list(methods), self.matchers(matchers));
                self.bare(K::MethodObject, &[parent, auditors, methods, matchers])
            }
            ast::ObjectBody::Plumbing(matcher) => {
                let matcher = self.matcher(matcher.pattern, &matcher.body);
                self.bare(K::PlumbingObject, &[auditors, matcher])
            }
            ast::ObjectBody::Function { verb, params, result_guard, body, easy_return } => {
                let (params, guard) = (self.patterns(params), self.opt_expr(*result_guard));
                let (body, easy) = (self.block(body), (*easy_return).into());
                match verb {
                    None => self.bare(K::FunctionObject, &[params, guard, auditors, body, easy]),
                    Some(verb) => {
                        let verb = self.name(verb);
                        self.bare(K::OneMethodObject, &[verb, params, guard, auditors, body, easy])
                    }
                }
            }
        };
        (K::ObjectHeadExpr, vec![doc, name, tail])
    }

    pub(super) fn method(&mut self, it: &ast::Method) -> Value {
        let verb = it.verb.as_ref().map_or("run", |it| &it.name);
        let (doc, verb, params) = (self.opt_text(&it.doc), self.text(verb), self.patterns(&it.params));
        let (guard, body) = (self.opt_expr(it.result_guard), self.block(&it.body));
        match it.kind {
            ast::MethodKind::To => {
                self.bare(K::ETo, &[doc, verb, params, guard, body, it.easy_return.into()])
            }
            ast::MethodKind::Method => self.bare(K::EMethod, &[doc, verb, params, guard, body]),
        }
    }

    pub(super) fn interface(&mut self, it: &ast::Interface) -> (K, Vec<Value>) {
        let name = match &it.name {
            ast::InterfaceName::Pattern(it) => self.pattern(*it),
            ast::InterfaceName::Literal(name) => {
                let name = self.text(name);
                self.bare(K::LiteralExpr, &[name])
            }
        };
        let (doc, stamp) = (self.opt_text(&it.doc), self.opt_pattern(it.guards));
        let (parents, auditors) = (self.exprs(&it.extends), self.exprs(&it.implements));
        let messages: Vec<Value> = it.messages.iter().map(|it| self.message(it)).collect();
        (K::InterfaceExpr, vec![doc, name, stamp, parents, auditors, self.cx.heap.list(messages)])
    }

    pub(super) fn message(&mut self, it: &ast::Message) -> Value {
        let verb = it.verb.as_ref().map_or("run", |it| &it.name);
        let (doc, verb) = (self.opt_text(&it.doc), self.text(verb));
        let mut params = Vec::new();
        for param in &it.params {
            let name = param.name.as_ref().map_or(Value::NULL, |it| self.cx.heap.text(&*it.name));
            let guard = self.opt_expr(param.guard);
            params.push(self.bare(K::ParamDescExpr, &[name, guard]));
        }
        let (params, guard) = (self.cx.heap.list(params), self.opt_expr(it.result_guard));
        self.bare(K::MessageDescExpr, &[doc, verb, params, guard])
    }
}
