//! The data a program computes with: numbers, text, lists, maps, sets, regions; and which class each kind
//! of value belongs to.

pub mod char;
pub mod flex_list;
pub mod flex_map;
pub mod flex_set;
pub mod float;
pub mod integer;
pub mod list;
pub mod map;
pub mod number;
pub mod quick;
pub mod quote;
pub mod region;
pub mod set;
pub mod source_span;
pub mod table;
pub mod template;
pub mod text;
pub mod twine;
pub mod void;

use crate::heap::{Cell, Heap};
use crate::native::Class;
use crate::value::{Value, View};

/// The class of `value`, whose methods it answers to. `None`: an object written in E.
pub fn class_of(heap: &Heap, value: Value) -> Option<&'static Class> {
    Some(match heap.shorten(value).view() {
        View::Null => &void::NULL,
        View::Bool(_) => &void::BOOLEAN,
        View::Char(_) => &char::CHAR,
        View::Int(_) => &number::INT,
        View::Float(_) => &number::FLOAT,
        View::Static(class) => class,
        View::Obj(it) => match heap.cell(it) {
            Cell::Object { .. } => return None,
            Cell::Big(_) => &number::INT,
            Cell::Short(_) | Cell::Long(..) => &text::STRING,
            Cell::List(_) => &list::LIST,
            Cell::Flex(_) => &flex_list::FLEX_LIST,
            Cell::Native(it) => it.class,
            Cell::FinalSlot(_) => &crate::slot::FINAL_SLOT,
            Cell::VarSlot(_) => &crate::slot::VAR_SLOT,
            Cell::GuardedSlot(_) => &crate::slot::GUARDED_SLOT,
            Cell::Binding(_) => &crate::slot::BINDING,
            Cell::Ejector { .. } => &crate::ejector::EJECTOR,
            Cell::Resolver { .. } => &crate::resolver::RESOLVER,
            Cell::Problem(_) => &crate::throw::PROBLEM,
            Cell::Sealed(_) => &crate::throw::SEALED_PROBLEM,
            Cell::Promise(_) => &crate::reference::PROMISE,
            Cell::Far { .. } | Cell::FarProxy(_) => &crate::reference::FAR,
            Cell::Broken(_) => &crate::reference::BROKEN,
            Cell::Shared(_) | Cell::Exit(_) | Cell::Free => &void::NULL,
        },
    })
}
