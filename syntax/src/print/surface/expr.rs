//! Expressions: operators by the levels of E's grammar, calls, literals.

use super::{Place, Printer};
use crate::ast::{
    BinaryOp, ExitKind, ExportKind, Expr, ExprId, Ident, MapEntry, MetaKind, Quasi, QuasiParser, QuasiPart,
    UnaryOp,
};
use crate::deep;
use crate::kernel_e::{Integer, Literal};
use crate::print::names::{float, quoted};

impl Printer<'_> {
    pub(super) fn expr(&mut self, id: ExprId, place: Place) {
        deep(|| {
            let it = self.program.expr(id);
            if natural_place(it) >= place {
                return self.bare(it);
            }
            self.text("(");
            self.bare(it);
            self.text(")");
        });
    }

    fn bare(&mut self, it: &Expr) {
        match it {
            Expr::Error => self.text("null"),
            Expr::Literal(it) => self.literal(it),
            Expr::Noun(it) => self.noun(it),
            Expr::Uri { scheme, body } => self.text(&format!("<{scheme}:{body}>")),
            Expr::Quasi(it) => self.quasi(it),
            Expr::List(items) => self.brackets(items),
            Expr::Map(entries) => {
                self.text("[");
                self.separated(entries, ", ", Self::entry);
                self.text("]");
            }
            Expr::Block(it) => self.braces(|cx| cx.lines(&it.body), it.body.is_empty()),
            Expr::Seq(body) => {
                self.text("(");
                self.lines(body);
                self.text(")");
            }
            Expr::Call { recipient, verb, args } => {
                self.call(*recipient, ".", verb);
                self.args(args);
            }
            Expr::Curry { recipient, verb } => self.call(*recipient, ".", verb),
            Expr::FunctionCall { recipient, args } => {
                self.expr(*recipient, Place::Postfix);
                self.args(args);
            }
            Expr::Index { recipient, args } => {
                self.expr(*recipient, Place::Postfix);
                self.brackets(args);
            }
            Expr::Send { recipient, verb: Some(verb), args } => {
                self.call(*recipient, " <- ", verb);
                self.args(args);
            }
            Expr::Send { recipient, verb: None, args } => {
                self.expr(*recipient, Place::Postfix);
                self.text(" <- ");
                self.args(args);
            }
            Expr::CurrySend { recipient, verb } => self.call(*recipient, " <- ", verb),
            Expr::Property { recipient, name, slot } => {
                self.call(*recipient, if *slot { "::&" } else { "::" }, name);
            }
            Expr::SendProperty { recipient, name } => self.call(*recipient, " <- ::", name),
            Expr::Unary { op: UnaryOp::Negate, operand } => self.prefixed("-", *operand, Place::Prim),
            Expr::Unary { op, operand } => self.prefixed(unary(*op), *operand, Place::Postfix),
            Expr::Slot(operand) => self.prefixed("&", *operand, Place::Postfix),
            Expr::Binding(operand) => self.prefixed("&&", *operand, Place::Postfix),
            Expr::Binary { op, left, right } => self.binary(*op, *left, *right),
            Expr::ModPow { base, exponent, modulus } => {
                self.infix(*base, Place::Prefix, " ** ", *exponent, Place::Prefix);
                self.text(" %% ");
                self.expr(*modulus, Place::Pow);
            }
            Expr::And { left, right } => self.infix(*left, Place::And, " && ", *right, Place::Logical),
            Expr::Or { left, right } => self.infix(*left, Place::Or, " || ", *right, Place::And),
            Expr::Same { left, right, negated } => {
                let op = if *negated { " != " } else { " == " };
                self.infix(*left, Place::Order, op, *right, Place::Order);
            }
            Expr::Match { specimen, pattern, negated } => {
                self.expr(*specimen, Place::Order);
                self.text(if *negated { " !~ " } else { " =~ " });
                self.pattern(*pattern);
            }
            Expr::Cast { specimen, guard } => {
                self.expr(*specimen, Place::Interval);
                self.guard(Some(*guard));
            }
            Expr::Assign { target, value } => {
                self.infix(*target, Place::Or, " := ", *value, Place::Assign);
            }
            Expr::Update { target, op, value } => {
                let symbol = symbol(*op);
                self.infix(*target, Place::Or, &format!(" {symbol}= "), *value, Place::Assign);
            }
            Expr::VerbUpdate { target, verb, args } => {
                self.expr(*target, Place::Or);
                self.text(" ");
                self.verb(&verb.name);
                self.text("= ");
                self.args(args);
            }
            Expr::Define { pattern, ejector, value } | Expr::DefineKernel { pattern, ejector, value } => {
                self.define(*pattern, *ejector, *value)
            }
            Expr::Forward(noun) => {
                self.text("def ");
                self.noun(&noun.name);
            }
            Expr::Exit { kind, value } => self.exit(*kind, *value),
            Expr::Pragma { verb, argument } => {
                let argument = quoted(argument, '"', false);
                self.text(&format!("pragma.{}({argument})", verb.name));
            }
            Expr::Meta(kind) => self.text(match kind {
                MetaKind::Context => "meta.context()",
                MetaKind::GetState => "meta.getState()",
                MetaKind::Scope => "meta.scope()",
            }),
            Expr::Object(it) => self.object(it),
            Expr::Interface(it) => self.interface(it),
            Expr::QuasiLiteral(hole) => self.text(&format!("${{{hole}}}")),
            Expr::QuasiPattern(hole) => self.text(&format!("@{{{hole}}}")),
            _ => self.control(it),
        }
    }

    fn brackets(&mut self, items: &[ExprId]) {
        self.text("[");
        self.separated(items, ", ", |cx, it| cx.expr(*it, Place::Line));
        self.text("]");
    }

    fn call(&mut self, recipient: ExprId, joint: &str, verb: &Ident) {
        self.expr(recipient, Place::Postfix);
        self.text(joint);
        self.verb(&verb.name);
    }

    fn prefixed(&mut self, op: &str, operand: ExprId, place: Place) {
        self.text(op);
        self.expr(operand, place);
    }

    fn infix(&mut self, left: ExprId, left_place: Place, op: &str, right: ExprId, right_place: Place) {
        self.expr(left, left_place);
        self.text(op);
        self.expr(right, right_place);
    }

    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) {
        let (_, symbol, left_place, right_place) = binary(op);
        let symbol = match op {
            BinaryOp::Thru | BinaryOp::Till => symbol.to_string(),
            _ => format!(" {symbol} "),
        };
        // `a & b & c` chains, each of the three with itself only; `a ** b %% c` is another operator.
        let left_place = match (op, self.program.expr(left)) {
            (BinaryOp::And | BinaryOp::Or | BinaryOp::Xor, Expr::Binary { op: inner, .. })
                if *inner == op =>
            {
                Place::Logical
            }
            (BinaryOp::Mod, Expr::Binary { op: BinaryOp::Pow, .. }) => Place::Prefix,
            _ => left_place,
        };
        self.infix(left, left_place, &symbol, right, right_place);
    }

    fn exit(&mut self, kind: ExitKind, value: Option<ExprId>) {
        self.text(match kind {
            ExitKind::Break => "break",
            ExitKind::Continue => "continue",
            ExitKind::Return => "return",
            ExitKind::Caret => "^",
        });
        if let Some(value) = value {
            self.text(" ");
            self.expr(value, Place::Assign);
        }
    }

    fn entry(&mut self, it: &MapEntry) {
        match it {
            MapEntry::Pair { key, value } => {
                self.infix(*key, Place::Line, " => ", *value, Place::Line);
            }
            MapEntry::Export { kind, noun } => {
                self.text(match kind {
                    ExportKind::Value => "=> ",
                    ExportKind::Slot => "=> &",
                    ExportKind::Binding => "=> &&",
                });
                self.noun(&noun.name);
            }
        }
    }

    /// What may follow a `:`: a noun, perhaps with brackets after it, or anything in parentheses.
    pub(super) fn guard_expr(&mut self, id: ExprId) {
        deep(|| match self.program.expr(id) {
            Expr::Noun(_) | Expr::Seq(_) | Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {
                self.expr(id, Place::Prim);
            }
            Expr::Index { recipient, args } => {
                self.guard_expr(*recipient);
                self.brackets(args);
            }
            _ => {
                self.text("(");
                self.expr(id, Place::Line);
                self.text(")");
            }
        });
    }

    pub(super) fn quasi(&mut self, it: &Quasi) {
        match &it.parser {
            QuasiParser::Default => {}
            QuasiParser::Named(name) => self.text(&name.name),
            QuasiParser::Computed(parser) => {
                self.text("(");
                self.expr(*parser, Place::Line);
                self.text(")");
            }
        }
        self.text("`");
        for part in &it.parts {
            self.quasi_part(part);
        }
        self.text("`");
    }

    fn quasi_part(&mut self, it: &QuasiPart) {
        match it {
            QuasiPart::Text(text) => self.text(&template_text(text)),
            QuasiPart::Value(it) => {
                self.text("${");
                self.expr(*it, Place::Line);
                self.text("}");
            }
            QuasiPart::Pattern(it) => {
                self.text("@{");
                self.pattern(*it);
                self.text("}");
            }
        }
    }

    fn literal(&mut self, it: &Literal) {
        match it {
            Literal::Null => self.text("null"),
            Literal::Int(Integer::Small(value)) => self.text(&value.to_string()),
            Literal::Int(Integer::Big { digits, radix: 16 }) => self.text(&format!("0x{digits}")),
            Literal::Int(Integer::Big { digits, .. }) => self.text(digits),
            Literal::Float(value) => self.text(&float(*value)),
            Literal::Char(value) => self.text(&quoted(value.encode_utf8(&mut [0; 4]), '\'', false)),
            Literal::Str(value) => self.text(&quoted(value, '"', false)),
        }
    }
}

/// Text of a template as it is written between backquotes. A `$` or `@` that is alone was written as an escape.
fn template_text(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        match it {
            '`' => out.push_str("``"),
            '$' | '@' if rest.next_if_eq(&it).is_some() => out.extend([it, it]),
            '$' => out.push_str("$\\u0024"),
            '@' => out.push_str("$\\u0040"),
            '\r' => out.push_str("$\\r"),
            _ => out.push(it),
        }
    }
    out
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Not => "!",
        UnaryOp::Complement => "~",
        UnaryOp::Negate => "-",
        UnaryOp::Get => "*",
    }
}

/// Where an expression with this operator may stand, its symbol, and where its operands do.
fn binary(op: BinaryOp) -> (Place, &'static str, Place, Place) {
    use Place::{Add, Factors, Interval, Logical, Multiply, Order, Pow, Prefix, Shift};
    match op {
        BinaryOp::And => (Logical, "&", Order, Order),
        BinaryOp::Or => (Logical, "|", Order, Order),
        BinaryOp::Xor => (Logical, "^", Order, Order),
        BinaryOp::ButNot => (Logical, "&!", Order, Order),
        BinaryOp::LessThan => (Order, "<", Interval, Interval),
        BinaryOp::AtMost => (Order, "<=", Interval, Interval),
        BinaryOp::AsBigAs => (Order, "<=>", Interval, Interval),
        BinaryOp::AtLeast => (Order, ">=", Interval, Interval),
        BinaryOp::GreaterThan => (Order, ">", Interval, Interval),
        BinaryOp::Thru => (Interval, "..", Shift, Shift),
        BinaryOp::Till => (Interval, "..!", Shift, Shift),
        BinaryOp::ShiftLeft => (Shift, "<<", Shift, Add),
        BinaryOp::ShiftRight => (Shift, ">>", Shift, Add),
        BinaryOp::Add => (Add, "+", Add, Multiply),
        BinaryOp::Subtract => (Add, "-", Add, Multiply),
        BinaryOp::Multiply => (Factors, "*", Factors, Pow),
        BinaryOp::ApproxDivide => (Factors, "/", Factors, Pow),
        BinaryOp::FloorDivide => (Factors, "//", Factors, Pow),
        BinaryOp::Remainder => (Factors, "%", Factors, Pow),
        BinaryOp::Mod => (Factors, "%%", Factors, Pow),
        BinaryOp::Pow => (Pow, "**", Prefix, Prefix),
    }
}

/// The least room in which an expression needs no parentheses.
fn natural_place(it: &Expr) -> Place {
    match it {
        Expr::Exit { .. } | Expr::Pragma { .. } => Place::Line,
        Expr::Define { .. } | Expr::DefineKernel { .. } | Expr::Forward(_) => Place::Assign,
        Expr::Assign { .. } | Expr::Update { .. } | Expr::VerbUpdate { .. } => Place::Assign,
        Expr::Or { .. } => Place::Or,
        Expr::And { .. } => Place::And,
        Expr::Same { .. } | Expr::Match { .. } => Place::Logical,
        Expr::Cast { .. } => Place::Order,
        Expr::ModPow { .. } => Place::Multiply,
        Expr::Binary { op, .. } => binary(*op).0,
        Expr::Unary { .. } | Expr::Slot(_) | Expr::Binding(_) => Place::Prefix,
        // `x.v` and `x <- v` would take what follows for their arguments; what is closed by a block is
        // nowhere taken wrongly, but hard to read with something attached to it.
        Expr::Curry { .. } | Expr::CurrySend { .. } => Place::Prefix,
        Expr::Object(_) | Expr::Interface(_) | Expr::Fn { .. } | Expr::Thunk { .. } => Place::Prefix,
        Expr::If { .. } | Expr::For { .. } | Expr::While { .. } | Expr::Switch { .. } => Place::Prefix,
        Expr::Try { .. } | Expr::Escape { .. } | Expr::When(_) | Expr::Accum { .. } => Place::Prefix,
        Expr::Call { .. } | Expr::FunctionCall { .. } | Expr::Index { .. } => Place::Postfix,
        Expr::Send { .. } | Expr::Property { .. } | Expr::SendProperty { .. } => Place::Postfix,
        // A name before a backquote would be the name of a parser.
        _ => Place::Prim,
    }
}

/// The operator as it is written.
pub(super) fn symbol(op: BinaryOp) -> &'static str {
    binary(op).1
}
