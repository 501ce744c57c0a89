//! Auditors written in E, as the analysis asks them: through the [`AuditorHost`] that it was handed, and once for
//! each thing that they look at.

use audit::{Answer, Answered, AuditorHost, Question};
use rustc_hash::FxHasher;
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use syntax::kernel_e::{Expr, Program};

/// Of how many auditors, and of each about how many objects, answers are kept.
const AUDITORS: usize = 64;
const ANSWERS: usize = 2_048;

/// All snapshots of a database share one.
#[derive(Default)]
pub(crate) struct Auditions {
    host: Option<Arc<dyn AuditorHost>>,
    kept: Mutex<VecDeque<Kept>>,
    /// How many auditors are being asked.
    asking: AtomicUsize,
}

/// The answers of one auditor.
struct Kept {
    print: u64,
    answers: VecDeque<(Question, Answered)>,
}

impl Auditions {
    pub fn of(host: Arc<dyn AuditorHost>) -> Auditions {
        Auditions { host: Some(host), ..Auditions::default() }
    }

    /// Is there somebody to ask?
    pub fn can_ask(&self) -> bool {
        self.host.is_some()
    }

    /// What the auditor says; nothing if an edit has stopped it.
    pub fn ask(&self, question: &Question) -> Option<Answer> {
        let host = self.host.as_ref()?;
        let print = print(question);
        if let Some(it) = self.kept(print, question) {
            return Some(it);
        }
        // Nothing is held while it runs: others may ask meanwhile.
        self.asking.fetch_add(1, Ordering::SeqCst);
        let answered = host.ask(question);
        self.asking.fetch_sub(1, Ordering::SeqCst);
        let answered = answered?;
        let answer = answered.answer.clone();
        self.keep(print, question, answered);
        Some(answer)
    }

    /// An edit is coming: what is being asked now would be asked in vain. Says whether anything was.
    pub fn stop(&self) -> bool {
        let asking = self.asking.load(Ordering::SeqCst) > 0;
        if let Some(it) = self.host.as_ref().filter(|_| asking) {
            it.stop();
        }
        asking
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(|it| it.into_inner())
    }

    fn kept(&self, print: u64, question: &Question) -> Option<Answer> {
        let all = self.lock();
        let answers = &all.iter().find(|it| it.is_about(print, question))?.answers;
        let same = |(other, answered): &&(Question, Answered)| question.same_to(&answered.looked_at, other);
        answers.iter().find(same).map(|(_, it)| it.answer.clone())
    }

    fn keep(&self, print: u64, question: &Question, answered: Answered) {
        let mut all = self.lock();
        let mut kept = match all.iter().position(|it| it.is_about(print, question)) {
            Some(at) => all.remove(at),
            None => None,
        }
        .unwrap_or_else(|| Kept { print, answers: VecDeque::new() });
        kept.answers.push_back((question.clone(), answered));
        if kept.answers.len() > ANSWERS {
            kept.answers.pop_front();
        }
        // The latest one last.
        all.push_back(kept);
        if all.len() > AUDITORS {
            all.pop_front();
        }
    }
}

impl Kept {
    fn is_about(&self, print: u64, question: &Question) -> bool {
        self.print == print && self.answers.front().is_some_and(|(it, _)| it.same_auditor(question))
    }
}

/// Tells most auditors apart without comparing them.
fn print(question: &Question) -> u64 {
    let mut hasher = FxHasher::default();
    let mut add = |it: &Program| {
        it.exprs.len().hash(&mut hasher);
        for it in &it.exprs {
            match it {
                Expr::Noun(noun) => noun.hash(&mut hasher),
                Expr::Call { verb, .. } => verb.hash(&mut hasher),
                _ => {}
            }
        }
    };
    add(&question.auditor);
    question.definitions.iter().for_each(add);
    hasher.finish()
}
