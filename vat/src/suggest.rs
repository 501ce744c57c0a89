//! What may have been meant where a message was not understood. It is said beside a problem, never in its text:
//! programs and transcripts compare that.

use crate::cx::Cx;
use crate::problem::{Exit, Part, Problem};
use crate::selector::Selector;
use crate::value::{Value, View};
use std::fmt::Display;

/// How messages of other languages are called here, where the receiver has them.
const ELSEWHERE: &[(&str, &[&str])] = &[
    ("length", &["size"]),
    ("len", &["size"]),
    ("count", &["size"]),
    ("append", &["with", "push"]),
    ("push", &["with"]),
    ("insert", &["with", "put"]),
    ("remove", &["without", "removeKey"]),
    ("delete", &["without", "removeKey"]),
    ("has", &["contains", "maps"]),
    ("includes", &["contains", "maps"]),
    ("containsKey", &["maps"]),
    ("keys", &["getKeys"]),
    ("values", &["getValues"]),
    ("set", &["put"]),
    ("slice", &["run"]),
    ("substring", &["run"]),
    ("upper", &["toUpperCase"]),
    ("lower", &["toLowerCase"]),
    ("plus", &["add"]),
    ("minus", &["subtract"]),
    ("call", &["run"]),
    ("apply", &["run"]),
];

/// A message that its receiver does not understand.
pub(crate) fn no_such_method(cx: &mut Cx, receiver: Value, fqn: &str, selector: impl Display) -> Exit {
    let problem = Problem::new(format!("no such method: {fqn}#{selector}"));
    cx.throw(Problem { subject: Some(Box::new(receiver)), ..problem })
}

/// What to try after this problem.
pub(crate) fn notes(cx: &Cx, problem: &Problem) -> Vec<String> {
    let [Part::Text(text)] = &problem.message[..] else { return Vec::new() };
    let asked = text.strip_prefix("no such method: ").and_then(|it| it.rsplit_once('#'));
    let asked = asked.and_then(|it| it.1.rsplit_once('/'));
    let (Some(receiver), Some((verb, arity))) = (problem.subject.as_deref(), asked) else {
        return Vec::new();
    };
    let known = selectors(cx, *receiver);
    meant(verb, arity.parse().unwrap_or(0), &known).into_iter().collect()
}

fn meant(verb: &str, arity: usize, known: &[Selector]) -> Option<String> {
    let arities = |verb: &str| {
        let mut arities: Vec<usize> =
            known.iter().filter(|it| &*it.verb() == verb).map(|it| it.arity()).collect();
        arities.sort_unstable();
        arities
    };
    if let Some((last, rest)) = arities(verb).split_last() {
        let numbers: String = rest.iter().map(|it| format!("{it} or ")).collect();
        let plural = if *last == 1 { "" } else { "s" };
        return Some(format!("`{verb}` takes {numbers}{last} argument{plural} here, not {arity}"));
    }
    let verbs: Vec<_> = known.iter().map(|it| it.verb()).collect();
    let elsewhere = ELSEWHERE.iter().find(|(it, _)| *it == verb).map(|it| it.1).unwrap_or_default();
    let translated = elsewhere.iter().copied().find(|it| verbs.iter().any(|verb| &**verb == *it));
    let meant = translated.or_else(|| syntax::suggest::nearest(verb, verbs.iter().map(|it| &**it)))?;
    let arities = arities(meant);
    let arity = arities.iter().find(|it| **it == arity).or(arities.first())?;
    Some(format!("did you mean `{meant}/{arity}`?"))
}

/// What a value answers to by methods of its own, in the order of the verbs; what every object answers is left
/// out.
pub(crate) fn selectors(cx: &Cx, value: Value) -> Vec<Selector> {
    let value = cx.near(value);
    let mut all: Vec<Selector> = match crate::object::script(cx, value) {
        Some((_, _, script)) => script.methods.keys().copied().collect(),
        None => {
            let class = match value.view() {
                View::Static(class) => Some(class),
                _ => cx.class_of(value),
            };
            let methods = class.map(|it| it.methods).unwrap_or_default();
            methods.iter().map(|it| Selector::new(it.verb, it.arity.unwrap_or(0).into())).collect()
        }
    };
    all.retain(|it| !it.verb().starts_with("__"));
    all.sort_by_key(|it| (it.verb(), it.arity()));
    all
}
