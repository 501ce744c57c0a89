//! From syntax to nodes: what was written, sugar and all.

mod object;

use super::kind::{K, KINDS};
use super::write::{BINARY, EXITS, PREFIX};
use crate::cx::Cx;
use crate::value::Value;
use std::sync::Arc;
use syntax::ast::{self, Expr, ExprId, Pattern, PatternId, Program};
use syntax::deep;
use syntax::kernel_e::{Integer, Literal};
use text_size::TextRange;

/// A node of a kind, its fields after the span.
pub fn node(cx: &mut Cx, k: K, span: Value, fields: &[Value]) -> Value {
    let mut all = Vec::with_capacity(fields.len() + 1);
    all.push(span);
    all.extend_from_slice(fields);
    cx.heap.native(&KINDS[k as usize].class, all)
}

/// A literal as a value; null for the literal that is null.
pub fn literal(cx: &mut Cx, it: &Literal) -> Value {
    match it {
        Literal::Null => Value::NULL,
        Literal::Int(Integer::Small(it)) => (*it).into(),
        Literal::Int(Integer::Big { digits, radix }) => {
            match crate::data::integer::Int::parse(digits, u32::from(*radix)) {
                Some(it) => crate::data::number::int_value(cx, it),
                None => Value::NULL,
            }
        }
        Literal::Float(it) => (*it).into(),
        Literal::Char(it) => (*it).into(),
        Literal::Str(it) => cx.heap.text(it.clone()),
    }
}

/// The source span of a range of what is read, or null.
pub type Spans<'a> = &'a mut dyn FnMut(&mut Cx, TextRange) -> Value;

/// Reads surface syntax.
pub struct Reader<'a> {
    pub cx: &'a mut Cx,
    pub program: &'a Program,
    /// The text it was read from.
    pub text: &'a str,
    pub spans: Spans<'a>,
}

impl Reader<'_> {
    /// A whole program: one expression is itself, several are a sequence. Pragmas leave nothing behind.
    pub fn body(&mut self, body: &[ExprId]) -> Value {
        match body {
            [] => self.bare(K::NullExpr, &[]),
            [one] => self.expr(*one),
            _ => {
                let program = self.program;
                let said = |it: &&ExprId| !matches!(program.expr(**it), Expr::Pragma { .. });
                let subs: Vec<Value> = body.iter().filter(said).map(|it| self.expr(*it)).collect();
                if subs.is_empty() {
                    return self.bare(K::NullExpr, &[]);
                }
                let subs = self.cx.heap.list(subs);
                self.bare(K::SeqExpr, &[subs])
            }
        }
    }

    fn bare(&mut self, k: K, fields: &[Value]) -> Value {
        node(self.cx, k, Value::NULL, fields)
    }

    fn text(&mut self, text: &str) -> Value {
        self.cx.heap.text(text)
    }

    fn opt_text(&mut self, text: &Option<Arc<str>>) -> Value {
        text.as_ref().map_or(Value::NULL, |it| self.cx.heap.text(it.clone()))
    }

    fn name(&mut self, it: &ast::Ident) -> Value {
        self.text(&it.name)
    }

    fn noun(&mut self, it: &ast::Ident) -> Value {
        let name = self.name(it);
        let span = (self.spans)(self.cx, it.range);
        node(self.cx, K::NounExpr, span, &[name])
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Value {
        let all: Vec<Value> = ids.iter().map(|it| self.expr(*it)).collect();
        self.cx.heap.list(all)
    }

    fn patterns(&mut self, ids: &[PatternId]) -> Value {
        let all: Vec<Value> = ids.iter().map(|it| self.pattern(*it)).collect();
        self.cx.heap.list(all)
    }

    fn opt_expr(&mut self, id: Option<ExprId>) -> Value {
        id.map_or(Value::NULL, |it| self.expr(it))
    }

    fn opt_pattern(&mut self, id: Option<PatternId>) -> Value {
        id.map_or(Value::NULL, |it| self.pattern(it))
    }

    /// What stands between braces.
    fn block(&mut self, it: &ast::Block) -> Value {
        self.body(&it.body)
    }

    fn opt_block(&mut self, it: Option<&ast::Block>) -> Value {
        it.map_or(Value::NULL, |it| self.block(it))
    }

    fn matcher(&mut self, pattern: PatternId, body: &ast::Block) -> Value {
        let fields = [self.pattern(pattern), self.block(body)];
        self.bare(K::EMatcher, &fields)
    }

    fn matchers(&mut self, all: &[ast::Matcher]) -> Value {
        let all: Vec<Value> = all.iter().map(|it| self.matcher(it.pattern, &it.body)).collect();
        self.cx.heap.list(all)
    }

    fn catch(&mut self, it: Option<&ast::Catch>) -> Value {
        it.map_or(Value::NULL, |it| self.matcher(it.pattern, &it.body))
    }

    fn catches(&mut self, all: &[ast::Catch]) -> Value {
        let all: Vec<Value> = all.iter().map(|it| self.matcher(it.pattern, &it.body)).collect();
        self.cx.heap.list(all)
    }

    /// The node of an expression.
    pub fn expr(&mut self, id: ExprId) -> Value {
        deep(|| {
            let (k, fields) = self.expr_here(id);
            let span = (self.spans)(self.cx, self.program.expr_range(id));
            node(self.cx, k, span, &fields)
        })
    }

    fn expr_here(&mut self, id: ExprId) -> (K, Vec<Value>) {
        let program = self.program;
        match program.expr(id) {
            Expr::Error | Expr::Literal(Literal::Null) | Expr::Pragma { .. } => (K::NullExpr, vec![]),
            Expr::Literal(it) => (K::LiteralExpr, vec![literal(self.cx, it)]),
            Expr::Noun(name) => self.noun_or_scheme(name, program.expr_range(id)),
            Expr::Uri { scheme, body } => (K::URIExpr, vec![self.text(&format!("{scheme}:{body}"))]),
            Expr::Quasi(it) => (K::QuasiExpr, self.quasi(it)),
            Expr::List(items) => (K::ListExpr, vec![self.exprs(items)]),
            Expr::Map(entries) => {
                let parts: Vec<Value> = entries.iter().map(|it| self.entry(it)).collect();
                (K::MapExpr, vec![self.cx.heap.list(parts)])
            }
            Expr::Block(it) => (K::HideExpr, vec![self.block(it)]),
            Expr::Seq(body) => (K::SeqExpr, vec![self.exprs(body)]),
            Expr::Call { recipient, verb, args } => {
                (K::CallExpr, vec![self.expr(*recipient), self.name(verb), self.exprs(args)])
            }
            Expr::FunctionCall { recipient, args } => {
                (K::FunCallExpr, vec![self.expr(*recipient), self.exprs(args)])
            }
            Expr::Index { recipient, args } => (K::GetExpr, vec![self.expr(*recipient), self.exprs(args)]),
            Expr::Curry { recipient, verb } => self.curry(K::CallExpr, *recipient, verb),
            Expr::CurrySend { recipient, verb } => self.curry(K::SendExpr, *recipient, verb),
            Expr::Send { recipient, verb: Some(verb), args } => {
                (K::SendExpr, vec![self.expr(*recipient), self.name(verb), self.exprs(args)])
            }
            Expr::Send { recipient, verb: None, args } => {
                (K::FunSendExpr, vec![self.expr(*recipient), self.exprs(args)])
            }
            Expr::Property { recipient, name, slot } => {
                let k = if *slot { K::PropertySlotExpr } else { K::PropertyExpr };
                (k, vec![self.expr(*recipient), self.name(name)])
            }
            Expr::SendProperty { recipient, name } => {
                let verb = self.text(&syntax::property_getter(&name.name));
                (K::SendExpr, vec![self.expr(*recipient), verb, self.exprs(&[])])
            }
            Expr::Unary { op, operand } => {
                let op = self.text(symbol(&PREFIX, *op));
                (K::PrefixExpr, vec![op, self.expr(*operand)])
            }
            Expr::Binary { op, left, right } => self.binary(*op, *left, *right),
            Expr::ModPow { base, exponent, modulus } => {
                (K::ModPowExpr, vec![self.expr(*base), self.expr(*exponent), self.expr(*modulus)])
            }
            Expr::And { left, right } => (K::AndExpr, vec![self.expr(*left), self.expr(*right)]),
            Expr::Or { left, right } => (K::OrExpr, vec![self.expr(*left), self.expr(*right)]),
            Expr::Same { left, right, negated } => {
                (K::SameExpr, vec![self.expr(*left), self.expr(*right), (*negated).into()])
            }
            Expr::Match { specimen, pattern, negated } => {
                let k = if *negated { K::MismatchExpr } else { K::MatchBindExpr };
                (k, vec![self.expr(*specimen), self.pattern(*pattern)])
            }
            Expr::Cast { specimen, guard } => (K::CoerceExpr, vec![self.expr(*specimen), self.expr(*guard)]),
            Expr::Slot(operand) => (K::SlotExpr, vec![self.expr(*operand)]),
            Expr::Binding(operand) => (K::BindingExpr, vec![self.expr(*operand)]),
            Expr::Assign { target, value } => (K::NKAssignExpr, vec![self.expr(*target), self.expr(*value)]),
            Expr::Update { target, op, value } => {
                let (first, op) = (self.expr(*target), self.text(symbol(&BINARY, *op)));
                let rest = self.exprs(&[*value]);
                (K::UpdateExpr, vec![self.bare(K::BinaryExpr, &[first, op, rest])])
            }
            Expr::VerbUpdate { target, verb, args } => {
                let call = [self.expr(*target), self.name(verb), self.exprs(args)];
                (K::UpdateExpr, vec![self.bare(K::CallExpr, &call)])
            }
            Expr::Define { pattern, ejector, value } => {
                (K::DefrecExpr, vec![self.pattern(*pattern), self.opt_expr(*ejector), self.expr(*value)])
            }
            Expr::DefineKernel { pattern, ejector, value } => {
                (K::DefineExpr, vec![self.pattern(*pattern), self.opt_expr(*ejector), self.expr(*value)])
            }
            Expr::Forward(noun) => (K::ForwardExpr, vec![self.noun(noun)]),
            Expr::Exit { kind, value } => {
                let label = self.text(symbol(&EXITS, *kind));
                (K::ExitExpr, vec![label, self.opt_expr(*value)])
            }
            Expr::If { test, then, otherwise } => {
                let (test, then) = (self.expr(*test), self.block(then));
                match otherwise {
                    None => (K::If1Expr, vec![test, then]),
                    Some(ast::Else::Block(it)) => (K::IfExpr, vec![test, then, self.block(it)]),
                    Some(ast::Else::If(it)) => (K::IfExpr, vec![test, then, self.expr(*it)]),
                }
            }
            Expr::For { key, value, collection, body, catch } => {
                let body = self.block(body);
                self.for_in(*key, *value, *collection, body, catch.as_ref())
            }
            Expr::While { test, body, catch } => {
                (K::WhileExpr, vec![self.expr(*test), self.block(body), self.catch(catch.as_ref())])
            }
            Expr::Switch { specimen, cases } => {
                (K::SwitchExpr, vec![self.expr(*specimen), self.matchers(cases)])
            }
            Expr::Try { body, catches, finally } => {
                let body = self.block(body);
                (K::TryExpr, vec![body, self.catches(catches), self.opt_block(finally.as_ref())])
            }
            Expr::Escape { ejector, body, catch } => {
                let (pattern, body) = (self.pattern(*ejector), self.block(body));
                let caught = self.opt_pattern(catch.as_ref().map(|it| it.pattern));
                let catcher = self.opt_block(catch.as_ref().map(|it| &it.body));
                (K::EscapeExpr, vec![pattern, body, caught, catcher])
            }
            Expr::When(it) => self.when(it),
            Expr::Accum { start, accumulator } => {
                let start = self.expr(*start);
                (K::AccumExpr, vec![start, self.accumulator(accumulator)])
            }
            Expr::Fn { params, body, .. } => (K::FunctionExpr, vec![self.patterns(params), self.block(body)]),
            Expr::Thunk { doc, body } => (K::ThunkExpr, vec![self.opt_text(doc), self.block(body)]),
            Expr::Meta(ast::MetaKind::Context) => (K::MetaContextExpr, vec![]),
            Expr::Meta(ast::MetaKind::GetState | ast::MetaKind::Scope) => (K::MetaStateExpr, vec![]),
            Expr::Object(it) => self.object(it),
            Expr::Interface(it) => self.interface(it),
            Expr::QuasiLiteral(hole) => (K::QuasiLiteralExpr, vec![i64::from(*hole).into()]),
            Expr::QuasiPattern(hole) => (K::QuasiPatternExpr, vec![i64::from(*hole).into()]),
        }
    }

    /// `<import>` is written with its brackets; the noun it stands for may be written out as well.
    fn noun_or_scheme(&mut self, name: &str, range: TextRange) -> (K, Vec<Value>) {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let written = self.text.get(start..end).unwrap_or_default().trim();
        match written.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
            Some(scheme) => (K::URISchemeExpr, vec![self.text(scheme)]),
            None => (K::NounExpr, vec![self.text(name)]),
        }
    }

    fn curry(&mut self, k: K, recipient: ExprId, verb: &ast::Ident) -> (K, Vec<Value>) {
        let (recipient, verb, none) = (self.expr(recipient), self.name(verb), self.exprs(&[]));
        (K::CurryExpr, vec![self.bare(k, &[recipient, verb, none])])
    }

    fn binary(&mut self, op: ast::BinaryOp, left: ExprId, right: ExprId) -> (K, Vec<Value>) {
        use ast::BinaryOp::{AsBigAs, AtLeast, AtMost, GreaterThan, LessThan};
        let name = self.text(symbol(&BINARY, op));
        if matches!(op, LessThan | AtMost | AsBigAs | AtLeast | GreaterThan) {
            return (K::CompareExpr, vec![name, self.expr(left), self.expr(right)]);
        }
        let first = self.expr(left);
        (K::BinaryExpr, vec![first, name, self.exprs(&[right])])
    }

    fn for_in(
        &mut self,
        key: Option<PatternId>,
        value: PatternId,
        collection: ExprId,
        body: Value,
        catch: Option<&ast::Catch>,
    ) -> (K, Vec<Value>) {
        let (key, value, collection) = (self.opt_pattern(key), self.pattern(value), self.expr(collection));
        (K::ForExpr, vec![key, value, collection, body, self.catch(catch)])
    }

    fn accumulator(&mut self, it: &ast::Accumulator) -> Value {
        deep(|| {
            let (k, fields) = match it {
                ast::Accumulator::For { key, value, collection, body, catch } => {
                    let body = self.accum_body(body);
                    self.for_in(*key, *value, *collection, body, catch.as_ref())
                }
                ast::Accumulator::If { test, body } => {
                    (K::If1Expr, vec![self.expr(*test), self.accum_body(body)])
                }
                ast::Accumulator::While { test, body, catch } => {
                    (K::WhileExpr, vec![self.expr(*test), self.accum_body(body), self.catch(catch.as_ref())])
                }
            };
            self.bare(k, &fields)
        })
    }

    fn accum_body(&mut self, it: &ast::AccumBody) -> Value {
        let so_far = self.bare(K::AccumPlaceholderExpr, &[]);
        match it {
            ast::AccumBody::Binary { op, value } => {
                let (op, rest) = (self.text(symbol(&BINARY, *op)), self.exprs(&[*value]));
                self.bare(K::BinaryExpr, &[so_far, op, rest])
            }
            ast::AccumBody::Call { verb, args } => {
                let (verb, args) = (self.name(verb), self.exprs(args));
                self.bare(K::CallExpr, &[so_far, verb, args])
            }
            ast::AccumBody::Nested(it) => self.accumulator(it),
        }
    }

    fn entry(&mut self, it: &ast::MapEntry) -> Value {
        match it {
            ast::MapEntry::Pair { key, value } => {
                let fields = [self.expr(*key), self.expr(*value)];
                self.bare(K::MapExprAssoc, &fields)
            }
            ast::MapEntry::Export { kind, noun } => {
                let noun = self.noun(noun);
                let exported = match kind {
                    ast::ExportKind::Value => noun,
                    ast::ExportKind::Slot => self.bare(K::SlotExpr, &[noun]),
                    ast::ExportKind::Binding => self.bare(K::BindingExpr, &[noun]),
                };
                self.bare(K::MapExprExport, &[exported])
            }
        }
    }

    fn quasi(&mut self, it: &ast::Quasi) -> Vec<Value> {
        let parser = match &it.parser {
            ast::QuasiParser::Default => Value::NULL,
            ast::QuasiParser::Named(name) => {
                let name = self.name(name);
                self.bare(K::QuasiParserExpr, &[name])
            }
            ast::QuasiParser::Computed(it) => self.expr(*it),
        };
        let mut parts = Vec::new();
        for part in &it.parts {
            let (k, field) = match part {
                ast::QuasiPart::Text(it) => (K::QuasiText, self.text(it)),
                ast::QuasiPart::Value(it) => (K::QuasiExprHole, self.expr(*it)),
                ast::QuasiPart::Pattern(it) => (K::QuasiPatternHole, self.pattern(*it)),
            };
            parts.push(self.bare(k, &[field]));
        }
        vec![parser, self.cx.heap.list(parts)]
    }

    fn when(&mut self, it: &ast::When) -> (K, Vec<Value>) {
        let awaited = self.exprs(&it.awaited);
        let body = self.block(&it.body);
        let (catches, finally) = (self.catches(&it.catches), self.opt_block(it.finally.as_ref()));
        let reactor = match &it.hard {
            None => self.bare(K::WhenBlockExpr, &[body, catches, finally]),
            Some(hard) => {
                let (name, params) = (self.object_name(&hard.name), self.patterns(&hard.params));
                let guard = self.opt_expr(hard.result_guard);
                let easy = hard.easy_return.into();
                self.bare(K::WhenFnExpr, &[name, params, guard, body, catches, finally, easy])
            }
        };
        (K::WhenExpr, vec![awaited, reactor])
    }

    /// The node of a pattern.
    pub fn pattern(&mut self, id: PatternId) -> Value {
        deep(|| {
            let (k, fields) = self.pattern_here(id);
            let span = (self.spans)(self.cx, self.program.pattern_range(id));
            node(self.cx, k, span, &fields)
        })
    }

    fn pattern_here(&mut self, id: PatternId) -> (K, Vec<Value>) {
        let program = self.program;
        match program.pattern(id) {
            Pattern::Error | Pattern::Ignore { guard: None } => (K::IgnorePattern, vec![]),
            Pattern::Ignore { guard: Some(guard) } => (K::GuardTestPattern, vec![self.expr(*guard)]),
            Pattern::Final { noun, guard } => (K::FinalPattern, vec![self.noun(noun), self.opt_expr(*guard)]),
            Pattern::Var { noun, guard } => (K::VarPattern, vec![self.noun(noun), self.opt_expr(*guard)]),
            Pattern::Bind { noun, guard } => (K::BindPattern, vec![self.noun(noun), self.opt_expr(*guard)]),
            Pattern::Slot { noun, guard } => (K::SlotPattern, vec![self.noun(noun), self.opt_expr(*guard)]),
            Pattern::Binding { noun } => (K::BindingPattern, vec![self.noun(noun)]),
            Pattern::List { subs, rest: None } => (K::ListPattern, vec![self.patterns(subs)]),
            Pattern::List { subs, rest: Some(rest) } => {
                let subs = self.patterns(subs);
                let list = self.bare(K::ListPattern, &[subs]);
                (K::CdrPattern, vec![list, self.pattern(*rest)])
            }
            Pattern::Map { entries, rest } => {
                let pairs: Vec<Value> = entries.iter().map(|it| self.map_entry(it)).collect();
                let pairs = self.cx.heap.list(pairs);
                match rest {
                    None => (K::MapPattern, vec![pairs]),
                    Some(rest) => {
                        let map = self.bare(K::MapPattern, &[pairs]);
                        (K::TailPattern, vec![map, self.pattern(*rest)])
                    }
                }
            }
            Pattern::Same { value, negated } => (K::SamePattern, vec![self.expr(*value), (*negated).into()]),
            Pattern::SuchThat { pattern, test } => {
                (K::SuchThatPattern, vec![self.pattern(*pattern), self.expr(*test)])
            }
            Pattern::Via { function, pattern } => {
                (K::ViaPattern, vec![self.expr(*function), self.pattern(*pattern)])
            }
            Pattern::Quasi(it) => (K::QuasiPattern, self.quasi(it)),
            Pattern::Call { recipient, verb, args } => {
                let (recipient, args) = (self.expr(*recipient), self.patterns(args));
                match &**verb {
                    "run" => (K::FunCallPattern, vec![recipient, args]),
                    "get" => (K::GetPattern, vec![recipient, args]),
                    verb => (K::CallPattern, vec![recipient, self.text(verb), args]),
                }
            }
            Pattern::QuasiLiteral(hole) => (K::QuasiLiteralPatt, vec![i64::from(*hole).into()]),
            Pattern::QuasiPattern(hole) => (K::QuasiPatternPatt, vec![i64::from(*hole).into()]),
        }
    }

    fn map_entry(&mut self, it: &ast::MapPatternEntry) -> Value {
        let keyer = match &it.key {
            ast::MapPatternKey::Pair { key, value } => {
                let fields = [self.expr(*key), self.pattern(*value)];
                self.bare(K::MapPatternAssoc, &fields)
            }
            ast::MapPatternKey::Import(it) => {
                let pattern = self.pattern(*it);
                self.bare(K::MapPatternImport, &[pattern])
            }
        };
        match it.default {
            None => self.bare(K::MapPatternRequired, &[keyer]),
            Some(default) => {
                let default = self.expr(default);
                self.bare(K::MapPatternOptional, &[keyer, default])
            }
        }
    }
}

fn symbol<T: Copy + PartialEq>(table: &[(&'static str, T)], of: T) -> &'static str {
    table.iter().find(|it| it.1 == of).map_or("", |it| it.0)
}

/// A noun as a node.
pub fn noun(cx: &mut Cx, name: &str) -> Value {
    let name = cx.heap.text(name);
    node(cx, K::NounExpr, Value::NULL, &[name])
}
