//! `null`, `true` and `false`.

use crate::native::{Class, Stamps};

/// What `null` answers to.
pub static NULL: Class = Class::new("void", "null", &[]).stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN));
/// What `true` answers to.
pub static BOOLEAN: Class =
    Class::new("boolean", "boolean", &[]).stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN));
