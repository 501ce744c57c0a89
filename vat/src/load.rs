//! From an expansion to a program that is ready to run: static errors, judgement, code.

use crate::compile::{Unit, compile};
use crate::cx::Cx;
use crate::machine::Run;
use crate::problem::{Exit, Problem, TraceLine};
use crate::scope::{Names, View};
use crate::turn::Program;
use audit::{Guard, Judgement, Verdict};
use std::sync::Arc;
use syntax::kernel_e::{ExprId, ObjectId};
use syntax::{Expansion, Scopes, SyntaxError, SyntaxErrorKind};

/// An object expression that fails before anything around it has run.
#[derive(Debug)]
pub struct Refused {
    pub object: ObjectId,
    /// Where the auditor is named that refuses it.
    pub at: ExprId,
    pub why: String,
}

/// A module's program, for a fresh safe scope.
pub(crate) fn program(
    cx: &mut Cx,
    expansion: &Expansion,
    errors: &[SyntaxError],
    prefix: &str,
    source: &str,
) -> Result<Run, Exit> {
    let view = View { names: None, safe_only: true };
    let scopes = Arc::new(syntax::resolve(&expansion.program));
    refuse(cx, expansion, errors, &view_errors(expansion, &scopes, &view), prefix, source)?;
    let around = Living { cx, view: &view };
    let judgements = judge(expansion, &scopes, &around, prefix);
    let module = compile(unit(expansion, scopes, &view, prefix, source, &judgements));
    let captures = crate::scope::captures(cx, &module, false);
    Ok(Run { module: Arc::new(module), captures, exports: false })
}

/// A step, cell or script, for the vat's own scope.
pub(crate) fn step(cx: &mut Cx, program: &Program) -> Result<Run, Exit> {
    // What a program says in a scope with nothing of its own, it says in every such scope.
    let code = program.code.as_ref().filter(|_| cx.scope.names.is_empty() && !cx.scope.safe_only);
    if let Some(module) = code.and_then(|it| it.get()) {
        let captures = crate::scope::captures(cx, module, true);
        return Ok(Run { module: module.clone(), captures, exports: true });
    }
    let names = std::mem::take(&mut cx.scope.names);
    let view = View { names: Some(&names), safe_only: cx.scope.safe_only };
    let Program { expansion, source, prefix, .. } = program;
    let scopes = Arc::new(syntax::resolve(&expansion.program));
    let nouns = view_errors(expansion, &scopes, &view);
    let module = refuse(cx, expansion, &[], &nouns, prefix, source).map(|()| {
        let around = Living { cx, view: &view };
        let judgements = judge(expansion, &scopes, &around, prefix);
        compile(unit(expansion, scopes, &view, prefix, source, &judgements))
    });
    cx.scope.names = names;
    let module = Arc::new(module?);
    if let Some(it) = code {
        let _ = it.set(module.clone());
    }
    let captures = crate::scope::captures(cx, &module, true);
    Ok(Run { module, captures, exports: true })
}

/// A program for a scope made of these names over those a program is born with.
pub(crate) fn in_names(
    cx: &mut Cx,
    expansion: &Expansion,
    names: &Names,
    safe_only: bool,
    prefix: &str,
    source: &str,
) -> Result<Run, Exit> {
    let view = View { names: Some(names), safe_only };
    let scopes = Arc::new(syntax::resolve(&expansion.program));
    let nouns = view_errors(expansion, &scopes, &view);
    refuse(cx, expansion, &[], &nouns, prefix, source)?;
    let around = Living { cx, view: &view };
    let judgements = judge(expansion, &scopes, &around, prefix);
    let module = compile(unit(expansion, scopes, &view, prefix, source, &judgements));
    let captures = crate::scope::captures_of(cx, &module, names, safe_only);
    Ok(Run { module: Arc::new(module), captures, exports: false })
}

fn unit<'a>(
    expansion: &Expansion,
    scopes: Arc<Scopes>,
    view: &'a View<'_>,
    prefix: &'a str,
    source: &'a str,
    judgements: &'a [Judgement],
) -> Unit<'a> {
    Unit {
        program: Arc::new(expansion.program.clone()),
        source_map: Arc::new(expansion.source_map.clone()),
        scopes,
        outer: view,
        prefix,
        source,
        judgements,
    }
}

fn view_errors(expansion: &Expansion, scopes: &Scopes, view: &View<'_>) -> Vec<SyntaxError> {
    syntax::static_errors(expansion, scopes, &|noun| view.static_outer(noun))
}

/// Throws the first thing that is wrong with the text.
fn refuse(
    cx: &mut Cx,
    expansion: &Expansion,
    errors: &[SyntaxError],
    nouns: &[SyntaxError],
    prefix: &str,
    source: &str,
) -> Result<(), Exit> {
    let mut all = errors.iter().chain(&expansion.errors).chain(nouns);
    let Some(it) = all.find(|it| it.kind != SyntaxErrorKind::Warning) else { return Ok(()) };
    let place = prefix.trim_end_matches('$').into();
    let trace = vec![TraceLine { place, source: source.into(), range: it.range }];
    Err(cx.throw(Problem { trace, ..Problem::new(&it.message) }))
}

/// What the one judge says of every object expression before anything runs.
fn judge(expansion: &Expansion, scopes: &Scopes, around: &Living<'_>, prefix: &str) -> Vec<Judgement> {
    if expansion.program.objects.is_empty() {
        return Vec::new();
    }
    let known = audit::known(&expansion.program, scopes, around);
    audit::judge(&expansion.program, scopes, around, &known, prefix)
}

/// The scope of a living vat, as the judge asks about it.
struct Living<'a> {
    cx: &'a Cx,
    view: &'a View<'a>,
}

impl Living<'_> {
    fn own(&self, noun: &str) -> Option<crate::scope::Named> {
        self.view.names.and_then(|it| it.get(noun)).copied()
    }
    fn born(&self) -> audit::Born {
        use audit::scopes::Level;
        audit::Born(if self.view.safe_only { Level::Safe } else { Level::Privileged })
    }
}

impl audit::Around for Living<'_> {
    fn binding(&self, noun: &str) -> Guard {
        match self.own(noun) {
            Some(it) => crate::audition::guards::of_named(self.cx, it),
            None => self.born().binding(noun),
        }
    }
    fn value(&self, noun: &str) -> audit::Worth {
        match self.own(noun) {
            Some(it) => crate::audition::guards::worth(self.cx, it),
            None => self.born().value(noun),
        }
    }
    fn frozen(&self, noun: &str) -> Option<bool> {
        match self.own(noun) {
            Some(it) => Some(crate::audition::is_presumed_frozen(self.cx, it.value)),
            None => self.born().frozen(noun),
        }
    }
    /// Only the library's: what a folder has is not looked at before it is evaluated, and another vat's folder may
    /// have another.
    fn module(&self, name: &str) -> Option<bool> {
        crate::import::is_frozen_library(name).then_some(true)
    }
}

/// The verdicts on an object expression that matter to the code made for it.
pub(crate) fn presumed_frozen(judgements: &[Judgement], object: ObjectId) -> bool {
    judgements.iter().any(|it| it.object == object && it.asked_at.is_none() && it.verdict.is_approved())
}

/// The first objection of an auditor that is known before evaluation and insists, and where that is named.
pub(crate) fn refused(judgements: &[Judgement], object: ObjectId) -> Option<(ExprId, Arc<str>)> {
    judgements.iter().find_map(|it| match &it.verdict {
        Verdict::Rejected(objections) if it.object == object && it.insists => {
            Some((it.asked_at?, objections.first()?.message()))
        }
        _ => None,
    })
}

/// Every object expression that such an auditor refuses.
pub(crate) fn all_refused(judgements: &[Judgement]) -> Vec<Refused> {
    let mut all: Vec<_> = judgements.iter().map(|it| it.object).collect();
    all.dedup();
    let refused = |object| {
        let (at, why) = refused(judgements, object)?;
        Some(Refused { object, at, why: why.to_string() })
    };
    all.into_iter().filter_map(refused).collect()
}

/// By object expression: in a few words, why it is not known to be immutable.
pub(crate) fn objections(judgements: &[Judgement], objects: usize) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new(); objects];
    for it in judgements {
        let frozen = it.asked_at.is_none() || it.auditor.starts_with("DeepFrozen");
        if let Some(place) = all.get_mut(it.object.index()).filter(|_| frozen) {
            *place = it.verdict.objections().iter().map(|it| it.short()).collect();
        }
    }
    all
}
