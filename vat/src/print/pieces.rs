//! What a value's print is made of: text, and other values.

use super::prints_itself;
use crate::cx::Cx;
use crate::data::{flex_list, flex_map, flex_set, map, set};
use crate::heap::Cell;
use crate::native::Class;
use crate::problem::{About, Exit, Part};
use crate::value::{Value, View};
use std::borrow::Cow;

/// A piece of a print.
#[derive(Clone, Debug)]
pub enum Piece {
    Text(Cow<'static, str>),
    /// As `print` writes it: a string without quotes.
    Bare(Value),
    /// As `quote` writes it.
    Quoted(Value),
    /// The name of its type, as messages say it.
    TypeOf(Value),
}

impl From<&'static str> for Piece {
    fn from(text: &'static str) -> Piece {
        Piece::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Piece {
        Piece::Text(Cow::Owned(text))
    }
}

/// The pieces of a value that is not written in E; `None`: it has to be asked. Only terms print otherwise
/// when they are quoted.
pub(super) fn take_apart(cx: &mut Cx, value: Value, quoting: bool) -> Result<Option<Vec<Piece>>, Exit> {
    let value = cx.near(value);
    let View::Obj(at) = value.view() else {
        return Ok(match value.view() {
            View::Static(class) if prints_itself(class) => None,
            View::Static(class) => Some(vec![class.printed.into()]),
            _ => Some(vec![Piece::Quoted(value)]),
        });
    };
    Ok(Some(match cx.heap.cell(at) {
        Cell::Object { .. } => return Ok(None),
        Cell::Short(_) | Cell::Long(..) => vec![Piece::Quoted(value)],
        Cell::Big(it) => {
            let bits = dashu_int::ops::BitTest::bit_len(&**it) as u64;
            cx.charge(bits / 64 * (1 + bits / 4096))?;
            cx.reserve(bits / 3)?;
            vec![crate::data::number::printed(&cx.heap, value).unwrap_or_default().into()]
        }
        Cell::List(items) => bracketed("[", items.clone().iter().copied(), "]"),
        Cell::FinalSlot(it) => vec!["<& ".into(), Piece::Quoted(*it), ">".into()],
        Cell::VarSlot(it) => vec!["<var ".into(), Piece::Quoted(*it), ">".into()],
        Cell::GuardedSlot(it) => {
            vec!["<var ".into(), Piece::Quoted(it.value), " :".into(), Piece::Quoted(it.guard), ">".into()]
        }
        Cell::Binding(it) => {
            let crate::heap::Binding { slot, guard, explicit } = **it;
            let mut pieces = vec!["<& ".into(), Piece::Quoted(slot), " :".into()];
            // Without a guard of its own, the binding is described by the kind of its slot.
            match cx.heap.get(slot) {
                _ if explicit => pieces.push(Piece::Quoted(guard)),
                Some(Cell::FinalSlot(_)) if guard.is_null() => pieces.push("FinalSlot[any]".into()),
                Some(Cell::FinalSlot(_)) => {
                    pieces.extend(["FinalSlot[".into(), Piece::Quoted(guard), "]".into()]);
                }
                Some(Cell::VarSlot(_)) => pieces.push("VarSlot".into()),
                Some(Cell::GuardedSlot(_)) => pieces.push("GuardedSlot".into()),
                _ => pieces.push("any".into()),
            }
            pieces.push(">".into());
            pieces
        }
        Cell::Ejector { name, .. } => vec!["<".into(), Piece::Bare(*name), " ejector>".into()],
        Cell::Promise(_) => vec!["<Promise>".into()],
        Cell::Resolver { done: false, .. } => vec!["<Resolver>".into()],
        Cell::Resolver { .. } => vec!["<Closed Resolver>".into()],
        Cell::Far { .. } | Cell::FarProxy(_) => vec!["<Far ref>".into()],
        Cell::Broken(problem) => vec!["<ref broken by ".into(), Piece::Quoted(*problem), ">".into()],
        Cell::Sealed(_) => vec!["<sealed problem>".into()],
        // What prints it is written in E.
        Cell::Problem(it) if matches!(it.about, About::Structure(_)) => return Ok(None),
        Cell::Problem(it) => {
            let mut pieces = match &it.kind {
                Some(kind) => vec![Piece::from(format!("problem: <{kind}: "))],
                None => vec!["problem: ".into()],
            };
            pieces.extend(it.message.iter().map(|part| match part {
                Part::Text(it) => Piece::from(it.to_string()),
                Part::Quote(it) => Piece::Quoted(*it),
                Part::Print(it) => Piece::Bare(*it),
                Part::TypeOf(it) => Piece::TypeOf(*it),
            }));
            if it.kind.is_some() {
                pieces.push(">".into());
            }
            pieces
        }
        Cell::Flex(it) => bracketed("[", it.items.get().iter().copied(), "].diverge()"),
        Cell::Native(it) => {
            let class = it.class;
            if let Some(pieces) = crate::node::print_pieces(cx, value)? {
                return Ok(Some(pieces));
            }
            match crate::term::pieces(cx, class, value, quoting).or_else(|| of_native(cx, class, value)) {
                Some(pieces) => pieces,
                None if prints_itself(class) => return Ok(None),
                None => vec![class.printed.into()],
            }
        }
        Cell::Shared(_) | Cell::Free | Cell::Exit(_) => Vec::new(),
    }))
}

fn bracketed(left: &'static str, items: impl Iterator<Item = Value>, right: &'static str) -> Vec<Piece> {
    let mut pieces = vec![Piece::from(left)];
    for (at, it) in items.enumerate() {
        if at > 0 {
            pieces.push(", ".into());
        }
        pieces.push(Piece::Quoted(it));
    }
    pieces.push(right.into());
    pieces
}

/// `["a" => 1]`; the empty one is `[].asMap()`.
fn entries(pairs: &[(Value, Value)], suffix: &'static str) -> Vec<Piece> {
    if pairs.is_empty() {
        return vec!["[].asMap()".into(), suffix.into()];
    }
    let mut pieces = vec![Piece::from("[")];
    for (at, (key, value)) in pairs.iter().enumerate() {
        if at > 0 {
            pieces.push(", ".into());
        }
        pieces.extend([Piece::Quoted(*key), " => ".into(), Piece::Quoted(*value)]);
    }
    pieces.extend(["]".into(), suffix.into()]);
    pieces
}

fn of_native(cx: &Cx, class: &'static Class, value: Value) -> Option<Vec<Piece>> {
    let is = |it: &'static Class| std::ptr::eq(class, it);
    let field = |at: usize| cx.heap.as_native(value).and_then(|it| it.fields.get(at).copied());
    Some(if is(&map::CONST_MAP) {
        entries(&map::pairs(cx, value), "")
    } else if is(&flex_map::FLEX_MAP) {
        entries(&map::pairs(cx, value), ".diverge()")
    } else if is(&set::CONST_SET) {
        bracketed("[", set::elements(cx, value).into_iter(), "].asSet()")
    } else if is(&flex_set::FLEX_SET) {
        let guard = flex_set::guard_of(cx, value);
        let elements = set::elements(cx, value).into_iter();
        if guard.is(&crate::guard::any::ANY) {
            bracketed("[", elements, "].asSet().diverge()")
        } else {
            let mut pieces = bracketed("[", elements, "].asSet().diverge(");
            pieces.extend([Piece::Quoted(guard), ")".into()]);
            pieces
        }
    } else if is(&flex_list::READ_ONLY_LIST) || is(&flex_map::READ_ONLY_MAP) || is(&flex_set::READ_ONLY_SET) {
        vec![Piece::Quoted(field(0)?), ".readOnly()".into()]
    } else if is(&super::STRING_BUFFER) {
        let text = super::writer::buffered(cx, value).unwrap_or_default();
        let mut quoted = String::from("<stringBuffer ");
        crate::data::quote::quote_string(&text, &mut quoted);
        quoted.push('>');
        vec![quoted.into()]
    } else {
        return crate::guard::pieces(cx, class, value);
    })
}

/// Can its parts lead back to it?
pub(super) fn is_container(cx: &Cx, value: Value) -> bool {
    match cx.heap.get(value) {
        Some(Cell::List(items)) => !items.is_empty(),
        Some(Cell::Flex(_) | Cell::Native(_) | Cell::Problem(_) | Cell::Broken(_)) => true,
        Some(Cell::FinalSlot(_) | Cell::VarSlot(_) | Cell::GuardedSlot(_) | Cell::Binding(_)) => true,
        _ => false,
    }
}

/// `int`, `String`, `"__main$gate"`: as messages name its type.
pub(super) fn type_name(cx: &Cx, value: Value) -> String {
    if let Some(Cell::Problem(it)) = cx.heap.get(value) {
        return crate::exception::type_name(it).to_string();
    }
    match crate::data::class_of(&cx.heap, value) {
        Some(class) => class.name.to_string(),
        None => format!("\"{}\"", fqn(cx, value)),
    }
}

/// The fully qualified name of an object written in E.
pub fn fqn(cx: &Cx, value: Value) -> String {
    crate::object::fqn(cx, value).map_or_else(|| "object".into(), |it| it.to_string())
}
