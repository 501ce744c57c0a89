//! Whether a blank stands between two tokens of one line.

use super::page::Page;
use crate::cst::{Field, Kind, Leaf};

/// `(`, `[`, `{` and their ends are nobody's operands; everything else has its reasons here.
pub(super) fn blank_between(page: &Page<'_>, before: &Leaf, after: &Leaf) -> bool {
    let parent = page.kind(before.parent);
    match (before.word, after.word) {
        ("(" | "[", _) | (_, ")" | "]" | "," | ";" | "=") | ("{", "}") => false,
        ("." | "::", _) | (_, ".") => false,
        (_, "::") => page.kind(after.parent) != Kind::Property,
        (_, "(" | "[") if sticks(page, before, after) => false,
        (".." | "..!", _) if parent == Kind::Binary => {
            page.is_wide(before.parent) || begins_operator(page, after)
        }
        (_, ".." | "..!") if page.kind(after.parent) == Kind::Binary => page.is_wide(after.parent),
        (":", _) if is_guard_colon(parent) => false,
        _ if is_prefix(before.word, parent) => begins_operator(page, after),
        _ => true,
    }
}

/// Whether a bracket belongs to what stands right before it.
fn sticks(page: &Page<'_>, before: &Leaf, bracket: &Leaf) -> bool {
    match page.kind(bracket.parent) {
        Kind::Arguments => match page.kind(page.parent(bracket.parent)) {
            Kind::When | Kind::VerbUpdate => false,
            _ => before.word != "<-",
        },
        // `to (coin)` has no verb that its parameters could stand at.
        Kind::Parameters => !matches!(before.word, "to" | "method" | "on"),
        Kind::Exit | Kind::Meta | Kind::Pragma => true,
        _ => is_prefix(before.word, page.kind(before.parent)),
    }
}

fn is_guard_colon(parent: Kind) -> bool {
    !matches!(parent, Kind::Map | Kind::MapEntry)
}

/// Whether `word` stands before its only operand, in a node of this kind.
fn is_prefix(word: &str, parent: Kind) -> bool {
    match word {
        "!" | "~" | "*" | "+" | "-" => parent == Kind::Unary,
        "&" | "&&" => matches!(
            parent,
            Kind::Slot
                | Kind::Binding
                | Kind::SlotPattern
                | Kind::BindingPattern
                | Kind::MapExport
                | Kind::Property
        ),
        "==" | "!=" => parent == Kind::SamePattern,
        _ => false,
    }
}

/// Two operators in a row could be read as one.
fn begins_operator(page: &Page<'_>, it: &Leaf) -> bool {
    page.text_of(it).starts_with(|it: char| it.is_ascii_punctuation() && !"([{\"'`_".contains(it))
}

/// Whether a range's operand is an operation itself, so that `..` wants room.
pub(super) fn widens(field: Option<Field>, kind: Kind) -> bool {
    matches!(field, Some(Field::Left | Field::Right))
        && matches!(kind, Kind::Binary | Kind::Unary | Kind::Cast | Kind::Same | Kind::And | Kind::Or)
}
