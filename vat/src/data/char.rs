//! Characters: Unicode code points.

use crate::native::{Class, Stamps};

/// What `'a'` answers to.
pub static CHAR: Class = Class::new("char", "char", &[]).stamps(Stamps::DATA.and(Stamps::DEEP_FROZEN));
