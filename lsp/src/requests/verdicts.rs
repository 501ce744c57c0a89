//! `walnut/verdicts`: what every auditor says of every object of a file.

use super::Answer;
use crate::ext::{FileParams, ObjectionAnswer, VerdictOfObject};
use crate::state::Snapshot;
use analysis::Verdict;

pub fn handle(snapshot: &Snapshot, params: &FileParams) -> Answer<Vec<VerdictOfObject>> {
    let page = snapshot.page(&params.text_document.uri)?;
    let found = snapshot.analysis.judgements(page.file)?;
    let verdicts = found.into_iter().map(|it| {
        let (verdict, missing) = match &it.verdict {
            Verdict::Approved => ("approved", None),
            Verdict::Rejected(_) => ("rejected", None),
            Verdict::Unknown(why) => ("unknown", Some(why.to_string())),
        };
        let objections = it.objections.into_iter();
        VerdictOfObject {
            range: page.range(it.range),
            object: it.object,
            auditor: it.auditor,
            asked: it.asked,
            verdict,
            missing,
            objections: objections
                .map(|(at, message)| ObjectionAnswer { range: page.range(at), message })
                .collect(),
        }
    });
    Ok(verdicts.collect())
}
