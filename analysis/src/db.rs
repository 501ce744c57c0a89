//! The one database. Only `AnalysisHost` writes to it.

use crate::auditions::Auditions;
use crate::input::{File, FileId};
use crate::recent::Recent;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What every query is given.
#[salsa::db]
pub(crate) trait Db: salsa::Database {
    /// Whoever runs auditors written in E. What it answers follows from what it is asked.
    fn auditions(&self) -> &Auditions;
    /// The trees of the last texts. No answer depends on them.
    fn recent(&self) -> &Recent;
}

#[salsa::db]
#[derive(Clone)]
pub(crate) struct Database {
    /// Which input holds which text. Written with the inputs, between snapshots.
    pub(crate) files: Arc<FxHashMap<FileId, File>>,
    /// Earlier states of some of them, to compare with. No name means anything in there, and nobody imports them.
    pub(crate) earlier: Arc<FxHashMap<FileId, File>>,
    pub(crate) auditions: Arc<Auditions>,
    recent: Arc<Recent>,
    // Last, so that it is dropped last: a clone's storage is what a writer waits for.
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn auditions(&self) -> &Auditions {
        &self.auditions
    }
    fn recent(&self) -> &Recent {
        &self.recent
    }
}

impl Default for Database {
    fn default() -> Database {
        Database::on(salsa::Storage::new(None))
    }
}

impl Database {
    fn on(storage: salsa::Storage<Self>) -> Database {
        Database {
            files: Arc::default(),
            earlier: Arc::default(),
            auditions: Arc::default(),
            recent: Arc::default(),
            storage,
        }
    }
}

#[cfg(test)]
impl Database {
    /// A database that tells `seen` the name of every query it runs.
    pub(crate) fn watched(seen: impl Fn(&str) + Send + Sync + 'static) -> Database {
        let storage = salsa::Storage::new(Some(Box::new(move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                seen(&format!("{database_key:?}"));
            }
        })));
        Database::on(storage)
    }
}
