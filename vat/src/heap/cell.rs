//! What a handle names, in 24 bytes: what is common lies in the cell, what is rare and wide in a box.

use super::Promise;
use super::text::{Letters, Long, Short, Text};
use crate::data::flex_list::Items;
use crate::native::{Class, Payload, Stamps};
use crate::problem::{Exit, Problem};
use crate::value::{Obj, Value};
use dashu_int::IBig;
use std::sync::Arc;

/// What a handle names.
pub enum Cell {
    Free,
    /// A string: [`Text`], whose letters lie here.
    Short(Short),
    Long(Long, Letters),
    /// An integer that does not fit an `i64`; always normalized, so smaller ones are never here.
    Big(Arc<IBig>),
    /// A `ConstList`.
    List(Arc<[Value]>),
    /// A `FlexList`.
    Flex(Box<Flex>),
    /// What a loop goes through: a FlexList's items as they were. Nobody else has its handle.
    Shared(Arc<Vec<Value>>),
    Native(Box<Native>),
    /// An object written in E: what built-in auditors said of it, its script, and what it closes over.
    Object {
        stamps: Stamps,
        script: Script,
        captures: Box<[Value]>,
    },
    FinalSlot(Value),
    VarSlot(Value),
    GuardedSlot(Box<GuardedSlot>),
    Binding(Box<Binding>),
    Ejector {
        live: bool,
        /// A string.
        name: Value,
    },
    Promise(Promise),
    Resolver {
        promise: Obj,
        done: bool,
    },
    /// Another vat's object: its vat and its number in that vat's table of exports.
    Far {
        vat: u32,
        export: u32,
    },
    /// A far reference that a handler in this vat answers for; see `proxy`.
    FarProxy(Box<Proxied>),
    /// A reference broken by a problem.
    Broken(Value),
    Problem(Box<Problem>),
    /// A caught problem: can be thrown again and not looked into.
    Sealed(Value),
    /// An exit on its way out, parked while a `finally` runs.
    Exit(Box<Exit>),
}

const _: () = assert!(size_of::<Cell>() == 24, "a cell is three words");

/// A script of one of the vat's modules: its place in `Cx::scripts`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Script(pub u32);

impl Script {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An object written in E, looked at.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    pub stamps: Stamps,
    pub script: Script,
    pub captures: &'a [Value],
}

/// A list that changes: the guard of its items, and they.
pub struct Flex {
    pub guard: Value,
    pub items: Items,
}

/// A native object with state.
pub struct Native {
    pub class: &'static Class,
    pub fields: Vec<Value>,
    pub payload: Option<Box<dyn Payload>>,
    pub(super) counted: u64,
}

impl Native {
    pub(super) fn new(
        class: &'static Class,
        fields: Vec<Value>,
        payload: Option<Box<dyn Payload>>,
    ) -> Native {
        let mut it = Native { class, fields, payload, counted: 0 };
        it.counted = it.weight();
        it
    }
    pub(super) fn weight(&self) -> u64 {
        VALUE * self.fields.len() as u64 + self.payload.as_ref().map_or(0, |it| it.bytes())
    }
}

/// `var x :G := v`
pub struct GuardedSlot {
    pub value: Value,
    pub guard: Value,
}

/// `&&x`: a slot, and the guard that describes it.
#[derive(Clone, Copy)]
pub struct Binding {
    pub slot: Value,
    pub guard: Value,
    /// The guard was given with the slot and describes the slot itself. Otherwise it is the guard the noun was
    /// written with (`null`: none).
    pub explicit: bool,
}

/// What stands behind a reference of `makeProxy`.
pub struct Proxied {
    pub handler: Value,
    pub resolution: Value,
    /// The traversal key of the handler and the box as they were; null for a promise.
    pub identity: Value,
}

impl Proxied {
    pub(crate) fn trace(&self, visit: &mut impl FnMut(Value)) {
        [self.handler, self.resolution, self.identity].into_iter().for_each(visit);
    }
}

pub(super) const CELL: u64 = 32;
pub(super) const VALUE: u64 = 16;

impl From<Text> for Cell {
    #[inline]
    fn from(it: Text) -> Cell {
        match it {
            Text::Short(it) => Cell::Short(it),
            Text::Long(it, letters) => Cell::Long(it, letters),
        }
    }
}

impl Cell {
    /// The string that this is, to be kept.
    pub fn text(&self) -> Option<Text> {
        match self {
            Cell::Short(it) => Some(Text::Short(it.clone())),
            Cell::Long(it, letters) => Some(Text::Long(it.clone(), *letters)),
            _ => None,
        }
    }
    /// Is it a string?
    #[inline]
    pub fn is_text(&self) -> bool {
        matches!(self, Cell::Short(_) | Cell::Long(..))
    }

    /// The object written in E that this is.
    pub fn as_object(&self) -> Option<Object<'_>> {
        match self {
            Cell::Object { stamps, script, captures } => {
                Some(Object { stamps: *stamps, script: *script, captures })
            }
            _ => None,
        }
    }

    /// What making the cell takes: a string laid together from others weighs little until it is read.
    #[inline]
    pub(super) fn fresh_bytes(&self) -> u64 {
        match self {
            Cell::Short(it) => CELL + it.len() as u64,
            Cell::Long(it, _) => CELL + it.fresh_bytes() as u64,
            Cell::VarSlot(_) | Cell::FinalSlot(_) => CELL,
            it => it.bytes(),
        }
    }

    /// What the cell weighs.
    #[inline]
    pub(super) fn bytes(&self) -> u64 {
        CELL + match self {
            Cell::Short(it) => it.len() as u64,
            Cell::Long(it, _) => it.bytes() as u64,
            Cell::Big(it) => (dashu_int::ops::BitTest::bit_len(&**it) as u64).div_ceil(8),
            Cell::List(it) => VALUE * it.len() as u64,
            Cell::Flex(it) => VALUE + VALUE * it.items.get().len() as u64,
            // The list weighs them, unless it has others by now.
            Cell::Shared(it) if Arc::strong_count(it) == 1 => VALUE * it.len() as u64,
            Cell::Native(it) => it.counted,
            Cell::Object { captures, .. } => VALUE * captures.len() as u64,
            Cell::GuardedSlot(_) | Cell::Binding(_) => 2 * VALUE,
            Cell::Promise(Promise::Unresolved(it)) => 64 + it.as_ref().map_or(0, |it| it.bytes()),
            Cell::FarProxy(_) => 3 * VALUE,
            Cell::Problem(it) => 64 + 48 * (it.message.len() + it.trace.len()) as u64,
            _ => 0,
        }
    }

    /// Shows every cell it holds on to.
    #[inline]
    pub(crate) fn trace(&self, visit: &mut impl FnMut(Value)) {
        match self {
            Cell::Free | Cell::Short(_) | Cell::Long(..) | Cell::Big(_) | Cell::Far { .. } => {}
            Cell::List(it) => it.iter().for_each(|it| visit(*it)),
            Cell::Shared(it) => it.iter().for_each(|it| visit(*it)),
            Cell::Ejector { name, .. } => visit(*name),
            Cell::Flex(it) => {
                visit(it.guard);
                it.items.get().iter().for_each(|it| visit(*it));
            }
            Cell::Native(it) => {
                it.fields.iter().for_each(|it| visit(*it));
                if let Some(payload) = &it.payload {
                    payload.mark(&mut |it| visit(it.into()));
                }
            }
            Cell::Object { captures, .. } => captures.iter().for_each(|it| visit(*it)),
            Cell::FinalSlot(it) | Cell::VarSlot(it) | Cell::Broken(it) | Cell::Sealed(it) => visit(*it),
            Cell::GuardedSlot(it) => {
                visit(it.value);
                visit(it.guard);
            }
            Cell::Binding(it) => {
                visit(it.slot);
                visit(it.guard);
            }
            Cell::Promise(Promise::Resolved(it)) => visit(*it),
            Cell::Promise(Promise::Unresolved(it)) => it.iter().for_each(|it| it.trace(visit)),
            Cell::FarProxy(it) => it.trace(visit),
            Cell::Resolver { promise, .. } => visit((*promise).into()),
            Cell::Problem(it) => it.values().for_each(visit),
            Cell::Exit(it) => match &**it {
                Exit::Thrown(it) | Exit::Freed(it) => visit(*it),
                Exit::Ejected { ejector, value } => {
                    visit(*ejector);
                    visit(*value);
                }
                Exit::Stopped(_) => {}
            },
        }
    }
}

/// A native object's cell, weighed.
pub(crate) fn native_cell(
    class: &'static Class,
    fields: Vec<Value>,
    payload: Option<Box<dyn Payload>>,
) -> Cell {
    Cell::Native(Box::new(Native::new(class, fields, payload)))
}
