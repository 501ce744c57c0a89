//! Values: 16 bytes, `Copy`, hidden behind a newtype so that another representation can replace this one.
//!
//! Scalars are inline, everything else is a handle into one vat's heap, or a native object that has no state
//! of its own and is the same in every vat.

use crate::native::Class;
use std::fmt;

/// What a noun can hold. Means something only beside the [`crate::heap::Heap`] it came from, unless it is a
/// scalar or a stateless native.
#[derive(Clone, Copy)]
pub struct Value(View);

/// A handle to a cell of one heap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Obj(pub(crate) u32);

impl Obj {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A [`Value`] taken apart, to match on.
#[derive(Clone, Copy)]
pub enum View {
    Null,
    Bool(bool),
    Char(char),
    Int(i64),
    Float(f64),
    /// A native object without state: `E`, `throw`, the guard `boolean`.
    Static(&'static Class),
    /// Everything that lives in the heap.
    Obj(Obj),
}

impl Value {
    pub const NULL: Value = Value(View::Null);
    pub const TRUE: Value = Value(View::Bool(true));
    pub const FALSE: Value = Value(View::Bool(false));

    pub const fn of(class: &'static Class) -> Value {
        Value(View::Static(class))
    }
    pub fn view(self) -> View {
        self.0
    }
    /// The same value, copied in two pieces: one that was just written in two and is read in one makes the
    /// processor wait.
    #[inline(always)]
    pub(crate) fn apart(&self) -> Value {
        match self.0 {
            View::Int(it) => it.into(),
            View::Obj(it) => it.into(),
            _ => *self,
        }
    }
    pub fn is_null(self) -> bool {
        matches!(self.0, View::Null)
    }
    pub fn as_bool(self) -> Option<bool> {
        match self.0 {
            View::Bool(it) => Some(it),
            _ => None,
        }
    }
    pub fn as_int(self) -> Option<i64> {
        match self.0 {
            View::Int(it) => Some(it),
            _ => None,
        }
    }
    pub fn as_float(self) -> Option<f64> {
        match self.0 {
            View::Float(it) => Some(it),
            _ => None,
        }
    }
    pub fn as_char(self) -> Option<char> {
        match self.0 {
            View::Char(it) => Some(it),
            _ => None,
        }
    }
    pub fn as_obj(self) -> Option<Obj> {
        match self.0 {
            View::Obj(it) => Some(it),
            _ => None,
        }
    }
    /// Is it the stateless native `class`?
    pub fn is(self, class: &'static Class) -> bool {
        matches!(self.0, View::Static(it) if std::ptr::eq(it, class))
    }
}

/// Identity: the same scalar (floats by bits, but there is one NaN) or the same object. Not E's sameness; see `same`.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self.0, other.0) {
            (View::Null, View::Null) => true,
            (View::Bool(a), View::Bool(b)) => a == b,
            (View::Char(a), View::Char(b)) => a == b,
            (View::Int(a), View::Int(b)) => a == b,
            (View::Float(a), View::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
            (View::Static(a), View::Static(b)) => std::ptr::eq(a, b),
            (View::Obj(a), View::Obj(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl std::hash::Hash for Value {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self.0 {
            View::Null => 0u8.hash(state),
            View::Bool(it) => it.hash(state),
            View::Char(it) => it.hash(state),
            View::Int(it) => it.hash(state),
            View::Float(it) if it.is_nan() => f64::NAN.to_bits().hash(state),
            View::Float(it) => it.to_bits().hash(state),
            // The name and not the address, so that nothing depends on where the program was loaded.
            View::Static(it) => it.fqn.hash(state),
            View::Obj(it) => it.hash(state),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            View::Null => write!(f, "null"),
            View::Bool(it) => write!(f, "{it}"),
            View::Char(it) => write!(f, "{it:?}"),
            View::Int(it) => write!(f, "{it}"),
            View::Float(it) => write!(f, "{it:?}"),
            View::Static(it) => write!(f, "<{}>", it.fqn),
            View::Obj(it) => write!(f, "@{}", it.0),
        }
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Value {
        Value(View::Bool(it))
    }
}
impl From<char> for Value {
    fn from(it: char) -> Value {
        Value(View::Char(it))
    }
}
impl From<i64> for Value {
    fn from(it: i64) -> Value {
        Value(View::Int(it))
    }
}
impl From<f64> for Value {
    fn from(it: f64) -> Value {
        Value(View::Float(it))
    }
}
impl From<Obj> for Value {
    fn from(it: Obj) -> Value {
        Value(View::Obj(it))
    }
}
