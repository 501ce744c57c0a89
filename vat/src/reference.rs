//! References that are not near: promises, far references, broken ones; and `Ref`.

use crate::native::Class;

/// An unresolved promise.
pub static PROMISE: Class = Class::new("Promise", "<Promise>", &[]);
/// An object in another vat.
pub static FAR: Class = Class::new("Far", "<Far ref>", &[]);
/// A broken reference.
pub static BROKEN: Class = Class::new("Broken", "<broken>", &[]);
