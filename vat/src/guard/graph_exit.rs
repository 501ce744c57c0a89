//! `StandardGraphExit`: what a serializer need not take apart, because everyone's safe scope has it.

use crate::cx::Cx;
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, done};
use crate::value::{Value, View};
use audit::scopes::Level;
use rustc_hash::FxHashSet;
use std::sync::OnceLock;

/// `StandardGraphExit`
pub static STANDARD_GRAPH_EXIT: Class =
    Class::new("StandardGraphExit", "<StandardGraphExit>", guard_methods![coerce; "passes"(Any) => passes])
        .stamps(Stamps::DEEP_FROZEN);

/// Data, and the stateless objects that the safe scope names.
pub fn is_exit(cx: &Cx, value: Value) -> bool {
    static NAMED: OnceLock<FxHashSet<&str>> = OnceLock::new();
    match cx.near(value).view() {
        View::Null | View::Bool(_) | View::Char(_) | View::Int(_) | View::Float(_) => true,
        View::Static(class) => {
            let named = NAMED.get_or_init(|| {
                let safe = audit::scopes::privileged().filter(|it| it.level < Level::Privileged);
                safe.filter_map(|it| match crate::scope::born(it.name, true) {
                    Some(crate::scopes::Entry::Class(class)) => Some(class.fqn),
                    _ => None,
                })
                .collect()
            });
            named.contains(class.fqn)
        }
        View::Obj(_) => cx.heap.as_text(value).is_some() || cx.heap.as_big(value).is_some(),
    }
}

fn passes(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(is_exit(cx, args[0]))
}

fn coerce(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if is_exit(cx, args[0]) {
        return done(args[0]);
    }
    let problem = crate::coerce::failure(cx, args[0], STANDARD_GRAPH_EXIT.printed);
    cx.eject(args[1], problem)
}
