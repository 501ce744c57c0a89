//! Objects and interfaces.

use super::{Answer, Node, Writer};
use crate::node::kind::{self, K};
use crate::value::Value;
use std::sync::Arc;
use syntax::ast::{self, Expr, Object, ObjectBody, Pattern};

/// What an object does, as its node has it.
pub(super) enum Body {
    /// A list of methods and one of matchers.
    Methods(Value, Value),
    /// A script, or a matcher alone.
    Script(Value),
    Function(ObjectBody),
}

impl Writer<'_> {
    pub(super) fn object_name(&mut self, value: Value) -> Answer<ast::ObjectName> {
        let node = self.node(value)?;
        let unguarded = node.get(1).is_null();
        Ok(match node.kind.k {
            K::IgnorePattern => ast::ObjectName::Ignore,
            K::FinalPattern if unguarded => ast::ObjectName::Final { noun: self.noun(node.get(0))? },
            K::VarPattern => {
                ast::ObjectName::Var { noun: self.noun(node.get(0))?, guard: self.opt_expr(node.get(1))? }
            }
            K::BindPattern => {
                ast::ObjectName::Bind { noun: self.noun(node.get(0))?, guard: self.opt_expr(node.get(1))? }
            }
            K::SlotPattern if unguarded => ast::ObjectName::Slot { noun: self.noun(node.get(0))? },
            _ => ast::ObjectName::Pattern(self.pattern(value)?),
        })
    }

    pub(super) fn object_head(&mut self, node: &Node) -> Answer<Expr> {
        let (doc, name) = (self.opt_text(node.get(0)), self.object_name(node.get(1))?);
        let tail = self.node(node.get(2))?;
        let f = |at: usize| tail.get(at);
        match tail.kind.k {
            K::MethodObject => self.object(doc, name, f(0), f(1), Body::Methods(f(2), f(3))),
            K::PlumbingObject => self.object(doc, name, Value::NULL, f(0), Body::Script(f(1))),
            K::FunctionObject | K::OneMethodObject => {
                let one = usize::from(tail.kind.k == K::OneMethodObject);
                let body = ObjectBody::Function {
                    verb: (one == 1).then(|| self.ident(f(0))),
                    params: self.patterns(f(one))?,
                    result_guard: self.opt_expr(f(one + 1))?,
                    body: self.block(f(one + 3))?,
                    easy_return: f(one + 4).as_bool() == Some(true),
                };
                self.object(doc, name, Value::NULL, f(one + 2), Body::Function(body))
            }
            _ => Err("what an object does is wanted here".into()),
        }
    }

    pub(super) fn object(
        &mut self,
        doc: Option<Arc<str>>,
        name: ast::ObjectName,
        extends: Value,
        auditors: Value,
        body: Body,
    ) -> Answer<Expr> {
        let auditors = self.node(auditors)?;
        if auditors.kind.k != K::Auditors {
            return Err("the auditors of an object are wanted here".into());
        }
        let object = Object {
            doc,
            name,
            extends: self.opt_expr(extends)?,
            as_auditor: self.opt_expr(auditors.get(0))?,
            implements: self.exprs(auditors.get(1))?,
            body: match body {
                Body::Function(it) => it,
                Body::Methods(methods, matchers) => self.script(methods, matchers)?,
                Body::Script(script) => {
                    let node = self.node(script)?;
                    match node.kind.k {
                        K::EMatcher => ObjectBody::Plumbing(self.matcher(script)?),
                        _ => self.script(node.get(0), node.get(1))?,
                    }
                }
            },
            header: self.range,
        };
        Ok(Expr::Object(Box::new(object)))
    }

    pub(super) fn script(&mut self, methods: Value, matchers: Value) -> Answer<ObjectBody> {
        let methods = self.list(methods).iter().map(|it| self.method(*it)).collect::<Answer<Vec<_>>>()?;
        let matchers = self.list(matchers).iter().map(|it| self.matcher(*it)).collect::<Answer<Vec<_>>>()?;
        Ok(ObjectBody::Script { methods, matchers })
    }

    pub(super) fn method(&mut self, value: Value) -> Answer<ast::Method> {
        self.nested(|this| {
            let node = this.node(value)?;
            this.stand_at(&node);
            let f = |at: usize| node.get(at);
            Ok(ast::Method {
                doc: this.opt_text(f(0)),
                kind: match node.kind.k {
                    K::ETo => ast::MethodKind::To,
                    K::EMethod => ast::MethodKind::Method,
                    _ => return Err("a method is wanted here".into()),
                },
                verb: Some(this.ident(f(1))),
                params: this.patterns(f(2))?,
                result_guard: this.opt_expr(f(3))?,
                body: this.block(f(4))?,
                easy_return: f(5).as_bool() == Some(true),
                range: this.range,
            })
        })
    }

    pub(super) fn interface(&mut self, node: &Node) -> Answer<Expr> {
        let f = |at: usize| node.get(at);
        let name = match kind::of(self.cx, f(1)).map(|it| it.k) {
            Some(K::LiteralExpr) => {
                let literal = self.node(f(1))?;
                ast::InterfaceName::Literal(self.text(literal.get(0)))
            }
            Some(_) => ast::InterfaceName::Pattern(self.pattern(f(1))?),
            None => {
                let range = self.range;
                let ignore = self.program.add_pattern(Pattern::Ignore { guard: None }, range);
                ast::InterfaceName::Pattern(ignore)
            }
        };
        let mut messages = Vec::new();
        for message in &*self.list(f(5)) {
            let message = self.node(*message)?;
            let mut params = Vec::new();
            for param in &*self.list(message.get(2)) {
                let param = self.node(*param)?;
                let name = (!param.get(0).is_null()).then(|| self.ident(param.get(0)));
                params.push(ast::Param { name, guard: self.opt_expr(param.get(1))? });
            }
            messages.push(ast::Message {
                doc: self.opt_text(message.get(0)),
                verb: Some(self.ident(message.get(1))),
                params,
                result_guard: self.opt_expr(message.get(3))?,
                range: self.range,
            });
        }
        Ok(Expr::Interface(Box::new(ast::Interface {
            doc: self.opt_text(f(0)),
            name,
            guards: self.opt_pattern(f(2))?,
            extends: self.exprs(f(3))?,
            implements: self.exprs(f(4))?,
            messages,
            function: false,
        })))
    }
}
