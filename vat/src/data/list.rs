//! Constant lists.

use crate::native::{Class, Stamps};

/// What `[1, 2]` answers to.
pub static LIST: Class = Class::new("List", "List", &[]).stamps(
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE),
);
