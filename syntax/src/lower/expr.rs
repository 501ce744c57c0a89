//! Expressions: operators, calls, nouns, brackets.

use super::Lowerer;
use super::levels::Level;
use crate::SyntaxErrorKind;
use crate::ast::{BinaryOp, ExitKind, ExportKind, Expr, ExprId, Ident, MapEntry, UnaryOp};
use crate::cst::{Field, Kind, Node};
use crate::kernel_e::Name;
use crate::pragmas::Syntax;

/// Whether a node of this kind, found in the midst of a mistake, says enough to be kept.
pub(super) fn is_telling(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Assignment
            | Kind::Call
            | Kind::Define
            | Kind::Forward
            | Kind::For
            | Kind::Function
            | Kind::FunctionCall
            | Kind::If
            | Kind::Interface
            | Kind::Object
            | Kind::Pragma
            | Kind::Send
            | Kind::Try
            | Kind::When
            | Kind::While
    )
}

impl<'a> Lowerer<'a> {
    pub(super) fn expr_here(&mut self, it: Node<'a>) -> Expr {
        match it.kind() {
            Kind::Integer | Kind::Float | Kind::Char | Kind::String => self.literal(it),
            Kind::Identifier | Kind::QuotedNoun | Kind::UriGetter | Kind::SourceHole => self.noun_expr(it),
            Kind::Uri => self.uri(it),
            Kind::Quasi => Expr::Quasi(self.quasi(it, false)),
            Kind::Parenthesized => self.parenthesized(it),
            Kind::Sequence => Expr::Seq(self.body(it)),
            Kind::Block => Expr::Block(self.block(it)),
            Kind::List => Expr::List(self.all_in(it, Field::Item)),
            Kind::Map => Expr::Map(it.all(Field::Entry).map(|it| self.map_entry(it)).collect()),
            Kind::Call => self.call(it),
            Kind::FunctionCall => {
                let (recipient, args) = (self.recipient(it), self.args(it));
                Expr::FunctionCall { recipient, args }
            }
            Kind::Index => {
                let (recipient, args) = (self.recipient(it), self.args(it));
                Expr::Index { recipient, args }
            }
            Kind::Curry => {
                self.requires(Syntax::VerbCurry, it);
                let recipient = self.recipient(it);
                Expr::Curry { recipient, verb: self.ident_in(it, Field::Verb) }
            }
            Kind::Send => self.send(it),
            Kind::CurrySend => {
                self.requires(Syntax::VerbCurry, it);
                let recipient = self.recipient(it);
                Expr::CurrySend { recipient, verb: self.ident_in(it, Field::Verb) }
            }
            Kind::Property => {
                self.requires_mark(Syntax::DotProps, it, it.child(Field::Recipient), "::");
                let recipient = self.recipient(it);
                let (name, slot) = (self.ident_in(it, Field::Name), it.child(Field::Slot).is_some());
                Expr::Property { recipient, name, slot }
            }
            Kind::SendProperty => {
                self.requires_mark(Syntax::DotProps, it, it.child(Field::Recipient), "::");
                if it.child(Field::Slot).is_some() {
                    let message =
                        "a slot cannot be had of what is far; write `<- ::` for the property's value";
                    self.syntax_error(it, message);
                }
                Expr::SendProperty { recipient: self.recipient(it), name: self.ident_in(it, Field::Name) }
            }
            Kind::Unary => self.unary(it),
            Kind::Slot => {
                self.check_signed(it);
                Expr::Slot(self.expr_in(it, Field::Operand))
            }
            Kind::Binding => {
                self.check_signed(it);
                Expr::Binding(self.expr_in(it, Field::Operand))
            }
            Kind::Binary => self.binary(it),
            Kind::And => {
                let (left, right) = self.operands(it);
                Expr::And { left, right }
            }
            Kind::Or => {
                let (left, right) = self.operands(it);
                Expr::Or { left, right }
            }
            Kind::Same => {
                let (left, right) = self.operands(it);
                Expr::Same { left, right, negated: operator(it) == "!=" }
            }
            Kind::MatchBind => {
                self.check_operands(it);
                let specimen = self.expr_in(it, Field::Specimen);
                let pattern = self.pattern_in(it, Field::Pattern);
                Expr::Match { specimen, pattern, negated: operator(it) == "!~" }
            }
            Kind::Cast => {
                self.check_operands(it);
                let specimen = self.expr_in(it, Field::Specimen);
                Expr::Cast { specimen, guard: self.expr_in(it, Field::Guard) }
            }
            Kind::Assignment => {
                let target = self.expr_in(it, Field::Target);
                Expr::Assign { target, value: self.expr_in(it, Field::Value) }
            }
            Kind::Update => self.update(it),
            Kind::VerbUpdate => self.verb_update(it),
            Kind::Define => self.define(it),
            Kind::Forward => self.forward(it),
            Kind::Exit => self.exit(it),
            Kind::Pragma => self.pragma(it),
            Kind::Object | Kind::Function => self.object(it),
            Kind::Interface | Kind::FunctionInterface => self.interface(it),
            _ => self.control(it),
        }
    }

    fn args(&mut self, it: Node<'a>) -> Vec<ExprId> {
        match it.child(Field::Arguments) {
            Some(arguments) => self.all_in(arguments, Field::Item),
            None => Vec::new(),
        }
    }

    fn recipient(&mut self, it: Node<'a>) -> ExprId {
        self.check_level(it, Field::Recipient, Level::Operand);
        self.expr_in(it, Field::Recipient)
    }

    fn operands(&mut self, it: Node<'a>) -> (ExprId, ExprId) {
        self.check_operands(it);
        (self.expr_in(it, Field::Left), self.expr_in(it, Field::Right))
    }

    fn noun_expr(&mut self, it: Node<'a>) -> Expr {
        match (it.kind(), it.is_missing()) {
            (_, true) => Expr::Error,
            (Kind::SourceHole, _) => match self.hole(it) {
                Some((true, hole)) => Expr::QuasiLiteral(hole),
                Some((false, hole)) => Expr::QuasiPattern(hole),
                None => Expr::Error,
            },
            _ => Expr::Noun(self.noun_name(it)),
        }
    }

    /// `x`, `::"x y"`, `<scheme>`
    pub(super) fn noun(&mut self, it: Node<'a>) -> Ident {
        Ident { name: self.noun_name(it), range: it.range() }
    }

    pub(super) fn noun_in(&mut self, it: Node<'a>, field: Field) -> Ident {
        match it.child(field) {
            Some(noun) => self.noun(noun),
            None => Ident { name: self.name(""), range: super::end_of(it) },
        }
    }

    fn noun_name(&mut self, it: Node<'a>) -> Name {
        match it.kind() {
            Kind::QuotedNoun => {
                self.requires(Syntax::NounString, it);
                match it.child(Field::Name) {
                    Some(name) if name.kind() == Kind::String => Name::from(self.string(name)),
                    Some(name) => self.name(name.text()),
                    None => self.name(""),
                }
            }
            Kind::UriGetter => Name::from(format!("{}__uriGetter", scheme(it))),
            Kind::SourceHole => {
                if self.hole(it).is_some() {
                    self.syntax_error(it, "a hole cannot stand for a name here; give the name itself");
                }
                self.name("")
            }
            _ => self.word(it, "::"),
        }
    }

    /// Whether a `${n}` or `@{n}` asks for a value, and its number.
    pub(super) fn hole(&mut self, it: Node<'a>) -> Option<(bool, u32)> {
        if !self.holes {
            let message = format!("`{}` is a hole, and holes are for quasi-literals", it.text());
            self.syntax_error(it, message);
            return None;
        }
        let number = it.text().get(2..it.text().len() - 1)?.parse().ok();
        if number.is_none() {
            self.syntax_error(it, "no template has that many holes");
        }
        Some((it.text().starts_with('$'), number?))
    }

    fn uri(&mut self, it: Node<'a>) -> Expr {
        let body = it.child(Field::Body).map_or("", |it| it.text());
        Expr::Uri { scheme: Name::from(scheme(it)), body: body.into() }
    }

    /// Reached only where parentheses are the expression itself; see [`Lowerer::inner`].
    fn parenthesized(&mut self, it: Node<'a>) -> Expr {
        match it.child(Field::Item) {
            Some(item) => self.nested(item, Expr::Error, Self::expr_here),
            None => Expr::Error,
        }
    }

    fn map_entry(&mut self, it: Node<'a>) -> MapEntry {
        if it.kind() == Kind::MapExport {
            let kind = match it.child(Field::Kind).map(|it| it.text()) {
                Some("&&") => ExportKind::Binding,
                Some(_) => ExportKind::Slot,
                None => ExportKind::Value,
            };
            return MapEntry::Export { kind, noun: self.noun_in(it, Field::Noun) };
        }
        let key = self.expr_in(it, Field::Key);
        MapEntry::Pair { key, value: self.expr_in(it, Field::Value) }
    }

    fn call(&mut self, it: Node<'a>) -> Expr {
        let recipient = self.recipient(it);
        let verb = self.ident_in(it, Field::Verb);
        Expr::Call { recipient, verb, args: self.args(it) }
    }

    fn send(&mut self, it: Node<'a>) -> Expr {
        let recipient = self.recipient(it);
        let verb = it.child(Field::Verb).map(|it| self.ident(it));
        Expr::Send { recipient, verb, args: self.args(it) }
    }

    fn unary(&mut self, it: Node<'a>) -> Expr {
        self.check_signed(it);
        let op = match operator(it) {
            "!" => UnaryOp::Not,
            "~" => UnaryOp::Complement,
            "*" => UnaryOp::Get,
            "-" => UnaryOp::Negate,
            _ => {
                if it.child(Field::Operand).is_some_and(|it| !it.is_missing()) {
                    self.syntax_error(it, "there is no unary `+` in E; leave it away");
                }
                return match it.child(Field::Operand) {
                    Some(operand) => self.nested(operand, Expr::Error, Self::expr_here),
                    None => Expr::Error,
                };
            }
        };
        Expr::Unary { op, operand: self.expr_in(it, Field::Operand) }
    }

    fn binary(&mut self, it: Node<'a>) -> Expr {
        if operator(it) == "%%"
            && let Some(power) = it.child(Field::Left)
            && power.kind() == Kind::Binary
            && operator(power) == "**"
        {
            return self.mod_pow(it, power);
        }
        let (left, right) = self.operands(it);
        match binary_op(operator(it)) {
            Some(op) => Expr::Binary { op, left, right },
            None => Expr::Error,
        }
    }

    /// `a ** b %% c` is one operator of three operands.
    fn mod_pow(&mut self, it: Node<'a>, power: Node<'a>) -> Expr {
        self.check_operands(it);
        let (base, exponent) = self.operands(power);
        Expr::ModPow { base, exponent, modulus: self.expr_in(it, Field::Right) }
    }

    fn update(&mut self, it: Node<'a>) -> Expr {
        let target = self.expr_in(it, Field::Target);
        let value = self.expr_in(it, Field::Value);
        match operator(it).strip_suffix('=').and_then(binary_op) {
            Some(op) => Expr::Update { target, op, value },
            None => Expr::Error,
        }
    }

    fn verb_update(&mut self, it: Node<'a>) -> Expr {
        let target = self.expr_in(it, Field::Target);
        let verb = self.ident_in(it, Field::Verb);
        let args = match it.child(Field::Value) {
            None => self.args(it),
            Some(value) => {
                let message = format!("put the argument of `{}=` in parentheses", verb.name);
                self.error(value.range(), SyntaxErrorKind::Warning, message);
                vec![self.inner(value)]
            }
        };
        Expr::VerbUpdate { target, verb, args }
    }

    fn define(&mut self, it: Node<'a>) -> Expr {
        self.no_doc(it);
        let pattern = self.pattern_in(it, Field::Pattern);
        let ejector = it.child(Field::Ejector).map(|ejector| {
            self.requires(Syntax::TrinaryDefine, ejector);
            self.check_level(it, Field::Ejector, Level::Order);
            self.inner(ejector)
        });
        Expr::Define { pattern, ejector, value: self.expr_in(it, Field::Value) }
    }

    fn forward(&mut self, it: Node<'a>) -> Expr {
        self.no_doc(it);
        match it.child(Field::Noun) {
            Some(noun) if !noun.is_missing() => Expr::Forward(self.noun(noun)),
            _ => Expr::Error,
        }
    }

    fn no_doc(&mut self, it: Node<'a>) {
        if let Some(doc) = it.child(Field::Doc) {
            let message =
                "a doc comment stands before an object, a method or an interface; begin others with `#`";
            self.syntax_error(doc, message);
        }
    }

    fn exit(&mut self, it: Node<'a>) -> Expr {
        let kind = match it.child(Field::Kind).map(|it| it.text().to_ascii_lowercase()).as_deref() {
            Some("break") => ExitKind::Break,
            Some("continue") => ExitKind::Continue,
            Some("return") => ExitKind::Return,
            _ => {
                self.requires(Syntax::SmalltalkReturn, it);
                ExitKind::Caret
            }
        };
        Expr::Exit { kind, value: self.optional_in(it, Field::Value) }
    }
}

/// Schemes are the same in any case.
fn scheme(it: Node<'_>) -> String {
    it.child(Field::Scheme).map_or(String::new(), |it| it.text().to_lowercase())
}

fn operator(it: Node<'_>) -> &str {
    it.child(Field::Operator).map_or("", |it| it.text())
}

pub(super) fn binary_op(text: &str) -> Option<BinaryOp> {
    Some(match text {
        "&" => BinaryOp::And,
        "|" => BinaryOp::Or,
        "^" => BinaryOp::Xor,
        "&!" => BinaryOp::ButNot,
        "<" => BinaryOp::LessThan,
        "<=" => BinaryOp::AtMost,
        "<=>" => BinaryOp::AsBigAs,
        ">=" => BinaryOp::AtLeast,
        ">" => BinaryOp::GreaterThan,
        ".." => BinaryOp::Thru,
        "..!" => BinaryOp::Till,
        "<<" => BinaryOp::ShiftLeft,
        ">>" => BinaryOp::ShiftRight,
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::ApproxDivide,
        "//" => BinaryOp::FloorDivide,
        "%" => BinaryOp::Remainder,
        "%%" => BinaryOp::Mod,
        "**" => BinaryOp::Pow,
        _ => return None,
    })
}
