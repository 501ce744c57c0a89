//! `walnut/status`: which server this is, and how much it holds.

use super::Answer;
use crate::ext::{Status, VERSION};
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, (): &()) -> Answer<Status> {
    Ok(Status {
        version: env!("CARGO_PKG_VERSION"),
        extensions: VERSION,
        files: snapshot.documents.all().len(),
        open: snapshot.documents.open().len(),
        encoding: snapshot.encoding.kind().as_str().to_owned(),
    })
}
