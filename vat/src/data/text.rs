//! Strings.

use crate::native::{Class, Stamps};

/// What `"a"` answers to.
pub static STRING: Class = Class::new("String", "String", &[]).stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN));
