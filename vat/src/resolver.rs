//! Resolvers: settle a promise, once, and release its backlog in order.

use crate::native::Class;

/// What `Ref.promise()[1]` answers to.
pub static RESOLVER: Class = Class::new("Resolver", "<Resolver>", &[]);
