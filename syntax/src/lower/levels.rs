//! How tightly each operator holds, and where E asks for parentheses instead of having a rule.
//!
//! The grammar reads `a == b == c` and `a & b | c` somehow; E refuses them.

use super::Lowerer;
use crate::cst::{Field, Kind, Node};

/// The levels of E's operators, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Level {
    Assign,
    Or,
    And,
    Logical,
    Order,
    Interval,
    Shift,
    Add,
    Multiply,
    Pow,
    /// What has no operator, or one in front.
    Operand,
}

impl Level {
    pub(super) fn of(it: Node<'_>) -> Level {
        match it.kind() {
            Kind::Assignment | Kind::Update | Kind::VerbUpdate => Level::Assign,
            Kind::Define | Kind::Forward | Kind::Exit => Level::Assign,
            Kind::Or => Level::Or,
            Kind::And => Level::And,
            Kind::Same | Kind::MatchBind => Level::Logical,
            Kind::Cast => Level::Order,
            Kind::Binary => {
                it.child(Field::Operator).map_or(Level::Operand, |it| Level::of_operator(it.text()))
            }
            _ => Level::Operand,
        }
    }

    fn of_operator(operator: &str) -> Level {
        match operator {
            "&" | "|" | "^" | "&!" => Level::Logical,
            "<" | "<=" | "<=>" | ">=" | ">" => Level::Order,
            ".." | "..!" => Level::Interval,
            "<<" | ">>" => Level::Shift,
            "+" | "-" => Level::Add,
            "*" | "/" | "//" | "%" | "%%" => Level::Multiply,
            _ => Level::Pow,
        }
    }
}

impl<'a> Lowerer<'a> {
    /// Reports operands that hold no tighter than `it`, the operation they are in.
    pub(super) fn check_operands(&mut self, it: Node<'a>) {
        let level = Level::of(it);
        for operand in
            [Field::Left, Field::Specimen, Field::Right].into_iter().filter_map(|field| it.child(field))
        {
            let first = operand.field() != Some(Field::Right);
            let inner = Level::of(operand);
            if inner < level || inner == level && !(first && chains(it, operand)) {
                self.parentheses(operand);
            }
        }
    }

    /// Reports an expression that stands where only tighter ones may, as after `implements`.
    pub(super) fn check_level(&mut self, it: Node<'a>, field: Field, least: Level) {
        for child in it.all(field) {
            if Level::of(child) < least {
                self.parentheses(child);
            }
        }
    }

    /// What a sign stands before is a call at most, and for a minus not even that: `-3.pow(2)` says to one
    /// reader what it does not say to another.
    pub(super) fn check_signed(&mut self, it: Node<'a>) {
        let Some(operand) = it.child(Field::Operand).filter(|it| !it.is_missing()) else { return };
        let operator = it.child(Field::Operator).map_or("", |it| it.text());
        let minus = operator == "-";
        if matches!(operator, "-" | "+") && it.before().ends_with(operator) {
            let message =
                format!("found `{operator}{operator}`, which is reserved; put a blank between the two");
            return self.syntax_error(it, message);
        }
        let signed = matches!(operand.kind(), Kind::Unary | Kind::Slot | Kind::Binding);
        if signed || Level::of(operand) < Level::Operand {
            let message = "only a name, a literal or a call may stand behind a sign; put this in parentheses";
            self.syntax_error(operand, message);
        } else if minus && is_postfix(operand) {
            let message = "a minus sign and a call have no order; write (-x).f() or -(x.f())";
            self.syntax_error(it, message);
        }
    }

    fn parentheses(&mut self, it: Node<'a>) {
        let operator = match it.kind() {
            Kind::Or => "||",
            Kind::And => "&&",
            Kind::Cast => ":",
            _ => it.child(Field::Operator).map_or("", |it| it.text()),
        };
        let message = match operator {
            "" => "this has to stand in parentheses here".to_string(),
            _ => format!(
                "found `{operator}` beside an operator it has no order with; put one of them in parentheses"
            ),
        };
        self.syntax_error(it, message);
    }
}

fn is_postfix(it: Node<'_>) -> bool {
    let kind = it.kind();
    matches!(kind, Kind::Call | Kind::FunctionCall | Kind::Index | Kind::Send | Kind::Curry)
        || matches!(kind, Kind::CurrySend | Kind::Property | Kind::SendProperty)
}

/// Whether `a op b op c` groups to the left. `&`, `|` and `^` do so each with itself alone.
fn chains(outer: Node<'_>, inner: Node<'_>) -> bool {
    let operator = |it: Node<'_>| it.child(Field::Operator).map_or(String::new(), |it| it.text().to_string());
    match Level::of(outer) {
        Level::Or | Level::And | Level::Shift | Level::Add | Level::Multiply => true,
        Level::Logical => {
            matches!(operator(outer).as_str(), "&" | "|" | "^") && operator(outer) == operator(inner)
        }
        _ => false,
    }
}
