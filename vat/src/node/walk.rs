//! `node.walkScopes(environment)`: tells an environment, in the order of evaluation, what a node uses and defines,
//! and where its boxes are. Only the node itself speaks; its parts are handed over to be asked in their turn.

use super::kind::{self, K};
use crate::cx::Cx;
use crate::data::list::items;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::value::Value;

/// What an environment calls to walk a box. Fields: the node, and which of its boxes.
pub(crate) static BOX: Class = Class::new("scopeWalker", "<scopeWalker>", natives!["run"(Any) => walk_box])
    .stamps(Stamps::FROZEN_IF_PARTS_ARE);

/// One thing an environment is told.
enum Told {
    /// A message about the node itself, or one of its parts.
    About(&'static str, Value),
    /// A part, by the name of its field.
    Part(&'static str, Value),
    /// A part that is one of several.
    Item(&'static str, usize, Value),
    /// A box of the node, by number.
    Box(&'static str, i64),
    /// `meta.getState()`
    State,
}

/// `node.walkScopes(environment)`
pub fn walk_scopes(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    go_on(cx, Then::new(went, [this, Value::from(0), Value::from(0)]), args[0])
}

fn walk_box(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(&[node, which]) = cx.heap.fields(this, &BOX) else { return done(Value::NULL) };
    go_on(cx, Then::new(went, [node, which, Value::from(0)]), args[0])
}

fn went(cx: &mut Cx, mut then: Box<Then>, environment: Value) -> Outcome {
    then.values[2] = Value::from(then.values[2].as_int().unwrap_or(0) + 1);
    go_on(cx, then, environment)
}

/// The values of `then`: the node, which box of it, and how much has been told.
fn go_on(cx: &mut Cx, then: Box<Then>, environment: Value) -> Outcome {
    let (node, which) = (then.values[0], then.values[1].as_int().unwrap_or(0));
    let at = then.values[2].as_int().and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
    let all = told(cx, node, which);
    cx.charge(1 + all.len() as u64)?;
    let Some(next) = all.into_iter().nth(at) else { return done(environment) };
    match next {
        Told::About(verb, it) => cx.call_then(environment, verb, [it], then),
        Told::State => cx.call_then(environment, "withMetaState", [], then),
        Told::Part(name, it) => {
            let name = cx.heap.text(name);
            cx.call_then(environment, "withSubnode", [name, it], then)
        }
        Told::Item(name, index, it) => {
            let name = cx.heap.text(name);
            cx.call_then(environment, "withSubnodeIndex", [name, Value::from(index as i64), it], then)
        }
        Told::Box(verb, which) => {
            let walker = cx.heap.native(&BOX, [node, Value::from(which)]);
            cx.call_then(environment, verb, [walker], then)
        }
    }
}

/// What there is to tell of a node (box 0) or of one of its boxes.
fn told(cx: &Cx, node: Value, which: i64) -> Vec<Told> {
    let Some(kind) = kind::of(cx, node) else { return Vec::new() };
    let fields = cx.heap.as_native(cx.near(node)).map(|it| it.fields.clone()).unwrap_or_default();
    let part = |name: &'static str| -> Vec<Told> {
        let Some(at) = kind.field(name) else { return Vec::new() };
        let value = fields.get(at + 1).copied().unwrap_or(Value::NULL);
        match kind.fields[at].1 {
            kind::Shape::Many(_) => {
                let all = items(cx, value);
                all.iter().enumerate().map(|(index, it)| Told::Item(name, index, *it)).collect()
            }
            _ if value.is_null() => Vec::new(),
            _ => vec![Told::Part(name, value)],
        }
    };
    let parts = |names: &[&'static str]| names.iter().flat_map(|it| part(it)).collect::<Vec<Told>>();
    let noun = fields.get(1).copied().unwrap_or(Value::NULL);
    let hidden = |which: i64| vec![Told::Box("withHide", which)];
    let before = |mut all: Vec<Told>, more: Vec<Told>| {
        all.extend(more);
        all
    };
    match (kind.k, which) {
        (K::AssignExpr, _) => before(vec![Told::About("withAssignment", noun)], part("rValue")),
        (K::BindingExpr, _) => vec![Told::About("withNounUse", noun)],
        (K::NounExpr, _) => vec![Told::About("withNounUse", node)],
        (K::MetaStateExpr, _) => vec![Told::State],
        (K::CatchExpr | K::EscapeExpr | K::FinallyExpr | K::IfExpr, 0) => before(hidden(1), hidden(2)),
        (K::HideExpr | K::EMethod | K::EMatcher, 0) => hidden(1),
        (K::CatchExpr, 1) => part("attempt"),
        (K::CatchExpr, _) => parts(&["pattern", "catcher"]),
        (K::EscapeExpr, 1) => parts(&["ejectorPattern", "body"]),
        (K::EscapeExpr, _) => parts(&["optCatchPattern", "optCatchBody"]),
        (K::FinallyExpr, 1) => part("attempt"),
        (K::FinallyExpr, _) => part("unwinder"),
        (K::IfExpr, 1) => parts(&["test", "then"]),
        (K::IfExpr, _) => part("else"),
        (K::ObjectExpr, 0) => {
            before(part("pattern"), vec![Told::Box("withHide", 1), Told::Box("withScript", 2)])
        }
        (K::ObjectExpr, 1) => part("auditors"),
        (K::ObjectExpr, _) => part("script"),
        (K::BindingPattern, _) => vec![Told::About("withBindingPattern", node)],
        (K::FinalPattern, _) => before(part("optGuardExpr"), vec![Told::About("withFinalPattern", node)]),
        (K::VarPattern, _) => before(part("optGuardExpr"), vec![Told::About("withVarPattern", node)]),
        _ => {
            let nodes = kind.fields.iter().filter(|it| it.1.is_subnode());
            nodes.flat_map(|it| part(it.0)).collect()
        }
    }
}
