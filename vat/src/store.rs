//! What a vat is, as bytes: its heap, its code, its queue, what it has promised and what it waits for.
//!
//! A snapshot is a heading (what it is, which version, how long, a checksum) and what follows. Bytes that were cut
//! short or changed are refused with a sentence that says so; bytes that were made to deceive can do no more than
//! the vat they are restored as could: it has the powers that whoever restores it hands over, and no reference
//! into another vat.

mod bytes;
mod classes;
mod module;
mod payload;
pub(crate) mod problem;
mod program;
mod seal;
mod undo;
mod vat;

pub(crate) use bytes::{Damage, Read, Reader, Writer};
pub(crate) use classes::{entry as class_entry, structure};
pub use module::Told;
pub(crate) use module::{read as read_module, told, write as write_module};
pub(crate) use payload::Saved;
pub use seal::SnapshotError;
pub(crate) use seal::{open, seal};
pub(crate) use undo::{Before, remember, take_back};
pub(crate) use vat::{Home, named, read as read_vat, read_named, write as write_vat};
