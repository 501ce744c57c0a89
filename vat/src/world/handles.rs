//! What the host holds on to: what a value is by now, and why a promise is still one.

use super::{Handle, VatId, World};
use crate::causality::why::Why;
use crate::causality::{self, SentLine};
use crate::heap::{Cell, Promise};
use crate::problem::TraceLine;
use crate::reference::State;
use crate::turn::Vat;
use crate::value::Value;
use std::sync::Arc;

/// What a handle stands for now, printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReferenceState {
    Near(String),
    Far(String),
    /// The printed reference, `<ref broken by …>`.
    Broken(String),
    Promise(String),
}

/// A problem for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProblemReport {
    /// As updoc prints it, key included: `problem: list index …` or `<viciousCycleException: Ref loop>`.
    pub printed: String,
    /// `viciousCycleException`, if it has a type.
    pub kind: Option<Arc<str>>,
    /// Innermost first.
    pub trace: Vec<TraceLine>,
    /// The sends that led to the turn it was thrown in, the latest first.
    pub sent: Vec<SentLine>,
    /// What to try, in a sentence each.
    pub notes: Vec<String>,
}

impl World {
    /// Does the value hold an unresolved promise: is it one, or is one in its lists and maps?
    pub fn is_pending(&self, handle: Handle) -> bool {
        let Some((vat, value)) = self.value(handle) else { return false };
        let heap = &vat.cx.heap;
        match heap.get(value) {
            None => return false,
            Some(Cell::Promise(Promise::Unresolved(_))) => return true,
            Some(_) => {}
        }
        let mut seen = rustc_hash::FxHashSet::default();
        let mut work = vec![value];
        while let Some(it) = work.pop() {
            let it = heap.shorten(it);
            let Some(at) = it.as_obj().filter(|it| seen.insert(*it)) else { continue };
            match heap.cell(at) {
                Cell::Promise(Promise::Unresolved(_)) => return true,
                Cell::List(it) => work.extend(it.iter()),
                Cell::Native(it) if it.class.stamps.has(crate::native::Stamps::PASS_BY_COPY) => {
                    work.extend(it.fields.iter());
                    if let Some(payload) = &it.payload {
                        payload.trace(&mut |it| work.push(it));
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// Reports once more when the handle is settled.
    pub fn watch(&mut self, handle: Handle) {
        self.watched.insert(handle);
    }

    pub(super) fn value(&self, handle: Handle) -> Option<(&Vat, Value)> {
        let vat = self.vats.get(handle.vat.0)?;
        Some((vat, *vat.cx.handles.get(&handle.id)?))
    }

    /// Is the value `null`? (Prompts and transcripts show nothing for it.)
    pub fn is_null(&self, handle: Handle) -> bool {
        self.value(handle).is_some_and(|(vat, it)| vat.cx.near(it).is_null())
    }

    /// What the handle stands for, printed as `E.toQuote` prints it. May run E code, for a bounded time.
    pub fn state(&mut self, handle: Handle) -> ReferenceState {
        let Some((vat, value)) = self.value(handle) else {
            return ReferenceState::Broken("<ref broken by problem: the vat is gone>".to_string());
        };
        let state = crate::reference::state(&vat.cx.heap, value);
        let printed = self.vats.get_mut(handle.vat.0).map_or_else(String::new, |it| it.quote(value));
        self.changed(handle.vat.0);
        match state {
            State::Near => ReferenceState::Near(printed),
            State::Far => ReferenceState::Far(printed),
            State::Broken => ReferenceState::Broken(printed),
            State::Promise => ReferenceState::Promise(printed),
        }
    }

    /// The problem of a handle that is broken.
    pub fn problem(&mut self, handle: Handle) -> Option<ProblemReport> {
        let (vat, value) = self.value(handle)?;
        let problem = crate::reference::opt_problem(&vat.cx.heap, value)?;
        let problem = crate::throw::unsealed(&vat.cx.heap, problem);
        let (kind, trace, sent, notes) = match vat.cx.heap.get(problem) {
            Some(Cell::Problem(it)) => {
                let sent = it.sent.map(|it| causality::chain(it, |vat| self.remembered(vat)));
                let notes = crate::suggest::notes(&vat.cx, it);
                (it.kind.clone(), it.trace.clone(), sent.unwrap_or_default(), notes)
            }
            _ => (None, Vec::new(), Vec::new(), Vec::new()),
        };
        let printed = self.vats.get_mut(handle.vat.0)?.quote(problem);
        self.changed(handle.vat.0);
        Some(ProblemReport { printed, kind, trace, sent, notes })
    }

    /// Why what the handle stands for is not settled; `None`: it is. Collects garbage to find out, in every vat that
    /// the promise waits for.
    pub fn why_pending(&mut self, handle: Handle) -> Option<Why> {
        let (_, value) = self.value(handle)?;
        causality::why::why(self, handle.vat.0, value)
    }

    /// A vat asks why one of its promises is not settled: it is told when all that its turn has sent is on its way.
    pub(super) fn ask_why(&mut self, from: u32, value: Value, answer: Value) -> Option<u32> {
        let [value, answer] = [value, answer].map(|it| {
            let handle = Handle { vat: VatId(from), id: self.fresh() };
            if let Some(vat) = self.vats.get_mut(from) {
                vat.cx.handles.insert(handle.id, it);
            }
            handle
        });
        self.whys.push((value, answer));
        None
    }

    pub(super) fn tell_why(&mut self) {
        for (value, answer) in std::mem::take(&mut self.whys) {
            let why = self.why_pending(value);
            let number = answer.vat.0;
            if let Some(vat) = self.vats.get_mut(number)
                && let Some(promise) = vat.cx.handles.get(&answer.id).copied()
            {
                let text = why.map_or(Value::NULL, |it| vat.cx.heap.text(it.to_string()));
                vat.cx.resolve(promise, text);
            }
            self.release(value);
            self.release(answer);
            self.changed(number);
            self.route(number);
        }
    }
}
