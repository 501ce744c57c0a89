//! What auditors written in E answered before, so that they need not be asked again.
//!
//! An answer is kept for one script and one auditor, if the auditor is DeepFrozen. It holds for every object of
//! the script on whose free nouns stand the guards that the auditor asked for; guards that can change are not
//! relied on. What the auditor asked of other auditors is asked again: they may not be DeepFrozen.

use super::frozen::is_deep_frozen;
use super::guards;
use crate::cx::Cx;
use crate::heap::Script;
use crate::store::{Read, Reader, Writer};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many auditors' answers are kept for one script; auditors made afresh each time would pile up.
const KEPT: usize = 8;

/// What an auditor looks at while it is being asked.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub auditor: Value,
    /// The guards it was told, by noun.
    pub guards: Vec<(Arc<str>, Value)>,
    /// The auditors it asked, in order.
    pub asked: Vec<Value>,
    /// Whether its answer may be kept.
    pub keep: bool,
    pub answer: bool,
}

impl Record {
    pub(super) fn of(auditor: Value) -> Record {
        Record { auditor, guards: Vec::new(), asked: Vec::new(), keep: true, answer: false }
    }
    pub(super) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        visit(self.auditor);
        self.guards.iter().for_each(|it| visit(it.1));
        self.asked.iter().for_each(|it| visit(*it));
    }
}

/// One vat's answers, by script.
#[derive(Default)]
pub(crate) struct Cache {
    records: FxHashMap<u32, VecDeque<Record>>,
    /// What built-in auditors answered, if someone listens.
    pub(super) heard: Option<Vec<super::Heard>>,
    /// The audition that somebody outside has asked for, while it runs.
    pub(crate) trial: Option<Box<super::trial::Trial>>,
}

impl Cache {
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.records.values().flatten().for_each(|it| it.trace(visit));
        self.trial.iter().for_each(|it| it.trace(visit));
    }
}

impl Cache {
    pub(crate) fn save(&self, out: &mut Writer) {
        let mut scripts: Vec<_> = self.records.iter().collect();
        scripts.sort_by_key(|it| *it.0);
        out.all(scripts.into_iter(), |out, (script, records)| {
            out.u32(*script);
            out.all(records.iter(), |out, it| {
                out.value(it.auditor);
                out.all(it.guards.iter(), |out, (noun, guard)| {
                    out.text(noun);
                    out.value(*guard);
                });
                out.values(&it.asked);
                out.bool(it.keep);
                out.bool(it.answer);
            });
        });
    }
    pub(crate) fn load(from: &mut Reader<'_>) -> Read<Cache> {
        let record = |from: &mut Reader<'_>| {
            Ok(Record {
                auditor: from.value()?,
                guards: from.all(|from| Ok((from.arc()?, from.value()?)))?,
                asked: from.values()?,
                keep: from.bool()?,
                answer: from.bool()?,
            })
        };
        let scripts = from.all(|from| Ok((from.u32()?, from.all(record)?.into())))?;
        Ok(Cache { records: scripts.into_iter().collect(), heard: None, trial: None })
    }
}

fn script_of(cx: &Cx, object: Value) -> Option<Script> {
    cx.heap.as_object(object).map(|it| it.script)
}

/// What `auditor` answered for another object of the same script, if it would answer the same again.
pub(super) fn look_up(cx: &mut Cx, object: Value, auditor: Value) -> Option<Record> {
    let script = script_of(cx, object)?;
    let known = cx.audits.records.get(&script.0)?.iter().find(|it| it.auditor == auditor)?.clone();
    let same = known.guards.iter().all(|(noun, guard)| {
        guards::of_noun(cx, object, noun)
            .is_some_and(|it| crate::same::same_yet(&cx.heap, it, *guard) == Some(true))
    });
    same.then_some(known)
}

/// Keeps an answer, in place of what the auditor answered before.
pub(super) fn keep(cx: &mut Cx, object: Value, record: Record) {
    let relies = record.keep && record.guards.iter().all(|it| is_deep_frozen(cx, it.1));
    let Some(script) = script_of(cx, object) else { return };
    if !relies || !is_deep_frozen(cx, record.auditor) {
        return;
    }
    let kept = cx.audits.records.entry(script.0).or_default();
    kept.retain(|it| it.auditor != record.auditor);
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(record);
}
