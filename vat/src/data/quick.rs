//! The common verbs of data, answered at once: what a call in a loop mostly says.
//!
//! Each answer is what the verb's own native would give; whatever is not plain (an index out of range, a guard
//! with an opinion, a promise among the arguments, a number that does not fit) is left to it with `None`. The
//! caller has paid for one call, and nothing here costs more.

use super::flex_map::FLEX_MAP;
use super::map::CONST_MAP;
use super::table::Table;
use crate::cx::Cx;
use crate::guard::any::ANY;
use crate::heap::{Cell, Letters, Native};
use crate::native::Class;
use crate::same::unportrayed;
use crate::selector::Selector;
use crate::value::{Obj, Value, View};

/// The answer of `target.verb(args…)` if it is a plain one.
#[inline]
pub fn call(cx: &mut Cx, target: Value, selector: Selector, args: &[Value]) -> Option<Value> {
    match target.view() {
        View::Int(it) => on_int(it, selector, args),
        View::Float(it) => on_float(it, selector, args),
        View::Obj(it) => match cx.heap.cell(it) {
            Cell::List(items) => match (selector, args) {
                (Selector::GET_1, [at]) => items.get(index(*at)?).copied(),
                (Selector::SIZE, []) => Some((items.len() as i64).into()),
                _ => None,
            },
            Cell::Short(text) if text.is_ascii() => match (selector, args) {
                (Selector::SIZE, []) => Some((text.len() as i64).into()),
                (Selector::GET_1, [at]) => text.as_bytes().get(index(*at)?).map(|it| char::from(*it).into()),
                _ => None,
            },
            Cell::Long(text, Letters::Ascii) => match (selector, args) {
                (Selector::SIZE, []) => Some((text.bytes() as i64).into()),
                (Selector::GET_1, [at]) if text.is_flat() => {
                    text.flat().as_bytes().get(index(*at)?).map(|it| char::from(*it).into())
                }
                _ => None,
            },
            Cell::Flex(_) => on_flex_list(cx, it, selector, args),
            Cell::Native(native) if is(native, &FLEX_MAP) => on_flex_map(cx, it, selector, args),
            Cell::Native(native) if is(native, &CONST_MAP) => on_map(cx, it, selector, args),
            _ => None,
        },
        _ => None,
    }
}

fn is(native: &Native, class: &'static Class) -> bool {
    std::ptr::eq(native.class, class)
}

fn index(at: Value) -> Option<usize> {
    at.as_int().and_then(|it| usize::try_from(it).ok())
}

fn on_int(a: i64, selector: Selector, args: &[Value]) -> Option<Value> {
    let Some(b) = args.first() else {
        return Some(match selector {
            Selector::NEGATE => a.checked_neg()?.into(),
            Selector::COMPLEMENT => (!a).into(),
            Selector::ABS => a.checked_abs()?.into(),
            Selector::NEXT => a.checked_add(1)?.into(),
            Selector::PREVIOUS => a.checked_sub(1)?.into(),
            Selector::IS_ZERO => (a == 0).into(),
            _ => return None,
        });
    };
    let b = match b.view() {
        View::Int(it) => it,
        View::Float(_) if exact(a) => return on_float(a as f64, selector, args),
        _ => return None,
    };
    Some(match selector {
        Selector::ADD => a.checked_add(b)?.into(),
        Selector::SUBTRACT => a.checked_sub(b)?.into(),
        Selector::MULTIPLY => a.checked_mul(b)?.into(),
        Selector::AND => (a & b).into(),
        Selector::OR => (a | b).into(),
        Selector::XOR => (a ^ b).into(),
        Selector::MAX => a.max(b).into(),
        Selector::MIN => a.min(b).into(),
        Selector::SHIFT_RIGHT if (0..64).contains(&b) => (a >> b).into(),
        Selector::SHIFT_LEFT if (0..63).contains(&b) && (a << b) >> b == a => (a << b).into(),
        Selector::DIVIDE if exact(a) && exact(b) => (a as f64 / b as f64).into(),
        _ => return None,
    })
}

/// Is the integer a double as it is?
fn exact(it: i64) -> bool {
    it.unsigned_abs() <= 1 << 53
}

fn on_float(a: f64, selector: Selector, args: &[Value]) -> Option<Value> {
    let b = match args {
        [b] => match b.view() {
            View::Float(it) => it,
            View::Int(it) if exact(it) => it as f64,
            _ => return None,
        },
        _ => return None,
    };
    Some(match selector {
        Selector::ADD => (a + b).into(),
        Selector::SUBTRACT => (a - b).into(),
        Selector::MULTIPLY => (a * b).into(),
        Selector::DIVIDE => (a / b).into(),
        _ => return None,
    })
}

/// The guards in an object's fields take anything.
fn unguarded(native: &Native) -> bool {
    native.fields.iter().all(|it| it.is(&crate::guard::any::ANY))
}

fn on_flex_list(cx: &mut Cx, at: Obj, selector: Selector, args: &[Value]) -> Option<Value> {
    let Cell::Flex(list) = cx.heap.cell_mut(at) else { return None };
    match (selector, args) {
        (Selector::GET_1, [at]) => list.items.get().get(index(*at)?).copied(),
        (Selector::SIZE, []) => Some((list.items.get().len() as i64).into()),
        // A guard that takes anything.
        (Selector::PUT_2, [at, item]) if list.guard.is(&ANY) => {
            *list.items.change().get_mut(index(*at)?)? = *item;
            Some(Value::NULL)
        }
        (Selector::PUSH, [item]) if list.guard.is(&ANY) => {
            if !cx.heap.has_room(16) {
                return None;
            }
            cx.heap.change_flex(at.into(), |items| items.push(*item)).map(|()| Value::NULL)
        }
        (Selector::POP, []) => cx.heap.change_flex(at.into(), Vec::pop)?,
        _ => None,
    }
}

fn on_map(cx: &Cx, at: Obj, selector: Selector, args: &[Value]) -> Option<Value> {
    // A key that has to be asked for its portrayal first takes the long way.
    // So does whoever owes for the keys that were compared.
    if cx.heap.owes() || args.first().is_some_and(|key| unportrayed(&cx.heap, *key).is_some()) {
        return None;
    }
    let table = cx.heap.payload::<Table>(at.into())?;
    match (selector, args) {
        (Selector::SIZE, []) => Some((table.len() as i64).into()),
        (Selector::GET_1 | Selector::FETCH, [key, ..]) => table.get(&cx.heap, *key).ok().flatten(),
        (Selector::MAPS, [key]) => Some(table.get(&cx.heap, *key).ok()?.is_some().into()),
        _ => None,
    }
}

fn on_flex_map(cx: &mut Cx, at: Obj, selector: Selector, args: &[Value]) -> Option<Value> {
    let Cell::Native(native) = cx.heap.cell(at) else { return None };
    if !unguarded(native) {
        return None;
    }
    if selector != Selector::PUT_2 {
        return on_map(cx, at, selector, args);
    }
    let [key, value] = args else { return None };
    if !cx.heap.has_room(256) || cx.heap.owes() || unportrayed(&cx.heap, *key).is_some() {
        return None;
    }
    super::flex_map::put_plain(cx, at.into(), *key, *value)
}
