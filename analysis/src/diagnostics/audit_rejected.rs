//! An auditor that the program asks says no: the definition would throw.

use super::culprit;
use super::{Code, Diagnostic, Fix, Related, Severity};
use crate::db::Db;
use crate::heard::heard;
use crate::ide::FileRange;
use crate::ide::places::{definition_range, name_of, place_range};
use crate::input::File;
use crate::names::{Meaning, names};
use crate::program::{maps, programs};
use audit::{Judgement, Objection, ObjectionKind};
use text_size::TextRange;

pub(super) fn audit_rejected(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, judgements) in heard(db, file).programs.iter().enumerate() {
        for it in judgements {
            // `DeepFrozen.optionally()` lets the object through; nobody asked for what is only shown.
            if it.asked_at.is_some() && it.insists {
                let Some(first) = it.verdict.objections().first() else { continue };
                found.push(rejected(db, file, index, it, first));
            }
        }
    }
    found
}

/// What mends the refusals that are told at a place. Each is tried, and that takes as long as reading the text, so no
/// key waits for it.
pub(crate) fn fixes(db: &dyn Db, file: File, at: TextRange) -> Vec<Fix> {
    let mut found = Vec::new();
    for (index, judgements) in heard(db, file).programs.iter().enumerate() {
        let refused = judgements.iter().filter(|it| it.insists && !it.verdict.objections().is_empty());
        for it in refused.filter(|it| it.asked_at.is_some() && place(db, file, index, it) == at) {
            found.extend(super::verdict_fixes::fixes(db, file, index, it));
        }
    }
    found
}

fn place(db: &dyn Db, file: File, index: usize, it: &Judgement) -> TextRange {
    let map = &maps(db, file)[index];
    let at = it.asked_at.map_or_else(|| map.source.object(it.object).header, |at| map.source.expr(at));
    map.in_file(at)
}

/// One diagnostic for the auditor, at its name; every objection is a place to look at.
fn rejected(db: &dyn Db, file: File, index: usize, it: &Judgement, first: &Objection) -> Diagnostic {
    let objections = it.verdict.objections();
    let only = only_capture(objections).then(|| {
        let object = name_of(&programs(db, file)[index], it.object);
        format!("; without this one capture, {} would approve `{object}`", it.auditor)
    });
    let only = only.unwrap_or_default();
    let related = objections.iter().flat_map(|it| related(db, file, index, it, &only));
    Diagnostic {
        range: place(db, file, index, it),
        severity: Severity::Error,
        code: Code::AuditRejected,
        message: first.message().to_string(),
        related: related.collect(),
        fixes: Vec::new(),
    }
}

/// Whether all that stands in the way is one capture.
fn only_capture(objections: &[Objection]) -> bool {
    let mut captures = objections.iter().map(|it| match &it.kind {
        ObjectionKind::Capture { noun, binder, .. } => Some((noun, binder)),
        _ => None,
    });
    captures.next().flatten().is_some_and(|first| captures.all(|it| it == Some(first)))
}

/// Where the capture is used, where what it captures is defined, and from there the way to what can change.
fn related(db: &dyn Db, file: File, index: usize, it: &Objection, only: &str) -> Vec<Related> {
    let used = Related {
        at: FileRange { file: file.id(db), range: place_range(db, file, index, it.place) },
        message: it.remedy(),
    };
    let ObjectionKind::Capture { noun, binder, .. } = &it.kind else { return vec![used] };
    let defined = match names(db, file).meaning(index, noun, binder) {
        Meaning::Definition(site) => definition_range(db, site).map(|at| (at, site)),
        Meaning::Scope(_) | Meaning::Unbound => None,
    };
    let Some((at, site)) = defined else { return vec![used] };
    let defined = Related { at, message: format!("`{noun}` is defined here{only}.") };
    [used, defined].into_iter().chain(culprit::way(db, site)).collect()
}
