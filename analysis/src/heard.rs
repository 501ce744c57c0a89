//! Query: the verdicts of a file, those of auditors written in E among them.

use crate::db::Db;
use crate::input::File;
use crate::names::names;
use crate::question::{Questions, Unasked};
use crate::verdicts::verdicts;
use audit::{Answer, Judgement, Objection, ObjectionKind, Place, Said, Verdict};
use std::sync::Arc;
use syntax::kernel_e::ExprId;
use syntax::scope::Capture;

#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Heard {
    /// As [`crate::verdicts::Verdicts::programs`].
    pub programs: Arc<Vec<Vec<Judgement>>>,
    /// Auditors that are at fault themselves.
    pub faults: Vec<Fault>,
}

/// What is wrong with an auditor, where it is named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    pub program: usize,
    pub at: ExprId,
    pub kind: FaultKind,
    pub message: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FaultKind {
    /// It has a fault, or takes too long.
    Failed,
    /// It is not defined at the top level.
    Local,
}

#[salsa::tracked(returns(ref))]
pub(crate) fn heard(db: &dyn Db, file: File) -> Arc<Heard> {
    let mut heard = Heard { programs: verdicts(db, file).programs.clone(), faults: Vec::new() };
    let is_open = |it: &Judgement| it.asked_at.is_some() && matches!(it.verdict, Verdict::Unknown(_));
    if !db.auditions().can_ask() || !heard.programs.iter().flatten().any(is_open) {
        return Arc::new(heard);
    }
    for (program, judgements) in Arc::make_mut(&mut heard.programs).iter_mut().enumerate() {
        let mut questions = Questions::new(db, file, program);
        for it in judgements {
            db.unwind_if_revision_cancelled();
            let (Some(at), Verdict::Unknown(_)) = (it.asked_at, &it.verdict) else { continue };
            let fault = match questions.question(it.object, at) {
                Ok(question) => match db.auditions().ask(&question) {
                    Some(answer) => {
                        said(it, answer, names(db, file).programs[program].scopes.captures(it.object))
                    }
                    None => {
                        // An edit has stopped it, here or elsewhere: whoever asks next is to ask again.
                        db.report_untracked_read();
                        db.unwind_if_revision_cancelled();
                        None
                    }
                },
                Err(unasked) => left_to_the_run(it, &unasked),
            };
            heard.faults.extend(fault.map(|(kind, message)| Fault { program, at, kind, message }));
        }
    }
    Arc::new(heard)
}

/// Puts down what the auditor said, and what is wrong with the auditor.
fn said(it: &mut Judgement, answer: Answer, captures: &[Capture]) -> Option<(FaultKind, String)> {
    let auditor = it.auditor.clone();
    let objection = |kind, message: &str| {
        // What it says of a capture points there.
        let about = captures.iter().find(|it| mentions(message, &it.noun));
        let place = about.map_or(Place::Object(it.object), |it| Place::Use(it.first_use));
        Verdict::Rejected(vec![Objection { kind, place, said: Said::Text(message.into()) }])
    };
    let mut fault = None;
    it.verdict = match answer {
        Answer::Approved => Verdict::Approved,
        Answer::Refused(message) => objection(ObjectionKind::Refused { auditor }, &message),
        Answer::Declined => {
            let message = format!("{auditor} says no");
            let declined = objection(ObjectionKind::Declined { auditor }, &message);
            it.insists = false;
            declined
        }
        Answer::Failed(why) => {
            fault = Some(format!("`{auditor}` fails when it is asked: {why}"));
            Verdict::Unknown(format!("the auditor fails: {why}").into())
        }
        Answer::OverBudget(of) => {
            fault = Some(format!("`{auditor}` takes more than an audition may: {of}"));
            Verdict::Unknown(format!("over budget: {of}").into())
        }
        Answer::Missing(why) => Verdict::Unknown(why),
        Answer::NotFrozen(why) => {
            Verdict::Unknown(format!("{why}, so it is asked when the program runs").into())
        }
    };
    fault.map(|it| (FaultKind::Failed, it))
}

/// Is the noun a word of the message?
fn mentions(message: &str, noun: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    message.split(|it| !is_part(it)).any(|it| it == noun)
}

fn left_to_the_run(it: &mut Judgement, unasked: &Unasked) -> Option<(FaultKind, String)> {
    it.verdict = Verdict::Unknown(format!("it is asked when the program runs: {}", unasked.why()).into());
    match unasked {
        Unasked::Local(_) => Some((
            FaultKind::Local,
            format!("{}, so what it says is not known before it runs", unasked.why()),
        )),
        Unasked::Unknown(_) => None,
    }
}
