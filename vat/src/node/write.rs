//! From nodes to the syntax tree they stand for, so that they can be expanded, printed and run.
//!
//! Only looks. A node that is not where its kind belongs, or a tree too large or too deep to be a program, is an
//! error in words.

mod object;
mod pattern;

use super::kind::{self, K, Kind};
use crate::cx::Cx;
use crate::data::list::items;
use crate::data::text::text_of;
use crate::heap::Cell;
use crate::value::{Value, View};
use object::Body;
use std::sync::Arc;
use syntax::ast::{self, Block, Expr, ExprId, Ident, PatternId, Program};
use syntax::kernel_e::{Integer, Literal, Name};
use syntax::{NESTING_LIMIT, deep};
use text_size::{TextRange, TextSize};

/// More nodes than any program has that a person wrote.
pub const MOST: u64 = 400_000;

/// A node as syntax.
pub struct Written {
    pub program: Program,
    /// The pattern, if the node is one; an expression is the program's body.
    pub pattern: Option<PatternId>,
    /// The source span of what stands at a range, by the range's start; null where none was given.
    pub spans: Vec<Value>,
    /// How many nodes there were, for whoever pays.
    pub count: u64,
}

/// The syntax of an expression or a pattern.
pub fn write(cx: &Cx, node: Value) -> Result<Written, String> {
    let mut it = Writer {
        cx,
        program: Program::default(),
        spans: vec![Value::NULL],
        range: TextRange::empty(TextSize::new(0)),
        depth: 0,
        count: 0,
    };
    let is_pattern = kind::of(cx, node).is_some_and(|it| it.is_a("Pattern"));
    let pattern = if is_pattern {
        Some(it.pattern(node)?)
    } else {
        let expr = it.expr(node)?;
        it.program.body = match it.program.expr(expr) {
            Expr::Seq(body) => body.clone(),
            _ => vec![expr],
        };
        None
    };
    let Writer { program, spans, count, .. } = it;
    Ok(Written { program, pattern, spans, count })
}

struct Writer<'a> {
    cx: &'a Cx,
    program: Program,
    spans: Vec<Value>,
    range: TextRange,
    depth: u32,
    count: u64,
}

type Answer<T> = Result<T, String>;

/// A node that is being written: its kind and its fields.
struct Node {
    kind: &'static Kind,
    fields: Vec<Value>,
}

impl Node {
    fn get(&self, at: usize) -> Value {
        self.fields.get(at + 1).copied().unwrap_or(Value::NULL)
    }
}

/// The operators that are one message, as they are written.
pub const BINARY: [(&str, ast::BinaryOp); 21] = [
    ("&", ast::BinaryOp::And),
    ("|", ast::BinaryOp::Or),
    ("^", ast::BinaryOp::Xor),
    ("&!", ast::BinaryOp::ButNot),
    ("<", ast::BinaryOp::LessThan),
    ("<=", ast::BinaryOp::AtMost),
    ("<=>", ast::BinaryOp::AsBigAs),
    (">=", ast::BinaryOp::AtLeast),
    (">", ast::BinaryOp::GreaterThan),
    ("..", ast::BinaryOp::Thru),
    ("..!", ast::BinaryOp::Till),
    ("<<", ast::BinaryOp::ShiftLeft),
    (">>", ast::BinaryOp::ShiftRight),
    ("+", ast::BinaryOp::Add),
    ("-", ast::BinaryOp::Subtract),
    ("*", ast::BinaryOp::Multiply),
    ("/", ast::BinaryOp::ApproxDivide),
    ("//", ast::BinaryOp::FloorDivide),
    ("%", ast::BinaryOp::Remainder),
    ("%%", ast::BinaryOp::Mod),
    ("**", ast::BinaryOp::Pow),
];

/// The operators in front of an operand.
pub const PREFIX: [(&str, ast::UnaryOp); 4] = [
    ("!", ast::UnaryOp::Not),
    ("~", ast::UnaryOp::Complement),
    ("-", ast::UnaryOp::Negate),
    ("*", ast::UnaryOp::Get),
];

/// The ways out of a loop or a method.
pub const EXITS: [(&str, ast::ExitKind); 4] = [
    ("break", ast::ExitKind::Break),
    ("continue", ast::ExitKind::Continue),
    ("return", ast::ExitKind::Return),
    ("^", ast::ExitKind::Caret),
];

fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Answer<T> {
    let found = table.iter().find(|it| it.0 == name).map(|it| it.1);
    found.ok_or_else(|| format!("there is no operator `{name}` of this kind"))
}

impl Writer<'_> {
    fn node(&mut self, node: Value) -> Answer<Node> {
        self.count += 1;
        if self.count > MOST {
            return Err("this expression is too large".into());
        }
        let node = self.cx.near(node);
        let Some(kind) = kind::of(self.cx, node) else { return Err("not a node of a program".into()) };
        let fields = self.cx.heap.as_native(node).map(|it| it.fields.clone()).unwrap_or_default();
        Ok(Node { kind, fields })
    }

    fn nested<T>(&mut self, walk: impl FnOnce(&mut Self) -> Answer<T>) -> Answer<T> {
        if self.depth == NESTING_LIMIT {
            return Err(format!("this nests more than {NESTING_LIMIT} levels deep"));
        }
        self.depth += 1;
        let range = self.range;
        let result = deep(|| walk(self));
        self.range = range;
        self.depth -= 1;
        result
    }

    fn stand_at(&mut self, node: &Node) {
        let span = self.cx.near(node.fields.first().copied().unwrap_or(Value::NULL));
        if !span.is_null() {
            self.range = TextRange::at(TextSize::new(self.spans.len() as u32), TextSize::new(1));
            self.spans.push(span);
        }
    }

    fn text(&self, value: Value) -> Arc<str> {
        text_of(self.cx, value).into()
    }

    fn opt_text(&self, value: Value) -> Option<Arc<str>> {
        (!value.is_null()).then(|| self.text(value))
    }

    fn ident(&self, value: Value) -> Ident {
        Ident { name: Name::new(&*self.text(value)), range: self.range }
    }

    fn list(&self, value: Value) -> Arc<[Value]> {
        items(self.cx, value)
    }

    fn exprs(&mut self, list: Value) -> Answer<Vec<ExprId>> {
        self.list(list).iter().map(|it| self.expr(*it)).collect()
    }

    fn patterns(&mut self, list: Value) -> Answer<Vec<PatternId>> {
        self.list(list).iter().map(|it| self.pattern(*it)).collect()
    }

    fn opt_expr(&mut self, value: Value) -> Answer<Option<ExprId>> {
        if value.is_null() { Ok(None) } else { self.expr(value).map(Some) }
    }

    fn opt_pattern(&mut self, value: Value) -> Answer<Option<PatternId>> {
        if value.is_null() { Ok(None) } else { self.pattern(value).map(Some) }
    }

    /// The noun of a node that must be one.
    fn noun(&mut self, value: Value) -> Answer<Ident> {
        let node = self.node(value)?;
        match node.kind.k {
            K::NounExpr => Ok(self.ident(node.get(0))),
            K::URISchemeExpr => {
                let scheme = self.text(node.get(0)).to_lowercase();
                Ok(Ident { name: Name::from(format!("{scheme}__uriGetter")), range: self.range })
            }
            _ => Err("a noun is wanted here".into()),
        }
    }

    fn expr(&mut self, value: Value) -> Answer<ExprId> {
        self.nested(|this| {
            let node = this.node(value)?;
            this.stand_at(&node);
            let range = this.range;
            let expr = this.expr_here(&node)?;
            Ok(this.program.add_expr(expr, range))
        })
    }

    /// What stands between braces.
    fn block(&mut self, value: Value) -> Answer<Block> {
        let node = self.node(value)?;
        let body = match node.kind.k {
            K::NullExpr => Vec::new(),
            K::SeqExpr => self.exprs(node.get(0))?,
            _ => vec![self.expr(value)?],
        };
        Ok(Block { body, range: self.range })
    }

    fn opt_block(&mut self, value: Value) -> Answer<Option<Block>> {
        if value.is_null() { Ok(None) } else { self.block(value).map(Some) }
    }

    fn matcher(&mut self, value: Value) -> Answer<ast::Matcher> {
        let node = self.node(value)?;
        if node.kind.k != K::EMatcher {
            return Err("a matcher is wanted here".into());
        }
        let (pattern, body) = (self.pattern(node.get(0))?, self.block(node.get(1))?);
        Ok(ast::Matcher { pattern, body, range: self.range })
    }

    fn catch(&mut self, value: Value) -> Answer<ast::Catch> {
        let ast::Matcher { pattern, body, .. } = self.matcher(value)?;
        Ok(ast::Catch { pattern, body })
    }

    fn opt_catch(&mut self, value: Value) -> Answer<Option<ast::Catch>> {
        if value.is_null() { Ok(None) } else { self.catch(value).map(Some) }
    }

    fn catches(&mut self, list: Value) -> Answer<Vec<ast::Catch>> {
        self.list(list).iter().map(|it| self.catch(*it)).collect()
    }

    fn expr_here(&mut self, node: &Node) -> Answer<Expr> {
        let f = |at: usize| node.get(at);
        Ok(match node.kind.k {
            K::AssignExpr | K::NKAssignExpr => {
                Expr::Assign { target: self.expr(f(0))?, value: self.expr(f(1))? }
            }
            K::BindingExpr => Expr::Binding(self.expr(f(0))?),
            K::CallExpr => {
                Expr::Call { recipient: self.expr(f(0))?, verb: self.ident(f(1)), args: self.exprs(f(2))? }
            }
            K::CatchExpr => {
                let body = self.block(f(0))?;
                let catch = ast::Catch { pattern: self.pattern(f(1))?, body: self.block(f(2))? };
                Expr::Try { body, catches: vec![catch], finally: None }
            }
            K::DefineExpr => Expr::DefineKernel {
                pattern: self.pattern(f(0))?,
                ejector: self.opt_expr(f(1))?,
                value: self.expr(f(2))?,
            },
            K::DefrecExpr => Expr::Define {
                pattern: self.pattern(f(0))?,
                ejector: self.opt_expr(f(1))?,
                value: self.expr(f(2))?,
            },
            K::EscapeExpr => {
                let (ejector, body) = (self.pattern(f(0))?, self.block(f(1))?);
                let catch = match (self.opt_pattern(f(2))?, self.opt_block(f(3))?) {
                    (Some(pattern), Some(body)) => Some(ast::Catch { pattern, body }),
                    _ => None,
                };
                Expr::Escape { ejector, body, catch }
            }
            K::FinallyExpr => {
                Expr::Try { body: self.block(f(0))?, catches: Vec::new(), finally: Some(self.block(f(1))?) }
            }
            K::HideExpr => Expr::Block(self.block(f(0))?),
            K::IfExpr => {
                let (test, then) = (self.expr(f(0))?, self.block(f(1))?);
                let otherwise = match kind::of(self.cx, f(2)).map(|it| it.k) {
                    Some(K::IfExpr | K::If1Expr) => ast::Else::If(self.expr(f(2))?),
                    _ => ast::Else::Block(self.block(f(2))?),
                };
                Expr::If { test, then, otherwise: Some(otherwise) }
            }
            K::If1Expr => Expr::If { test: self.expr(f(0))?, then: self.block(f(1))?, otherwise: None },
            K::LiteralExpr => Expr::Literal(self.literal(f(0))),
            K::MetaContextExpr => Expr::Meta(ast::MetaKind::Context),
            K::MetaStateExpr => Expr::Meta(ast::MetaKind::GetState),
            K::NounExpr => Expr::Noun(Name::new(&*self.text(f(0)))),
            K::ObjectExpr => {
                let (doc, pattern) = (self.opt_text(f(0)), self.pattern(f(1))?);
                self.object(doc, ast::ObjectName::Pattern(pattern), Value::NULL, f(2), Body::Script(f(3)))?
            }
            K::SeqExpr => Expr::Seq(self.exprs(f(0))?),
            K::QuasiLiteralExpr => Expr::QuasiLiteral(self.index(f(0))),
            K::QuasiPatternExpr => Expr::QuasiPattern(self.index(f(0))),
            K::AccumExpr => Expr::Accum { start: self.expr(f(0))?, accumulator: self.accumulator(f(1))? },
            K::AndExpr => Expr::And { left: self.expr(f(0))?, right: self.expr(f(1))? },
            K::OrExpr => Expr::Or { left: self.expr(f(0))?, right: self.expr(f(1))? },
            K::BinaryExpr => {
                let op = named(&BINARY, &self.text(f(1)))?;
                let mut left = self.expr(f(0))?;
                let rest = self.exprs(f(2))?;
                let Some((last, before)) = rest.split_last() else {
                    return Err("an operator wants something to its right".into());
                };
                for right in before {
                    let range = self.range;
                    left = self.program.add_expr(Expr::Binary { op, left, right: *right }, range);
                }
                Expr::Binary { op, left, right: *last }
            }
            K::CompareExpr => {
                let op = named(&BINARY, &self.text(f(0)))?;
                Expr::Binary { op, left: self.expr(f(1))?, right: self.expr(f(2))? }
            }
            K::CoerceExpr => Expr::Cast { specimen: self.expr(f(0))?, guard: self.expr(f(1))? },
            K::CurryExpr => {
                let call = self.node(f(0))?;
                let (recipient, verb) = (self.expr(call.get(0))?, self.ident(call.get(1)));
                match call.kind.k {
                    K::CallExpr => Expr::Curry { recipient, verb },
                    K::SendExpr => Expr::CurrySend { recipient, verb },
                    _ => return Err("a call or a send is wanted here".into()),
                }
            }
            K::ExitExpr => Expr::Exit { kind: named(&EXITS, &self.text(f(0)))?, value: self.opt_expr(f(1))? },
            K::ForExpr => Expr::For {
                key: self.opt_pattern(f(0))?,
                value: self.pattern(f(1))?,
                collection: self.expr(f(2))?,
                body: self.block(f(3))?,
                catch: self.opt_catch(f(4))?,
            },
            K::ForwardExpr => Expr::Forward(self.noun(f(0))?),
            K::FunctionExpr => Expr::Fn { doc: None, params: self.patterns(f(0))?, body: self.block(f(1))? },
            K::FunCallExpr => Expr::FunctionCall { recipient: self.expr(f(0))?, args: self.exprs(f(1))? },
            K::FunSendExpr => Expr::Send { recipient: self.expr(f(0))?, verb: None, args: self.exprs(f(1))? },
            K::GetExpr => Expr::Index { recipient: self.expr(f(0))?, args: self.exprs(f(1))? },
            K::InterfaceExpr => self.interface(node)?,
            K::ListExpr => Expr::List(self.exprs(f(0))?),
            K::MapExpr => {
                Expr::Map(self.list(f(0)).iter().map(|it| self.entry(*it)).collect::<Answer<Vec<_>>>()?)
            }
            K::MatchBindExpr | K::MismatchExpr => Expr::Match {
                specimen: self.expr(f(0))?,
                pattern: self.pattern(f(1))?,
                negated: node.kind.k == K::MismatchExpr,
            },
            K::ModPowExpr => {
                Expr::ModPow { base: self.expr(f(0))?, exponent: self.expr(f(1))?, modulus: self.expr(f(2))? }
            }
            K::NullExpr => Expr::Literal(Literal::Null),
            K::ObjectHeadExpr => self.object_head(node)?,
            K::PrefixExpr => Expr::Unary { op: named(&PREFIX, &self.text(f(0)))?, operand: self.expr(f(1))? },
            K::PropertyExpr | K::PropertySlotExpr => Expr::Property {
                recipient: self.expr(f(0))?,
                name: self.ident(f(1)),
                slot: node.kind.k == K::PropertySlotExpr,
            },
            K::QuasiExpr => Expr::Quasi(self.quasi(f(0), f(1))?),
            K::QuasiParserExpr => Expr::Noun(Name::from(format!("{}__quasiParser", self.text(f(0))))),
            K::SameExpr => Expr::Same {
                left: self.expr(f(0))?,
                right: self.expr(f(1))?,
                negated: f(2).as_bool() == Some(true),
            },
            K::SendExpr => Expr::Send {
                recipient: self.expr(f(0))?,
                verb: Some(self.ident(f(1))),
                args: self.exprs(f(2))?,
            },
            K::SlotExpr => Expr::Slot(self.expr(f(0))?),
            K::SwitchExpr => {
                let specimen = self.expr(f(0))?;
                let cases = self.list(f(1)).iter().map(|it| self.matcher(*it)).collect::<Answer<Vec<_>>>()?;
                Expr::Switch { specimen, cases }
            }
            K::ThunkExpr => Expr::Thunk { doc: self.opt_text(f(0)), body: self.block(f(1))? },
            K::TryExpr => Expr::Try {
                body: self.block(f(0))?,
                catches: self.catches(f(1))?,
                finally: self.opt_block(f(2))?,
            },
            K::UpdateExpr => self.update(f(0))?,
            K::URIExpr => {
                let uri = self.text(f(0));
                let (scheme, body) = uri.split_once(':').unwrap_or((&uri, ""));
                Expr::Uri { scheme: Name::from(scheme.to_lowercase()), body: body.into() }
            }
            K::URISchemeExpr => {
                Expr::Noun(Name::from(format!("{}__uriGetter", self.text(f(0)).to_lowercase())))
            }
            K::WhenExpr => self.when(node)?,
            K::WhileExpr => {
                Expr::While { test: self.expr(f(0))?, body: self.block(f(1))?, catch: self.opt_catch(f(2))? }
            }
            _ => return Err(format!("{} stands where an expression is wanted", node.kind.name)),
        })
    }

    fn index(&self, value: Value) -> u32 {
        value.as_int().and_then(|it| u32::try_from(it).ok()).unwrap_or(0)
    }

    fn literal(&self, value: Value) -> Literal {
        let value = self.cx.near(value);
        match (value.view(), self.cx.heap.get(value)) {
            (View::Int(it), _) => Literal::Int(Integer::Small(it)),
            (View::Float(it), _) => Literal::Float(it),
            (View::Char(it), _) => Literal::Char(it),
            (_, Some(Cell::Big(_))) => {
                let digits = crate::data::number::printed(&self.cx.heap, value).unwrap_or_default();
                Literal::Int(Integer::Big { digits: digits.into(), radix: 10 })
            }
            _ => match self.cx.heap.as_text(value) {
                Some(it) => Literal::Str(it.into()),
                None => Literal::Null,
            },
        }
    }

    fn entry(&mut self, value: Value) -> Answer<ast::MapEntry> {
        let node = self.node(value)?;
        if node.kind.k == K::MapExprAssoc {
            return Ok(ast::MapEntry::Pair { key: self.expr(node.get(0))?, value: self.expr(node.get(1))? });
        }
        let exported = self.node(node.get(0))?;
        let (kind, noun) = match exported.kind.k {
            K::SlotExpr => (ast::ExportKind::Slot, exported.get(0)),
            K::BindingExpr => (ast::ExportKind::Binding, exported.get(0)),
            _ => (ast::ExportKind::Value, node.get(0)),
        };
        Ok(ast::MapEntry::Export { kind, noun: self.noun(noun)? })
    }

    fn quasi(&mut self, parser: Value, parts: Value) -> Answer<ast::Quasi> {
        let parser = match kind::of(self.cx, parser).map(|it| it.k) {
            None => ast::QuasiParser::Default,
            Some(K::QuasiParserExpr) => {
                let node = self.node(parser)?;
                ast::QuasiParser::Named(self.ident(node.get(0)))
            }
            Some(_) => ast::QuasiParser::Computed(self.expr(parser)?),
        };
        let mut written = Vec::new();
        for part in &*self.list(parts) {
            let node = self.node(*part)?;
            written.push(match node.kind.k {
                K::QuasiText => ast::QuasiPart::Text(self.text(node.get(0))),
                K::QuasiExprHole => ast::QuasiPart::Value(self.expr(node.get(0))?),
                K::QuasiPatternHole => ast::QuasiPart::Pattern(self.pattern(node.get(0))?),
                _ => match node.get(0).view() {
                    View::Char(it @ ('$' | '@')) => ast::QuasiPart::Text(format!("{it}{it}").into()),
                    View::Char(it) => ast::QuasiPart::Text(it.to_string().into()),
                    _ => return Err("a part of a quasi-literal is wanted here".into()),
                },
            });
        }
        Ok(ast::Quasi { parser, parts: written })
    }

    fn update(&mut self, call: Value) -> Answer<Expr> {
        let call = self.node(call)?;
        let target = self.expr(call.get(0))?;
        match call.kind.k {
            K::BinaryExpr => {
                let op = named(&BINARY, &self.text(call.get(1)))?;
                match self.exprs(call.get(2))?[..] {
                    [value] => Ok(Expr::Update { target, op, value }),
                    _ => Err("an operator wants one value to its right".into()),
                }
            }
            K::CallExpr => {
                Ok(Expr::VerbUpdate { target, verb: self.ident(call.get(1)), args: self.exprs(call.get(2))? })
            }
            _ => Err("an update wants a call or an operator".into()),
        }
    }

    fn accumulator(&mut self, value: Value) -> Answer<ast::Accumulator> {
        self.nested(|this| {
            let node = this.node(value)?;
            let f = |at: usize| node.get(at);
            Ok(match node.kind.k {
                K::ForExpr => ast::Accumulator::For {
                    key: this.opt_pattern(f(0))?,
                    value: this.pattern(f(1))?,
                    collection: this.expr(f(2))?,
                    body: Box::new(this.accum_body(f(3))?),
                    catch: this.opt_catch(f(4))?,
                },
                K::If1Expr => {
                    ast::Accumulator::If { test: this.expr(f(0))?, body: Box::new(this.accum_body(f(1))?) }
                }
                K::WhileExpr => ast::Accumulator::While {
                    test: this.expr(f(0))?,
                    body: Box::new(this.accum_body(f(1))?),
                    catch: this.opt_catch(f(2))?,
                },
                _ => return Err("an accumulator wants `for`, `if` or `while`".into()),
            })
        })
    }

    fn accum_body(&mut self, value: Value) -> Answer<ast::AccumBody> {
        let node = self.node(value)?;
        let start = kind::of(self.cx, node.get(0)).map(|it| it.k);
        match (node.kind.k, start) {
            (K::BinaryExpr, Some(K::AccumPlaceholderExpr)) => {
                let op = named(&BINARY, &self.text(node.get(1)))?;
                match self.exprs(node.get(2))?[..] {
                    [value] => Ok(ast::AccumBody::Binary { op, value }),
                    _ => Err("an operator wants one value to its right".into()),
                }
            }
            (K::CallExpr, Some(K::AccumPlaceholderExpr)) => {
                Ok(ast::AccumBody::Call { verb: self.ident(node.get(1)), args: self.exprs(node.get(2))? })
            }
            _ => self.accumulator(value).map(ast::AccumBody::Nested),
        }
    }

    fn when(&mut self, node: &Node) -> Answer<Expr> {
        let awaited = self.exprs(node.get(0))?;
        let reactor = self.node(node.get(1))?;
        let f = |at: usize| reactor.get(at);
        let it = match reactor.kind.k {
            K::WhenBlockExpr => ast::When {
                awaited,
                hard: None,
                body: self.block(f(0))?,
                catches: self.catches(f(1))?,
                finally: self.opt_block(f(2))?,
            },
            K::WhenFnExpr => ast::When {
                awaited,
                hard: Some(ast::HardWhen {
                    name: self.object_name(f(0))?,
                    params: self.patterns(f(1))?,
                    result_guard: self.opt_expr(f(2))?,
                    easy_return: f(6).as_bool() == Some(true),
                }),
                body: self.block(f(3))?,
                catches: self.catches(f(4))?,
                finally: self.opt_block(f(5))?,
            },
            _ => return Err("a `when` wants a block or a function".into()),
        };
        Ok(Expr::When(it))
    }
}
