//! Where the name at the cursor is defined.

use super::NavigationTarget;
use super::occurrences::occurrence_at;
use super::places::target;
use crate::db::Db;
use crate::input::File;
use crate::names::Meaning;
use text_size::TextSize;

pub(crate) fn goto_definition(db: &dyn Db, file: File, at: TextSize) -> Vec<NavigationTarget> {
    match occurrence_at(db, file, at).map(|it| it.meaning) {
        Some(Meaning::Definition(site)) => target(db, site).into_iter().collect(),
        Some(Meaning::Scope(_) | Meaning::Unbound) | None => Vec::new(),
    }
}
