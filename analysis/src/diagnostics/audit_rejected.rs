//! An auditor that the program asks says no: the definition would throw.

use super::{Code, Diagnostic, Related, Severity};
use crate::db::Db;
use crate::heard::heard;
use crate::ide::FileRange;
use crate::ide::places::{definition_range, place_range};
use crate::input::File;
use crate::names::{Meaning, names};
use crate::program::maps;
use audit::{Judgement, Objection, ObjectionKind};

/// In a file with more refusals than this, the first ones are mended first.
const MOST_TRIED: usize = 8;

pub(super) fn audit_rejected(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tried = 0;
    for (index, judgements) in heard(db, file).programs.iter().enumerate() {
        for it in judgements {
            // `DeepFrozen.optionally()` lets the object through; nobody asked for what is only shown.
            if it.asked_at.is_some() && it.insists {
                let Some(first) = it.verdict.objections().first() else { continue };
                let mut rejected = rejected(db, file, index, it, first);
                // Each fix is tried, and that takes as long as reading the text.
                if tried < MOST_TRIED {
                    tried += 1;
                    rejected.fixes = super::verdict_fixes::fixes(db, file, index, it);
                }
                found.push(rejected);
            }
        }
    }
    found
}

/// One diagnostic for the auditor, at its name; every objection is a place to look at.
fn rejected(db: &dyn Db, file: File, index: usize, it: &Judgement, first: &Objection) -> Diagnostic {
    let map = &maps(db, file)[index];
    let at = it.asked_at.map_or_else(|| map.source.object(it.object).header, |at| map.source.expr(at));
    let related = it.verdict.objections().iter().flat_map(|it| related(db, file, index, it));
    Diagnostic {
        range: map.in_file(at),
        severity: Severity::Error,
        code: Code::AuditRejected,
        message: first.message.clone(),
        related: related.collect(),
        fixes: Vec::new(),
    }
}

/// Where the capture is used, and where what it captures is defined.
fn related(db: &dyn Db, file: File, index: usize, it: &Objection) -> Vec<Related> {
    let used = Related {
        at: FileRange { file: file.id(db), range: place_range(db, file, index, it.place) },
        message: it.remedy(),
    };
    let ObjectionKind::Capture { noun, binder, .. } = &it.kind else { return vec![used] };
    let defined = match names(db, file).meaning(index, noun, binder) {
        Meaning::Definition(site) => definition_range(db, site),
        Meaning::Scope(_) | Meaning::Unbound => None,
    };
    let defined = defined.map(|at| Related { at, message: format!("`{noun}` is defined here.") });
    std::iter::once(used).chain(defined).collect()
}
