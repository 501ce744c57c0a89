//! How the Rust data inside native objects is saved. Which class has which is in the table of classes.

use super::bytes::{Read, Reader, Writer};
use crate::native::Payload;

/// Data that goes into a snapshot and comes back.
pub(crate) trait Saved: Payload + Sized {
    fn save(&self, out: &mut Writer);
    fn load(from: &mut Reader<'_>) -> Read<Self>;
}
