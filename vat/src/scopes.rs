//! Gives a value to each name of `audit::scopes`.

use crate::cx::Cx;
use crate::native::Class;
use crate::value::Value;

/// How a name of the safe or privileged scope gets its value.
#[derive(Clone, Copy)]
pub enum Entry {
    /// A stateless native.
    Class(&'static Class),
    /// A scalar.
    Value(Value),
    /// Made once per vat, at first use.
    Make(fn(&mut Cx) -> Value),
}

/// The safe scope's entry for a name.
pub fn safe(name: &str) -> Option<Entry> {
    Some(match name {
        "null" => Entry::Value(Value::NULL),
        "true" => Entry::Value(Value::TRUE),
        "false" => Entry::Value(Value::FALSE),
        _ => return None,
    })
}

/// The privileged scope's entry for a name that the safe scope does not have.
pub fn privileged(name: &str) -> Option<Entry> {
    let _ = name;
    None
}
