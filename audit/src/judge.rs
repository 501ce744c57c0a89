//! Every object expression of a program before every auditor it names, and before DeepFrozen in any case.

use crate::audition::{Audition, fully_qualified_name};
use crate::auditors::{Auditor, audit};
use crate::guards::{Guard, Implication, Property, Standard};
use crate::known::{Around, Known, Worth, worth};
use crate::verdict::{Further, Objection, ObjectionKind, Place, Said, Verdict, as_written, in_short};
use std::cell::OnceCell;
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Name, ObjectId, Program};
use syntax::scope::{Binder, Capture, DefinitionKind};

/// One auditor's answer about one object expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    pub object: ObjectId,
    /// As a program writes it.
    pub auditor: Arc<str>,
    /// Where the program names the auditor. `None`: nobody asked, this is DeepFrozen for the reader to see.
    pub asked_at: Option<ExprId>,
    /// Whether a rejection stops the program.
    pub insists: bool,
    /// What the auditor answers; if nobody asked, whether anything the object holds can change. Then literals
    /// and objects without guards count by what they are, see [`Judgement::if_asked`].
    pub verdict: Verdict,
    /// Only where nobody asked: what the auditor would answer to `as DeepFrozen` with nothing else changed.
    pub if_asked: Option<Verdict>,
}

/// Judges every object expression of `program`, in order; what the program asks first, then what it does not.
pub fn judge(
    program: &Program,
    scopes: &Scopes,
    around: &dyn Around,
    known: &Known,
    prefix: &str,
) -> Vec<Judgement> {
    let names = vec![OnceCell::new(); program.objects.len()];
    let cx = Judge { program, scopes, around, known, prefix, names: &names };
    let asked: Vec<Vec<Judgement>> = cx.objects().map(|it| cx.asked(it)).collect();
    let unasked = cx.unasked(Property::DeepFrozen, &asked);
    asked.into_iter().zip(unasked).flat_map(|(asked, unasked)| asked.into_iter().chain(unasked)).collect()
}

/// What DeepFrozen or Confined would say of every object expression that does not ask for it. `judged` is what
/// [`judge`] answered.
pub fn infer(
    wanted: Property,
    program: &Program,
    scopes: &Scopes,
    around: &dyn Around,
    known: &Known,
    judged: &[Judgement],
    prefix: &str,
) -> Vec<Judgement> {
    let names = vec![OnceCell::new(); program.objects.len()];
    let cx = Judge { program, scopes, around, known, prefix, names: &names };
    let mut asked = vec![Vec::new(); program.objects.len()];
    for it in judged.iter().filter(|it| it.asked_at.is_some()) {
        asked[it.object.index()].push(it.clone());
    }
    cx.unasked(wanted, &asked).into_iter().flatten().collect()
}

/// A way longer than this is not told.
const LONGEST_WAY: usize = 16;

#[derive(Clone, Copy)]
struct Judge<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    around: &'a dyn Around,
    known: &'a Known,
    prefix: &'a str,
    /// By object: its fully qualified name, once somebody has asked for it.
    names: &'a [OnceCell<Arc<str>>],
}

/// What is held of an object while the objects that nobody asked are being judged. It only ever gets worse.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Rejected,
    Unknown,
    /// Not refuted so far.
    Frozen,
}

impl Standing {
    fn after(verdict: &Verdict) -> Standing {
        match verdict {
            Verdict::Approved => Standing::Frozen,
            Verdict::Unknown(_) => Standing::Unknown,
            Verdict::Rejected(_) => Standing::Rejected,
        }
    }
}

impl Judge<'_> {
    fn objects(&self) -> impl Iterator<Item = ObjectId> + use<> {
        (0..self.program.objects.len() as u32).map(ObjectId)
    }

    fn asked(&self, object: ObjectId) -> Vec<Judgement> {
        let it = self.program.object(object);
        it.as_auditor.iter().chain(&it.implements).map(|at| self.asked_at(object, *at)).collect()
    }

    fn asked_at(&self, object: ObjectId, at: ExprId) -> Judgement {
        let worth = worth(self.program, self.scopes, self.around, self.known, at);
        let auditor = match worth {
            Worth::Auditor(it) => Some(it),
            Worth::Scope(it) => it.auditor(),
            _ => None,
        };
        let (name, insists, verdict): (Arc<str>, bool, Verdict) = match (auditor, worth) {
            (Some(it), _) => (it.name().into(), it.insists(), self.audit(it, object, &self.guards(object))),
            (None, Worth::Scope(it)) if it.standard_guard().is_some_and(Standard::never_audits) => {
                (it.name.into(), true, self.no_auditor(object, it.name))
            }
            (None, Worth::Guard(it)) if it.never_audits() => {
                (it.to_string().into(), true, self.no_auditor(object, &it.to_string()))
            }
            _ => {
                let name = self.text(at);
                let why = format!("`{name}` is asked when the program runs");
                (name.into(), true, Verdict::Unknown(why.into()))
            }
        };
        Judgement { object, auditor: name, asked_at: Some(at), insists, verdict, if_asked: None }
    }

    fn audit(&self, auditor: Auditor, object: ObjectId, guards: &[Guard]) -> Verdict {
        let name = || self.name(object);
        let audition = Audition { program: self.program, scopes: self.scopes, object, name: &name, guards };
        audit(auditor, &audition)
    }

    fn name(&self, object: ObjectId) -> Arc<str> {
        let made = || fully_qualified_name(self.program, self.scopes, object, self.prefix).into();
        self.names[object.index()].get_or_init(made).clone()
    }

    /// What the bindings will carry.
    fn guards(&self, object: ObjectId) -> Vec<Guard> {
        let captures = self.scopes.captures(object).iter();
        captures.map(|it| self.known.binding(&it.noun, &it.binder, self.around)).collect()
    }

    fn no_auditor(&self, object: ObjectId, name: &str) -> Verdict {
        Verdict::Rejected(vec![Objection {
            kind: ObjectionKind::NotAnAuditor { name: name.into() },
            place: Place::Object(object),
            said: Said::Text(format!("no such method: {name}#audit/1").into()),
        }])
    }

    fn text(&self, at: ExprId) -> String {
        match self.program.expr(at) {
            Expr::Noun(noun) => noun.to_string(),
            Expr::Call { recipient, verb, .. } => match self.program.expr(*recipient) {
                Expr::Noun(noun) if &**verb == "get" => format!("{noun}[…]"),
                Expr::Noun(noun) => format!("{noun}.{verb}(…)"),
                _ => "a computed auditor".to_string(),
            },
            _ => "a computed auditor".to_string(),
        }
    }

    /// By object: what the auditor says where nobody asked it. Objects that hold each other are presumed to pass
    /// together, and refuted together: the greatest fixpoint.
    fn unasked(&self, wanted: Property, asked: &[Vec<Judgement>]) -> Vec<Option<Judgement>> {
        // One that is to be DeepFrozen eventually is not known to be.
        let stamps = |it: &&Judgement| match wanted {
            Property::DeepFrozen => matches!(
                &*it.auditor,
                "DeepFrozen" | "DeepFrozen.optionally()" | "DeepFrozenStamp" | "Confined" | "Throwable"
            ),
            _ => &*it.auditor == wanted.name(),
        };
        let asks = |it: ObjectId| asked[it.index()].iter().find(stamps);
        let asked = |it| asks(it).map(|it| Standing::after(&it.verdict));
        let mut presumed: Vec<Standing> =
            self.objects().map(|it| asked(it).unwrap_or(Standing::Frozen)).collect();
        let mut verdicts: Vec<Option<Verdict>> = vec![None; self.program.objects.len()];
        let holders = self.holders();
        let mut todo: Vec<ObjectId> = self.objects().filter(|it| asks(*it).is_none()).collect();
        todo.reverse();
        let auditor = match wanted {
            Property::Confined => Auditor::Confined,
            Property::DeepFrozen | Property::Data => Auditor::DeepFrozen,
        };
        while let Some(it) = todo.pop() {
            let verdict = self.audit(auditor, it, &self.presumed_guards(wanted, it, &presumed));
            let standing = Standing::after(&verdict);
            if standing < std::mem::replace(&mut presumed[it.index()], standing) {
                todo.extend(holders[it.index()].iter().filter(|it| asks(**it).is_none()));
            }
            verdicts[it.index()] = Some(verdict);
        }
        self.explain(&presumed, &holders, &mut verdicts);
        let verdicts = self.objects().zip(verdicts);
        verdicts.map(|(it, verdict)| Some(self.unasked_judgement(auditor, it, verdict?))).collect()
    }

    /// Adds to each objection to an object that is held the shortest way to what is wrong with it: one walk from
    /// all culprits at once, from what is held to who holds it.
    fn explain(&self, presumed: &[Standing], holders: &[Vec<ObjectId>], verdicts: &mut [Option<Verdict>]) {
        let held = |it: &Objection| match &it.kind {
            ObjectionKind::Capture { binder, .. } => {
                self.held(binder).filter(|it| presumed[it.index()] == Standing::Rejected)
            }
            _ => None,
        };
        // By object: the name of the next thing on the way, and the object that name holds, if it is no culprit.
        let mut next: Vec<Option<(Name, Option<ObjectId>, String)>> = vec![None; verdicts.len()];
        let mut todo = std::collections::VecDeque::new();
        for (index, verdict) in verdicts.iter().enumerate() {
            let objections = verdict.as_ref().map_or(&[][..], Verdict::objections);
            let direct = objections.iter().filter(|it| held(it).is_none()).find_map(|it| match &it.kind {
                ObjectionKind::Capture { noun, found, wanted, .. } => {
                    Some((noun.clone(), in_short(found, *wanted)))
                }
                ObjectionKind::OwnVariable { noun, .. } => Some((noun.clone(), "is a var".to_string())),
                _ => None,
            });
            if let Some((noun, reason)) = direct {
                next[index] = Some((noun, None, reason));
                todo.push_back(ObjectId(index as u32));
            }
        }
        while let Some(it) = todo.pop_front() {
            for holder in &holders[it.index()] {
                if next[holder.index()].is_some() || presumed[holder.index()] != Standing::Rejected {
                    continue;
                }
                let names = self.scopes.captures(*holder).iter();
                let noun =
                    names.filter(|capture| self.held_object(capture) == Some(it)).map(|it| it.noun.clone());
                if let Some(noun) = noun.into_iter().next() {
                    next[holder.index()] = Some((noun, Some(it), String::new()));
                    todo.push_back(*holder);
                }
            }
        }
        for verdict in verdicts.iter_mut().flatten() {
            let Verdict::Rejected(objections) = verdict else { continue };
            for it in objections {
                let Some(mut at) = held(it) else { continue };
                let mut path = Vec::new();
                let reason = loop {
                    match next[at.index()].clone() {
                        Some((noun, held, reason)) if path.len() < LONGEST_WAY => {
                            path.push(noun);
                            match held {
                                Some(it) => at = it,
                                None => break Some(reason),
                            }
                        }
                        _ => break None,
                    }
                };
                if let (ObjectionKind::Capture { further, .. }, Some(reason)) = (&mut it.kind, reason) {
                    *further = Some(Further { path, reason });
                }
            }
        }
    }

    fn unasked_judgement(&self, auditor: Auditor, object: ObjectId, verdict: Verdict) -> Judgement {
        let if_asked = Some(self.audit(auditor, object, &self.guards(object)));
        Judgement {
            object,
            auditor: auditor.name().into(),
            asked_at: None,
            insists: false,
            verdict,
            if_asked,
        }
    }

    /// By object: the object expressions that capture its name.
    fn holders(&self) -> Vec<Vec<ObjectId>> {
        let mut holders = vec![Vec::new(); self.program.objects.len()];
        for holder in self.objects() {
            for it in self.scopes.captures(holder) {
                if let Some(held) = self.held_object(it) {
                    holders[held.index()].push(holder);
                }
            }
        }
        holders
    }

    fn held_object(&self, it: &Capture) -> Option<ObjectId> {
        self.held(&it.binder)
    }

    fn held(&self, binder: &Binder) -> Option<ObjectId> {
        let Binder::Definition(id) = *binder else { return None };
        match self.scopes.definition(id).kind {
            DefinitionKind::Object { object, .. } => Some(object),
            _ => self.known.objects.get(&id).copied(),
        }
    }

    fn presumed_guards(&self, wanted: Property, object: ObjectId, presumed: &[Standing]) -> Vec<Guard> {
        let captures = self.scopes.captures(object).iter();
        captures
            .zip(self.guards(object))
            .map(|(it, guard)| self.presumed_guard(wanted, it, guard, presumed))
            .collect()
    }

    /// A final slot without a guard still holds what it holds: data, or an object presumed frozen.
    fn presumed_guard(&self, wanted: Property, it: &Capture, guard: Guard, presumed: &[Standing]) -> Guard {
        if !guard.is_plain_def() {
            return guard;
        }
        let frozen = match (self.held_object(it), &it.binder) {
            (Some(held), _) if presumed[held.index()] == Standing::Rejected => {
                return held_not_frozen(&it.noun);
            }
            (Some(held), _) if presumed[held.index()] == Standing::Unknown => {
                return Guard::Unknown(
                    format!("whether `{}` is {} is not known", as_written(&it.noun), wanted.name()).into(),
                );
            }
            (Some(_), _) => true,
            (None, Binder::Definition(id)) => match self.known.values.get(id.0 as usize) {
                Some(Worth::Data | Worth::Guard(_)) => true,
                // What a module's value listens to is not said.
                Some(Worth::Module(name)) if wanted == Property::DeepFrozen => {
                    match name.as_ref().and_then(|it| self.around.module(it)) {
                        Some(true) => true,
                        Some(false) => return held_not_frozen(&it.noun),
                        None => {
                            let noun = as_written(&it.noun);
                            let name = name.as_ref().map_or(String::new(), |it| format!(" `{it}`"));
                            let why = format!("whether `{noun}`, a module{name}, is DeepFrozen is not known");
                            return Guard::Unknown(why.into());
                        }
                    }
                }
                Some(Worth::Scope(it)) => it.guard().implies(wanted) == Implication::Yes,
                _ => false,
            },
            (None, Binder::Outer) if wanted != Property::DeepFrozen => false,
            (None, Binder::Outer) => match self.around.frozen(&it.noun) {
                Some(false) => return held_not_frozen(&it.noun),
                known => known == Some(true),
            },
        };
        let standard = match wanted {
            Property::Confined => Standard::Confined,
            Property::DeepFrozen | Property::Data => Standard::DeepFrozen,
        };
        if frozen { Guard::def(Guard::Standard(standard)) } else { guard }
    }
}

/// A final slot of something that is known not to be DeepFrozen.
fn held_not_frozen(noun: &str) -> Guard {
    Guard::def(Guard::Same(format!("<{noun}>").into(), false))
}
