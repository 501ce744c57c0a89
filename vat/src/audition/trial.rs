//! An audition that somebody outside has asked for, about an object that will never do anything: what its auditor
//! looks at, and what it would have to know that only running can tell.

use crate::cx::Cx;
use crate::machine::Loaded;
use crate::problem::Exit;
use crate::value::Value;
use audit::{Guard, LookedAt};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::kernel_e::{Name, ObjectId};

/// What is known of it while it runs.
#[derive(Default)]
pub(crate) struct Trial {
    /// Nouns whose guards are not known, and why not.
    pub unknown: FxHashMap<Name, Arc<str>>,
    pub looked_at: LookedAt,
    /// What the auditor wanted to know and could not.
    pub missing: Option<Arc<str>>,
    /// What was thrown last by somebody who wanted to.
    refusal: Option<Value>,
}

impl Trial {
    pub fn new(unknown: FxHashMap<Name, Arc<str>>) -> Trial {
        Trial { unknown, ..Trial::default() }
    }
    pub fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.refusal.iter().for_each(|it| visit(*it));
    }
    /// Was this thrown to refuse, and not because something went wrong?
    pub fn is_refusal(&self, thrown: Value) -> bool {
        self.refusal == Some(thrown)
    }
}

/// The one that runs.
pub(crate) fn of(cx: &mut Cx) -> Option<&mut Trial> {
    cx.audits.used_mut()?.trial.as_deref_mut()
}

/// The auditor wants what is not known.
pub(super) fn missing(cx: &mut Cx, why: Arc<str>) -> Exit {
    if let Some(it) = of(cx) {
        it.missing.get_or_insert(why.clone());
    }
    cx.throw(&*why)
}

/// Somebody throws `problem` who wants to.
pub(crate) fn refused(cx: &mut Cx, problem: Value) {
    if let Some(it) = of(cx) {
        it.refusal = Some(problem);
    }
}

/// The auditor asks for the guard of `noun`.
pub(super) fn asked_for(cx: &mut Cx, noun: &str) -> Result<(), Exit> {
    let Some(it) = of(cx) else { return Ok(()) };
    it.looked_at.guards.push(Name::new(noun));
    match it.unknown.get(noun).cloned() {
        Some(why) => Err(missing(cx, why)),
        None => Ok(()),
    }
}

/// Says of the guards that are not known why not.
pub(super) fn unknown(cx: &Cx, loaded: &Loaded, object: ObjectId, guards: &mut [Guard]) {
    let Some(trial) = cx.audits.used().and_then(|it| it.trial.as_deref()) else { return };
    for (it, guard) in loaded.module.scopes.captures(object).iter().zip(guards) {
        if let Some(why) = trial.unknown.get(&it.noun) {
            *guard = Guard::Unknown(why.clone());
        }
    }
}
