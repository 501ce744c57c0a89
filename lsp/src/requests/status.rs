//! `walnut/status`: which server this is, and how much it holds.

use super::Answer;
use crate::documents::Document;
use crate::ext::{Status, VERSION};
use crate::history::Committed;
use crate::state::Snapshot;
use std::sync::Arc;

pub fn handle(snapshot: &Snapshot, (): &()) -> Answer<Status> {
    let since = |it: &Arc<Document>| {
        let said = match snapshot.shared.earlier(it.file)? {
            Committed::Text(_) => "HEAD".to_owned(),
            Committed::Nothing(why) => why,
        };
        Some((it.uri.as_str().to_owned(), said))
    };
    Ok(Status {
        version: env!("CARGO_PKG_VERSION"),
        extensions: VERSION,
        files: snapshot.documents.all().len(),
        open: snapshot.documents.open().len(),
        since: snapshot.documents.open().into_iter().filter_map(since).collect(),
        encoding: snapshot.encoding.kind().as_str().to_owned(),
    })
}
