//! From Kernel-E to nodes.

use super::kind::K;
use super::read::{literal, node, noun};
use crate::cx::Cx;
use crate::value::Value;
use std::sync::Arc;
use syntax::kernel_e::{self, Literal};
use syntax::{SourceMap, deep};
use text_size::TextRange;

/// Reads Kernel-E.
pub struct Kernel<'a> {
    pub cx: &'a mut Cx,
    pub program: &'a kernel_e::Program,
    pub source_map: &'a SourceMap,
    /// The source span of a range, or null.
    pub spans: &'a dyn Fn(TextRange) -> Value,
}

impl Kernel<'_> {
    fn make(&mut self, k: K, fields: &[Value]) -> Value {
        node(self.cx, k, Value::NULL, fields)
    }

    fn text(&mut self, text: &str) -> Value {
        self.cx.heap.text(text)
    }

    fn noun(&mut self, name: &str) -> Value {
        noun(self.cx, name)
    }

    /// The noun that an expression has within it, where it was written.
    fn noun_of(&mut self, id: kernel_e::ExprId, name: &str) -> Value {
        let range = self.source_map.names.get(id.index()).copied().flatten();
        let span = range.map_or(Value::NULL, |it| (self.spans)(it));
        let name = self.text(name);
        node(self.cx, K::NounExpr, span, &[name])
    }

    /// A whole program.
    pub fn body(&mut self) -> Value {
        let program = self.program;
        match program.body[..] {
            [] => self.noun("null"),
            [one] => self.expr(one),
            _ => {
                let subs = self.exprs(&program.body);
                self.make(K::SeqExpr, &[subs])
            }
        }
    }

    fn exprs(&mut self, ids: &[kernel_e::ExprId]) -> Value {
        let all: Vec<Value> = ids.iter().map(|it| self.expr(*it)).collect();
        self.cx.heap.list(all)
    }

    fn patterns(&mut self, ids: &[kernel_e::PatternId]) -> Value {
        let all: Vec<Value> = ids.iter().map(|it| self.pattern(*it)).collect();
        self.cx.heap.list(all)
    }

    fn opt_expr(&mut self, id: Option<kernel_e::ExprId>) -> Value {
        id.map_or(Value::NULL, |it| self.expr(it))
    }

    fn doc(&mut self, doc: &Option<Arc<str>>) -> Value {
        doc.as_ref().map_or(Value::NULL, |it| self.cx.heap.text(it.clone()))
    }

    /// The node of an expression.
    pub fn expr(&mut self, id: kernel_e::ExprId) -> Value {
        deep(|| {
            let span = self.source_map.exprs.get(id.index()).map_or(Value::NULL, |it| (self.spans)(*it));
            self.expr_here(id, span)
        })
    }

    fn expr_here(&mut self, id: kernel_e::ExprId, span: Value) -> Value {
        use kernel_e::Expr;
        let program = self.program;
        let (k, fields) = match program.expr(id) {
            Expr::Assign { noun, value } => (K::AssignExpr, vec![self.noun_of(id, noun), self.expr(*value)]),
            Expr::Binding(noun) => (K::BindingExpr, vec![self.noun_of(id, noun)]),
            Expr::Call { recipient, verb, args } => {
                (K::CallExpr, vec![self.expr(*recipient), self.text(verb), self.exprs(args)])
            }
            Expr::Catch { attempt, pattern, catcher } => {
                (K::CatchExpr, vec![self.expr(*attempt), self.pattern(*pattern), self.expr(*catcher)])
            }
            Expr::Define { pattern, ejector, value } => {
                (K::DefineExpr, vec![self.pattern(*pattern), self.opt_expr(*ejector), self.expr(*value)])
            }
            Expr::Escape { pattern, body, catch } => {
                let (pattern, body) = (self.pattern(*pattern), self.expr(*body));
                let (caught, catcher) = match catch {
                    Some((pattern, catcher)) => (self.pattern(*pattern), self.expr(*catcher)),
                    None => (Value::NULL, Value::NULL),
                };
                (K::EscapeExpr, vec![pattern, body, caught, catcher])
            }
            Expr::Finally { attempt, unwinder } => {
                (K::FinallyExpr, vec![self.expr(*attempt), self.expr(*unwinder)])
            }
            Expr::Hide(body) => (K::HideExpr, vec![self.expr(*body)]),
            Expr::If { test, then, otherwise } => {
                (K::IfExpr, vec![self.expr(*test), self.expr(*then), self.expr(*otherwise)])
            }
            Expr::Literal(Literal::Null) => (K::NounExpr, vec![self.text("null")]),
            Expr::Literal(it) => (K::LiteralExpr, vec![literal(self.cx, it)]),
            Expr::MetaContext => (K::MetaContextExpr, vec![]),
            Expr::MetaState => (K::MetaStateExpr, vec![]),
            Expr::Noun(name) => (K::NounExpr, vec![self.text(name)]),
            Expr::Object(it) => return self.object(program.object(*it)),
            Expr::Seq(body) => (K::SeqExpr, vec![self.exprs(body)]),
            Expr::QuasiLiteral(hole) => (K::QuasiLiteralExpr, vec![i64::from(*hole).into()]),
            Expr::QuasiPattern(hole) => (K::QuasiPatternExpr, vec![i64::from(*hole).into()]),
        };
        node(self.cx, k, span, &fields)
    }

    /// The node of an object expression.
    pub fn object(&mut self, it: &kernel_e::Object) -> Value {
        let (doc, pattern) = (self.doc(&it.doc), self.pattern(it.pattern));
        let (as_auditor, implements) = (self.opt_expr(it.as_auditor), self.exprs(&it.implements));
        let auditors = self.make(K::Auditors, &[as_auditor, implements]);
        let script = match &it.script {
            kernel_e::Script::Plumbing(it) => self.matcher(it),
            kernel_e::Script::Methods { methods, matchers } => {
                let methods: Vec<Value> = methods.iter().map(|it| self.method(it)).collect();
                let matchers: Vec<Value> = matchers.iter().map(|it| self.matcher(it)).collect();
                let (methods, matchers) = (self.cx.heap.list(methods), self.cx.heap.list(matchers));
                self.make(K::EScript, &[methods, matchers])
            }
        };
        self.make(K::ObjectExpr, &[doc, pattern, auditors, script])
    }

    fn method(&mut self, it: &kernel_e::Method) -> Value {
        let (doc, verb, params) = (self.doc(&it.doc), self.text(&it.verb), self.patterns(&it.params));
        let (guard, body) = (self.opt_expr(it.result_guard), self.expr(it.body));
        self.make(K::EMethod, &[doc, verb, params, guard, body])
    }

    fn matcher(&mut self, it: &kernel_e::Matcher) -> Value {
        let fields = [self.pattern(it.pattern), self.expr(it.body)];
        self.make(K::EMatcher, &fields)
    }

    /// The node of a pattern.
    pub fn pattern(&mut self, id: kernel_e::PatternId) -> Value {
        deep(|| self.pattern_here(id))
    }

    fn pattern_here(&mut self, id: kernel_e::PatternId) -> Value {
        use kernel_e::Pattern;
        let program = self.program;
        let (k, fields) = match program.pattern(id) {
            Pattern::Ignore => (K::IgnorePattern, vec![]),
            Pattern::List(subs) => (K::ListPattern, vec![self.patterns(subs)]),
            Pattern::Via { function, pattern } => {
                (K::ViaPattern, vec![self.expr(*function), self.pattern(*pattern)])
            }
            Pattern::Binding(noun) => (K::BindingPattern, vec![self.noun(noun)]),
            Pattern::Final { noun, guard } => (K::FinalPattern, vec![self.noun(noun), self.opt_expr(*guard)]),
            Pattern::Var { noun, guard } => (K::VarPattern, vec![self.noun(noun), self.opt_expr(*guard)]),
            Pattern::QuasiLiteral(hole) => (K::QuasiLiteralPatt, vec![i64::from(*hole).into()]),
            Pattern::QuasiPattern(hole) => (K::QuasiPatternPatt, vec![i64::from(*hole).into()]),
        };
        self.make(k, &fields)
    }
}
