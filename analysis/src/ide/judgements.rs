//! Every verdict of a file, for a report rather than a screen.

use super::inlay_hints::is_shown;
use super::places::place_range;
use crate::db::Db;
use crate::heard::heard;
use crate::input::File;
use crate::names::{names, prefix};
use crate::program::{maps, programs};
use crate::verdicts::{confined, properties};
use audit::audition::fully_qualified_name;
use audit::{Properties, Verdict};
use text_size::TextRange;

/// What one auditor says of one object expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// The object's header.
    pub range: TextRange,
    /// Fully qualified: `__main$mint$purse`.
    pub object: String,
    /// As the program writes it.
    pub auditor: String,
    /// Whether the program names the auditor; DeepFrozen and Confined are judged in any case.
    pub asked: bool,
    pub verdict: Verdict,
    /// Where each objection points, and what E says.
    pub objections: Vec<(TextRange, String)>,
    /// What all verdicts on the object amount to.
    pub properties: Properties,
}

pub(crate) fn judgements(db: &dyn Db, file: File) -> Vec<Judged> {
    let prefix = prefix(file.name(db), file.kind(db));
    let mut found = Vec::new();
    for (index, judgements) in heard(db, file).programs.iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let map = &maps(db, file)[index];
        let scopes = &names(db, file).programs[index].scopes;
        let all = judgements.iter().chain(&confined(db, file)[index]);
        for it in all.filter(|it| is_shown(db, file, index, it)) {
            let objections = it.verdict.objections().iter();
            found.push(Judged {
                range: map.in_file(map.source.object(it.object).header),
                object: fully_qualified_name(&programs(db, file)[index], scopes, it.object, &prefix),
                auditor: it.auditor.to_string(),
                asked: it.asked_at.is_some(),
                verdict: it.verdict.clone(),
                properties: properties(db, file, index, it.object),
                objections: objections
                    .map(|it| (place_range(db, file, index, it.place), it.message().to_string()))
                    .collect(),
            });
        }
    }
    found.sort_by_key(|it| it.range.start());
    found
}
