//! Integers without bound, and IEEE doubles.

use crate::native::{Class, Stamps};

/// What `1` answers to.
pub static INT: Class = Class::new("int", "int", &[]).stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN));
/// What `1.0` answers to.
pub static FLOAT: Class = Class::new("float64", "float64", &[]).stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN));
