//! Replays `tests/suite/audit`: what each auditor says of each object, where it says it.

use audit::scopes::Level;
use audit::{Born, Judgement, Place, Verdict};
use harness::{Case, Label, Suite};
use syntax::{Expansion, Scopes};
use text_size::TextRange;

/// A verdict stands under the auditor that was asked, or under the object's name where none was; an objection
/// under the use that it objects to.
fn verdicts(case: &mut Case) {
    let expansion = expanded(case.text());
    let scopes = syntax::resolve(&expansion.program);
    let judgements = judgements(&expansion, &scopes);
    let mut labels = Vec::new();
    for it in &judgements {
        labels.push(verdict(&expansion, it));
        if it.asked_at.is_some() {
            labels.extend(it.verdict.objections().iter().map(|it| objection(&expansion, it)));
        }
    }
    labels.sort();
    labels.dedup();
    case.labels(labels);
}

/// What every object reaches, and the names that lead there.
fn authority(case: &mut Case) {
    let expansion = expanded(case.text());
    let program = &expansion.program;
    let scopes = syntax::resolve(program);
    let around = Born(Level::Privileged);
    let known = audit::known(program, &scopes, &around);
    let parts = audit::authority::Parts { program, scopes: &scopes, known: &known };
    let alone = audit::authority::Alone { parts, around: &around };
    let authority = audit::authority::Authority::new(&alone, &[()]);
    let mut shown = String::new();
    for (index, it) in expansion.source_map.objects.iter().enumerate().filter(|(_, it)| it.name.is_some()) {
        let name = it.name.map_or("", |at| &case.text()[at]);
        shown.push_str(&format!("{name}\n"));
        let object = syntax::kernel_e::ObjectId(index as u32);
        for held in authority.of_object((), object).holds {
            let path: Vec<&str> = held.path.iter().map(|it| it.as_str()).collect();
            shown.push_str(&format!("  {} via {}\n", thing(&held.thing), path.join(" → ")));
        }
    }
    case.answer("reach", shown);
}

fn thing(it: &audit::authority::Thing) -> String {
    use audit::authority::Thing::*;
    match it {
        Power(name, None) => format!("power {} ({})", name.name, name.authority),
        Power(name, Some(part)) => format!("power {} ({} {part})", name.name, name.authority),
        Variable(noun, _) => format!("variable {noun}"),
        Collection(_) => "mutable collection".to_string(),
        Parameter(noun, _) => format!("parameter {noun}"),
        Object(noun, _) => format!("object {noun}"),
        Unknown(why) => format!("unknown: {why}"),
    }
}

fn expanded(text: &str) -> Expansion {
    let parse = syntax::parse(text);
    assert!(parse.errors.is_empty(), "the page is not E: {:?}", parse.errors);
    let expansion = syntax::expand(&parse.program);
    assert!(expansion.errors.is_empty(), "the page does not expand: {:?}", expansion.errors);
    expansion
}

fn judgements(expansion: &Expansion, scopes: &Scopes) -> Vec<Judgement> {
    let around = Born(Level::Privileged);
    let known = audit::known(&expansion.program, scopes, &around);
    let all = audit::judge(&expansion.program, scopes, &around, &known, "__main$");
    // What expansion makes has no name and asks nobody.
    let names = &expansion.source_map.objects;
    all.into_iter().filter(|it| it.asked_at.is_some() || names[it.object.index()].name.is_some()).collect()
}

fn verdict(expansion: &Expansion, it: &Judgement) -> Label {
    let object = expansion.source_map.object(it.object);
    let at = match it.asked_at {
        Some(at) => expansion.source_map.expr(at),
        None => object.name.unwrap_or(object.header),
    };
    let reason = it.verdict.objections().first().map(|it| it.short()).unwrap_or_default();
    let text = match (&it.verdict, it.asked_at.is_some()) {
        (Verdict::Approved, true) => "approved".to_string(),
        (Verdict::Rejected(_), true) => "rejected".to_string(),
        (Verdict::Approved, false) => "frozen, not asked".to_string(),
        (Verdict::Rejected(_), false) => format!("not frozen: {reason}"),
        (Verdict::Unknown(why), _) => format!("unknown: {why}"),
    };
    label(at, text)
}

fn objection(expansion: &Expansion, it: &audit::Objection) -> Label {
    let at = match it.place {
        Place::Use(at) => {
            expansion.source_map.names[at.index()].unwrap_or_else(|| expansion.source_map.expr(at))
        }
        Place::Object(object) => {
            let object = expansion.source_map.object(object);
            object.name.unwrap_or(object.header)
        }
    };
    label(at, &*it.message())
}

fn label(at: TextRange, text: impl Into<String>) -> Label {
    Label::new(at.into(), text)
}

fn main() -> std::process::ExitCode {
    Suite::new().chapters("audit/auditors", verdicts).chapters("audit/authority", authority).run()
}
