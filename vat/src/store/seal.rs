//! The heading of a snapshot: what it is, its version, how long it is, and a checksum.

use super::bytes::{Damage, Writer};
use std::fmt;

const MAGIC: &[u8; 8] = b"walnut\x00v";
/// Changes whenever older bytes would be read wrongly.
const VERSION: u32 = 1;
const HEADING: usize = 8 + 4 + 8 + 32;

/// Why there is no snapshot, or no vat in one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// The vat holds something that cannot be saved.
    Unsaved(String),
    NotASnapshot,
    Version(u32),
    CutShort,
    Altered,
    /// Who is to pay for the vat cannot.
    NoRoom(String),
    /// The checksum is right and what it is over is not.
    Damaged(&'static str),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotError::Unsaved(what) => write!(f, "a vat with this in it cannot be saved: {what}"),
            SnapshotError::NotASnapshot => write!(f, "this is not a snapshot of a vat"),
            SnapshotError::Version(it) => {
                write!(f, "a snapshot of version {it}: this Walnut reads version {VERSION}")
            }
            SnapshotError::CutShort => write!(f, "the snapshot is not as long as it says it is"),
            SnapshotError::Altered => write!(f, "the snapshot was altered: its checksum is wrong"),
            SnapshotError::NoRoom(why) => write!(f, "there is no room for the vat: {why}"),
            SnapshotError::Damaged(why) => write!(f, "the snapshot is damaged: {why}"),
        }
    }
}

impl std::error::Error for SnapshotError {}

impl From<Damage> for SnapshotError {
    fn from(it: Damage) -> SnapshotError {
        SnapshotError::Damaged(it.0)
    }
}

/// Puts the heading before what was written.
pub(crate) fn seal(out: Writer) -> Result<Vec<u8>, SnapshotError> {
    let body = out.finish().map_err(SnapshotError::Unsaved)?;
    let mut sealed = Vec::with_capacity(HEADING + body.len());
    sealed.extend_from_slice(MAGIC);
    sealed.extend_from_slice(&VERSION.to_le_bytes());
    sealed.extend_from_slice(&(body.len() as u64).to_le_bytes());
    sealed.extend_from_slice(blake3::hash(&body).as_bytes());
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// What stands under a heading that is right.
pub(crate) fn open(bytes: &[u8]) -> Result<&[u8], SnapshotError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(SnapshotError::NotASnapshot)?;
    let (version, rest) = rest.split_first_chunk::<4>().ok_or(SnapshotError::CutShort)?;
    if u32::from_le_bytes(*version) != VERSION {
        return Err(SnapshotError::Version(u32::from_le_bytes(*version)));
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(SnapshotError::CutShort)?;
    let (checksum, body) = rest.split_first_chunk::<32>().ok_or(SnapshotError::CutShort)?;
    if u64::from_le_bytes(*length) != body.len() as u64 {
        return Err(SnapshotError::CutShort);
    }
    if blake3::hash(body).as_bytes() != checksum {
        return Err(SnapshotError::Altered);
    }
    Ok(body)
}
